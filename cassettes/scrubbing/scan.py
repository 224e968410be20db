"""`cloudtape scan`: whether a cassette still holds secrets.

Looks twice: with the walk that scrubbing uses, and through every text as it stands, for what has the form of a secret
whatever surrounds it. So a mistake of the walk is not also a mistake of the proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloudtape.cassettes.content import beginnings, is_textual
from cloudtape.cassettes.errors import BodyMissing
from cloudtape.cassettes.files.stored import pieces
from cloudtape.cassettes.messages import Body, Headers, Interaction, Request, Response, StoredBody, header
from cloudtape.cassettes.scrubbing.fields import FIELDS
from cloudtape.cassettes.scrubbing.placeholders import TEXT, is_placeholder
from cloudtape.cassettes.scrubbing.secrets import FORMS, PEM, USER_INFO, Rule, Table
from cloudtape.cassettes.scrubbing.walk import Walker

SHOWN, IN = 3, 8
"""A secret shows at most so many of its first characters, and one in so many: no half of a short password."""
SHORT = 12
"""Below this many characters nothing of a secret is shown, its length neither."""
WINDOW = 1024 * 1024
DECODED = 64 * 1024 * 1024
"""Bytes that are looked at of a body that was kept in a content coding."""
LOOSE_FORMS = (*FORMS, (PEM, "key"), (re.compile(USER_INFO.pattern), "password"))


@dataclass(frozen=True, slots=True)
class Finding:
    """`place` as in `response.body.server.adminPass`; `excerpt` tells it from others (`_excerpt`)."""

    ordinal: int
    place: str
    kind: str
    excerpt: str


def scan(interactions: Iterable[Interaction], missing: list[BodyMissing] | None = None) -> Iterator[Finding]:
    """Each secret that stands in some interactions, once for each place.

    Raises BodyMissing, unless `missing` takes what cannot be looked at.
    """
    for interaction in interactions:
        yield from dict.fromkeys(_Scan(interaction.ordinal, missing).findings(interaction))


class _Scan:
    def __init__(self, ordinal: int, missing: list[BodyMissing] | None) -> None:
        self._ordinal, self._missing = ordinal, missing
        self._found: list[Finding] = []
        self._walker = Walker(Table(), self._note)

    def findings(self, interaction: Interaction) -> list[Finding]:
        request, response = interaction.request, interaction.response
        self._walker.uri(request.uri, "request.uri")
        self._loose(request.uri, "request.uri")
        for route in interaction.routes:
            self._loose(route.upstream, f"routes.{route.name}")
        for side, message in (("request", request), ("response", response)):
            self._headers(message.headers, f"{side}.headers")
            try:
                for text in _all_texts(message):
                    self._walker.text(text, f"{side}.body")
                    self._loose(text, f"{side}.body")
            except BodyMissing as error:
                if self._missing is None:
                    raise
                self._missing.append(error)
        return self._found

    def _headers(self, headers: Headers, place: str) -> None:
        for name, value in headers:
            where = f"{place}.{name}"
            special = next((scrub for names, scrub in FIELDS if name.lower() in names), None)
            if special:
                special(self._walker, value, where)
            elif value:
                self._walker.value(name, value, "", where, 0)
                self._loose(value, where)

    def _note(self, rule: Rule, secret: str, place: str) -> str:
        if not (is_placeholder(secret) or TEXT.search(secret)):
            self._found.append(Finding(self._ordinal, place, rule.kind, _excerpt(secret)))
        return secret

    def _loose(self, text: str, place: str) -> None:
        for pattern, kind in LOOSE_FORMS:
            for match in pattern.finditer(text):
                self._note(Rule("", kind), match[0], place)


def _all_texts(message: Request | Response) -> Iterator[str]:
    """The body as text, and what those who decode it see where it was kept in a content coding."""
    content_type = header(message.headers, "content-type")
    yield from _texts(message.body, content_type)
    if message.body and header(message.headers, "content-encoding"):
        for start in beginnings(message, DECODED):
            yield from _texts(start, content_type)


def _texts(body: Body, content_type: str | None) -> Iterator[str]:
    """A body as text, large ones in overlapping windows; nothing for binary ones. Raises BodyMissing."""
    if isinstance(body, bytes):
        text = body.decode("utf-8", "surrogateescape")
        if is_textual(content_type) or text.isprintable() or _is_utf8(body):
            yield text
    elif isinstance(body, StoredBody):
        windows = pieces(body, WINDOW)
        tail = next(windows, b"")
        if not is_textual(content_type) and b"\0" in tail[:4096]:
            return
        yield tail.decode("utf-8", "surrogateescape")
        for window in windows:
            yield (tail[-4096:] + window).decode("utf-8", "surrogateescape")
            tail = window


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _excerpt(secret: str) -> str:
    """A few of its first characters and its length, to find it by; nothing that would help to guess it."""
    if len(secret) < SHORT:
        return f"… (fewer than {SHORT} characters)"
    return f"{secret[: min(SHOWN, len(secret) // IN)]}… ({len(secret)} characters)"
