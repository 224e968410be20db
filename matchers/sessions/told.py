"""What was told of things that have changed places since: it stays what is told of them.

Of two networks that were made alike the client was told when each was made. When one stands for the other from now on
(`swaps`), ids and addresses change places with it as words; all else that the cloud told of it when it was made stays
with the live thing: a later answer about the recorded thing tells the moment that the client knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Response
from cloudtape.matchers.requests.moments import moment, respelled
from cloudtape.matchers.requests.naming import has_random_run
from cloudtape.matchers.sessions.lists import with_body

Thing = Mapping[str, Any]
"""A thing as the answer to its create tells of it."""
ID = "id"


class Told:
    """Empty at the start of a session; by recorded ids, for each member its recorded value and what was told."""

    def __init__(self) -> None:
        self._members: dict[str, dict[str, tuple[Any, Any]]] = {}

    def __bool__(self) -> bool:
        return bool(self._members)

    def exchange(self, things: Iterable[tuple[Thing, Thing]]) -> None:
        """For each pair, what was told of the first is told of the second from now on."""
        before, self._members = self._members, dict(self._members)
        pairs = [(one, other) for one, other in things if one.get(ID) and other.get(ID)]
        for one, _ in pairs:
            self._members.pop(str(one[ID]), None)
        for one, other in pairs:
            as_told = {**one, **{name: told for name, (_, told) in before.get(str(one[ID]), {}).items()}}
            members = {
                name: (value, as_told[name])
                for name, value in other.items()
                if name != ID
                and name in as_told
                and value != as_told[name]
                and _is_its_own(value)
                and _is_its_own(as_told[name])
            }
            if members:
                self._members[str(other[ID])] = members

    def mended(self, response: Response) -> Response:
        """A recorded answer with what was told; itself where it tells of nothing that has changed places."""
        body = response.body
        if not isinstance(body, bytes) or not any(one.encode() in body for one in self._members):
            return response
        try:
            document = json_value(body)
        except JsonError:
            return response
        changed = [self._mend(one) for one in _objects(document)]
        return with_body(response, msgspec.json.encode(document)) if any(changed) else response

    def _mend(self, thing: dict[str, Any]) -> bool:
        members = self._members.get(str(thing.get(ID)), {})
        again = {name: _again(thing.get(name), own, told) for name, (own, told) in members.items()}
        stale = {name: value for name, value in again.items() if value is not None}
        thing.update(stale)
        return bool(stale)


def _again(value: Any, own: Any, told: Any) -> Any:
    """What was told in the place of a value that is a thing's own; None where it is another one by now.

    A moment may be spelled otherwise in a later answer, without its fraction say.
    """
    if value == own:
        return told
    if isinstance(value, str) and isinstance(own, str) and isinstance(told, str) and moment(own):
        return respelled(own, value, told)
    return None


def _is_its_own(value: Any) -> bool:
    """Whether a value says something of this thing alone: a moment, a number, what a random generator has given."""
    if isinstance(value, str):
        return has_random_run(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(one)
