"""Dynamic large objects: an object with X-Object-Manifest stands for all objects whose names begin so.

Source: swift/common/middleware/dlo.py.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import md5
from urllib.parse import unquote

from cloudtape.cassettes.blobs import Content, Part
from cloudtape.synthesis.services.object_store import ranges
from cloudtape.synthesis.services.object_store.answers import Answer, page, said
from cloudtape.synthesis.services.object_store.asks import Ask, Inner
from cloudtape.synthesis.services.object_store.listings import span
from cloudtape.synthesis.services.object_store.model import Container


async def dynamic_large_objects(ask: Ask, inner: Inner) -> Answer:
    if ask.target.level != "object":
        return await inner(ask)
    if ask.method == "PUT" and not is_manifest(ask.headers.get("x-object-manifest")):
        return said(400, "X-Object-Manifest must be in the format container/prefix")
    answer = await inner(ask)
    if ask.method not in ("GET", "HEAD") or ask.params.get("multipart-manifest") == "get" or answer.found is None:
        return answer
    manifest = answer.found.headers.get("X-Object-Manifest")
    return await joined(ask, inner, answer, manifest) if manifest else answer


def is_manifest(value: str | None) -> bool:
    """Whether a header's value is one; a missing header is right."""
    if value is None:
        return True
    container, _, prefix = value.partition("/")
    return bool(container and prefix) and not prefix.startswith("/") and not {"?", "&"} & set(value)


async def joined(ask: Ask, inner: Inner, answer: Answer, manifest: str) -> Answer:
    name, _, prefix = unquote(manifest).partition("/")
    target = ask.target.to(name)
    allowed = await inner(ask.within("GET", target))
    container = ask.state.container(target.account, name)
    if not allowed.is_success or container is None:
        return replace(allowed, body=b"") if ask.method == "HEAD" else allowed
    first, last = span(container.names, prefix, "", "")
    names = container.names[first:last]
    size = sum(container.objects[one].listed_size for one in names)
    headers = answer.headers | {"Content-Length": str(size), "Etag": f'"{etag_of(container, names)}"'}
    content = await segments(ask, inner, container, name, names) if ask.method == "GET" else Content()
    specs = ranges.parse(ask.headers.get("range", "")) or ()
    if ask.method == "GET" and len(specs) == 1 and not ranges.slices(specs, size):
        return page(416, {"Accept-Ranges": "bytes", "Content-Range": f"bytes */{size}"})
    return replace(answer, headers=headers, body=content, takes_ranges=False)


def etag_of(container: Container, names: list[str]) -> str:
    return md5("".join(container.objects[one].etag for one in names).encode(), usedforsecurity=False).hexdigest()


async def segments(ask: Ask, inner: Inner, container: Container, name: str, names: list[str]) -> Content:
    parts: list[Part] = []
    for one in names:
        answer = await inner(ask.within("GET", ask.target.to(name, one)))
        if answer.is_success:
            parts += answer.content.parts
        else:
            parts.append(Part(None, 0, container.objects[one].listed_size, f"{name}/{one}: {answer.status}"))
    return Content(tuple(parts))
