"""Scrubbing in other processes gives what scrubbing here gives."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from cloudtape.cassettes import workers
from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.files.bodies import Spool
from cloudtape.cassettes.messages import Body, Interaction, Request, Response, StoredBody
from cloudtape.cassettes.scrubbing.aside import Aside
from cloudtape.cassettes.scrubbing.names import RULES
from cloudtape.cassettes.scrubbing.scrub import WALKED, Scrubber
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.workers import Channel, Workers, allow

LINES = "\n".join(f"password=Pl4nted{number % 5}Value on host-{number}" for number in range(2_000))


@pytest.fixture
def scrubber(tmp_path: Path) -> Scrubber:
    return Scrubber(Table(RULES), tmp_path)


@pytest.fixture
def aside(scrubber: Scrubber) -> Iterator[Aside]:
    found = scrubber.in_processes(RULES)
    yield found
    found.close()


def said(body: Body, answer: bytes = b"") -> Interaction:
    return Interaction(Request("POST", "http://c/v2/x", (), body), Response(200, "OK", (), answer))


def stored(folder: Path, data: bytes) -> StoredBody:
    spool = Spool(folder, limit=0)
    spool.write(data)
    body = spool.finish()
    assert isinstance(body, StoredBody)
    return body


def content(body: Body) -> bytes:
    assert not isinstance(body, bytes)
    assert isinstance(body, StoredBody)
    return body.path.read_bytes()


def test_secrets_have_the_same_numbers_wherever_they_are_met(scrubber: Scrubber, aside: Aside, tmp_path: Path) -> None:
    alone = Scrubber(Table(RULES), tmp_path)
    steps: list[tuple[Callable[[Interaction], Interaction], Interaction]] = [
        (scrubber.scrub, said(b'{"password": "Pl4nted3Value"}')),
        (aside, said(LINES.encode())),
        (scrubber.scrub, said(b"Pl4nted1Value and password=An0therValue")),
        (aside, said(b"password=Th1rdValue, An0therValue", b'{"adminPass": "F0urthValue"}')),
        (scrubber.scrub, said(b"Th1rdValue F0urthValue")),
    ]
    for scrub, interaction in steps:
        assert scrub(interaction) == alone.scrub(interaction)


def test_bodies_in_files_go_and_come_as_open_files(scrubber: Scrubber, aside: Aside, tmp_path: Path) -> None:
    large = (LINES * 60).encode()
    found = aside(said(stored(tmp_path, large)))
    assert content(found.request.body) == content(scrubber.scrub(said(stored(tmp_path, large))).request.body)
    assert b"Pl4nted" not in content(found.request.body)
    assert content(aside(said(stored(tmp_path, b"\0\1" * 9999))).request.body) == b"\0\1" * 9999
    assert list(tmp_path.iterdir()) == []


def test_what_a_template_hides_is_hidden_everywhere_from_then_on(scrubber: Scrubber, aside: Aside) -> None:
    aside(said(b"parameters:\n  colour:\n    type: string\n    hidden: true\n"))
    assert b"ultramar1ne" not in scrubber.scrub(said(b'{"colour": "ultramar1ne"}')).request.body  # type: ignore[operator]


def test_several_at_a_time_share_one_numbering(scrubber: Scrubber, aside: Aside) -> None:
    async def both() -> list[Interaction]:
        texts = [b"password=Alph4Value " * 2000, b"password=Bet4Value " * 2000]
        return await asyncio.gather(*[asyncio.to_thread(aside, said(text)) for text in texts])

    stand_ins = {bytes(one.request.body)[:28] for one in asyncio.run(both())}  # type: ignore[arg-type]
    assert stand_ins == {b"password=scrubbed-password-1", b"password=scrubbed-password-2"}


def test_a_process_that_ends_costs_one_interaction(aside: Aside) -> None:
    def kill() -> None:
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)

    aside(said(b"password=Alph4Value"))
    timer = threading.Timer(0.3, kill)
    timer.start()
    with pytest.raises(ScrubError, match="ended"):
        aside(said((LINES * 20).encode()))
    assert b"Alph4" not in aside(said(b"password=Alph4Value")).request.body  # type: ignore[operator]


def test_who_works_without_end_is_ended() -> None:
    busy = Workers("tests.cassettes.scrubbing.test_aside")
    with pytest.raises(workers.WorkerGone, match="took too long"), busy.one() as channel:
        channel.receive()
    busy.close()


def serve(_: Channel) -> None:
    """As a worker: never ready."""
    allow(0.2)
    while True:
        pass


def test_little_is_walked_through_while_others_wait(scrubber: Scrubber) -> None:
    short = said(b"password=Alph4Value")
    assert scrubber.at_once(short) == scrubber.scrub(short)
    assert scrubber.at_once(said(b"password=Alph4Value " * (WALKED // 20 + 1))) is None
    many = b'{"servers": [%s]}' % b", ".join(b'{"id": "%d", "status": "ACTIVE"}' % number for number in range(1000))
    found = scrubber.at_once(said(many))
    assert found is not None
    assert found.request.body == many
    assert replace(found, scrubbed=()) == said(many)
