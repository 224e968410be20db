"""Parameters that a template declares hidden: what stands under their names is secret from then on."""

from __future__ import annotations

import re

HIDDEN_YAML = re.compile(
    r"^(?P<indent>[ ]+)(?P<name>[\w-]+):[ ]*\n(?P<body>(?:(?P=indent)[ ]+[^\n]*\n?|[ ]*\n)+)", re.MULTILINE
)
HIDDEN_MARK = re.compile(r"""\b(?:hidden|NoEcho)["']?\s*:\s*["']?(?:true|yes|on|1)\b""", re.IGNORECASE)
HIDDEN_JSON = re.compile(r'"(?P<name>[\w-]+)"\s*:\s*(?P<body>\{[^{}]*\})')


def hidden_names(text: str) -> set[str]:
    """The parameters that a template in this text (YAML or JSON) declares hidden."""
    if not HIDDEN_MARK.search(text):
        return set()
    plain = text.replace("\\n", "\n").replace('\\"', '"')
    found = set()
    for pattern in (HIDDEN_YAML, HIDDEN_JSON):
        for block in _blocks(pattern, plain):
            if HIDDEN_MARK.search(block[1]):
                found.add(block[0])
    return found


def _blocks(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """Declarations may stand in a larger block (`parameters:`), so it is searched again from its second line."""
    found, at = [], 0
    while match := pattern.search(text, at):
        found.append((match["name"], match["body"]))
        at = match.start("body")
    return [(name, body) for name, body in found if not pattern.search(body)] or found
