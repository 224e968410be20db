"""What a client sent comes back to it, although the recording has something else there.

    recorded  POST /credentials {"blob": "scrubbed-secret-1"}   → {"id": "c1", "blob": "scrubbed-secret-1"}
    live      POST /credentials {"blob": "s3cr3t"}              → {"id": "c1", "blob": "s3cr3t"}
              GET  /credentials/c1                              → {"id": "c1", "blob": "s3cr3t"}

Secrets are compared by their kind only, and moments not at all, so a live write may say what was not recorded and is
not bound either. It is kept with the thing that was written, under the id that the client knows, and changes only what
is told of this thing: two things that were recorded with one secret keep their own. When another recorded thing takes
the place of the one that stood for it, the recorded values are looked up there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from msgspec.structs import replace

from cloudtape.cassettes.messages import Request, Response
from cloudtape.matchers.requests.said import Place, Saying, said_by
from cloudtape.matchers.sessions.bindings import Bindings
from cloudtape.matchers.sessions.exchange import tokens_of
from cloudtape.matchers.sessions.mending import Mender, Rows
from cloudtape.matchers.sessions.subjects import Subjects, subjects_in

Read = Callable[[int], Request]
"""The recorded request at a position."""
Sent = dict[Place, Saying]
MOST_THINGS = 10_000
FEW = 16
"""Up to so many words are looked for one by one."""
REFUSED = 400


class _Write:
    """What one write said of a thing, and what its recorded one said there: None until it is looked up again."""

    __slots__ = ("sent", "was")

    def __init__(self) -> None:
        self.sent: Sent = {}
        self.was: Sent | None = {}


class _Thing:
    """What was sent of one thing, by the position of the recorded write that stands for the live one, the newest last.

    `rows` is made from it when it is asked for.
    """

    __slots__ = ("rows", "writes")

    def __init__(self) -> None:
        self.writes: dict[int, _Write] = {}
        self.rows: Rows | None = None

    def add(self, position: int, place: Place, recorded: Saying, one: Saying) -> None:
        write = self.writes.pop(position) if position in self.writes else _Write()
        self.writes[position] = write
        write.sent[place] = one
        if write.was is not None:
            write.was[place] = recorded
        if self.rows is not None:
            self.rows.add(place, recorded, one)

    def exchange(self, pairs: Mapping[int, int]) -> bool:
        """Whether another recorded write stands for one of these now."""
        if pairs.keys().isdisjoint(self.writes):
            return False
        for position in pairs.keys() & self.writes.keys():
            self.writes[position].was = None
        self.writes = {pairs.get(position, position): write for position, write in self.writes.items()}
        self.rows = None
        return True

    def rows_as(self, read: Read) -> Rows:
        if self.rows is None:
            self.rows = Rows()
            for position, write in self.writes.items():
                if write.was is None:
                    write.was = said_by(read(position))
                self.rows.add_all(write.was, write.sent)
        return self.rows


class Echoes:
    """Empty at the start of a session."""

    def __init__(self) -> None:
        self._things: OrderedDict[str, _Thing] = OrderedDict()
        self._changed: set[str] = set()
        self._words: set[bytes] = set()
        """Of each recorded value one that any answer has which tells it."""

    def __bool__(self) -> bool:
        return bool(self._things)

    def note(
        self, position: int, recorded: Request, request: Request, response: Response, bindings: Bindings
    ) -> Rows | None:
        """Keep what a write says otherwise than its recorded one; gives all of that, for the write's own answer.

        `response` is the recorded answer. Where a binding shows the client its own word already, nothing is kept.
        """
        was = said_by(recorded)
        says = said_by(request) if was and response.status < REFUSED else {}
        told = said_by(_as_told(recorded, bindings)) if says and bindings else was
        unlike = {at: one for at, one in says.items() if at in was and not _is_same(told.get(at), one)}
        if not unlike and not self._things:
            return None
        subjects = Subjects(request, response, bindings.live_word)
        for place, one in says.items():
            key = subjects.of(place)
            # What is said as recorded this time counts where it was said otherwise before.
            if place in unlike or (place in was and key in self._things):
                self._keep(key).add(position, place, was[place], one)
        return Rows().add_all(was, unlike) if unlike else None

    def exchange(self, positions: Iterable[tuple[int, int]]) -> None:
        """For each pair of recorded writes, not the first stands for a live one, but the second."""
        pairs = dict(positions)
        self._changed.update(key for key, thing in self._things.items() if thing.exchange(pairs))

    def concern(self, request: Request, body: bytes, read: Read) -> bool:
        """Whether an answer may tell something that was sent."""
        if self._may_be_in(body, read):
            return True
        about = self._about(request.uri, read)
        return about is not None and about.has_fields

    def live(
        self, request: Request, response: Response, bindings: Bindings, read: Read, own: Rows | None = None
    ) -> Response:
        """A recorded answer in the session's words, and in it what was sent as it was sent.

        `own`: what the request itself has sent.
        """
        base = own or (self._about(request.uri, read) if self._things else None)
        body = response.body
        within = isinstance(body, bytes) and ((own is not None and own.may_be_in(body)) or self._may_be_in(body, read))
        if not within and not (base and base.has_fields):
            return bindings.live(response)
        return Mender(request.uri, bindings, partial(self._rows, read)).mended(response, base, within)

    def _keep(self, key: str) -> _Thing:
        """The thing of a key, about to be changed."""
        self._changed.add(key)
        thing = self._things.get(key)
        if thing is None:
            thing = self._things[key] = _Thing()
            if len(self._things) > MOST_THINGS:
                self._things.popitem(last=False)
        return thing

    def _may_be_in(self, body: bytes, read: Read) -> bool:
        for key in self._changed:
            if rows := self._rows(read, key):
                self._words |= rows.words
        self._changed.clear()
        if len(self._words) <= FEW:
            return any(word in body for word in self._words)
        return b"" in self._words or not self._words.isdisjoint(tokens_of(body))

    def _about(self, uri: str, read: Read) -> Rows | None:
        """What was sent of the thing in an address."""
        return next((rows for key in subjects_in(uri) if (rows := self._rows(read, key))), None)

    def _rows(self, read: Read, key: str) -> Rows | None:
        thing = self._things.get(key)
        return thing.rows_as(read) if thing else None


def _as_told(recorded: Request, bindings: Bindings) -> Request:
    """A recorded request as its words would be told back by now."""
    told = bindings.live(Response(200, "", recorded.headers, recorded.body))
    return replace(recorded, headers=told.headers, body=told.body)


def _is_same(told: Saying | None, one: Saying) -> bool:
    return told is not None and told.value == one.value
