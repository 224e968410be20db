"""The canonical form of a large request is the same, made elsewhere."""

import asyncio

import msgspec
import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.canonical import canonical, unread
from cloudtape.matchers.requests.large import Large

JSON = (("Content-Type", "application/json"),)
MANY = msgspec.json.encode([{"name": f"n{number}", "adminPass": "s3cr3t", "n": 1.0} for number in range(3_000)])
BODIES = [MANY, b"password=s3cr3t and words " * 5_000, b"\0\1\2" * 50_000, b"a=%41&" * 20_000]


@pytest.mark.parametrize("body", BODIES)
def test_it_is_as_if_it_were_made_here(body: bytes) -> None:
    request = Request("POST", "http://c/v2/x?token=abc", JSON, body)

    async def made() -> object:
        large = Large()
        try:
            return await large.canonical(request)
        finally:
            large.close()

    assert asyncio.run(made()) == canonical(request)


def test_what_cannot_be_looked_through_is_compared_by_its_digest() -> None:
    request = Request("POST", "http://c/v2/x", JSON, b'{"a": 1}')
    assert unread(request).body.startswith(b"text:")
    assert unread(request) == unread(request)
    assert unread(request).key != unread(Request("POST", "http://c/v2/x", JSON, b'{"a": 2}')).key
