"""Parameters that a template declares hidden: what stands under their names is secret from then on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from cloudtape.cassettes.scrubbing.secrets import HIDDEN
from cloudtape.cassettes.scrubbing.walking import Walking

HIDDEN_YAML = re.compile(
    r"^(?P<indent>[ ]+)(?P<name>[\w-]+):[ ]*\n(?P<body>(?:(?P=indent)[ ]+[^\n]*\n?|[ ]*\n)+)", re.MULTILINE
)
# Of spaces before and behind a value in one way only, so that many of them cost no more.
DEFAULT = re.compile(
    r"""^(?P<head>[ \t]*+default:[ ]*+)(?P<quote>["']?+)(?P<value>[^\s"'](?:[^\n"']*[^\s"'])?)(?P=quote)[ ]*$""",
    re.MULTILINE,
)
HIDDEN_MARK = re.compile(r"""\b(?:hidden|NoEcho)["']?\s*:\s*["']?(?:true|yes|on|1)\b""", re.IGNORECASE)
# The same in lower case, whatever escapes are in it; images have a member `os_hidden`.
WORDS = ("hidden", "noecho")
MAY_BE_TRUE = re.compile(r"(?:[\s\"':+]|\\++n?+|%[0-9a-f]{2})*+(?:true|yes|on|1)")
NAME_OF_BLOCK = re.compile(r"""[ \t#>*-]*["']?(?P<name>[\w-]+)["']?[ \t]*:[ \t]*(?:[&!]\S++[ \t]*+)*+\{?[ \t\r]*$""")
NAME_OF_BRACES = re.compile(r"""(?<![\w-])(?P<name>[\w-]++)["']?\s*+:\s*+$""")
BLANK = re.compile(r"""[ \t#>*]*["']?$""")
INDENT = re.compile(r"[ \t#>*]*")
ESCAPED = re.compile(r"(?<!\\)\\++(?P<sign>[n\"'/])")
NOT_BLANK = re.compile(r"\S")
STEP = re.compile(rf"(?P<line>\n)|(?P<brace>[{{}}])|(?={HIDDEN_MARK.pattern})\w", re.IGNORECASE)
LONGEST = 16 * 1024
"""Characters of a declaration before the mark in it."""


def hidden_names(text: str) -> set[str]:
    """The parameters that a template in this text (YAML or JSON, maybe percent-encoded) declares hidden."""
    if not _may_be_marked(text.lower()):
        return set()
    if "%" in text:
        text = f"{text}\n{unquote_plus(text)}"
    plain = ESCAPED.sub(lambda found: "\n" if found["sign"] == "n" else found["sign"], text)
    return set(filter(None, _declared(plain)))


def _may_be_marked(lower: str) -> bool:
    for word in WORDS:
        at = lower.find(word)
        while at != -1:
            at += len(word)
            if MAY_BE_TRUE.match(lower, at):
                return True
            at = lower.find(word, at)
    return False


def _declared(text: str) -> Iterator[str]:
    """The names of what encloses each mark: of the block that its line is in, or of the braces. In one pass."""
    lines: list[tuple[int, int, int]] = []  # that enclose what comes next: indent, begin and end of each
    braces: list[int] = []
    begin = 0
    for found in STEP.finditer(text):
        at = found.start()
        if found["line"]:
            _enter(lines, text, begin, at)
            begin = at + 1
        elif found["brace"] == "{":
            braces.append(at)
        elif found["brace"]:
            del braces[-1:]
        else:
            name = _of_block(lines, text, begin) if BLANK.match(text, begin, at) else ""
            yield name or _of_braces(braces, text, at)


def _enter(lines: list[tuple[int, int, int]], text: str, begin: int, end: int) -> None:
    """A line that is over encloses what is further in."""
    if not NOT_BLANK.search(text, begin, end):
        return
    indent = _indent(text, begin, end)
    while lines and lines[-1][0] >= indent:
        lines.pop()
    lines.append((indent, begin, end))


def _of_block(lines: list[tuple[int, int, int]], text: str, begin: int) -> str:
    indent = _indent(text, begin, len(text))
    for inner, start, end in reversed(lines):
        if end < begin - LONGEST:
            break
        if inner < indent:
            found = NAME_OF_BLOCK.match(text, start, end)
            return found["name"] if found else ""
    return ""


def _indent(text: str, begin: int, end: int) -> int:
    found = INDENT.match(text, begin, end)
    return found.end() - begin if found else 0


def _of_braces(braces: list[int], text: str, mark: int) -> str:
    if not braces or braces[-1] <= mark - LONGEST:
        return ""
    found = NAME_OF_BRACES.search(text, max(0, braces[-1] - 200), braces[-1])
    return found["name"] if found else ""


def declarations(walker: Walking, text: str, place: str) -> str:
    """A text without the defaults of a template's parameters that are secrets, in YAML."""
    if "\n" not in text or "default" not in text:
        return text
    return HIDDEN_YAML.sub(lambda found: _declaration(walker, found, place), text)


def _declaration(walker: Walking, found: re.Match[str], place: str) -> str:
    """The default of a template's parameter that is hidden or named like a secret."""
    rule = walker.table.rule(found["name"]) or (HIDDEN if HIDDEN_MARK.search(found["body"]) else None)
    if rule is None:
        return found[0]
    body = DEFAULT.sub(
        lambda default: (
            default["head"]
            + default["quote"]
            + walker.replace(rule, default["value"], f"{place}.{found['name']}")
            + default["quote"]
        ),
        found["body"],
    )
    return found[0].replace(found["body"], body)
