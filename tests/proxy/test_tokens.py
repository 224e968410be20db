"""Each login has a token of its own, however often it was recorded."""

import json
from pathlib import Path
from typing import Any

from cloudtape.cassettes.messages import Request, Response, header
from tests.matchers.player import get, post, said
from tests.proxy.test_replayer import ask, body, replayer

V3, V2 = "http://keystone/v3/auth/tokens", "http://keystone/v2.0/tokens"
LOGIN: dict[str, Any] = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo"}}}}}
ISSUED = said({"token": {"user": {"id": "u", "name": "demo"}}}, 201, ("X-Subject-Token", "scrubbed-token-1"))
OLD = {"auth": {"passwordCredentials": {"username": "demo"}}}
ISSUED_V2 = said({"access": {"token": {"id": "5c7bbbed" + "0" * 24}, "user": {"id": "u"}}})


def tokens(answers: list[Response | None]) -> list[str | None]:
    return [header(one.headers, "x-subject-token") for one in answers if one]


def test_a_second_login_is_given_another_token(tmp_path: Path) -> None:
    one = replayer(tmp_path, life=[(post(V3, LOGIN), ISSUED)])
    given = tokens([ask(one, post(V3, LOGIN)) for _ in range(3)])
    assert given[0] == "scrubbed-token-1"
    assert len(set(given)) == 3


def test_a_token_in_the_body_keeps_its_form(tmp_path: Path) -> None:
    one = replayer(tmp_path, life=[(post(V2, OLD), ISSUED_V2)])
    first, second = (body(ask(one, post(V2, OLD)))["access"]["token"]["id"] for _ in range(2))
    assert first != second
    assert len(second) == 32
    int(second, 16)


def test_a_request_belongs_to_the_session_that_its_token_was_given_in(tmp_path: Path) -> None:
    create = post("/servers", {"server": {"name": "vm-1a2b"}})
    one = replayer(
        tmp_path, life=[(post(V3, LOGIN), ISSUED), (create, {"server": {"id": "x" * 8}}), (get("/servers"), "")]
    )
    login = post(V3, LOGIN)
    answer = ask(one, Request(login.method, login.uri, login.headers, login.body, session="mine"))
    token = ("X-Auth-Token", tokens([answer])[0] or "")
    body_of_mine = json.dumps({"server": {"name": "vm-9f9f"}}).encode()
    assert ask(one, Request("POST", create.uri, (*create.headers, token), body_of_mine)) is not None
    assert ask(one, Request("POST", create.uri, (*create.headers, token), body_of_mine)) is None
    assert ask(one, create) is not None, "another session has its own past"
