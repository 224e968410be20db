"""What functions of templates do with values that are there: texts, lists and maps.

Source: heat's `engine/hot/functions.py`, `engine/cfn/functions.py`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.patterns import PatternError, exchanged
from cloudtape.synthesis.worlds.shelves import Members

MOST_CHARACTERS = 1024 * 1024
"""In one value: heat reads no body that is larger (`max_json_body_size`), and its database no text."""


class Unresolved(Exception):
    """A function's arguments are wrong, or it asks for what is not there. The message is heat's."""


def walk(value: Any, path: list[Any]) -> Any:
    """What stands at a path in a value; nothing where it ends before."""
    for step in path:
        if isinstance(value, str) and isinstance(step, str):
            try:
                value = json_value(value)
            except JsonError:
                return None
        if isinstance(value, list) and (at := whole(step)) is not None:
            value = value[at] if -len(value) <= at < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step, value.get(str(step)))
        else:
            return None
    return value


def as_list(told: Any, name: str, least: int = 0) -> list[Any]:
    if not isinstance(told, list) or len(told) < least:
        raise Unresolved(f'Incorrect arguments to "{name}" should be a list')
    return told


def as_map(told: Any, name: str, *needed: str) -> Members:
    if not isinstance(told, dict) or any(one not in told for one in needed):
        raise Unresolved(f'Incorrect arguments to "{name}" should be a map with {", ".join(needed)}')
    return told


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


# --- text ---------------------------------------------------------------------------------------------------------


def replaced(told: Any, name: str, strict: bool = False) -> str:
    about = as_map(told, name, "template", "params")
    text, params = as_text(about["template"]), as_map(about["params"], name)
    if strict and (unused := [one for one in params if one not in text]):
        raise Unresolved(f"The following params were not found in the template: {','.join(sorted(unused))}")
    try:
        return exchanged(text, {key: as_text(value) for key, value in params.items()}, MOST_CHARACTERS)
    except PatternError as error:
        raise Unresolved(f'"{name}": {error}') from None


def check_size(size: int) -> None:
    """Raises Unresolved for a value of more characters than any template can hold."""
    if size > MOST_CHARACTERS:
        raise Unresolved(f"The template makes a value of more than {MOST_CHARACTERS} characters.")


def joined(told: Any, name: str) -> str:
    delimiter, *lists = as_list(told, name, 2)
    items = [item for one in lists if one is not None for item in as_list(one, name)]
    between, texts = as_text(delimiter), [as_text(item) for item in items if item is not None]
    check_size(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def split(told: Any, name: str) -> Any:
    delimiter, text, *at = as_list(told, name, 2)
    parts = as_text(text).split(as_text(delimiter))
    return walk(parts, at[:1]) if at else parts


def digest(told: Any) -> str:
    algorithm, text = as_list(told, "digest", 2)[:2]
    if algorithm not in hashlib.algorithms_guaranteed:
        raise Unresolved(f"Algorithm must be one of {sorted(hashlib.algorithms_guaranteed)}")
    made = hashlib.new(str(algorithm), as_text(text).encode())
    return made.hexdigest(32) if made.digest_size == 0 else made.hexdigest()  # type: ignore[call-arg]


def url(told: Any) -> str:
    about = as_map(told, "make_url")
    scheme = f"{about['scheme']}:" if about.get("scheme") else ""
    user = as_text(about.get("username")) + (f":{about['password']}" if about.get("password") else "")
    host = as_text(about.get("host"))
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    place = (f"{user}@" if user else "") + host + (f":{about['port']}" if about.get("port") else "")
    path = as_text(about.get("path"))
    query = about.get("query")
    asked = "&".join(f"{name}={value}" for name, value in query.items()) if isinstance(query, dict) else as_text(query)
    fragment = f"#{about['fragment']}" if about.get("fragment") else ""
    return scheme + (f"//{place}" if place else "") + path + (f"?{asked}" if asked else "") + fragment


# --- lists and maps ---------------------------------------------------------------------------------------------------


def selected(told: Any) -> Any:
    at, of = as_list(told, "Fn::Select", 2)[:2]
    found = walk(of, [at])
    return "" if found is None else found


def merged(told: Any) -> Members:
    found: Members = {}
    for one in as_list(told, "map_merge"):
        found |= as_map(one or {}, "map_merge")
    return found


def map_replaced(told: Any) -> Members:
    first, how = as_list(told, "map_replace", 2)[:2]
    keys, values = (how.get(name) or {} for name in ("keys", "values")) if isinstance(how, dict) else ({}, {})

    def of(table: Any, one: Any) -> Any:
        return table.get(one, one) if isinstance(one, str | int | float) else one

    return {of(keys, name): of(values, one) for name, one in as_map(first, "map_replace").items()}


def concatenated(told: Any, once: bool = False) -> list[Any]:
    found = [item for one in as_list(told, "list_concat") if one is not None for item in as_list(one, "list_concat")]
    return [one for at, one in enumerate(found) if one not in found[:at]] if once else found


def filtered(told: Any) -> list[Any]:
    values, items = as_list(told, "filter", 2)[:2]
    return [one for one in as_list(items, "filter") if one not in values]


def equal(told: Any) -> bool:
    first, second = as_list(told, "equals", 2)[:2]
    return bool(first == second)
