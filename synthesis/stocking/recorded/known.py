"""What recorded answers show of a cloud, read once; worlds are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Request, Response
from cloudtape.matchers.requests.naming import is_distinctive
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.stocking.recorded.logins import Login, adopt, login_in
from cloudtape.synthesis.stocking.recorded.lost import Endings
from cloudtape.synthesis.stocking.recorded.objects import KnownObjects
from cloudtape.synthesis.stocking.recorded.sightings import Key, Sighting, sightings
from cloudtape.synthesis.stocking.world_file import User
from cloudtape.synthesis.worlds.world import World

Exchange = tuple[Request, Response]
STAND_IN = User("admin", "secret", "admin", ("admin",))
"""Who there is where nobody logged in."""


class Known:
    """`seen` is each resource as it was last shown, `made` are those that the recording itself made, and `came_along`
    those of them that it made with others, by whose ids they are there. `kinds` are those of which something was told,
    be it that there is none; `addresses` are such in subnets and networks. `logins` are by user and project, the last
    one of each; `objects` is what the object store holds; `endings` is what ended.
    """

    def __init__(self) -> None:
        self.seen: dict[Key, Sighting] = {}
        self.made: set[Key] = set()
        self.came_along: dict[Key, frozenset[str]] = {}
        self.kinds: set[str] = set()
        self.addresses: dict[str, str] = {}
        self.logins: dict[tuple[str, str], Login] = {}
        self.objects = KnownObjects()
        self.endings = Endings()

    def read(self, synthesizer: Synthesizer, exchanges: Iterable[Exchange]) -> None:
        """Take in what was answered, in the order in which it was; the addresses are the made-up cloud's."""
        world = World(synthesizer.kinds)  # for its tokens: who asked
        for request, response in exchanges:
            if login := login_in(response):
                adopt(world, login)
                self.logins[login.user, login.project] = login
                continue
            if synthesizer.has_own(request):
                self.objects.read(request, response)
            call, seen = synthesizer.call(world, request), seen_in(synthesizer, world, request, response)
            plans = synthesizer.kinds[call.plan.kind].plans if call else ()
            self.endings.read(call, request, response, seen, any(plan.verb is Verb.DELETE for plan in plans))
            for one in seen:
                self._add(one)
            if response.status < 300 and response.body and call:
                self.kinds.add(call.plan.kind)
        self._find_what_came_along()

    def users(self) -> tuple[User, ...]:
        """Who may log in; whoever did first is the last one, who is taken where none is named."""
        if not self.logins:
            return (STAND_IN,)
        return tuple(user for login in reversed(self.logins.values()) if (user := login.as_user()))

    def first_logins(self) -> Iterator[Login]:
        """The logins of those who were there before the recording made anybody, to where they could be then."""
        made = {(key.kind, key.id) for key in self.made}
        return (login for login in self.logins.values() if made.isdisjoint(login.names()))

    def _find_what_came_along(self) -> None:
        """What belongs to something that the recording made was made by it, too: the ports of a server, say."""
        new = {key.id for key in self.made if is_distinctive(key.id)}
        ids = set(new)
        while new:
            new = set()
            for key, one in self.seen.items():
                if key not in self.made and (owners := _ids_in(one) & ids):
                    self.made.add(key)
                    self.came_along[key] = frozenset(owners)
                    new.add(key.id)
            ids |= new

    def _add(self, one: Sighting) -> None:
        before = self.seen.get(one.key)
        if before is None and one.is_made:
            self.made.add(one.key)
        self.addresses.update(_addresses_in(one.members))
        self.seen[one.key] = replace(one, members={**before.members, **one.members}) if before else one


def seen_in(synthesizer: Synthesizer, world: World, request: Request, response: Response) -> list[Sighting]:
    """The resources that an answer shows."""
    if not 200 <= response.status < 300 or not response.body:
        return []
    call = synthesizer.call(world, request)
    document = document_in(response) if call else None
    if call is None or document is None:
        return []
    return list(sightings(synthesizer.kinds[call.plan.kind], call, document))


def document_in(response: Response) -> Any:
    """The JSON value of an answer, None where it is none."""
    try:
        return json_value(response.body) if isinstance(response.body, bytes) else None
    except JsonError:
        return None


def _ids_in(one: Sighting) -> set[str]:
    """What the members of a resource name, and what stands above it."""
    return {value for value in one.members.values() if isinstance(value, str)} | set(one.key.parents)


def _addresses_in(value: Any) -> Iterator[tuple[str, str]]:
    """The ids of subnets and networks in a document, with an address in each."""
    match value:
        case {"subnet_id": str(id_), "ip_address": str(address)}:
            yield id_, address
        case {"floating_network_id": str(id_), "floating_ip_address": str(address)}:
            yield id_, address
        case dict() | list():
            for one in value.values() if isinstance(value, dict) else value:
                yield from _addresses_in(one)
