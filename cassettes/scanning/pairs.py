"""Names and values in running text, whatever syntax it has: settings, scripts, logs, markup, forms, parts of JSON.

Looks for a telling name first, and then for what the syntax around it makes its value. Rules that need other words
than the name are in `phrases`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cloudtape.cassettes.scanning.names import Names, Telling
from cloudtape.cassettes.scanning.values import stands_for_secret

LONGEST_NAME = 80
REACH = 6000
"""Characters behind a name in which its value must begin and end; a longer one is cut off."""


class Pair(NamedTuple):
    """`loose`: the syntax could be prose as well, so that the value must look random."""

    name: str
    telling: Telling
    value: str
    loose: bool


NAME_BEFORE = re.compile(r"[\w.$-]*\Z")
NAME_AFTER = re.compile(r"[\w.$-]*")
_Q = r"""(?:\\*(?:"|'|&quot;|&\#3[49];))"""
_BARE = r"""[^\s"'<>,;&\\(){}\[\]`|]+"""
_VALUE = rf"""(?:[bBuUrR]?(?P<q>{_Q})(?P<quoted>[^\r\n]{{1,4096}}?)(?<!\\)(?P=q)|(?P<bare>{_BARE}))"""

ASSIGNED = re.compile(
    rf"(?P<close>{_Q}?\]?{_Q}?)(?P<sep>[ \t]*(?:=>|:=|==?|:)[ \t]*)(?:\r?\n[ \t]*(?=\"))?{_VALUE}", re.DOTALL
)
BLOCK = re.compile(r"""["']?[ \t]*:[ \t]*[|>][-+\d]*[ \t]*\r?\n(?P<indent>[ \t]+)(?P<bare>[^\n]+)""")
OPTION = re.compile(rf"[ \t]+{_VALUE}")
ELEMENT = re.compile(
    r"""(?:\s[^<>]*)?>\s*(?:<(?:\w+:)?[Vv]alue[^<>]*>\s*)?(?:<!\[CDATA\[\s*)?(?P<bare>[^<>\s][^<>]*)(?:>\s*)?</"""
)
ATTRIBUTE = re.compile(
    rf"""{_Q}[^<>]{{0,400}}?\b(?:value|content|default|data)\s*=\s*(?P<q>{_Q})(?P<quoted>[^\r\n]{{1,4096}}?)(?P=q)""",
    re.DOTALL,
)
NEXT_ELEMENT = re.compile(r"""\s*</(?:\w+:)?\w+>\s*<(?:\w+:)?\w+[^<>]*>\s*(?P<bare>[^<>\s][^<>]*)</""")
PART = re.compile(r"""["'][^\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(?P<bare>[^\r\n]+)""")
SAID = re.compile(
    r"""["']?(?:[ \t]+(?!(?:and|or|not)\b)[a-z]+){0,4}(?:[ \t]+(?:is|to|as|was|are|be)\b[ \t]*:?[ \t]*|:[ \t]+)"""
    + _VALUE
)
FOLLOWING = re.compile(rf"(?:[ \t]+(?:is|string|plain|ascii|[0-9])){{0,1}}[ \t]+{_VALUE}", re.IGNORECASE)
LISTED = re.compile(r"""["']\s*,\s*[u]?["'](?P<bare>[^"']{1,4096})["']\s*[\])]""")
ROW = re.compile(
    rf"""{_Q}[^{{}}\[\]]{{0,200}}?{_Q}(?:[a-z_]*_)?(?:value|default|content|data|val){_Q}\s*:\s*u?(?P<q>{_Q})(?P<quoted>[^\r\n]{{1,4096}}?)(?<!\\)(?P=q)""",
    re.IGNORECASE | re.DOTALL,
)
ROW_NAME = re.compile(
    rf"""{_Q}(?:name|key|field|id|property|parameter|parameter_name|config_name|output_key|label|variable){_Q}\s*:\s*u?{_Q}[\w./
    -]*\Z""",
    re.IGNORECASE,
)
ROW_BEFORE = re.compile(
    rf"""{_Q}(?:value|default|content){_Q}\s*:\s*u?(?P<q>{_Q})(?P<quoted>[^"']{{1,4096}}?)(?<!\\)(?P=q)[^{{}}]{{0,200}}\Z""",
    re.IGNORECASE,
)
VALUE_BEFORE = re.compile(r"""<[^<>]*\bvalue\s*=\s*(["'])(?P<quoted>[^"'<>]{1,4096})\1[^<>]*\Z""")
IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*")
LETTERS = re.compile(r"[a-z]+")


def pairs(text: str, names: Names) -> Iterator[Pair]:
    """Each telling name in a text with what may be its value."""
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals have small letters of another length
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    done: set[int] = set()
    for stem in names.stems:
        at = lower.find(stem)
        while at >= 0:
            if (end := _end_of_name(text, at)) not in done:
                done.add(end)
                yield from _at(text, at, end, names)
            at = lower.find(stem, at + len(stem))


def _end_of_name(text: str, at: int) -> int:
    match = NAME_AFTER.match(text, at, at + LONGEST_NAME)
    return match.end() if match else at


def _at(text: str, at: int, end: int, names: Names) -> Iterator[Pair]:
    before = NAME_BEFORE.search(text, max(0, at - LONGEST_NAME), at)
    start = before.start() if before else at
    name = text[start:end].rstrip(".-")
    telling = names.judge(name)
    if telling is None or stands_for_secret(name) or text[start - 1 : start] == "%":  # which is read when it is undone
        return
    end = start + len(name)
    lead = text[max(0, start - 2) : start]
    for value, loose in _values(text, start, end, lead, name):
        if value.strip():
            yield Pair(name, telling, value.strip(), loose)


def _values(text: str, start: int, end: int, lead: str, name: str) -> Iterator[tuple[str, bool]]:
    yield from _of_assignment(text, end)
    if match := BLOCK.match(text, end, end + REACH):
        yield match["bare"], False
    if name.startswith("-") and (match := OPTION.match(text, end, end + REACH)) and not _text_of(match).startswith("-"):
        yield _text_of(match), False
    if lead.endswith(("<", ":")) and (match := ELEMENT.match(text, end, end + REACH)):
        yield match["bare"].rstrip().removesuffix("]]"), False
    if lead.endswith(('"', "'", ";")):
        yield from _of_quoted_name(text, start, end)
    if lead.endswith(">") and (match := NEXT_ELEMENT.match(text, end, end + REACH)):
        yield match["bare"].rstrip().removesuffix("]]"), False
    if match := SAID.match(text, end, end + REACH):
        yield _text_of(match), match["q"] is None
    if match := FOLLOWING.match(text, end, end + REACH):
        yield _text_of(match), True


def _of_assignment(text: str, end: int) -> Iterator[tuple[str, bool]]:
    match = ASSIGNED.match(text, end, end + REACH)
    if match is None:
        return
    value, sep = _text_of(match), match["sep"]
    loose = (
        ":" in sep
        and match["bare"] is not None
        and bool(LETTERS.fullmatch(value))
        and not _ends_line(text, match.end())
    )
    if (sep == ":" and value.startswith("//")) or (match["bare"] and _is_code(text, value, match.end())):
        return
    yield value, loose
    if match["bare"] is not None and sep.strip() in ("=", ":") and sep[-1:] in " =:":
        rest = text[match.start("bare") : match.start("bare") + 400].split("\n", 1)[0].strip()
        if loose and " " in rest and any(char.isdigit() for char in rest) and len(rest.split()) < 6:
            yield rest, True


def _is_code(text: str, value: str, end: int) -> bool:
    """Whether what is assigned is the outcome of a call, or an item of something."""
    return text[end : end + 1] in "([" and bool(IDENTIFIER.fullmatch(value)) and end < len(text)


def _ends_line(text: str, end: int) -> bool:
    return not text[end : end + 200].split("\n", 1)[0].strip(" \t\r,;}")


def _of_quoted_name(text: str, start: int, end: int) -> Iterator[tuple[str, bool]]:
    """Of a name that is a value itself: `name="password" value="…"`, `["password", "…"]`, a part of a form."""
    if match := ATTRIBUTE.match(text, end, end + REACH):
        yield match["quoted"], False
    if text[max(0, start - 6) : start - 1] == "name=" and (match := PART.match(text, end, end + REACH)):
        yield match["bare"], False
    if match := LISTED.match(text, end, end + REACH):
        yield match["bare"], True
    before = text[max(0, start - 500) : start]
    if match := VALUE_BEFORE.search(before):
        yield match["quoted"], False
    if ROW_NAME.search(before):
        if match := ROW.match(text, end, end + REACH):
            yield match["quoted"], False
        if match := ROW_BEFORE.search(before):
            yield match["quoted"], False


def _text_of(match: re.Match[str]) -> str:
    found = match.groupdict()
    return found.get("quoted") or found.get("bare") or ""
