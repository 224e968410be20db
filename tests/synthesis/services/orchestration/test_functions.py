"""Functions of templates, and the rows that say what types become."""

from __future__ import annotations

from typing import Any

import pytest

from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.services.orchestration.functions import Resolver, names_in
from cloudtape.synthesis.services.orchestration.texts import Unresolved
from cloudtape.synthesis.services.orchestration.types import Ask, default_types


class Given:
    """Values by name."""

    def parameter(self, name: str) -> Any:
        if name not in ("list", "map"):
            raise Unresolved(name)
        return {"list": ["a", "b"], "map": {"k": ["x", "y"]}}[name]

    def reference(self, name: str) -> Any:
        return f"id-of-{name}"

    def attribute(self, name: str, attribute: str | None) -> Any:
        return {"a": {"b": [attribute]}}

    def condition(self, name: str) -> bool:
        return name == "yes"

    def file(self, name: str) -> str:
        return f"text of {name}"

    def mapping(self, name: str) -> Any:
        return {"first": {"second": name}}


HOT = [
    ({"get_param": ["map", "k", 1]}, "y"),
    ({"get_resource": "r"}, "id-of-r"),
    ({"get_attr": ["r", "x", "a", "b", 0]}, "x"),
    ({"get_file": "f"}, "text of f"),
    ({"str_replace": {"template": "$a$ab", "params": {"$a": "$ab", "$ab": {"get_resource": "r"}}}}, "$abid-of-r"),
    ({"list_join": ["-", {"get_param": "list"}, ["c"]]}, "a-b-c"),
    ({"str_split": [",", "a,b", 1]}, "b"),
    ({"list_concat_unique": [["a"], ["a", "b"]]}, ["a", "b"]),
    ({"map_merge": [{"a": 1}, {"a": 2}]}, {"a": 2}),
    (
        {"repeat": {"for_each": {"<%i%>": {"get_param": "list"}}, "template": {"v": "n-<%i%>"}}},
        [{"v": "n-a"}, {"v": "n-b"}],
    ),
    ({"digest": ["md5", "x"]}, "9dd4e461268c8034f5c8564e155c67a6"),
    ({"if": ["yes", 1, 2]}, 1),
    ({"if": [{"not": "yes"}, 1, 2]}, 2),
    ({"and": [{"equals": [1, 1]}, "yes"]}, True),
    ({"make_url": {"scheme": "http", "host": "::1", "port": 80, "path": "/a"}}, "http://[::1]:80/a"),
    ({"filter": [["a"], ["a", "b"]]}, ["b"]),
    ({"contains": ["a", ["a"]]}, True),
    ({"two": 1, "members": {"get_resource": "r"}}, {"two": 1, "members": "id-of-r"}),
]
CFN = [
    ({"Ref": "list"}, ["a", "b"]),
    ({"Ref": "r"}, "id-of-r"),
    ({"Fn::GetAtt": ["r", "x.a.b.0"]}, "x"),
    ({"Fn::Join": ["", ["a", {"Ref": "r"}]]}, "aid-of-r"),
    ({"Fn::Select": ["1", {"Ref": "list"}]}, "b"),
    ({"Fn::FindInMap": ["m", "first", "second"]}, "m"),
    ({"Fn::Base64": "x"}, "eA=="),
    ({"Fn::If": ["no", 1, {"Ref": "r"}]}, "id-of-r"),
]


@pytest.mark.parametrize(("value", "result"), HOT)
def test_a_function_of_hot(value: Any, result: Any) -> None:
    assert Resolver(Given(), True)(value) == result


@pytest.mark.parametrize(("value", "result"), CFN)
def test_a_function_of_cloudformation(value: Any, result: Any) -> None:
    assert Resolver(Given(), False)(value) == result


@pytest.mark.parametrize("value", [{"list_join": [",", "text"]}, {"get_attr": "r"}, {"digest": ["none", "x"]}])
def test_wrong_arguments_are_an_error(value: Any) -> None:
    with pytest.raises(Unresolved):
        Resolver(Given(), True)(value)


def test_the_names_in_a_value_say_where_they_stand() -> None:
    value = {"a": [{"get_resource": "r"}], "b": {"get_attr": ["s", "x"]}}
    assert list(names_in(value, True)) == [("r", "", ".a[0]"), ("s", "x", ".b")]


ROWS = default_types()


@pytest.mark.parametrize("name", ROWS)
def test_a_row_names_kinds_and_operations_that_are_there(name: str) -> None:
    row, kinds = ROWS[name], default_cloud().kinds
    found = {row.kind, *(rule.find for rule in row.properties.values())} - {""}
    found |= {kind for rule in row.properties.values() for kind in rule.finds.values()}
    assert found <= kinds.planner.collections
    asks = [one for one in (row.create, row.delete, *row.then, *row.update, *row.undo) if isinstance(one, Ask)]
    assert all(one.do in kinds.planner.by_id for one in asks)
    if row.kind and not (row.create and row.delete):
        assert any(plan.verb is Verb.DELETE for plan in kinds[row.kind].plans)
