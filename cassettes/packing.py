"""An interaction as two pieces of msgpack: what an answer is made from, and the rest.

A replayed answer needs the first piece alone. The names of header fields come again and again in the same order: they
stand in a table that all interactions share, and in the pieces by a number. So they are not decoded each time, and what
must be known of them needs to be found out only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Headers, Interaction, Recorded, Request, Route, StoredBody

Names = tuple[str, ...]
MOST_NAMES = 4096


class _File(msgspec.Struct, array_like=True, frozen=True):
    sha256: str
    size: int


class _Answered(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`bytewise`: some header holds bytes that are no UTF-8, so all of them stand as one character for each byte."""

    status: int
    reason: str
    names: int | Names
    values: tuple[str, ...]
    body: bytes | _File
    uri: str
    operation: str
    bytewise: bool


class _Asked(msgspec.Struct, array_like=True, frozen=True, gc=False):
    method: str
    route: str
    names: int | Names
    values: tuple[str, ...]
    body: bytes | _File
    recorded_at: str
    elapsed: float
    scrubbed: tuple[str, ...]
    routes: tuple[tuple[str, str, str], ...]
    bytewise: bool


_encode = msgspec.msgpack.Encoder().encode
_decode_answered = msgspec.msgpack.Decoder(_Answered).decode
_decode_asked = msgspec.msgpack.Decoder(_Asked).decode


class Packer:
    """Packs the interactions of one cassette. `names` is the table, complete when all are packed."""

    def __init__(self) -> None:
        self.names: list[Names] = []
        self._numbers: dict[Names, int] = {}

    def __call__(self, interaction: Interaction) -> tuple[bytes, bytes]:
        request, response = interaction.request, interaction.response
        answered, asked = _as_text(response.headers), _as_text(request.headers)
        return _encode(
            _Answered(
                response.status,
                response.reason,
                self._names(answered),
                _values(answered),
                _packed_body(response.body),
                request.uri,
                interaction.operation,
                answered is not response.headers,
            )
        ), _encode(
            _Asked(
                request.method,
                request.route,
                self._names(asked),
                _values(asked),
                _packed_body(request.body),
                interaction.recorded_at,
                interaction.elapsed,
                interaction.scrubbed,
                tuple((route.name, route.service, route.upstream) for route in interaction.routes),
                asked is not request.headers,
            )
        )

    def _names(self, headers: Headers) -> int | Names:
        """The number of the names of some header fields, or the names themselves where there are too many others."""
        names = tuple([name for name, _ in headers])
        number = self._numbers.get(names)
        if number is None and len(self.names) < MOST_NAMES:
            number = self._numbers[names] = len(self.names)
            self.names.append(names)
        return names if number is None else number


class Unpacker:
    """Reads the pieces again; `folder` is where body files lie."""

    def __init__(self, names: Sequence[Names], folder: Path) -> None:
        self._table, self._folder = names, folder

    def recorded(self, answered: bytes) -> Recorded:
        """Raises msgspec.MsgspecError, IndexError."""
        found = _decode_answered(answered)
        names, values = self._fields(found)
        return Recorded(found.uri, found.operation, found.status, found.reason, names, values, self._body(found.body))

    def interaction(self, answered: bytes, asked: bytes, ordinal: int) -> Interaction:
        """Raises msgspec.MsgspecError, IndexError."""
        recorded, found = self.recorded(answered), _decode_asked(asked)
        headers = tuple(zip(*self._fields(found), strict=True))
        return Interaction(
            Request(found.method, recorded.uri, headers, self._body(found.body), found.route),
            recorded.response,
            ordinal,
            found.recorded_at,
            found.elapsed,
            recorded.operation,
            found.scrubbed,
            tuple(Route(*route) for route in found.routes),
        )

    def _fields(self, found: _Answered | _Asked) -> tuple[Names, tuple[str, ...]]:
        """The names and the values of header fields."""
        names = self._table[found.names] if isinstance(found.names, int) else found.names
        if found.bytewise:
            return tuple(map(_text, names)), tuple(map(_text, found.values))
        return names, found.values

    def _body(self, body: bytes | _File) -> bytes | StoredBody:
        return body if isinstance(body, bytes) else StoredBody(self._folder / body.sha256, body.size, body.sha256)


def _packed_body(body: Any) -> bytes | _File:
    return _File(body.sha256, body.size) if isinstance(body, StoredBody) else body


def _values(headers: Headers) -> tuple[str, ...]:
    return tuple([value for _, value in headers])


def _as_text(headers: Headers) -> Headers:
    """The headers as msgpack can hold them; what was no UTF-8 on the wire stands in them as surrogates."""
    try:
        for name, value in headers:
            name.encode()
            value.encode()
    except UnicodeEncodeError:
        return tuple((_bytewise(name), _bytewise(value)) for name, value in headers)
    return headers


def _bytewise(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _text(bytewise: str) -> str:
    return bytewise.encode("latin-1").decode("utf-8", "surrogateescape")
