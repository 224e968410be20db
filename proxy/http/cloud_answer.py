"""What comes from the cloud on a connection (`wire`): an answer, or nothing that is one."""

from __future__ import annotations

import msgspec

from cloudtape.cassettes.messages import Headers
from cloudtape.http.flow import Arriving


class WireBroken(Exception):
    """The cloud has said something that is no HTTP, or not all of it."""


class WireDropped(WireBroken):
    """Nothing was said to this request: the connection may have been an old one, whose end crossed it, or one on which
    the answer before was longer than it was said to be.
    """


class CloudAnswer(msgspec.Struct, frozen=True):
    """An answer whose body may still be on its way. `length`: of the body, where it was announced."""

    status: int
    reason: str
    headers: Headers
    length: int | None
    body: Arriving
