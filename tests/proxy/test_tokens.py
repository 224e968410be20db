"""Each login has a token of its own, however often it was recorded."""

import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.http.ready import Answer
from cloudtape.replayer import Replayer
from tests.matchers.player import get, post, said
from tests.proxy.test_replayer import ask, body, replayer

V3, V2 = "http://keystone/v3/auth/tokens", "http://keystone/v2.0/tokens"
LOGIN: dict[str, Any] = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo"}}}}}
ISSUED = said({"token": {"user": {"id": "u", "name": "demo"}}}, 201, ("X-Subject-Token", "scrubbed-token-1"))
OLD = {"auth": {"passwordCredentials": {"username": "demo"}}}
ISSUED_V2 = said({"access": {"token": {"id": "5c7bbbed" + "0" * 24}, "user": {"id": "u"}}})


def tokens(answers: Sequence[Answer | None]) -> list[str | None]:
    return [header(one.headers, "x-subject-token") for one in answers if one]


def test_a_second_login_is_given_another_token(tmp_path: Path) -> None:
    one = replayer(tmp_path, life=[(post(V3, LOGIN), ISSUED)])
    given = tokens([ask(one, post(V3, LOGIN)) for _ in range(3)])
    assert given[0] == "scrubbed-token-1"
    assert len(set(given)) == 3


def test_a_login_that_nests_deeper_than_we_read_is_a_login(tmp_path: Path) -> None:
    login = Request("POST", V3, (), b'{"auth": {}, "x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}")
    one = replayer(tmp_path, life=[(login, ISSUED)])
    assert tokens([ask(one, login)]) == ["scrubbed-token-1"]


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


ISSUED_AT, EXPIRES_AT = "2020-01-01T00:00:00.123456Z", "2020-01-01T02:00:00.123456Z"
NOW = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def told(token: str, issued: str = ISSUED_AT, expires: str = EXPIRES_AT, status: int = 201) -> Response:
    times = {"issued_at": issued, "expires_at": expires}
    return said({"token": {"user": {"id": "u"}, **times}}, status, ("X-Subject-Token", token))


def with_subject(token: str, session: str = "") -> Request:
    return Request("GET", V3, (("X-Subject-Token", token), ("X-Auth-Token", token)), session=session)


def ticking(folder: Path, life: list[tuple[Request, Any]]) -> Replayer:
    """One whose clock is a minute later each time it is looked at."""
    minutes = itertools.count()
    return replayer(folder, life=life, clock=lambda: NOW + timedelta(minutes=next(minutes)))


def times(response: Answer | None) -> tuple[str, str]:
    token = body(response)["token"]
    return token["issued_at"], token["expires_at"]


def test_a_token_has_the_same_times_in_every_answer(tmp_path: Path) -> None:
    validated = with_subject("scrubbed-token-1")
    one = ticking(
        tmp_path, [(post(V3, LOGIN), told("scrubbed-token-1")), (validated, told("scrubbed-token-1", status=200))]
    )
    logins = [ask(one, post(V3, LOGIN)) for _ in range(2)]
    for login, name in zip(logins, tokens(logins), strict=True):
        answers = [ask(one, with_subject(name or "")) for _ in range(2)]
        assert [times(each) for each in answers] == [times(login)] * 2
        assert tokens(answers) == [name, name], "it is named as it was asked for"
    assert times(logins[0]) != times(logins[1])


def test_a_token_made_of_another_ends_with_it(tmp_path: Path) -> None:
    def rescope(token: str) -> Request:
        return post(V3, {"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}})

    again = told("scrubbed-token-2", "2020-01-01T00:30:00.000000Z")
    one = ticking(tmp_path, [(post(V3, LOGIN), told("scrubbed-token-1")), (rescope("scrubbed-token-1"), again)])
    for login in [ask(one, post(V3, LOGIN)) for _ in range(2)]:
        made = ask(one, rescope(tokens([login])[0] or ""))
        assert times(made)[1] == times(login)[1]
        assert times(made)[0] > times(login)[0]


def test_a_token_that_was_not_given_here_keeps_the_times_it_was_first_told_with(tmp_path: Path) -> None:
    one = ticking(tmp_path, [(with_subject("scrubbed-token-1"), told("scrubbed-token-1", status=200))])
    first, second = (ask(one, with_subject("somebody-elses")) for _ in range(2))
    assert times(first) == times(second)
    assert tokens([first]) == ["somebody-elses"]


def test_a_validation_in_v2_tells_the_times_of_the_login(tmp_path: Path) -> None:
    token = {"id": "5c7bbbed" + "0" * 24, "issued_at": "2020-01-01T00:00:00.123456", "expires": "2020-01-01T02:00:00Z"}
    answer = said({"access": {"token": token, "user": {"id": "u"}}})
    one = ticking(tmp_path, [(post(V2, OLD), answer), (get(f"{V2}/{token['id']}"), answer)])
    for login in [body(ask(one, post(V2, OLD)))["access"]["token"] for _ in range(2)]:
        assert body(ask(one, get(f"{V2}/{login['id']}")))["access"]["token"] == login


def test_a_login_whose_token_never_ends_is_answered(tmp_path: Path) -> None:
    one = replayer(tmp_path, life=[(post(V3, LOGIN), told("scrubbed-token-1", expires="9999-12-31T23:59:59.000000Z"))])
    assert times(ask(one, post(V3, LOGIN)))[1] == "9999-12-31T23:59:59.000000Z"


def test_a_federated_login_is_a_login(tmp_path: Path) -> None:
    saml = "http://keystone/v3/OS-FEDERATION/identity_providers/idp/protocols/saml2/auth"
    one = ticking(tmp_path, [(post(saml), told("scrubbed-token-1"))])
    assert times(ask(one, post(saml))) == ("2030-01-02T03:04:05.000000Z", "2030-01-02T05:04:05.000000Z")
