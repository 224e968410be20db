"""Texts and bytes as trees of members, taken as hostile: JSON, YAML, msgpack, what Python prints of its objects.

Nothing is made of them but plain data, and what nests too deeply or is too long is left to the rules for running text.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import yaml

from cloudtape.cassettes.scanning.trees import Node, Pairs

LONGEST = 64 * 1024 * 1024
LONGEST_YAML = 4 * 1024 * 1024
LONGEST_REPR = 64 * 1024
WALKED = 500_000
"""Characters of a text that are looked through for the end of what `repr()` made, taken together, in vain."""
TRIES = 400
"""Places in a text that are tried as the begin of an object, and begin none."""
DEEPEST = 200
OPENING = re.compile(r"[\[{\s]*")
OBJECT = re.compile(r"[{\[](?=\s*[\"'{\[\]}u])")
YAML_LIKE = re.compile(r"^(?:[ \t]*-[ \t]+)*[\w$.\"'/-][^\n:{}]*:(?:[ \t]|\r?$)|^---|^#cloud-config", re.MULTILINE)
FAULTS = (ValueError, RecursionError, MemoryError, OverflowError)


def _pairs(members: list[tuple[str, Node]]) -> Pairs:
    return Pairs(members)


DECODER = json.JSONDecoder(object_pairs_hook=_pairs, strict=False)


def of_json(text: str) -> Node:
    """None where it is no JSON of an object or a list."""
    stripped = text.strip("\ufeff \t\r\n")
    if not stripped or stripped[0] not in "{[" or stripped[-1] not in "}]" or len(stripped) > LONGEST:
        return None
    try:
        node: Node = DECODER.decode(stripped)
    except FAULTS:
        return None
    return node


def within(text: str) -> Iterator[Node]:
    """The objects in JSON, or as Python prints them, that stand somewhere in a text."""
    at = tries = walked = 0
    while tries < TRIES and (begin := OBJECT.search(text, at)):
        try:
            node, at = DECODER.raw_decode(text, begin.start())
            yield node
            continue
        except RecursionError:  # so does what begins right behind it
            opening = OPENING.match(text, begin.start())
            at = begin.start() + (len(opening[0]) // 2 if opening else 0) + 1
            tries += 1
        except FAULTS:
            at = begin.start() + 1
            tries += 1
        if walked < WALKED and (found := _printed(text, begin.start())):
            node, at = found
            yield node
        else:
            walked += min(len(text) - begin.start(), LONGEST_REPR)


def _printed(text: str, begin: int) -> tuple[Node, int] | None:
    """What `repr()` made of an object that begins here, and where it ends."""
    end = _end(text, begin)
    if end is None or not STRING.search(text, begin, end):  # brackets alone say nothing, and take Python long
        return None
    try:
        return _plain(ast.literal_eval(text[begin:end])), end
    except (*FAULTS, SyntaxError, TypeError):
        return None


STRING = re.compile("[\"']")
QUOTES = re.compile(r"""\\.|["'{}\[\]]""", re.DOTALL)


def _end(text: str, begin: int) -> int | None:
    """Where the brackets of an object are closed, those within quotes not counted."""
    depth, quote = 0, ""
    for match in QUOTES.finditer(text, begin, begin + LONGEST_REPR):
        sign = match[0]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "{[":
            depth += 1
        elif sign in "}]":
            depth -= 1
            if depth == 0:
                return match.end()
        if depth > DEEPEST:
            return None
    return None


def _plain(value: object) -> Node:
    if isinstance(value, dict):
        return Pairs((str(key), _plain(one)) for key, one in value.items())
    if isinstance(value, list | tuple | set):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | bytes | int | float | bool | None) else str(value)


# --- msgpack ---------------------------------------------------------------------------------------------------------

BEGINS_MSGPACK = frozenset([*range(0x80, 0xA0), 0xDC, 0xDD, 0xDE, 0xDF])


def of_msgpack(data: bytes) -> Node:
    """None where the bytes are not a map or a list in msgpack to their end."""
    if not data or data[0] not in BEGINS_MSGPACK or len(data) > LONGEST:
        return None
    try:
        return _plain(msgspec.msgpack.decode(data))
    except (msgspec.MsgspecError, *FAULTS):
        return None


# --- YAML ------------------------------------------------------------------------------------------------------------


def of_yaml(text: str) -> list[Node]:
    """Each document that is a mapping or a list; none where the text is no YAML of members, or of one line."""
    if len(text) > LONGEST_YAML or "\n" not in text.strip() or not YAML_LIKE.search(text):
        return []
    try:
        return [node for node in _documents(text) if isinstance(node, Pairs | list)]
    except (yaml.YAMLError, *FAULTS):
        return []


def _documents(text: str) -> Iterator[Node]:
    stack: list[list[Node]] = [[]]
    kinds: list[bool] = []
    for event in yaml.parse(text, yaml.CSafeLoader):
        match event:
            case yaml.ScalarEvent():
                stack[-1].append(scalar(event))
            case yaml.AliasEvent():
                stack[-1].append(None)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(stack) > DEEPEST:
                    raise ValueError("nested too deeply")
                stack.append([])
                kinds.append(isinstance(event, yaml.MappingStartEvent))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                inner = stack.pop()
                stack[-1].append(mapping(inner) if kinds.pop() else inner)
            case yaml.DocumentEndEvent():
                yield from stack.pop()
                stack.append([])


NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def scalar(event: yaml.ScalarEvent) -> Node:
    """Its text, or its bytes where it says that it is base64."""
    value: str = event.value
    if str(event.tag or "").endswith("binary"):
        with suppress(ValueError):
            return base64.b64decode(value)
    return None if value in NULLS and event.implicit[0] else value


def mapping(flat: list[Node]) -> Pairs:
    """Keys and values in turn. A key that has members itself has no name; it is looked at beside its value."""
    return Pairs(_member(key, value) for key, value in zip(flat[::2], flat[1::2], strict=False))


def _member(key: Node, value: Node) -> tuple[str, Node]:
    if isinstance(key, Pairs | list):
        return "", [key, value]
    return key if isinstance(key, str) else str(key), value
