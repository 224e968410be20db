"""Which of several recorded requests is taken, one reason at a time: each test fails without its reason."""

import json
import string
from typing import Any

from cloudtape.cassettes.messages import Interaction, Request, Response
from tests.matchers.player import ID, NOVA, OTHER, Player, get, post, said, token

VOLUMES = "http://cinder/v3/volumes"
FLOATING = "http://neutron/v2.0/floatingips"
THIRD, FOURTH = "3" * 32, "4" * 32


def project(number: str, *whose: tuple[str, str]) -> Request:
    return post("http://keystone/v3/projects", {"project": {"name": f"tempest-Class-{number}"}}, *whose)


def made(its: str) -> dict[str, Any]:
    return {"project": {"id": its}}


def server_named(number: str, whose: str = "") -> Request:
    return post("/servers", {"server": {"name": f"web-{number}"}}, *([token(whose)] if whose else []))


def id_in(answer: str) -> str:
    ((_, thing),) = json.loads(answer).items()
    return str(thing["id"])


def test_what_was_granted_goes_before_what_was_refused() -> None:
    player = Player((project("11111111"), said("taken", 409)), (project("22222222"), made(ID)))
    assert id_in(player.ask(project("99999999"))) == ID
    assert player.ask(project("88888888")) == "taken"


def test_a_deletion_of_what_this_session_was_never_told_of_is_refused() -> None:
    def delete(its: str) -> Request:
        return Request("DELETE", f"http://neutron/v2.0/subnets/{its}")

    granted = [(delete(f"{number:08x}-6d41-478b-8238-8f0f8fc90b9c"), said("", 204)) for number in range(20)]
    player = Player(*granted, (delete(OTHER), said("none", 404)))
    assert player.ask(delete("99999999-6d41-478b-8238-8f0f8fc90b9c")) == "none"


def test_what_was_made_with_one_token_stays_together() -> None:
    """However many reads stand before it that this run leaves out."""
    create = {"floatingip": {"floating_network_id": ID}}

    def reads(of: str) -> list[tuple[Request, Any]]:
        return [(get(f"/servers/detail?marker={number}", token(of)), "") for number in range(13)]

    player = Player(
        (project("11111111", token("t1")), made(ID)),
        (post("http://keystone/v3/users", {"user": {"name": "db-22222222"}}, token("t2")), {"user": {"id": OTHER}}),
        *reads("t1"),
        (post(FLOATING, create, token("t1")), {"floatingip": {"id": THIRD}}),
        *reads("t2"),
        (post(FLOATING, create, token("t2")), {"floatingip": {"id": FOURTH}}),
    )
    player.ask(post("http://keystone/v3/users", {"user": {"name": "db-99999999"}}, token("live")))
    assert id_in(player.ask(post(FLOATING, create, token("live")))) == FOURTH


def test_of_writes_that_fit_alike_the_one_is_taken_that_was_recorded_with_what_was_made_with_this_token() -> None:
    user = "http://keystone/v3/users"
    player = Player(
        (project("11111111", token("t1")), made(ID)),
        (post(user, {"user": {"name": "db-22222222"}}, token("t2")), {"user": {"id": OTHER}}),
        (server_named("33333333", "t1"), {"server": {"id": THIRD}}),
        (server_named("44444444", "t2"), {"server": {"id": FOURTH}}),
    )
    player.ask(post(user, {"user": {"name": "db-99999999"}}, token("live")))
    assert id_in(player.ask(server_named("88888888", "live"))) == FOURTH


def test_of_writes_that_fit_alike_the_one_is_taken_before_which_least_is_missing() -> None:
    player = Player(
        (get("/flavors/1", token("t1")), ""),
        (server_named("11111111", "t1"), {"server": {"id": ID}}),
        (server_named("22222222", "t2"), {"server": {"id": OTHER}}),
    )
    assert id_in(player.ask(server_named("99999999", "live"))) == OTHER


def test_of_writes_that_fit_alike_the_one_is_taken_before_which_most_is_done() -> None:
    player = Player(
        (server_named("11111111"), {"server": {"id": ID}}),
        (get("/flavors/1"), ""),
        (server_named("22222222"), {"server": {"id": OTHER}}),
    )
    player.ask(get("/flavors/1"))
    assert id_in(player.ask(server_named("99999999"))) == OTHER


def test_of_twins_the_one_is_taken_before_which_least_is_missing() -> None:
    """Whatever else was recorded around the other one, and done by now."""
    user = post("http://keystone/v3/users", {"user": {"name": "tempest-Class-11111111-member"}}, token("t"))
    others = [get(f"/flavors/{number}", token("o")) for number in range(3)]
    player = Player(
        (project("11111111", token("t")), made(ID)),
        (user, {"user": {"id": THIRD}}),
        *((one, "") for one in others),
        (project("22222222", token("t")), made(OTHER)),
    )
    for one in others:
        player.ask(one)
    assert id_in(player.ask(project("99999999", token("live")))) == ID


def test_a_like_name_is_found_among_many_others() -> None:
    names = [f"{letter * 9}-server" for letter in string.ascii_lowercase]
    servers = [
        (post("/servers", {"server": {"name": one}}), {"server": {"id": f"{n:032x}"}}) for n, one in enumerate(names)
    ]
    assert int(id_in(Player(*servers).ask(post("/servers", {"server": {"name": "ttttttttt-servers"}}))), 16) == 19


def volume(its: str, name: str) -> dict[str, Any]:
    return {"id": its, "name": name, "created_at": "2026-01-01T00:00:00"}


def test_a_list_with_the_one_tells_of_the_other_once_the_client_has_both() -> None:
    """A test that takes one of its things at random: taking the one for the other would contradict what was told."""
    one, other = volume(ID, "vol-11111111"), volume(OTHER, "vol-22222222")
    player = Player(
        (post(VOLUMES, {"volume": {"name": "vol-11111111"}}), {"volume": one}),
        (post(VOLUMES, {"volume": {"name": "vol-22222222"}}), {"volume": other}),
        (get(f"{VOLUMES}/detail"), {"volumes": [other, one]}),
        (get(f"{VOLUMES}/detail?name=vol-22222222"), {"volumes": [other]}),
    )
    player.ask(post(VOLUMES, {"volume": {"name": "vol-88888888"}}))
    player.ask(post(VOLUMES, {"volume": {"name": "vol-99999999"}}))
    everything = json.loads(player.ask(get(f"{VOLUMES}/detail")))["volumes"]
    assert json.loads(player.ask(get(f"{VOLUMES}/detail?name=vol-88888888")))["volumes"] == [everything[1]]
    assert json.loads(player.ask(get(f"{VOLUMES}/detail?name=vol-99999999")))["volumes"] == [everything[0]]
    assert json.loads(player.ask(get(f"{VOLUMES}/detail")))["volumes"] == everything, "neither has changed places"


def test_an_exchange_of_places_that_leads_nowhere_is_undone() -> None:
    def create(number: str) -> Request:
        return post("/servers", {"server": {"name": f"web-{number}"}})

    ports = "http://neutron/v2.0/ports"
    player = Player(
        (create("11111111"), {"server": {"id": ID}}),
        (create("22222222"), {"server": {"id": OTHER}}),
        (get(f"{ports}?device_id={OTHER}&name=database"), {"ports": [{"id": THIRD}]}),
        (get(f"/servers/{ID}"), "the first"),
        (get(f"/servers/{OTHER}"), "the second"),
    )
    assert id_in(player.ask(create("88888888"))) == ID
    assert id_in(player.ask(create("99999999"))) == OTHER
    assert player.ask(get(f"{ports}?device_id={ID}&name=zzzzzzzz")) == "miss"
    assert player.ask(get(f"/servers/{ID}")) == "the first"


def test_the_exact_microversion_answers_else_the_nearest_lower_one() -> None:
    def server(number: str, version: str) -> Request:
        name = {"name": f"web-{number}"}
        return post("/servers", {"server": name}, ("OpenStack-API-Version", f"compute {version}"))

    player = Player(
        (server("11111111", "2.1"), {"server": {"id": ID}}),
        (server("22222222", "2.90"), {"server": {"id": OTHER}}),
        (server("33333333", "2.80"), {"server": {"id": THIRD}}),
    )
    assert id_in(player.ask(server("99999999", "2.85"))) == THIRD
    assert id_in(player.ask(server("88888888", "2.90"))) == OTHER
    assert player.rung(server("77777777", "2.0")) == "miss"
    assert id_in(player.ask(server("66666666", "2.50"))) == ID


def test_what_could_not_be_kept_is_not_answered_with_a_siblings_answer() -> None:
    """It is found, and has no answer: a replayer says so."""
    lost = Interaction(Request("POST", f"{NOVA}/servers"), Response(501, "Not kept"), lost="an unknown coding")
    player = Player((server_named("11111111"), {"server": {"id": ID}}))
    player.record(lost)
    found = player.find(server_named("99999999"))
    assert found is not None
    assert player.interactions[found.position] is lost
    assert id_in(player.ask(server_named("88888888"))) == ID


def test_what_could_not_be_kept_comes_in_its_turn() -> None:
    kept = Interaction(server_named("22222222"), said({"server": {"id": ID}}))
    player = Player()
    player.record(Interaction(server_named("11111111"), Response(501, "Not kept"), lost="an unknown coding"), kept)
    found = player.find(server_named("99999999"))
    assert found is not None
    assert found.position == 0
    assert id_in(player.ask(server_named("88888888"))) == ID
