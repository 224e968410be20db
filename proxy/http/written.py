"""The cloud's own addresses that a client wrote as data: they come back to it as it wrote them.

    POST /v3/endpoints {"endpoint": {"url": "http://controller:8774/v2.1", …}}   → {"endpoint": {"id": "e1", "url": …}}
    GET  /v3/endpoints                                                           → [… {"id": "e1", "url": …} …]

Wherever else this address stands it leads to the cloud, so it becomes the proxy's. Only what is told of the thing that
was written is spared, and never in a service catalog, which says where to go.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Set

from cloudtape.cassettes.messages import Headers, Request
from cloudtape.cassettes.scrubbing.json_leaves import Holder, leaves_in
from cloudtape.http.ready import Answer, in_parts
from cloudtape.matchers.requests.said import said_by
from cloudtape.matchers.requests.things import READS
from cloudtape.matchers.sessions.subjects import IDENTITY, IDS, Subjects, subjects_in, subjects_of
from cloudtape.rewrite import Rewriter
from cloudtape.service_catalog import CATALOG_PATHS

MOST_THINGS = 10_000
REFUSED = 400
AddressRow = tuple[str, str]
"""A member's name, and the URL in it."""


class WrittenAddresses:
    """What the clients of one proxy wrote, by session and thing."""

    def __init__(self) -> None:
        self._rows: OrderedDict[tuple[str, str], set[AddressRow]] = OrderedDict()

    def note(self, request: Request, session: str, response: Answer, rewriter: Rewriter) -> None:
        """Keep what of a client's request, as it was sent, the `rewriter` would exchange on its way back."""
        body = request.body
        if request.method in READS or response.status >= REFUSED or not isinstance(body, bytes):
            return
        if b"http" not in body or rewriter(body) == body:
            return
        subjects = Subjects(request, in_parts(response), str)
        for place, one in said_by(request).items():
            if isinstance(one.value, str) and rewriter.text(one.value) != one.value:
                self._rows.setdefault((session, subjects.of(place)), set()).add((one.field, one.value))
                if len(self._rows) > MOST_THINGS:
                    self._rows.popitem(last=False)

    def sparing(self, rewriter: Rewriter, uri: str, session: str) -> Rewriter | Sparing:
        """What rewrites an answer to a request for `uri`."""
        if not self._rows or CATALOG_PATHS.search(uri):
            return rewriter
        return Sparing(rewriter, uri, lambda key: self._rows.get((session, key), frozenset()))


class Sparing:
    """A rewriter that leaves what the client wrote. `rows_of` gives that for the key of a thing."""

    def __init__(self, rewriter: Rewriter, uri: str, rows_of: Callable[[str], Set[AddressRow]]) -> None:
        self._rewriter, self._uri, self._rows_of = rewriter, uri, rows_of

    def __call__(self, text: bytes) -> bytes:
        rewritten = self._rewriter(text)
        if rewritten == text or text[:1] not in (b"{", b"["):
            return rewritten
        document = text.decode("utf-8", "surrogateescape")
        pieces, end = [], 0
        for leaf in leaves_in(document, IDENTITY):
            if isinstance(leaf.value, str) and (leaf.field, leaf.value) in self._rows_at(leaf.holder):
                pieces += [self._piece(document[end : leaf.start]), document[leaf.start : leaf.end]]
                end = leaf.end
        return "".join([*pieces, self._piece(document[end:])]).encode("utf-8", "surrogateescape")

    def fields(self, headers: Headers, names: frozenset[str] | None = None) -> Headers:
        return self._rewriter.fields(headers, names)

    def over(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """A text that comes in pieces is no document about one thing: nothing is left in it."""
        return self._rewriter.over(pieces)

    def _piece(self, text: str) -> str:
        return self._rewriter(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def _rows_at(self, holder: Holder | None) -> Set[AddressRow]:
        """What was written of the thing that an object tells of, or is a part of."""
        while holder:
            for key in subjects_of(holder.members, self._uri, str):
                if rows := self._rows_of(key):
                    return rows
            if any(name in holder.members for name in IDS):
                return frozenset()
            holder = holder.above
        return next((rows for key in subjects_in(self._uri) if (rows := self._rows_of(key))), frozenset())
