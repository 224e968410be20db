"""Trove: backups of instances, and quotas. Sources: trove's `backup/service.py`, `extensions/mgmt/quota/service.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine import documents
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import limits_of, used_of
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.database.instances import volumes_of
from cloudtape.synthesis.services.database.kinds import (
    BACKUPS,
    SERVICE,
    VERSIONS,
    check_text,
    id_in,
    instance_of,
    invalid,
)
from cloudtape.synthesis.worlds.lifecycle import catch_up
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
RUNNING = frozenset({"NEW", "BUILDING", "SAVING"})
QUOTAS = f"{SERVICE}/mgmt/quotas"


@HOOKS.on(BACKUPS, "CREATE")
def _make(scene: Scene, one: Resource, sent: Members) -> None:
    if "name" not in sent:
        raise invalid("backup", "'name' is a required property")
    check_text("backup['name']", sent["name"])
    if not sent.get("instance"):
        raise Refused(400, "instance is missing.")
    source = instance_of(scene, id_in(sent["instance"]))
    if (state := source.members["status"]) != "ACTIVE":
        why = f"is not currently available for an action to be performed (instance status was {state})."
        raise Refused(422, f"Instance {source.id} {why}")
    if sent.get("parent_id") and scene.find(BACKUPS, sent["parent_id"]) is None:
        raise Refused(404, f"Resource {sent['parent_id']} cannot be found.")
    version = next(iter(documents.stocked(scene, VERSIONS))).id
    store = source.members["datastore"]
    one.set(instance_id=source.id, project_id=one.project)
    one.set(datastore={"type": store["type"], "version": store["version"], "version_id": version})


@HOOKS.on(BACKUPS, "DELETE")
def _delete(scene: Scene, one: Resource, _: Members) -> None:
    """Those that were made after it go with it."""
    if one.members["status"] in RUNNING:
        raise Refused(422, f"Backup {one.id} cannot be deleted because it is running.")
    for child in list(scene.where(BACKUPS, parent_id=one.id)):
        catch_up(child, scene.world.clock)
        scene.follow(child, "DELETE", {})
        scene.remove(child)


@HOOKS.answer("database.instances.backups.list")
def _of_instance(scene: Scene) -> Answer:
    one = instance_of(scene, scene.call.ids[0])
    return Answer(200, {"backups": [each.members for each in scene.where(BACKUPS, instance_id=one.id)]})


# --- quotas -------------------------------------------------------------------------------------------------------


def _used(scene: Scene, project: str) -> dict[str, int]:
    return {**used_of(scene, SERVICE, project), "volumes": volumes_of(scene, project)}


@HOOKS.answer("database.mgmt.quotas.show")
def _quotas(scene: Scene) -> Answer:
    project = scene.call.ids[0]
    if project != scene.call.project and not scene.call.token.is_admin:
        raise Refused(403, f"Operation not allowed for tenant {scene.call.project}.")
    used, limits = _used(scene, project), limits_of(scene, SERVICE, project)
    told = [{"resource": name, "in_use": used[name], "reserved": 0, "limit": limits[name]} for name in limits]
    return Answer(200, {"quotas": told}, whole=True)


@HOOKS.answer("database.mgmt.quotas.update")
def _set(scene: Scene) -> Answer:
    if not scene.call.token.is_admin:
        raise Refused(401, "User does not have admin privileges.")
    sent = scene.call.body.get("quotas") if isinstance(scene.call.body, dict) else None
    if not isinstance(sent, dict):
        raise Refused(400, "Invalid request body.")
    project = scene.call.ids[0]
    wanted = {name: limit for name, limit in sent.items() if limit is not None}
    for name, limit in wanted.items():
        if not isinstance(limit, int) or limit < -1:
            raise Refused(400, f"Quota limit '{limit}' for '{name}' is too small - must be at least '-1'.")
        if name not in limits_of(scene, SERVICE, project):
            raise Refused(404, f"Unknown quota resources {name}.")
    kept = scene.world.documents.setdefault((scene.call.region, QUOTAS, (project,)), {})
    kept.update(wanted)
    return Answer(200, {"quotas": wanted}, whole=True)


@HOOKS.answer("database.limits.show")
def _limits(scene: Scene) -> Answer:
    limits = limits_of(scene, SERVICE, scene.call.project)
    return Answer(200, {"limits": [{"verb": "ABSOLUTE", **{f"max_{name}": limits[name] for name in limits}}]})
