"""Manila: snapshots of shares. Sources: manila's `api/v2/share_snapshots.py`, `share/api.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import check_sums
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.seeing import is_seen
from cloudtape.synthesis.engine.states import reset
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.shared_file_system.kinds import SERVICE, SHARES, SNAPSHOTS, check_metadata
from cloudtape.synthesis.worlds.lifecycle import catch_up
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
HOOKS.on(SNAPSHOTS, "reset_status", "os-reset_status")(reset)


@HOOKS.on(SNAPSHOTS, "CREATE")
def _snapshot(scene: Scene, snapshot: Resource, sent: Members) -> None:
    share = scene.find(SHARES, sent["share_id"])
    if share is None or not is_seen(scene.kind(SHARES), share, scene.call):
        raise Refused(404, f"ShareNotFound: Share {sent['share_id']} could not be found.")
    catch_up(share, scene.world.clock)
    why = f"Snapshots cannot be created for share '{share.id}' since it"
    if not share.members.get("snapshot_support", True):
        raise Refused(422, f"{why} does not have that capability.")
    if share.members.get("is_soft_deleted"):
        raise Refused(403, f"{why} has been soft deleted.")
    check_metadata(sent.get("metadata"))
    if share.members["status"] != "available":
        raise Refused(400, "Invalid share: Source share status must be available.")
    size = int(share.members["size"])
    snapshot.set(size=0)
    check_sums(scene, SERVICE, snapshot.project, {"snapshot_gigabytes": size})
    snapshot.set(share_size=size, size=size, share_proto=share.members["share_proto"])
    snapshot.set(metadata=dict(sent.get("metadata") or {}))
