import json

import pytest

from cloudtape.cassettes.messages import Request, Response
from cloudtape.matchers.sessions.bindings import Binding, Bindings
from tests.matchers.player import get, post


def bound(*pairs: tuple[str, str], derived: dict[str, list[str]] | None = None, loosely: bool = False) -> Bindings:
    made = Bindings(derived or {})
    made.bind([Binding(*pair, "name") for pair in pairs], loosely)
    return made


def given(bindings: Bindings, text: str) -> str:
    body = bindings.live(Response(200, "", (), text.encode())).body
    assert isinstance(body, bytes)
    return body.decode()


def test_a_request_is_put_into_the_recordings_words_and_an_answer_into_the_live_ones() -> None:
    bindings = bound(("vm-1a", "vm-2b"))
    asked = bindings.recorded(post("/servers?name=vm-2b", {"server": {"name": "vm-2b"}}, ("X-Copy-From", "box/vm-2b")))
    assert (asked.uri.rpartition("=")[2], asked.body) == ("vm-1a", b'{"server": {"name": "vm-1a"}}')
    assert ("X-Copy-From", "box/vm-1a") in asked.headers
    assert given(bindings, '{"name": "vm-1a"}') == '{"name": "vm-2b"}'


def test_a_request_that_mentions_nothing_bound_is_itself() -> None:
    request: Request = get("/servers")
    assert bound(("vm-1a", "vm-2b")).recorded(request) is request
    assert Bindings().recorded(request) is request


def test_what_the_cloud_made_of_a_name_follows_it() -> None:
    bindings = bound(("batch-1a", "batch-2b"), derived={"batch-1a": ["batch-1a-1", "batch-1a-2"]})
    assert given(bindings, '["batch-1a-1", "batch-1a-2", "batch-1a-x"]') == '["batch-2b-1", "batch-2b-2", "batch-1a-x"]'


def test_each_value_stands_for_one_other() -> None:
    bindings = bound(("a-1", "a-2"))
    assert [bindings.fits(*pair) for pair in (("a-1", "a-2"), ("a-1", "a-3"), ("b-1", "a-2"), ("b-1", "b-2"))] == [
        True,
        False,
        False,
        True,
    ]


def test_what_was_only_asked_about_may_come_to_stand_for_something_else() -> None:
    bindings = bound(("a-1", "a-2"), loosely=True)
    assert bindings.is_loose("a-1")
    bindings.bind([Binding("a-1", "a-3", "name")])
    assert (bindings.live_word("a-1"), bindings.is_bound("a-2"), bindings.is_loose("a-1")) == ("a-3", False, False)
    settled = bound(("a-1", "a-2"), loosely=True)
    settled.settle(["a-1"])
    assert not settled.is_loose("a-1")


def test_ids_change_places_and_names_move() -> None:
    bindings = bound(("first-1", "live-1"))
    bindings.exchange([("id-1a", "id-2b")], [("first-1", "second-1")])
    assert given(bindings, '{"id": "id-2b", "name": "second-1"}') == '{"id": "id-1a", "name": "live-1"}'
    assert bindings.live_word("first-1") == "first-1"
    bindings.exchange([("id-1a", "id-2b")], [("first-1", "second-1")])
    assert given(bindings, '{"id": "id-2b", "name": "first-1"}') == '{"id": "id-2b", "name": "live-1"}'


def test_a_common_word_is_exchanged_in_the_header_that_it_stood_in_alone() -> None:
    bindings = Bindings()
    bindings.bind([Binding("3", "7", "x-container-meta-quota"), Binding("box-1a", "box-2b", "name")])
    headers = (("X-Container-Meta-Quota", "3"), ("X-Container-Object-Count", "3"), ("X-Copied-From", "box-1a"))
    assert bindings.live(Response(204, "", headers)).headers == (
        ("X-Container-Meta-Quota", "7"),
        ("X-Container-Object-Count", "3"),
        ("X-Copied-From", "box-2b"),
    )


def test_an_archive_stays_as_it_is_since_the_places_of_its_files_stand_in_it() -> None:
    asked = Request("PUT", "http://swift/v1/AUTH_p/?extract-archive=tar", (), b"vm-2b")
    assert bound(("vm-1a", "vm-2b")).recorded(asked).body == b"vm-2b"


@pytest.mark.parametrize("live", ["a\0b", "a\r\nSet-Cookie: b", "a\x7f", "\n"])
def test_what_no_field_may_hold_comes_back_in_the_body_alone(live: str) -> None:
    bindings = bound(("vm-1a", live))
    answer = bindings.live(Response(200, "", (("X-Name", "vm-1a"), ("X-Note", "of vm-1a")), b'{"name": "vm-1a"}'))
    assert answer.headers == (("X-Name", "vm-1a"), ("X-Note", "of vm-1a"))
    assert isinstance(answer.body, bytes)
    assert json.loads(answer.body) == {"name": live}
