"""What scrubbing makes of a message that comes in a content coding: it must see what a client will see.

What cannot be decoded is kept as it came, as long as nobody who decodes as much of it as there is finds a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cloudtape.cassettes.content import (
    ContentError,
    ContentTooLarge,
    beginnings,
    codings,
    decoded_with_tail,
    is_part,
    is_textual,
)
from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.cassettes.scrubbing.texts import is_text_body

Message = TypeVar("Message", Request, Response)
Clean = Callable[[bytes, bool, str], bytes]
"""(body, whether its type promises text, place) → the body without its secrets."""

LOOKED_AT = 4 * 1024 * 1024
"""Bytes of a beginning."""


def uncoded(message: Message, folder: Path | None, clean: Clean) -> tuple[Message, bytes | None]:
    """A message without its coding where that can be undone, and what stood behind the end of what was coded.

    Raises ScrubError.
    """
    if not message.body or not header(message.headers, "content-encoding"):
        return message, b""
    textual = is_textual(header(message.headers, "content-type"))
    if codings(message.headers) is None:
        if textual and not is_text_body(message.body):
            raise ScrubError("a text stands in a content coding that cannot be removed")
        return message, b""
    try:
        if not is_part(message):
            return decoded_with_tail(message, folder)
    except ContentError as error:
        if textual and isinstance(error, ContentTooLarge):
            raise ScrubError(str(error)) from None
    _look_into(message, textual, clean)
    return message, b""


def _look_into(message: Request | Response, textual: bool, clean: Clean) -> None:
    """Raises ScrubError where a beginning of the body can be decoded and holds a secret, or is too long to tell."""
    for start in beginnings(message, LOOKED_AT):
        if textual and len(start) > LOOKED_AT:
            raise ScrubError("a text stands in a content coding that cannot be removed")
        if clean(start, textual, "body") != start:
            raise ScrubError("a secret stands in a content coding that cannot be removed")
