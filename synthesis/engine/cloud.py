"""What a made-up cloud is made of, whichever services those are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cloudtape.openstack.catalog import OperationCatalog
from cloudtape.synthesis.engine.amendments import Amendments
from cloudtape.synthesis.engine.kinds import Kinds
from cloudtape.synthesis.engine.services import Services


class Cloud(msgspec.Struct, frozen=True, eq=False):
    """`catalogs` hold its operations; where several fit a request, the first one's is meant. `offers`: by
    service, what others may ask of it beside its operations."""

    services: Services
    kinds: Kinds
    catalogs: tuple[OperationCatalog, ...]
    amendments: Amendments
    offers: Mapping[str, Any] = {}
