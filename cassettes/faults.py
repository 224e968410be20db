"""A service's errors as responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudtape.cassettes.messages import Response
from cloudtape.openstack import faults


def fault(
    service: str,
    status: int,
    message: str,
    facts: Mapping[str, Any] | None = None,
    kind: str = "",
    shape: str = "",
    request_id: str = "",
) -> Response:
    """The response with which a service reports an error: see `cloudtape.openstack.faults.fault`."""
    said = faults.fault(service, status, message, facts, kind, shape, request_id)
    return Response(said.status, said.reason, (("Content-Type", said.media_type),), said.body)
