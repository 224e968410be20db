"""One request through the rungs: exact, bound, unified, adapted; and why none of them holds.

    request ──> in the recording's words (bindings) ──> recorded as it is?            exact, bound
                                                        one of its form that fits?    unified: what differs is bound
                                                        once things change places?    the same (swaps)
                                                        recorded for somebody else?   the same
                                                        a sibling's, if asked for?    adapted: ids exchanged, unbound

Which of several recorded answers is given is `past`'s to say; what may stand for what, `likeness`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

import msgspec

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.matchers.recordings.recording import Group, Recording
from cloudtape.matchers.recordings.summary import Identity
from cloudtape.matchers.recordings.vocabulary import named_by, owned
from cloudtape.matchers.requests.canonical import Canonical, canonical
from cloudtape.matchers.requests.form import Form, form
from cloudtape.matchers.requests.naming import Kind, Naming
from cloudtape.matchers.requests.things import READS
from cloudtape.matchers.sessions.bindings import Binding
from cloudtape.matchers.sessions.likeness import Comparison, Fit, Refused, are_alike, compare
from cloudtape.matchers.sessions.past import Asker
from cloudtape.matchers.sessions.session import Session
from cloudtape.matchers.sessions.swaps import Swap, Swaps

MOST_TRIED = 8
"""Recorded requests that are compared for one: the cost stays the same in a large cassette."""
MOST_THOUGHT_OF = 64
"""The same where a miss is the alternative."""
MOST_EXCHANGED = 16
"""Exchanges of places that are tried for one request."""
MOST_FORMS = 4096
NOT_FOUND = 404
REFUSED = 400  # and above: an answer's status
AS_REFUSED = 0.8
"""What a recorded refusal costs more: a fresh name is no conflict, where something was made by such a request, too."""
NO_ITEMS = re.compile(rb'\s*(\[\s*\]|\{[^\[\]{}]*"[^"]+"\s*:\s*\[\s*\][^\[\]{}]*\})?\s*')
KINSHIP = 0.4
"""What a create costs less that was recorded among what this session has done: more than names of one stem differ."""


class Rung(StrEnum):
    EXACT = "exact"
    BOUND = "bound"
    UNIFIED = "unified"
    ADAPTED = "adapted"


class Matching(msgspec.Struct, frozen=True):
    """How requests are matched.

    `naming` says what may differ; `most` is the most lenient rung that may answer; `collapse`: of the answers that a
    client polled for, only the last one before the next write is given.
    """

    naming: Naming = msgspec.field(default_factory=Naming)
    most: Rung = Rung.UNIFIED
    collapse: bool = False


DEFAULT = Matching()


class Found(msgspec.Struct, frozen=True):
    """What answers a request. `bindings` hold for this answer alone, `bound` are those newly bound for the session.

    `cost` is the price of what differs, 0 where nothing does.
    """

    position: int
    rung: Rung
    bindings: tuple[Binding, ...] = ()
    cost: float = 0.0
    bound: tuple[Binding, ...] = ()


def says_nothing(response: Response) -> bool:
    """Whether an answer tells that there is no such thing: 404, or a list without items."""
    if response.status == NOT_FOUND:
        return True
    return response.status == 200 and isinstance(response.body, bytes) and bool(NO_ITEMS.fullmatch(response.body))


class Candidate(msgspec.Struct, frozen=True):
    """A recorded request that was compared: `position` is the first that was recorded of it."""

    position: int
    key: bytes
    verdict: Fit | Refused


class Ladder:
    """`read` gives the interaction at a position."""

    def __init__(self, recording: Recording, read: Callable[[int], Interaction], matching: Matching = DEFAULT) -> None:
        self._recording, self._read, self._naming = recording, read, matching.naming
        self._most, self._collapse = matching.most, matching.collapse
        self._forms: dict[int, tuple[bytes, Form]] = {}
        self._swaps = Swaps(recording, read, self._form_at, self._naming)

    def session(self) -> Session:
        return Session(self._recording, self._collapse)

    def find(self, session: Session, request: Request) -> Found | None:
        """What answers a request now; it counts as played."""
        asked = session.bindings.recorded(request)
        same = canonical(asked)
        key = same.key
        asker = session.asker(request)
        rung = Rung.EXACT if asked is request else Rung.BOUND
        is_own = self._is_asked_by(key, asker)
        if is_own and (position := session.past.next(key, asker)) is not None:
            if session.bindings.are_loose and self._recording.is_write(position):
                session.bindings.settle(self._form_at(position)[1].names)
            return Found(position, rung)
        found, unifies = None, self._most in (Rung.UNIFIED, Rung.ADAPTED)
        if unifies:
            found = self._unified(session, same, asker, own=True) or self._thought_again(session, request, same, asker)
        if not found and not is_own and (position := session.past.next(key, asker)) is not None:
            return Found(position, rung)
        found = found or (self._unified(session, same, asker) if unifies else None)
        return found or (self._sibling(same) if self._most is Rung.ADAPTED else None)

    def candidates(self, session: Session, request: Request) -> list[Candidate]:
        """What was compared for a request, the best first: what `find` would choose from, and what it refused."""
        same = canonical(session.bindings.recorded(request))
        light = self._light(session, same)
        asked = form(same, self._naming)
        found = list(self._compared(session, asked, light))
        found = found or list(self._compared_in(session, (asked.key, None, None), asked, light))
        # Of names of one stem, what was compared first is compared among all others again.
        once = {one.position: one for one in found}.values()
        return sorted(once, key=lambda one: one.verdict.cost if isinstance(one.verdict, Fit) else float("inf"))

    # --- who asks ----------------------------------------------------------------------------------------------------

    def _is_asked_by(self, key: bytes, asker: Asker) -> bool:
        """Whether a request was recorded for who asks, as far as is known."""
        if not asker.identity:
            return True
        positions = self._recording.positions(key)
        if len(positions) == 1:
            return self._identity_at(positions[0]) in ((), asker.identity)
        return bool(self._recording.of_identity(key, asker.identity) or self._recording.of_identity(key, ()))

    def _status_at(self, position: int) -> int:
        return self._read(position).response.status

    def _identity_at(self, position: int) -> Identity:
        return self._recording.identity(self._recording.asker(position))

    # --- unified -----------------------------------------------------------------------------------------------------

    def _light(self, session: Session, same: Canonical) -> Comparison:
        makes = same.method not in READS
        return Comparison(session.bindings, self._recording.vocabulary, makes, is_loose=session.bindings.is_loose)

    def _unified(self, session: Session, same: Canonical, asker: Asker, own: bool = False) -> Found | None:
        """`own`: only what was recorded for who asks; what was refused to somebody else is never given."""
        asked = form(same, self._naming)
        fits: list[tuple[float, int, Candidate, Fit]] = []
        for one in self._compared(session, asked, self._light(session, same)):
            if not self._is_asked_by(one.key, asker) and (own or self._status_at(one.position) >= REFUSED):
                continue
            if isinstance(one.verdict, Fit) and session.past.has_free(one.key):
                cost = one.verdict.cost + self._cost_of_refusal(one)
                if self._recording.is_write(one.position):
                    cost -= KINSHIP * session.past.kinship(one.position, asker.token)
                fits.append((cost, one.position, one, one.verdict))
        for _, _, one, fit in sorted(fits, key=lambda fit: fit[:2]):
            position = session.past.next(one.key, asker)
            if position is None or not (fit.alike or says_nothing(self._read(position).response)):
                continue
            if not fit.alike:
                return Found(position, Rung.UNIFIED, fit.bindings, fit.cost)
            session.bindings.bind(fit.bindings, loosely=not self._recording.is_write(position))
            return Found(position, Rung.UNIFIED, (), fit.cost, fit.bindings)
        return None

    def _cost_of_refusal(self, one: Candidate) -> float:
        return (
            AS_REFUSED if self._recording.is_write(one.position) and self._status_at(one.position) >= REFUSED else 0.0
        )

    def _compared(self, session: Session, asked: Form, light: Comparison) -> Iterator[Candidate]:
        owns = owned(light.vocabulary, named_by(asked))
        groups: tuple[Group, ...] = ((asked.key, owns, asked.stem), (asked.key, owns, None))
        for group in groups:
            found = list(self._compared_in(session, group, asked, light))
            yield from found
            if any(isinstance(one.verdict, Fit) for one in found):
                return

    def _compared_in(
        self, session: Session, group: Group, asked: Form, light: Comparison, most: int = MOST_TRIED
    ) -> Iterator[Candidate]:
        for position in self._tried(session, group, most):
            key, recorded = self._form_at(position)
            yield Candidate(position, key, compare(recorded, asked, light))

    def _tried(self, session: Session, group: Group, most: int) -> Iterator[int]:
        """The positions of a group that are worth comparing: those at its begin that are spent are passed over."""
        positions = self._recording.alike(*group)
        begin = session.begins.get(group, 0)
        while begin < len(positions) - 1 and self._is_spent(session, positions[begin]):
            begin += 1
        session.begins[group] = begin
        yield from positions[begin : begin + most]

    def _is_spent(self, session: Session, position: int) -> bool:
        """Whether a recorded request can stand for no other live one any more."""
        key, recorded = self._form_at(position)
        names = [leaf.value for leaf in recorded.leaves if leaf.kind is Kind.NAME]
        return session.past.is_spent(key) or (len(names) == 1 and session.bindings.is_taken(names[0]))

    def _form_at(self, position: int) -> tuple[bytes, Form]:
        found = self._forms.get(position)
        if found is None:
            same = canonical(self._read(position).request)
            found = self._forms[position] = same.key, form(same, self._naming)
            if len(self._forms) > MOST_FORMS:
                del self._forms[next(iter(self._forms))]
        return found

    # --- things change places ----------------------------------------------------------------------------------------

    def _thought_again(self, session: Session, request: Request, same: Canonical, asker: Asker) -> Found | None:
        """What answers once some recorded things, or who asks, have changed places with others."""
        asked = form(same, self._naming)
        for swaps in self._thoughts(session, asked, asker):
            swapped = self._swaps.exchange(session.past, session.bindings, swaps)
            if swapped:
                session.exchange(swapped)
                if found := self._found_now(session, request):
                    return found
                session.exchange(swapped.back)
        return None

    def _thoughts(self, session: Session, asked: Form, asker: Asker) -> list[tuple[Swap, ...]]:
        """What would have to change places for each recorded request of a form to fit; the fewest first."""
        may = self._swaps.may
        light = Comparison(session.bindings, self._recording.vocabulary, makes=True, may_swap=may)
        thoughts: dict[tuple[Swap, ...], tuple[int, int]] = {}
        for one in self._compared_in(session, (asked.key, None, None), asked, light, MOST_THOUGHT_OF):
            if isinstance(one.verdict, Fit) and not session.past.is_spent(one.key):
                for identity in self._identities(one.key, asker):
                    people = [pair for pair in zip(asker.identity, identity, strict=False) if pair[0] != pair[1]]
                    if all(may(*pair) for pair in people):
                        swaps = tuple(dict.fromkeys([*one.verdict.swaps, *people]))
                        unlike = self._unlike(session, swaps)
                        if not unlike or self._recording.is_write(one.position):
                            thoughts[swaps] = unlike, len(swaps)
        return [swaps for swaps in sorted(thoughts, key=thoughts.__getitem__) if swaps][:MOST_EXCHANGED]

    def _unlike(self, session: Session, swaps: Iterable[Swap]) -> int:
        """How many of the client's names would stand for names that are not like them."""
        names = [swap for swap in swaps if not self._recording.vocabulary.is_clouds(swap[0])]
        return sum(not are_alike(session.bindings.live_word(one), other) for one, other in names)

    def _identities(self, key: bytes, asker: Asker) -> Iterable[Identity]:
        """Who a request was recorded for; who asks alone, where that is so."""
        if self._is_asked_by(key, asker):
            return [asker.identity]
        positions = self._recording.positions(key)[:MOST_EXCHANGED]
        return dict.fromkeys(one for one in map(self._identity_at, positions) if len(one) == len(asker.identity))

    def _found_now(self, session: Session, request: Request) -> Found | None:
        same, asker = canonical(session.bindings.recorded(request)), session.asker(request)
        if self._is_asked_by(same.key, asker) and (position := session.past.next(same.key, asker)) is not None:
            return Found(position, Rung.BOUND)
        return self._unified(session, same, asker, own=True)

    # --- adapted -----------------------------------------------------------------------------------------------------

    def _sibling(self, same: Canonical) -> Found | None:
        """The answer that was recorded for something else of the same kind, with what differs exchanged in it alone."""
        asked = form(same, self._naming)
        best: tuple[int, int, tuple[Binding, ...]] | None = None
        for position in self._recording.alike(asked.key)[:MOST_TRIED]:
            _, recorded = self._form_at(position)
            if recorded.fixed == asked.fixed:
                pairs = tuple(
                    Binding(old.value, new.value, old.field)
                    for old, new in zip(recorded.leaves, asked.leaves, strict=True)
                    if old.value != new.value
                )
                if best is None or len(pairs) < best[0]:
                    best = len(pairs), position, pairs
        return Found(best[1], Rung.ADAPTED, best[2], float(best[0])) if best else None
