"""Asks our object store what a scenario asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from cloudtape.cassettes.messages import Request, Response, Stream
from cloudtape.synthesis.services.object_store.access import Caller
from cloudtape.synthesis.services.object_store.store import ObjectStore
from tests.synthesis.services.object_store.exchanges import Step, comparable

WITH_BODY = ("PUT", "POST", "COPY")


def caller_of(token: str) -> Caller | None:
    """What `real/plugin/table_login.py` makes of the same token."""
    if token.count("/") != 2:
        return None
    user, role, project = token.split("/")
    return Caller(project, user, (role,), project, user)


def request_of(step: Step) -> Request:
    headers = [(off_wire(name), off_wire(value).strip(" \t")) for name, value in step.headers]
    names = {name.lower(): value for name, value in step.headers}
    if names.get("content-length") == "none":
        headers = [one for one in headers if one[0] != "Content-Length"]
    elif not names.keys() & {"content-length", "transfer-encoding"} and (step.body or step.method in WITH_BODY):
        headers.append(("Content-Length", str(len(step.body))))
    body = Stream(in_pieces(step.body)) if names.get("transfer-encoding") == "chunked" else step.body
    headers.append(("X-Forwarded-For", "127.0.0.1"))
    return Request(step.method, f"http://store.example{step.path}", tuple(headers), body)


async def in_pieces(body: bytes, size: int = 2) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def ask(store: ObjectStore, step: Step) -> dict[str, Any]:
    """In the form in which the real answers were written down; a body that breaks off says so."""
    response = await store(request_of(step), None, caller_of(step.token))
    headers = [(on_wire(name), on_wire(value)) for name, value in response.headers]
    return comparable(response.status, headers, await read(response))


def on_wire(text: str) -> str:
    """Bytes as text, one character for each, as http.client has them."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def off_wire(text: str) -> str:
    """As the proxy's server has them."""
    return text.encode("latin-1").decode("utf-8", "surrogateescape")


async def read(response: Response) -> bytes:
    if isinstance(response.body, bytes):
        return response.body
    assert isinstance(response.body, Stream)
    found = b""
    try:
        async for chunk in response.body.chunks:
            found += chunk
    except ConnectionError:
        found += b" (here it breaks off)"
    return found
