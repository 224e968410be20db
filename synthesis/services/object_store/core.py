"""The innermost layer: which handler answers, once the request is well formed and allowed (swift/proxy/server.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

from cloudtape.synthesis.services.object_store import accounts, containers, cors, objects
from cloudtape.synthesis.services.object_store.answers import Answer, page, said
from cloudtape.synthesis.services.object_store.asks import VERSIONS, Access, Ask, is_text
from cloudtape.synthesis.services.object_store.listings import page_of

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")
Handler = Callable[[Ask, bool], Awaitable[Answer]]
"""Answers a request that is allowed, by the owner or not."""
HANDLERS: dict[str, Mapping[str, Handler]] = {
    "account": accounts.HANDLERS,
    "container": containers.HANDLERS,
    "object": objects.HANDLERS,
}
ACL = {
    ("container", "GET"): "X-Container-Read",
    ("container", "HEAD"): "X-Container-Read",
    ("object", "GET"): "X-Container-Read",
    ("object", "HEAD"): "X-Container-Read",
    ("object", "PUT"): "X-Container-Write",
    ("object", "POST"): "X-Container-Write",
    ("object", "DELETE"): "X-Container-Write",
}
"""Where the ACL is kept that may allow what the caller's roles do not."""


async def answer(ask: Ask) -> Answer:
    level = ask.target.level
    if refused := malformed(ask):
        return refused
    if ask.method not in METHODS:
        return page(405, {"Allow": ", ".join(METHODS)})
    if (level, ask.method) == ("container", "GET"):
        page_of(ask)  # refused before it is known who asks
    access = granted(ask)
    if access is Access.NONE:
        return denied(ask)
    if ask.method == "OPTIONS":
        return cors.preflight(ask, METHODS)
    return cors.exposed(ask, await HANDLERS[level][ask.method](ask, access is Access.OWNER))


def malformed(ask: Ask) -> Answer | None:
    target = ask.target
    if not is_text(target.path):
        return said(412, "Invalid UTF8 or contains NULL")
    if "" in target.path.split("/", 4)[1:-1] or not target.version:
        return page(404)
    if target.account and target.version not in VERSIONS:
        return page(400)
    return None if target.level else said(412, "Bad URL")


def granted(ask: Ask) -> Access:
    access = ask.authority.decide(ask, "")
    kept_in = ACL.get((ask.target.level, ask.method))
    if access is not Access.NONE or kept_in is None:
        return access
    container = ask.container
    return ask.authority.decide(ask, container.headers.get(kept_in, "") if container else "")


def denied(ask: Ask) -> Answer:
    status = ask.authority.status
    return page(status, {"Www-Authenticate": challenge(ask)} if status == 401 else None)


def challenge(ask: Ask) -> str:
    return f'Swift realm="{quote(ask.target.account, errors="surrogateescape") or "unknown"}"'
