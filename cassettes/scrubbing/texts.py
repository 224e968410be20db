"""Bodies as text: which are, in which encoding, and large ones piece by piece."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator

from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.files.bodies import is_text
from cloudtape.cassettes.files.stored import opened
from cloudtape.cassettes.messages import Body, StoredBody
from cloudtape.cassettes.scrubbing.binary import amid
from cloudtape.cassettes.scrubbing.json_walk import JsonWalk
from cloudtape.cassettes.scrubbing.vault import BEGIN
from cloudtape.cassettes.scrubbing.walk import Walker

WINDOW = 1024 * 1024
LONGEST_AMID = 64 * 1024
LONGEST_STRING = 32 * 1024 * 1024
# Text in UTF-16 or UTF-32 without a mark: a character of ASCII, and a zero beside it.
WIDE = re.compile(rb"(?:[\t\n\r\x20-\x7e]\0{1,3}){2}|(?:\0{1,3}[\t\n\r\x20-\x7e]){2}")
# Behind one of these bytes no text goes on.
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def text_of(data: bytes, textual: bool) -> tuple[str, str] | None:
    """A body as text and the encoding it has; None where it is none. `textual`: whether its type promises text."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or (b"\0" in data[:4] and WIDE.match(data)):
        encoding = json.detect_encoding(data)
        try:
            text = data.decode(encoding, "surrogatepass")
            if _is_said(text):
                return _same(data, text, encoding)
        except (UnicodeDecodeError, ValueError):
            pass
    if b"\0" in data and not textual:
        return None
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        return (data.decode("utf-8", "surrogateescape"), "utf-8") if textual else None


def _is_said(text: str) -> bool:
    """Whether it is a text that a byte order mark promises; chance makes such marks, too."""
    start = text[:4096]
    return sum(char.isprintable() or char.isspace() for char in start) > 0.9 * len(start)


def _same(data: bytes, text: str, encoding: str) -> tuple[str, str]:
    """With the encoding that gives the same bytes again: it names the order of bytes, so that a mark stays a mark."""
    exact = {"utf-16": "utf-16-le" if data[:1] == b"\xff" else "utf-16-be"}.get(encoding, encoding)
    return (data.decode(exact, "surrogatepass"), exact) if exact != encoding else (text, encoding)


def _cut(text: str) -> int:
    """Where a text may be cut: behind a closing element, a line, a pair or a word, and not within a key."""
    mark = "</" if text.lstrip()[:1] == "<" else "\n"
    for separator in (mark, "\n", "&", " "):
        at = text.rfind(separator)
        if at > 0:
            begin = text.rfind(BEGIN, 0, at)
            if begin > 0 and "-----END" not in text[begin:at]:
                return begin
            return at
    return 0


def begins_as_text(body: StoredBody) -> bool:
    with opened(body) as file:
        start = file.read(4096)
    return is_text(start) or is_text(start[:-1]) or is_text(start[:-2]) or is_text(start[:-3])


def is_text_body(body: Body) -> bool:
    """Whether a body can be read as it stands; a file is judged by its beginning."""
    return is_text(body) if isinstance(body, bytes) else isinstance(body, StoredBody) and begins_as_text(body)


def in_windows(windows: Iterator[bytes], walker: Walker, place: str) -> Iterator[str]:
    """A text without its secrets, each piece cut where nothing is cut in two. Raises ScrubError."""
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    first = decode(next(windows, b""))
    is_json = first.lstrip()[:1] in ("{", "[")
    walk = JsonWalk(walker, place, 0).feed if is_json else _text_window(walker, place)
    rest = first
    for window in windows:
        clean, rest = walk(rest, True)
        if len(rest) > LONGEST_STRING:
            raise ScrubError("a text has no place where it could be cut")
        yield clean
        rest += decode(window)
    clean, rest = walk(rest + decode(b"", True), False)
    yield clean + rest


def _text_window(walker: Walker, place: str) -> Callable[[str, bool], tuple[str, str]]:
    def walk(text: str, more: bool) -> tuple[str, str]:
        cut = _cut(text) if more else len(text)
        return walker.text(text[:cut], place), text[cut:]

    return walk


def binary_windows(windows: Iterator[bytes], walker: Walker, place: str) -> Iterator[bytes]:
    """Bytes without the secrets in the texts amid them, each piece cut where no text is cut in two."""
    rest = b""
    for window in windows:
        rest += window
        cut = next((found.end() for found in NO_TEXT.finditer(rest, max(0, len(rest) - LONGEST_AMID))), len(rest))
        yield amid(rest[:cut], place, walker.text)
        rest = rest[cut:]
    yield amid(rest, place, walker.text)
