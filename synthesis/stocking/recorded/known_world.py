"""A world of which recorded answers tell: what is there already, what comes later, what its client has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.kinds import Kinds
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.stocking.recorded.agreement import Agreement
from cloudtape.synthesis.stocking.recorded.known import Known
from cloudtape.synthesis.stocking.recorded.sightings import Key, Sighting
from cloudtape.synthesis.worlds.clock import Pace
from cloudtape.synthesis.worlds.lifecycle import is_going
from cloudtape.synthesis.worlds.shelves import Resource
from cloudtape.synthesis.worlds.world import World


def list_of(call: Call) -> Key:
    """The list that a request is for."""
    return Key(call.plan.kind, call.region, call.parents, "")


class KnownWorld(World):
    kinds: Kinds

    def __init__(self, synthesizer: Synthesizer, known: Known, seed: int, pace: Pace | None) -> None:
        super().__init__(synthesizer.kinds, seed, pace)
        self.synthesizer, self.known = synthesizer, known
        self.agreement = Agreement(self)
        # Names in a recorded document, exchanged for those that this client uses.
        self.as_live: Callable[[bytes], bytes] = lambda document: document
        # By id, what the recording made and this client has not: nobody lists it, but whoever names it means it.
        self.later: defaultdict[str, list[Sighting]] = defaultdict(list)
        # The ids of what the recording made, and this client has made again.
        self.done: set[str] = set()

    def mends(self, call: Call) -> bool:
        """Whether a request is for a list in which the client made, changed or deleted something, or one that may lack
        what is still there.
        """
        if call.plan.verb is not Verb.LIST:
            return False
        where = list_of(call)
        if self.agreement.has_made(call.plan.kind) or self.outliving(where):
            return True
        return bool(self.agreement.changes(where))

    def address_in(self, id_: str) -> str:
        return self.known.addresses.get(id_, "")

    def is_later(self, key: Key) -> bool:
        """Whether the recording made it, and this client has not (yet), or not what it comes along with."""
        if all(one.key != key for one in self.later.get(key.id, ())):
            return False
        owners = self.known.came_along.get(key)
        return owners is None or not owners <= self.done

    def outliving(self, where: Key) -> set[str]:
        """The ids of what is still there, though a recording that does not tell of its end shows it gone."""
        ids = {one.id for one in self.known.endings.lost if (one.kind, one.region) == (where.kind, where.region)}
        if not ids:
            return set()
        live: list[str] = msgspec.json.decode(self.as_live(msgspec.json.encode(sorted(ids))))
        shelf = self.shelf(where.kind, where.region, where.parents)
        return {id_ for id_ in live if (one := shelf.get(id_)) and not is_going(one)}

    def there(self, key: Key) -> Resource | None:
        """The resource that stands there, by its id alone."""
        return self.shelf(key.kind, key.region, key.parents).get(key.id)

    def live(self, seen: Sighting) -> Sighting:
        """What was recorded, with the names that this client uses."""
        return replace(seen, members=msgspec.json.decode(self.as_live(msgspec.json.encode(seen.members))))
