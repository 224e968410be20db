"""Cinder: how much a project may have, and has.

Sources: cinder's `api/contrib/quotas.py`, `used_limits.py`, `quota_classes.py`.
"""

from __future__ import annotations

import re

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quota_classes import read_class, write_class
from cloudtape.synthesis.engine.quotas import default_limits, detailed, limits_of, used_of
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.kinds import QUOTAS, bad_input
from cloudtape.synthesis.services.block_storage.room import used_by_types
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
NUMBER = re.compile("-?[0-9]{1,18}")
HOOKS.on("block-storage/os-quota-class-sets", "READ")(read_class)
HOOKS.on("block-storage/os-quota-class-sets", "WRITE")(write_class)

LIMITS = {
    "maxTotalVolumes": "volumes",
    "maxTotalSnapshots": "snapshots",
    "maxTotalVolumeGigabytes": "gigabytes",
    "maxTotalBackups": "backups",
    "maxTotalBackupGigabytes": "backup_gigabytes",
}
USED = {
    "totalVolumesUsed": "volumes",
    "totalSnapshotsUsed": "snapshots",
    "totalGigabytesUsed": "gigabytes",
    "totalBackupsUsed": "backups",
    "totalBackupGigabytesUsed": "backup_gigabytes",
}


@HOOKS.answer("block-storage.limits.show")
def _limits(scene: Scene) -> Answer:
    project = scene.call.project
    limits, used = limits_of(scene, "block-storage", project), used_of(scene, "block-storage", project)
    absolute = {name: limits[quota] for name, quota in LIMITS.items()}
    absolute |= {name: used.get(quota, 0) for name, quota in USED.items()}
    return Answer(200, {"limits": {"rate": [], "absolute": absolute}})


@HOOKS.on(QUOTAS, "READ")
def _quota_set(scene: Scene, shown: Resource, _: Members) -> Outcome:
    project = scene.call.ids[0] if scene.call.ids else scene.call.project
    if (scene.call.asked("usage") or "").lower() == "true":
        told, of_types = detailed(scene, "block-storage", project), used_by_types(scene, project)
        told = {name: {**one, "in_use": of_types.get(name, one["in_use"])} for name, one in told.items()}
        return Outcome({"id": project, **told})
    return Outcome({**shown.members, **limits_of(scene, "block-storage", project), "id": project})


@HOOKS.on(QUOTAS, "WRITE")
def _set_quota(scene: Scene, _: Resource, sent: Members) -> Outcome:
    if not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow volume_extension:quotas:update to be performed.")
    project = scene.call.ids[0]
    wanted = {name: value for name, value in sent.items() if name not in NO_QUOTAS}
    _check_limits(scene, project, wanted)
    kept = scene.world.documents.setdefault((scene.call.region, QUOTAS, (project,)), {})
    kept.update({name: limit for name, value in wanted.items() if (limit := whole(value)) is not None})
    return Outcome({"quota_set": limits_of(scene, "block-storage", project)})


NO_QUOTAS = frozenset({"tenant_id", "id", "force", "skip_validation"})
MOST = 0x7FFFFFFF


def _check_limits(scene: Scene, project: str, wanted: Members) -> None:
    """Raises Refused for quotas that there are not, and for limits that are none."""
    if not wanted and not scene.call.sent:
        raise Refused(400, "Invalid input for field/attribute quota_set. Value: {}. {} does not have enough properties")
    known = limits_of(scene, "block-storage", project)
    for name, value in wanted.items():
        if name not in known:
            continue
        if (limit := whole(value)) is None:
            raise Refused(400, f"{name} must be an integer")
        if not -1 <= limit <= MOST:
            bound = "be >= -1" if limit < -1 else f"be <= {MOST}"
            raise Refused(400, f"{name} must {bound}")
    # The reference of 2015 prints nova's quotas for cinder's.
    wrong = [name for name in wanted if name not in known and not scene.call.as_printed]
    if wrong:
        raise bad_input(f"Bad key(s) in quota set: {', '.join(wrong)}")


@HOOKS.answer("block-storage.quota-sets.defaults.show", "block-storage.quota-sets.project.defaults.show")
def _defaults(scene: Scene) -> Answer:
    project = scene.call.ids[0] if scene.call.ids else ""
    return Answer(200, {"quota_set": {"id": project, **default_limits(scene, "block-storage")}})
