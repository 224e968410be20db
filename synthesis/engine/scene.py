"""What a part of synthesis is given to act on: the world, the call that is being answered, and the cloud that it is in.

Of a cloud, `effects` are what follows from a change of a resource, `answers` what is no plain change of one, `choices`
what says which resources a list shows, `windows` what a service shows of another one, `offers` what others may ask of
it. Nothing is registered anywhere: a cloud is given the hooks of its services (`hooks`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Request, Response
from cloudtape.openstack.catalog import OperationCatalog
from cloudtape.synthesis.engine.adapt import Adapter
from cloudtape.synthesis.engine.amendments import Amendments
from cloudtape.synthesis.engine.calls import Answer, Call
from cloudtape.synthesis.engine.completion import Skeleton
from cloudtape.synthesis.engine.kinds import Kind, Kinds
from cloudtape.synthesis.engine.seeing import is_seen
from cloudtape.synthesis.engine.services import Services
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.lifecycle import Transition
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.world import World

Responder = Callable[[World, Request], Awaitable[Response | None]]
"""What answers for a service that has a responder for itself."""


class Outcome(msgspec.Struct, frozen=True):
    """What an effect says beside what it does.

    `body` is that of the answer, `more` members of the resource that this answer alone tells (a password), `answer` one
    that is no plain body. `goes`: the transition that has begun instead of its life's.
    """

    body: Any = None
    more: Members = {}
    answer: Answer | None = None
    goes: Transition | None = None
    along: Resource | None = None

    def then(self, later: Outcome) -> Outcome:
        """What two effects say, one after the other."""
        body = self.body if later.body is None else later.body
        answer, goes, along = later.answer or self.answer, later.goes or self.goes, later.along or self.along
        return Outcome(body, {**self.more, **later.more}, answer, goes, along)


NOTHING = Outcome()


Effect = Callable[["Scene", Resource, Members], Outcome | None]
"""(scene, resource, members sent) → None, or what it says."""
Whole = Callable[["Scene"], Answer]
Choice = Callable[["Scene"], Callable[[Resource], bool]]
Words = Callable[["Scene", Members], Members]


def as_it_is(_: Scene, members: Members) -> Members:
    return members


class Window(msgspec.Struct, frozen=True):
    """Through which a service shows another one's resources as its own: see `windows`.

    `of` is the other kind; `told` and `sent` say its members in the words of the asked and of the other service.
    `short` are the members of a list without details, `asked` the other names of members in a query;
    with `pages` its lists link to the next page. `refused` are other statuses for the other service's.
    """

    of: str
    told: Words
    sent: Words = as_it_is
    short: tuple[str, ...] = ()
    asked: dict[str, str] = {}
    pages: bool = False
    refused: dict[int, int] = {}


class Cloud(msgspec.Struct, frozen=True, eq=False):
    """What a made-up cloud is made of, whichever services those are.

    `catalogs` hold its operations; where several fit a request, the first one's is meant. `effects` are by kind and
    event, `answers` by operation, `choices` and `windows` by kind, `offers` by service.
    """

    services: Services
    kinds: Kinds
    catalogs: tuple[OperationCatalog, ...]
    amendments: Amendments
    effects: Mapping[tuple[str, str], tuple[Effect, ...]] = {}
    answers: Mapping[str, Whole] = {}
    choices: Mapping[str, Choice] = {}
    windows: Mapping[str, Window] = {}
    offers: Mapping[str, Any] = {}


class Scene:
    """A world seen from one call."""

    __slots__ = ("call", "cloud", "in_json", "others", "request_id", "skeleton", "world")

    def __init__(
        self,
        cloud: Cloud,
        world: World,
        call: Call,
        skeleton: Skeleton | None = None,
        in_json: bool = False,
        request_id: str = "",
        others: Mapping[str, Responder] | None = None,
    ) -> None:
        self.cloud, self.world, self.call, self.request_id = cloud, world, call, request_id
        self.others = others or {}
        # The structure that the answer will have, and whether its parts may be JSON already.
        self.skeleton, self.in_json = skeleton, in_json

    def kind(self, name: str) -> Kind:
        return self.cloud.kinds[name]

    def find(self, kind: str, id_: Any, parents: tuple[str, ...] = ()) -> Resource | None:
        return self.world.find(kind, str(id_), self.call.region, parents) if id_ else None

    def need(self, kind: str, id_: Any, status: int = 404) -> Resource:
        """The resource. Raises Refused when there is none."""
        found = self.find(kind, id_)
        if found is None:
            raise not_found(self.kind(kind), str(id_), status)
        return found

    def named(self, kind: str, id_: Any) -> Resource:
        """The resource that a client names in a body. Raises Refused when there is none that it may see."""
        found, of = self.find(kind, id_), self.kind(kind)
        if found is None or not is_seen(of, found, self.call):
            raise not_found(of, str(id_), 404)
        return found

    def where(self, kind: str, **members: Any) -> Iterator[Resource]:
        return self.world.where(kind, self.call.region, **members)

    def add(
        self, kind: str, members: Members, *, project: str | None = None, parents: tuple[str, ...] = ()
    ) -> Resource:
        """A resource with all members of its kind, those given in place of their own."""
        owner = self.call.project if project is None else project
        whole = fresh(self.kind(kind), self)
        whole.update(members)
        self.own(whole, self.kind(kind), owner)
        return self.world.add(
            kind, whole, region=self.call.region, project=owner, user=self.call.token.user, parents=parents
        )

    def own(self, members: Members, kind: Kind, project: str) -> None:
        """Say whose it is, wherever its kind says that."""
        if kind.scope == "global":
            return
        service = self.cloud.services[kind.service]
        for name in (*OWNERS, *service.owners, *service.user_projects):
            if name in members:
                members[name] = project
        if "user_id" in members:
            members["user_id"] = self.call.token.user

    def follow(self, one: Resource, event: str, sent: Members, kind: str = "") -> Outcome:
        """Have everything follow that an event of a resource brings about, or of what is of another kind in it.

        Raises Refused.
        """
        outcome = NOTHING
        for effect in self.cloud.effects.get((kind or one.kind, event), ()):
            if said := effect(self, one, sent):
                outcome = outcome.then(said)
        return outcome

    def remove(self, one: Resource) -> None:
        self.world.remove(one, self.call.region)

    def now(self) -> str:
        return self.world.clock.text(self.call.service.times)

    @property
    def lent(self) -> Any:
        """The structure of the example of the operation that is asked for."""
        return self.kind(self.call.plan.kind).lent(self.call.plan)

    @property
    def adapter(self) -> Adapter:
        return Adapter(self.world.clock.now(), self.call.project, self.call.token.user, self.call.base)


LOGGED = "LOGGED"
"""The event of a resource on which an action began that its service records, under the name that its life says."""
SEEN = "SEEN"
"""The event of a resource that an answer from elsewhere showed: what its kind keeps besides is worked out."""
CREATED = frozenset({"created_at", "created", "creation_time", "createdAt", "create_time"})
UPDATED = frozenset({"updated_at", "updated", "updated_time", "updatedAt"})
OWNERS = ("tenant_id", "project_id", "owner")
"""Members that name the project of a resource, in all services."""


def not_found(kind: Kind, id_: str, status: int = 404) -> Refused:
    words = "".join(word.capitalize() for word in kind.label.split())
    why = kind.rule.absent.format(id=id_) or f"{kind.label} {id_} could not be found."
    return Refused(status, why, f"{words}NotFound")


def copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: copied(one) for name, one in value.items()}
    return [copied(one) for one in value] if isinstance(value, list) else value


def fresh(kind: Kind, scene: Scene) -> Members:
    """The members of a new resource that nobody has said anything about: named, and timed."""
    members: Members = copied(kind.template)
    if not kind.rule.newest:
        adapter = scene.adapter
        members = {name: adapter(value, name) for name, value in members.items()}
    if kind.id_form != "sent":
        members[kind.key] = scene.world.new_id(kind.id_form, kind.name)
    stamp(members, scene, CREATED)
    stamp(members, scene, scene.call.service.said_at_once)
    return members


def stamp(members: Members, scene: Scene, names: Collection[str]) -> None:
    """Set these times to now, in the form that they have."""
    for name in names:
        if name not in members:
            continue
        value = members[name]
        members[name] = scene.adapter.time(value) if isinstance(value, str) and value else scene.now()
