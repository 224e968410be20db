"""An object store: requests of the Object Storage API v1 in, answers out. It knows nothing of sockets or tokens.

A request passes layers from the outside to the inside, as in Swift's own pipeline of middleware; each answers it,
changes it, asks further questions of those within, or changes their answer.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from urllib.parse import urlsplit

from cloudtape.cassettes.blob_store import BlobStore
from cloudtape.cassettes.blobs import Content
from cloudtape.cassettes.messages import Request, Response, Stream
from cloudtape.synthesis.services.object_store import core, info
from cloudtape.synthesis.services.object_store.access import Anonymous, Caller, Known
from cloudtape.synthesis.services.object_store.answers import REASONS, Answer, Refusal
from cloudtape.synthesis.services.object_store.archives import archives
from cloudtape.synthesis.services.object_store.asks import VERSIONS, Ask, Inner, Layer, ask_of
from cloudtape.synthesis.services.object_store.bulk import bulk_deletes
from cloudtape.synthesis.services.object_store.conditions import conditional
from cloudtape.synthesis.services.object_store.copying import copying
from cloudtape.synthesis.services.object_store.dynamic_large_objects import dynamic_large_objects
from cloudtape.synthesis.services.object_store.forms import forms
from cloudtape.synthesis.services.object_store.listings import wanted_type
from cloudtape.synthesis.services.object_store.model import State
from cloudtape.synthesis.services.object_store.quotas import quotas
from cloudtape.synthesis.services.object_store.static_large_objects import static_large_objects
from cloudtape.synthesis.services.object_store.symlinks import symlinks
from cloudtape.synthesis.services.object_store.temporary_urls import temporary_urls
from cloudtape.synthesis.services.object_store.versioning import versioning
from cloudtape.synthesis.services.object_store.versions import versioned

CONTROLS = dict.fromkeys((*range(32), 127))
"""What no header may hold, wherever it came from."""


async def listings(ask: Ask, inner: Inner) -> Answer:
    """The layer that settles in which form a listing is written, before anything else is decided."""
    is_listing = ask.target.level in ("account", "container") and ask.target.version in VERSIONS
    if not is_listing or ask.method not in ("GET", "HEAD"):
        return await inner(ask)
    answer = await inner(replace(ask, listing_type=wanted_type(ask)))
    is_fixed = "format" in ask.params or (ask.method == "GET" and "versions" in ask.params)
    if answer.is_success and not is_fixed:
        vary = answer.headers.get("Vary")
        answer.headers["Vary"] = f"{vary}, Accept" if vary else "Accept"
    return answer


async def public(ask: Ask, inner: Inner) -> Answer:
    return info.public(ask) or await inner(ask)


async def refusing(ask: Ask, inner: Inner) -> Answer:
    """The layer where what was refused further in becomes an answer."""
    try:
        return await inner(ask)
    except Refusal as refusal:
        return refusal.answer


LAYERS: tuple[Layer, ...] = (
    refusing,
    public,
    listings,
    archives,
    bulk_deletes,
    temporary_urls,
    forms,
    refusing,
    copying,
    quotas,
    conditional,
    static_large_objects,
    dynamic_large_objects,
    versioning,
    versioned,
    symlinks,
    refusing,
)


def pipeline() -> Inner:
    inner: Inner = core.answer
    for layer in reversed(LAYERS):
        inner = around(layer, inner)
    return inner


def around(layer: Layer, inner: Inner) -> Inner:
    return lambda ask: layer(ask, inner)


class ObjectStore:
    """All accounts of one object store, in memory and in its blobs; whoever made the BlobStore closes it.

    `clock` gives seconds since 1970, `ids` 32 hex digits, new at each call.
    """

    def __init__(
        self,
        blobs: BlobStore | None = None,
        clock: Callable[[], float] = time.time,
        ids: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self.state = State(blobs or BlobStore(), clock, ids)
        self._answer = pipeline()

    async def __call__(self, request: Request, path: str | None = None, caller: Caller | None = None) -> Response:
        """Answers every request.

        The one who calls decides three things. `path` is the request's path from `/v1` (or `/info`) on, still
        percent-encoded, without the query: TempURL signatures are of it; None where the store is mounted at the root.
        `caller` is whom the request's token belongs to; None for a request without one: signed URLs and forms, and
        containers that let everybody read, are settled in here. A token that is not valid (any more) is no caller at
        all: answer 401 without asking. The client's address stands in X-Forwarded-For, where a temporary URL is bound
        to one. Whoever sends the Response closes its Stream.
        """
        self.state.expire()
        authority = Known(caller) if caller else Anonymous()
        ask = ask_of(request, urlsplit(request.uri).path if path is None else path, authority, self.state)
        answer = await self._answer(ask)
        return self._response(ask, answer)

    def _response(self, ask: Ask, answer: Answer) -> Response:
        body: bytes | Stream = b""
        if ask.method == "HEAD":
            length = answer.headers.get("Content-Length", "0")
        elif isinstance(answer.body, Content):
            body, length = answer.body.body(), str(answer.body.size)
        else:
            body, length = answer.body, str(len(answer.body))
        now = self.state.clock()
        extra = ask.headers.get("x-trans-id-extra", "")[:32]
        number = f"tx{self.state.ids()[:21]}-{int(now):010x}" + (f"-{extra}" if extra else "")
        headers = answer.headers | {
            "Content-Length": length,
            "X-Trans-Id": number,
            "X-Openstack-Request-Id": number,
            "Date": formatdate(now, usegmt=True),
        }
        reason = REASONS[answer.status][0]
        sent = tuple((name, value.translate(CONTROLS)) for name, value in headers.items())
        return Response(answer.status, reason, sent, body)
