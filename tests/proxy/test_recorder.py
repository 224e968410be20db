"""What becomes of a client's answer when it cannot be kept."""

import asyncio
import shutil
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.bodies import Spool, folder_of
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.messages import Interaction, Request, Response, StoredBody
from cloudtape.cassettes.writer import CassetteWriter
from cloudtape.journal import Journal
from cloudtape.recorder import Keeper
from tests.proxy.raw_cloud import RawCloud, answer, request, say

LARGE = bytes(range(256)) * 2000


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
    assert [one.response.status for one in load(tape)] == [201, 200]


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
    keeper = Keeper(CassetteWriter.create(tape), refuses, journal)
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
    assert asyncio.run(kept(Keeper(writer, refuses, Journal()), interactions)) == [True, True, True]
    assert names(tape) == ["first", "large", "third"]


def test_a_bug_in_keeping_reaches_everybody_who_waits(tape: Path) -> None:
    def fails(interaction: Interaction) -> Interaction:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(asyncio.wait_for(kept(Keeper(CassetteWriter.create(tape), fails, Journal()), [ready("one")]), 5))
