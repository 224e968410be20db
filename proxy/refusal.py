"""What a client is told that the proxy itself refuses: in its service's shape, and as any terminal may show it.

It quotes requests and recordings, and clients print what they are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudtape.cassettes.faults import fault
from cloudtape.cassettes.messages import Response
from cloudtape.plain import plain, plain_values


def refusal(service: str, status: int, said: str, facts: Mapping[str, Any] | None = None) -> Response:
    """`said` in one line, `facts` as plain data; see `fault`."""
    return fault(service, status, plain(said), plain_values(facts) if facts else None)
