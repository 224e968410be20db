"""Bodies as text: which are, in which encoding, and large ones piece by piece."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator

from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.files.bodies import is_text
from cloudtape.cassettes.files.stored import opened
from cloudtape.cassettes.messages import Body, StoredBody
from cloudtape.cassettes.scrubbing.json_walk import JsonWalk
from cloudtape.cassettes.scrubbing.vault import BEGIN
from cloudtape.cassettes.scrubbing.walk import Walker

WINDOW = 1024 * 1024
LONGEST_STRING = 32 * 1024 * 1024


def text_of(data: bytes, textual: bool) -> tuple[str, str] | None:
    """A body as text and the encoding it has; None where it is none. `textual`: whether its type promises text."""
    if b"\0" in data[:4]:
        if not textual:
            return None
        encoding = json.detect_encoding(data)
        return data.decode(encoding, "surrogateescape"), encoding
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        return (data.decode("utf-8", "surrogateescape"), "utf-8") if textual else None


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
