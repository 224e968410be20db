"""Which live data stands for which recorded, and how that is told in messages."""

import base64
import hashlib
import json
from typing import Any

import pytest

from cloudtape.cassettes.blobs import Blob, Content
from cloudtape.cassettes.messages import Headers, Request, Response, header
from cloudtape.matchers.requests.things import Thing
from cloudtape.matchers.sessions.checksums import live_checksums, recorded_checksums
from cloudtape.matchers.sessions.uploads import Upload, Uploads, Write, part_of

SWIFT, GLANCE = "http://swift/v1/AUTH_p", "http://glance/v2/images"
ACCOUNT, IMAGES = "swift/AUTH_p", "glance/images"
OLD, NEW = b"recorded", b"the live data"


def digest(data: bytes, algorithm: str = "md5") -> str:
    return hashlib.new(algorithm, data).hexdigest()


def content(data: bytes) -> Content:
    return Content.of(Blob(len(data), {}, data))


def uploaded(*places: tuple[str, str], old: bytes = OLD, new: bytes = NEW) -> Uploads:
    uploads = Uploads()
    for family, item in places:
        uploads.put(Thing(family, item), item, Upload(content(old), content(new), (digest(old), digest(new))))
    return uploads


def told(
    uploads: Uploads, asked: str, response: Response, method: str = "GET", part: str | None = None
) -> tuple[Response, bytes | None]:
    response, data = live_checksums(uploads, Request(method, asked), part, response)
    return response, None if data is None else data.read(0, data.size)


def document(uploads: Uploads, asked: str, body: Any) -> Any:
    response, _ = told(uploads, asked, Response(200, "OK", (), json.dumps(body).encode()))
    assert isinstance(response.body, bytes)
    return json.loads(response.body)


OBJECT = uploaded((ACCOUNT, "c/o"))
IMAGE = uploaded((IMAGES, "one"))
FIELDS: Headers = (("Etag", digest(OLD)), ("Content-Length", str(len(OLD))))


def test_data_is_given_for_data() -> None:
    response, data = told(OBJECT, f"{SWIFT}/c/o", Response(200, "OK", FIELDS, OLD))
    assert data == NEW
    assert dict(response.headers) == {"Etag": digest(NEW), "Content-Length": str(len(NEW))}


def test_a_part_of_it_is_given_for_a_part() -> None:
    recorded = Response(206, "Partial Content", (*FIELDS, ("Content-Range", f"bytes 0-2/{len(OLD)}")), OLD[:3])
    response, data = told(OBJECT, f"{SWIFT}/c/o", recorded, part="bytes=4-7")
    assert data == NEW[4:8]
    assert header(response.headers, "content-range") == f"bytes 4-7/{len(NEW)}"
    response, data = told(OBJECT, f"{SWIFT}/c/o", recorded, part="bytes=100-")
    assert (response.status, data) == (416, b"")
    response, data = told(OBJECT, f"{SWIFT}/c/o", recorded, part="bytes=0-1,3-4")
    assert (response.status, data) == (200, NEW)


def test_its_size_and_checksum_are_told_without_it() -> None:
    response, data = told(OBJECT, f"{SWIFT}/c/o", Response(200, "OK", FIELDS), "HEAD")
    assert data is None
    assert dict(response.headers) == {"Etag": digest(NEW), "Content-Length": str(len(NEW))}
    response, _ = told(OBJECT, f"{SWIFT}/c/o", Response(304, "Not Modified", (("ETag", f'"{digest(OLD)}"'),)))
    assert response.headers == (("ETag", f'"{digest(NEW)}"'),)


def test_a_checksum_in_base64_is_told_in_base64() -> None:
    one, other = (base64.b64encode(hashlib.md5(data).digest()).decode() for data in (OLD, NEW))
    response, _ = told(OBJECT, f"{SWIFT}/c/o", Response(200, "OK", (("Content-MD5", one),), OLD))
    assert response.headers == (("Content-MD5", other),)


def test_data_without_a_checksum_is_known_by_its_place_and_bytes() -> None:
    assert told(IMAGE, f"{GLANCE}/one/file", Response(200, "OK", (), OLD))[1] == NEW
    assert told(IMAGE, f"{GLANCE}/one/file", Response(200, "OK", (), b"another"))[1] is None
    assert told(IMAGE, f"{GLANCE}/two/file", Response(200, "OK", (), OLD))[1] is None


def test_a_listing_tells_the_live_checksums_and_sizes_of_what_was_uploaded_alone() -> None:
    row = {"name": "o", "hash": digest(OLD), "bytes": len(OLD), "content_type": "text/plain"}
    other = {"name": "x", "hash": digest(b"x"), "bytes": len(OLD)}
    assert document(OBJECT, f"{SWIFT}/c?format=json", [row, other]) == [
        {**row, "hash": digest(NEW), "bytes": len(NEW)},
        other,
    ]


def test_a_listing_in_xml_does_so_too() -> None:
    row = (
        "<object><name>o</name><hash>{}</hash><bytes>{}</bytes></object><object><name>x</name><bytes>8</bytes></object>"
    )
    response, _ = told(
        OBJECT, f"{SWIFT}/c?format=xml", Response(200, "OK", (), row.format(digest(OLD), len(OLD)).encode())
    )
    assert response.body == row.format(digest(NEW), len(NEW)).encode()


@pytest.mark.parametrize("algorithm", ["sha512", "sha256", "sha3_512", "blake2b", "sha1"])
def test_whatever_checksum_an_image_has_is_worked_out(algorithm: str) -> None:
    def image(data: bytes) -> dict[str, Any]:
        hashes = {"checksum": digest(data), "os_hash_algo": algorithm, "os_hash_value": digest(data, algorithm)}
        return {"id": "one", "min_disk": 8, "size": len(data), "virtual_size": len(data), **hashes}

    assert document(IMAGE, f"{GLANCE}/one", image(OLD)) == image(NEW)
    assert document(IMAGE, GLANCE, {"images": [image(OLD), {"id": "two"}]}) == {"images": [image(NEW), {"id": "two"}]}


def test_the_size_of_what_has_no_checksum_yet_is_told() -> None:
    staged = {"id": "one", "status": "uploading", "checksum": None, "size": len(OLD), "min_ram": 0}
    assert document(IMAGE, f"{GLANCE}/one", staged) == {**staged, "size": len(NEW)}
    assert document(IMAGE, f"{GLANCE}/one", {**staged, "size": 7})["size"] == 7


def test_another_service_that_tells_the_checksum_tells_the_live_one() -> None:
    def volume(data: bytes) -> dict[str, Any]:
        return {
            "volume": {
                "id": "v",
                "size": 8,
                "volume_image_metadata": {"checksum": digest(data), "size": str(len(data))},
            }
        }

    assert document(IMAGE, "http://cinder/v3/volumes/v", volume(OLD)) == volume(NEW)


def test_sums_grow_by_what_is_longer() -> None:
    uploads = uploaded((ACCOUNT, "c/o"), (ACCOUNT, "c/p"), (ACCOUNT, "d/o"))
    grown = len(NEW) - len(OLD)
    response, _ = told(uploads, f"{SWIFT}/c", Response(204, "", (("X-Container-Bytes-Used", "100"),)), "HEAD")
    assert response.headers == (("X-Container-Bytes-Used", str(100 + 2 * grown)),)
    response, _ = told(uploads, SWIFT, Response(204, "", (("X-Account-Bytes-Used", "200"),)), "HEAD")
    assert response.headers == (("X-Account-Bytes-Used", str(200 + 3 * grown)),)
    listed = [{"name": "c", "count": 2, "bytes": 100}, {"name": "e", "count": 2, "bytes": 100}]
    assert document(uploads, f"{SWIFT}?format=json", listed)[0]["bytes"] == 100 + 2 * grown
    assert document(uploads, f"{SWIFT}?format=json", listed)[1]["bytes"] == 100


def test_of_the_same_recorded_bytes_those_at_the_place_are_meant() -> None:
    uploads = Uploads()
    for item, new in (("c/a", b"A"), ("c/b", b"B"), ("c/same", OLD)):
        live = content(new)
        upload = (
            Upload(content(OLD), live, (digest(OLD), digest(new)))
            if new != OLD
            else Upload(live, live, (digest(OLD),) * 2)
        )
        uploads.put(Thing(ACCOUNT, item), item, upload)
    found = [told(uploads, f"{SWIFT}/{item}", Response(200, "OK", FIELDS, OLD))[1] for item in ("c/a", "c/b", "c/same")]
    assert found == [b"A", b"B", OLD]
    rows = document(
        uploads, f"{SWIFT}/c?format=json", [{"name": name, "hash": digest(OLD)} for name in ("a", "b", "same")]
    )
    assert [row["hash"] for row in rows] == [digest(b"A"), digest(b"B"), digest(OLD)]


def test_what_was_recorded_without_its_secrets_is_trusted_to_be_at_its_place() -> None:
    uploads = Uploads()
    uploads.put(
        Thing(IMAGES, "one"), "one", Upload(content(b"scrubbed-password-1"), content(NEW), None, is_trusted=True)
    )
    assert document(uploads, f"{GLANCE}/one", {"id": "one", "checksum": "0" * 32})["checksum"] == digest(NEW)
    assert document(uploads, f"{GLANCE}/two", {"id": "two", "checksum": "0" * 32})["checksum"] == "0" * 32
    assert told(uploads, f"{GLANCE}/one/file", Response(200, "OK", (), b"scrubbed-password-1"))[1] == NEW


def test_a_request_that_tells_live_checksums_is_put_in_recorded_ones() -> None:
    segment = {"path": "/c/o", "etag": digest(NEW), "size_bytes": len(NEW)}
    unknown = {"path": "/c/x", "etag": digest(b"x"), "size_bytes": len(NEW)}
    request = Request(
        "PUT",
        f"{SWIFT}/c/big?multipart-manifest=put",
        (("If-Match", f'"{digest(NEW)}"'), ("X-Object-Meta-Note", digest(NEW))),
        json.dumps([segment, unknown]).encode(),
    )
    found = recorded_checksums(OBJECT, request)
    assert isinstance(found.body, bytes)
    assert json.loads(found.body) == [{**segment, "etag": digest(OLD), "size_bytes": len(OLD)}, unknown]
    assert found.headers == (("If-Match", f'"{digest(OLD)}"'), ("X-Object-Meta-Note", digest(NEW)))


def test_a_filter_by_a_checksum_that_was_told_finds_the_recorded_one() -> None:
    uploads = uploaded((IMAGES, "one"))
    asked = Request("GET", f"{GLANCE}?os_hash_value={digest(NEW, 'sha512')}")
    assert recorded_checksums(uploads, asked) == asked
    document(uploads, f"{GLANCE}/one", {"id": "one", "os_hash_value": digest(OLD, "sha512")})
    assert recorded_checksums(uploads, asked).uri == f"{GLANCE}?os_hash_value={digest(OLD, 'sha512')}"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-4", (0, 5)),
        ("bytes=5-", (5, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=8-100", (8, 10)),
        ("bytes=-100", (0, 10)),
        ("bytes=10-", None),
        ("bytes=-0", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
    ],
)
def test_where_a_part_lies(asked: str, part: tuple[int, int] | None) -> None:
    assert part_of(asked, 10) == part


def segments(*names: str) -> tuple[Uploads, Headers]:
    """Objects below `c/seg-`, and the header of the large object that they make."""
    uploads = Uploads()
    for name in names:
        old, new = f"old {name}".encode(), f"new data {name}".encode()
        place = Thing(ACCOUNT, f"c/seg-{name}")
        uploads.put(place, place.item, Upload(content(old), content(new), (digest(old), digest(new))))
    joined = "".join(digest(f"old {name}".encode()) for name in sorted(names))
    return uploads, (("X-Object-Manifest", "c%2Fseg-"), ("Etag", f'"{digest(joined.encode())}"'))


def test_a_large_object_is_made_of_the_live_segments_in_the_order_of_their_names() -> None:
    uploads, fields = segments("2", "1")
    response, data = told(uploads, f"{SWIFT}/c/big", Response(200, "OK", fields, b"old 1old 2"))
    assert data == b"new data 1new data 2"
    joined = "".join(digest(f"new data {name}".encode()) for name in "12")
    assert header(response.headers, "etag") == f'"{digest(joined.encode())}"'


@pytest.mark.parametrize("names", [("1",), ("1", "2", "3"), ()])
def test_a_large_object_of_other_segments_than_were_uploaded_stays_as_it_was_recorded(names: tuple[str, ...]) -> None:
    _, fields = segments("1", "2")
    recorded = Response(200, "OK", fields, b"old 1old 2")
    assert told(segments(*names)[0], f"{SWIFT}/c/big", recorded) == (recorded, None)


def test_a_large_object_with_a_segment_of_unknown_checksum_stays_as_it_was_recorded() -> None:
    uploads, fields = segments("1", "2")
    uploads.put(Thing(ACCOUNT, "c/seg-3"), "c/seg-3", Upload(content(b"x"), content(b"y")))
    recorded = Response(200, "OK", fields, b"old 1old 2")
    assert told(uploads, f"{SWIFT}/c/big", recorded) == (recorded, None)


def test_an_empty_segment_adds_nothing_to_a_large_object() -> None:
    uploads, fields = segments("1", "2")
    uploads.put(Thing(ACCOUNT, "c/seg-0"), "c/seg-0", Upload(content(b""), content(b"")))
    assert told(uploads, f"{SWIFT}/c/big", Response(200, "OK", fields, b"old 1old 2"))[1] == b"new data 1new data 2"


def test_a_copy_has_the_data_of_its_source_and_takes_the_place_of_what_was_there() -> None:
    uploads = uploaded((ACCOUNT, "c/o"))
    source, copy, name = Thing(ACCOUNT, "c/o"), Thing(ACCOUNT, "c/copy"), "c/live-copy"
    uploads.copy(source, copy, name)
    assert uploads.at(copy) is uploads.at(source) is not None
    assert uploads.below(ACCOUNT, "c/copy") == [uploads.at(source)]
    assert uploads.growth(ACCOUNT) == 2 * (len(NEW) - len(OLD))
    uploads.copy(Thing(ACCOUNT, "c/unknown"), copy, name)
    assert uploads.at(copy) is None
    assert uploads.at(source) is not None


def test_what_is_forgotten_is_nowhere_and_what_never_was_can_be_forgotten() -> None:
    uploads, place = uploaded((ACCOUNT, "c/o")), Thing(ACCOUNT, "c/o")
    assert uploads
    uploads.forget(Thing(ACCOUNT, "c/never"))
    uploads.forget(place)
    assert uploads.at(place) is None
    assert not uploads
    assert uploads.of(digest(OLD)) is not None, "it may come back: versions"


def test_all_that_follows_from_writes_is_forgotten_when_they_are_looked_at_anew() -> None:
    uploads = uploaded((ACCOUNT, "c/o"))
    uploads.begin_again()
    assert not uploads
    assert (uploads.at(Thing(ACCOUNT, "c/o")), uploads.of(digest(OLD)), uploads.families) == (None, None, set())
    assert (uploads.differ, uploads.largest) == (False, 0)


@pytest.mark.parametrize(
    ("place", "asked", "has"),
    [
        ("c/o", "bytes=0-3", True),
        ("c/o", f"bytes={len(NEW)}-", False),
        ("c/o", "all", False),
        ("c/x", "bytes=0-3", False),
    ],
)
def test_a_part_can_be_given_of_what_is_at_a_place_and_as_long_as_that(place: str, asked: str, has: bool) -> None:
    assert OBJECT.has_part(Thing(ACCOUNT, place), asked) is has


def test_no_sum_of_bytes_is_told_below_nothing() -> None:
    uploads = uploaded((ACCOUNT, "c/o"), old=NEW, new=OLD)
    response, _ = told(uploads, f"{SWIFT}/c", Response(204, "", (("X-Container-Bytes-Used", "1"),)), "HEAD")
    assert response.headers == (("X-Container-Bytes-Used", "0"),)


def test_writes_that_change_places_take_their_data_along_and_what_follows_is_worked_out_once() -> None:
    uploads = Uploads()
    one, other = (Write(Request("PUT", f"{SWIFT}/c/{name}"), None, (), {}) for name in "ab")
    uploads.writes = {1: one, 2: other}
    renewed: list[int] = []

    def renew(these: Uploads) -> None:
        these.begin_again()
        renewed.extend(these.writes)

    uploads.renew = renew
    uploads.exchange([(8, 9)])
    assert (uploads.at(Thing(ACCOUNT, "c/a")), renewed) == (None, [])
    uploads.exchange([(1, 2), (2, 1)])
    assert uploads.writes == {2: one, 1: other}
    for _ in range(2):
        uploads.at(Thing(ACCOUNT, "c/a"))
    assert renewed == [2, 1]
