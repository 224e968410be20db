"""The parts of a form (`multipart/form-data`, RFC 7578), read one after the other."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import IO, Any

from multipart import MultipartError, MultipartParser, parse_options_header  # type: ignore[import-untyped]

from cloudtape.cassettes.errors import BodyMissing
from cloudtape.cassettes.files import stored
from cloudtape.cassettes.messages import StoredBody

MOST_PARTS, LARGEST = 128, 8 * 1024 * 1024


def opened(body: object) -> IO[bytes]:
    """A body as a file."""
    return stored.verified(body) if isinstance(body, StoredBody) else BytesIO(body if isinstance(body, bytes) else b"")


def parts_of(body: object, content_type: str) -> list[dict[str, str]]:
    """The parts of a form in their order; nothing where it is none."""
    try:
        with opened(body) as stream:
            return [_part(one) for one in parser(stream, content_type)]
    except (BodyMissing, MultipartError, OSError, ValueError):
        return []


def parser(stream: IO[bytes], content_type: str) -> Any:
    """Iterates over the parts. It raises MultipartError, ValueError."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    return MultipartParser(stream, boundary, part_limit=MOST_PARTS, memory_limit=LARGEST)


def _part(part: Any) -> dict[str, str]:
    told = {"name": part.name or "", "type": part.content_type.partition(";")[0].strip().lower()}
    if not part.filename and part.is_buffered():
        try:
            return {**told, "text": part.value}
        except (UnicodeDecodeError, LookupError):
            pass
    part.file.seek(0)
    digest = hashlib.file_digest(part.file, "sha256").hexdigest()
    return {**told, "filename": part.filename or "", "bytes": f"{digest}:{part.size}"}
