"""Secrets that words of a command, a file's format or an address tell of: the rows of `data/phrases.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cloudtape.cassettes.scanning.rows import ScanRow, rows

VALUE = r"""\\?["']?(?P<v>[^\s"'<>;&|\\]{4,})"""
"""What `@@` stands for in a pattern: one word of a shell, quoted or not."""
PHRASES = rows("phrases.yaml", VALUE, re.IGNORECASE | re.MULTILINE)


def phrases(text: str, lower: str) -> Iterator[tuple[ScanRow, str]]:
    """Each rule that a text breaks, with the secret. `lower` is the text in small letters."""
    for phrase in PHRASES:
        if phrase.mark in lower:
            for match in phrase.pattern.finditer(text):
                found = match.groupdict()
                if value := found["v"] or found.get("v2"):
                    yield phrase, value
