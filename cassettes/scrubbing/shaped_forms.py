"""Whether any string of a shape (`shapes`) may have one of the known forms (`forms`).

A form's pattern is made over so that it finds the shapes of what it finds: where it wants a hex digit it takes a zero,
too, and what it wants around is dropped. So a mark of hex digits alone, which the shape of any time or id holds, makes
a danger of those only that are as long as the form says.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from cloudtape.cassettes.scrubbing.forms import LEAST, KnownForm, any_of, known_forms

# Bytes as they stand in `forms.RUN`: what no run of such bytes is in has none of the known forms.
IN_FORM = bytes(
    0x77 if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "+/_.~=$:-") else 0x20 for byte in range(256)
)
FORM_RUN = b"w" * LEAST
HEX = bytes.maketrans(b"123456789abcdef", b"0" * 15)
HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
ANYTHING = r"[\s\S]"
TOKEN = re.compile(
    r"(?P<around>\(\?<?[=!])|(?P<group>\(\?[a-z-]*:)|(?P<escape>\\.)|(?P<set>\[(?P<not>\^)?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<times>\{\d*,?\d*\})|(?P<one>.)",
    re.DOTALL,
)


class ShapedForm(NamedTuple):
    """`marks`: of these one stands in each text that has the form; in lower case."""

    pattern: re.Pattern[bytes]
    marks: tuple[str, ...]


def shape_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").translate(HEX)


def marks_unless(shape: bytes) -> tuple[str, ...]:
    """The marks without which no string of a shape has a known form; none where it cannot have one at all."""
    if shape.translate(IN_FORM).find(FORM_RUN) == -1:
        return ()
    forms = dict.fromkeys(_of_any_shape())
    at = 0
    while found := _any_mark().search(shape, at):  # marks may overlap
        forms.update(dict.fromkeys(_by_mark()[found[0]]))
        at = found.start() + 1
    return tuple(mark for form in forms for mark in form.marks if form.pattern.search(shape))


@cache
def shaped(form: KnownForm) -> ShapedForm:
    pattern = re.compile(_shaped(form.pattern).encode(), re.IGNORECASE)
    return ShapedForm(pattern, tuple(mark.lower() for mark in form.marks))


def _shaped(pattern: str) -> str:
    pieces: list[str] = []
    depth = dropped = 0
    for token in TOKEN.finditer(pattern):
        text = token[0]
        depth += (text[0] == "(") - (text == ")")
        if dropped:
            dropped = 0 if depth < dropped else dropped
        elif token["around"]:
            dropped = depth
        else:
            pieces.append(_token(token))
    return "".join(pieces)


def _token(token: re.Match[str]) -> str:
    text = token[0]
    if token["group"]:
        return "(?:"
    if token["set"]:
        return ANYTHING if token["not"] else f"[0{text[1:]}"
    if token["escape"]:
        return _escape(text)
    if token["times"]:
        return text
    return f"[0{text}]" if text in HEX_DIGITS else "" if text in "^$" else text


def _escape(text: str) -> str:
    if not text[1].isalnum():
        return text
    if text[1] in "bBAZ":
        return ""
    return {"d": "0", "w": r"\w", "s": r"\s"}.get(text[1], ANYTHING)


@cache
def _by_mark() -> dict[bytes, tuple[ShapedForm, ...]]:
    """The forms of a mark's shape, and of those that it begins with: of marks at one place the longest is found."""
    found: dict[bytes, tuple[ShapedForm, ...]] = {}
    for form in known_forms():
        for mark in form.marks:
            shape = mark.encode().translate(HEX)
            found[shape] = (*found.get(shape, ()), shaped(form))
    return {
        mark: tuple(form for other, forms in found.items() if mark.startswith(other) for form in forms)
        for mark in found
        if mark.strip(b"0")
    }


@cache
def _of_any_shape() -> tuple[ShapedForm, ...]:
    """Those with a mark that is hex digits and nothing else."""
    return tuple(
        shaped(form)
        for form in known_forms()
        if not all(mark.encode().translate(HEX).strip(b"0") for mark in form.marks)
    )


@cache
def _any_mark() -> re.Pattern[bytes]:
    return re.compile(any_of([mark.decode() for mark in _by_mark()]).encode())
