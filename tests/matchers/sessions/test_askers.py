"""Who asks: an account or project in a path is the asker's, and so is what was made for it."""

import json
from typing import Any

from cloudtape.cassettes.messages import Request
from tests.matchers.player import Player, post, said, send, token

AUTH = "http://keystone/v3/auth/tokens"
STORE = "http://swift/v1/AUTH_"
MINE, OTHERS = "1" * 32, "2" * 32


def login(who: str, project: str, issued: str) -> tuple[Request, Any]:
    """A login by id, as a client does it that has just made the user."""
    asked = {
        "auth": {
            "identity": {"password": {"user": {"id": who, "password": "x"}}},
            "scope": {"project": {"id": project}},
        }
    }
    told = {"token": {"user": {"id": who}, "project": {"id": project}}}
    return post(AUTH, asked), said(told, 201, ("X-Subject-Token", issued))


def put(project: str, path: str, *headers: tuple[str, str]) -> Request:
    return Request("PUT", f"{STORE}{project}/{path}", headers)


def enter(player: Player, who: tuple[Request, Any], live: str) -> tuple[str, str]:
    """Log in live; the token that requests act with from then on."""
    found = player.find(who[0])
    assert found is not None
    recorded = dict(player.interactions[found.position].response.headers)["X-Subject-Token"]
    player.session.issue(live, recorded)
    return token(live)


def test_a_container_is_never_taken_for_one_in_another_account() -> None:
    player = Player(
        login("u1", MINE, "t1"),
        login("u2", OTHERS, "t2"),
        (put(MINE, "box-11111111", token("t1")), said("", 201)),
        (put(OTHERS, "box-22222222", token("t2")), said("", 201)),
    )
    second = enter(player, login("u2", OTHERS, "t2"), "live2")
    found = player.find(put(OTHERS, "box-33333333", second))
    assert found is not None
    assert found.position == 3
    assert player.rung(put(OTHERS, "box-44444444", second)) == "miss"


def test_who_has_no_token_belongs_to_the_account_in_the_path() -> None:
    player = Player(
        login("u1", MINE, "t1"),
        (put(MINE, "box-11111111/o-11111111", token("t1")), said("", 201)),
        (send("DELETE", f"{STORE}{MINE}/box-11111111/o-11111111"), said("no", 401)),
        (put(OTHERS, "box-22222222/o-22222222"), said("", 201)),
        (send("DELETE", f"{STORE}{OTHERS}/box-22222222/o-22222222"), said("", 204)),
    )
    mine = enter(player, login("u1", MINE, "t1"), "live")
    assert player.rung(put(MINE, "box-99999999/o-99999999", mine)) == "unified"
    assert player.ask(send("DELETE", f"{STORE}{MINE}/box-99999999/o-99999999")) == "no"


def test_a_create_is_not_answered_with_somebody_elses() -> None:
    groups = "http://neutron/v2.0/security-groups"

    def create(number: str, whose: tuple[str, str]) -> Request:
        return post(groups, {"security_group": {"name": f"tempest-sg--{number}"}}, whose)

    def made(number: str) -> Any:
        return {"security_group": {"id": f"{number[0]}" * 32, "name": f"tempest-sg--{number}"}}

    player = Player(
        login("u1", MINE, "t1"),
        login("u2", OTHERS, "t2"),
        *((create(f"{number}1111111", token("t1")), made(f"{number}1111111")) for number in (3, 4, 5, 6, 7, 8, 9)),
        (create("a2222222", token("t2")), made("a2222222")),
    )
    second = enter(player, login("u2", OTHERS, "t2"), "live2")
    assert json.loads(player.ask(create("77777777", second)))["security_group"]["id"] == "a" * 32
    assert player.rung(create("88888888", second)) == "miss"


def test_names_that_differ_in_a_short_number_are_of_different_classes() -> None:
    def project(name: str) -> Request:
        return post("http://keystone/v3/projects", {"project": {"name": name}})

    player = Player(
        (project("tempest-TransfersV355Test-11111111"), {"project": {"id": MINE}}),
        (project("tempest-TransfersV357Test-22222222"), {"project": {"id": OTHERS}}),
    )
    assert json.loads(player.ask(project("tempest-TransfersV357Test-99999999")))["project"]["id"] == OTHERS
    assert json.loads(player.ask(project("tempest-TransfersV355Test-88888888")))["project"]["id"] == MINE


def test_of_twins_the_first_is_the_one_before_which_nothing_is_missing() -> None:
    def project(number: str) -> Request:
        return post("http://keystone/v3/projects", {"project": {"name": f"tempest-Class-{number}"}}, token("t"))

    user = post("http://keystone/v3/users", {"user": {"name": "tempest-Class-11111111-member"}}, token("t"))
    player = Player(
        (project("11111111"), {"project": {"id": MINE}}),
        (user, {"user": {"id": "3" * 32}}),
        (project("22222222"), {"project": {"id": OTHERS}}),
    )
    assert json.loads(player.ask(project("99999999")))["project"]["id"] == MINE


def test_where_nobody_knows_who_asks_it_may_have_been_anybody() -> None:
    def project(number: str, *whose: tuple[str, str]) -> Request:
        return post("http://keystone/v3/projects", {"project": {"name": f"tempest-Class-{number}"}}, *whose)

    told = {"project": {"id": OTHERS}}
    player = Player(login("u1", MINE, "t1"), (project("11111111", token("t1")), told))
    assert json.loads(player.ask(project("99999999", token("from elsewhere")))) == told
