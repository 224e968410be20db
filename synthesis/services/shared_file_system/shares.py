"""Manila: access rules of shares, their sizes, quotas. Sources: manila's `api/v1/shares.py`, `api/v2`."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import detailed, limits_of, printed_limits, used_of
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.engine.states import reset
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

SHARES, TYPES, SNAPSHOTS = "shared-file-system/shares", "shared-file-system/types", "shared-file-system/snapshots"
QUOTAS = "shared-file-system/os-quota-sets"
ACCESS_KEYS = ("access_type", "access_to", "access_level")


for _kind in (SHARES, SNAPSHOTS):
    HOOKS.on(_kind, "os-reset_status", "reset_status")(reset)
HOOKS.on("shared-file-system/share_instances", "os-reset_status")(reset)


@HOOKS.on(SHARES, "CREATE")
def _share(scene: Scene, share: Resource, sent: Members) -> None:
    size = sent.get("size")
    if not isinstance(size, int) and not str(size).isdigit():
        raise Refused(400, f"Invalid share size provided for create request: {size}")
    wanted = sent.get("share_type") or sent.get("volume_type")
    kind = scene.find(TYPES, wanted) or next(scene.where(TYPES, name=wanted), None) if wanted else None
    share.set(
        size=int(str(size)),
        metadata=dict(sent.get("metadata") or {}),
        share_type=kind.id if kind else share.members.get("share_type"),
        share_type_name=kind.members["name"] if kind else share.members.get("share_type_name"),
        share_proto=str(sent["share_proto"]).upper(),
    )
    share.private["access"] = []


@HOOKS.on(SHARES, "os-extend", "extend", "os-shrink", "shrink")
def _resize(_: Scene, share: Resource, sent: Members) -> None:
    size = sent.get("new_size")
    if not isinstance(size, int):
        raise Refused(400, "New share size must be specified as an integer.")
    share.set(size=size)


@HOOKS.on(SHARES, "os-allow_access", "allow_access")
def _allow(scene: Scene, share: Resource, sent: Members) -> Outcome:
    held = share.private.setdefault("access", [])
    if any(one["access_to"] == sent.get("access_to") and one["access_type"] == sent.get("access_type") for one in held):
        raise Refused(400, f"Share access {sent.get('access_type')}:{sent.get('access_to')} exists.")
    now = scene.now()
    about = {name: sent.get(name) for name in ACCESS_KEYS}
    entry: Members = {"id": scene.world.new_id(), "share_id": share.id, "state": "active", "access_key": None, **about}
    entry |= {"created_at": now, "updated_at": None, "metadata": dict(sent.get("metadata") or {})}
    entry["access_level"] = sent.get("access_level") or "rw"
    held.append(entry)
    return Outcome({"access": entry})


@HOOKS.on(SHARES, "os-deny_access", "deny_access")
def _deny(_: Scene, share: Resource, sent: Members) -> None:
    held = share.private.setdefault("access", [])
    share.private["access"] = [one for one in held if one["id"] != sent.get("access_id")]


@HOOKS.on(SHARES, "os-access_list", "access_list")
def _access_list(_: Scene, share: Resource, __: Members) -> Outcome:
    return Outcome({"access_list": share.private.setdefault("access", [])})


@HOOKS.answer("shared-file-system.share-access-rules.list")
def _rules(scene: Scene) -> Answer:
    share = scene.named(SHARES, scene.call.asked("share_id"))
    return Answer(200, {"access_list": share.private.setdefault("access", [])})


@HOOKS.answer("shared-file-system.share-access-rules.show")
def _rule(scene: Scene) -> Answer:
    for share in scene.world.all(SHARES, scene.call.region):
        for one in share.private.get("access", ()):
            if one["id"] == scene.call.id:
                return Answer(200, {"access": one})
    raise Refused(404, f"Share access {scene.call.id} could not be found.")


@HOOKS.answer("shared-file-system.shares.export-locations.list")
def _locations(scene: Scene) -> Answer:
    share = scene.need(SHARES, scene.call.ids[0])
    path = f"198.51.100.10:/shares/{share.id}"
    return Answer(200, {"export_locations": [{"id": share.id, "path": path, "preferred": False, "metadata": {}}]})


@HOOKS.on(SNAPSHOTS, "CREATE")
def _snapshot(scene: Scene, snapshot: Resource, sent: Members) -> None:
    share = scene.named(SHARES, sent.get("share_id"))
    proto = share.members.get("share_proto")
    snapshot.set(share_size=share.members["size"], size=share.members["size"], share_proto=proto)


@HOOKS.on(TYPES, "CREATE")
def _type(_: Scene, one: Resource, sent: Members) -> None:
    public = sent.get("os-share-type-access:is_public", sent.get("share_type_access:is_public", True))
    specs = dict(sent.get("extra_specs") or {})
    one.set(
        extra_specs=specs,
        required_extra_specs={"driver_handles_share_servers": specs.get("driver_handles_share_servers")},
    )
    one.set(**{"os-share-type-access:is_public": public, "share_type_access:is_public": public})


@HOOKS.answer("shared-file-system.types.default.list")
def _default_type(scene: Scene) -> Answer:
    """The type that was made first; where there is none, one without a name."""
    known = next((one.members for one in scene.where(TYPES)), {})
    return Answer(200, {name: scene.adapter(one, name, known) for name, one in scene.lent.items()})


@HOOKS.on(QUOTAS, "READ")
def _quota_set(scene: Scene, shown: Resource, _: Members) -> Outcome:
    project = scene.call.ids[0]
    if scene.call.path[-1] == "detail":
        return Outcome({"id": project, **detailed(scene, "shared-file-system", project)})
    return Outcome({**shown.members, **limits_of(scene, "shared-file-system", project), "id": project})


@HOOKS.answer("shared-file-system.quota-sets.defaults.show")
def _defaults(scene: Scene) -> Answer:
    return Answer(200, {"quota_set": {"id": scene.call.ids[0], **printed_limits(scene, "shared-file-system")}})


@HOOKS.answer("shared-file-system.limits.show")
def _limits(scene: Scene) -> Answer:
    project = scene.call.project
    limits, used = (f(scene, "shared-file-system", project) for f in (limits_of, used_of))
    names = {"Shares": "shares", "ShareSnapshots": "snapshots", "ShareNetworks": "share_networks"}
    sizes = {"ShareGigabytes": "gigabytes", "SnapshotGigabytes": "snapshot_gigabytes"}
    absolute = {f"maxTotal{name}": limits[quota] for name, quota in {**names, **sizes}.items()}
    absolute |= {f"total{name}Used": used.get(quota, 0) for name, quota in {**names, **sizes}.items()}
    return Answer(200, {"limits": {"rate": [], "absolute": absolute}})
