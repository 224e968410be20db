"""Trove: instances, their flavors, sizes, replicas and configurations.

Sources: trove's `instance/service.py`, `instance/models.py`, `common/apischema.py`.
"""

from __future__ import annotations

from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine import documents
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import exceeded, limits_of
from cloudtape.synthesis.engine.scene import Scene, Window, not_found
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.database.contents import add_all, check_databases, check_users
from cloudtape.synthesis.services.database.kinds import (
    CONFIGURATIONS,
    DATASTORES,
    FLAVORS,
    INSTANCES,
    SERVICE,
    VERSIONS,
    check_text,
    id_in,
    instance_of,
    invalid,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
OF_SOURCE = {"flavorRef": "flavor", "datastore": "datastore", "volume": "volume", "locality": "locality"}
"""What a replica has of its source, and the words for it."""
CHANGES = frozenset({"name", "replica_of", "slave_of", "configuration", "datastore_version", "access"})


def _as_ours(_: Scene, theirs: Members) -> Members:
    """One of nova's: trove has none of its own."""
    return {name: theirs.get(name) for name in ("id", "name", "ram", "links")}


HOOKS.windows["database/flavors"] = Window(FLAVORS, _as_ours)


# --- making -------------------------------------------------------------------------------------------------------


@HOOKS.on(INSTANCES, "CREATE")
def _instance(scene: Scene, one: Resource, sent: Members) -> None:
    if "name" not in sent:
        raise invalid("instance", "'name' is a required property")
    check_text("instance['name']", sent["name"])
    _check_volume(sent)
    source = _source(scene, sent)
    databases = check_databases(sent.get("databases"), "instance['databases']")
    users = check_users(sent.get("users"), "instance['users']")
    if source and (databases or users):
        raise Refused(400, "Cannot create a replica with users or databases.")
    _check_users(databases, users)
    one.set(configuration=_of_configuration(scene, sent.get("configuration")))
    one.set(datastore=_datastore(scene, sent.get("datastore") or {}), tenant_id=one.project)
    if source:
        _replicate(scene, one, source)
    else:
        one.set(flavor=_flavor(scene, sent), replica_of=None, **_volume(scene, one, sent))
    add_all(scene, one, databases, users)


def _check_volume(sent: Members) -> None:
    """Raises Refused for a volume that trove's schema does not take."""
    volume = sent.get("volume")
    if volume is None:
        return
    if not isinstance(volume, dict):
        raise invalid("instance['volume']", f"{volume!r} is not of type 'object'")
    if "size" not in volume:
        raise invalid("instance['volume']", "'size' is a required property")
    _check_size("instance['volume']['size']", volume["size"])


def _check_size(path: str, size: Any) -> None:
    if (whole(size) or 0) <= 0:
        raise invalid(path, f"{size!r} is not valid under any of the given schemas")


def _source(scene: Scene, sent: Members) -> Resource | None:
    """The instance that a replica is of. Raises Refused where there can be none."""
    wanted = sent.get("replica_of")
    if not wanted:
        if (count := sent.get("replica_count") or 1) > 1:
            why = f"Replica count only valid when creating replicas. Cannot create {count} instances."
            raise Refused(400, why)
        return None
    for name, word in OF_SOURCE.items():
        if sent.get(name):
            raise Refused(400, f"Cannot specify {word} when creating replicas.")
    source = instance_of(scene, str(wanted))
    if source.members.get("replica_of"):
        raise Refused(401, f"Cannot create a replica of a replica {wanted}")
    if (state := source.members["status"]) != "ACTIVE":
        why = f"is not currently available for an action to be performed (instance status was {state})."
        raise Refused(422, f"Instance {source.id} {why}")
    return source


def _replicate(scene: Scene, one: Resource, source: Resource) -> None:
    for name in ("flavor", "volume", "datastore"):
        one.set(**{name: source.members[name]})
    one.set(replica_of=_named(scene, source), configuration=source.members["configuration"])
    source.set(replicas=[*(source.members.get("replicas") or []), _named(scene, one)])


def _named(scene: Scene, one: Resource) -> Members:
    return {"id": one.id, "links": _links(scene, f"/instances/{one.id}")}


def _links(scene: Scene, path: str) -> list[Members]:
    return [
        {"rel": "self", "href": scene.call.base + path},
        {"rel": "bookmark", "href": scene.call.service.address(scene.call.region) + path},
    ]


def _flavor(scene: Scene, sent: Members) -> Members:
    """The flavor is shown as a link."""
    wanted = id_in(sent.get("flavorRef"))
    if scene.find(FLAVORS, wanted) is None:
        raise Refused(400, f"Resource {wanted} cannot be found.")
    return {"id": wanted, "links": _links(scene, f"/flavors/{wanted}")}


def _volume(scene: Scene, one: Resource, sent: Members) -> Members:
    """How large it is. Raises Refused where a project may not have as much."""
    if not sent.get("volume"):
        raise Refused(400, "Volume size was not specified.")
    size = int(sent["volume"]["size"])
    one.set(volume={"size": 0})
    _check_room(scene, one.project, size)
    return {"volume": {"size": size}}


def _check_room(scene: Scene, project: str, more: int) -> None:
    limit = limits_of(scene, SERVICE, project)["volumes"]
    used = volumes_of(scene, project)
    if 0 <= limit < used + more:
        raise exceeded(scene, SERVICE, "volumes", more, used, limit)


def volumes_of(scene: Scene, project: str) -> int:
    """The gigabytes of a project's instances."""
    shelf = scene.world.shelf(INSTANCES, scene.call.region)
    return sum(int((one.members.get("volume") or {}).get("size") or 0) for one in shelf.walk(project))


def _datastore(scene: Scene, wanted: Members) -> Members:
    """Raises Refused for a datastore, or a version of one, that there is not."""
    stores, versions = (documents.stocked(scene, kind) for kind in (DATASTORES, VERSIONS))
    kind, version = wanted.get("type"), wanted.get("version")
    store = next((one for one in stores if kind in (None, one.id, one.members["name"])), None)
    if store is None:
        raise not_found(scene.kind(DATASTORES), str(kind))
    found = next((one for one in versions if version in (None, one.id, one.members["name"])), None)
    if found is None:
        raise Refused(400, f"Datastore version '{version}' cannot be found.")
    return {"type": store.members["name"], "version": found.members["name"], "version_number": found.members["version"]}


def _check_users(databases: list[Members], users: list[Members]) -> None:
    """Raises Refused for a user of a database that is not made with him."""
    names = {one["name"] for one in databases}
    for user in users:
        for one in user["databases"]:
            if one["name"] not in names:
                why = f"user {user['name']} should have access to database {one['name']}, but database {one['name']}"
                raise Refused(400, f"The request indicates that {why} is not included in the initial databases list.")


def _of_configuration(scene: Scene, wanted: Any) -> Members | None:
    if not wanted:
        return None
    found = scene.find(CONFIGURATIONS, id_in(wanted))
    if found is None:
        raise Refused(404, f"Configuration group id: {id_in(wanted)} could not be found.")
    links = _links(scene, f"/configurations/{found.id}")
    return {"id": found.id, "name": found.members["name"], "links": links}


# --- changing -----------------------------------------------------------------------------------------------------


@HOOKS.answer(
    "database.instances.attach",
    "database.instances.detach",
    "database.instances.update-today",
    "database.instances.edit-today",
)
def _update(scene: Scene) -> Answer:
    body = scene.call.body.get("instance") if isinstance(scene.call.body, dict) else None
    if not isinstance(body, dict):
        raise Refused(
            400, "The server could not comply with the request since it is either malformed or otherwise incorrect."
        )
    if wrong := [name for name in body if name not in CHANGES]:
        raise invalid("instance", f"Additional properties are not allowed ({wrong[0]!r} was unexpected)")
    if len(body) - ("name" in body) > 1:
        raise Refused(400, "Only one attribute (except 'name') is allowed to update.")
    if "name" in body:
        check_text("instance['name']", body["name"])
    one = instance_of(scene, scene.call.ids[0])
    if "name" in body:
        one.set(name=body["name"])
    if "replica_of" in body or "slave_of" in body:
        _detach(scene, one)
    if "configuration" in body or not body:
        _configure(scene, one, body.get("configuration"))
    if "access" in body:
        one.set(access=body["access"])
    if "datastore_version" in body:
        one.set(datastore=_datastore(scene, {"version": body["datastore_version"]}))
    one.set(updated=scene.now())
    return Answer(202)


def _configure(scene: Scene, one: Resource, wanted: Any) -> None:
    if not wanted:
        one.set(configuration=None)
        return
    if held := one.members.get("configuration"):
        raise Refused(400, f"Instance {one.id} already has a Configuration Group attached: {held['id']}.")
    if (state := one.members["status"]) != "ACTIVE":
        why = "The operation you have requested cannot be executed because the instance status is currently"
        raise Refused(400, f"{why}: {state}.")
    one.set(configuration=_of_configuration(scene, wanted))


def _detach(scene: Scene, one: Resource) -> None:
    source = one.members.get("replica_of")
    if not source:
        raise Refused(400, f"Instance {one.id} is not a replica.")
    _forget(scene, one, source["id"])
    one.set(replica_of=None)


def _forget(scene: Scene, replica: Resource, source_id: str) -> None:
    if source := scene.find(INSTANCES, source_id):
        left = [one for one in source.members.get("replicas") or [] if one["id"] != replica.id]
        source.set(replicas=left or None)


@HOOKS.on(INSTANCES, "resize")
def _resize(scene: Scene, one: Resource, sent: Members) -> None:
    if isinstance(sent.get("volume"), dict):
        _resize_volume(scene, one, sent["volume"])
    elif "flavorRef" in sent:
        _resize_flavor(scene, one, sent)
    else:
        raise invalid("resize", "'flavorRef' is a required property")


def _resize_volume(scene: Scene, one: Resource, volume: Members) -> None:
    if "size" not in volume:
        raise invalid("resize['volume']", "'size' is a required property")
    _check_size("resize['volume']['size']", volume["size"])
    size, had = int(volume["size"]), int((one.members.get("volume") or {}).get("size") or 0)
    if size <= had:
        raise Refused(400, f"The new volume 'size' must be larger than the current volume size of '{had}'.")
    _check_room(scene, one.project, size - had)
    one.set(volume={**one.members["volume"], "size": size})


def _resize_flavor(scene: Scene, one: Resource, sent: Members) -> None:
    had = one.members["flavor"]["id"]
    if id_in(sent["flavorRef"]) == had:
        raise Refused(400, f"The new flavor id must be different than the current flavor id of '{had}'.")
    one.set(flavor=_flavor(scene, sent))


@HOOKS.on(INSTANCES, "DELETE")
def _delete(scene: Scene, one: Resource, _: Members) -> None:
    if (state := one.members["status"]) == "BUILD":
        raise Refused(422, f"Instance {one.id} is not ready. (Status is {state}).")
    if one.members.get("replicas"):
        raise Refused(403, "Detach replicas before deleting replica source.")
    if source := one.members.get("replica_of"):
        _forget(scene, one, source["id"])
