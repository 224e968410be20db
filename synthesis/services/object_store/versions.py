"""Older versions of objects, kept in another container: X-Versions-Location and X-History-Location.

A version is called after the length of the object's name in three hex digits, the name, and the time it was written.
With a versions location a DELETE brings the version before back; with a history location it leaves a marker and the
version behind. Source: swift/common/middleware/versioned_writes/legacy.py.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from cloudtape.synthesis.services.object_store.answers import Answer, Refusal, page
from cloudtape.synthesis.services.object_store.asks import Access, Ask, Inner
from cloudtape.synthesis.services.object_store.core import denied
from cloudtape.synthesis.services.object_store.listings import span
from cloudtape.synthesis.services.object_store.metadata import NAME_LIMITS
from cloudtape.synthesis.services.object_store.model import DELETE_MARKER, Container, StoredObject
from cloudtape.synthesis.services.object_store.times import stamp


async def versioned(ask: Ask, inner: Inner) -> Answer:
    container = ask.container
    if (
        ask.target.level != "object"
        or ask.method not in ("PUT", "DELETE")
        or not container
        or not container.versions[0]
    ):
        return await inner(ask)
    location, mode = container.versions
    archive = ask.state.container(ask.target.account, unquote(location).split("/")[0])
    if ask.method == "PUT":
        put_aside(ask, container, archive)
    elif mode == "history":
        put_aside(ask, container, archive)
        mark(ask, archive)
    elif archive and restored(ask, container, archive):
        return page(204)
    return await inner(ask)


def prefix(name: str) -> str:
    return f"{len(name.encode()):03x}{name}/"


def put_aside(ask: Ask, container: Container, archive: Container | None) -> None:
    """Keep the present version. Raises Refusal."""
    check(ask, container)
    present = container.objects.get(ask.target.object)
    if present is None:
        return
    if archive is None:
        raise Refusal(page(412))
    keep(ask, archive, prefix(ask.target.object) + stamp(present.changed), present)


def keep(ask: Ask, container: Container, name: str, stored: StoredObject) -> None:
    """Raises Refusal for a name that is too long with what stands before and behind it."""
    if len(name) > NAME_LIMITS["object"]:
        raise Refusal(page(412))
    now = ask.state.now()
    container.put(name, replace(stored, created=now, changed=now))


def mark(ask: Ask, archive: Container | None) -> None:
    """Write down that the object was deleted. Raises Refusal."""
    if archive is None:
        raise Refusal(page(412))
    now = ask.state.now()
    empty = ask.state.empty()
    marker = StoredObject(empty, empty.digests["md5"], DELETE_MARKER, now, now, {})
    archive.put(prefix(ask.target.object) + stamp(now), marker)


def restored(ask: Ask, container: Container, archive: Container) -> bool:
    """Bring the version before back in the place of the object, if there is one. Raises Refusal."""
    first, last = span(archive.names, prefix(ask.target.object), "", "")
    names = archive.names[first:last][::-1]
    if not names:
        return False
    check(ask, container)
    if archive.objects[names[0]].content_type != DELETE_MARKER:
        bring_back(ask, container, archive, names[0])
        return True
    if ask.target.object in container.objects:
        return False  # back to the state that the marker stands for
    if len(names) > 1 and archive.objects[names[1]].content_type != DELETE_MARKER:
        bring_back(ask, container, archive, names[1])
    archive.remove(names[0])
    return True


def bring_back(ask: Ask, container: Container, archive: Container, name: str) -> None:
    keep(ask, container, ask.target.object, archive.objects[name])
    archive.remove(name)


def check(ask: Ask, container: Container) -> None:
    """Raises Refusal for those who may not write."""
    if ask.authority.decide(ask, container.headers.get("X-Container-Write", "")) is Access.NONE:
        raise Refusal(denied(ask))
