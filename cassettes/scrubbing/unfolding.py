"""Texts into which a format has put something, between lines or before quotes: what they say without it.

    data: {"password":        an event of a stream (text/event-stream) in several lines
    data: "s3cr3t"}
    1,now,"say ""no"" twice"    a field of CSV
    # type = swift           a piece of a file in comments, or quoted in a mail
    # key = s3cr3t

Each is walked as what it means, and only one that has changed is written anew.
"""

from __future__ import annotations

import re

from cloudtape.cassettes.scrubbing.walking import Walking

EVENT = re.compile(r"^(data:[^\n]*(?:\ndata:[^\n]*)+)", re.MULTILINE)
DATA = re.compile(r"^data: ?", re.MULTILINE)
FIELD = re.compile(r"(?:^|(?<=[,;\t]))\"(?P<field>(?:[^\"]|\"\"){0,65536}+)\"(?=[,;\t\r\n]|\Z)", re.MULTILINE)
COMMENTS = re.compile(
    r"^(?P<mark>[ \t]*(?:#+|//+|;+|--|>+|\*|%|REM\b|dnl\b))(?=[ \t]|$)[^\n]*(?:\n(?P=mark)(?:[ \t][^\n]*)?$)+",
    re.MULTILINE,
)
DOUBLED, LINES = '""', "\ndata:"


def parts(text: str) -> list[str]:
    """A text cut at its events of several lines, which are every second part."""
    return EVENT.split(text) if LINES in text else [text]


def event(walker: Walking, text: str, place: str, depth: int) -> str:
    """The lines of one event without secrets."""
    plain = DATA.sub("", text)
    replaced = walker.text(plain, place, depth)
    return text if replaced == plain else "\n".join(f"data: {line}" for line in replaced.split("\n"))


def fields(walker: Walking, text: str, place: str, depth: int) -> str:
    """The text without the secrets in fields that hold quotes."""

    def field(found: re.Match[str]) -> str:
        plain = found["field"].replace('""', '"')
        replaced = walker.leaf(plain, place, depth)
        return found[0] if plain == found["field"] or replaced == plain else '"' + replaced.replace('"', '""') + '"'

    return FIELD.sub(field, text)


def comments(walker: Walking, text: str, place: str, depth: int) -> str:
    """The text without the secrets that only several lines of a comment together tell."""

    def block(found: re.Match[str]) -> str:
        mark = found["mark"]
        lines = [line.removeprefix(mark).rstrip("\r") for line in found[0].split("\n")]
        blank = " " if all(line[:1] in ("", " ") for line in lines) else ""
        plain = "\n".join([line.removeprefix(blank) for line in lines])
        replaced = walker.text(plain, place, depth)
        return (
            found[0]
            if replaced == plain
            else "\n".join([mark + blank * bool(line) + line for line in replaced.split("\n")])
        )

    return COMMENTS.sub(block, text)
