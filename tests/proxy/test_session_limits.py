"""Sessions of a made-up cloud over HTTP: who is given a world, and what is said when there is room for no more."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, mode_named

CASSETTE = Path("examples/cassettes/sdk.yaml")


def login(password: str = "secret") -> dict[str, Any]:
    user = {"name": "demo", "domain": {"id": "default"}, "password": password}
    scope = {"project": {"name": "demo", "domain": {"id": "default"}}}
    return {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}


@pytest.fixture(params=["demo", "mixed"])
def proxy(request: pytest.FixtureRequest) -> Iterator[BackgroundProxy]:
    mixed = mode_named("replay").synthesizing()
    config = Config(mode_named("synthesize"), most_sessions=1)
    if request.param == "mixed":
        config = Config(mixed, (CASSETTE,), most_sessions=1)
    with BackgroundProxy(config) as started:
        yield started


def ask(
    proxy: BackgroundProxy, session: str, method: str, path: str, body: Any = None, token: str = ""
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(proxy.url.removeprefix("http://"), timeout=30)
    headers = {"Content-Type": "application/json", **({"X-Auth-Token": token} if token else {})}
    prefix = f"/_session/{session}" if session else ""
    connection.request(method, prefix + path, body and json.dumps(body), headers)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response, data


def log_in(proxy: BackgroundProxy, session: str, password: str = "secret") -> http.client.HTTPResponse:
    return ask(proxy, session, "POST", "/identity/v3/auth/tokens", login(password))[0]


def test_a_session_that_finds_no_room_is_told_when_to_come_again(proxy: BackgroundProxy) -> None:
    assert log_in(proxy, "a").status == 201
    refused = log_in(proxy, "b")
    assert refused.status == 503
    assert 3500 < int(refused.headers["Retry-After"]) <= 24 * 3600
    assert log_in(proxy, "a").status == 201
    assert log_in(proxy, "").status == 201, "the default session takes no place"


def test_who_is_not_logged_in_takes_no_place() -> None:
    with BackgroundProxy(Config(mode_named("synthesize"), most_sessions=1)) as proxy:
        for number in range(5):
            assert ask(proxy, f"x{number}", "GET", "/compute/v2.1/servers")[0].status == 401
            assert ask(proxy, f"x{number}", "GET", "/compute/v2.1/servers", token="made up")[0].status == 401
            assert ask(proxy, f"x{number}", "GET", "/identity/v3")[0].status == 200
            assert log_in(proxy, f"x{number}", "wrong").status == 401
        assert log_in(proxy, "a").status == 201


def test_a_token_is_of_its_session_alone() -> None:
    with BackgroundProxy(Config(mode_named("synthesize"))) as proxy:
        given = [log_in(proxy, session).headers["X-Subject-Token"] for session in ("a", "b")]
        for session, token, status in (("a", 0, 200), ("a", 1, 401), ("b", 1, 200), ("b", 0, 401)):
            answer, _ = ask(proxy, session, "GET", "/compute/v2.1/servers", token=given[token])
            assert answer.status == status


@pytest.mark.parametrize("path", ["/identity/v2.0/tokens/x", "/identity/v3/auth/tokens"])
def test_revoking_a_token_that_nobody_knows_revokes_no_other(path: str) -> None:
    with BackgroundProxy(Config(mode_named("replay").synthesizing(), (CASSETTE,))) as proxy:
        answer, _ = ask(proxy, "a", "DELETE", path, token="t")
        assert answer.status < 500
        assert ask(proxy, "a", "GET", "/compute/v2.1/servers", token="t")[0].status == 200


def test_a_token_that_is_no_text_is_refused() -> None:
    with BackgroundProxy(Config(mode_named("synthesize"))) as proxy:
        for odd in (["x"], {"id": "x"}, 5, None, True):
            body = {"auth": {"identity": {"methods": ["token"], "token": {"id": odd}}}}
            assert ask(proxy, "a", "POST", "/identity/v3/auth/tokens", body)[0].status == 401
            assert ask(proxy, "a", "POST", "/identity/v2.0/tokens", {"auth": {"token": {"id": odd}}})[0].status == 401
