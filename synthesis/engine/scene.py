"""What a part of synthesis is given to act on: the world, and the call that is being answered.

`effects` are what follows from a change of a resource, `answers` what is no plain change of one. Both are tables; the
modules that fill them (`compute`, `network`, `volumes`, …) are named in `synthesizer`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

from cloudtape.cassettes.messages import Request, Response
from cloudtape.synthesis.engine.adapt import Adapter
from cloudtape.synthesis.engine.calls import Answer, Call
from cloudtape.synthesis.engine.cloud import Cloud
from cloudtape.synthesis.engine.completion import Skeleton
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.world import World

Responder = Callable[[World, Request], Awaitable[Response | None]]
"""What answers for a service that has a responder for itself."""


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

    def remove(self, one: Resource) -> None:
        self.world.remove(one, self.call.region)

    def now(self) -> str:
        return self.world.clock.text(self.call.service.times)

    @property
    def adapter(self) -> Adapter:
        return Adapter(self.world.clock.now(), self.call.project, self.call.token.user, self.call.base)


SEEN = "SEEN"
"""The event of a resource that an answer from elsewhere showed: what its kind keeps besides is worked out."""
Effect = Callable[[Scene, Resource, Members], Any]
"""(scene, resource, members sent) → None, or the body of the answer."""
Whole = Callable[[Scene], Answer]

EFFECTS: defaultdict[tuple[str, str], list[Effect]] = defaultdict(list)
ANSWERS: dict[str, Whole] = {}
_E = TypeVar("_E", bound=Effect)
_W = TypeVar("_W", bound=Whole)

CREATED = frozenset({"created_at", "created", "creation_time", "createdAt", "create_time"})
UPDATED = frozenset({"updated_at", "updated", "updated_time", "updatedAt"})
OWNERS = ("tenant_id", "project_id", "owner")
"""Members that name the project of a resource, in all services."""


def on(kind: str, *events: str) -> Callable[[_E], _E]:
    """Registers what follows when a resource of a kind is made, changed, deleted (CREATE, …) or acted on."""

    def register(effect: _E) -> _E:
        for event in events:
            EFFECTS[kind, event].append(effect)
        return effect

    return register


def answers(*operations: str) -> Callable[[_W], _W]:
    """Registers what answers whole operations."""

    def register(answer: _W) -> _W:
        for operation in operations:
            ANSWERS[operation] = answer
        return answer

    return register


Choice = Callable[[Scene], Callable[[Resource], bool]]
CHOICES: dict[str, Choice] = {}
_C = TypeVar("_C", bound=Choice)


def chooses(kind: str) -> Callable[[_C], _C]:
    """Registers what says of a list of a kind which resources it shows: by more than the values of members."""

    def register(choice: _C) -> _C:
        CHOICES[kind] = choice
        return choice

    return register


def not_found(kind: Kind, id_: str, status: int = 404) -> Refused:
    words = "".join(word.capitalize() for word in kind.label.split())
    return Refused(status, f"{kind.label} {id_} could not be found.", f"{words}NotFound")


def copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: copied(one) for name, one in value.items()}
    return [copied(one) for one in value] if isinstance(value, list) else value


def fresh(kind: Kind, scene: Scene) -> Members:
    """The members of a new resource that nobody has said anything about: named, and timed."""
    members: Members = copied(kind.template)
    if not kind.rule.newest:
        members = {name: scene.adapter(value, name) for name, value in members.items()}
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
