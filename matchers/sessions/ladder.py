"""One request through the rungs: exact, bound, unified, adapted; and why none of them holds.

    request ──> in the recording's words (bindings) ──> recorded as it is for who asks?      exact, bound
                                                        one of its form or shape that fits?  unified: what differs is
                                                                                             bound
                                                        once things change places?           the same (swaps)
                                                        a read, recorded for somebody else?  exact, bound, unified
                                                        a sibling's, if asked for?           adapted: ids exchanged,
                                                                                             unbound

Which of several recorded answers is given is `past`'s to say; what may stand for what, `likeness`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

import msgspec

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.matchers.recordings.recording import Group, Recording
from cloudtape.matchers.recordings.summary import Identity
from cloudtape.matchers.recordings.vocabulary import named_by, owned, shown_by
from cloudtape.matchers.requests.canonical import Canonical, canonical
from cloudtape.matchers.requests.content import is_upload
from cloudtape.matchers.requests.form import Form, form
from cloudtape.matchers.requests.naming import Kind, Naming
from cloudtape.matchers.requests.things import READS, is_write, thing_of
from cloudtape.matchers.sessions.bindings import Binding
from cloudtape.matchers.sessions.checksums import recorded_checksums
from cloudtape.matchers.sessions.likeness import NOT_BOUND, Comparison, Fit, Refused, are_alike, compare
from cloudtape.matchers.sessions.past import Asker, Polling
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
ONE_PART = "another part of it is asked for than was recorded, and this session has not uploaded it"
NO_ITEMS = re.compile(rb'\s*(\[\s*\]|\{[^\[\]{}]*"[^"]+"\s*:\s*\[\s*\][^\[\]{}]*\})?\s*')


class Rung(StrEnum):
    EXACT = "exact"
    BOUND = "bound"
    UNIFIED = "unified"
    ADAPTED = "adapted"

    @property
    def height(self) -> int:
        """How much is guessed: 0 for nothing."""
        return list(Rung).index(self)


class Matching(msgspec.Struct, frozen=True):
    """How requests are matched.

    `naming` says what may differ; `most` is the most lenient rung that may answer; `polling` says which of the answers
    that a client polled for are given.
    """

    naming: Naming = msgspec.field(default_factory=Naming)
    most: Rung = Rung.UNIFIED
    polling: Polling = Polling.DISTINCT


DEFAULT = Matching()


class Found(msgspec.Struct, frozen=True):
    """What answers a request: `bindings` hold for this answer alone, `bound` for the session from now on.

    `cost` says how unlike the request is that was recorded; 0 where nothing differs but what is random. `is_upload`:
    whether the request may hold data that is kept.
    """

    position: int
    rung: Rung
    bindings: tuple[Binding, ...] = ()
    cost: int = 0
    bound: tuple[Binding, ...] = ()
    is_upload: bool = False


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


class Asked:
    """One request as it is looked for: in the recording's words, reduced, and who asks."""

    __slots__ = ("_form", "_naming", "asker", "is_read", "is_write", "key", "request", "rung", "same")

    def __init__(self, request: Request, session: Session, naming: Naming) -> None:
        recorded = recorded_checksums(session.uploads, session.bindings.recorded(request))
        self.request, self._naming = request, naming
        self.same: Canonical = canonical(recorded)
        self.key = self.same.key
        self.asker = session.asker(request)
        self.is_read, self.is_write = request.method in READS, is_write(request)
        self.rung = Rung.EXACT if recorded is request else Rung.BOUND
        self._form: Form | None = None

    @property
    def form(self) -> Form:
        if self._form is None:
            self._form = form(self.same, self._naming)
        return self._form


class Ladder:
    """`read` gives the interaction at a position."""

    def __init__(self, recording: Recording, read: Callable[[int], Interaction], matching: Matching = DEFAULT) -> None:
        self._recording, self._read, self._naming = recording, read, matching.naming
        self._polling = matching.polling
        self._forms: dict[int, tuple[bytes, Form]] = {}
        self._swaps = Swaps(recording, read, self._form_at, self._naming)
        self._steps = tuple(step for rung, step in self._all_steps() if rung.height <= matching.most.height)

    def _all_steps(self) -> tuple[tuple[Rung, Callable[[Session, Asked], Found | None]], ...]:
        """The ladder, from the bottom; each with the rung on which it answers at most."""
        return (
            (Rung.BOUND, self._recorded_for_the_asker),
            (Rung.UNIFIED, self._unified_for_the_asker),
            (Rung.UNIFIED, self._once_things_change_places),
            (Rung.BOUND, self._read_by_somebody_else),
            (Rung.UNIFIED, self._unified_with_somebody_elses),
            (Rung.ADAPTED, self._a_siblings),
        )

    def session(self) -> Session:
        return Session(self._recording, self._polling, self._shows)

    def find(self, session: Session, request: Request) -> Found | None:
        """What answers a request now; it counts as played."""
        asked = Asked(request, session, self._naming)
        for step in self._steps:
            found = step(session, asked)
            if found is not None:
                return msgspec.structs.replace(found, is_upload=True) if is_upload(asked.same.body) else found
        return None

    def candidates(self, session: Session, request: Request) -> list[Candidate]:
        """What was compared for a request, the best first: what `find` would choose from, and what it refused."""
        asked = Asked(request, session, self._naming)
        context = self._context(session, asked)
        found = list(self._compared(session, asked, context, asked.asker.identity))
        found = found or list(self._compared_in(session, self._anybodys(asked), asked.form, context))
        # Of names of one stem, what was compared first is compared among all others again.
        once = {one.position: one for one in found}.values()
        return sorted(once, key=lambda one: one.verdict.cost if isinstance(one.verdict, Fit) else float("inf"))

    # --- recorded as it is -------------------------------------------------------------------------------------------

    def _recorded_for_the_asker(self, session: Session, asked: Asked) -> Found | None:
        return self._recorded(session, asked) if self._is_asked_by(asked.key, asked.asker) else None

    def _read_by_somebody_else(self, session: Session, asked: Asked) -> Found | None:
        return None if asked.is_write else self._recorded(session, asked)

    def _recorded(self, session: Session, asked: Asked) -> Found | None:
        position = session.past.next(asked.key, asked.asker)
        if position is None:
            return None
        if session.bindings.are_loose and self._recording.is_write(position):
            session.bindings.settle(self._form_at(position)[1].names)
        return Found(position, asked.rung)

    # --- who asks ----------------------------------------------------------------------------------------------------

    def _is_asked_by(self, key: bytes, asker: Asker) -> bool:
        """Whether a request was recorded for who asks, as far as is known."""
        if not asker.identity:
            return True
        positions = self._recording.positions(key)
        if len(positions) == 1:
            return self._identity_at(positions[0]) in ((), asker.identity)
        return bool(self._recording.of_identity(key, asker.identity) or self._recording.of_identity(key, ()))

    def _identity_at(self, position: int) -> Identity:
        return self._recording.identity(self._recording.asker(position))

    # --- unified -----------------------------------------------------------------------------------------------------

    def _context(self, session: Session, asked: Asked) -> Comparison:
        bindings = session.bindings
        return Comparison(bindings, self._recording.vocabulary, not asked.is_read, is_loose=bindings.is_loose)

    def _unified_for_the_asker(self, session: Session, asked: Asked) -> Found | None:
        context, identity = self._context(session, asked), asked.asker.identity
        compared = self._compared(session, asked, context, identity)
        return self._likest(session, asked, (one for one in compared if self._is_asked_by(one.key, asked.asker)))

    def _unified_with_somebody_elses(self, session: Session, asked: Asked) -> Found | None:
        """A read of somebody else's is given, but nothing that was refused to them."""
        if asked.is_write:
            return None
        compared = self._compared_in(session, self._anybodys(asked), asked.form, self._context(session, asked))
        return self._likest(session, asked, (one for one in compared if self._status_at(one.position) < REFUSED))

    def _likest(self, session: Session, asked: Asked, candidates: Iterable[Candidate]) -> Found | None:
        fits = [
            (self._rank(session, one.position, one.verdict, asked.asker), one, one.verdict)
            for one in candidates
            if isinstance(one.verdict, Fit) and session.past.is_free(one.position)
        ]
        for _, one, fit in sorted(fits, key=lambda fit: fit[0]):
            if not fit.alike and not says_nothing(self._read(one.position).response):
                continue
            position = session.past.next(one.key, asked.asker)
            if position is not None:
                return self._bound(session, position, fit)
        return None

    def _bound(self, session: Session, position: int, fit: Fit) -> Found:
        if not fit.alike:
            return Found(position, Rung.UNIFIED, fit.bindings, fit.cost)
        session.bindings.bind(fit.bindings, loosely=not self._recording.is_write(position))
        return Found(position, Rung.UNIFIED, cost=fit.cost, bound=fit.bindings)

    def _rank(self, session: Session, position: int, fit: Fit, asker: Asker) -> tuple[object, ...]:
        """The least is taken: of the version asked for, likest, recorded among what was done, granted, first."""
        if not self._recording.is_write(position):
            return (*fit.version, fit.unlikeness, 0.0, False, position)
        is_refused = self._status_at(position) >= REFUSED
        return (*fit.version, fit.unlikeness, -session.past.kinship(position, asker.token), is_refused, position)

    def _status_at(self, position: int) -> int:
        return self._read(position).response.status

    def _anybodys(self, asked: Asked) -> Sequence[int]:
        return self._recording.alike(asked.form.key)[:MOST_THOUGHT_OF]

    def _compared(self, session: Session, asked: Asked, context: Comparison, identity: Identity) -> Iterator[Candidate]:
        """What was recorded for somebody: of the same names but for what is random, of the same form, of one shape."""
        own, known = asked.form, self._recording
        owns = owned(context.vocabulary, named_by(own))
        # The same data is to win, wherever it was recorded.
        most = MOST_THOUGHT_OF if is_upload(asked.same.body) else MOST_TRIED
        for who in dict.fromkeys((identity, ())):
            narrow, wide = (own.key, owns, own.stem, who), (own.key, owns, None, who)
            for tried in (
                self._tried(session, narrow, known.alike(*narrow), most),
                self._tried(session, wide, known.alike(*wide), most),
                known.of_shape(own.shape, who)[:MOST_THOUGHT_OF],
            ):
                found = list(self._compared_in(session, tried, own, context))
                yield from found
                if any(isinstance(one.verdict, Fit) for one in found):
                    return

    def _compared_in(
        self, session: Session, positions: Iterable[int], asked: Form, context: Comparison
    ) -> Iterator[Candidate]:
        for position in positions:
            key, recorded = self._form_at(position)
            verdict = compare(recorded, asked, context)
            # Once things change places, it is looked at again.
            is_other = isinstance(verdict, Fit) and verdict.other_part and not context.may_swap
            if is_other and not self._has_part(session, position, asked):
                verdict = Refused(ONE_PART)
            yield Candidate(position, key, verdict)

    def _has_part(self, session: Session, position: int, asked: Form) -> bool:
        """Whether the session knows the data that is at a recorded place, and so the part that is asked for."""
        thing = thing_of(self._read(position).request.uri)
        return any(leaf.kind is Kind.PART and session.uploads.has_part(thing, leaf.value) for leaf in asked.leaves)

    def _tried(self, session: Session, group: Group, positions: Sequence[int], most: int) -> Sequence[int]:
        """The positions of a group that are worth comparing: those at its begin that are spent are passed over."""
        begin = session.begins.get(group, 0)
        while begin < len(positions) - 1 and self._is_spent(session, positions[begin]):
            begin += 1
        session.begins[group] = begin
        return positions[begin : begin + most]

    def _is_spent(self, session: Session, position: int) -> bool:
        """Whether a recorded request can stand for no other live one any more."""
        names = [leaf.value for leaf in self._form_at(position)[1].leaves if leaf.kind is Kind.NAME]
        return not session.past.is_free(position) or (len(names) == 1 and session.bindings.is_taken(names[0]))

    def _form_at(self, position: int) -> tuple[bytes, Form]:
        found = self._forms.get(position)
        if found is None:
            same = canonical(self._read(position).request)
            found = self._forms[position] = same.key, form(same, self._naming)
            if len(self._forms) > MOST_FORMS:
                del self._forms[next(iter(self._forms))]
        return found

    def _shows(self, position: int, items: Sequence[int]) -> bool:
        return not set(items).isdisjoint(shown_by(self._read(position)))

    # --- things change places ----------------------------------------------------------------------------------------

    def _once_things_change_places(self, session: Session, asked: Asked) -> Found | None:
        """What answers once some recorded things, or who asks, have changed places with others."""
        for swaps in self._thoughts(session, asked):
            swapped = self._swaps.exchange(session.past, session.bindings, swaps)
            if swapped:
                session.exchange(swapped)
                again = Asked(asked.request, session, self._naming)
                found = self._recorded_for_the_asker(session, again) or self._unified_for_the_asker(session, again)
                if found:
                    return msgspec.structs.replace(found, cost=found.cost + len(swaps))
                session.exchange(swapped.back)
        return None

    def _thoughts(self, session: Session, asked: Asked) -> list[tuple[Swap, ...]]:
        """What would have to change places for each recorded request of a form to fit; the fewest first."""
        may = self._swaps.may
        context = Comparison(session.bindings, self._recording.vocabulary, makes=True, may_swap=may)
        thoughts: dict[tuple[Swap, ...], tuple[int, int]] = {}
        for one in self._compared_in(session, self._anybodys(asked), asked.form, context):
            if isinstance(one.verdict, Fit) and session.past.is_free(one.position):
                for identity in self._identities(one.key, asked.asker):
                    people = [pair for pair in zip(asked.asker.identity, identity, strict=False) if pair[0] != pair[1]]
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

    # --- adapted -----------------------------------------------------------------------------------------------------

    def _a_siblings(self, _session: Session, asked: Asked) -> Found | None:
        """The answer that was recorded for something else of the same kind, with what differs exchanged in it alone."""
        best: tuple[int, int, tuple[Binding, ...]] | None = None
        for position in self._recording.alike(asked.form.key)[:MOST_TRIED]:
            _, recorded = self._form_at(position)
            if recorded.fixed == asked.form.fixed:
                pairs = tuple(
                    Binding(old.value, new.value, old.field)
                    for old, new in zip(recorded.leaves, asked.form.leaves, strict=True)
                    if old.value != new.value and old.kind is not Kind.VOLATILE and old.kind not in NOT_BOUND
                )
                if best is None or len(pairs) < best[0]:
                    best = len(pairs), position, pairs
        return Found(best[1], Rung.ADAPTED, best[2], cost=best[0]) if best else None
