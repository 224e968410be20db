"""What a text says: without its escapes, what its base64 and hex are of, and bytes as a text."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Iterator
from urllib.parse import unquote

RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}(?:(?:\r?\n[ \t]*|\\n)[A-Za-z0-9+/_-]+)*={0,2}")
NO_BASE64 = re.compile(r"[0-9a-fA-F-]+|[a-z_-]+|[A-Z_-]+|[A-Za-z]+|[a-z0-9]+(?:[-_/][a-z0-9]+)*|\d+")
PERCENT = re.compile(r"[^\s\"'<>%]{0,200}%[0-9a-fA-F]{2}[^\s\"'<>]*")
SHORT = 4096
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);")
QUOTED_PRINTABLE = re.compile(r"=3D|=\r?\n|(?:=[89A-F][0-9A-F]){2}|=2[0-9A-F]")
HEX_RUN = re.compile(r"\b(?:[0-9a-f]{2}){24,}\b|\b(?:[0-9A-F]{2}){24,}\b")


def texts_in(text: str) -> Iterator[tuple[str, str]]:
    """Those parts of a text that escape signs, without the escapes, by the name of the coding."""
    if "%" in text and (runs := PERCENT.findall(text)):
        run = "\n".join(runs)
        yield "percent", unquote(run.replace("+", " ") if "=" in run else run, errors="replace")
    if "\\" in text and ESCAPE.search(text):
        yield "escapes", ESCAPE.sub(_unescaped, _lines_with("\\", text))
    if "&" in text and ENTITY.search(text):
        yield "entities", html.unescape(_lines_with("&", text))
    if "=3D" in text and QUOTED_PRINTABLE.search(text):
        yield (
            "quoted-printable",
            quopri.decodestring(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace"),
        )
    if '""' in text:
        yield "doubled quotes", _lines_with('""', text).replace('""', '"')
    yield from _unprefixed(text)


def _lines_with(sign: str, text: str) -> str:
    """The lines that have a sign, each with its neighbours; the whole text where it is short."""
    if len(text) < SHORT:
        return text
    lines = text.split("\n")
    wanted = {near for at, line in enumerate(lines) if sign in line for near in (at - 1, at, at + 1)}
    return "\n".join(line for at, line in enumerate(lines) if at in wanted)


PREFIXED = re.compile(r"^[ \t]*(?:#|//|;|\*|>|data:|--)[ \t]?(.*)$", re.MULTILINE)


def _unprefixed(text: str) -> Iterator[tuple[str, str]]:
    """Comments, and events of a stream: a text with something before each line."""
    lines = PREFIXED.findall(text) if "\n" in text else ()
    if len(lines) > 1 or (len(lines) == 1 and text.count("\n") < 4):
        yield "lines", "\n".join(lines)


def _unescaped(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        return chr(int(code, 16))
    return SIMPLE.get(match[3], match[3])


def bytes_in(text: str) -> Iterator[tuple[str, bytes]]:
    """What the runs of a text decode to that may be base64 or hex."""
    for match in RUN.finditer(text):
        run = re.sub(r"\\n|\s", "", match[0]).rstrip("=")
        if len(run) >= 12 and not NO_BASE64.fullmatch(run) and len(run) % 4 != 1:
            try:
                yield "base64", base64.b64decode(run.translate(URL_SAFE) + "=" * (-len(run) % 4))
            except binascii.Error:
                continue
    for match in HEX_RUN.finditer(text):
        yield "hex", bytes.fromhex(match[0])


URL_SAFE = str.maketrans("-_", "+/")

PRINTABLE = re.compile(rb"(?:[\t\r\n -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){6,}")
MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def as_text(data: bytes) -> tuple[str, bool]:
    """Bytes as text, and whether they are one; of others, what in them can be printed, a line for each piece."""
    for mark, name in MARKS:
        if data.startswith(mark) and _is_said(text := data[len(mark) :].decode(name, "replace")):
            return text, True
    if wide := _wide(data):
        return data.decode(wide, "replace"), True
    if b"\0" not in data:
        try:
            return data.decode(), True
        except UnicodeDecodeError:
            pass
    return b"\n".join(PRINTABLE.findall(data)).decode("utf-8", "replace"), False


def _is_said(text: str) -> bool:
    """Whether what a byte order mark promises is a text; chance makes such marks, too."""
    start = text[:4096]
    return sum(char.isprintable() or char.isspace() for char in start) > 0.9 * len(start)


def _wide(data: bytes) -> str | None:
    """Which of the two orders of UTF-16, where every other byte of the begin is mostly zero."""
    start = data[:4096]
    if len(start) < 8:
        return None
    zeros = (start[0::2].count(0), start[1::2].count(0))
    half = len(start) // 2
    if zeros[1] > 0.6 * half and zeros[0] < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] > 0.6 * half and zeros[1] < 0.1 * half else None
