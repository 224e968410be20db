"""An interaction as two pieces of msgpack: what an answer is made from, and the rest.

A replayed answer needs the first piece alone. Header fields that come again and again stand in a table that all
interactions share, and in the pieces by their numbers: they are neither decoded nor kept again for each interaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Headers, Interaction, Recorded, Request, Response, Route, StoredBody

Field = tuple[str, str]
MOST_VALUES = 64
"""Values of one header name in the table; a name with more has values that seldom come again."""
MOST_NAMES = 256
MOST_WATCHED = 4096


class _File(msgspec.Struct, array_like=True, frozen=True):
    sha256: str
    size: int


class _Answered(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`bytewise`: some header holds bytes that are no UTF-8, so all of them stand as one character for each byte."""

    status: int
    reason: str
    headers: tuple[int | Field, ...]
    body: bytes | _File
    uri: str
    operation: str
    bytewise: bool


class _Asked(msgspec.Struct, array_like=True, frozen=True, gc=False):
    method: str
    route: str
    headers: tuple[int | Field, ...]
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
    """Packs the interactions of one cassette. `fields` is the table, complete when all are packed."""

    def __init__(self) -> None:
        self.fields: list[Field] = []
        self._numbers: dict[Field, int] = {}
        self._values: Counter[str] = Counter()
        self._seen: set[Field] = set()

    def __call__(self, interaction: Interaction) -> tuple[bytes, bytes]:
        request, response = interaction.request, interaction.response
        answered, answered_bytewise = self._headers(response.headers)
        asked, asked_bytewise = self._headers(request.headers)
        return _encode(
            _Answered(
                response.status,
                response.reason,
                answered,
                _packed_body(response.body),
                request.uri,
                interaction.operation,
                answered_bytewise,
            )
        ), _encode(
            _Asked(
                request.method,
                request.route,
                asked,
                _packed_body(request.body),
                interaction.recorded_at,
                interaction.elapsed,
                interaction.scrubbed,
                tuple((route.name, route.service, route.upstream) for route in interaction.routes),
                asked_bytewise,
            )
        )

    def _headers(self, headers: Headers) -> tuple[tuple[int | Field, ...], bool]:
        if not _is_text(headers):
            return tuple((_bytewise(name), _bytewise(value)) for name, value in headers), True
        return tuple([self._number(field) for field in headers]), False

    def _number(self, field: Field) -> int | Field:
        """The number of a field that has come before, else the field itself."""
        number = self._numbers.get(field)
        if number is not None:
            return number
        if field not in self._seen:
            if len(self._seen) >= MOST_WATCHED:
                self._seen.clear()
            self._seen.add(field)
            return field
        name = field[0]
        if self._values[name] >= MOST_VALUES or (name not in self._values and len(self._values) >= MOST_NAMES):
            return field
        self._values[name] += 1
        self._numbers[field] = len(self.fields)
        self.fields.append(field)
        return self._numbers[field]


class Unpacker:
    """Reads the pieces again; `folder` is where body files lie."""

    def __init__(self, fields: Sequence[Field], folder: Path) -> None:
        self._fields, self._folder = fields, folder

    def recorded(self, answered: bytes) -> Recorded:
        """Raises msgspec.MsgspecError, IndexError."""
        found = _decode_answered(answered)
        response = Response(found.status, found.reason, self._headers(found), self._body(found.body))
        return Recorded(found.uri, found.operation, response)

    def interaction(self, answered: bytes, asked: bytes, ordinal: int) -> Interaction:
        """Raises msgspec.MsgspecError, IndexError."""
        uri, operation, response = msgspec.structs.astuple(self.recorded(answered))
        found = _decode_asked(asked)
        return Interaction(
            Request(found.method, uri, self._headers(found), self._body(found.body), found.route),
            response,
            ordinal,
            found.recorded_at,
            found.elapsed,
            operation,
            found.scrubbed,
            tuple(Route(*route) for route in found.routes),
        )

    def _headers(self, found: _Answered | _Asked) -> Headers:
        if found.bytewise:
            pairs = [field for field in found.headers if not isinstance(field, int)]
            return tuple((_text(name), _text(value)) for name, value in pairs)
        fields = self._fields
        return tuple([fields[field] if isinstance(field, int) else field for field in found.headers])

    def _body(self, body: bytes | _File) -> bytes | StoredBody:
        return body if isinstance(body, bytes) else StoredBody(self._folder / body.sha256, body.size, body.sha256)


def _packed_body(body: Any) -> bytes | _File:
    return _File(body.sha256, body.size) if isinstance(body, StoredBody) else body


def _is_text(headers: Headers) -> bool:
    """Whether msgpack can hold the headers; what was no UTF-8 on the wire stands in them as surrogates."""
    try:
        for name, value in headers:
            name.encode()
            value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bytewise(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _text(bytewise: str) -> str:
    return bytewise.encode("latin-1").decode("utf-8", "surrogateescape")
