"""Parameters that a template declares hidden: what stands under their names is secret from then on."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

HIDDEN_YAML = re.compile(
    r"^(?P<indent>[ ]+)(?P<name>[\w-]+):[ ]*\n(?P<body>(?:(?P=indent)[ ]+[^\n]*\n?|[ ]*\n)+)", re.MULTILINE
)
HIDDEN_MARK = re.compile(r"""\b(?:hidden|NoEcho)["']?\s*:\s*["']?(?:true|yes|on|1)\b""", re.IGNORECASE)
# The same in lower case, whatever escapes are in it; images have a member `os_hidden`.
WORDS = ("hidden", "noecho")
MAY_BE_TRUE = re.compile(r"(?:[\s\"'\\:+]|\\+n|%[0-9a-f]{2})*(?:true|yes|on|1)")
NAME_OF_BLOCK = re.compile(r"""[ \t#>*-]*["']?(?P<name>[\w-]+)["']?[ \t]*:[ \t]*(?:[&!]\S+[ \t]*)*\{?[ \t\r]*$""")
NAME_OF_BRACES = re.compile(r"""["']?(?P<name>[\w-]+)["']?\s*:\s*$""")
BLANK = re.compile(r"""[ \t#>*]*["']?$""")
INDENT = re.compile(r"[ \t#>*]*")
ESCAPED = re.compile(r"\\+(?P<sign>[n\"'/])")
LONGEST = 16 * 1024
"""Characters of a declaration before the mark in it."""


def hidden_names(text: str) -> set[str]:
    """The parameters that a template in this text (YAML or JSON, maybe percent-encoded) declares hidden."""
    if not _may_be_marked(text.lower()):
        return set()
    if "%" in text:
        text = f"{text}\n{unquote_plus(text)}"
    plain = ESCAPED.sub(lambda found: "\n" if found["sign"] == "n" else found["sign"], text)
    names = (_declared(plain, mark.start()) for mark in HIDDEN_MARK.finditer(plain))
    return {name for name in names if name}


def _may_be_marked(lower: str) -> bool:
    for word in WORDS:
        at = lower.find(word)
        while at != -1:
            at += len(word)
            if MAY_BE_TRUE.match(lower, at):
                return True
            at = lower.find(word, at)
    return False


def _declared(text: str, mark: int) -> str:
    """The name of what encloses a mark: of the block that its line is in, or of the braces."""
    begin = text.rfind("\n", 0, mark) + 1
    if BLANK.match(text[begin:mark]):
        return _of_block(text, begin) or _of_braces(text, mark)
    return _of_braces(text, mark)


def _of_block(text: str, begin: int) -> str:
    indent, first = _indent(text, begin), max(0, begin - LONGEST)
    while begin > first:
        end, begin = begin - 1, text.rfind("\n", 0, begin - 1) + 1
        line = text[begin:end]
        if line.strip() and _indent(text, begin) < indent:
            found = NAME_OF_BLOCK.match(line)
            return found["name"] if found else ""
    return ""


def _indent(text: str, begin: int) -> int:
    found = INDENT.match(text, begin)
    return found.end() - begin if found else 0


def _of_braces(text: str, mark: int) -> str:
    depth = 0
    for at in range(mark - 1, max(-1, mark - LONGEST), -1):
        depth += (text[at] == "}") - (text[at] == "{")
        if depth < 0:
            found = NAME_OF_BRACES.search(text[max(0, at - 200) : at])
            return found["name"] if found else ""
    return ""
