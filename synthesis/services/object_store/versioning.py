"""Versions that a container keeps of its own objects: `X-Versions-Enabled`, `?version-id=`, `?versions`.

A version is called after the time of its PUT. The object that a GET finds is one of the versions; a DELETE without a
version leaves a marker. Source: swift/common/middleware/versioned_writes/object_versioning.py.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from cloudtape.cassettes.blobs import Content
from cloudtape.synthesis.services.object_store import objects, version_listings
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, Refusal, page, plain, said
from cloudtape.synthesis.services.object_store.asks import TRUE, Access, Ask, Inner
from cloudtape.synthesis.services.object_store.core import denied
from cloudtape.synthesis.services.object_store.model import DELETE_MARKER, Container, StoredObject
from cloudtape.synthesis.services.object_store.times import http_date, stamp

NULL = "null"
"""The version of an object that came when no versions were kept."""


async def versioning(ask: Ask, inner: Inner) -> Answer:
    container = ask.container
    if ask.target.level == "container":
        return await of_container(ask, inner, container)
    if ask.target.level != "object":
        return await inner(ask)
    asked = ask.params.get("version-id")
    if asked:
        return await of_version(ask, inner, container, asked)
    if container is None or not container.has_archive:
        return await inner(ask)
    return await HANDLERS[ask.method](ask, inner, container) if ask.method in HANDLERS else await inner(ask)


# --- containers -------------------------------------------------------------------------------------------------------


async def of_container(ask: Ask, inner: Inner, container: Container | None) -> Answer:
    asked = ask.headers.get("x-versions-enabled")
    if ask.method in ("PUT", "POST") and asked is not None:
        return await switch(ask, inner, container, asked.lower() in TRUE)
    if container is None:
        return await inner(ask)
    if ask.method == "DELETE" and container.archive:
        check(ask, container)
        return said(409, "Delete all versions before deleting container.")
    if ask.method == "GET" and "versions" in ask.params:
        answer = await inner(ask.having(listing_type="application/json"))
        return version_listings.listing(ask, container, answer) if answer.is_success else answer
    return await inner(ask)


async def switch(ask: Ask, inner: Inner, container: Container | None, is_on: bool) -> Answer:
    if container and container.versions[0]:
        feature = "that is already using the legacy versioned writes feature."
        return said(400, f"Cannot enable object versioning on a container {feature}")
    if container and "X-Container-Sync-To" in container.headers:
        return said(400, "Cannot enable object versioning on a container configured as source of container syncing.")
    answer = await inner(ask)
    made = ask.container
    if answer.is_success and made:
        made.versioning = str(is_on)
        made.has_archive = made.has_archive or is_on
    return answer


# --- objects ----------------------------------------------------------------------------------------------------------


async def put(ask: Ask, inner: Inner, container: Container) -> Answer:
    if container.versioning != "True":
        return await inner(ask)
    put_aside(ask, container)
    answer = await inner(ask)
    stored = container.objects.get(ask.target.object)
    if not answer.is_success or stored is None:
        return answer
    number = stamp(stored.created)
    make_current(ask, container, stored, number)
    answer.headers["X-Object-Version-Id"] = number
    return answer


def make_current(ask: Ask, container: Container, stored: StoredObject, number: str) -> None:
    lasting = {name: value for name, value in stored.headers.items() if name != "X-Delete-At"}
    container.keep_version(ask.target.object, number, replace(stored, headers=lasting, version=number))
    container.put(ask.target.object, replace(stored, version=number))


def put_aside(ask: Ask, container: Container) -> None:
    """Make a version of an object that came before versions were kept. Raises Refusal."""
    check(ask, container)
    present = container.objects.get(ask.target.object)
    if present and not present.version:
        container.keep_version(ask.target.object, stamp(present.changed), present)


async def delete(ask: Ask, inner: Inner, container: Container) -> Answer:
    if container.versioning != "True":
        return await inner(ask)
    put_aside(ask, container)
    now = ask.state.now()
    empty = ask.state.empty()
    marker = StoredObject(empty, empty.digests["md5"], DELETE_MARKER, now, now, {})
    container.keep_version(ask.target.object, stamp(now), marker)
    answer = await inner(ask)
    answer.headers["X-Object-Version-Id"] = stamp(now)
    return answer


async def update(ask: Ask, inner: Inner, container: Container) -> Answer:
    answer = await inner(ask)
    stored = container.objects.get(ask.target.object)
    if answer.is_success and stored and stored.version:
        container.keep_version(ask.target.object, stored.version, stored)
    return answer


async def show(ask: Ask, inner: Inner, _: Container) -> Answer:
    answer = await inner(ask)
    number = answer.found.version if answer.found else ""
    answer.headers["X-Object-Version-Id"] = number or NULL
    if number:
        answer.headers["Content-Location"] = f"{quote(ask.target.path)}?version-id={number}"
    return answer


HANDLERS = {"GET": show, "HEAD": show, "PUT": put, "POST": update, "DELETE": delete}


# --- one version ------------------------------------------------------------------------------------------------------


async def of_version(ask: Ask, inner: Inner, container: Container | None, number: str) -> Answer:
    if ask.method == "POST":
        return said(400, "POST to a specific version is not allowed")
    if number != NULL and (container is None or not container.has_archive):
        return said(400, "version-aware operations require that the container is versioned")
    if not is_number(number) or (number == NULL and ask.method == "PUT"):
        return said(400, "Invalid version parameter")
    if container is None or ask.method not in ("GET", "HEAD", "PUT", "DELETE"):
        return await inner(ask)
    if number == NULL:
        return await show_null(ask, inner) if ask.method in ("GET", "HEAD") else await inner(ask)
    check(ask, container)
    handlers = {"PUT": restore, "DELETE": delete_version}
    return handlers.get(ask.method, show_version)(ask, container, normal(number))


def is_number(number: str) -> bool:
    try:
        return number == NULL or float(number) >= 0
    except ValueError:
        return False


def normal(number: str) -> str:
    return stamp(float(number))


async def show_null(ask: Ask, inner: Inner) -> Answer:
    answer = await inner(ask)
    if answer.found and answer.found.version:
        return page(404)
    if answer.is_success:
        answer.headers["X-Object-Version-Id"] = NULL
    return answer


def show_version(ask: Ask, container: Container, number: str) -> Answer:
    stored = container.archive.get(ask.target.object, {}).get(number)
    if stored is None:
        return page(404)
    if stored.content_type == DELETE_MARKER:
        return page(404, {"Content-Type": DELETE_MARKER, "X-Object-Version-Id": number})
    headers = objects.described(stored) | {"X-Object-Version-Id": number}
    return Answer(200, headers, Content.of(stored.blob), stored)


def restore(ask: Ask, container: Container, number: str) -> Answer:
    """Make a version the object again."""
    if ask.has_no_length:
        return page(411)
    if ask.length:
        return plain(400, "PUT version-id requests require a zero byte body")
    stored = container.archive.get(ask.target.object, {}).get(number)
    if stored is None:
        return plain(404, "The specified version does not exist")
    now = ask.state.now()
    container.put(ask.target.object, replace(stored, version=number))
    headers = {"Etag": stored.etag, "Last-Modified": http_date(now), "X-Object-Version-Id": number}
    return Answer(201, {"Content-Type": PAGE_TYPE} | headers)


def delete_version(ask: Ask, container: Container, number: str) -> Answer:
    name = ask.target.object
    present = container.objects.get(name)
    current = (present.version if present else "") or NULL
    if current == number:
        container.remove(name)
        current = NULL
    status = 204 if container.drop_version(name, number) else 404
    return page(status, {"X-Object-Version-Id": number, "X-Object-Current-Version-Id": current})


def check(ask: Ask, container: Container) -> None:
    """Raises Refusal for those who may not write."""
    if ask.authority.decide(ask, container.headers.get("X-Container-Write", "")) is Access.NONE:
        raise Refusal(denied(ask))
