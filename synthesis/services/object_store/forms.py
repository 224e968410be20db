"""Uploads from an HTML form that carries its own permission (swift/common/middleware/formpost.py).

POST of multipart/form-data (RFC 7578) to a container, or to the beginning of a name in it. Fields that stand before a
file hold for that file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from cloudtape.cassettes.blob_store import BlobError, chunks_of
from cloudtape.cassettes.blobs import Blob, Content
from cloudtape.cassettes.messages import Stream
from cloudtape.synthesis.services.object_store.access import SignedFor
from cloudtape.synthesis.services.object_store.answers import Answer, Refusal, page, plain, refuse
from cloudtape.synthesis.services.object_store.asks import VERSIONS, Ask, Inner, Target
from cloudtape.synthesis.services.object_store.signatures import is_signed, keys, parsed

MAX_VALUE = 4096


@dataclass(slots=True)
class Form:
    """What has been read of it so far."""

    fields: dict[str, str] = field(default_factory=dict)
    files: int = 0
    last: Answer | None = None
    message: str = ""


async def forms(ask: Ask, inner: Inner) -> Answer:
    content_type, options = parse_options_header(ask.headers.get("content-type", ""))
    if ask.method != "POST" or content_type != "multipart/form-data" or "boundary" not in options:
        return await inner(ask)
    form = Form()
    try:
        await read(ask, inner, form, options["boundary"])
    except (MultipartError, UnicodeError):
        if not form.files and not form.fields:
            return plain(400, "FormPost: invalid starting boundary")
        return plain(400, "FormPost: the form is not whole")
    except Refusal as refusal:
        return refusal.answer
    return ended(form)


async def read(ask: Ask, inner: Inner, form: Form, boundary: str) -> None:
    """Raises Refusal, MultipartError."""
    async for segment, blob in segments(ask, form, boundary):
        if not segment.filename:
            value = blob.read(0, min(blob.size, MAX_VALUE)).decode("utf-8", "replace")
            form.fields[(segment.name or "").lower()] = value.rstrip("\r\n-")
            continue
        form.files += 1
        if form.files > number(form, "max_file_count"):
            form.last, form.message = page(400), "max file count exceeded"
            return
        form.last = await inner(upload(ask, form, segment, blob))
        if not form.last.is_success:
            return


async def segments(ask: Ask, form: Form, boundary: str) -> AsyncIterator[tuple[MultipartSegment, Blob]]:
    """Each part of the form with its bytes. Raises Refusal, MultipartError."""
    with PushMultipartParser(boundary, max_header_count=32) as parser:
        events = events_of(ask, parser)
        async for event in events:
            if isinstance(event, MultipartSegment):
                limit = number(form, "max_file_size") if event.filename else MAX_VALUE * 16
                try:
                    yield event, await ask.state.blobs.keep(Stream(one_segment(events, limit)))
                except BlobError:
                    raise Refusal(page(413)) from None


async def events_of(ask: Ask, parser: PushMultipartParser) -> AsyncIterator[MultipartSegment | bytes | None]:
    async for chunk in chunks_of(ask.body):
        if chunk and not parser.closed:
            for event in parser.parse(chunk):
                yield bytes(event) if isinstance(event, bytearray) else event


async def one_segment(events: AsyncIterator[MultipartSegment | bytes | None], limit: int) -> AsyncIterator[bytes]:
    """Raises Refusal."""
    size = 0
    async for event in events:
        if not isinstance(event, bytes):
            return
        size += len(event)
        if size > limit:
            raise refuse(400, "FormPost: max_file_size exceeded")
        yield event


def number(form: Form, name: str) -> int:
    """A field that holds a number, 0 where there is none. Raises Refusal."""
    try:
        return int(form.fields.get(name) or 0)
    except ValueError:
        text = "expired" if name == "expires" else name
        raise refuse(400, f"FormPost: {text} not an integer") from None


def upload(ask: Ask, form: Form, segment: MultipartSegment, blob: Blob) -> Ask:
    """The PUT of one file. Raises Refusal for a form that does not allow it."""
    scope = granted(ask, form)
    path = ask.target.path
    if not path.endswith("/") and path.count("/") < 4:
        path += "/"
    target = Target.of(path + (segment.filename or "filename"))
    return ask.within("PUT", target).having(
        headers=headers(ask, form, segment, blob), body=Content.of(blob), authority=scope
    )


def headers(ask: Ask, form: Form, segment: MultipartSegment, blob: Blob) -> dict[str, str]:
    own = {name.lower(): value for name, value in segment.headerlist}
    found = {"content-length": str(blob.size)}
    if "origin" in ask.headers:
        found["origin"] = ask.headers["origin"]
    for name in ("content-type", "content-encoding"):
        if value := form.fields.get(name) or own.get(name):
            found[name] = value
    for name, what in (("x_delete_at", "Unix timestamp"), ("x_delete_after", "Number of seconds")):
        if name in form.fields:
            if not form.fields[name].lstrip("-").isdecimal():
                raise refuse(400, f"FormPost: {name} not an integer: {what} required.")
            found[name.replace("_", "-")] = form.fields[name]
    return found


def granted(ask: Ask, form: Form) -> SignedFor:
    """Raises Refusal."""
    fields, target = form.fields, ask.target
    number(form, "max_file_size")
    known = keys(ask) if target.version in VERSIONS and target.account and target.container else []
    if not known:
        raise unauthorized("Invalid Signature")
    if number(form, "expires") < ask.state.clock():
        raise unauthorized("Form Expired")
    try:
        digest, signature = parsed(fields.get("signature", ""))
    except ValueError:
        raise unauthorized("Invalid Signature") from None
    said = [fields.get("redirect", ""), *limits(fields)]
    messages = ["\n".join([mount + target.path, *said]) for mount in dict.fromkeys(("", ask.mount))]
    if not any(is_signed(signature, digest, key, messages) for key, _ in known):
        raise unauthorized("Invalid Signature")
    return SignedFor(target.account)


def limits(fields: Mapping[str, str]) -> list[str]:
    return [fields.get(name) or "0" for name in ("max_file_size", "max_file_count", "expires")]


def unauthorized(text: str) -> Refusal:
    answer = page(401, {"Www-Authenticate": 'Swift realm="unknown"'})
    answer.body = f"FormPost: {text}".encode()
    return Refusal(answer)


def ended(form: Form) -> Answer:
    """What the browser gets: the status in words, or the way back to the page that the form names."""
    last, message = form.last, form.message
    if last is None:
        last, message = page(400), "no files to process"
    kept = {name: value for name, value in last.headers.items() if name.lower().startswith("access-control")}
    if redirect := form.fields.get("redirect"):
        location = f"{redirect}{'&' if '?' in redirect else '?'}status={last.status}&message={quote(message)}"
        link = f'<html><body><p><a href="{location}">Click to continue...</a></p></body></html>'
        return Answer(303, kept | {"Location": location}, link.encode())
    text = f"{last.line}\r\nFormPost: {message.title()}" if message else last.line
    if not last.is_success and not message:
        text = last.text
    return Answer(last.status, kept | {"Content-Type": "text/plain"}, text.encode())
