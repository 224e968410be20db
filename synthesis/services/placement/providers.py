"""Placement: who provides which resources, and how much of them is used.

The hypervisors of the world are providers, and its servers have allocations: both are read off what is there, so that
they are never behind. Sources: placement's `handlers/`, `rest_api_version_history.rst`; os-resource-classes, os-traits.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import yaml

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import stock
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene, Whole
from cloudtape.synthesis.engine.services import Microversion
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

PROVIDERS, CONSUMERS = "placement/resource_providers", "placement/allocations"
CLASSES, TRAITS = "placement/resource_classes", "placement/traits"
HYPERVISORS, SERVERS = "compute/os-hypervisors", "compute/servers"
CUSTOM = "CUSTOM_"
MOST = 2**31 - 1
UNITS: Members = {"reserved": 0, "min_unit": 1, "max_unit": MOST, "step_size": 1, "allocation_ratio": 1.0}


class Stock(msgspec.Struct, frozen=True):
    """How much of a class a hypervisor has: its member, less what is kept back, times a ratio."""

    member: str
    reserved: int
    ratio: float


class Known(msgspec.Struct, frozen=True):
    classes: tuple[str, ...]
    traits: tuple[str, ...]
    hypervisor_traits: tuple[str, ...]
    inventory: dict[str, Stock]


@functools.cache
def known() -> Known:
    """What placement knows before anybody tells it."""
    return msgspec.convert(
        yaml.load((Path(__file__).parent / "knowledge.yaml").read_bytes(), Loader=yaml.CSafeLoader), Known
    )


def placed(
    hooks: Hooks, operation: str, since: Microversion = (1, 0), everybody: bool = False
) -> Callable[[Whole], Whole]:
    """Registers what answers an operation, from a microversion on; for administrators unless it is for everybody."""

    def register(answer: Whole) -> Whole:
        @hooks.answer(f"placement.{operation}")
        def _answer(scene: Scene) -> Answer:
            if scene.call.micro < since:
                raise Refused(404, "The resource could not be found.")
            if not everybody and not (scene.call.token.is_admin or "service" in scene.call.token.roles):
                raise Refused(403, f"Policy does not allow placement:{operation.replace('.', ':')} to be performed.")
            return answer(scene)

        return answer

    return register


# --- providers ----------------------------------------------------------------------------------------------------


def providers(scene: Scene) -> list[Resource]:
    """All providers: the hypervisors, and those that clients made."""
    stock(scene, scene.kind(HYPERVISORS), ())
    shelf = scene.world.shelf(PROVIDERS, scene.call.region)
    for one in scene.world.all(HYPERVISORS, scene.call.region):
        id_ = str(one.members.get("_uuid") or one.id)
        if shelf.get(id_) is None:
            made = add_provider(scene, id_, str(one.members["hypervisor_hostname"]))
            made.private["traits"] = list(known().hypervisor_traits)
            for name, of in known().inventory.items():
                total = int(one.members.get(of.member) or 0)
                units = {**UNITS, "reserved": of.reserved, "max_unit": total, "allocation_ratio": of.ratio}
                made.private["inventories"][name] = {"total": total, **units}
    return list(shelf)


def add_provider(scene: Scene, id_: str, name: str, parent: Resource | None = None) -> Resource:
    root = parent.members["root_provider_uuid"] if parent else id_
    members = {"uuid": id_, "name": name, "generation": 0}
    members |= {"parent_provider_uuid": parent.id if parent else None, "root_provider_uuid": root}
    one = scene.world.add(PROVIDERS, members, region=scene.call.region)
    one.private |= {"inventories": {}, "traits": [], "aggregates": []}
    return one


def provider(scene: Scene, id_: str = "", status: int = 404) -> Resource:
    """The provider that a path names. Raises Refused."""
    id_ = id_ or scene.call.ids[0]
    found = next((one for one in providers(scene) if one.id == id_), None)
    if found is None:
        raise Refused(status, f"No resource provider with uuid {id_} found")
    return found


def check_generation(one: Resource, sent: Members) -> None:
    """Raises Refused where somebody else has changed a provider since it was read."""
    if sent.get("resource_provider_generation") != one.members["generation"]:
        raise Refused(409, "resource provider generation conflict")


def changed(one: Resource) -> None:
    one.set(generation=one.members["generation"] + 1)


LINKS = {
    "inventories": (1, 0),
    "usages": (1, 0),
    "aggregates": (1, 1),
    "traits": (1, 6),
    "allocations": (1, 11),
}


def shown(scene: Scene, one: Resource) -> Members:
    micro, here = scene.call.micro, f"/resource_providers/{one.id}"
    links = [{"rel": "self", "href": here}]
    links += [{"rel": name, "href": f"{here}/{name}"} for name, since in LINKS.items() if micro >= since]
    nested = ("parent_provider_uuid", "root_provider_uuid")
    told = {name: value for name, value in one.members.items() if name not in nested or micro >= (1, 14)}
    return {**told, "links": links}


@placed(HOOKS, "resource-providers.list")
def _list(scene: Scene) -> Answer:
    return Answer(200, {"resource_providers": [shown(scene, one) for one in providers(scene) if _is_asked(scene, one)]})


def _is_asked(scene: Scene, one: Resource) -> bool:
    asked, told = scene.call.asked, one.members
    if any((want := asked(name)) and want != told[name] for name in ("name", "uuid")):
        return False
    if (tree := asked("in_tree")) and told["root_provider_uuid"] != _root(scene, tree):
        return False
    if (group := asked("member_of")) and not set(group.removeprefix("in:").split(",")) & set(one.private["aggregates"]):
        return False
    return has_traits(one, asked("required")) and has_room(scene, one, amounts(asked("resources")))


def _root(scene: Scene, id_: str) -> str:
    return next((str(one.members["root_provider_uuid"]) for one in providers(scene) if one.id == id_), "")


def has_traits(one: Resource, asked: str | None) -> bool:
    """Whether a provider has the traits asked for, and none of those forbidden with `!`."""
    for name in filter(None, (asked or "").split(",")):
        mine = set(one.private["traits"])
        if name.startswith("in:"):
            return bool(set(asked.removeprefix("in:").split(",")) & mine) if asked else True
        if (name.lstrip("!") in mine) is name.startswith("!"):
            return False
    return True


def amounts(asked: str | None) -> dict[str, int]:
    """`VCPU:2,MEMORY_MB:512`. Raises Refused."""
    found: dict[str, int] = {}
    for one in filter(None, (asked or "").split(",")):
        name, _, amount = one.partition(":")
        many = whole(amount)
        if many is None or many < 1:
            raise Refused(
                400,
                "Badly formed resources parameter. Expected resources query string parameter in form: "
                f"?resources=VCPU:2,MEMORY_MB:1024. Got: {asked}.",
            )
        found[name] = many
    return found


def has_room(scene: Scene, one: Resource, wanted: dict[str, int]) -> bool:
    """Whether a provider has so much left."""
    used = usages(scene, one) if wanted else {}
    return all(fits(one, name, amount, used.get(name, 0)) for name, amount in wanted.items())


def fits(one: Resource, name: str, amount: int, used: int) -> bool:
    of = one.private["inventories"].get(name)
    if of is None or not of["min_unit"] <= amount <= of["max_unit"] or amount % of["step_size"]:
        return False
    return used + amount <= capacity(of)


def capacity(of: Members) -> int:
    return int((of["total"] - of["reserved"]) * of["allocation_ratio"])


@placed(HOOKS, "resource-providers.show")
def _show(scene: Scene) -> Answer:
    return Answer(200, shown(scene, provider(scene)))


@placed(HOOKS, "resource-providers.create")
def _create(scene: Scene) -> Answer:
    sent = sent_object(scene)
    name, id_ = sent.get("name"), str(sent.get("uuid") or scene.world.new_id())
    if not isinstance(name, str) or not name:
        raise Refused(400, "JSON does not validate: 'name' is a required property")
    for one in providers(scene):
        if name == one.members["name"] or id_ == one.id:
            key = f"name: {name}" if name == one.members["name"] else f"uuid: {id_}"
            raise Refused(409, f"Conflicting resource provider {key} already exists.")
    parent = sent.get("parent_provider_uuid")
    above = provider(scene, str(parent), 400) if parent and scene.call.micro >= (1, 14) else None
    made = add_provider(scene, id_, name, above)
    where = (("Location", f"{scene.call.base}/resource_providers/{made.id}"),)
    return Answer(200, shown(scene, made), where) if scene.call.micro >= (1, 20) else Answer(201, None, where)


@placed(HOOKS, "resource-providers.update")
def _update(scene: Scene) -> Answer:
    one, sent = provider(scene), sent_object(scene)
    name = sent.get("name")
    if not isinstance(name, str) or not name:
        raise Refused(400, "JSON does not validate: 'name' is a required property")
    if any(other is not one and other.members["name"] == name for other in providers(scene)):
        raise Refused(409, f"Conflicting resource provider {name} already exists.")
    one.set(name=name)
    return Answer(200, shown(scene, one))


@placed(HOOKS, "resource-providers.delete")
def _delete(scene: Scene) -> Answer:
    one = provider(scene)
    if usages(scene, one):
        raise Refused(409, f"Unable to delete resource provider {one.id}: Resource provider has allocations.")
    if any(other.members["parent_provider_uuid"] == one.id for other in providers(scene)):
        raise Refused(409, f"Unable to delete parent resource provider {one.id}: It has child resource providers.")
    scene.remove(one)
    return Answer(204)


def sent_object(scene: Scene) -> Members:
    """The object in a request. Raises Refused."""
    if not isinstance(scene.call.body, dict):
        raise Refused(400, "Malformed JSON: the request body must be an object.")
    return scene.call.body


# --- what is used -------------------------------------------------------------------------------------------------


class Consumer(msgspec.Struct):
    """Who uses how much of what: of each provider, by class."""

    id: str
    project: str
    user: str
    kind: str
    generation: int
    allocations: dict[str, dict[str, int]]


def consumers(scene: Scene) -> Iterator[Consumer]:
    """All consumers: what clients told, and the servers that they told nothing of."""
    told = list(scene.world.shelf(CONSUMERS, scene.call.region))
    for one in told:
        m = one.members
        yield Consumer(
            one.id, m["project_id"], m["user_id"], m["consumer_type"], m["generation"], one.private["claimed"]
        )
    mine, hosts = {one.id for one in told}, {one.members["name"]: one.id for one in providers(scene)}
    for server in scene.world.all(SERVERS, scene.call.region):
        host = hosts.get(str(server.members.get("OS-EXT-SRV-ATTR:hypervisor_hostname")))
        if server.id not in mine and host and server.members.get("status") != "SHELVED_OFFLOADED":
            yield Consumer(server.id, server.project, server.user, "INSTANCE", 1, {host: _needs(server)})


def _needs(server: Resource) -> dict[str, int]:
    flavor = server.members.get("_flavor") or {}
    told = {"VCPU": flavor.get("vcpus"), "MEMORY_MB": flavor.get("ram"), "DISK_GB": flavor.get("disk")}
    return {name: int(amount) for name, amount in told.items() if amount}


def usages(scene: Scene, one: Resource) -> dict[str, int]:
    """How much of each class of a provider is used."""
    return dict(sum((Counter(of.allocations.get(one.id, {})) for of in consumers(scene)), Counter()))
