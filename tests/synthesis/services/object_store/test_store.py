"""What the recorded answers cannot show: time that passes, limits, bytes that go away, and input that nobody would send."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.blob_store import BlobStore
from cloudtape.cassettes.messages import Request, Response, Stream, header
from cloudtape.synthesis.services.object_store.access import Caller
from cloudtape.synthesis.services.object_store.store import ObjectStore
from tests.synthesis.services.object_store.harness import in_pieces, read

ME = Caller("p", "me", ("member",))
START = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Client:
    """Asks a store of its own, on a clock that stands."""

    def __init__(self, blobs: BlobStore | None = None) -> None:
        self.clock, self.count = Clock(), 0
        self.store = ObjectStore(blobs, self.clock, self.next_id)

    def next_id(self) -> str:
        self.count += 1
        return f"{self.count:032x}"

    async def ask(self, method: str, path: str = "", body: bytes | Stream = b"", **headers: str) -> Response:
        fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
        if isinstance(body, bytes):
            fields.append(("Content-Length", str(len(body))))
        return await self.store(Request(method, f"http://s/v1/AUTH_p{path}", tuple(fields), body), None, ME)


async def with_object(client: Client, body: bytes = b"hello") -> None:
    await client.ask("PUT", "/c")
    await client.ask("PUT", "/c/o", body)


def test_answers_carry_ids_of_the_given_source_and_times_of_the_given_clock() -> None:
    response = asyncio.run(Client().ask("PUT", "/c"))
    assert header(response.headers, "x-trans-id") == f"tx{'0' * 20}0-{int(START):010x}"
    assert header(response.headers, "date") == "Fri, 15 Jan 2027 08:00:00 GMT"


def test_an_object_expires_when_its_time_has_come() -> None:
    async def story(client: Client) -> list[int]:
        await client.ask("PUT", "/c")
        await client.ask("PUT", "/c/o", b"x", X_Delete_After="10")
        found = [(await client.ask("GET", "/c/o")).status]
        client.clock.now += 9
        found.append((await client.ask("GET", "/c/o")).status)
        client.clock.now += 2
        return [*found, (await client.ask("GET", "/c/o")).status, (await client.ask("DELETE", "/c")).status]

    assert asyncio.run(story(Client())) == [200, 200, 404, 204]


def test_a_new_expiry_takes_the_place_of_the_old_one() -> None:
    async def story(client: Client) -> list[int]:
        await client.ask("PUT", "/c")
        await client.ask("PUT", "/c/o", b"x", X_Delete_After="10")
        await client.ask("POST", "/c/o", X_Delete_After="100")
        client.clock.now += 50
        found = [(await client.ask("GET", "/c/o")).status]
        client.clock.now += 51
        return [*found, (await client.ask("GET", "/c/o")).status]

    assert asyncio.run(story(Client())) == [200, 404]


def test_more_than_the_stores_quota_is_413_and_nothing_of_it_stays(tmp_path: Path) -> None:
    blobs = BlobStore(quota=100, in_memory=0, parent=tmp_path)

    async def story(client: Client) -> tuple[int, int, bytes]:
        await with_object(client, b"x" * 60)
        refused = await client.ask("PUT", "/c/p", Stream(in_pieces(b"y" * 60, 7)))
        listing = await client.ask("GET", "/c")
        return refused.status, blobs.used, await read(listing)

    assert asyncio.run(story(Client(blobs))) == (413, 60, b"o\n")


def test_a_download_goes_on_when_the_object_is_deleted() -> None:
    data = b"0123456789" * 100_000

    async def story(client: Client) -> bytes:
        await with_object(client, data)
        response = await client.ask("GET", "/c/o")
        await client.ask("DELETE", "/c/o")
        return await read(response)

    assert asyncio.run(story(Client())) == data


def test_nothing_is_left_of_deleted_objects(tmp_path: Path) -> None:
    blobs = BlobStore(in_memory=0, parent=tmp_path)

    async def story(client: Client) -> None:
        await with_object(client, b"x" * 1000)
        await client.ask("COPY", "/c/o", Destination="c/copy")
        await client.ask("PUT", "/c/o", b"y")
        await client.ask("DELETE", "/c/o")
        await client.ask("DELETE", "/c/copy")

    asyncio.run(story(Client(blobs)))
    assert (blobs.used, list(blobs.folder().iterdir())) == (0, [])


def test_a_copy_takes_no_room() -> None:
    blobs = BlobStore(quota=1500)

    async def story(client: Client) -> int:
        await with_object(client, b"x" * 1000)
        return (await client.ask("COPY", "/c/o", Destination="c/copy")).status

    assert asyncio.run(story(Client(blobs))) == 201
    assert blobs.used == 1000


def test_a_static_large_object_breaks_off_where_a_segment_is_gone() -> None:
    async def story(client: Client) -> tuple[int, str | None]:
        await with_object(client, b"first")
        await client.ask("PUT", "/c/p", b"second")
        manifest = json.dumps([{"path": "/c/o"}, {"path": "/c/p"}]).encode()
        await client.ask("PUT", "/c/m?multipart-manifest=put", manifest)
        await client.ask("DELETE", "/c/p")
        response = await client.ask("GET", "/c/m")
        assert isinstance(response.body, Stream)
        assert await anext(response.body.chunks) == b"first"
        with pytest.raises(ConnectionError):
            await anext(response.body.chunks)
        return response.status, header(response.headers, "content-length")

    assert asyncio.run(story(Client())) == (200, "11")


def test_manifests_within_manifests_have_a_limit() -> None:
    async def story(client: Client) -> list[int]:
        await with_object(client)
        found = []
        for depth in range(12):
            below = {"path": f"/c/m{depth - 1}" if depth else "/c/o"}
            await client.ask("PUT", f"/c/m{depth}?multipart-manifest=put", json.dumps([below]).encode())
            found.append((await client.ask("GET", f"/c/m{depth}")).status)
        return found

    assert asyncio.run(story(Client())) == [200] * 10 + [409] * 2


def test_many_clients_at_once_lose_and_mix_nothing() -> None:
    async def one(client: Client, number: int) -> bool:
        name, body = f"/c/{number:04}", f"body of {number}".encode()
        await client.ask("PUT", name, Stream(in_pieces(body, 3)))
        await client.ask("PUT", name + "-x", body)
        await client.ask("DELETE", name + "-x")
        return await read(await client.ask("GET", name)) == body

    async def story(client: Client) -> tuple[bool, list[str]]:
        await client.ask("PUT", "/c")
        right = all(await asyncio.gather(*[one(client, number) for number in range(1000)]))
        return right, (await read(await client.ask("GET", "/c"))).decode().split()

    right, names = asyncio.run(story(Client()))
    assert right
    assert names == [f"{number:04}" for number in range(1000)]


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
    st.binary(max_size=50),
)
def test_any_name_keeps_any_bytes(name: str, data: bytes) -> None:
    async def story(client: Client) -> tuple[bytes, list[str]]:
        await client.ask("PUT", "/c")
        await client.ask("PUT", "/c/" + quote(name), data)
        rows = json.loads(await read(await client.ask("GET", "/c?format=json")))
        return await read(await client.ask("GET", "/c/" + quote(name))), [row["name"] for row in rows]

    assert asyncio.run(story(Client())) == (data, [name])


ODD = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=12)
PATHS = st.one_of(
    ODD, st.sampled_from(["", "/c", "/c/o", "/c/m", "/c/d", "/v", "/v/o", "/none/o", "?bulk-delete", "/c?format=json"])
)
QUERIES = [
    "multipart-manifest",
    "format",
    "limit",
    "marker",
    "part-number",
    "temp_url_sig",
    "temp_url_expires",
    "extract-archive",
    "bulk-delete",
    "delimiter",
    "path",
    "heartbeat",
    "async",
    "version-id",
    "versions",
    "version_marker",
    "symlink",
]
HEADERS = [
    "Range",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "Accept",
    "Content-Type",
    "ETag",
    "X-Copy-From",
    "Destination",
    "X-Delete-At",
    "X-Delete-After",
    "X-Object-Manifest",
    "X-Container-Read",
    "X-Versions-Location",
    "X-Container-Meta-Quota-Bytes",
    "Content-Length",
    "Origin",
    "Referer",
    "X-Object-Meta-A",
    "X-Copy-From-Account",
    "X-Versions-Enabled",
    "X-Symlink-Target",
    "X-Symlink-Target-Etag",
    "Transfer-Encoding",
]
VALUES = st.one_of(
    ODD,
    st.sampled_from(
        [
            "put",
            "get",
            "delete",
            "on",
            "1",
            "-1",
            "*",
            "bytes=0-1",
            "c/o",
            "json",
            "tar",
            "multipart/form-data; boundary=x",
            "\xff",
            "\x00",
            "99999999999999999999",
            "٣".encode().decode("latin-1"),
        ]
    ),
)


@given(
    st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "OPTIONS", "PATCH", "odd"]),
    PATHS,
    st.dictionaries(st.sampled_from(QUERIES), VALUES, max_size=3),
    st.dictionaries(st.sampled_from(HEADERS), VALUES, max_size=4),
    st.one_of(st.binary(max_size=40), st.sampled_from([b"[]", b'[{"path": "/c/o"}]', b"/c/o\nc"])),
    st.booleans(),
)
def test_any_request_has_an_answer(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, known: bool
) -> None:
    async def story(client: Client) -> int:
        await with_object(client)
        await client.ask("PUT", "/c/m?multipart-manifest=put", b'[{"path": "/c/o"}]')
        await client.ask("PUT", "/c/d", X_Object_Manifest="c/o")
        await client.ask("PUT", "/v", X_Versions_Enabled="true")
        await client.ask("PUT", "/v/o", b"1")
        text = "&".join(f"{name}={quote(value, encoding='latin-1')}" for name, value in query.items())
        uri = f"http://s/v1/AUTH_p{path}{'&' if '?' in path else '?'}{text}"
        response = await client.store(Request(method, uri, tuple(headers.items()), body), None, ME if known else None)
        await read(response)
        return response.status

    assert 200 <= asyncio.run(story(Client())) < 500
