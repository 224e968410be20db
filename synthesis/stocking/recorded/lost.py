"""Things that a recording shows gone, though nothing in it ended them.

Whoever leaves a deletion out of a recording leaves the answers behind it: a 404, a list without the thing. They are
true once the client has deleted the thing, and not before.

    shown ──> no request that could end it ──> 404, or the same list without it ──> lost
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cloudtape.cassettes.messages import Request, Response
from cloudtape.matchers.requests.naming import is_distinctive
from cloudtape.matchers.sessions.exchange import tokens_of
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.scene import OWNERS
from cloudtape.synthesis.stocking.recorded.sightings import Key, Sighting, texts_in

HARMLESS = (Verb.CREATE, Verb.UPDATE)
# What actions that delete have in their names (`forceDelete`).
DELETES = "delete"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Members that say whose a thing is, beside those of its service; whatever happens to them, it stays.
WHOSE = (*OWNERS, "project", "user_id")
# What a query for a whole list may say.
ABOUT_ALL = frozenset({"all_tenants", "is_public", "limit"})
# What leads to the next page of a list.
MORE = re.compile(rb'"(next|\w+_links)"\s*:\s*["\[]')


class Endings:
    """What could have ended what, read in the order in which it was answered. `lost` are those that nothing did."""

    def __init__(self) -> None:
        self.lost: set[Key] = set()
        self._now = self._last_deletion = 0
        # When a thing was first shown, and last, to whom (by project), and what it named.
        self._first: dict[Key, int] = {}
        self._last: dict[Key, int] = {}
        self._shown: set[tuple[Key, str]] = set()
        self._named: dict[Key, frozenset[str]] = {}
        # When a word was last written, and when by what may delete: what that ends is still shown for a while.
        self._written: dict[str, int] = {}
        self._deleted: dict[str, int] = {}
        # By URL and project, what a whole list held.
        self._listed: dict[tuple[str, str], set[Key]] = {}

    def read(
        self, call: Call | None, request: Request, response: Response, seen: list[Sighting], deletable: bool
    ) -> None:
        """Take in one exchange. `seen` is what its answer shows, `deletable` whether a request can delete such."""
        self._now += 1
        if request.method not in SAFE:
            self._note_written(call, request)
        if call is None or not deletable:
            return
        whose = call.token.project
        if response.status == 404 and call.plan.verb is Verb.SHOW:
            self._is_gone([Key(call.plan.kind, call.region, call.parents, call.id)], whose)
        elif response.status == 200 and call.plan.verb is Verb.LIST and _is_whole(call, response):
            there = {one.key for one in seen}
            self._is_gone(self._listed.get((request.uri, whose), set()) - there, whose)
            self._listed[request.uri, whose] = there
        for one in seen:
            self.lost.discard(one.key)
            self._first.setdefault(one.key, self._now)
            self._last[one.key] = self._now
            self._shown.add((one.key, whose))
            self._named[one.key] = self._named.get(one.key, frozenset()) | _named(one)

    def _note_written(self, call: Call | None, request: Request) -> None:
        if call and call.plan.verb in HARMLESS:
            return
        path = call.ids if call else _words(request.uri.encode())
        words = {*path, *(_words(request.body) if isinstance(request.body, bytes) else ())}
        self._written.update(dict.fromkeys(words, self._now))
        if call is None or DELETES in call.plan.operation.action.lower():
            self._deleted.update(dict.fromkeys(words, self._now))
        if request.method == "DELETE":
            self._last_deletion = self._now

    def _is_gone(self, keys: Iterable[Key], whose: str) -> None:
        for key in keys:
            words = {key.id, *self._named.get(key, ())}
            written = max((self._written.get(word, 0) for word in words), default=0)
            deleted = max((self._deleted.get(word, 0) for word in words), default=0)
            is_shown = (key, whose) in self._shown and self._last[key] > written
            if is_shown and self._first[key] > max(deleted, self._last_deletion):
                self.lost.add(key)


def _words(text: bytes) -> list[str]:
    return [word.decode("ascii", "replace") for word in tokens_of(text)]


def _is_whole(call: Call, response: Response) -> bool:
    """Whether a list is of all that there is: no page, and none that a changed member would leave."""
    more = isinstance(response.body, bytes) and MORE.search(response.body)
    return not more and {name for name, _ in call.query} <= ABOUT_ALL


def _named(one: Sighting) -> frozenset[str]:
    """What a thing names, but for whose it is and for words that stand elsewhere for something else."""
    service = one.call.service
    whose = {*WHOSE, *service.owners, *service.user_projects}
    members = {name: value for name, value in one.members.items() if name not in whose}
    return frozenset(word for word in (*one.key.parents, *texts_in(members)) if is_distinctive(word))
