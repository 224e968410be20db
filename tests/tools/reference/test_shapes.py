import pytest

from tools.reference.json_tokens import tokens
from tools.reference.shapes import EDGE, KnownObjects, singular


@pytest.mark.parametrize(
    ("name", "one"), [("volumes", "volume"), ("policies", "policy"), ("access", "access"), ("server", "server")]
)
def test_lists_go_by_the_name_of_one(name: str, one: str) -> None:
    assert singular(name) == one


def test_what_a_list_teaches_holds_for_a_show() -> None:
    shapes = KnownObjects()
    shapes.learn({"volumes": [{"id": "1", "size": 1}]})
    assert shapes.knows("volume", "size")
    assert not shapes.knows("volume", "colour")
    assert shapes.missing("volume", frozenset({"id"})) == 1


def test_a_brief_object_lacks_nothing_where_brief_ones_are_known() -> None:
    shapes = KnownObjects()
    shapes.learn({"volumes": [{"id": "1", "size": 1}, {"id": "2"}]})
    assert shapes.missing("volume", frozenset({"id"})) == 0


def test_nothing_is_held_against_an_unknown_name() -> None:
    assert KnownObjects().knows("volume", "size")
    assert KnownObjects().missing("volume", frozenset()) == 0
    assert KnownObjects().fits("volume", "size", "{")


def test_a_page_teaches_what_is_whole_on_it_but_not_what_ends_at_its_foot() -> None:
    shapes = KnownObjects()
    shapes.learn_pages(tokens([['{"things": [{"id": "1", "size": 1}, {"id": "2"}]}']]))
    assert shapes.missing("thing", frozenset({"id"})) == 1


@pytest.mark.parametrize(("first", "known"), [("value", False), ("default", True)])
def test_a_page_teaches_nothing_of_a_name_that_stands_for_different_things(first: str, known: bool) -> None:
    shapes = KnownObjects()
    page = '{"outputs": {"foo": {"%s": 1, "size": 2}}, "parameters": {"foo": {"default": 1}}, "rest": ['
    shapes.learn_pages(tokens([[page % first]]))
    assert shapes.knows("foo", "colour") is not known


def test_what_follows_a_member_is_known_from_its_siblings() -> None:
    shapes = KnownObjects()
    shapes.learn({"volumes": [{"id": "1", "size": 1}]})
    assert shapes.follows("{", "volume", EDGE, "id")
    assert not shapes.follows("{", "volume", EDGE, "size")
    assert not shapes.follows("{", "volume", "id", EDGE)
    assert shapes.follows("{", "volume", "colour", "size")


def test_the_wider_family_says_what_may_be_not_what_must() -> None:
    wider = KnownObjects()
    KnownObjects(wider).learn({"volume": {"id": "1", "colour": 1}})
    shapes = KnownObjects(wider)
    shapes.learn({"volume": {"id": "1"}})
    assert shapes.knows("volume", "colour")
    assert shapes.missing("volume", frozenset({"id"})) == 0


def test_a_name_whose_objects_have_nothing_in_common_says_nothing() -> None:
    shapes = KnownObjects()
    shapes.learn([{"metadata": {str(number): ""}} for number in range(6)])
    assert shapes.is_free("metadata")
    assert shapes.knows("metadata", "colour")
    assert shapes.missing("metadata", frozenset({"colour"})) == 0
