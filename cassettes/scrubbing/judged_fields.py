"""Header fields that were judged before: a client sends the same ones with each request."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cloudtape.cassettes.messages import Headers
from cloudtape.cassettes.scrubbing.mentions import Runs
from cloudtape.cassettes.scrubbing.payloads import decides_on_body

Field = tuple[str, str]
MOST = 1_000
MOST_WHOLES = 256


class JudgedFields:
    """`clean` are those that hold no secret, and leave the body what it is; `without` tells of each what it is without
    its secrets.
    """

    def __init__(self) -> None:
        self.clean: set[Field] = set()
        self.without: dict[Field, Field] = {}
        # All fields of a request, by their tuple: without secrets, and the names of those that had one.
        self._wholes: dict[int, tuple[Headers, Headers, frozenset[str]]] = {}
        self._runs = Runs()
        # Innocent, and met once so far: many of them never come again.
        self._young: set[Field] = set()

    def add(self, field: Field, without: Field) -> None:
        if len(self.without) >= MOST:
            self.clear()
        self.without[field] = without
        if without is field and not decides_on_body(field):
            self.clean.add(field)
        self._runs.add(without[1])

    def add_innocent(self, fields: Sequence[Field]) -> None:
        """Those of some that come for the second time."""
        for field in fields:
            if field in self._young:
                self.add(field, field)
            elif len(self._young) >= MOST:
                self._young = {field}
            else:
                self._young.add(field)

    def whole(self, headers: Headers) -> tuple[Headers, frozenset[str]] | None:
        """All fields of a request without their secrets, and the names of those that had one; None for unknown ones."""
        known = self._wholes.get(id(headers))
        return known[1:] if known is not None and known[0] is headers else None

    def add_whole(self, headers: Headers, without: Headers, names: frozenset[str]) -> None:
        if len(self._wholes) >= MOST_WHOLES:
            self._wholes.clear()
        self._wholes[id(headers)] = headers, without, names

    def forget_mentioning(self, secrets: Collection[str]) -> None:
        """What mentions one of these is to be judged again."""
        if any(map(self._runs.may_mention, secrets)):
            self._wholes.clear()
            for field in [one for one, without in self.without.items() if any(word in without[1] for word in secrets)]:
                del self.without[field]
                self.clean.discard(field)

    def clear(self) -> None:
        self.without.clear()
        self.clean.clear()
        self._wholes.clear()
        self._runs.clear()
