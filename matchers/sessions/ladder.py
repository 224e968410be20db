"""One request through the rungs: exact, bound, unified, adapted; and why none of them holds.

    request ──> in the recording's words (bindings) ──> recorded as it is for who asks?      exact, bound
                                                        lost while it was recorded?          a miss that says so
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
from collections.abc import Callable, Iterable, Sequence

import msgspec

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.matchers.recordings.progress import NO_DIFFERENCE
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.recordings.summary import Identity, place_of
from cloudtape.matchers.recordings.vocabulary import named_by, shown_by
from cloudtape.matchers.requests.content import is_upload
from cloudtape.matchers.requests.naming import NameKind
from cloudtape.matchers.requests.things import crc_of
from cloudtape.matchers.sessions.bindings import Binding
from cloudtape.matchers.sessions.candidates import MOST_THOUGHT_OF, MOST_TRIED, Asked, Candidate, Candidates
from cloudtape.matchers.sessions.likeness import NOT_BOUND, Comparison, Fit, are_alike
from cloudtape.matchers.sessions.lists import listing, mended, with_its_like
from cloudtape.matchers.sessions.past import Asker, Shown
from cloudtape.matchers.sessions.rungs import DEFAULT, Found, Matching, Rung
from cloudtape.matchers.sessions.session import Session
from cloudtape.matchers.sessions.swaps import Swap, Swaps

MOST_EXCHANGED = 16
"""Exchanges of places that are tried for one request."""
MOST_LOOKED_AT = 100
"""Reads on either side of a recorded one in which its like is looked for."""
NOT_FOUND = 404
REFUSED = 400  # and above: an answer's status
UNLIKELY = {"POST": True, "DELETE": False}
"""Whether it is the refused or the granted that is unlikely to be meant by a request with names of its own."""
NO_ITEMS = re.compile(rb'\s*(\[\s*\]|\{[^\[\]{}]*"[^"]+"\s*:\s*\[\s*\][^\[\]{}]*\})?\s*')


def says_nothing(response: Response) -> bool:
    """Whether an answer tells that there is no such thing: 404, or a list without items."""
    if response.status == NOT_FOUND:
        return True
    return response.status == 200 and isinstance(response.body, bytes) and bool(NO_ITEMS.fullmatch(response.body))


class Ladder:
    """`read` gives the interaction at a position."""

    def __init__(self, recording: Recording, read: Callable[[int], Interaction], matching: Matching = DEFAULT) -> None:
        self._recording, self._read, self._naming = recording, read, matching.naming
        self._polling, self._most = matching.polling, matching.most
        self._candidates = Candidates(recording, read, matching.naming)
        self._swaps = Swaps(recording, read, self._candidates.form_at, self._naming)
        self._steps = tuple(step for rung, step in self._all_steps() if rung.height <= matching.most.height)

    def _all_steps(self) -> tuple[tuple[Rung, Callable[[Session, Asked], Found | None]], ...]:
        """The ladder, from the bottom; each with the lowest rung on which it answers."""
        return (
            (Rung.EXACT, self._recorded_for_the_asker),
            (Rung.UNIFIED, self._lost_while_recording),
            (Rung.UNIFIED, self._unified_for_the_asker),
            (Rung.UNIFIED, self._once_things_change_places),
            (Rung.EXACT, self._read_by_somebody_else),
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
                if session.past.difference is not NO_DIFFERENCE:
                    return self._as_it_is_now(session, found)
                return msgspec.structs.replace(found, is_upload=True) if is_upload(asked.same.body) else found
        return None

    def _as_it_is_now(self, session: Session, found: Found) -> Found | None:
        """A recorded list without what this session has deleted, with what it has made; that is a guess."""
        gone, lacks = session.past.difference
        recorded = self._read(found.position)
        others = map(self._read, self._recording.told_alike(found.position))
        now = mended(recorded.request, recorded.response, gone, lacks, ((one.request, one.response) for one in others))
        if now is recorded.response:
            return found
        return self._guessed(found, now) if self._most.height >= Rung.UNIFIED.height else None

    def _guessed(self, found: Found, response: Response) -> Found:
        assert isinstance(response.body, bytes)
        rung = max(found.rung, Rung.UNIFIED, key=lambda rung: rung.height)
        return msgspec.structs.replace(found, rung=rung, cost=found.cost + 1, body=response.body)

    def candidates(self, session: Session, request: Request) -> list[Candidate]:
        """What was compared for a request, the best first: what `find` would choose from, and what it refused."""
        asked = Asked(request, session, self._naming)
        context = self._context(session, asked)
        found = list(self._candidates.compared(session, asked, context, asked.asker.identity))
        found = found or list(
            self._candidates.compared_in(session, self._candidates.anybodys(asked), asked.form, context)
        )
        # Of names of one stem, what was compared first is compared among all others again.
        once = {one.position: one for one in found}.values()
        return sorted(once, key=lambda one: one.verdict.cost if isinstance(one.verdict, Fit) else float("inf"))

    # --- recorded as it is -------------------------------------------------------------------------------------------

    def _recorded_for_the_asker(self, session: Session, asked: Asked) -> Found | None:
        return self._recorded(session, asked) if self._candidates.is_asked_by(asked.key, asked.asker) else None

    def _read_by_somebody_else(self, session: Session, asked: Asked) -> Found | None:
        return None if asked.is_write else self._recorded(session, asked)

    def _recorded(self, session: Session, asked: Asked) -> Found | None:
        if asked.rung is Rung.BOUND and self._most is Rung.EXACT:
            return None
        position = session.past.next(asked.key, asked.asker)
        if position is None:
            return None
        if session.bindings.are_loose and self._recording.is_write(position):
            session.bindings.settle(self._candidates.form_at(position)[1].names)
        return Found(position, asked.rung)

    def _lost_while_recording(self, session: Session, asked: Asked) -> Found | None:
        """A write of which nothing could be kept but where it went: none of its siblings answers in its place."""
        lost = self._recording.lost_at(place_of(asked.same)) if asked.is_write else ()
        position = next((one for one in lost if session.past.is_free(one)), None)
        if position is None:
            return None
        session.past.next(self._candidates.form_at(position)[0], asked.asker)
        return Found(position, Rung.UNIFIED)

    # --- unified -----------------------------------------------------------------------------------------------------

    def _context(self, session: Session, asked: Asked) -> Comparison:
        bindings = session.bindings
        return Comparison(bindings, self._recording.vocabulary, not asked.is_read, is_loose=bindings.is_loose)

    def _unified_for_the_asker(self, session: Session, asked: Asked) -> Found | None:
        context, identity = self._context(session, asked), asked.asker.identity
        compared = self._candidates.compared(session, asked, context, identity)
        return self._likest(
            session, asked, (one for one in compared if self._candidates.is_asked_by(one.key, asked.asker))
        )

    def _unified_with_somebody_elses(self, session: Session, asked: Asked) -> Found | None:
        """A read of somebody else's is given, but nothing that was refused to them."""
        if asked.is_write:
            return None
        compared = self._candidates.compared_in(
            session, self._candidates.anybodys(asked), asked.form, self._context(session, asked)
        )
        return self._likest(session, asked, (one for one in compared if not self._was_refused(one.position)))

    def _likest(self, session: Session, asked: Asked, candidates: Iterable[Candidate]) -> Found | None:
        fits = []
        for one in candidates:
            if isinstance(one.verdict, Fit) and session.past.is_free(one.position):
                fits.append((self._rank(session, one.position, one.verdict, asked), one, one.verdict))
                if asked.is_read and one.verdict.is_perfect:
                    break  # they come in order, and of reads the first is the best
        for _, one, fit in sorted(fits, key=lambda fit: fit[0]):
            if not fit.alike and not self._may_be_of_nothing(session, one.position, fit):
                continue
            position = session.past.next(one.key, asked.asker)
            if position is not None:
                return self._bound(session, position, fit)
        return None

    def _may_be_of_nothing(self, session: Session, position: int, fit: Fit) -> bool:
        """Whether a read by another name was answered that there is nothing, and there is nothing by the live one.

        A part of a name that is bound may be a pattern that this one fits.
        """
        is_known = any(session.bindings.is_part_of_some(one.live) for one in fit.bindings)
        return not is_known and says_nothing(self._read(position).response)

    def _bound(self, session: Session, position: int, fit: Fit) -> Found:
        if not fit.alike:
            return Found(position, Rung.UNIFIED, fit.bindings, fit.cost)
        session.bindings.bind(fit.bindings, loosely=not self._recording.is_write(position))
        return Found(position, Rung.UNIFIED, cost=fit.cost, bound=fit.bindings)

    def _rank(self, session: Session, position: int, fit: Fit, asked: Asked) -> tuple[object, ...]:
        """The least is taken: of the version asked for, likest, granted, recorded among what was done, first.

        A fresh name is no conflict, so of what makes something the refused comes last of what is as like; and what
        nobody has told this session of is not there, so of deletions the granted does.
        """
        if not self._recording.is_write(position):
            return (*fit.version, fit.unlikeness, position)
        kinship = (-one for one in session.past.kinship(position, asked.asker.token))
        is_unlikely = UNLIKELY.get(asked.same.method) is self._was_refused(position)
        return (*fit.version, fit.unlikeness, is_unlikely, *kinship, position)

    def _was_refused(self, position: int) -> bool:
        """Whether the cloud refused; what could not be kept was no refusal."""
        interaction = self._read(position)
        return interaction.response.status >= REFUSED and not interaction.lost

    def _shows(self, position: int, items: Sequence[int]) -> Shown:
        interaction = self._read(position)
        if set(items).isdisjoint(shown_by(interaction)):
            return Shown.NOT
        return Shown.IN_A_LIST if listing(interaction.request, interaction.response) else Shown.ITSELF

    # --- things change places ----------------------------------------------------------------------------------------

    def _once_things_change_places(self, session: Session, asked: Asked) -> Found | None:
        """What answers once some recorded things, or who asks, have changed places with others."""
        for swaps, position in self._thoughts(session, asked).items():
            if not asked.is_write and (found := self._about_its_like(session, swaps, position)):
                return found
            swapped = self._swaps.exchange(session.past, session.bindings, swaps)
            if swapped:
                session.exchange(swapped)
                again = Asked(asked.request, session, self._naming)
                found = self._recorded_for_the_asker(session, again) or self._unified_for_the_asker(session, again)
                if found:
                    return msgspec.structs.replace(found, cost=found.cost + len(swaps))
                session.exchange(swapped.back)
        return None

    def _about_its_like(self, session: Session, swaps: tuple[Swap, ...], position: int) -> Found | None:
        """A list that was recorded with one thing answers for its like: the client has both, so neither can be taken
        for the other any more.
        """
        if len(swaps) != 1 or not all(session.past.has_made(one) for one in swaps[0]):
            return None
        wanted, shown = map(crc_of, swaps[0])
        recorded = self._read(position)
        others = map(self._read, self._recording.around(position, MOST_LOOKED_AT))
        shows = ((one.request, one.response) for one in others)
        told = with_its_like(recorded.response, recorded.request, shown, wanted, shows)
        return self._guessed(Found(position, Rung.UNIFIED), told) if told else None

    def _thoughts(self, session: Session, asked: Asked) -> dict[tuple[Swap, ...], int]:
        """What would have to change places for each recorded request of a form to fit; the fewest first."""
        may = self._swaps.may
        context = Comparison(session.bindings, self._recording.vocabulary, makes=True, may_swap=may)
        thoughts: dict[tuple[Swap, ...], tuple[int, int, int]] = {}
        naming = self._recording.of_form(asked.form.key, named_by(asked.form), MOST_THOUGHT_OF)
        shaped = self._recording.of_shape(asked.form.shape, asked.asker.identity)[:MOST_THOUGHT_OF]
        tried = dict.fromkeys([*naming, *self._candidates.anybodys(asked), *shaped])
        for one in self._candidates.compared_in(session, tried, asked.form, context):
            if isinstance(one.verdict, Fit) and session.past.is_free(one.position):
                for identity in self._identities(one.key, asked.asker):
                    people = [pair for pair in zip(asked.asker.identity, identity, strict=False) if pair[0] != pair[1]]
                    if all(may(*pair) for pair in people):
                        swaps = tuple(dict.fromkeys([*one.verdict.swaps, *people]))
                        unlike = self._unlike(session, swaps)
                        if not unlike or self._recording.is_write(one.position):
                            thoughts.setdefault(swaps, (unlike, len(swaps), one.position))
        best = [swaps for swaps in sorted(thoughts, key=thoughts.__getitem__) if swaps][:MOST_EXCHANGED]
        return {swaps: thoughts[swaps][-1] for swaps in best}

    def _unlike(self, session: Session, swaps: Iterable[Swap]) -> int:
        """How many of the client's names would stand for names that are not like them."""
        names = [swap for swap in swaps if not self._recording.vocabulary.is_clouds(swap[0])]
        return sum(not are_alike(session.bindings.live_word(one), other) for one, other in names)

    def _identities(self, key: bytes, asker: Asker) -> Iterable[Identity]:
        """Who a request was recorded for; who asks alone, where that is so."""
        if self._candidates.is_asked_by(key, asker):
            return [asker.identity]
        positions = self._recording.positions(key)[:MOST_EXCHANGED]
        return dict.fromkeys(
            one for one in map(self._candidates.identity_at, positions) if len(one) == len(asker.identity)
        )

    # --- adapted -----------------------------------------------------------------------------------------------------

    def _a_siblings(self, _session: Session, asked: Asked) -> Found | None:
        """The answer that was recorded for something else of the same kind, with what differs exchanged in it alone."""
        best: tuple[int, int, tuple[Binding, ...]] | None = None
        for position in self._recording.alike(asked.form.key)[:MOST_TRIED]:
            _, recorded = self._candidates.form_at(position)
            if recorded.fixed == asked.form.fixed:
                pairs = tuple(
                    Binding(old.value, new.value, old.field)
                    for old, new in zip(recorded.leaves, asked.form.leaves, strict=True)
                    if old.value != new.value and old.kind is not NameKind.VOLATILE and old.kind not in NOT_BOUND
                )
                if best is None or len(pairs) < best[0]:
                    best = len(pairs), position, pairs
        return Found(best[1], Rung.ADAPTED, best[2], cost=best[0]) if best else None
