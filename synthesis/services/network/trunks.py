"""Neutron: trunks and their subports. Source: neutron's `services/trunk/plugin.py`, `rules.py` and `exceptions.py`."""

from __future__ import annotations

from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.kinds import NETWORKS, PORTS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

TRUNKS = "network/trunks"
NAMES = ("port_id", "segmentation_type", "segmentation_id")
VLANS = range(1, 4095)


def _checked(wanted: Any) -> list[Members]:
    """Subports as neutron keeps them. Raises Refused for what is no list of them."""
    if not isinstance(wanted, list):
        raise Refused(400, "Invalid input for sub_ports. Reason: it is no list.", "HTTPBadRequest")
    found = [_subport(one) for one in wanted]
    tags = [(one["segmentation_type"], one["segmentation_id"]) for one in found]
    if len(set(tags)) < len(tags):
        why = "Invalid input for operation: segmentation_type and segmentation_id pairs must be unique."
        raise Refused(400, why, "InvalidInput")
    return found


def _subport(wanted: Any) -> Members:
    if not isinstance(wanted, dict) or any(wanted.get(name) is None for name in NAMES):
        why = f"Invalid input for operation: a subport has {', '.join(NAMES)}."
        raise Refused(400, why, "InvalidInput")
    tag = whole(wanted["segmentation_id"])
    if wanted["segmentation_type"] != "vlan" or tag not in VLANS:
        raise Refused(400, "Invalid input for operation: Invalid segmentation details.", "InvalidInput")
    return {"port_id": wanted["port_id"], "segmentation_type": "vlan", "segmentation_id": tag}


def _user_of(scene: Scene, port: str) -> Resource | None:
    """The trunk that a port is the parent of, or a subport."""
    trunks = scene.world.all(TRUNKS, scene.call.region)
    return next((one for one in trunks if one.members["port_id"] == port or _holds(one, port)), None)


def _holds(trunk: Resource, port: Any) -> bool:
    return any(one["port_id"] == port for one in trunk.members.get("sub_ports") or ())


def _mtu(scene: Scene, port: Resource) -> int:
    network = scene.find(NETWORKS, port.members["network_id"])
    return int(network.members["mtu"]) if network else 0


def _add(scene: Scene, trunk: Resource, wanted: Any) -> None:
    there = trunk.members.get("sub_ports") or []
    parent = scene.need(PORTS, trunk.members["port_id"])
    added = _checked(wanted)
    for one in added:
        port = scene.need(PORTS, one["port_id"])
        if port.id == parent.id:
            why = f"Port {port.id} is currently in use and is not eligible for use as a parent port."
            raise Refused(409, why, "ParentPortInUse")
        if _user_of(scene, port.id):
            raise Refused(409, f"Port {port.id} is in use by another trunk.", "TrunkPortInUse")
        if any(one["segmentation_id"] == other["segmentation_id"] for other in there):
            why = f"segmentation_type vlan and segmentation_id {one['segmentation_id']} already in use on trunk "
            why += f"{trunk.id}."
            raise Refused(409, why, "DuplicateSubPort")
        if _mtu(scene, port) > _mtu(scene, parent):
            why = f"MTU of subport {port.id} cannot be greater than that of trunk {trunk.id}."
            raise Refused(409, why, "SubPortMtuGreaterThanTrunkPortMtu")
    trunk.set(sub_ports=[*there, *added])


@HOOKS.on(TRUNKS, "CREATE")
def _trunk(scene: Scene, trunk: Resource, sent: Members) -> None:
    trunk.set(sub_ports=[])
    wanted = _checked(sent.get("sub_ports") or [])
    parent = scene.need(PORTS, sent["port_id"])
    user = next(
        (one for one in scene.world.all(TRUNKS, scene.call.region) if one is not trunk and _is_of(one, parent)), 0
    )
    if user:
        raise Refused(409, f"Port {parent.id} is in use by another trunk.", "TrunkPortInUse")
    _add(scene, trunk, wanted)


def _is_of(trunk: Resource, port: Resource) -> bool:
    return trunk.members["port_id"] == port.id or _holds(trunk, port.id)


def _enabled(scene: Scene) -> Resource:
    """The trunk of a path. Raises Refused for one that is disabled."""
    trunk = item(scene, TRUNKS, scene.call.ids[0])
    _check_enabled(trunk)
    return trunk


def _check_enabled(trunk: Resource) -> None:
    if not trunk.members["admin_state_up"]:
        raise Refused(409, f"Trunk {trunk.id} is currently disabled.", "TrunkDisabled")


def _sent(scene: Scene) -> Any:
    return scene.call.body.get("sub_ports") if isinstance(scene.call.body, dict) else None


@HOOKS.answer("network.trunks.add-subports")
def _add_subports(scene: Scene) -> Answer:
    trunk = _enabled(scene)
    _add(scene, trunk, _sent(scene))
    return Answer(200, trunk.members)


@HOOKS.answer("network.trunks.remove-subports")
def _remove_subports(scene: Scene) -> Answer:
    trunk, wanted = _enabled(scene), _sent(scene)
    if not isinstance(wanted, list) or any(not isinstance(one, dict) for one in wanted):
        raise Refused(400, "Invalid input for sub_ports. Reason: it is no list of subports.", "HTTPBadRequest")
    gone = [one.get("port_id") for one in wanted]
    for port in gone:
        if not _holds(trunk, port):
            raise Refused(404, f"SubPort {port} on trunk {trunk.id} could not be found.", "SubPortNotFound")
    trunk.set(sub_ports=[one for one in trunk.members["sub_ports"] if one["port_id"] not in gone])
    return Answer(200, trunk.members)


@HOOKS.answer("network.trunks.get-subports")
def _subports(scene: Scene) -> Answer:
    return Answer(200, {"sub_ports": item(scene, TRUNKS, scene.call.ids[0]).members.get("sub_ports") or []})


@HOOKS.on(TRUNKS, "DELETE")
def _trunk_goes(_: Scene, trunk: Resource, __: Members) -> None:
    _check_enabled(trunk)


@HOOKS.on(PORTS, "LEAVES")
def _port_is_in_no_trunk(scene: Scene, port: Resource, _: Members) -> None:
    trunk = _user_of(scene, port.id)
    if trunk is not None:
        is_parent = trunk.members["port_id"] == port.id
        what, name = ("parent port", "PortInUseAsTrunkParent") if is_parent else ("subport", "PortInUseAsSubPort")
        raise Refused(409, f"Port {port.id} is currently a {what} for trunk {trunk.id}.", name)
