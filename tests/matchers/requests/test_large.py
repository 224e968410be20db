"""The canonical form of a large request is the same, made elsewhere."""

import asyncio

import msgspec
import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.canonical import canonical
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
