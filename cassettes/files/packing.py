"""An interaction as msgpack, in two pieces: the body of its answer, as it is, and the rest.

A replayed answer needs no more than the body; whoever reads the interaction needs both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from cloudtape.cassettes.files.decoding import is_stored
from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, Route, StoredBody


class _File(msgspec.Struct, array_like=True, frozen=True):
    sha256: str
    size: int


class _Rest(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`file`: where the answer's body lies, if not in the other piece.

    `bytewise`: some header holds bytes that are no UTF-8, so all of them stand as one character for each byte.
    """

    method: str
    uri: str
    route: str
    asked: Headers
    body: bytes | _File
    status: int
    reason: str
    answered: Headers
    file: _File | None
    recorded_at: str
    elapsed: float
    operation: str
    scrubbed: tuple[str, ...]
    routes: tuple[tuple[str, str, str], ...]
    lost: str
    bytewise: bool


FAULTS = (msgspec.MsgspecError, ValueError)
"""What is raised for bytes that `pack` has not made."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Rest).decode


def pack(interaction: Interaction) -> tuple[bytes, bytes]:
    """The body of the answer (empty where it lies in a file), and the rest."""
    request, response = interaction.request, interaction.response
    asked, answered = request.headers, response.headers
    if bytewise := not (_are_text(asked) and _are_text(answered)):
        asked, answered = _each(asked, _bytewise), _each(answered, _bytewise)
    body = _packed_body(response.body)
    rest = _Rest(
        request.method,
        request.uri,
        request.route,
        asked,
        _packed_body(request.body),
        response.status,
        response.reason,
        answered,
        None if isinstance(body, bytes) else body,
        interaction.recorded_at,
        interaction.elapsed,
        interaction.operation,
        interaction.scrubbed,
        tuple((route.name, route.service, route.upstream) for route in interaction.routes),
        interaction.lost,
        bytewise,
    )
    return body if isinstance(body, bytes) else b"", _encode(rest)


def unpack(body: bytes, rest: bytes, ordinal: int, folder: Path) -> Interaction:
    """The interaction again; `folder` is where body files lie. Raises one of `FAULTS`."""
    found = _decode(rest)
    asked, answered = found.asked, found.answered
    if found.bytewise:
        asked, answered = _each(asked, _text), _each(answered, _text)
    answer: bytes | _File = body if found.file is None else found.file
    return Interaction(
        Request(found.method, found.uri, asked, _body(found.body, folder), found.route),
        Response(found.status, found.reason, answered, _body(answer, folder)),
        ordinal,
        found.recorded_at,
        found.elapsed,
        found.operation,
        found.scrubbed,
        tuple(Route(*route) for route in found.routes),
        found.lost,
    )


def _packed_body(body: Any) -> bytes | _File:
    return _File(body.sha256, body.size) if isinstance(body, StoredBody) else body


def _body(body: bytes | _File, folder: Path) -> bytes | StoredBody:
    if isinstance(body, bytes):
        return body
    if not is_stored(body.sha256, body.size):
        raise ValueError("the name of a body file is no SHA-256")
    return StoredBody(folder / body.sha256, body.size, body.sha256)


def _are_text(headers: Headers) -> bool:
    """Whether msgpack can hold them: what was no UTF-8 on the wire stands in them as surrogates."""
    try:
        for name, value in headers:
            name.encode()
            value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _each(headers: Headers, spell: Callable[[str], str]) -> Headers:
    return tuple((spell(name), spell(value)) for name, value in headers)


def _bytewise(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _text(bytewise: str) -> str:
    return bytewise.encode("latin-1").decode("utf-8", "surrogateescape")
