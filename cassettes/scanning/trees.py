"""What is secret in a document of members: JSON, YAML, msgpack.

By a member's own name, by what another member beside it says (`{"name": "password", "value": …}`), by what encloses
it, or by what the whole object is (a Secret of Kubernetes, a hidden parameter of heat).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloudtape.cassettes.scanning.names import Names, Telling

DEEPEST = 200


class Pairs(tuple[tuple[str, "Node"], ...]):
    """The members of an object in their order, repeated ones too."""

    __slots__ = ()

    def get(self, name: str) -> Node:
        return next((value for key, value in self if key == name and value is not None), None)


Node = Pairs | list["Node"] | str | bytes | int | float | bool | None


class Leaf(NamedTuple):
    """A value with the name that it stands under; `telling` where it is judged by one."""

    pointer: str
    name: str
    value: str | bytes
    telling: Telling | None


# Which member of an object names what stands in another one of it.
NAMING = frozenset(
    [
        "name",
        "key",
        "id",
        "field",
        "property",
        "parameter",
        "parameter_name",
        "param",
        "config_name",
        "output_key",
        "label",
        "variable",
        "attribute",
        "option",
        "path",
        "header",
        "logical_resource_id",
        "parameterkey",
        "outputkey",
        "metakey",
        "property_name",
        "setting",
        "env",
    ]
)
NAMED = frozenset(
    [
        "value",
        "default",
        "content",
        "contents",
        "data",
        "output_value",
        "parameter_value",
        "config_value",
        "text",
        "val",
        "parametervalue",
        "outputvalue",
        "metavalue",
        "property_value",
        "setting_value",
        "current",
        "new",
        "old",
        "string",
        "plain",
        "plaintext",
        "raw",
        "stringdata",
        "attributes",
        "base64",
    ]
)
# Within an object under a name in the plural, what says something of the secrets and is none.
ABOUT = frozenset(
    [
        "id",
        "uuid",
        "name",
        "type",
        "kind",
        "description",
        "created",
        "created_at",
        "updated",
        "updated_at",
        "expires",
        "expires_at",
        "href",
        "rel",
        "url",
        "links",
        "method",
        "methods",
        "status",
        "state",
        "format",
        "title",
        "algorithm",
        "user",
        "username",
        "user_id",
        "project_id",
        "length",
        "version",
        "required",
        "items",
    ]
)
SECRET_CREDENTIALS = frozenset({"ec2", "totp", "password", "secret"})
ID_LIKE = re.compile(r"[/.:\]\[]")
ANYTHING = Telling("secret")
FLAG = re.compile(r"--?[\w-]+")
WORDS = re.compile(r"[a-z_ .-]*")


def leaves(root: Node, names: Names, too_deep: Callable[[], object]) -> Iterator[Leaf]:
    """Every text, and every number under a telling name. Goes no deeper than `DEEPEST`, and calls `too_deep` there."""
    waiting: list[tuple[Node, str, str, Telling | None, int]] = [(root, "", "", None, 0)]
    while waiting:
        node, pointer, name, telling, depth = waiting.pop()
        if isinstance(node, Pairs | list):
            if depth >= DEEPEST:
                too_deep()
                continue
            inner = (
                _members(node, name, telling, names) if isinstance(node, Pairs) else _items(node, name, telling, names)
            )
            waiting += [(value, f"{pointer}/{key}", own, told, depth + 1) for key, own, value, told in inner][::-1]
        elif isinstance(node, str | bytes):
            yield Leaf(pointer, name, node, telling)
        elif telling and not isinstance(node, bool | None) and not telling.many:
            yield Leaf(pointer, name, str(node), telling)


Inner = tuple[str, str, Node, Telling | None]


def _members(node: Pairs, owner: str, inherited: Telling | None, names: Names) -> Iterator[Inner]:
    marked = _by_neighbours(node, names)
    for key, value in node:
        lower = key.lower()
        telling = names.under(key, owner)
        if telling and not isinstance(value, str | bytes | int | float | list | Pairs):
            telling = None
        telling = telling or marked.get(lower) or _inherits(lower, value, inherited)
        if (
            "blob" in lower
            and str(node.get("type")).lower() in SECRET_CREDENTIALS
            and isinstance(value, str)
            and "{" not in value
        ):
            telling = ANYTHING
        yield _escaped(key), key, value, telling
        if len(key) >= 16:
            yield _escaped(key), "", key, None


def _inherits(lower: str, value: Node, inherited: Telling | None) -> Telling | None:
    """What an enclosing name says of a member."""
    if inherited is None or not inherited.sure:
        return None
    if inherited.deep or lower in NAMED:
        return inherited
    return inherited if inherited.many and lower not in ABOUT and not isinstance(value, Pairs | list) else None


def _by_neighbours(node: Pairs, names: Names) -> dict[str, Telling]:
    """The members that others of the same object tell of, by their names in small letters."""
    marked: dict[str, Telling] = {}
    for key, value in node:
        if isinstance(value, str) and key.lower() in NAMING and len(value) < 200:
            last = ID_LIKE.split(value)[-1]
            if telling := names.judge(value if ID_LIKE.search(value) is None else last):
                marked |= {one: telling for one in NAMED if one != key.lower()}
        elif key.lower() in ("hidden", "noecho") and str(value).lower() == "true":
            marked |= {"default": ANYTHING, "value": ANYTHING}
    if node.get("kind") == "Secret":
        marked |= {"data": Telling("secret", deep=True), "stringdata": Telling("secret", deep=True)}
    if node.get("payload_content_type") is not None:
        marked["payload"] = ANYTHING
    if "Digest " in str(node.get("scheme")):
        marked["response"] = ANYTHING
    return marked


def _items(node: list[Node], owner: str, inherited: Telling | None, names: Names) -> Iterator[Inner]:
    """Of a list: what an enclosing name says; a name and its value; an option and what follows it."""
    before: Telling | None = None
    pair = len(node) == 2 and isinstance(node[0], str) and isinstance(node[1], str)
    for number, value in enumerate(node):
        telling = (
            inherited
            if not isinstance(value, Pairs | list) or (inherited and (inherited.deep or inherited.many))
            else None
        )
        if isinstance(value, Pairs | list) and inherited and not inherited.deep and not telling:
            telling = inherited if isinstance(value, list) else None
        if isinstance(value, str) and before and not _is_name(value, names):
            telling = before
        yield str(number), owner if telling is inherited else "", value, telling
        is_name = isinstance(value, str) and len(value) < 100 and (FLAG.fullmatch(value) or (pair and number == 0))
        before = names.judge(str(value)) if is_name else None


def _is_name(value: str, names: Names) -> bool:
    """Whether what stands behind a name in a list is but another one, as in `["password", "token"]`."""
    return (bool(WORDS.fullmatch(value)) and value.count(" ") < 2) or names.judge(value) is not None


def _escaped(key: str) -> str:
    """As RFC 6901 writes a member's name."""
    return key[:100].replace("~", "~0").replace("/", "~1")
