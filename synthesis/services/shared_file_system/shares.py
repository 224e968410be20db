"""Manila: making shares, changing their sizes, their end and their rest in the recycle bin.

Sources: manila's `api/v2/shares.py`, `share/api.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.finding import ASK_FOR_ALL
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import check_sums, exceeded, limits_of
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.engine.states import reset
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.shared_file_system.kinds import (
    GROUPS,
    NETWORKS,
    SERVICE,
    SHARES,
    SNAPSHOTS,
    ZONES,
    bad_input,
    check_metadata,
)
from cloudtape.synthesis.services.shared_file_system.share_types import type_of_share
from cloudtape.synthesis.worlds.lifecycle import catch_up
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
PROTOCOLS = ("NFS", "CIFS", "GLUSTERFS", "HDFS", "CEPHFS", "MAPRFS", "LUSTRE", "WEKAFS")

HOOKS.on("shared-file-system/share_instances", "os-reset_status")(reset)


@HOOKS.choose(SHARES)
def _listed(scene: Scene) -> Callable[[Resource], bool]:
    """A list shows the shares of a project, and those that are public where it is asked for them, too."""
    call = scene.call

    def says(name: str) -> bool:
        return (call.asked(name) or "").lower() in TRUE

    whole = call.token.is_admin and any(call.asked(name) == "" or says(name) for name in ASK_FOR_ALL)
    public, bin_ = says("is_public"), says("is_soft_deleted")

    def is_meant(one: Resource) -> bool:
        ours = whole or one.project == call.project or (public and bool(one.members["is_public"]))
        return ours and bool(one.members.get("is_soft_deleted")) is bin_

    return is_meant


@HOOKS.on(SHARES, "CREATE")
def _share(scene: Scene, share: Resource, sent: Members) -> None:
    _check_places(scene, sent)
    check_metadata(sent.get("metadata"))
    source = _source(scene, sent)
    size = _size(sent, source)
    proto = str(sent["share_proto"]).upper()
    if proto not in PROTOCOLS:
        why = f"Invalid share protocol provided: {proto}. It is either disabled or unsupported."
        raise bad_input(f"{why} Available protocols: {list(PROTOCOLS)}")
    for name in set(share.members) - set(scene.kind(SHARES).template):
        del share.members[name]
    share.set(size=0, share_proto=proto, metadata=dict(sent.get("metadata") or {}))
    share.set(is_public=str(sent.get("is_public") or False).lower() in TRUE)
    share.set(**type_of_share(scene, share, sent, source))
    _check_room(scene, share.project, size)
    share.set(size=size)
    share.private["access"] = []


def _check_places(scene: Scene, sent: Members) -> None:
    """Raises Refused where a share would be in a zone, a group or a network that there is not."""
    zone, group, network = (sent.get(name) for name in ("availability_zone", "share_group_id", "share_network_id"))
    if zone and zone not in ZONES:
        raise Refused(404, f"Availability zone {zone} could not be found.")
    if group and scene.find(GROUPS, group) is None:
        raise Refused(404, f"Share group {group} could not be found.")
    if network and scene.find(NETWORKS, network) is None:
        raise Refused(404, f"Share network {network} could not be found.")


def _source(scene: Scene, sent: Members) -> Resource | None:
    """The snapshot that a share is made from. Raises Refused where none can be."""
    wanted = sent.get("snapshot_id")
    if not wanted:
        return None
    snapshot = scene.find(SNAPSHOTS, wanted)
    if snapshot is None or not (scene.call.token.is_admin or snapshot.project == scene.call.project):
        raise Refused(404, f"ShareSnapshotNotFound: Snapshot {wanted} could not be found.")
    catch_up(snapshot, scene.world.clock)
    if snapshot.members["status"] != "available":
        raise Refused(400, "Invalid share snapshot: status must be 'available'.")
    return snapshot


def _size(sent: Members, source: Resource | None) -> int:
    said = sent.get("size") or (source.members["size"] if source else sent.get("size"))
    size = whole(said)
    if size is None or size <= 0:
        raise bad_input(f"Share size '{said}' must be an integer and greater than 0")
    if source and size < source.members["size"]:
        raise bad_input(f"Share size '{said}' must be equal or greater than snapshot size")
    return size


def _check_room(scene: Scene, project: str, size: int) -> None:
    _check_one(scene, project, size)
    check_sums(scene, SERVICE, project, {"gigabytes": size})


def _check_one(scene: Scene, project: str, size: int) -> None:
    """Raises Refused for a share that is larger than any may be."""
    limit = limits_of(scene, SERVICE, project)["per_share_gigabytes"]
    if 0 <= limit < size:
        raise exceeded(scene, SERVICE, "per_share_gigabytes", size, 0, limit)


# --- what is done to shares ---------------------------------------------------------------------------------------

DELETED = {
    "extend": "Cannot extend share '{id}' since it has been soft deleted.",
    "os-extend": "Cannot extend share '{id}' since it has been soft deleted.",
    "shrink": "Cannot shrink share '{id}' since it has been soft deleted.",
    "os-shrink": "Cannot shrink share '{id}' since it has been soft deleted.",
    "allow_access": "Cannot allow access for share '{id}' since it has been soft deleted.",
    "os-allow_access": "Cannot allow access for share '{id}' since it has been soft deleted.",
    "deny_access": "Cannot deny access for share '{id}' since it has been soft deleted.",
    "os-deny_access": "Cannot deny access for share '{id}' since it has been soft deleted.",
    "reset_status": "status cannot be reset for share '{id}' since it has been soft deleted.",
    "os-reset_status": "status cannot be reset for share '{id}' since it has been soft deleted.",
    "reset_task_state": "task state cannot be reset for share '{id}' since it has been soft deleted.",
    "unmanage": "Share '{id} cannot be unmanaged, since it has been soft deleted.",
    "revert": "Share '{id} cannot revert to snapshot, since it has been soft deleted.",
}
"""What is refused of a share that lies in the recycle bin, word for word."""


@HOOKS.on(SHARES, *DELETED)
def _not_deleted(scene: Scene, share: Resource, _: Members) -> None:
    _check_owner(scene, share)
    if share.members.get("is_soft_deleted"):
        raise Refused(403, DELETED[scene.call.plan.operation.action].format(id=share.id))


@HOOKS.on(SHARES, "UPDATE")
def _update(scene: Scene, share: Resource, sent: Members) -> None:
    _check_owner(scene, share)
    if share.members.get("is_soft_deleted"):
        raise Refused(403, f"Share '{share.id} cannot be updated, since it has been soft deleted.")
    if sent.get("is_public") is not None:
        share.set(is_public=str(sent["is_public"]).lower() in TRUE)


def _check_owner(scene: Scene, share: Resource) -> None:
    """Raises Refused where a public share would be changed by who may only see it."""
    if not scene.call.token.is_admin and share.project != scene.call.project:
        raise Refused(403, "Policy doesn't allow share:get to be performed.")


HOOKS.on(SHARES, "reset_status", "os-reset_status")(reset)


@HOOKS.on(SHARES, "reset_task_state")
def _reset_task(_: Scene, share: Resource, sent: Members) -> None:
    if "task_state" not in sent:
        raise Refused(400, "Must specify 'task_state'")
    share.set(task_state=sent["task_state"])


@HOOKS.on(SHARES, "os-extend", "extend")
def _extend(scene: Scene, share: Resource, sent: Members) -> None:
    size, had = int(sent["new_size"]), int(share.members["size"])
    if size <= had:
        why = f"New size for extend must be greater than current size. (current: {had}, extended: {size})"
        raise bad_input(why)
    _check_one(scene, share.project, size)
    try:
        check_sums(scene, SERVICE, share.project, {"gigabytes": size - had})
    except Refused:
        why = "Requested share exceeds allowed project/user or share type gigabytes quota."
        raise Refused(403, why) from None
    share.set(size=size)


@HOOKS.on(SHARES, "os-shrink", "shrink")
def _shrink(_: Scene, share: Resource, sent: Members) -> None:
    size, had = int(sent["new_size"]), int(share.members["size"])
    if not 0 < size < had:
        why = "New size for shrink must be less than current size and greater than 0"
        raise bad_input(f"{why} (current: {had}, new: {size})")
    share.set(size=size)


@HOOKS.on(SHARES, "revert")
def _revert(scene: Scene, share: Resource, sent: Members) -> None:
    snapshot = scene.find(SNAPSHOTS, sent["snapshot_id"])
    if snapshot is None:
        raise Refused(400, f"Snapshot {sent['snapshot_id']} could not be found.")
    if not share.members.get("revert_to_snapshot_support"):
        why = "because the share does not have that capability."
        raise Refused(400, f"Share {share.id} may not be reverted to snapshot {snapshot.id}, {why}")
    if snapshot.members["share_id"] != share.id:
        raise Refused(400, f"Snapshot {snapshot.id} is not associated with share {share.id}.")
    catch_up(snapshot, scene.world.clock)
    if (state := snapshot.members["status"]) != "available":
        why = "but it must be in 'available' state to be restored."
        raise Refused(409, f"Snapshot {snapshot.id} is in '{state}' state, {why}")
    latest = list(_snapshots(scene, share))[-1]
    if latest is not snapshot:
        why = f"because it is not the most recent snapshot of share {share.id}."
        told = f"Currently the latest snapshot is {latest.id}."
        raise Refused(409, f"Snapshot {snapshot.id} may not be restored {why} {told}")
    share.set(size=snapshot.members["size"])


# --- their end ----------------------------------------------------------------------------------------------------


def _snapshots(scene: Scene, share: Resource) -> Iterator[Resource]:
    return scene.where(SNAPSHOTS, share_id=share.id)


@HOOKS.on(SHARES, "DELETE")
def _delete(scene: Scene, share: Resource, _: Members) -> None:
    _check_owner(scene, share)
    group, asked = share.members.get("share_group_id"), scene.call.asked("share_group_id")
    if group and scene.call.request.method == "DELETE" and asked != group:
        why = "Must provide 'share_group_id' as a request parameter when deleting a share in a share group."
        other = "The specified 'share_group_id' does not match the share group id of the share."
        raise Refused(400, other if asked else why)
    _need_none(scene, share, 403)


@HOOKS.on(SHARES, "force_delete", "os-force_delete")
def _force(scene: Scene, share: Resource, _: Members) -> None:
    _need_none(scene, share, 400)


def _need_none(scene: Scene, share: Resource, status: int) -> None:
    """Raises Refused for a share of which there are snapshots."""
    if count := len(list(_snapshots(scene, share))):
        raise Refused(status, f"Invalid share: Share still has {count} dependent snapshots.")


@HOOKS.on(SHARES, "unmanage")
def _unmanage(scene: Scene, share: Resource, _: Members) -> None:
    if count := len(list(_snapshots(scene, share))):
        why = f"can not be unmanaged because it has '{count}' dependent snapshot(s)."
        raise Refused(403, f"Share '{share.id}' {why}")


@HOOKS.on(SHARES, "soft_delete")
def _to_bin(scene: Scene, share: Resource, _: Members) -> None:
    _check_owner(scene, share)
    if share.members.get("is_soft_deleted"):
        raise Refused(403, "Invalid share: The share has been soft deleted already.")
    _need_none(scene, share, 403)
    share.set(is_soft_deleted=True, scheduled_to_be_deleted_at=scene.now())


@HOOKS.on(SHARES, "restore")
def _from_bin(scene: Scene, share: Resource, _: Members) -> Outcome | None:
    _check_owner(scene, share)
    if not share.members.get("is_soft_deleted"):
        return Outcome(answer=Answer(200))
    share.set(is_soft_deleted=False, scheduled_to_be_deleted_at=None)
    return None


@HOOKS.answer("shared-file-system.shares.export-locations.list")
def _locations(scene: Scene) -> Answer:
    share = scene.need(SHARES, scene.call.ids[0])
    path = f"198.51.100.10:/shares/{share.id}"
    return Answer(200, {"export_locations": [{"id": share.id, "path": path, "preferred": False, "metadata": {}}]})
