"""Nothing is given twice that was recorded once, and nothing is shown that this session has deleted."""

import json

import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.sessions.rungs import Matching, Rung
from tests.matchers.player import ID, OTHER, Player, get, post, said, send

SHOWN = {"server": {"id": ID, "name": "vm-1c2d"}}
CREATE = post("/servers", {"server": {"name": "vm-1c2d"}})
LIST, SHOW, DELETE = get("/servers/detail"), get(f"/servers/{ID}"), send("DELETE", f"/servers/{ID}")


@pytest.mark.parametrize(
    "write",
    [
        DELETE,
        send("PUT", f"/servers/{ID}", {"server": {"name": "other"}}),
        post(f"/servers/{ID}/action", {"os-stop": None}),
        send("PATCH", "http://keystone/v3/users/u", {"user": {"enabled": False}}),
        send("PUT", f"http://keystone/v3/projects/{ID}/users/{OTHER}/roles/r"),
    ],
)
def test_a_write_is_given_as_often_as_it_was_recorded(write: Request) -> None:
    assert [Player((write, "done")).rung(write) for _ in range(1)] == ["exact"]
    player = Player((write, "done"), (write, said("no more", 409)))
    assert [player.ask(write) for _ in range(3)] == ["done", "no more", "miss"]


@pytest.mark.parametrize(
    "question",
    [
        post("http://keystone/v3/auth/tokens", {"auth": {"identity": {"methods": []}}}),
        post(f"/servers/{ID}/action", {"os-getConsoleOutput": {"length": 10}}),
        post(f"/servers/{ID}/remote-consoles", {"remote_console": {"type": "novnc", "protocol": "vnc"}}),
        post(f"http://heat/v1/{ID.replace('-', '')}/validate", {"template": {}}),
        post(f"http://cinder/v3/{ID.replace('-', '')}/volumes/{ID}/action", {"os-show_image_metadata": {}}),
    ],
)
def test_what_only_asks_is_answered_again(question: Request) -> None:
    player = Player((question, "so it is"))
    assert [player.ask(question) for _ in range(3)] == ["so it is"] * 3


def test_another_action_of_the_same_path_is_used_up() -> None:
    reboot = post(f"/servers/{ID}/action", {"reboot": {"type": "SOFT"}})
    player = Player((reboot, "done"))
    assert [player.rung(reboot) for _ in range(2)] == ["exact", "miss"]


def test_what_was_deleted_is_not_shown_again() -> None:
    player = Player((CREATE, SHOWN), (SHOW, SHOWN), (DELETE, said("", 204)))
    player.ask(CREATE)
    assert player.rung(SHOW) == "exact"
    player.ask(DELETE)
    assert player.rung(SHOW) == "miss"


def test_what_was_recorded_behind_the_deletion_is_shown() -> None:
    player = Player((CREATE, SHOWN), (SHOW, SHOWN), (DELETE, said("", 204)), (SHOW, "going"), (SHOW, said("gone", 404)))
    for request in (CREATE, SHOW, DELETE):
        player.ask(request)
    assert [player.ask(SHOW) for _ in range(3)] == ["going", "gone", "gone"]


def test_what_was_there_before_it_was_made_is_told_again_once_it_is_gone() -> None:
    by_name = get("/servers/vm-1c2d")
    player = Player((by_name, said("none", 404)), (CREATE, SHOWN), (by_name, SHOWN), (DELETE, said("", 204)))
    player.ask(CREATE)
    player.ask(DELETE)
    assert player.ask(by_name) == "none"


def test_what_is_gone_is_taken_out_of_a_list() -> None:
    player = Player((CREATE, SHOWN), (LIST, {"servers": [{"id": ID}, {"id": OTHER}]}), (DELETE, said("", 204)))
    player.ask(CREATE)
    player.ask(DELETE)
    found = player.find(LIST)
    assert found is not None
    assert found.body == b'{"servers":[{"id":"%s"}]}' % OTHER.encode()
    assert (found.rung, found.cost) == (Rung.UNIFIED, 1)


def test_where_nothing_may_be_guessed_a_list_that_shows_what_is_gone_is_missed() -> None:
    player = Player(
        (CREATE, SHOWN),
        (LIST, {"servers": [{"id": ID}]}),
        (DELETE, said("", 204)),
        matching=Matching(most=Rung.BOUND),
    )
    for request in (CREATE, LIST, DELETE):
        assert player.rung(request) == "exact"
    assert player.rung(LIST) == "miss"


def test_what_was_made_is_put_into_a_list_as_another_one_shows_it() -> None:
    other = post("/servers", {"server": {"name": "vm-9"}})
    first, second = {"id": ID, "name": "vm-1c2d", "status": "ACTIVE"}, {"id": OTHER, "name": "vm-9"}
    player = Player(
        (CREATE, SHOWN),
        (LIST, {"servers": [first]}),
        (DELETE, said("", 204)),
        (other, {"server": second}),
        (LIST, {"servers": [second]}),
    )
    player.ask(CREATE)
    player.ask(other)
    found = player.find(LIST)
    assert found is not None
    told = json.loads(found.body or b"")["servers"]
    assert sorted(told, key=str) == sorted([first, second], key=str)


def test_what_was_there_before_the_recording_is_gone_once_it_is_deleted() -> None:
    player = Player((SHOW, SHOWN), (LIST, {"servers": [{"id": ID}]}), (DELETE, said("", 204)))
    player.ask(DELETE)
    assert player.rung(SHOW) == "miss"
    found = player.find(LIST)
    assert found is not None
    assert found.body == b'{"servers":[]}'


def test_what_was_refused_before_a_thing_was_made_anew_is_over() -> None:
    put = send("PUT", "http://swift/v1/AUTH_p/box")
    delete = send("DELETE", "http://swift/v1/AUTH_p/box")
    recorded = (put, said("", 201)), (delete, said("", 204)), (delete, said("gone", 404))
    player = Player(*recorded, (put, said("", 201)), (delete, said("again", 204)))
    assert [player.ask(one) for one in (put, delete, put, delete)] == ["", "", "", "again"]


def test_a_part_of_a_name_that_this_run_has_given_is_no_unknown_name() -> None:
    player = Player(
        (CREATE, SHOWN),
        (get("/servers?name=nosuchserver"), {"servers": []}),
    )
    player.ask(post("/servers", {"server": {"name": "web-99887766"}}))
    assert player.rung(get("/servers?name=web-998877")) == "miss"
    assert player.rung(get("/servers?name=quite-another")) == "unified"
