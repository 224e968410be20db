"""What is told of a miss: the recorded requests that are most like the one that was asked."""

import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.canonical import OTHER_BYTES
from cloudtape.matchers.sessions.nearest import MOST_COMPARED, MOST_READ, MOST_SHOWN, Miss, Near, Nearest
from tests.matchers.player import ID, NOVA, OTHER, Player, get, send


def miss_of(asked: Request, *recorded: Request) -> Miss:
    player = Player(*((one, "") for one in recorded))
    return Nearest(player.recording, lambda position: player.interactions[position].request).miss(asked)


def upload(body: bytes, place: str = ID) -> Request:
    return Request("PUT", f"{NOVA}/images/{place}/file", (("Content-Type", "application/octet-stream"),), body)


def test_the_one_with_the_fewest_differences_comes_first_then_in_the_order_of_the_recording() -> None:
    paths = ("/servers?a=1&b=1&c=1", "/servers?a=1&b=2&c=1", "/servers?a=2&b=2&c=2")
    miss = miss_of(get("/servers?a=2&b=2&c=1"), *map(get, paths))
    assert [one.interaction for one in miss.nearest] == [2, 3, 1]
    assert [len(one.differences) for one in miss.nearest] == [1, 1, 2]


def test_another_path_comes_behind_whatever_differs_on_the_same_one() -> None:
    same, other = get(f"/servers/{ID}?a=1&b=1"), get(f"/servers/{OTHER}")
    miss = miss_of(get(f"/servers/{ID}"), other, same)
    assert [one.uri for one in miss.nearest] == [same.uri, other.uri]


def test_of_those_that_differ_alike_the_first_is_shown() -> None:
    miss = miss_of(get("/servers?a=2"), get("/servers?a=1"), get("/servers?a=1"))
    assert [one.interaction for one in miss.nearest] == [1]


def test_no_more_are_shown_than_one_can_read_and_no_more_compared_than_takes_no_time() -> None:
    miss = miss_of(get("/servers?a=x"), *(get(f"/servers?a={number}") for number in range(MOST_SHOWN + 1)))
    assert [one.interaction for one in miss.nearest] == [1, 2, 3]
    far = [get(f"/servers?a={number}&b=1") for number in range(MOST_COMPARED)]
    assert MOST_COMPARED + 1 not in [
        one.interaction for one in miss_of(get("/servers?a=x"), *far, get("/servers?a=1")).nearest
    ]
    assert MOST_COMPARED in [
        one.interaction for one in miss_of(get("/servers?a=x"), *far[1:], get("/servers?a=1")).nearest
    ]


@pytest.mark.parametrize("size", [MOST_READ - 1, MOST_READ + 1])
def test_bodies_are_told_apart_whatever_their_size(size: int) -> None:
    recorded = upload(b"\x00" * size)
    assert miss_of(upload(b"\x01" * size), recorded).nearest[0].differences == (OTHER_BYTES,)
    other = miss_of(upload(b"\x00" * size, OTHER), recorded)
    assert OTHER_BYTES not in other.nearest[0].differences


def test_what_was_read_counts_for_all_that_is_compared() -> None:
    half = b'{"name": "' + b"a" * (MOST_READ // 2) + b'"}'
    recorded = [send("POST", f"/servers?a={number}", half.replace(b"name", b"n%03d" % number)) for number in range(3)]
    asked = send("POST", "/servers?a=9", half.replace(b"name", b"n009"))
    told = [one.differences for one in miss_of(asked, *recorded).nearest]
    assert [OTHER_BYTES in one for one in sorted(told)].count(True) == 2, "one was read; for two, nothing was left"


def test_a_miss_is_one_line_and_plain_data() -> None:
    near = Near(7, "GET", "http://c/x", ("a: recorded 1, asked 2", "b: recorded 1, asked 2"))
    miss = Miss("GET", "http://c/y", "because", (near, near))
    told = "interaction 7 (GET http://c/x): a: recorded 1, asked 2; b: recorded 1, asked 2"
    assert str(near) == told
    assert str(miss) == f"because; nearest: {told}"
    assert str(Miss("GET", "http://c/y", "because")) == "because"
    one = {"interaction": 7, "method": "GET", "uri": "http://c/x", "differences": list(near.differences)}
    assert miss.facts() == {"reason": "because", "method": "GET", "uri": "http://c/y", "nearest": [one, one]}
