"""The kinds of secrets, and with each its harmless twin. The rows are data, in the YAML files beside this.

A row's shape says what it is secret by: the name of a member, several members of an object, the words around it in a text or
an address, the header that it stands in, its form alone, or the whole message (method, path and media type).
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.planter.values import MAKERS

Json = Any
HERE = Path(__file__).parent
OTHER = {"request": "response", "response": "request"}
MARK = re.compile(r"@@(?!@@)")
# Where a kind that can come by any call is found: they take turns.
CALLS = (
    ("POST compute /servers/8d02b1e0/metadata", "request"),
    ("POST orchestration /stacks", "request"),
    ("GET compute /servers/8d02b1e0", "response"),
    ("PUT object-store /backup/notes", "request"),
    ("POST workflow /executions", "request"),
    ("GET orchestration /stacks/web/8d02b1e0", "response"),
    ("GET object-store /backup/notes", "response"),
    ("GET workflow /action_executions/8d02b1e0", "response"),
    ("PATCH baremetal /nodes/8d02b1e0", "request"),
    ("GET block-storage /volumes/8d02b1e0", "response"),
    ("POST network /ports", "request"),
    ("GET database /instances/8d02b1e0", "response"),
)


@dataclass(frozen=True, slots=True)
class Side:
    """What is planted, either the secret or its twin: `template` is filled with what `maker` makes.

    `template` is the member's name, an object, a text, an address, or a header's name and value, as the shape is.
    """

    call: str
    template: Json
    maker: str
    inner: str = "@@"
    media: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    shape: str
    direction: str
    secret: Side
    twin: Side
    wrapped_in: str = ""
    # Known for a secret where it stands in life only, not wherever its member is.
    native: bool = False
    # Nothing of it is secret: `secret` is the twin again, and is not planted.
    harmless: bool = False


def fill(template: str, value: str) -> str:
    """With `value` at the mark; a value of several lines is indented as its first is."""

    def put(match: re.Match[str]) -> str:
        before = template[: match.start()].rpartition("\n")[2]
        return value.replace("\n", "\n" + before) if before.isspace() else value

    return MARK.sub(put, template)


@dataclass(frozen=True, slots=True)
class Fragment:
    """One value of a kind, and what stands around it wherever it is planted."""

    kind: Kind
    side: Side
    value: str
    direction: str

    @property
    def shown(self) -> str:
        """What stands at the mark: the value, or a text with the value inside, which may be in base64."""
        if self.side.inner.startswith("base64:"):
            return base64.b64encode(fill(self.side.inner[7:], self.value).encode()).decode()
        return fill(self.side.inner, self.value)

    def pair(self) -> tuple[str, str]:
        return (self.side.template, self.shown) if self.kind.shape == "member" else ("notes", self.shown)

    def object(self) -> dict[str, Json]:
        """As a JSON object, with neighbours that are of no interest."""
        shape, template = self.kind.shape, self.side.template
        if shape == "member":
            return {"description": "made by hand", template: self.shown, "enabled": True}
        if shape == "object":
            return dict(filled(template, self.shown))
        if shape == "header":
            return {"headers": {template[0]: fill(template[1], self.shown)}}
        name = {"link": "href", "text": "output", "form": "notes"}[shape]
        return {"id": "6f70656e-7374", name: self.shown if shape == "form" else self.text()}

    def text(self) -> str:
        """As it stands in running text."""
        shape, template = self.kind.shape, self.side.template
        if shape == "form":
            return f"the operator has left this here: {self.shown}\nand then went home"
        if shape == "header":
            return f"{template[0]}: {fill(template[1], self.shown)}"
        return fill(template, self.shown)

    def wrapped(self) -> dict[str, Json]:
        """The object in the members that a message of its service has around it."""
        inner = self.object()
        for name in reversed([one for one in self.kind.wrapped_in.split(".") if one]):
            inner = {name: inner}
        return inner


def filled(template: Json, value: str) -> Json:
    if isinstance(template, str):
        # A document in a string is escaped as its writer would have.
        inside = value.replace("\n", "\\n") if template.startswith("{") else value
        return fill(template, inside)
    if isinstance(template, dict):
        return {name: filled(one, value) for name, one in template.items()}
    if isinstance(template, list):
        return [filled(one, value) for one in template]
    return template


def fragment(kind: Kind, twin: bool, dice: Random, native: bool = True) -> Fragment:
    """With a fresh value; where it is not `native`, now and then in the other direction than is usual."""
    side = kind.twin if twin else kind.secret
    turned = not native and dice.random() < 0.4
    direction = OTHER[kind.direction] if turned else kind.direction
    return Fragment(kind, side, MAKERS[side.maker](dice), direction)


def load() -> list[Kind]:
    """All of them; each name is there once."""
    rows = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(HERE.glob("*.yaml"))}
    kinds = [_member(*row) for row in rows["members"]]
    kinds += [_object(**row) for row in rows["objects"]]
    kinds += [_link(*row) for row in rows["links"]]
    kinds += [_text(n, *row) for n, row in enumerate(rows["texts"])]
    kinds += [_form(n, *row) for n, row in enumerate(rows["forms"])]
    kinds += [_header(*row) for row in rows["headers"]]
    kinds += [_body(*row) for row in rows["bodies"]]
    kinds += [
        _lookalike(n, name, "member", name, maker) for n, (name, maker) in enumerate(rows["lookalikes"]["members"])
    ]
    kinds += [
        _lookalike(n, name, "text", text, maker) for n, (name, text, maker) in enumerate(rows["lookalikes"]["texts"])
    ]
    return kinds


def _side(call: str, template: Json, maker: str | list[str], media: str | None = None) -> Side:
    made, inner = (maker, "@@") if isinstance(maker, str) else maker
    return Side(call, template, made, inner, media)


def _member(name: str, call: str, side: str, wrapped: str, key: str, secret: Json, twin: str, harmless: str, native: str = "") -> Kind:  # fmt: skip
    return Kind(name, "member", side, _side(call, key, secret), _side(call, twin, harmless), wrapped, bool(native))


def _object(**row: Json) -> Kind:
    secret, twin = (_side(row["call"], row[a], row[b]) for a, b in (("object", "secret"), ("twin", "harmless")))
    return Kind(row["kind"], "object", row["side"], secret, twin, native=row.get("native", False))


def _link(name: str, call: str, side: str, url: str, secret: str, twin: str, harmless: str) -> Kind:
    return Kind(name, "link", side, _side(call, url, secret), _side(call, twin, harmless))


def _text(n: int, name: str, text: str, secret: Json, twin: str, harmless: Json, *_: str) -> Kind:
    call, side = CALLS[n % len(CALLS)]
    return Kind(name, "text", side, _side(call, text, secret), _side(call, twin, harmless))


def _form(n: int, secret: str, harmless: str) -> Kind:
    call, side = CALLS[n % len(CALLS)]
    return Kind(f"form-{secret}", "form", side, _side(call, "@@", secret), _side(call, "@@", harmless))


def _header(name: str, call: str, side: str, key: str, value: str, secret: str, twin: str, shown: str, harmless: str) -> Kind:  # fmt: skip
    return Kind(
        f"header-{name}", "header", side, _side(call, (key, value), secret), _side(call, (twin, shown), harmless)
    )


def _body(name: str, call: str, side: str, media: str, text: str, secret: str, *twin: str) -> Kind:
    other, kind, content, harmless = twin
    return Kind(f"body-{name}", "body", side, _side(call, text, secret, media), _side(other, content, harmless, kind))


def _lookalike(n: int, name: str, shape: str, template: str, maker: str) -> Kind:
    call, side = CALLS[n % len(CALLS)]
    twin = _side(call, template, maker)
    return Kind(f"harmless-{name}", shape, side, twin, twin, harmless=True)
