"""Words in a text, exchanged for others: a recorded name for the live one, and back.

A word is exchanged as a whole and never inside another: `vm-1` is left alone in `vm-10` and in `my-vm-1`. Longer words
go first. A word that could stand for something else (`server`, `1`, `active`) is exchanged only as the value of a
member with the name it had, as a whole segment of a URL, or as a whole text. Spellings in JSON and in URLs are known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from enum import Enum, auto
from functools import lru_cache, partial
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from urllib.parse import quote, quote_plus

import msgspec

from cloudtape.matchers.requests.naming import is_distinctive

# Escapes are tokens of their own, so that what follows them is one.
TOKEN = rb"%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\.|[A-Za-z0-9_-]+"
TOKENS = re.compile(TOKEN)
PLAIN = re.compile(r"[A-Za-z0-9_-]+")
IPV4 = rb"(?<![0-9.])\d{1,3}(?:\.\d{1,3}){3}(?![0-9.]*\d)"
MEMBER = re.compile(rb'"([^"\\]{1,80})"\s*:\s*\[?\s*("?)$')
LONGEST_MEMBER = 100
SEGMENT_AFTER = frozenset(b"/?&#")
PARAMETER = re.compile(rb"(?:^|[?&;])([^?&;=/]{1,80})=$")
# Parameters of a query that name no thing: they count, sort or choose a form.
NAMING_NOTHING = re.compile(
    r".*(limit|size|count)|offset|page|per_?page|sort.*|fields?|format|detail(s|ed)?|(min|max)_?.*"
)

Spelling = Callable[[str], bytes]


class Text(Enum):
    """What a text is: the same word is spelled otherwise in each. The first spelling that a word has counts."""

    JSON = auto()
    URL = auto()
    PLAIN = auto()


def _printable(word: str) -> str:
    return word.encode("utf-8", "replace").decode("utf-8", "replace")


def _raw(word: str) -> bytes:
    return word.encode("utf-8", "surrogateescape")


def _json(word: str) -> bytes:
    return msgspec.json.encode(_printable(word))[1:-1]


def _ascii_json(word: str) -> bytes:
    return json.dumps(word)[1:-1].encode()


def _path(word: str) -> bytes:
    return quote(word, errors="surrogateescape").encode()


def _segment(word: str) -> bytes:
    return quote(word, safe="", errors="surrogateescape").encode()


def _query(word: str) -> bytes:
    return quote_plus(word, errors="surrogateescape").encode()


SPELLINGS: dict[Text, tuple[Spelling, ...]] = {
    Text.JSON: (_json, _ascii_json, _path, _segment, _query),
    Text.URL: (_path, _segment, _query, _raw),
    Text.PLAIN: (_raw, _path, _segment, _query),
}


def tokens_of(text: bytes) -> frozenset[bytes]:
    """The words of a text that could be exchanged."""
    return frozenset(TOKENS.findall(text))


class _Table:
    """Spellings in one kind of text; `plain` are single tokens."""

    def __init__(self) -> None:
        self.plain: dict[bytes, bytes] = {}
        self.odd: dict[bytes, bytes] = {}

    def add(self, old: str, new: str, spellings: Iterable[Spelling]) -> None:
        table = self.plain if PLAIN.fullmatch(old) else self.odd
        for spelling in spellings:
            table.setdefault(spelling(old), spelling(new))


def kind_of(body: bytes) -> Text:
    return Text.JSON if body[:1] in b"{[" else Text.PLAIN


class WordExchange:
    """Words and what they are exchanged for. Grows; never forgets."""

    def __init__(self) -> None:
        self._tables = {text: _Table() for text in Text}
        self._fields: dict[bytes, set[str]] = {}
        self._networks: list[tuple[IPv4Network, IPv4Network]] = []

    def add(self, old: str, new: str, field: str) -> None:
        """Exchange `old` for `new`; `field` is the member that the word stood under."""
        for text, table in self._tables.items():
            table.add(old, new, SPELLINGS[text])
        if PLAIN.fullmatch(old) and not is_distinctive(old):
            self._fields.setdefault(old.encode(), set()).add(field.lower())
        if pair := _networks(old, new):
            self._networks.append(pair)

    def __call__(
        self, text: bytes, kind: Text, tokens: frozenset[bytes] | None = None, header: str | None = None
    ) -> bytes:
        """The text with all words exchanged; itself where there are none.

        `tokens` are `tokens_of` it, where known; `header` is the name of the header whose value it is: the count in
        `X-Container-Object-Count: 3` is not the marker `3`.
        """
        table = self._tables[kind]
        tokens = tokens_of(text) if tokens is None else tokens
        odd = tuple(sorted((one for one in table.odd if one in text), key=len, reverse=True))
        if not odd and not self._networks and table.plain.keys().isdisjoint(tokens):
            return text
        return _pattern(odd, bool(self._networks)).sub(partial(self._replace, table, header), text)

    def _replace(self, table: _Table, header: str | None, match: re.Match[bytes]) -> bytes:
        found = match[0]
        new = table.plain.get(found)
        if new is not None:
            return new if self._may_stand(header, match) else found
        new = table.odd.get(found)
        if new is not None:
            return new
        return self._moved(found) if self._networks and b"." in found else found

    def _may_stand(self, header: str | None, match: re.Match[bytes]) -> bool:
        fields = self._fields.get(match[0])
        if fields is not None and header is not None and match.end() - match.start() == len(match.string):
            lower = header.lower()
            return lower in fields or lower.rpartition("-")[2] in fields
        return fields is None or _is_value_of(match.string, match.start(), match.end(), fields)

    def moves(self, word: str) -> bool:
        """Whether a word is an address in an exchanged network."""
        return self._moved(word.encode()) != word.encode()

    def _moved(self, found: bytes) -> bytes:
        """An address within an exchanged network, at the same place in the other one."""
        try:
            address = IPv4Address(found.decode())
        except AddressValueError:
            return found
        for old, new in self._networks:
            if address in old:
                return str(new.network_address + (int(address) - int(old.network_address))).encode()
        return found


def _is_value_of(text: bytes, start: int, end: int, fields: Iterable[str]) -> bool:
    if start == 0 and end == len(text):
        return True
    before = text[max(0, start - LONGEST_MEMBER) : start]
    member = MEMBER.search(before)
    if member and (text[end : end + 1] == b'"') == bool(member[2]):
        return member[1].decode("utf-8", "replace").lower() in fields
    if end < len(text) and text[end] not in SEGMENT_AFTER:
        return False
    parameter = PARAMETER.search(before)
    if parameter:
        name = parameter[1].decode("utf-8", "replace").lower()
        return name in fields or not NAMING_NOTHING.fullmatch(name)
    return before[-1:] == b"/"


def _networks(old: str, new: str) -> tuple[IPv4Network, IPv4Network] | None:
    """Two networks of one size, else nothing."""
    try:
        pair = IPv4Network(old), IPv4Network(new)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None
    return pair if pair[0].prefixlen == pair[1].prefixlen < 32 else None


@lru_cache(maxsize=512)
def _pattern(odd: tuple[bytes, ...], networks: bool) -> re.Pattern[bytes]:
    """One pass over a text: what is odd first, the longest before the shorter, then addresses, then tokens."""
    parts = [rb"(?<![A-Za-z0-9_-])" + re.escape(one) + rb"(?![A-Za-z0-9_-])" for one in odd]
    return re.compile(b"|".join([*parts, *([IPV4] if networks else []), TOKEN]))
