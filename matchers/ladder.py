"""One request through the rungs: exact, bound, unified, adapted; and why none of them holds.

    request ──> in the recording's words (bindings) ──> recorded as it is?            exact, bound
                                                        one of its form that fits?    unified: what differs is bound
                                                        a sibling's, if asked for?    adapted: ids exchanged, unbound

Which of several recorded answers is given is `past`'s to say; what may stand for what, `lineage`'s.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.matchers.bindings import Binding, Bindings
from cloudtape.matchers.canonical import Canonical, canonical
from cloudtape.matchers.form import Form, form
from cloudtape.matchers.lineage import Fit, Kinsfolk, Refused, compare
from cloudtape.matchers.naming import Kind, Naming
from cloudtape.matchers.past import Past
from cloudtape.matchers.recording import Group, Recording
from cloudtape.matchers.second_thoughts import SecondThoughts
from cloudtape.matchers.summary import asker
from cloudtape.matchers.vocabulary import named_by, owned

MOST_TRIED = 16
"""Recorded requests that are compared for one: the cost stays the same in a large cassette."""
MOST_FORMS = 4096
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

    `naming` says what may differ; `adapted`: whether a sibling may answer; `collapse`: of the answers that a client
    polled for, only the last one before the next write is given.
    """

    naming: Naming = msgspec.field(default_factory=Naming)
    adapted: bool = False
    collapse: bool = False


DEFAULT = Matching()


class Found(msgspec.Struct, frozen=True):
    """What answers a request. `bindings` hold for this answer alone."""

    position: int
    rung: Rung
    bindings: tuple[Binding, ...] = ()


class Session:
    """One client run: what it has replayed, and what it has bound."""

    def __init__(self, past: Past, derived: Mapping[str, Sequence[str]]) -> None:
        self.past = past
        self.bindings = Bindings(derived)
        self.begins: dict[Group, int] = {}


def says_nothing(response: Response) -> bool:
    """Whether an answer tells that there is no such thing: 404, or a list without items."""
    if response.status in (404, 204):
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
        self._adapted, self._collapse = matching.adapted, matching.collapse
        self._forms: OrderedDict[int, tuple[bytes, Form]] = OrderedDict()
        self._second_thoughts = SecondThoughts(recording, read, self._form_at, self._naming)

    def session(self) -> Session:
        return Session(Past(self._recording, self._collapse), self._recording.derived)

    def find(self, session: Session, request: Request) -> Found | None:
        """What answers a request now; it counts as played."""
        asked = session.bindings.recorded(request)
        same = canonical(asked)
        token = asker(request)
        position = session.past.next(same.key, token)
        if position is not None:
            return Found(position, Rung.EXACT if asked is request else Rung.BOUND)
        found = self._unified(session, same, token)
        if found is None and self._thought_again(session, same):
            return self.find(session, request)
        return found or (self._sibling(same) if self._adapted else None)

    def candidates(self, session: Session, request: Request) -> list[Candidate]:
        """What was compared for a request, the best first: what `find` would choose from, and what it refused."""
        same = canonical(session.bindings.recorded(request))
        light = self._light(session, same)
        asked = form(same, self._naming)
        found = list(self._compared(session, asked, light))
        found = found or list(self._compared_in(session, (asked.key, None, None), asked, light))
        return sorted(found, key=lambda one: one.verdict.cost if isinstance(one.verdict, Fit) else float("inf"))

    def _light(self, session: Session, same: Canonical) -> Kinsfolk:
        return Kinsfolk(session.bindings, self._recording.vocabulary, same.method not in ("GET", "HEAD", "OPTIONS"))

    def _unified(self, session: Session, same: Canonical, token: int) -> Found | None:
        asked = form(same, self._naming)
        fits: list[tuple[float, int, Candidate, Fit]] = []
        for one in self._compared(session, asked, self._light(session, same)):
            if isinstance(one.verdict, Fit) and not session.past.is_spent(one.key):
                cost = one.verdict.cost
                if self._recording.is_write(one.position):
                    cost -= KINSHIP * session.past.kinship(one.position, token)
                fits.append((cost, one.position, one, one.verdict))
        for _, _, one, fit in sorted(fits, key=lambda fit: fit[:2]):
            position = session.past.next(one.key, token)
            if position is None or not (fit.alike or says_nothing(self._read(position).response)):
                continue
            if not fit.alike:
                return Found(position, Rung.UNIFIED, fit.bindings)
            session.bindings.bind(fit.bindings)
            return Found(position, Rung.UNIFIED)
        return None

    def _thought_again(self, session: Session, same: Canonical) -> bool:
        """Whether two recorded things changed places, so that a request which would be missed is not."""
        asked = form(same, self._naming)
        light = Kinsfolk(session.bindings, self._recording.vocabulary, makes=True, swaps=True)
        for one in self._compared(session, asked, light):
            if isinstance(one.verdict, Fit) and len(one.verdict.swaps) == 1 and not session.past.is_spent(one.key):
                exchanged = self._second_thoughts.exchange(session.past, *one.verdict.swaps[0])
                if exchanged:
                    session.past.exchange(exchanged.positions)
                    session.bindings.exchange(exchanged.ids, exchanged.names)
                    return True
        return False

    def _compared(self, session: Session, asked: Form, light: Kinsfolk) -> Iterator[Candidate]:
        owns = owned(light.vocabulary, named_by(asked))
        groups: tuple[Group, ...] = ((asked.key, owns, asked.stem), (asked.key, owns, None))
        for group in ((asked.key, None, None),) if light.swaps else groups:
            found = list(self._compared_in(session, group, asked, light))
            yield from found
            if any(isinstance(one.verdict, Fit) for one in found):
                return

    def _compared_in(self, session: Session, group: Group, asked: Form, light: Kinsfolk) -> Iterator[Candidate]:
        for position in self._tried(session, group):
            key, recorded = self._form_at(position)
            yield Candidate(position, key, compare(recorded, asked, light))

    def _tried(self, session: Session, group: Group) -> Iterator[int]:
        """The positions of a group that are worth comparing: those at its begin that are spent are passed over."""
        positions = self._recording.alike(*group)
        begin = session.begins.get(group, 0)
        while begin < len(positions) - 1 and self._is_spent(session, positions[begin]):
            begin += 1
        session.begins[group] = begin
        yield from positions[begin : begin + MOST_TRIED]

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
                self._forms.popitem(last=False)
        return found

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
        return Found(best[1], Rung.ADAPTED, best[2]) if best else None
