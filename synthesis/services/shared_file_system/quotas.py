"""Manila: how much a project may have. Sources: manila's `api/v2/quota_sets.py`, `limits.py`, `api/views/limits.py`."""

from __future__ import annotations

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import detailed, limits_of, printed_limits, used_of
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.shared_file_system.kinds import QUOTAS, SERVICE
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
NO_QUOTAS = frozenset({"tenant_id", "id", "force", "share_type"})
NAMES = {"Shares": "shares", "ShareSnapshots": "snapshots", "ShareNetworks": "share_networks"}
SIZES = {"ShareGigabytes": "gigabytes", "SnapshotGigabytes": "snapshot_gigabytes"}
COUNTED = {**NAMES, **SIZES}
"""What absolute limits call quotas."""


@HOOKS.on(QUOTAS, "READ")
def _quota_set(scene: Scene, _: Resource, __: Members) -> Outcome:
    project = scene.call.ids[0]
    if not scene.call.token.is_admin and project != scene.call.project:
        raise Refused(403, "Access was denied to this resource.")
    if scene.call.path[-1] == "detail":
        return Outcome({"id": project, **detailed(scene, SERVICE, project)})
    return Outcome({**limits_of(scene, SERVICE, project), "id": project})


@HOOKS.on(QUOTAS, "WRITE")
def _set(scene: Scene, _: Resource, sent: Members) -> Outcome:
    project = scene.call.ids[0]
    wanted = {name: value for name, value in sent.items() if name not in NO_QUOTAS and value is not None}
    known = limits_of(scene, SERVICE, project)
    if not wanted.keys() & known.keys():
        raise Refused(400, "Must supply at least one quota field to update.")
    for name, value in wanted.items():
        if name in known and whole(value) is None:
            raise Refused(400, f"Quota '{value}' for {name} should be integer.")
    if wrong := [name for name in wanted if name not in known]:
        raise Refused(400, f"Bad key(s) {','.join(wrong)} in quota_set.")
    forced = str(sent.get("force") or "").lower() in TRUE
    used = used_of(scene, SERVICE, project)
    for name, value in wanted.items():
        _check(name, whole(value) or 0, used.get(name, 0), forced)
    kept = scene.world.documents.setdefault((scene.call.region, QUOTAS, (project,)), {})
    kept.update({name: whole(value) for name, value in wanted.items()})
    return Outcome({"quota_set": limits_of(scene, SERVICE, project)})


def _check(name: str, value: int, used: int, forced: bool) -> None:
    """Raises Refused for a limit that is none, and for one that is passed already."""
    if 0 <= value < used and not forced:
        raise Refused(400, f"Quota value {value} for {name} is smaller than already used and reserved {used}.")
    if value < -1:
        raise Refused(400, "Quota limit must be -1 or greater.")


@HOOKS.answer("shared-file-system.quota-sets.defaults.show", "shared-file-system.quota-sets.defaults.show-today")
def _defaults(scene: Scene) -> Answer:
    return Answer(200, {"quota_set": {"id": scene.call.ids[0], **printed_limits(scene, SERVICE)}})


@HOOKS.answer("shared-file-system.limits.show")
def _limits(scene: Scene) -> Answer:
    project = scene.call.project
    limits, used = limits_of(scene, SERVICE, project), used_of(scene, SERVICE, project)
    absolute = {f"maxTotal{name}": limits[quota] for name, quota in COUNTED.items()}
    absolute |= {f"total{name}Used": used.get(quota, 0) for name, quota in COUNTED.items()}
    return Answer(200, {"limits": {"rate": [], "absolute": absolute}})
