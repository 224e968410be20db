from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.blob_store import BlobStore, DiskFailed, QuotaExceeded, chunks_of
from cloudtape.cassettes.blobs import CHUNK, Blob, Content
from cloudtape.cassettes.messages import StoredBody, Stream

SMALL, LARGE = b"small", bytes(range(256)) * 4096


async def pieces(*chunks: bytes, fail: bool = False) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if fail:
        raise ConnectionResetError


async def all_of(content: Content) -> bytes:
    return b"".join([chunk async for chunk in chunks_of(content)])


@pytest.mark.parametrize("data", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
def test_what_is_kept_comes_back(data: bytes) -> None:
    async def there_and_back() -> bytes:
        return await all_of(Content.of(await BlobStore().keep(data)))

    assert asyncio.run(there_and_back()) == data


def test_digests_are_those_that_were_asked_for() -> None:
    blob = asyncio.run(BlobStore().keep(Stream(pieces(SMALL, LARGE)), ("md5", "sha256", "sha512")))
    whole = SMALL + LARGE
    assert blob.size == len(whole)
    assert blob.digests == {name: hashlib.new(name, whole).hexdigest() for name in ("md5", "sha256", "sha512")}


def test_a_stored_body_is_kept(tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(LARGE)
    stored = StoredBody(tmp_path / "body", len(LARGE), sha256(LARGE).hexdigest())
    blob = asyncio.run(BlobStore().keep(stored))
    assert blob.read(0, blob.size) == LARGE


def test_a_stored_body_is_taken_over_file_and_all(tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(LARGE)
    store = BlobStore(quota=len(LARGE), parent=tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    blob = store.adopt(StoredBody(tmp_path / "body", len(LARGE), sha256(LARGE).hexdigest()))
    assert (tmp_path / "body").exists() is False
    assert blob.read(0, blob.size) == LARGE
    assert blob.digests == {name: hashlib.new(name, LARGE).hexdigest() for name in ("md5", "sha512")}
    with pytest.raises(QuotaExceeded):
        store.adopt(b"one more")
    del blob
    assert (store.used, list(store.folder().iterdir())) == (0, [])


def test_a_stored_body_that_cannot_be_taken_over_takes_no_room(tmp_path: Path) -> None:
    store = BlobStore(parent=tmp_path)
    with pytest.raises(DiskFailed):
        store.adopt(StoredBody(tmp_path / "gone", 10, ""))
    assert store.used == 0


def test_a_small_blob_makes_no_file_and_a_large_one_one(tmp_path: Path) -> None:
    store = BlobStore(parent=tmp_path)
    small = asyncio.run(store.keep(SMALL))
    assert list(tmp_path.iterdir()) == []
    large = asyncio.run(store.keep(LARGE))
    assert [path.stat().st_size for path in store.folder().iterdir()] == [len(LARGE)]
    assert store.used == small.size + large.size


def test_a_blob_that_nobody_refers_to_is_gone(tmp_path: Path) -> None:
    store = BlobStore(parent=tmp_path)
    blob = asyncio.run(store.keep(LARGE))
    content = Content.of(blob)
    del blob
    assert len(list(store.folder().iterdir())) == 1
    del content
    assert list(store.folder().iterdir()) == []
    assert store.used == 0


def test_nothing_is_left_behind_at_the_end(tmp_path: Path) -> None:
    store = BlobStore(parent=tmp_path)
    blob = asyncio.run(store.keep(LARGE))
    store.close()
    assert list(tmp_path.iterdir()) == []
    del blob


@pytest.mark.parametrize("in_memory", [0, 10**9])
def test_more_than_the_quota_is_refused_and_not_kept(in_memory: int, tmp_path: Path) -> None:
    store = BlobStore(quota=2 * CHUNK, in_memory=in_memory, parent=tmp_path)
    first = asyncio.run(store.keep(b"x" * CHUNK))
    with pytest.raises(QuotaExceeded):
        asyncio.run(store.keep(Stream(pieces(b"y" * CHUNK, b"z"))))
    assert store.used == first.size
    assert len(list(store.folder().iterdir())) == (1 if in_memory == 0 else 0)
    del first
    asyncio.run(store.keep(b"x" * 2 * CHUNK))


def test_a_body_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    store = BlobStore(in_memory=0, parent=tmp_path)
    with pytest.raises(ConnectionResetError):
        asyncio.run(store.keep(Stream(pieces(b"x" * CHUNK * 2, fail=True))))
    assert store.used == 0
    assert list(store.folder().iterdir()) == []


def test_a_disk_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    store = BlobStore(in_memory=0, parent=tmp_path)
    store.folder().rmdir()
    with pytest.raises(DiskFailed):
        asyncio.run(store.keep(LARGE))
    assert store.used == 0


def test_one_whole_blob_is_not_copied() -> None:
    store = BlobStore()
    blob = asyncio.run(store.keep(LARGE))
    assert asyncio.run(store.keep(Content.of(blob))) is blob
    assert asyncio.run(store.keep(Content.of(blob), ("sha256",))) is not blob


@given(st.lists(st.binary(max_size=20), max_size=5), st.integers(0, 100), st.integers(0, 100))
def test_a_slice_of_parts_is_the_slice_of_their_bytes(datas: list[bytes], one: int, other: int) -> None:
    async def sliced() -> tuple[int, bytes]:
        store = BlobStore(in_memory=8)
        parts = [part for data in datas for part in Content.of(await store.keep(data)).parts]
        found = Content(tuple(parts)).slice(start, stop)
        try:
            return found.size, await all_of(found)
        finally:
            store.close()

    start, stop = sorted((one, other))
    expected = b"".join(datas)[start:stop]
    assert asyncio.run(sliced()) == (len(expected), expected)


def test_a_shared_file_stays_when_its_owner_removes_it(tmp_path: Path) -> None:
    store = BlobStore(parent=tmp_path)
    (tmp_path / "body").write_bytes(LARGE)
    blob = store.share(StoredBody(tmp_path / "body", len(LARGE), "0" * 64))
    (tmp_path / "body").unlink()
    assert blob.read(0, len(LARGE)) == LARGE
    assert blob.digest("sha1") == hashlib.sha1(LARGE).hexdigest()
    del blob
    assert store.used == 0


def test_what_cannot_be_shared_takes_no_room(tmp_path: Path) -> None:
    store = BlobStore(parent=tmp_path)
    with pytest.raises(DiskFailed):
        store.share(StoredBody(tmp_path / "gone", 10, ""))
    assert store.used == 0


def test_contents_are_put_together_and_digested() -> None:
    one, other = (Content.of(Blob(len(data), {}, data)) for data in (b"abc", b"def"))
    assert (one + other).read(1, 5) == b"bcde"
    assert (one + other).digest("md5") == hashlib.md5(b"abcdef").hexdigest()


def test_bytes_that_cannot_be_written_take_no_room(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("in the way")
    store = BlobStore(in_memory=10, parent=tmp_path / "folder")
    with pytest.raises(DiskFailed):
        store.adopt(LARGE)
    assert store.used == 0
