"""Containers: their metadata, and the list of their objects (swift/proxy/controllers/container.py)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from cloudtape.synthesis.services.object_store import accounts, metadata
from cloudtape.synthesis.services.object_store.access import OWNERS_HEADERS, clean_acl
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, page, plain, said
from cloudtape.synthesis.services.object_store.asks import Ask, checked_container_name
from cloudtape.synthesis.services.object_store.listings import Subdir, listed, page_of, written
from cloudtape.synthesis.services.object_store.model import POLICY, Container, Link
from cloudtape.synthesis.services.object_store.ranges import is_number
from cloudtape.synthesis.services.object_store.times import http_date, iso, stamp

VERSION_HEADERS = {"stack": "X-Versions-Location", "history": "X-History-Location"}


async def show(ask: Ask, is_owner: bool) -> Answer:
    container = ask.container
    if container is None:
        return page(404)
    asked = page_of(ask)
    rows = [row(ask, container, one) for one in listed(container.names, asked)] if ask.method == "GET" else []
    answer = written(rows, ask, described(container))
    if not is_owner:
        answer.headers = {name: value for name, value in answer.headers.items() if name not in OWNERS_HEADERS}
    if ask.authority.is_reseller:
        answer.headers["X-Container-Sharding"] = "False"
    return answer


def described(container: Container) -> dict[str, str]:
    location, mode = container.versions
    return {
        "X-Container-Object-Count": str(len(container.objects)),
        "X-Container-Bytes-Used": str(container.all_bytes),
        "X-Timestamp": stamp(container.created),
        "Last-Modified": http_date(container.changed),
        "Accept-Ranges": "bytes",
        "X-Storage-Policy": POLICY,
        **container.headers,
        **({VERSION_HEADERS[mode]: location} if location else {}),
        **({"X-Versions-Enabled": container.versioning} if container.versioning else {}),
    }


def row(ask: Ask, container: Container, found: str | Subdir) -> dict[str, Any]:
    if isinstance(found, Subdir):
        return {"subdir": found.name}
    stored = container.objects[found]
    large = stored.large.etag if stored.large else stored.link.large_etag if stored.link else ""
    extra = {"slo_etag": f'"{large}"'} if large else {}
    return {
        "bytes": stored.listed_size,
        "hash": stored.etag,
        "name": found,
        "content_type": listed_type(stored.content_type),
        "last_modified": iso(stored.changed),
        **(linked(ask, stored.link) if stored.link else {}),
        **(of_version(ask, found, stored.version) if stored.version else {}),
        **extra,
    }


def of_version(ask: Ask, name: str, number: str) -> dict[str, Any]:
    target = ask.target
    path = quote(f"/{target.version}/{target.account}/{target.container}/{name}")
    return {"symlink_path": f"{path}?version-id={number}", "version_symlink": True}


def linked(ask: Ask, link: Link) -> dict[str, Any]:
    static = {"symlink_etag": link.etag, "symlink_bytes": link.size} if link.etag else {}
    return static | {"symlink_path": f"/{ask.target.version}/{link.account or ask.target.account}/{link.target}"}


def listed_type(content_type: str) -> str:
    text = content_type.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return ";".join(one.strip() for one in text.split(";"))


async def create(ask: Ask, is_owner: bool) -> Answer:
    cleaned = checked(ask, is_owner)
    if isinstance(cleaned, Answer):
        return cleaned
    policy = ask.headers.get("x-storage-policy", "")
    if policy and policy.upper() != POLICY.upper():
        return plain(400, f"Invalid X-Storage-Policy '{policy}'")
    length, limit = len(ask.target.container), metadata.NAME_LIMITS["container"]
    if length > limit:
        return said(400, f"Container name length of {length} longer than {limit}")
    account = accounts.made(ask)
    if account.is_deleted:
        return page(503)
    now, name = ask.state.now(), ask.target.container
    container = account.containers.get(name)
    status = 202 if container else 201
    container = container or Container(now, now)
    if wrong := changed(cleaned, container):
        return wrong
    container.changed = now
    account.put(name, container)
    return page(status)


async def update(ask: Ask, is_owner: bool) -> Answer:
    cleaned = checked(ask, is_owner)
    if isinstance(cleaned, Answer):
        return cleaned
    container = ask.container
    if container is None:
        return page(404)
    container.changed = ask.state.now()
    return changed(cleaned, container) or page(204)


async def delete(ask: Ask, _: bool) -> Answer:
    account, container = ask.state.account(ask.target.account), ask.container
    if account is None or container is None:
        return page(404)
    if container.objects:
        return page(409)
    account.remove(ask.target.container)
    return page(204)


def checked(ask: Ask, is_owner: bool) -> Ask | Answer:
    """The request with tidy ACLs and without what only owners may set; or what is wrong with it."""
    acls = {}
    for name in ("x-container-read", "x-container-write"):
        if name in ask.headers:
            try:
                acls[name] = clean_acl(name, ask.headers[name])
            except ValueError as error:
                return plain(400, str(error), PAGE_TYPE)
    if wrong := version_problem(ask) or quota_problem(ask) or metadata.problem(ask.headers, "container"):
        return wrong
    owners = () if is_owner else tuple(name.lower() for name in OWNERS_HEADERS)
    return ask.with_headers(acls, ()).with_headers({}, owners)


def changed(ask: Ask, container: Container) -> Answer | None:
    """Keep what a request sets; or say why not."""
    headers = metadata.merged(container.headers, metadata.changes(ask.headers, "container"))
    wrong = metadata.stored_problem(headers, "container")
    if wrong:
        return wrong
    versions = versions_of(ask)
    container.headers = headers
    container.versions = container.versions if versions is None else versions
    return None


def versions_of(ask: Ask) -> tuple[str, str] | None:
    """Where older versions shall go, and how; None where the request does not say. An empty place turns it off."""
    stack, history = ask.headers.get("x-versions-location"), ask.headers.get("x-history-location")
    location, mode = (stack, "stack") if stack or history is None else (history, "history")
    if location:
        return checked_container_name(location), mode
    removed = any(ask.headers.get(f"x-remove-{name}-location") for name in ("versions", "history"))
    return ("", "") if removed or location is not None else None


def version_problem(ask: Ask) -> Answer | None:
    if ask.headers.get("x-versions-location") and ask.headers.get("x-history-location"):
        return plain(400, "Only one of x-versions-location or x-history-location may be specified")
    return None


def quota_problem(ask: Ask) -> Answer | None:
    for kind in ("bytes", "count"):
        value = ask.headers.get(f"x-container-meta-quota-{kind}")
        if value and not is_number(value):
            return said(400, f"Invalid {kind} quota.")
    return None


HANDLERS = {"GET": show, "HEAD": show, "PUT": create, "POST": update, "DELETE": delete}
