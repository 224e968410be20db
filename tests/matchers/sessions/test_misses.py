"""Each reason for which a session is given nothing, from the smallest recording that has it."""

from typing import Any

import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.sessions.misses import OF_SOMEBODY_ELSE, OTHERS_WERE_THERE, USED_UP, Misses
from cloudtape.matchers.sessions.nearest import Miss
from cloudtape.matchers.sessions.rungs import Matching, Rung
from tests.matchers.player import ID, NOVA, Player, get, post, said, send, token

LOGIN = "http://keystone/v3/auth/tokens"


def login(user: str) -> Request:
    return post(LOGIN, {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": user}}}}})


def issued(user: str, value: str) -> Any:
    return said({"token": {"user": {"id": user * 4, "name": user}}}, 201, ("X-Subject-Token", value))


def named(name: str) -> Request:
    return post("/servers", {"server": {"name": name}})


def explained(player: Player, request: Request, most: Rung = Rung.UNIFIED) -> Miss:
    assert player.rung(request) == "miss"
    misses = Misses(player.recording, player.ladder, player.interactions.__getitem__, most)
    miss = misses.explain(player.session, request)
    assert (miss.method, miss.uri) == (request.method, request.uri)
    return miss


def test_a_write_that_was_given_as_often_as_it_was_recorded_is_used_up() -> None:
    player = Player((named("vm"), "done"))
    player.ask(named("vm"))
    miss = explained(player, named("vm"))
    assert (miss.reason, miss.nearest) == (USED_UP, ())


def test_one_that_would_fit_if_it_were_not_used_up_is_said_to_be() -> None:
    player = Player((named("vm-1a2b"), "done"))
    player.ask(named("vm-8888"))
    assert explained(player, named("vm-9999")).reason == USED_UP


def test_a_read_whose_every_answer_shows_what_is_gone_was_recorded_with_other_things() -> None:
    player = Player((get(f"/servers/{ID}"), {"server": {"id": ID}}), (send("DELETE", f"/servers/{ID}"), said("", 204)))
    player.ask(send("DELETE", f"/servers/{ID}"))
    assert explained(player, get(f"/servers/{ID}")).reason == OTHERS_WERE_THERE


@pytest.mark.parametrize("name", ["vm", "vm-1c2d"])
def test_a_write_of_somebody_elses_is_said_to_be(name: str) -> None:
    create = post("/servers", {"server": {"name": "vm"}}, token("t1"))
    player = Player((login("admin"), issued("admin", "t1")), (login("demo"), issued("demo", "t2")), (create, "made"))
    asked = post("/servers", {"server": {"name": name}}, token("t2"))
    assert explained(player, asked).reason == OF_SOMEBODY_ELSE


def test_what_differs_is_told_of_the_one_that_comes_nearest() -> None:
    player = Player((named("m1.nano"), said("", 404)), (get("/flavors"), {"flavors": [{"name": "m1.nano"}]}))
    miss = explained(player, named("m1.large"))
    assert miss.reason.startswith(
        "interaction 1 comes near, but body.server.name: recorded 'm1.nano', asked 'm1.large'; "
    )
    assert [one.interaction for one in miss.nearest] == [1]


def test_a_guess_that_is_not_allowed_is_told_with_its_rung() -> None:
    player = Player((get("/flavors"), ""), (named("vm-1a2b"), "done"), matching=Matching(most=Rung.BOUND))
    reason = "interaction 2 answers it as unified, and --match bound allows no such guess"
    assert explained(player, named("vm-9999"), Rung.BOUND).reason == reason


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (get("/servers?status=ERROR&x"), "it was recorded with other parameters or another body"),
        (send("DELETE", "/servers"), "no DELETE of this kind was recorded"),
        (get("/flavors"), "no GET of this kind was recorded"),
        (get(f"/servers/{ID}/ips"), "no GET on this path was recorded, only on others of its kind"),
    ],
)
def test_where_nothing_of_its_form_was_recorded_the_path_says_why(asked: Request, reason: str) -> None:
    miss = explained(Player((get("/servers"), "")), asked)
    assert miss.reason == reason


def test_another_thing_of_the_same_kind_is_told() -> None:
    other = "11111111-6d41-478b-8238-8f0f8fc90b9c"
    recorded = get(f"/servers/{ID}/ips/private"), ""
    miss = explained(Player(recorded), get(f"/servers/{other}/ips/private?full=1"))
    assert miss.reason == "no GET on this path was recorded, only on others of its kind"
    (near,) = miss.nearest
    assert (near.interaction, near.method, near.uri) == (1, "GET", f"{NOVA}/servers/{ID}/ips/private")


def test_of_several_that_come_near_the_likest_is_told() -> None:
    player = Player((named("snap-1a2b"), "done"), (named("volume-1a2b"), "done"))
    told = player.ladder.candidates(player.session, named("volumes-9c8d"))
    assert [one.position for one in told] == [1, 0]
