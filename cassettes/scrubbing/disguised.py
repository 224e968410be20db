"""Messages without what is left in them of known secrets in other spellings, wherever that stands.

The last look: at names of fields, reason phrases and whole bodies, too, and at exchanges in which there was nothing to
walk over. What stands instead has no sign that a URL, a field or a JSON string would have to escape.
"""

from __future__ import annotations

from msgspec.structs import replace

from cloudtape.cassettes.messages import Body, Headers, Request, Response
from cloudtape.cassettes.scrubbing.vault import Vault

APART = "\x00"


def without_disguises(vault: Vault, asked: Request, answered: Response, places: set[str]) -> tuple[Request, Response]:
    """`places` gets where something was replaced."""
    if not vault.are_disguised_in(*_texts(asked, answered)):
        return asked, answered
    uri = _text(vault, asked.uri, "request.uri", places)
    request = replace(
        asked,
        uri=uri,
        headers=_headers(vault, asked.headers, "request", places),
        body=_body(vault, asked.body, "request.body", places),
    )
    response = replace(
        answered,
        reason=_text(vault, answered.reason, "response.reason", places),
        headers=_headers(vault, answered.headers, "response", places),
        body=_body(vault, answered.body, "response.body", places),
    )
    return request, response


def _texts(asked: Request, answered: Response) -> list[bytes]:
    fields = [APART.join(pair) for pair in (*asked.headers, *answered.headers)]
    texts = [APART.join(fields), asked.uri, answered.reason or ""]
    bodies = [body for body in (asked.body, answered.body) if isinstance(body, bytes)]
    return [text.encode("utf-8", "surrogateescape") for text in texts] + bodies


def _text(vault: Vault, text: str, place: str, places: set[str]) -> str:
    before = text.encode("utf-8", "surrogateescape")
    after = vault.undisguised(before)
    if after is before:
        return text
    places.add(place)
    return after.decode("utf-8", "surrogateescape")


def _headers(vault: Vault, headers: Headers, side: str, places: set[str]) -> Headers:
    return tuple(
        [
            (_text(vault, name, f"{side}.headers", places), _text(vault, value, f"{side}.headers.{name}", places))
            for name, value in headers
        ]
    )


def _body(vault: Vault, body: Body, place: str, places: set[str]) -> Body:
    """A large one has been walked over."""
    if not isinstance(body, bytes):
        return body
    clean = vault.undisguised(body)
    if clean is not body:
        places.add(place)
    return clean
