"""Static large objects: `?multipart-manifest=put|get|delete`, and what a manifest stands for on GET and HEAD."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import md5
from urllib.parse import quote

from cloudtape.cassettes.blob_store import chunks_of
from cloudtape.cassettes.blobs import Blob, Content
from cloudtape.synthesis.services.object_store import bulk, ranges, segments
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, page, plain, refuse, said
from cloudtape.synthesis.services.object_store.asks import TRUE, Ask, Inner
from cloudtape.synthesis.services.object_store.conditions import unquoted
from cloudtape.synthesis.services.object_store.model import LargeObject
from cloudtape.synthesis.services.object_store.negotiation import best_match
from cloudtape.synthesis.services.object_store.reports import TYPES, report

MAX_SEGMENTS = 1000
MAX_MANIFEST = 8 * 1024 * 1024


async def static_large_objects(ask: Ask, inner: Inner) -> Answer:
    if ask.target.level != "object":
        return await inner(ask)
    what = ask.params.get("multipart-manifest", "")
    if ask.method in ("GET", "HEAD"):
        return await show(ask, inner, is_manifest=what == "get")
    if (ask.method, what) == ("PUT", "put"):
        return await create(ask, inner)
    if (ask.method, what) == ("DELETE", "delete"):
        return await delete(ask, inner)
    if "x-static-large-object" in ask.headers:
        text = "X-Static-Large-Object is a reserved header. To create a static large object add query param "
        return said(400, text + "multipart-manifest=put.")
    return await inner(ask)


# --- PUT --------------------------------------------------------------------------------------------------------------


async def create(ask: Ask, inner: Inner) -> Answer:
    rows = segments.parse(await manifest_sent(ask), ask.target)
    if sum("path" in one for one in rows) > MAX_SEGMENTS:
        return said(413, f"Number of object-backed segments must be <= {MAX_SEGMENTS}")
    try:
        media_type = best_match(ask.headers.get("accept", ""), TYPES) or "text/plain"
    except ValueError:
        media_type = "text/plain"
    kept, size, problems = await verified(ask, inner, rows)
    if problems:
        return Answer(400, {"Content-Type": media_type}, report(media_type, {}, problems, "upload"))
    etag = md5("".join(map(segments.fingerprint, kept)).encode(), usedforsecurity=False).hexdigest()
    if unquoted(ask.headers.get("etag", "")) not in ("", etag):
        return page(422)
    body = json.dumps(kept).encode()
    manifest = ask.with_headers({"content-length": str(len(body))}, ("etag", "transfer-encoding"))
    answer = await inner(replace(manifest, body=body, large=LargeObject(etag, size)))
    if answer.is_success:
        answer.headers["Etag"] = f'"{etag}"'
    return heartbeat(answer, media_type) if ask.params.get("heartbeat", "").lower() in TRUE else answer


async def manifest_sent(ask: Ask) -> bytes:
    """Raises Refusal."""
    if ask.has_no_length:
        raise refuse(411)
    body = bytearray()
    async for chunk in chunks_of(ask.body):
        body += chunk
        if len(body) > MAX_MANIFEST:
            raise refuse(413, f"Manifest File > {MAX_MANIFEST} bytes", PAGE_TYPE)
    return bytes(body)


async def verified(
    ask: Ask, inner: Inner, rows: list[segments.Segment]
) -> tuple[list[segments.Segment], int, list[tuple[str, str]]]:
    """The segments as they are kept, how long they are together, and what is wrong with them."""
    kept: list[segments.Segment] = []
    size, problems = 0, []
    heads: dict[str, Answer] = {}
    for index, row in enumerate(rows):
        if "data" in row:
            kept.append(row)
            size += segments.length(row)
            continue
        path = row["path"]
        if path not in heads:
            container, _, name = path.lstrip("/").partition("/")
            heads[path] = await show(ask.within("HEAD", ask.target.to(container, name)), inner, is_manifest=False)
        one, length, wrong = segments.checked(row, heads[path], may_be_empty=index == len(rows) - 1)
        kept.append(one)
        size += length
        problems += wrong
    return kept, size, problems


def heartbeat(answer: Answer, media_type: str) -> Answer:
    """What a client gets that asked to be kept company while its segments were looked at."""
    facts = {"Response Status": answer.line, "Response Body": answer.text}
    if answer.is_success:
        facts |= {"Etag": answer.headers["Etag"], "Last Modified": answer.headers["Last-Modified"]}
    body = b" \r\n\r\n" + report(media_type, facts, [], "upload")
    return Answer(202, {"Content-Type": media_type}, body)


# --- GET, HEAD --------------------------------------------------------------------------------------------------------


async def show(ask: Ask, inner: Inner, *, is_manifest: bool) -> Answer:
    answer = await inner(ask)
    large = answer.found.large if answer.found else None
    if large is None or answer.found is None:
        return answer
    if is_manifest:
        return await manifest(ask, answer)
    parts = part_number(ask)
    replaced = {
        "Etag": f'"{large.etag}"',
        "X-Manifest-Etag": answer.found.etag,
        "Content-Length": str(large.size),
    }
    rows = await rows_of(answer) if parts or ask.method == "GET" else []
    content = await segments.joined(rows, ask.target, fetcher(ask, inner)) if ask.method == "GET" else Content()
    whole = replace(answer, headers=answer.headers | replaced, body=content)
    return part(whole, rows, parts, large.size) if parts else whole


def fetcher(ask: Ask, inner: Inner) -> segments.Fetch:
    return lambda target: inner(ask.within("GET", target))


async def rows_of(answer: Answer) -> list[segments.Segment]:
    assert answer.found is not None
    blob = answer.found.blob
    rows: list[segments.Segment] = json.loads(blob.read(0, blob.size))
    return rows


async def manifest(ask: Ask, answer: Answer) -> Answer:
    if ask.params.get("format") != "raw":
        answer.headers["Content-Type"] = "application/json; charset=utf-8"
        return answer
    body = segments.as_sent(await rows_of(answer))
    etag = md5(body, usedforsecurity=False).hexdigest()
    blob = Blob(len(body), {"md5": etag}, body)
    answer.headers |= {"Content-Length": str(len(body)), "Etag": etag}
    return replace(answer, body=Content.of(blob))


def part_number(ask: Ask) -> int:
    """0 where none is asked for. Raises Refusal."""
    asked = ask.params.get("part-number")
    if asked is None:
        return 0
    if not (ranges.is_number(asked) and int(asked)):
        refusal = refuse(400, "Part number must be an integer greater than 0", PAGE_TYPE)
        refusal.answer.headers["Content-Length"] = str(len(refusal.answer.text))
        raise refusal
    if ranges.parse(ask.headers.get("range", "")):
        text = "Range requests are not supported with part number queries"
        raise refuse(400, text, PAGE_TYPE)
    return int(asked)


def part(answer: Answer, rows: list[segments.Segment], number: int, size: int) -> Answer:
    answer.headers["X-Parts-Count"] = str(len(rows))
    if number > len(rows):
        body = b"The requested part number is not satisfiable"
        return Answer(416, answer.headers | {"Content-Range": f"bytes */{size}", "Content-Length": "0"}, body)
    start = sum(map(segments.length, rows[: number - 1]))
    stop = start + segments.length(rows[number - 1])
    headers = {"Content-Range": f"bytes {start}-{stop - 1}/{size}", "Content-Length": str(stop - start)}
    return replace(answer, status=206, headers=answer.headers | headers, body=answer.content.slice(start, stop))


# --- DELETE -----------------------------------------------------------------------------------------------------------


async def delete(ask: Ask, inner: Inner) -> Answer:
    """The segments, and the manifest after them."""
    own = f"/{ask.target.container}/{ask.target.object}"
    if ask.params.get("async", "").lower() in TRUE:
        return await delete_quietly(ask, inner, own)
    names = [name async for name in doomed(ask, inner, own)]
    silent = replace(ask, headers={name: value for name, value in ask.headers.items() if name != "content-type"})
    return await bulk.delete_all(silent, inner, names)


async def doomed(ask: Ask, inner: Inner, own: str) -> bulk.Names:
    """What there is to delete, in order; a manifest after its segments."""
    waiting: list[tuple[str, bool]] = [(own, True)]
    while waiting:
        name, is_manifest = waiting.pop(0)
        if not is_manifest:
            yield bulk.Doomed(name)
            continue
        rows = await segments_of(ask, inner, name)
        if isinstance(rows, Answer):
            yield bulk.Doomed(name, rows)
            continue
        waiting += [(one["name"], bool(one.get("sub_slo"))) for one in rows if "data" not in one]
        waiting.append((name, False))


async def segments_of(ask: Ask, inner: Inner, name: str) -> list[segments.Segment] | Answer:
    container, _, rest = name.lstrip("/").partition("/")
    answer = await inner(ask.within("GET", ask.target.to(container, rest)))
    if answer.status == 404:
        return plain(404, "SLO manifest not found")
    if answer.status == 401:
        return plain(401, "401 Unauthorized")
    if not answer.is_success:
        return plain(503, "Unable to load SLO manifest or segment.")
    if answer.found is None or answer.found.large is None:
        return plain(400, "Not an SLO manifest")
    return await rows_of(answer)


async def delete_quietly(ask: Ask, inner: Inner, own: str) -> Answer:
    """`async=on`: a cluster deletes the segments in the background; here they are gone at once."""
    rows = await segments_of(ask, inner, own)
    if isinstance(rows, Answer):
        return rows
    backed = [one for one in rows if "data" not in one]
    containers = sorted({one["name"].split("/")[1] for one in backed})
    if len(containers) > 1:
        listed = ", ".join(f'"{quote(one, errors="surrogateescape")}"' for one in containers)
        return said(400, f"All segments must be in one container. Found segments in {listed}")
    if any(one.get("sub_slo") for one in backed):
        return said(400, "No segments may be large objects.")
    for one in backed:
        container, _, rest = one["name"].lstrip("/").partition("/")
        await inner(ask.within("DELETE", ask.target.to(container, rest)))
    return await inner(ask)
