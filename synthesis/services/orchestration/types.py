"""The types of resources in templates: what each becomes in this world. The rows are `data/stack_types.yaml`.

A row's requests are written with `$name` in place of a value: a property, `$id` (the physical id), `$made`, `$` (the
item of a list that is gone through). What has no value is left out.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.worlds.shelves import Members

UNSET: Any = object()
"""No value: what stands for it is left out."""
NOT_SENT = "-"
PLACEHOLDER = re.compile(r"\$([A-Za-z_][\w-]*)?")


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request: the operation `do`, the `ids` in its path, its body (`data`: bytes). `each`: one for each item."""

    do: str
    ids: tuple[Any, ...] = ()
    body: Any = None
    each: str = ""
    data: str = ""


class Other(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a service that keeps bytes is asked: PUT makes it, DELETE removes it. `metas`: headers, by prefix."""

    service: str
    path: str
    headers: Members = {}
    metas: Members = {}


class Property(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`to`: the member that takes it (its own name; `-`: none). `find`: the kind of which it is a name or an id,
    `finds` those of its items' members. `each` is what becomes of each item of a list, `is` of a map. `changes`: an
    update of the resource takes it; another one makes a new resource. `spread`: its members stand beside the others.
    """

    to: str = ""
    find: str = ""
    finds: dict[str, str] = {}
    needed: bool = False
    changes: bool = False
    default: Any = None
    each: Any = None
    inside: Any = msgspec.field(default=None, name="is")
    spread: bool = False
    form: str = msgspec.field(default="", name="as")


class Type(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kind` is the kind of resource that it makes, by its own operations where no other are named; without one it is
    nothing but its attributes. `named`: the property that gets a name of heat's where there is none.

    `then` is asked once it is there, `update` where a property of it changed, `undo` before it goes. `id` is where in
    the answer its id stands. `after`: the types that are made earlier in the same stack. `attributes`: paths in its
    members; `kept`: in the answer to its creation; `values`: made of properties. `makes` names what `$made` is
    (`makers`).
    `reference`: the attribute that `get_resource` gives instead of the id. `any`: it takes all properties.
    """

    kind: str = ""
    create: Ask | None = None
    delete: Ask | None = None
    update: tuple[Ask, ...] = ()
    then: tuple[Ask, ...] = ()
    undo: tuple[Ask, ...] = ()
    other: Other | None = None
    around: Members = {}
    id: str = ""
    named: str = ""
    after: tuple[str, ...] = ()
    properties: dict[str, Property] = {}
    attributes: dict[str, str] = {}
    kept: dict[str, str] = {}
    values: Members = {}
    makes: str = ""
    reference: str = ""
    any: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The attributes that `get_attr` knows."""
        return frozenset([*self.attributes, *self.kept, *self.values, "show"])


@functools.cache
def default_types(path: Path = Path(__file__).parent / "stack_types.yaml") -> dict[str, Type]:
    document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return msgspec.convert(document, dict[str, Type])


# --- values into requests ------------------------------------------------------------------------------------------


def fill(template: Any, values: Callable[[str], Any]) -> Any:
    """A request with its values, UNSET where it has none. `values` gives that of a name, UNSET for none."""
    if isinstance(template, str):
        return _text(template, values)
    if isinstance(template, list | tuple):
        return [one for one in (fill(item, values) for item in template) if one is not UNSET]
    if not isinstance(template, dict):
        return template
    if "first" in template:
        found = (fill(one, values) for one in template["first"])
        return next((one for one in found if one is not UNSET and one is not None), UNSET)
    if "same" in template:
        first, second = (fill(one, values) for one in template["same"])
        return True if first == second else UNSET
    if "when" in template:
        return UNSET if fill(template["when"], values) is UNSET else fill(template["is"], values)
    if "each" in template:
        return fill_each(template["is"], fill(template["each"], values), values)
    filled = {name: fill(one, values) for name, one in template.items()}
    kept = {name: one for name, one in filled.items() if one is not UNSET}
    return kept if kept or not template else UNSET


def fill_each(template: Any, items: Any, values: Callable[[str], Any]) -> Any:
    """What becomes of each item of a list."""
    if not isinstance(items, list):
        return UNSET
    return [fill(template, within(item, values)) for item in items]


def within(item: Any, values: Callable[[str], Any]) -> Callable[[str], Any]:
    """The values in an item: `$` is itself, its members stand before the others."""

    def value(name: str) -> Any:
        if not name:
            return item
        if isinstance(item, dict) and item.get(name) is not None:
            return item[name]
        return values(name)

    return value


def _text(template: str, values: Callable[[str], Any]) -> Any:
    found = PLACEHOLDER.fullmatch(template)
    if found:
        return values(found[1] or "")

    def put(one: re.Match[str]) -> str:
        value = values(one[1] or "")
        return "" if value is UNSET or value is None else str(value)

    return PLACEHOLDER.sub(put, template)


def names_in(template: Any) -> Iterator[str]:
    """The names whose values a request takes."""
    if isinstance(template, str):
        yield from (found[1] for found in PLACEHOLDER.finditer(template) if found[1])
    elif isinstance(template, dict):
        for one in template.values():
            yield from names_in(one)
    elif isinstance(template, list | tuple):
        for one in template:
            yield from names_in(one)


def shaped(rule: Property, value: Any) -> Any:
    """A property's value in the form in which it is sent."""
    nothing = within(None, lambda _: UNSET)
    if rule.each is not None:
        return fill_each(rule.each, value, nothing)
    if rule.inside is not None and isinstance(value, dict):
        return fill(rule.inside, within(value, nothing))
    if rule.form == "base64" and isinstance(value, str):
        return base64.b64encode(value.encode()).decode() if value else UNSET
    if rule.form == "integer" and (number := whole(value)) is not None:
        return number
    return value


def at(members: Any, path: str) -> Any:
    """What stands at a path: `*` is the first value, `{}` and `[]` go through all values and items."""
    if not path:
        return members
    step, _, rest = path.partition(".")
    match step:
        case "{}" if isinstance(members, dict):
            return {name: at(one, rest) for name, one in members.items()}
        case "[]" if isinstance(members, list):
            return [at(one, rest) for one in members]
        case "*" if isinstance(members, dict):
            return at(next(iter(members.values()), None), rest)
        case _ if isinstance(members, dict):
            return at(members.get(step), rest)
        case _ if isinstance(members, list) and (number := whole(step)) is not None:
            return at(members[number] if 0 <= number < len(members) else None, rest)
    return None
