"""The data of images: what goes up comes down, whole or in part, and takes room only as long as somebody has it."""

import asyncio
import hashlib
import io
import random
from typing import Any

import aiohttp
import msgspec
import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.blob_store import BlobStore
from cloudtape.cassettes.messages import Stream
from tests.synthesis.requests import Asker, json_of
from tests.synthesis.test_answers import log_in

DATA = random.Random(1).randbytes(3_000_000)
FORMATS = {"disk_format": "raw", "container_format": "bare"}


@pytest.mark.parametrize("size", [5, len(DATA)])
def test_data_comes_down_as_it_went_up_whole_or_in_part(demo: BackgroundProxy, size: int) -> None:
    data = DATA[:size]

    async def main() -> tuple[dict[str, Any], list[tuple[int, bytes]]]:
        async with aiohttp.ClientSession(demo.url) as session:
            session.headers["X-Auth-Token"] = await log_in(session, "demo")
            async with session.post("/image/v2/images", json={"name": "data", **FORMATS}) as made:
                path = f"/image/v2/images/{(await made.json())['id']}"
            octets = {"Content-Type": "application/octet-stream"}
            await session.put(path + "/file", data=io.BytesIO(data), headers=octets)
            told = []
            for asked in ({}, {"Range": "bytes=1-3"}, {"Range": "bytes=2-"}, {"Range": "bytes=-2"}):
                async with session.get(path + "/file", headers=asked) as answer:
                    told.append((answer.status, await answer.read()))
            async with session.get(path) as answer:
                return await answer.json(), told

    shown, told = asyncio.run(main())
    assert told == [(200, data), (206, data[1:4]), (206, data[2:]), (206, data[-2:])]
    assert (shown["size"], shown["checksum"]) == (size, hashlib.md5(data).hexdigest())
    assert shown["os_hash_value"] == hashlib.sha512(data).hexdigest()


def test_a_part_of_a_large_image_is_not_read_at_once() -> None:
    asker = Asker()
    asker.world.blobs = BlobStore(in_memory=10)
    path = upload(asker, b"0123456789" * 100_000)
    answer = asker.ask("GET", "image", path + "/file", headers=[("Range", "bytes=10-")])
    assert (answer.status, type(answer.body)) == (206, Stream)


def test_images_take_room_until_they_are_deleted() -> None:
    asker = Asker()
    asker.world.blobs = BlobStore(quota=asker.world.blobs.used + 100)
    first = upload(asker, b"x" * 60)
    assert upload(asker, b"y" * 60, status=413)
    assert asker.ask("DELETE", "image", first).status == 204
    upload(asker, b"z" * 100)


def upload(asker: Asker, data: bytes, status: int = 204) -> str:
    """The path of a new image, once it was answered as it should."""
    made = json_of(asker.ask("POST", "image", "/v2/images", msgspec.json.encode({"name": "data", **FORMATS})))
    path = f"/v2/images/{made['id']}"
    told = asker.ask("PUT", "image", path + "/file", data, [("Content-Type", "application/octet-stream")])
    assert told.status == status
    return path
