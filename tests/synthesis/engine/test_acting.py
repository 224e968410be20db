"""Headers in which administrators act for other projects, where a service has such headers."""

import pytest

from cloudtape.cassettes.messages import Headers, Request
from cloudtape.synthesis.engine.acting import acting, acts_for_all
from cloudtape.synthesis.engine.services import Service
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.token_book import Token

SERVICE = Service(name="x", types={}, all_projects="x-all", other_project="x-other")
PLAIN = Service(name="x", types={})


def token(*roles: str) -> Token:
    return Token("t", "u", "mine", frozenset(roles), 0.0, {})


def asked(*headers: tuple[str, str]) -> Request:
    return Request("GET", "http://x/", headers)


def test_an_administrator_acts_for_another_project() -> None:
    assert acting(SERVICE, asked(("X-Other", "theirs")), token("admin")).project == "theirs"
    assert acting(SERVICE, asked(), token("admin")).project == "mine"


@pytest.mark.parametrize("headers", [(("X-Other", "theirs"),), (("X-All", "True"),)])
def test_nobody_else_does(headers: Headers) -> None:
    with pytest.raises(Refused) as caught:
        acting(SERVICE, asked(*headers), token("member"))
    assert caught.value.status == 403


def test_a_service_without_such_headers_knows_nothing_of_them() -> None:
    request = asked(("X-Other", "theirs"), ("X-All", "true"))
    assert acting(PLAIN, request, token("member")).project == "mine"
    assert not acts_for_all(PLAIN, request)


@pytest.mark.parametrize(("text", "wanted"), [("True", True), ("1", True), ("yes", True), ("no", False), ("", False)])
def test_all_projects_are_asked_for_by_a_word_for_yes(text: str, wanted: bool) -> None:
    assert acts_for_all(SERVICE, asked(("X-All", text))) is wanted
