"""Which sessions of a replay are kept: whoever is logged in stays, and who finds no room is told so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from cloudtape.cassettes.messages import Request, header
from cloudtape.errors import TooManySessions
from cloudtape.replayer import Replayer
from tests.matchers.player import get, post, send
from tests.proxy.test_replayer import ask, body, replayer
from tests.proxy.test_tokens import ISSUED, LOGIN, V3
from tests.proxy.test_tokens import told as token

START = datetime(2026, 1, 1, tzinfo=UTC)
READ = get("/servers/vm")
POLLED = [(READ, {"status": "BUILD"}), (READ, {"status": "ACTIVE"})]


class Played:
    def __init__(self, folder: Path, most: int) -> None:
        self.at = START
        life = [(post(V3, LOGIN), token("t1")), (send("DELETE", V3), ""), *POLLED]
        made = replayer(folder, life=life, clock=lambda: self.at)
        self.one = Replayer(made._cassettes, made._names, lambda: self.at, most_sessions=most)

    def state(self, session: str) -> str:
        return str(body(ask(self.one, replace(READ, session=session)))["status"])

    def log_in(self, session: str) -> str:
        answer = ask(self.one, replace(post(V3, LOGIN), session=session))
        assert answer is not None
        return header(answer.headers, "x-subject-token") or ""


def test_the_least_recently_used_is_forgotten(tmp_path: Path) -> None:
    played = Played(tmp_path, 2)
    assert [played.state("a"), played.state("b"), played.state("a"), played.state("c")] == [
        "BUILD", "BUILD", "ACTIVE", "BUILD",
    ]  # fmt: skip
    assert played.state("a") == "ACTIVE"
    assert played.state("b") == "BUILD", "b was given up for c"


def test_whoever_is_logged_in_stays_and_a_new_session_is_refused(tmp_path: Path) -> None:
    played = Played(tmp_path, 1)
    played.log_in("a")
    assert played.state("a") == "BUILD"
    with pytest.raises(TooManySessions) as full:
        played.state("b")
    assert full.value.retry_after == 7200
    assert played.state("a") == "ACTIVE"
    played.at += timedelta(hours=2)
    assert played.state("b") == "BUILD"


def test_who_has_logged_out_stays_no_longer(tmp_path: Path) -> None:
    played = Played(tmp_path, 1)
    given = played.log_in("a")
    gone = send("DELETE", V3)
    ask(played.one, Request("DELETE", gone.uri, (("X-Subject-Token", given),), session="a"))
    assert played.state("b") == "BUILD"


def test_the_default_session_takes_no_place_and_stays(tmp_path: Path) -> None:
    played = Played(tmp_path, 1)
    assert [played.state(""), played.state("a"), played.state("b"), played.state("")] == [
        "BUILD", "BUILD", "BUILD", "ACTIVE",
    ]  # fmt: skip


def test_what_was_not_recorded_makes_no_session(tmp_path: Path) -> None:
    played = Played(tmp_path, 1)
    played.log_in("a")
    assert ask(played.one, replace(get("/nothing/there"), session="b")) is None


def test_tokens_that_have_ended_are_forgotten(tmp_path: Path) -> None:
    played = Played(tmp_path, 4)
    for _ in range(50):
        played.log_in("a")
    assert len(played.one._tokens._given) == 50
    played.at += timedelta(hours=3)
    played.log_in("a")
    assert len(played.one._tokens._given) == 1
    assert ISSUED.status == 201
