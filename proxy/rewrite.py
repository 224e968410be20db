"""Addresses in messages: upstream's for the proxy's, and back.

A `Rewriter` is made from pairs of base URLs and replaces them wherever they stand as the start of a URL, however that
is spelled: plain, with JSON's escaped slashes, percent-encoded as a whole or in part, once or twice. It knows nothing
of routes or layouts; `edge` makes the pairs.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable
from functools import lru_cache
from urllib.parse import quote

from cloudtape.cassettes.messages import Headers

# Fields whose value is a URL (RFC 9110, 8288; `X-Storage-Url` is Swift's v1 auth).
URL_FIELDS = frozenset({"location", "content-location", "link", "x-storage-url", "www-authenticate", "refresh"})
# Fields that may be a path on the same host; it must gain or lose the route's prefix.
PATH_FIELDS = frozenset({"location", "content-location"})
# Fields whose value is the client's own and comes back as it is (Object Storage API v1).
METADATA = re.compile(r"x-[a-z-]+-meta-.+")
# What may not follow a base: there, the match would be the beginning of another host, port or segment.
BOUNDARY = rb"(?![A-Za-z0-9._~:@-]|%(?:25)?(?:3[Aa]|40))"

LONGEST_BOUNDARY = 8
STEP = 64 * 1024
"""Bytes of a text that are looked through at once: a regular expression keeps the interpreter's lock."""
MOST_REMEMBERED = 512
LONGEST_REMEMBERED = 64 * 1024  # bytes


class Rewriter:
    """Replaces the first of each pair by the second; longer ones win.

    With `again`, the same short texts are expected to come again and again: what they become is remembered.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]], again: bool = False) -> None:
        pairs = list(pairs)
        self._replacement: dict[bytes, bytes] = {}
        patterns = []
        for spell in SPELLINGS:  # apart, so that the regular expression shares their beginning
            spelt = {spell(old).encode(): spell(new).encode() for old, new in pairs}
            patterns.append(b"|".join(map(re.escape, sorted(spelt, key=len, reverse=True))))
            self._replacement |= spelt
        self._pattern = re.compile(b"((?:" + b")|(?:".join(patterns) + b"))" + BOUNDARY)
        self._remembered = lru_cache(maxsize=MOST_REMEMBERED)(self._rewrite) if again else None
        self._field = lru_cache(maxsize=4096)(self._rewrite_field)

    def __call__(self, text: bytes) -> bytes:
        if self._remembered and len(text) <= LONGEST_REMEMBERED:
            return self._remembered(text)
        return self._rewrite(text)

    def _rewrite(self, text: bytes) -> bytes:
        if not self._replacement:
            return text
        if len(text) > STEP:
            return self._rewrite_large(text)
        pieces = self._pattern.split(text)  # every other one is a base
        if len(pieces) == 1:
            return text
        pieces[1::2] = [self._replacement[base] for base in pieces[1::2]]
        return b"".join(pieces)

    def _rewrite_large(self, text: bytes) -> bytes:
        """The same in steps, between which other threads come to run. No base begins in one and ends outside of it."""
        out, end, at = [], 0, 0
        reach = max(map(len, self._replacement)) + LONGEST_BOUNDARY
        while at < len(text):
            stop = at + STEP
            found = self._pattern.search(text, at, stop + reach)
            if found is None or found.start() >= stop:
                at = stop
                continue
            out += [text[end : found.start()], self._replacement[found[1]]]
            end = at = found.end()
        return b"".join([*out, text[end:]]) if out else text

    def text(self, value: str) -> str:
        """The same for a text that comes again and again, such as a field's value or a query."""
        return self._field(value) if "http" in value else value

    async def over(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """A text that comes in pieces; what may be the beginning of a base is held back until the next one."""
        held = b""
        async for piece in pieces:
            passed, held = self._passed(held + piece)
            if passed:
                yield passed
        if held:
            yield self._rewrite(held)

    def _passed(self, text: bytes) -> tuple[bytes, bytes]:
        """The beginning of a text, rewritten, and what must wait for more."""
        cut, end, out = self._cut(text), 0, []
        for found in self._pattern.finditer(text) if self._replacement else ():
            if found.start() >= cut:
                break
            out += [text[end : found.start()], self._replacement[found[1]]]
            end = found.end()
        cut = max(cut, end)
        return b"".join([*out, text[end:cut]]), text[cut:]

    def _cut(self, text: bytes) -> int:
        longest = max(map(len, self._replacement), default=0)
        for at in range(max(0, len(text) - longest), len(text)):
            if any(base.startswith(text[at:]) for base in self._replacement):
                return at
        return len(text)

    def fields(self, headers: Headers, names: frozenset[str] | None = None) -> Headers:
        """The headers with their URLs rewritten; `names` in lower case, None for all fields but somebody's metadata."""
        if not self._replacement:
            return headers
        for _, value in headers:
            if "http" in value:
                break
        else:
            return headers
        return tuple(
            [
                (pair[0], self._field(pair[1])) if "http" in pair[1] and _is_among(pair[0].lower(), names) else pair
                for pair in headers
            ]
        )

    def _rewrite_field(self, value: str) -> str:
        return self(value.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _is_among(name: str, names: frozenset[str] | None) -> bool:
    return name in names if names is not None else not METADATA.fullmatch(name)


def _plain(url: str) -> str:
    return url


def _escaped(url: str) -> str:
    return url.replace("/", "\\/")


def _quoted(safe: str, lower: bool = False) -> Callable[[str], str]:
    """Percent-encoded but for some characters, the hex digits in upper or lower case."""

    def spell(url: str) -> str:
        text = quote(url, safe=safe)
        return HEX.sub(lambda found: found[0].lower(), text) if lower else text

    return spell


def _quoted_twice(url: str) -> str:
    return quote(quote(url, safe=""), safe="")


def _escaped_and_quoted(url: str) -> str:
    return quote(_escaped(url), safe="")


HEX = re.compile("%[0-9A-F]{2}")
# The usual ones of a library's quoting function: Python leaves the slash, JavaScript's `encodeURI` all of it.
SPELLINGS: tuple[Callable[[str], str], ...] = (
    _plain,
    _escaped,
    _quoted(""),
    _quoted("", lower=True),
    _quoted("/"),
    _quoted("/", lower=True),
    _quoted(":"),
    _quoted(":", lower=True),
    _quoted_twice,
    _escaped_and_quoted,
)
