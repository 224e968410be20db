"""Names that must not occur: of customers, of hosts; a user's list, one a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from cloudtape.cassettes.errors import ScrubRulesError

LARGEST = 1024 * 1024


class Words:
    """Found whatever the case, and inside of longer words as well."""

    def __init__(self, words: list[str]) -> None:
        parts = sorted({_plain(word) for word in words if word.strip()}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, parts))) if parts else None

    def found(self, text: str) -> Iterator[str]:
        """Each word that occurs, once."""
        if self._pattern:
            yield from dict.fromkeys(self._pattern.findall(_plain(text)))


def _plain(text: str) -> str:
    return (
        unicodedata.normalize("NFC", text).casefold().strip("\r\n")
        if not text.isascii()
        else text.lower().strip("\r\n")
    )


NO_WORDS = Words([])


def words_of(path: Path) -> Words:
    """Those in a file; blank lines and those that begin with `#` are none. Raises ScrubRulesError."""
    try:
        text = path.read_bytes()[: LARGEST + 1]
        if len(text) > LARGEST:
            raise ScrubRulesError(path, f"is larger than {LARGEST} bytes")
        lines = text.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise ScrubRulesError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScrubRulesError(path, "is no text in UTF-8") from error
    return Words([line.strip() for line in lines if not line.startswith("#")])
