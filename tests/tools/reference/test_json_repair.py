"""Each way in which the document damages an example, on a small input of its own."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.reference.json_repair import Repair, repair
from tools.reference.json_strings import Wraps
from tools.reference.json_tokens import tokens
from tools.reference.shapes import KnownObjects

SIBLINGS: list[Any] = [
    {"things": [{"id": "1", "name": "a", "links": [{"href": "x", "rel": "self"}], "size": 1}]},
    {"thing": {"id": "1", "name": "a", "links": [{"href": "x", "rel": "self"}], "size": 1}},
]


def shapes() -> KnownObjects:
    known = KnownObjects()
    for value in SIBLINGS:
        known.learn(value)
    return known


def repaired(*pages: str) -> Repair:
    found = repair(tokens([page.split("\n") for page in pages]), shapes())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("pages", "value", "word"),
    [
        pytest.param(
            ['{"thing": {"id": "1", "name": "a"}}', '"links": [], "size": 2}}'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 2}},
            "made-up brackets",
            id="brackets made up at the foot",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "made up"}}', '"name": "a", "links": [], "size": 2}}'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 2}},
            "made-up members",
            id="a member made up at the foot",
        ),
        pytest.param(
            ['{"things": [{"id": "1", "name": "a", "links": [...]}]}', '{"href": "y", "rel": "self"}], "size": 1}]}'],
            {"things": [{"id": "1", "name": "a", "links": [{"href": "y", "rel": "self"}], "size": 1}]},
            "made-up brackets",
            id="dots where the page ends",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "a",', '"name": "a", "links": [], "size": 2}}'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 2}},
            "left out",
            id="the tail repeated at the head",
        ),
        pytest.param(
            [
                '{"things": [{"id": "1", "name": "a", "links": [], "size": 1}, {"id": "2", "name": "b", "links": []}]}',
                '"id": "2", "name": "b", "links": [], "size": 2}]}',
            ],
            {
                "things": [
                    {"id": "1", "name": "a", "links": [], "size": 1},
                    {"id": "2", "name": "b", "links": [], "size": 2},
                ]
            },
            "what the next page has again",
            id="the next page begins where this one had been before",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "a", "status": "OK"}}', '"links": [], "size": 2}}'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 2}},
            "made-up members",
            id="a member that no sibling has",
        ),
        pytest.param(
            ['{"things": [{"id": "1", "name": "a", "links": [], "size": 1}]}', "}]}"],
            {"things": [{"id": "1", "name": "a", "links": [], "size": 1}]},
            "left out",
            id="a page of brackets alone",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "a", "seen": "2015-11-17"}}', '"links": [], "size": 2}}'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 2}},
            "made-up members",
            id="the date of the reference in a member",
        ),
        pytest.param(
            [
                '{"things": [{"id": "1", "name": "a", "links": [], "size": 1}, '
                '{"id": "2", "name": "made up", "links": [], "size": 7}]}',
                '"name": "b", "links": [], "size": 2}]}',
            ],
            {
                "things": [
                    {"id": "1", "name": "a", "links": [], "size": 1},
                    {"id": "2", "name": "b", "links": [], "size": 2},
                ]
            },
            "made-up members",
            id="an object made up to its end, which goes on",
        ),
        pytest.param(
            [
                '{"things": [{"id": "1", "links": [{"href": "x", "rel": "self"}, {"name": "a", "size": 1}, '
                '{"id": "2", "links": [{"href": "y", "rel": "self"}, {"name": "b", "size": 2}]}'
            ],
            {
                "things": [
                    {"id": "1", "links": [{"href": "x", "rel": "self"}], "name": "a", "size": 1},
                    {"id": "2", "links": [{"href": "y", "rel": "self"}], "name": "b", "size": 2},
                ]
            },
            "bracket misread",
            id="a brace read where a list ends",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "a", "links": [], {"size": 1}}'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 1}},
            "bracket left out within",
            id="a brace too many before a member",
        ),
        pytest.param(
            ['{"a": 1} {"a": 2}'],
            {"a": 1},
            "second value",
            id="a second value behind the first",
        ),
        pytest.param(
            [
                '{"things": [{"id": "1", "name": "a", "links": [], "size": 1},',
                '"id": "2", "name": "b", "links": [], "size": 2}]}',
            ],
            {
                "things": [
                    {"id": "1", "name": "a", "links": [], "size": 1},
                    {"id": "2", "name": "b", "links": [], "size": 2},
                ]
            },
            "bracket added at the head",
            id="an opening bracket lost at the break",
        ),
        pytest.param(
            ['{"things": [{"name": "a", "id": "1"}]}', '"name": "b", "id": "2"}]}'],
            {"things": [{"name": "a", "id": "1"}, {"name": "b", "id": "2"}]},
            "bracket added at the head",
            id="an object like the one before, with less than its siblings have",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "a", "links": [], "size": 1'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 1}},
            "bracket added at the end",
            id="closing brackets missing at the end",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "a", "links": [], "size": 1}}}}'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 1}},
            "bracket left out",
            id="too many closing brackets",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "a", "links": [\n,\n"size": 1\n]}}'],
            {"thing": {"id": "1", "name": "a", "links": [], "size": 1}},
            "bracket added within",
            id="an empty list not closed",
        ),
        pytest.param(
            ['{"thing": {"id": "1", "name": "a", "links": [["href": "x", "rel": "self"]], "size": 1}}'],
            {"thing": {"id": "1", "name": "a", "links": [{"href": "x", "rel": "self"}], "size": 1}},
            "bracket misread",
            id="braces read as brackets",
        ),
        pytest.param(['{"a": 1, "b": 2,}'], {"a": 1, "b": 2}, "left out", id="a comma too many"),
        pytest.param(['{"a": 1 "b": 2}'], {"a": 1, "b": 2}, "comma added", id="a comma too few"),
        pytest.param(['{"...": ...}'], {"...": "..."}, "quotes added", id="dots without their quotes"),
        pytest.param(['{"a": null.}'], {"a": None}, "misspelled", id="a full stop after null"),
        pytest.param(['{"a": True}'], {"a": True}, "misspelled", id="a capital letter"),
    ],
)
def test_damage_is_undone(pages: list[str], value: Any, word: str) -> None:
    found = repaired(*pages)
    assert json.loads(found.text) == value
    assert any(word in repair for repair in found.repairs), found.repairs


def test_a_list_that_begins_as_none_does_was_made_up() -> None:
    known = KnownObjects()
    known.learn({"status": {"enum": ["pending", "accepted"], "type": "string"}})
    pages = ['{"status": {"enum": ["active"]}}', '"pending", "accepted"], "type": "string"}}']
    found = repair(tokens([page.split("\n") for page in pages]), known)
    assert found is not None
    assert json.loads(found.text) == {"status": {"enum": ["pending", "accepted"], "type": "string"}}


def test_keys_in_order_show_what_stands_out_of_order() -> None:
    keys = [f'"key_{letter}": 1' for letter in "abcdefghijklm"]
    pages = ["{" + ", ".join(keys) + ', "key_x": 1}', '"key_n": 1, "key_o": 1}']
    found = repair(tokens([page.split("\n") for page in pages]), KnownObjects())
    assert found is not None
    assert list(json.loads(found.text)) == [f"key_{letter}" for letter in "abcdefghijklmno"]


KEYS = st.text(alphabet="abcde", min_size=1)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet="abc xyz"),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(PLAIN)
def test_what_is_whole_and_like_its_siblings_stays_as_it_is(value: Any) -> None:
    known = KnownObjects()
    known.learn(value)
    found = repair(tokens([json.dumps(value, indent=2).split("\n")]), known)
    assert found is not None
    assert json.loads(found.text) == value
    assert found.repairs == ()


@given(st.lists(st.text(alphabet='{}[]:,"\\ \nab1.', max_size=60), max_size=3))
def test_any_pages_may_be_read(pages: list[str]) -> None:
    found = repair(tokens([page.split("\n") for page in pages]), KnownObjects())
    assert found is None or isinstance(Wraps([]).undone(found.text), str)


def test_an_example_with_a_hundred_pages_takes_steps_in_proportion() -> None:
    """Bounded by the number of readings that are kept, not by the ways to choose at each page break."""
    thing = '{"id": "1", "name": "a", "links": [], "size": 1'
    pages = ['{"things": [' + thing + "}]}", *(f", {thing}" + "}]}" for _ in range(100))]
    found = repaired(*pages)
    assert len(json.loads(found.text)["things"]) == 101
