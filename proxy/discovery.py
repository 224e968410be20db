"""Whether an auth URL is an identity service: asked once, before anything is recorded.

Source: identity API v3 and v2.0, "List versions" (status 300 at the root) and "Show version details".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from cloudtape.cassettes.content import decoded
from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Request, Response
from cloudtape.errors import NotKeystone

ANSWERS = (200, 203, 300)
LARGEST = 1024 * 1024
"""Bytes of a version document."""


async def check_keystone(send: Callable[[Request], Awaitable[Response]], auth_url: str) -> None:
    """Raises NotKeystone, or UpstreamError when nobody answers there."""
    response = await send(Request("GET", auth_url, (("Accept", "application/json"),)))
    if response.status not in ANSWERS:
        raise NotKeystone(auth_url, f"it answers {response.status} {response.reason}".rstrip())
    body = decoded(response, limit=LARGEST).body
    if not isinstance(body, bytes) or not _versions(body):
        raise NotKeystone(auth_url, "its answer is no version document")


def _versions(body: bytes) -> bool:
    try:
        document: Any = json_value(body)
    except JsonError:
        return False
    match document:
        case {"version": {"id": str()}} | {"versions": {"values": list()}}:
            return True
        case _:
            return False
