"""YAML as plain data only, taken as hostile: no object is made, nothing grows or nests without bound.

Of the tags of Python's own that earlier versions of vcrpy wrote, those that stand for plain data are read as that.
"""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from cloudtape.cassettes.files.limits import MOST_VALUES
from cloudtape.cassettes.json_text import DEEPEST, MARKS, STRING, JsonError, bracket_depth, json_value

JSON_BEGIN = (b"{", b"[")
LONGEST_NUMBER = 64
"""Characters: the time that a number takes grows with the square of its length."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# A line of YAML that may stand deeply: far to the right, or behind many indicators. Its line breaks are these.
DEEP_LINE = re.compile(rb"(?:^|[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])(?:[ \t]|[-?:](?=[ \t])){%d}" % (DEEPEST // 2 - 2))
SPACE = str.maketrans("", "", " \t\r\n")
PREFIX = "tag:yaml.org,2002:"
LONGEST_REASON = 200


class Loader(yaml.CSafeLoader):
    """No tags but those of plain data, no merge keys (they could grow without bound), no key twice, dates as text."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag == PREFIX + "merge":
                raise _refused("merge keys (<<) are not allowed", key)
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _refused("a key stands twice in a mapping", key)
                seen.add(key.value)


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":merge"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _refused(why: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, why, node.start_mark)


def _mapping(loader: Any, node: yaml.MappingNode) -> Any:
    return loader.construct_mapping(node, deep=True)


def _sequence(loader: Any, node: yaml.SequenceNode) -> Any:
    return loader.construct_sequence(node, deep=True)


def _scalar(loader: Any, node: yaml.ScalarNode) -> Any:
    return loader.construct_scalar(node)


def _pairs(loader: Any, node: yaml.SequenceNode) -> Any:
    """The only argument of a call: a list of pairs."""
    arguments = loader.construct_sequence(node, deep=True)
    return arguments[0] if arguments else []


def _buffer(loader: Any, node: yaml.MappingNode) -> Any:
    """What `io.BytesIO` holds: the first part of its state."""
    state = loader.construct_mapping(node, deep=True).get("state")
    return state[0] if isinstance(state, list) and state else b""


def _plain(name: str) -> Callable[[Any, Any], Any]:
    """How PyYAML reads a number or the like, for those that are none, too: it says so by errors of many kinds."""
    construct = yaml.CSafeLoader.yaml_constructors[PREFIX + name]

    def read(loader: Any, node: yaml.Node) -> Any:
        if len(str(node.value)) > LONGEST_NUMBER:
            raise _refused(f"{name} of more than {LONGEST_NUMBER} characters", node)
        try:
            return construct(loader, node)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
            raise _refused(f"this is no {name}", node) from None

    return read


def _binary(loader: Any, node: yaml.ScalarNode) -> bytes:
    try:
        return base64.b64decode(loader.construct_scalar(node).translate(SPACE), validate=True)
    except ValueError:
        raise _refused("this is no base64", node) from None


PLAIN_TAGS: dict[str, Callable[[Any, Any], Any]] = {
    "python/str": _scalar,
    "python/unicode": _scalar,
    "python/tuple": _sequence,
    "python/object:vcr.request.Request": _mapping,
    "python/object/apply:__builtin__.frozenset": _pairs,
    "python/object/apply:builtins.frozenset": _pairs,
    "python/object/new:_io.BytesIO": _buffer,
}
KEPT = ("str", "seq", "map", "null")
Loader.yaml_constructors = {
    None: yaml.CSafeLoader.yaml_constructors[None],
    **{PREFIX + name: yaml.CSafeLoader.yaml_constructors[PREFIX + name] for name in KEPT},
    **{PREFIX + name: _plain(name) for name in ("int", "float", "bool")},
    PREFIX + "binary": _binary,
    **{PREFIX + name: construct for name, construct in PLAIN_TAGS.items()},
}


def loaded(data: bytes) -> Any:
    """Raises yaml.YAMLError, TooMuch, ValueError, RecursionError.

    JSON is nearly YAML: a surrogate pair in it is not.
    """
    if data.startswith(UTF_16):
        raise TooMuch("is UTF-16; a cassette is UTF-8")
    if data.lstrip().startswith(JSON_BEGIN):
        try:
            _refuse_many(_json_values(data))
            return json_value(data)
        except JsonError:
            pass  # YAML's own lists and mappings begin so, too
    if bracket_depth(data, DEEPEST // 2) > DEEPEST // 2 or DEEP_LINE.search(data) or _most_values(data) > MOST_VALUES:
        _measure(data)
    return yaml.load(data, Loader)  # noqa: S506  (a safe loader, and stricter)


class NoYaml(Exception):
    """`line` counts from 1."""

    def __init__(self, why: str, line: int) -> None:
        self.why, self.line = why, line
        super().__init__(f"line {line}: {why}")


def loaded_rules(data: bytes) -> Any:
    """What a user has written: the same, with one error for all that can be wrong with it. Raises NoYaml."""
    try:
        return loaded(data)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or " ".join(str(error).split())
        raise NoYaml(why[:LONGEST_REASON], mark.line + 1 if mark else 1) from error
    except RecursionError as error:
        raise NoYaml("it is nested too deeply", 1) from error
    except (TooMuch, ValueError) as error:
        raise NoYaml(f"it {error}"[:LONGEST_REASON], 1) from error


def rules_in(path: Path, fault: Callable[[Path, str, str], Exception]) -> list[Any]:
    """The list of rules that a user's file is. `fault(path, why, where)` makes the error that is raised else."""
    try:
        listed: Any = loaded_rules(path.read_bytes())
    except OSError as error:
        raise fault(path, f"cannot be read: {error.strerror}", "") from error
    except NoYaml as error:
        raise fault(path, f"is no YAML: {error.why}", f"line {error.line}") from error
    if not isinstance(listed, list):
        raise fault(path, "is no list of rules", "")
    return listed


class TooMuch(Exception):
    """YAML that is not read because of its form; the message says why."""


def _measure(data: bytes) -> None:
    """Follow the parser's events, which neither recurse nor pile up: libyaml's composer recurses in C and would crash,
    so it must not be tried. Raises TooMuch, yaml.YAMLError.
    """
    depth = values = 0
    for event in yaml.parse(data, Loader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            values += 1
            depth += isinstance(event, yaml.CollectionStartEvent)
        if depth > DEEPEST:
            raise TooMuch("is nested too deeply")
        if values > MOST_VALUES:
            _refuse_many(values)


def _refuse_many(values: int) -> None:
    if values > MOST_VALUES:
        raise TooMuch(f"holds more than {MOST_VALUES:,} values in one piece")


def _most_values(data: bytes) -> int:
    """No fewer than the values in a text: each stands behind a mark or on a line of its own."""
    return sum(map(data.count, (b"\n", b"\r", b",", b": ", b"- ", b"? ", b"[", b"{", b"\xc2\x85", b"\xe2\x80")))


def _json_values(data: bytes) -> int:
    """The same for JSON; texts are looked into only where that matters."""
    marks = sum(map(data.count, MARKS))
    return marks if marks <= MOST_VALUES else sum(map(STRING.sub(b"", data).count, MARKS))
