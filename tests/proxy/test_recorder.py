"""What becomes of a client's answer when it cannot be kept."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import vcr
from msgspec.structs import replace

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import CassetteWriteError, ScrubError
from cloudtape.cassettes.files.bodies import Spool, folder_of
from cloudtape.cassettes.files.writer import CassetteWriter, Keeping
from cloudtape.cassettes.messages import Interaction, Request, Response, StoredBody
from cloudtape.cassettes.scanning.scan import scan
from cloudtape.journal import Journal
from cloudtape.keeper import Keeper, Scrub, Scrubbing
from tests.proxy.raw_cloud import RawCloud, answer, request, say
from tests.proxy.test_cli import cloudtape

LARGE = bytes(range(256)) * 2000


def only(scrub: Scrub) -> Scrubbing:
    """Small and large alike, at once."""
    return Scrubbing(scrub, scrub)


def test_large_bodies_stream_and_are_kept(recorder: BackgroundProxy, cloud: RawCloud, tape: Path) -> None:
    cloud.answers["/compute/x"] = answer("200 OK", "Content-Type: application/octet-stream", LARGE)
    assert say(recorder.url, request("PUT /compute/x", f"Content-Length: {len(LARGE)}", body=LARGE)).body == LARGE
    (file,) = folder_of(tape).iterdir()
    assert file.read_bytes() == LARGE


def test_what_a_cloud_says_of_its_own_sources_is_neither_counted_nor_kept(
    recorder: BackgroundProxy, cloud: RawCloud, tape: Path
) -> None:
    """As a made-up cloud does that stands for the real one."""
    before = dict(recorder.journal.counts)
    cloud.answers["/compute/x"] = b"HTTP/1.1 204 No Content\r\nX-Cloudtape-Source: synthesized\r\n\r\n"
    say(recorder.url, request("GET /compute/x"))
    assert recorder.journal.counts == {"recorded": before["recorded"] + 1}
    assert list(load(tape))[-1].response.headers == ()


def test_a_folder_that_refuses_bodies_costs_the_recording_and_not_the_client(
    recorder: BackgroundProxy, cloud: RawCloud, tape: Path
) -> None:
    cloud.answers["/compute/x"] = answer("200 OK", "Content-Type: application/octet-stream", LARGE)
    shutil.rmtree(folder_of(tape), ignore_errors=True)
    folder_of(tape).write_text("a file in the folder's place")
    assert say(recorder.url, request("GET /compute/x")).body == LARGE
    assert say(recorder.url, request("PUT /compute/x", f"Content-Length: {len(LARGE)}", body=LARGE)).body == LARGE
    assert cloud.received[-1].body == LARGE
    assert say(recorder.url, request("GET /identity/v3")).status == 200
    assert len(recorder.lost) == 2
    assert [(one.response.status, bool(one.lost)) for one in load(tape)] == [
        (201, False),
        (501, True),
        (501, True),
        (200, False),
    ]


def ready(name: str, body: bytes | StoredBody = b"{}") -> Interaction:
    return Interaction(Request("GET", f"http://cloud/{name}"), Response(200, "OK", (), body))


def refuses(interaction: Interaction) -> Interaction:
    if "refused" in interaction.request.uri:
        raise ScrubError("refused")
    return interaction


def names(tape: Path) -> list[str]:
    return [one.request.uri.rpartition("/")[2] for one in load(tape)]


async def kept(keeper: Keeper, interactions: list[Interaction]) -> list[bool]:
    return await asyncio.gather(*map(keeper.keep, interactions))


def test_what_is_ready_together_is_kept_in_order_less_what_cannot_be(tape: Path) -> None:
    journal = Journal()
    keeper = Keeper(CassetteWriter.create(tape), only(refuses), journal)
    interactions = [ready("first"), ready("refused"), ready("third")]
    assert asyncio.run(kept(keeper, interactions)) == [True, False, True]
    assert names(tape) == ["first", "third"]
    assert [said.partition(": ")[0] for said in journal.lost] == ["GET http://cloud/refused"]


def test_a_large_body_overtakes_nothing_and_is_not_overtaken(tape: Path) -> None:
    writer = CassetteWriter.create(tape)
    spool = Spool(tape.parent, limit=0)
    spool.write(LARGE)
    large = spool.finish()
    assert isinstance(large, StoredBody)
    interactions = [ready("first"), ready("large", large), ready("third")]
    assert asyncio.run(kept(Keeper(writer, only(refuses), Journal()), interactions)) == [True, True, True]
    assert names(tape) == ["first", "large", "third"]


def test_what_becomes_ready_while_the_disk_is_busy_goes_to_it_together(
    tape: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = []
    sync = os.fsync

    def slow(descriptor: int) -> None:
        syncs.append(descriptor)
        time.sleep(0.05)
        sync(descriptor)

    async def come(keeper: Keeper) -> list[bool]:
        async def one(number: int) -> bool:
            await asyncio.sleep(number / 1000)
            return await keeper.keep(ready(f"{number}"))

        return await asyncio.gather(*map(one, range(1, 101)))

    writer = CassetteWriter.create(tape, Keeping(durable=True))
    monkeypatch.setattr(os, "fsync", slow)
    kept = asyncio.run(come(Keeper(writer, only(refuses), Journal())))
    assert kept == [True] * 100
    assert sorted(map(int, names(tape))) == list(range(1, 101))
    assert len(syncs) < 30


def test_a_bug_in_keeping_reaches_everybody_who_waits(tape: Path) -> None:
    def fails(interaction: Interaction) -> Interaction:
        raise ZeroDivisionError

    for keeping in (Keeping(), Keeping(durable=True)):
        keeper = Keeper(
            CassetteWriter.create(tape.with_name(f"{keeping.durable}.yaml"), keeping), only(fails), Journal()
        )
        with pytest.raises(ZeroDivisionError):
            asyncio.run(asyncio.wait_for(kept(keeper, [ready("one")]), 5))


def names_and_marks(tape: Path) -> list[tuple[str, bool]]:
    return [(one.request.uri.rpartition("/")[2], bool(one.lost)) for one in load(tape)]


def test_in_the_place_of_what_could_not_be_kept_stands_that_it_was_asked(tape: Path) -> None:
    def refuses_answers(interaction: Interaction) -> Interaction:
        if interaction.response.body == b"secret":
            raise ScrubError("refused")
        return interaction

    keeper = Keeper(CassetteWriter.create(tape), only(refuses_answers), Journal())
    asked = replace(ready("one", b"secret"), request=Request("POST", "http://cloud/one?a=b", (("X-A", "1"),), b"{}"))
    assert asyncio.run(kept(keeper, [asked, ready("two")])) == [False, True]
    (mark, two) = load(tape)
    assert (mark.request, mark.response.status, mark.lost) == (asked.request, 501, "refused")
    assert (two.request.uri, two.lost) == ("http://cloud/two", "")


@pytest.mark.parametrize(
    ("refused", "left"),
    [
        (b"body", Request("POST", "http://cloud/one?a=b", (("X-A", "1"),))),
        (b"a=b", Request("POST", "http://cloud/one")),
        (b"one", None),
    ],
)
def test_of_a_request_that_cannot_be_scrubbed_stands_what_can_be(
    tape: Path, refused: bytes, left: Request | None
) -> None:
    def refuses_parts(interaction: Interaction) -> Interaction:
        assert isinstance(interaction.request.body, bytes)
        if refused in interaction.request.uri.encode() + interaction.request.body:
            raise ScrubError("refused")
        return interaction

    journal = Journal()
    keeper = Keeper(CassetteWriter.create(tape), only(refuses_parts), journal)
    asked = replace(ready("one"), request=Request("POST", "http://cloud/one?a=b", (("X-A", "1"),), b"body"))
    assert asyncio.run(kept(keeper, [asked, ready("two")])) == [False, True]
    assert [one.request for one in load(tape) if one.lost] == ([left] if left else [])
    assert len(journal.lost) == 1


class FullDisk(CassetteWriter):
    """One that takes nothing while it is `full`."""

    full = False

    def append_all(self, interactions: Sequence[Interaction]) -> list[Interaction]:
        if self.full:
            raise CassetteWriteError(self.path, "No space left on device")
        return super().append_all(interactions)


@pytest.mark.parametrize("is_last", [True, False])
def test_what_a_full_disk_did_not_even_take_a_mark_of_is_marked_later(tape: Path, is_last: bool) -> None:
    writer = FullDisk.create(tape)
    assert isinstance(writer, FullDisk)
    journal = Journal()
    keeper = Keeper(writer, only(lambda one: one), journal)
    assert asyncio.run(kept(keeper, [ready("one")])) == [True]
    writer.full = True
    assert asyncio.run(kept(keeper, [ready("two"), ready("three")])) == [False, False]
    assert names_and_marks(tape) == [("one", False)]
    writer.full = False
    if is_last:
        keeper.close()
    else:
        assert asyncio.run(kept(keeper, [ready("four")])) == [True]
    later = [] if is_last else [("four", False)]
    assert names_and_marks(tape) == [("one", False), ("two", True), ("three", True), *later]
    assert len(journal.lost) == 2


LZW = b"\x1f\x9d\x90{\x00"
TEXT = "Content-Type: application/json"


def create(name: str) -> bytes:
    body = b'{"server": {"name": "%b"}}' % name.encode()
    return request("POST /compute/servers", TEXT, f"Content-Length: {len(body)}", body=body)


def test_what_could_not_be_kept_is_missed_in_a_replay_and_asked_again_in_fill(
    recorder: BackgroundProxy, cloud: RawCloud, proxy: Callable[..., BackgroundProxy], tape: Path, tmp_path: Path
) -> None:
    cloud.answers["/compute/servers"] = made = answer("202 Accepted", TEXT, b'{"server": {"id": "1", "name": "a"}}')
    say(recorder.url, create("a"))
    cloud.answers["/compute/servers"] = answer("202 Accepted", f"{TEXT}\nContent-Encoding: compress", LZW)
    assert say(recorder.url, create("b")).body == LZW
    assert len(recorder.lost) == 1

    replaying = proxy("replay")
    said = [say(replaying.url, create(name)) for name in ("b", "a", "b")]
    assert [one.status for one in said] == [501, 202, 501]
    assert b"what the cloud answered could not be kept: a text stands in a content coding" in said[0].body
    assert len(replaying.misses) == 2

    filled = Path(shutil.copy(tape, tmp_path / "filled.yaml"))
    cloud.answers["/compute/servers"] = made
    filling = proxy("fill", cloud, cassettes=(filled,))
    say(filling.url, request("POST /identity/v3/auth/tokens", "Content-Length: 2", body=b"{}"))
    assert say(filling.url, create("b")).one("X-Cloudtape-Source") == "recorded"
    assert [bool(one.lost) for one in load(filled)] == [False, False, True, False]


def test_the_mark_is_read_by_vcrpy_and_found_clean(recorder: BackgroundProxy, cloud: RawCloud, tape: Path) -> None:
    cloud.answers["/compute/servers"] = answer("200 OK", f"{TEXT}\nContent-Encoding: compress", LZW)
    say(recorder.url, request("GET /compute/servers"))
    with vcr.VCR(record_mode="none").use_cassette(str(tape)) as cassette:
        assert [response["status"]["code"] for response in cassette.responses] == [201, 501]
    assert scan(tape).findings == []
    table, whole, matched = (
        cloudtape(*arguments).stdout
        for arguments in (
            ("show", str(tape)),
            ("show", str(tape), "2"),
            ("match", str(tape), "GET", "/compute/servers"),
        )
    )
    assert " lost " in table
    assert "lost: what the cloud answered could not be kept: a text stands" in whole
    assert "could not be kept: a text stands" in matched


@pytest.mark.parametrize("path", [b"/compute/a\xffb?c=\xe9", "/compute/\u00e4?c=\u00e4".encode()])
def test_a_target_with_bytes_beyond_ascii_is_recorded_and_replayed(
    recorder: BackgroundProxy, cloud: RawCloud, proxy: Callable[..., BackgroundProxy], tape: Path, path: bytes
) -> None:
    """What is no UTF-8 can stand in a URI in percent signs only, and no text may hold its halves."""
    raw = b"GET " + path + b" HTTP/1.1\r\nHost: proxy.localhost:8780\r\n\r\n"
    cloud.answers[path.replace(b"\xff", b"%FF").replace(b"\xe9", b"%E9").decode("latin-1")] = answer(
        "200 OK", "", b"ok"
    )
    assert say(recorder.url, raw).body == b"ok"
    said = say(proxy("replay").url, raw)
    assert (said.body, said.one("X-Cloudtape-Match").partition(";")[0]) == (b"ok", "exact")
