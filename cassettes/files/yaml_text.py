"""Strings as YAML scalars that read well and come back byte for byte.

Decides how a text is written: plain, quoted, as a block or as base64. It knows YAML 1.1 as libyaml reads it, and
nothing of interactions. Emitting by hand is what makes recording cheap: PyYAML's emitter needs about a millisecond
for an interaction.
"""

from __future__ import annotations

import base64
import re

# Letters first, so that no number, date, null or indicator is among them.
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|https?://[!-~]*[!-9;-~]")
RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# What YAML calls printable, less the line breaks: tab, blank to tilde, and Unicode without its controls and separators.
ONE_LINE = re.compile(r"[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
LINES = re.compile(r"[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
PRINTABLE = bytes(range(0x20, 0x7F))
SPECIAL = re.compile(r'["\\]|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]')
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def scalar(text: str) -> str:
    """A string on one line. Raises ValueError for lone surrogates, which YAML cannot hold."""
    if PLAIN.fullmatch(text) and text.lower() not in RESERVED:
        return text
    if (text.isascii() and text.isprintable()) or ONE_LINE.fullmatch(text):
        return "'" + text.replace("'", "''") + "'"
    return _double_quoted(text)


def body(data: bytes, indent: str) -> str:
    """A body after `key:`, with its leading blank or line break; `indent` is that of lines below the key.

    JSON stands with a member on each line: a folded line break is exactly one blank again.
    """
    if not data.translate(None, PRINTABLE):  # most bodies, by far
        return _one_line(data.decode("ascii"), indent)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _binary(data, indent)
    if not LINES.fullmatch(text):
        return _binary(data, indent) if "\0" in text else " " + _double_quoted(text)
    if "\n" in text:
        return _literal(text, indent)
    return _one_line(text, indent)


def _one_line(text: str, indent: str) -> str:
    broken = text.replace(', "', f',\n{indent}"').replace("}, {", f"}},\n{indent}{{")
    if broken != text:
        return f" >-\n{indent}{broken}" if text[0] not in " \t" else " " + scalar(text)
    if ',"' in text:
        return _continued(text, indent)
    return " " + scalar(text)


def _double_quoted(text: str) -> str:
    if text.isascii() and not text.encode().translate(None, PRINTABLE):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + SPECIAL.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError("YAML cannot hold a lone surrogate")
    if character in ESCAPES:
        return ESCAPES[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _binary(data: bytes, indent: str) -> str:
    encoded = base64.encodebytes(data).decode().rstrip("\n")
    return " !!binary |\n" + indent + encoded.replace("\n", "\n" + indent)


def _literal(text: str, indent: str) -> str:
    """Several lines as they are, where their first one shows how far they are indented.

    Elsewhere the indentation would have to be said, and formatters get that wrong (prettier does).
    """
    lines = text.split("\n")
    first = next(filter(None, lines), "")
    if not first or first[0] in " \t":
        return " " + _double_quoted(text)
    chomp = "+" if text.endswith("\n") else "-"
    if chomp == "+":
        lines.pop()
    return f" |{chomp}\n" + "\n".join(indent + line if line else "" for line in lines)


def _continued(text: str, indent: str) -> str:
    """Compact JSON has no blank to fold at, but a line break may be escaped between double quotes."""
    return " " + _double_quoted(text).replace(',\\"', f',\\\n{indent}\\"')
