"""Objects that stand for another: X-Symlink-Target on PUT, followed on GET and HEAD.

Source: swift/common/middleware/symlink.py.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, unquote

from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, Refusal, page, plain, refuse
from cloudtape.synthesis.services.object_store.asks import Ask, Inner, Target
from cloudtape.synthesis.services.object_store.conditions import unquoted
from cloudtape.synthesis.services.object_store.model import Link

MAX_LINKS = 2
FORM = "X-Symlink-Target header must be of the form <container name>/<object name>"


async def symlinks(ask: Ask, inner: Inner) -> Answer:
    if ask.target.level != "object":
        return await inner(ask)
    if ask.method == "PUT" and "x-symlink-target" in ask.headers:
        return await create(ask, inner)
    if ask.method == "POST":
        return await update(ask, inner)
    if ask.method not in ("GET", "HEAD"):
        return await inner(ask)
    if ask.params.get("symlink") == "get":
        answer = await inner(ask)
        link = answer.found.link if answer.found else None
        answer.headers |= link.headers if link else {}
        return answer
    return await followed(ask, inner)


async def create(ask: Ask, inner: Inner) -> Answer:
    if ask.length != 0:
        return plain(400, "Symlink requests require a zero byte body")
    target, account = target_in(ask)
    if target.path == ask.target.path:
        return plain(400, "Symlink cannot target itself")
    etag = unquoted(ask.headers.get("x-symlink-target-etag", ""))
    if set(etag) & set(';"\\'):
        return plain(400, "Bad X-Symlink-Target-Etag format")
    link = Link(quote(f"{target.container}/{target.object}"), quote(account), etag)
    content_type = ask.headers.get("content-type", "")
    if etag:
        found = await checked(ask, inner, target, etag)
        content_type = content_type or found.headers["Content-Type"]
        stored = found.found
        assert stored is not None
        link = replace(link, size=stored.listed_size, large_etag=stored.large.etag if stored.large else "")
    headers = {"content-type": content_type or "application/symlink"}
    return await inner(replace(ask.with_headers(headers), link=link))


def target_in(ask: Ask) -> tuple[Target, str]:
    """What is linked to, and the account that the client named for it. Raises Refusal."""
    asked = unquote(ask.headers["x-symlink-target"], errors="surrogateescape")
    container, _, name = asked.partition("/")
    if not container or not name:
        raise refuse(412, FORM, "text/plain" if asked.startswith("/") else PAGE_TYPE)
    account = unquote(ask.headers.get("x-symlink-target-account", ""), errors="surrogateescape")
    if "/" in account or (not account and "x-symlink-target-account" in ask.headers):
        raise refuse(412, f"Account name cannot {'contain slashes' if account else 'be empty'}", PAGE_TYPE)
    return ask.target.to(container, name, account), account


async def checked(ask: Ask, inner: Inner, target: Target, etag: str) -> Answer:
    """The object that a link with an ETag names. Raises Refusal."""
    head = ask.within("HEAD", target)
    answer = await followed(head, inner, target_etag=etag, at=location(target), only_static=True)
    if answer.status == 404:
        raise conflict("X-Symlink-Target does not exist", location(target))
    if not answer.is_success:
        raise Refusal(page(answer.status))
    return answer


def location(target: Target) -> str:
    return quote(target.path)


def conflict(text: str, at: str) -> Refusal:
    refusal = refuse(409, text)
    refusal.answer.headers |= {"Content-Length": str(len(text))} | ({"Content-Location": at} if at else {})
    return refusal


async def followed(ask: Ask, inner: Inner, target_etag: str = "", at: str = "", *, only_static: bool = False) -> Answer:
    """What a chain of links leads to, with where that is. Raises Refusal."""
    for _ in range(MAX_LINKS + 1):
        answer = await inner(ask)
        link = answer.found.link if answer.found else None
        if link is None or (only_static and not link.etag):
            return found_at(answer, target_etag, at)
        if target_etag and target_etag != (link.etag or answer.headers["Etag"]):
            raise conflict("X-Symlink-Target-Etag headers do not match", at)
        target_etag = link.etag
        account = link.account or quote(ask.target.account)
        at = f"/{ask.target.version}/{account}/{link.target}"
        ask = replace(ask, target=Target.of(unquote(at)))
    raise refuse(409, f"Too many levels of symbolic links, maximum allowed is {MAX_LINKS}")


def found_at(answer: Answer, target_etag: str, at: str) -> Answer:
    etag = answer.headers.get("Etag", "")
    if etag and target_etag and target_etag != etag:
        raise conflict(f"Object Etag {etag!r} does not match X-Symlink-Target-Etag header {target_etag!r}", at)
    if at:
        answer.headers["Content-Location"] = at
    return answer


async def update(ask: Ask, inner: Inner) -> Answer:
    """Metadata of a link is its own, and the client is told where the other would have to go."""
    if "x-symlink-target" in ask.headers:
        return plain(400, "A PUT request is required to set a symlink target")
    answer = await inner(ask)
    link = answer.found.link if answer.found else None
    if link is None:
        return answer
    text = "The requested POST was applied to a symlink. POST directly to the target to apply requested metadata."
    moved = plain(307, text, PAGE_TYPE)
    moved.headers["Location"] = f"/{ask.target.version}/{link.account or quote(ask.target.account)}/{link.target}"
    moved.headers |= {"X-Symlink-Target-Etag": link.etag} if link.etag else {}
    return moved
