"""If-Match and its kin, and ranges, for the object that an inner layer has found (RFC 9110 sections 13 and 14)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from cloudtape.cassettes.blobs import Blob, Content, Part
from cloudtape.synthesis.services.object_store import ranges
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, REASONS, Answer, page
from cloudtape.synthesis.services.object_store.asks import Ask, Inner


async def conditional(ask: Ask, inner: Inner) -> Answer:
    """The layer that applies both to what is found; anything else passes as it is."""
    answer = await inner(ask)
    if ask.method not in ("GET", "HEAD") or not ask.target.object:
        return answer
    if status := unmet(ask, answer):
        return bare(status, answer)
    if answer.status != 200 or answer.found is None:
        return answer
    if ask.method == "GET":
        answer = ranged(ask, answer)
    if isinstance(answer.body, Content) and answer.body.parts and answer.body.parts[0].blob is None:
        return page(409)  # not even the first byte can be had
    return answer


def bare(status: int, answer: Answer) -> Answer:
    """The same without a body."""
    headers = answer.headers | {"Content-Length": "0"}
    if status == 412:
        headers["Content-Type"] = PAGE_TYPE
        headers.pop("Accept-Ranges", None)
    return Answer(status, headers, b"", answer.found)


def unmet(ask: Ask, answer: Answer) -> int:
    """The status of an answer whose conditions are not met, else 0."""
    etag = unquoted(answer.headers.get("Etag", ""))
    if answer.found and etag:
        if matches(ask, "if-none-match", etag):
            return 304
        if ask.headers.get("if-match") and not matches(ask, "if-match", etag):
            return 412
    if answer.status == 404 and "*" in tags(ask, "if-match"):
        return 412
    return unmet_since(ask, answer) if answer.found else 0


def unmet_since(ask: Ask, answer: Answer) -> int:
    changed = date(answer.headers.get("Last-Modified", ""))
    since, until = date(ask.headers.get("if-modified-since", "")), date(ask.headers.get("if-unmodified-since", ""))
    if changed is not None and since is not None and changed <= since:
        return 304
    if changed is not None and until is not None and changed > until:
        return 412
    return 0


def tags(ask: Ask, name: str) -> set[str]:
    return {unquoted(one.strip()) for one in ask.headers.get(name, "").split(",") if one.strip()}


def matches(ask: Ask, name: str, etag: str) -> bool:
    return bool(tags(ask, name) & {etag, "*"})


def unquoted(etag: str) -> str:
    return etag[1:-1] if len(etag) > 1 and etag.startswith('"') and etag.endswith('"') else etag


def date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (ValueError, TypeError, OverflowError):
        return None


# --- ranges -----------------------------------------------------------------------------------------------------------


def ranged(ask: Ask, answer: Answer) -> Answer:
    specs = ranges.parse(ask.headers.get("range", ""))
    content = answer.content
    if not specs or (len(specs) > 1 and not answer.takes_ranges):
        return answer
    asked = ranges.slices(specs, content.size)
    if not asked:
        return unsatisfiable(answer, content.size)
    if content.size == 0:
        return answer  # the last bytes of nothing: all of it
    if len(asked) > 1:
        return multipart(answer, asked, ask.state.ids())
    start, stop = asked[0]
    headers = answer.headers | {"Content-Range": f"bytes {start}-{stop - 1}/{content.size}"}
    return Answer(206, headers | {"Content-Length": str(stop - start)}, content.slice(start, stop), answer.found)


def unsatisfiable(answer: Answer, size: int) -> Answer:
    title, text = REASONS[416]
    body = f"<html><h1>{title}</h1><p>{text}</p></html>".encode()
    headers = answer.headers | {"Content-Range": f"bytes */{size}", "Content-Length": str(len(body))}
    return Answer(416, headers, body, answer.found)


def multipart(answer: Answer, asked: list[ranges.Slice], boundary: str) -> Answer:
    """RFC 9110 section 14.6."""
    content = answer.content
    parts: list[Part] = []
    for start, stop in asked:
        head = (
            f"--{boundary}\r\nContent-Type: {answer.headers['Content-Type']}\r\n"
            f"Content-Range: bytes {start}-{stop - 1}/{content.size}\r\n\r\n"
        )
        parts += [text_part(head), *content.slice(start, stop).parts, text_part("\r\n")]
    body = Content((*parts, text_part(f"--{boundary}--")))
    headers = answer.headers | {
        "Content-Type": f"multipart/byteranges;boundary={boundary}",
        "Content-Length": str(body.size),
    }
    return Answer(206, headers, body, answer.found)


def text_part(text: str) -> Part:
    data = text.encode("utf-8", "surrogateescape")
    return Part(Blob(len(data), {}, data), 0, len(data))
