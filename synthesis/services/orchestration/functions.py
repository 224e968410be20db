"""The functions of templates: what stands in place of `get_attr`, `Fn::Join` and the others.

A function is a map of one member. Source: heat's `engine/hot/functions.py`, `engine/cfn/functions.py`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from cloudtape.synthesis.services.orchestration.texts import (
    Unresolved,
    as_list,
    as_map,
    as_text,
    concatenated,
    digest,
    equal,
    filtered,
    joined,
    map_replaced,
    merged,
    replaced,
    selected,
    split,
    url,
    walk,
)
from cloudtape.synthesis.worlds.shelves import Members

DEEPEST = 64
MOST_ROWS = 10_000
MOST_VALUES = 1_000_000
"""Values that are worked out for one template: what is repeated counts each time."""


class Values(Protocol):
    """What functions ask for. Each raises Unresolved for what is not there."""

    def parameter(self, name: str) -> Any: ...
    def reference(self, name: str) -> Any: ...
    def attribute(self, name: str, attribute: str | None) -> Any: ...
    def condition(self, name: str) -> bool: ...
    def file(self, name: str) -> str: ...
    def mapping(self, name: str) -> Any: ...


class Resolver:
    """Puts values in place of functions, of HOT or of CloudFormation."""

    def __init__(self, values: Values, hot: bool) -> None:
        self.values = values
        self._left = MOST_VALUES
        self._functions = {**BOTH, **(HOT if hot else CFN)}

    def __call__(self, value: Any, depth: int = 0) -> Any:
        """Raises Unresolved."""
        if depth > DEEPEST:
            raise Unresolved("The template is nested too deeply.")
        self._left -= 1
        if self._left < 0:
            raise Unresolved(f"The template has more than {MOST_VALUES} values.")
        if isinstance(value, list):
            return [self(one, depth + 1) for one in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, told),) = value.items()
            if function := self._functions.get(name):
                if name in LAZY:
                    return function(self, told)
                return function(self, self(told, depth + 1))
        return {name: self(one, depth + 1) for name, one in value.items()}


def names_in(value: Any, hot: bool, path: str = "") -> Iterator[tuple[str, str, str]]:
    """The resources that a value names: name, attribute (empty for the resource itself), and where that stands."""
    if isinstance(value, dict):
        for name, told in value.items():
            if len(value) == 1 and (found := _named(name, told, hot)):
                yield *found, path
            yield from names_in(told, hot, f"{path}.{name}")
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from names_in(one, hot, f"{path}[{at}]")


def _named(function: str, told: Any, hot: bool) -> tuple[str, str] | None:
    if function == ("get_resource" if hot else "Ref") and isinstance(told, str):
        return told, ""
    if function == "Fn::GetAtt" and not hot and isinstance(told, str):
        told = told.split(".", 1)
    is_attribute = function == ("get_attr" if hot else "Fn::GetAtt") and isinstance(told, list) and bool(told)
    if not is_attribute or not isinstance(told[0], str):
        return None
    attribute = told[1] if len(told) > 1 and isinstance(told[1], str) else ""
    return told[0], attribute if hot else attribute.partition(".")[0]


# --- values from elsewhere ----------------------------------------------------------------------------------------


def _get_param(of: Resolver, told: Any) -> Any:
    path = told if isinstance(told, list) else [told]
    return walk(of.values.parameter(str(path[0])), path[1:]) if path else None


def _get_resource(of: Resolver, told: Any) -> Any:
    return of.values.reference(str(told))


def _get_attr(of: Resolver, told: Any) -> Any:
    path = as_list(told, "get_attr", 1)
    attribute = str(path[1]) if len(path) > 1 else None
    return walk(of.values.attribute(str(path[0]), attribute), path[2:])


def _ref(of: Resolver, told: Any) -> Any:
    try:
        return of.values.parameter(str(told))
    except Unresolved:
        return of.values.reference(str(told))


def _get_att(of: Resolver, told: Any) -> Any:
    path = told.split(".", 1) if isinstance(told, str) else as_list(told, "Fn::GetAtt", 2)
    if len(path) < 2:
        raise Unresolved('Arguments to "Fn::GetAtt" must be of the form [resource_name, attribute]')
    name, _, rest = str(path[1]).partition(".")
    return walk(of.values.attribute(str(path[0]), name), rest.split(".") if rest else [])


def _find_in_map(of: Resolver, told: Any) -> Any:
    name, first, second = as_list(told, "Fn::FindInMap", 3)[:3]
    found = walk(of.values.mapping(str(name)), [first, second])
    if found is None:
        raise Unresolved(f"'{first}' or '{second}' is not in the map {name}")
    return found


def _get_file(of: Resolver, told: Any) -> Any:
    return of.values.file(str(told))


# --- lists -----------------------------------------------------------------------------------------------


def _repeat(of: Resolver, told: Any) -> list[Any]:
    about = as_map(told, "repeat", "for_each", "template")
    each = {name: of(values) for name, values in as_map(about["for_each"], "repeat").items()}
    rows: list[Members] = [{}]
    for name, values in each.items():
        items = list(values) if isinstance(values, dict | list) else []
        if len(rows) * len(items) > MOST_ROWS:
            raise Unresolved("The template repeats too often.")
        rows = [{**row, name: one} for row in rows for one in items]
    return [of(_put(about["template"], row)) for row in rows]


def _put(template: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        return row[template] if template in row else replaced({"template": template, "params": dict(row)}, "repeat")
    if isinstance(template, dict):
        return {_put(name, row): _put(one, row) for name, one in template.items()}
    return [_put(one, row) for one in template] if isinstance(template, list) else template


# --- conditions ---------------------------------------------------------------------------------------------------


def _if(of: Resolver, told: Any) -> Any:
    wanted, yes, no = as_list(told, "if", 2)[0], told[1], told[2] if len(told) > 2 else None
    return of(yes if is_true(of, wanted) else no)


def is_true(of: Resolver, wanted: Any) -> bool:
    """Whether a condition holds: the name of one, or a function."""
    return of.values.condition(wanted) if isinstance(wanted, str) else bool(of(wanted))


def _all(of: Resolver, told: Any, how: Callable[[Iterator[bool]], bool]) -> bool:
    return how(is_true(of, one) for one in as_list(told, "and", 1))


def _not(of: Resolver, told: Any) -> bool:
    return not is_true(of, told[0] if isinstance(told, list) and told else told)


Function = Callable[[Resolver, Any], Any]
LAZY = frozenset({"if", "Fn::If", "and", "Fn::And", "or", "Fn::Or", "not", "Fn::Not", "repeat"})
"""Functions that resolve their arguments themselves."""
BOTH: dict[str, Function] = {
    "Fn::Join": lambda _, told: joined(told, "Fn::Join"),
    "Fn::Split": lambda _, told: split(told, "Fn::Split"),
    "Fn::Select": lambda _, told: selected(told),
    "Fn::Replace": lambda _, told: replaced(
        {"params": told[0], "template": told[1]} if isinstance(told, list) and len(told) == 2 else told, "Fn::Replace"
    ),
    "Fn::Base64": lambda _, told: base64.b64encode(as_text(told).encode()).decode(),
    "Fn::GetAZs": lambda _, __: ["nova"],
    "Fn::MemberListToMap": lambda _, told: told,
}
HOT: dict[str, Function] = {
    "get_param": _get_param,
    "get_resource": _get_resource,
    "get_attr": _get_attr,
    "get_file": _get_file,
    "str_replace": lambda _, told: replaced(told, "str_replace"),
    "str_replace_strict": lambda _, told: replaced(told, "str_replace_strict", True),
    "str_replace_vstrict": lambda _, told: replaced(told, "str_replace_vstrict", True),
    "str_split": lambda _, told: split(told, "str_split"),
    "list_join": lambda _, told: joined(told, "list_join"),
    "list_concat": lambda _, told: concatenated(told),
    "list_concat_unique": lambda _, told: concatenated(told, True),
    "map_merge": lambda _, told: merged(told),
    "map_replace": lambda _, told: map_replaced(told),
    "repeat": _repeat,
    "digest": lambda _, told: digest(told),
    "make_url": lambda _, told: url(told),
    "filter": lambda _, told: filtered(told),
    "contains": lambda _, told: as_list(told, "contains", 2)[0] in told[1],
    "if": _if,
    "equals": lambda _, told: equal(told),
    "and": lambda of, told: _all(of, told, all),
    "or": lambda of, told: _all(of, told, any),
    "not": _not,
}
CFN: dict[str, Function] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Equals": lambda _, told: equal(told),
    "Fn::And": lambda of, told: _all(of, told, all),
    "Fn::Or": lambda of, told: _all(of, told, any),
    "Fn::Not": _not,
}
