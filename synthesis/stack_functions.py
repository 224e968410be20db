"""The functions of templates: what stands in place of `get_attr`, `Fn::Join` and the others.

A function is a map of one member. Source: heat's `engine/hot/functions.py`, `engine/cfn/functions.py`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from cloudtape.synthesis.shelves import Members

DEEPEST = 64


class Unresolved(Exception):
    """A function's arguments are wrong, or it asks for what is not there. The message is heat's."""


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
        self._functions = {**BOTH, **(HOT if hot else CFN)}

    def __call__(self, value: Any, depth: int = 0) -> Any:
        """Raises Unresolved."""
        if depth > DEEPEST:
            raise Unresolved("The template is nested too deeply.")
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


def walk(value: Any, path: list[Any]) -> Any:
    """What stands at a path in a value; nothing where it ends before."""
    for step in path:
        if isinstance(value, str) and isinstance(step, str):
            try:
                value = json.loads(value)
            except ValueError:
                return None
        if isinstance(value, list) and str(step).lstrip("-").isdigit():
            at = int(step)
            value = value[at] if -len(value) <= at < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step, value.get(str(step)))
        else:
            return None
    return value


def _list(told: Any, name: str, least: int = 0) -> list[Any]:
    if not isinstance(told, list) or len(told) < least:
        raise Unresolved(f'Incorrect arguments to "{name}" should be a list')
    return told


def _dict(told: Any, name: str, *needed: str) -> Members:
    if not isinstance(told, dict) or any(one not in told for one in needed):
        raise Unresolved(f'Incorrect arguments to "{name}" should be a map with {", ".join(needed)}')
    return told


def _text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


# --- values from elsewhere ----------------------------------------------------------------------------------------


def _get_param(of: Resolver, told: Any) -> Any:
    path = told if isinstance(told, list) else [told]
    return walk(of.values.parameter(str(path[0])), path[1:]) if path else None


def _get_resource(of: Resolver, told: Any) -> Any:
    return of.values.reference(str(told))


def _get_attr(of: Resolver, told: Any) -> Any:
    path = _list(told, "get_attr", 1)
    attribute = str(path[1]) if len(path) > 1 else None
    return walk(of.values.attribute(str(path[0]), attribute), path[2:])


def _ref(of: Resolver, told: Any) -> Any:
    try:
        return of.values.parameter(str(told))
    except Unresolved:
        return of.values.reference(str(told))


def _get_att(of: Resolver, told: Any) -> Any:
    path = told.split(".", 1) if isinstance(told, str) else _list(told, "Fn::GetAtt", 2)
    if len(path) < 2:
        raise Unresolved('Arguments to "Fn::GetAtt" must be of the form [resource_name, attribute]')
    name, _, rest = str(path[1]).partition(".")
    return walk(of.values.attribute(str(path[0]), name), rest.split(".") if rest else [])


def _find_in_map(of: Resolver, told: Any) -> Any:
    name, first, second = _list(told, "Fn::FindInMap", 3)[:3]
    found = walk(of.values.mapping(str(name)), [first, second])
    if found is None:
        raise Unresolved(f"'{first}' or '{second}' is not in the map {name}")
    return found


def _get_file(of: Resolver, told: Any) -> Any:
    return of.values.file(str(told))


# --- text ---------------------------------------------------------------------------------------------------------


def _replace(told: Any, name: str, strict: bool = False) -> str:
    about = _dict(told, name, "template", "params")
    text, params = _text(about["template"]), _dict(about["params"], name)
    if strict and (unused := [one for one in params if one not in text]):
        raise Unresolved(f"The following params were not found in the template: {','.join(sorted(unused))}")
    # The longest first, and nothing that was put in is looked at again.
    keys = sorted((one for one in params if one), key=len, reverse=True)
    done, at = [], 0
    while at < len(text):
        key = next((one for one in keys if text.startswith(one, at)), "")
        done.append(_text(params[key]) if key else text[at])
        at += len(key) or 1
    return "".join(done)


def _join(told: Any, name: str) -> str:
    delimiter, *lists = _list(told, name, 2)
    items = [item for one in lists if one is not None for item in _list(one, name)]
    return _text(delimiter).join(_text(item) for item in items if item is not None)


def _split(told: Any, name: str) -> Any:
    delimiter, text, *at = _list(told, name, 2)
    parts = _text(text).split(_text(delimiter))
    return walk(parts, at[:1]) if at else parts


def _digest(told: Any) -> str:
    algorithm, text = _list(told, "digest", 2)[:2]
    if algorithm not in hashlib.algorithms_guaranteed:
        raise Unresolved(f"Algorithm must be one of {sorted(hashlib.algorithms_guaranteed)}")
    made = hashlib.new(str(algorithm), _text(text).encode())
    return made.hexdigest(32) if made.digest_size == 0 else made.hexdigest()  # type: ignore[call-arg]


def _make_url(told: Any) -> str:
    about = _dict(told, "make_url")
    scheme = f"{about['scheme']}:" if about.get("scheme") else ""
    user = _text(about.get("username")) + (f":{about['password']}" if about.get("password") else "")
    host = _text(about.get("host"))
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    place = (f"{user}@" if user else "") + host + (f":{about['port']}" if about.get("port") else "")
    path = _text(about.get("path"))
    query = about.get("query")
    asked = "&".join(f"{name}={value}" for name, value in query.items()) if isinstance(query, dict) else _text(query)
    fragment = f"#{about['fragment']}" if about.get("fragment") else ""
    return scheme + (f"//{place}" if place else "") + path + (f"?{asked}" if asked else "") + fragment


# --- lists and maps -----------------------------------------------------------------------------------------------


def _select(told: Any) -> Any:
    at, of = _list(told, "Fn::Select", 2)[:2]
    found = walk(of, [at])
    return "" if found is None else found


def _repeat(of: Resolver, told: Any) -> list[Any]:
    about = _dict(told, "repeat", "for_each", "template")
    each = {name: of(values) for name, values in _dict(about["for_each"], "repeat").items()}
    rows: list[Members] = [{}]
    for name, values in each.items():
        items = list(values) if isinstance(values, dict | list) else []
        rows = [{**row, name: one} for row in rows for one in items]
    return [of(_put(about["template"], row)) for row in rows]


def _put(template: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        return row[template] if template in row else _replace({"template": template, "params": dict(row)}, "repeat")
    if isinstance(template, dict):
        return {_put(name, row): _put(one, row) for name, one in template.items()}
    return [_put(one, row) for one in template] if isinstance(template, list) else template


def _merge(told: Any) -> Members:
    found: Members = {}
    for one in _list(told, "map_merge"):
        found |= _dict(one or {}, "map_merge")
    return found


def _map_replace(told: Any) -> Members:
    first, how = _list(told, "map_replace", 2)[:2]
    keys, values = (how.get(name) or {} for name in ("keys", "values")) if isinstance(how, dict) else ({}, {})

    def of(table: Any, one: Any) -> Any:
        return table.get(one, one) if isinstance(one, str | int | float) else one

    return {of(keys, name): of(values, one) for name, one in _dict(first, "map_replace").items()}


def _concat(told: Any, once: bool = False) -> list[Any]:
    found = [item for one in _list(told, "list_concat") if one is not None for item in _list(one, "list_concat")]
    return [one for at, one in enumerate(found) if one not in found[:at]] if once else found


def _filter(told: Any) -> list[Any]:
    values, items = _list(told, "filter", 2)[:2]
    return [one for one in _list(items, "filter") if one not in values]


# --- conditions ---------------------------------------------------------------------------------------------------


def _if(of: Resolver, told: Any) -> Any:
    wanted, yes, no = _list(told, "if", 2)[0], told[1], told[2] if len(told) > 2 else None
    return of(yes if is_true(of, wanted) else no)


def is_true(of: Resolver, wanted: Any) -> bool:
    """Whether a condition holds: the name of one, or a function."""
    return of.values.condition(wanted) if isinstance(wanted, str) else bool(of(wanted))


def _equals(told: Any) -> bool:
    first, second = _list(told, "equals", 2)[:2]
    return bool(first == second)


def _all(of: Resolver, told: Any, how: Callable[[Iterator[bool]], bool]) -> bool:
    return how(is_true(of, one) for one in _list(told, "and", 1))


def _not(of: Resolver, told: Any) -> bool:
    return not is_true(of, told[0] if isinstance(told, list) and told else told)


Function = Callable[[Resolver, Any], Any]
LAZY = frozenset({"if", "Fn::If", "and", "Fn::And", "or", "Fn::Or", "not", "Fn::Not", "repeat"})
"""Functions that resolve their arguments themselves."""
BOTH: dict[str, Function] = {
    "Fn::Join": lambda _, told: _join(told, "Fn::Join"),
    "Fn::Split": lambda _, told: _split(told, "Fn::Split"),
    "Fn::Select": lambda _, told: _select(told),
    "Fn::Replace": lambda _, told: _replace(
        {"params": told[0], "template": told[1]} if isinstance(told, list) and len(told) == 2 else told, "Fn::Replace"
    ),
    "Fn::Base64": lambda _, told: base64.b64encode(_text(told).encode()).decode(),
    "Fn::GetAZs": lambda _, __: ["nova"],
    "Fn::MemberListToMap": lambda _, told: told,
}
HOT: dict[str, Function] = {
    "get_param": _get_param,
    "get_resource": _get_resource,
    "get_attr": _get_attr,
    "get_file": _get_file,
    "str_replace": lambda _, told: _replace(told, "str_replace"),
    "str_replace_strict": lambda _, told: _replace(told, "str_replace_strict", True),
    "str_replace_vstrict": lambda _, told: _replace(told, "str_replace_vstrict", True),
    "str_split": lambda _, told: _split(told, "str_split"),
    "list_join": lambda _, told: _join(told, "list_join"),
    "list_concat": lambda _, told: _concat(told),
    "list_concat_unique": lambda _, told: _concat(told, True),
    "map_merge": lambda _, told: _merge(told),
    "map_replace": lambda _, told: _map_replace(told),
    "repeat": _repeat,
    "digest": lambda _, told: _digest(told),
    "make_url": lambda _, told: _make_url(told),
    "filter": lambda _, told: _filter(told),
    "contains": lambda _, told: _list(told, "contains", 2)[0] in told[1],
    "if": _if,
    "equals": lambda _, told: _equals(told),
    "and": lambda of, told: _all(of, told, all),
    "or": lambda of, told: _all(of, told, any),
    "not": _not,
}
CFN: dict[str, Function] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Equals": lambda _, told: _equals(told),
    "Fn::And": lambda of, told: _all(of, told, all),
    "Fn::Or": lambda of, told: _all(of, told, any),
    "Fn::Not": _not,
}
