"""The recorded requests that may stand for a live one, and how they compare with it: what the rungs choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from cloudtape.cassettes.messages import Interaction, Request
from cloudtape.matchers.recordings.recording import Group, Recording
from cloudtape.matchers.recordings.summary import Identity
from cloudtape.matchers.recordings.vocabulary import named_by, owned
from cloudtape.matchers.requests.canonical import Canonical, canonical
from cloudtape.matchers.requests.content import is_upload
from cloudtape.matchers.requests.form import Form, form
from cloudtape.matchers.requests.naming import NameKind, Naming
from cloudtape.matchers.requests.things import READS, is_write, thing_of
from cloudtape.matchers.sessions.checksums import recorded_checksums
from cloudtape.matchers.sessions.likeness import Comparison, Fit, Mismatch, compare
from cloudtape.matchers.sessions.past import Asker
from cloudtape.matchers.sessions.rungs import Rung
from cloudtape.matchers.sessions.session import Session

MOST_TRIED = 8
"""Recorded requests that are compared for one: the cost stays the same in a large cassette."""
MOST_THOUGHT_OF = 64
"""The same where a miss is the alternative."""
MOST_FORMS = 4096
ONE_PART = "another part of it is asked for than was recorded, and this session has not uploaded it"


class Candidate(msgspec.Struct, frozen=True):
    """A recorded request that was compared: `position` is the first that was recorded of it."""

    position: int
    key: bytes
    verdict: Fit | Mismatch


class Asked:
    """One request as it is looked for: in the recording's words, reduced, and who asks."""

    __slots__ = ("_form", "_naming", "asker", "key", "request", "rung", "same")

    def __init__(self, request: Request, session: Session, naming: Naming) -> None:
        recorded = recorded_checksums(session.uploads, session.bindings.recorded(request))
        self.request, self._naming = request, naming
        self.same: Canonical = canonical(recorded)
        self.key = self.same.key
        self.asker = session.asker(request)
        self.rung = Rung.EXACT if recorded is request else Rung.BOUND
        self._form: Form | None = None

    @property
    def is_read(self) -> bool:
        """By its method: it makes nothing."""
        return self.request.method in READS

    @property
    def is_write(self) -> bool:
        return is_write(self.request)

    @property
    def form(self) -> Form:
        if self._form is None:
            self._form = form(self.same, self._naming)
        return self._form


class Candidates:
    """`read` gives the interaction at a position."""

    def __init__(self, recording: Recording, read: Callable[[int], Interaction], naming: Naming) -> None:
        self._recording, self._read, self._naming = recording, read, naming
        self._forms: dict[int, tuple[bytes, Form]] = {}

    def is_asked_by(self, key: bytes, asker: Asker) -> bool:
        """Whether a request was recorded for who asks, as far as is known."""
        if not asker.identity:
            return True
        positions = self._recording.positions(key)
        if len(positions) == 1:
            return self.identity_at(positions[0]) in ((), asker.identity)
        return bool(self._recording.of_identity(key, asker.identity) or self._recording.of_identity(key, ()))

    def identity_at(self, position: int) -> Identity:
        return self._recording.identity(self._recording.asker(position))

    def anybodys(self, asked: Asked) -> Sequence[int]:
        return self._recording.alike(asked.form.key)[:MOST_THOUGHT_OF]

    def compared(self, session: Session, asked: Asked, context: Comparison, identity: Identity) -> Iterator[Candidate]:
        """What was recorded for somebody: of the same names but for what is random, of the same form, of one shape."""
        own = asked.form
        owns = owned(context.vocabulary, named_by(own))
        # The same data is to win, wherever it was recorded; and ids have one stem, whatever they are of.
        is_named = any(leaf.kind is NameKind.NAME for leaf in own.leaves)
        most = MOST_TRIED if is_named and not is_upload(asked.same.body) else MOST_THOUGHT_OF
        for who in dict.fromkeys((identity, ())):
            narrow, wide = (own.key, owns, own.stem, who), (own.key, owns, None, who)
            for tried in (
                self._tried(session, narrow, most),
                self._tried(session, wide, MOST_THOUGHT_OF),
                # Where nobody knows who asks, it may have been anybody.
                self.anybodys(asked) if not identity else (),
                self._recording.of_shape(own.shape, who or None)[:MOST_THOUGHT_OF],
            ):
                fits = False
                for one in self.compared_in(session, tried, own, context):
                    fits = fits or isinstance(one.verdict, Fit)
                    yield one
                if fits:
                    return

    def compared_in(
        self, session: Session, positions: Iterable[int], asked: Form, context: Comparison
    ) -> Iterator[Candidate]:
        for position in positions:
            key, recorded = self.form_at(position)
            verdict = compare(recorded, asked, context)
            # Once things change places, it is looked at again.
            is_other = isinstance(verdict, Fit) and verdict.other_part and not context.may_swap
            if is_other and not self._has_part(session, position, asked):
                verdict = Mismatch(ONE_PART)
            yield Candidate(position, key, verdict)

    def _has_part(self, session: Session, position: int, asked: Form) -> bool:
        """Whether the session knows the data that is at a recorded place, and so the part that is asked for."""
        thing = thing_of(self._read(position).request.uri)
        return any(leaf.kind is NameKind.PART and session.uploads.has_part(thing, leaf.value) for leaf in asked.leaves)

    def _tried(self, session: Session, group: Group, most: int) -> Sequence[int]:
        """The positions of a group that are worth comparing: those at its begin that are spent are passed over."""
        positions = self._recording.alike(*group)
        begin = session.begins.get(group, 0)
        while begin < len(positions) - 1 and self._is_spent(session, positions[begin]):
            begin += 1
        session.begins[group] = begin
        return positions[begin : begin + most]

    def _is_spent(self, session: Session, position: int) -> bool:
        """Whether a recorded request can stand for no other live one any more."""
        names = [leaf.value for leaf in self.form_at(position)[1].leaves if leaf.kind is NameKind.NAME]
        return not session.past.is_free(position) or (len(names) == 1 and session.bindings.is_taken(names[0]))

    def form_at(self, position: int) -> tuple[bytes, Form]:
        found = self._forms.get(position)
        if found is None:
            same = canonical(self._read(position).request)
            found = self._forms[position] = same.key, form(same, self._naming)
            if len(self._forms) > MOST_FORMS:
                del self._forms[next(iter(self._forms))]
        return found
