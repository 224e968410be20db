"""Recordings of a real cloud, asked again by the same clients with other names: each answer is the one recorded."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from cloudtape.cassette_routes import routes_of
from cloudtape.cassettes.cassette import Cassette
from cloudtape.cassettes.messages import Request, header
from cloudtape.http.headers import MATCH_HEADER
from cloudtape.http.ready import Answer
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.sessions.past import Polling
from cloudtape.matchers.sessions.rungs import Matching
from cloudtape.operation_names import OperationNames
from cloudtape.replayer import Replayer, load_for_replay

SAMPLES = sorted(Path("examples/cassettes").glob("*.yaml"))
NAME = re.compile(r"(?<![A-Za-z0-9_-])walk-[a-z0-9-]*[a-z0-9]")
INTERACTION = re.compile(r"interaction=(\d+)")


def fresh(text: str) -> str:
    return NAME.sub(r"\g<0>-7f3a", text)


def asked_again(request: Request) -> Request:
    headers = tuple((name, fresh(value)) for name, value in request.headers)
    body = fresh(request.body.decode("latin-1")).encode("latin-1") if isinstance(request.body, bytes) else request.body
    return replace(request, uri=fresh(request.uri), headers=headers, body=body)


def old_names(response: Answer, asked: set[str]) -> set[str]:
    """Names of the recorded run that an answer still holds although the client has asked for them by another."""
    body = response.body if isinstance(response.body, bytes) else b""
    return asked.intersection(NAME.findall(body.decode("latin-1")))


def wrong_answers(cassette: Cassette, replayer: Replayer) -> Iterator[str]:
    asked: set[str] = set()
    for one in cassette:
        request = asked_again(one.request)
        asked.update(NAME.findall(one.request.uri))
        answer = asyncio.run(replayer(request))
        told = header(answer.headers, MATCH_HEADER.lower()) if answer else None
        found = INTERACTION.search(told or "")
        if answer is None or not found or int(found[1]) != one.ordinal:
            yield f"{one.ordinal} {request.method} {request.uri}: {told or replayer.explain(request)}"
        elif names := old_names(answer, asked):
            yield f"{one.ordinal} still says {names}"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_request_finds_its_own_answer_under_fresh_names(path: Path) -> None:
    cassette = load_for_replay(path, Naming())
    # Each request its own answer, polls included.
    matching = Matching(polling=Polling.AS_RECORDED)
    replayer = Replayer([cassette], OperationNames(routes_of([cassette])), matching=matching)
    assert not list(wrong_answers(cassette, replayer))
