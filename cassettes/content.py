"""Bodies without their content coding (RFC 9110, 8.4): what scrubbing, rewriting and reading need.

A name that is no coding (`utf-8`, `none`, `aws-chunked`) says nothing of the bytes, and is passed over. What cannot be
decoded to its end, or is only a part of something coded (206), stays as it is.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from cloudtape.cassettes.codings import CHUNK, CODINGS, FAULTS, LONGEST_TAIL, Decoding
from cloudtape.cassettes.files import stored
from cloudtape.cassettes.files.bodies import Spool, forget
from cloudtape.cassettes.messages import (
    Body,
    Headers,
    Interaction,
    Request,
    Response,
    StoredBody,
    Stream,
    header,
)

Message = TypeVar("Message", Request, Response)

LIMIT = 1024 * 1024 * 1024
"""Bytes that a body may decode to; beyond, it is a bomb."""
RATIO, FREE = 100, 16 * 1024 * 1024
"""How many times its coded size a body may have, once it is larger than `FREE` bytes: no text shrinks as far."""
MOST_CODINGS = 4
SMALL_CODED = 16 * 1024
"""Bytes that are decoded in no time, whatever they are."""
STEP = 256
"""Bytes that are tried at once of a body that does not decode to its end."""
PARTIAL = 206
TEXTUAL = re.compile(r"[^;]*(json|xml|text/|html|yaml|javascript|x-www-form-urlencoded|multipart/)", re.IGNORECASE)
# What servers and clients write for a coding that is none; names of character sets besides. The frames of `aws-chunked`
# are a matter between a client and its store.
NO_CODING = frozenset({"identity", "none", "binary", "text", "plain", "raw", "7bit", "8bit", "aws-chunked", "chunked"})


class ContentError(Exception):
    """A body is not what its Content-Encoding says."""


class ContentTooLarge(ContentError):
    """A body decodes to more than it may."""


def is_textual(content_type: str | None) -> bool:
    """Whether a Content-Type promises text, a form or a document."""
    return bool(content_type and TEXTUAL.match(content_type))


@lru_cache(maxsize=256)
def _is_no_coding(name: str) -> bool:
    if name in NO_CODING:
        return True
    try:
        "".encode(name)  # which takes names of character sets only
    except (LookupError, ValueError):
        return False
    return name not in CODINGS


def codings(headers: Headers) -> list[str] | None:
    """The content codings in the order of their removal, or None where one cannot be undone here."""
    if header(headers, "content-encoding") is None:
        return []
    values = [value for name, value in headers if name.lower() == "content-encoding"]
    names = [name.strip().lower() for name in ",".join(values).split(",")]
    names = [name for name in names if name and not _is_no_coding(name)]
    known = len(names) <= MOST_CODINGS and all(name in CODINGS for name in names)
    return names[::-1] if known else None


def decoded(message: Message, folder: Path | None = None, limit: int = LIMIT) -> Message:
    """The message with its body's content coding removed, or as it is where there is none that we can undo.

    A body in a file is decoded into a temporary file in `folder`. Raises ContentError.
    """
    return decoded_with_tail(message, folder, limit)[0]


def is_within(message: Request | Response, limit: int) -> bool:
    """Whether a body at hand has at most so many bytes, with its content coding and without."""
    body = message.body
    if not isinstance(body, bytes) or len(body) > limit:
        return False
    names = codings(message.headers) if body and header(message.headers, "content-encoding") else None
    if not names:
        return True
    if len(body) > SMALL_CODED:
        return False  # what takes long may also be what decodes to next to nothing
    try:
        for _ in _through([Decoding(CODINGS[name]) for name in names], _pieces(body), len(body), limit):
            pass
    except ContentTooLarge:
        return False
    except FAULTS:
        return True
    return True


def decoded_with_tail(message: Message, folder: Path | None = None, limit: int = LIMIT) -> tuple[Message, bytes | None]:
    """The same, with what stood behind the end of what was coded, which clients pass over; None if it is too long."""
    names = codings(message.headers) if message.body and not is_part(message) else None
    if not names:
        return message, b""
    steps = [Decoding(CODINGS[name]) for name in names]
    spool = Spool(folder or Path(tempfile.gettempdir()), CHUNK if folder else LIMIT)
    try:
        for piece in _through(steps, _pieces(message.body), size_of(message.body), limit):
            spool.write(piece)
    except FAULTS as error:
        spool.discard()
        raise ContentError(f"the body is not {', '.join(names)}: {error}") from error
    except BaseException:
        spool.discard()
        raise
    plain = spool.finish()
    size = len(plain) if isinstance(plain, bytes) else plain.size
    tail = b"".join([step.tail for step in steps])
    headers = _without_coding(message.headers, size)
    return replace(message, headers=headers, body=plain), tail if len(tail) <= LONGEST_TAIL else None


def beginnings(message: Request | Response, limit: int) -> Iterator[bytes]:
    """What the first bytes decode to of a body that cannot be decoded to its end: by its codings, and by each that we
    know, for a label may be wrong. Hardly more than `limit` bytes of each.
    """
    if names := codings(message.headers):
        chains = dict.fromkeys([tuple(names), *((name,) for name in CODINGS)])
        yield from filter(None, (_beginning(message.body, chain, limit) for chain in chains))


def _beginning(body: Body, names: Sequence[str], limit: int) -> bytes:
    found = bytearray()
    with suppress(*FAULTS, ContentTooLarge):
        for piece in _through([Decoding(CODINGS[name]) for name in names], _pieces(body, STEP), size_of(body)):
            found += piece
            if len(found) > limit:
                break
    return bytes(found)


def is_part(message: Request | Response) -> bool:
    """Whether a body is only a part of what its coding was applied to."""
    return isinstance(message, Response) and message.status == PARTIAL


def _pieces(body: Body, size: int = CHUNK) -> Iterator[bytes]:
    if isinstance(body, bytes):
        for at in range(0, len(body), size):
            yield body[at : at + size]
        return
    assert isinstance(body, StoredBody), "a stream is decoded when it has been read"
    yield from stored.pieces(body, size)


def size_of(body: Body) -> int:
    assert not isinstance(body, Stream), "a stream is decoded when it has been read"
    return len(body) if isinstance(body, bytes) else body.size


def _through(steps: list[Decoding], pieces: Iterator[bytes], coded: int, limit: int = LIMIT) -> Iterator[bytes]:
    """What comes out of all steps; what comes out of any of them is limited. Raises ContentTooLarge."""
    limit = min(limit, max(FREE, coded * RATIO))
    for step in steps:
        pieces = _limited(step.over(pieces), limit)
    return pieces


def _limited(pieces: Iterator[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise ContentTooLarge(f"the body decodes to more than {limit} bytes")
        yield piece


def _without_coding(headers: Headers, size: int) -> Headers:
    kept = []
    for name, value in headers:
        match name.lower():
            case "content-encoding" | "transfer-encoding":
                continue
            case "content-length":
                kept.append((name, str(size)))
            case _:
                kept.append((name, value))
    return tuple(kept)


def decoded_interaction(interaction: Interaction, folder: Path) -> Interaction:
    """What is kept where the user asked for no scrubbing: all of it, content codings removed where they can be."""
    request, response = interaction.request, interaction.response
    try:
        (asked, before), (answered, behind) = decoded_with_tail(request, folder), decoded_with_tail(response, folder)
    except ContentError:
        return interaction
    for message, tail in ((asked, before), (answered, behind)):
        if tail != b"":
            forget(message.body)
    return replace(
        interaction,
        request=asked if before == b"" else request,
        response=answered if behind == b"" else response,
    )


def is_vouched_for(response: Response) -> bool:
    """Whether a checksum in the headers is that of the coded body: then it is an object stored so, and must stay so."""
    if not codings(response.headers) or not isinstance(response.body, bytes):
        return False
    etag = (header(response.headers, "etag") or "").strip('"')
    return etag == hashlib.md5(response.body, usedforsecurity=False).hexdigest()
