import json
from typing import Any

import pytest

from cloudtape.cassettes.messages import Request, Response
from cloudtape.matchers.requests.things import crc_of
from cloudtape.matchers.sessions.lists import listing, mended, sorted_as_asked, with_its_like
from tests.matchers.player import get, said

JSON, PLAIN = ("Content-Type", "application/json"), ("Content-Type", "text/plain")
LIST = get("/servers")
STORE = "http://swift/v1/AUTH_p"


def servers(*names: str, **more: Any) -> Response:
    return said({"servers": [{"id": f"id-{name}", "name": name} for name in names], **more}, 200, JSON)


def names(response: Response) -> list[str]:
    assert isinstance(response.body, bytes)
    return [one["name"] for one in json.loads(response.body)["servers"]]


def gone(*what: str) -> list[int]:
    return [crc_of(f"id-{one}") for one in what]


@pytest.mark.parametrize(
    ("request_", "response", "items"),
    [
        (LIST, servers("a"), 1),
        (LIST, said([{"id": "a"}], 200, JSON), 1),
        (LIST, said({"servers": []}, 200, JSON), None),
        (LIST, said({"server": {"id": "a"}}, 200, JSON), None),
        (LIST, said({"a": [{"id": 1}], "b": [{"id": 2}]}, 200, JSON), None),
        (LIST, said({"names": ["a"]}, 200, JSON), None),
        (LIST, said("{torn", 200, JSON), None),
        (LIST, said({"servers": [{"id": "a"}]}, 300, JSON), None),
        (get(STORE), said("box\nother\n", 200, PLAIN), 2),
        (get(STORE), said("box\u2028other\n", 200, PLAIN), 1),
        (get(f"{STORE}/box?format=json"), said([{"name": "o"}], 200, JSON), 1),
        (get(f"{STORE}/box/o"), said("a line\nof data\n", 200, PLAIN), None),
        (get(f"{STORE}/box/o"), said([{"id": "data"}], 200, JSON), None),
    ],
)
def test_a_list_is_told_from_all_else(request_: Request, response: Response, items: int | None) -> None:
    found = listing(request_, response)
    assert (len(found.items) if found else None) == items


def test_what_is_gone_is_taken_out_and_all_else_stays() -> None:
    answer = servers("a", "b", "c", servers_links=[], count=3)
    told = mended(LIST, answer, gone("b"), (), ())
    assert names(told) == ["a", "c"]
    assert isinstance(told.body, bytes)
    assert json.loads(told.body)["count"] == 3


def test_what_is_lacking_comes_from_another_answer_and_stands_where_it_stood_there() -> None:
    others = [(LIST, servers("x", "b", "c"))]
    assert names(mended(LIST, servers("a", "c"), (), gone("b"), others)) == ["a", "b", "c"]
    assert names(mended(LIST, servers("a"), (), gone("c"), others)) == ["a", "c"]


def test_what_no_answer_shows_is_not_made_up() -> None:
    answer = servers("a")
    assert mended(LIST, answer, (), gone("z"), [(LIST, servers("b"))]) is answer


def test_nobody_can_tell_what_a_page_would_show() -> None:
    page, answer = get("/servers?limit=1"), servers("a")
    assert mended(page, answer, (), gone("b"), [(page, servers("b"))]) is answer


def test_an_answer_that_is_right_is_left_byte_for_byte() -> None:
    answer = Response(200, "", (JSON,), b'{ "servers" : [ {"id":"id-a", "name":"a"} ] }')
    assert mended(LIST, answer, gone("b"), gone("a"), ()) is answer


def test_the_listing_of_a_container_names_its_objects_alone() -> None:
    request, answer = get(f"{STORE}/box"), said("o-1\no-2\n", 200, PLAIN, ("Content-Length", "8"))
    told = mended(request, answer, [crc_of("box/o-1")], (), ())
    assert (told.body, dict(told.headers)["Content-Length"]) == (b"o-2\n", "4")
    assert mended(request, answer, [crc_of("other/o-1")], (), ()) is answer


@pytest.mark.parametrize(
    ("query", "recorded", "live", "told"),
    [
        ("?sort_key=name&sort_dir=asc", ("a", "b"), ("y", "x"), ["x", "y"]),
        ("?sort_key=name&sort_dir=desc", ("b", "a"), ("x", "y"), ["y", "x"]),
        ("?sort=name:desc", ("b", "a"), ("x", "y"), ["y", "x"]),
        ("?sort=name", ("a", "b"), ("y", "x"), ["x", "y"]),
        ("?sort_key=display_name", ("a", "b"), ("y", "x"), ["x", "y"]),
        ("?sort_key=name", ("b", "c", "a"), ("y", "x", "z"), ["y", "x", "z"]),  # the recorded one was not sorted
        ("?sort_key=created_at", ("a", "b"), ("y", "x"), ["y", "x"]),
        ("", ("a", "b"), ("y", "x"), ["y", "x"]),
    ],
)
def test_what_was_sorted_by_recorded_names_is_sorted_by_live_ones(
    query: str, recorded: tuple[str, ...], live: tuple[str, ...], told: list[str]
) -> None:
    assert names(sorted_as_asked(get(f"/servers{query}"), servers(*recorded), servers(*live))) == told


def test_an_object_store_lists_by_name() -> None:
    request = get(f"{STORE}?format=json")
    recorded, live = (said([{"name": one} for one in each], 200, JSON) for each in (("a", "b"), ("y", "x")))
    body = sorted_as_asked(request, recorded, live).body
    assert isinstance(body, bytes)
    assert [one["name"] for one in json.loads(body)] == ["x", "y"]


def test_a_list_with_one_thing_tells_of_its_like_as_another_answer_shows_it() -> None:
    others = [(get("/servers/id-b"), said({"server": {"id": "id-b", "name": "b"}}, 200, JSON))]
    told = with_its_like(servers("a"), LIST, crc_of("id-a"), crc_of("id-b"), others)
    assert told is not None
    assert names(told) == ["b"]


@pytest.mark.parametrize(
    "other",
    [
        said({"server": {"id": "id-b", "name": "b", "status": "ACTIVE"}}, 200, JSON),
        said({"server": {"id": "id-c", "name": "c"}}, 200, JSON),
        said("", 404),
        said("{torn", 200, JSON),
    ],
)
def test_but_not_where_no_answer_shows_it_with_the_same_members(other: Response) -> None:
    assert with_its_like(servers("a"), LIST, crc_of("id-a"), crc_of("id-b"), [(get("/servers/id-b"), other)]) is None
