"""Replay order, as stories: what was recorded, what a client asks, what it must be given."""

import json

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.recordings.summary import Summariser
from cloudtape.matchers.requests.canonical import canonical
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.sessions.past import Past, Polling

ID = "5d3983d4-6d41-478b-8238-8f0f8fc90b9c"
OTHER = "11111111-6d41-478b-8238-8f0f8fc90b9c"
SERVER, SERVERS = f"http://nova/v2.1/servers/{ID}", "http://nova/v2.1/servers"
MADE = json.dumps({"server": {"id": ID}})
LOGIN = Request("POST", "http://keystone/v3/auth/tokens", (), b'{"auth": {}}')


def write(method: str, uri: str, body: str = "") -> Request:
    return Request(method, uri, (("Content-Type", "application/json"),), body.encode())


CREATE = write("POST", SERVERS, '{"server": {"name": "a"}}')
STOP = write("POST", f"{SERVER}/action", '{"os-stop": null}')
START = write("POST", f"{SERVER}/action", '{"os-start": null}')
DELETE = write("DELETE", SERVER)
SHOW, LIST = Request("GET", SERVER), Request("GET", f"{SERVERS}/detail")
OTHERS = write("POST", f"{SERVERS}/{OTHER}/action", '{"os-stop": null}')


def past_of(*recorded: tuple[Request, str]) -> "Player":
    return Player([Interaction(request, Response(200, "OK", (), answer.encode())) for request, answer in recorded])


class Player:
    def __init__(self, interactions: list[Interaction]) -> None:
        self.interactions = interactions
        summariser = Summariser(Naming())
        for one in interactions:
            summariser.add(one)
        self.recording = Recording([memoryview(summariser.close())])
        self.past = Past(self.recording)

    def ask(self, request: Request, times: int = 1) -> list[str]:
        return [self._once(request) for _ in range(times)]

    def _once(self, request: Request) -> str:
        position = self.past.next(canonical(request).key)
        if position is None:
            return "miss"
        body = self.interactions[position].response.body
        assert isinstance(body, bytes)
        return body.decode()


def life() -> Player:
    return past_of(
        (CREATE, MADE),
        (SHOW, "BUILD"),
        (SHOW, "BUILD"),
        (SHOW, "ACTIVE"),
        (STOP, "stopping"),
        (SHOW, "ACTIVE, stopping"),
        (SHOW, "SHUTOFF"),
        (START, "starting"),
        (SHOW, "ACTIVE again"),
        (DELETE, "deleting"),
        (SHOW, "deleting"),
        (SHOW, "404"),
    )


def test_repeats_come_in_recorded_order_and_then_the_last_again() -> None:
    player = past_of((LOGIN, "one"), (LOGIN, "two"))
    assert player.ask(LOGIN, 4) == ["one", "two", "two", "two"]


def test_a_read_never_runs_ahead_of_a_write_that_was_not_made() -> None:
    player = life()
    player.ask(CREATE)
    assert player.ask(SHOW, 4) == ["BUILD", "ACTIVE", "ACTIVE", "ACTIVE"]
    player.ask(STOP)
    assert player.ask(SHOW, 3) == ["ACTIVE, stopping", "SHUTOFF", "SHUTOFF"]


def test_a_read_never_lags_behind_a_write_that_was_made() -> None:
    player = life()
    player.ask(CREATE)
    assert player.ask(SHOW) == ["BUILD"]
    player.ask(STOP)
    player.ask(START)
    assert player.ask(SHOW) == ["ACTIVE again"]
    player.ask(DELETE)
    assert player.ask(SHOW, 3) == ["deleting", "404", "404"]


def test_a_write_that_the_client_leaves_out_does_not_hold_up_what_follows() -> None:
    player = life()
    player.ask(CREATE)
    player.ask(DELETE)
    assert player.ask(SHOW, 2) == ["deleting", "404"]


def test_somebody_elses_write_is_not_waited_for() -> None:
    player = past_of((CREATE, MADE), (SHOW, "BUILD"), (OTHERS, "ok"), (SHOW, "ACTIVE"))
    player.ask(CREATE)
    assert player.ask(SHOW, 3) == ["BUILD", "ACTIVE", "ACTIVE"]


def test_a_list_follows_the_writes_on_its_collection() -> None:
    second = write("POST", SERVERS, '{"server": {"name": "b"}}')
    player = past_of(
        (LIST, "none"),
        (CREATE, MADE),
        (LIST, "a"),
        (second, '{"server": {"id": "b"}}'),
        (LIST, "a b"),
        (DELETE, ""),
        (LIST, "b"),
    )
    assert player.ask(LIST, 3) == ["none", "none", "none"]
    player.ask(CREATE)
    assert player.ask(LIST, 2) == ["a", "a"]
    player.ask(second)
    player.ask(DELETE)
    assert player.ask(LIST) == ["b"]


def test_a_write_on_another_service_that_names_the_thing_counts() -> None:
    volume = f"http://cinder/v3/{'a' * 32}/volumes/{OTHER}"
    attach = write("POST", f"{SERVER}/os-volume_attachments", json.dumps({"volumeAttachment": {"volumeId": OTHER}}))
    show = Request("GET", volume)
    player = past_of((show, "available"), (attach, "{}"), (show, "in-use"))
    assert player.ask(show, 3) == ["available", "available", "available"]
    player.ask(attach)
    assert player.ask(show) == ["in-use"]


def test_an_object_changes_the_listing_of_its_container_only() -> None:
    account = f"http://swift/v1/AUTH_{'a' * 32}"
    listing, put = Request("GET", f"{account}/c?format=json"), Request("PUT", f"{account}/c/o", (), b"data")
    elsewhere = Request("PUT", f"{account}/d/o", (), b"data")
    player = past_of((listing, "[]"), (elsewhere, ""), (listing, "[] again"), (put, ""), (listing, "[o]"))
    assert player.ask(listing, 3) == ["[]", "[] again", "[] again"]
    player.ask(put)
    assert player.ask(listing) == ["[o]"]


def test_what_was_never_recorded_is_a_miss() -> None:
    assert past_of((SHOW, "x")).ask(LIST) == ["miss"]


def test_sessions_know_nothing_of_each_other() -> None:
    player = life()
    player.ask(CREATE)
    player.ask(STOP)
    assert player.ask(SHOW) == ["ACTIVE, stopping"]
    player.past = Past(player.recording)
    player.ask(CREATE)
    assert player.ask(SHOW) == ["BUILD"]


@pytest.mark.parametrize("polls", [1, 100_000])
def test_a_poll_among_very_many_is_found(polls: int) -> None:
    summariser = Summariser(Naming())
    summariser.add(Interaction(SHOW, Response(200, "OK")))
    past = Past(Recording([memoryview(summariser.close())] * polls))
    key = canonical(SHOW).key
    given = [past.next(key) for _ in range(min(polls, 1000))]
    assert given == list(range(min(polls, 1000)))


def polled(polling: Polling) -> list[str]:
    answers = ("BUILD", "BUILD", "ACTIVE", "ACTIVE", "BUILD", "BUILD")
    player = past_of((CREATE, MADE), *((SHOW, answer) for answer in answers), (DELETE, "deleting"), (SHOW, "404"))
    player.past = Past(player.recording, polling)
    player.ask(CREATE)
    return player.ask(SHOW, 7)


@pytest.mark.parametrize(
    ("polling", "given"),
    [
        (Polling.DISTINCT, ["BUILD", "ACTIVE", "BUILD", "BUILD", "BUILD", "BUILD", "BUILD"]),
        (Polling.AS_RECORDED, ["BUILD", "BUILD", "ACTIVE", "ACTIVE", "BUILD", "BUILD", "BUILD"]),
        (Polling.COLLAPSE, ["BUILD"] * 7),
    ],
)
def test_a_client_that_polls_is_given_each_state_once_or_all_or_the_last(polling: Polling, given: list[str]) -> None:
    assert polled(polling) == given


def test_an_equal_answer_behind_a_write_is_given() -> None:
    player = past_of((CREATE, MADE), (SHOW, "ACTIVE"), (STOP, "stopping"), (SHOW, "ACTIVE"), (SHOW, "SHUTOFF"))
    player.ask(CREATE)
    assert player.ask(SHOW, 2) == ["ACTIVE", "ACTIVE"]
    player.ask(STOP)
    assert player.ask(SHOW, 3) == ["ACTIVE", "SHUTOFF", "SHUTOFF"]


def test_a_write_that_was_left_out_weighs_less_than_one_that_was_made() -> None:
    """What the session did must be in the answer, whatever else was done in the recording by then."""
    actions = [write("POST", f"{SERVER}/action", f'{{"os-{number}": null}}') for number in range(12)]
    player = past_of(
        (CREATE, MADE), (SHOW, "made"), *((one, "done") for one in actions), (SHOW, "after twelve"), (STOP, "stopping")
    )
    player.ask(CREATE)
    player.ask(actions[11])
    assert player.ask(SHOW) == ["after twelve"]


def test_of_twins_that_were_made_by_two_the_one_is_taken_before_which_more_was_done() -> None:
    other = json.dumps({"server": {"id": OTHER}})
    fillers = [Request("GET", f"{SERVERS}/detail?marker={number}") for number in range(11)]
    player = past_of((fillers[0], "x"), (CREATE, MADE), *((one, "") for one in fillers[1:]), (CREATE, other))
    for one in fillers[1:3]:
        player.ask(one)
    assert player.ask(CREATE) == [other]
