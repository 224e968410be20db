"""Nova: interfaces and volumes of servers; what is attached shows on both sides.

Sources: nova's `attach_interfaces.py`, `volume_attachments.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.showing import shown
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.checks import check_not_rescued
from cloudtape.synthesis.services.compute.neighbours import PORTS, VOLUMES, networks
from cloudtape.synthesis.services.compute.parts import (
    ATTACHMENTS,
    SERVERS,
    connect,
    disconnect,
    only_network,
    plug,
    ports_of,
    show_addresses,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


def _interface(port: Resource) -> Members:
    members = port.members
    return {
        "port_id": port.id,
        "net_id": members["network_id"],
        "mac_addr": members["mac_address"],
        "port_state": members["status"],
        "fixed_ips": members["fixed_ips"],
    }


def server_of(scene: Scene) -> Resource:
    return scene.need(SERVERS, scene.call.ids[0])


@HOOKS.answer("compute.servers.os-interface.list", "compute.servers.attach-interfaces.list")
def _list_interfaces(scene: Scene) -> Answer:
    return Answer(200, {"interfaceAttachments": [_interface(port) for port in ports_of(scene, server_of(scene))]})


@HOOKS.answer("compute.servers.os-interface.create", "compute.servers.attach-interfaces.create")
def _attach_interface(scene: Scene) -> Answer:
    server, sent = server_of(scene), scene.call.sent
    wanted = {"port": sent.get("port_id"), "net_id": sent.get("net_id"), "fixed_ips": sent.get("fixed_ips")}
    if not wanted["port"] and not wanted["net_id"]:
        only = only_network(scene, server, ambiguous=400)
        if only is None:
            why = f"No specific network was requested and none are available for project '{server.project}'."
            raise Refused(400, why)
        wanted["net_id"] = only.id
    groups = [networks(scene).default_group(scene, server.project).id]
    return Answer(200, {"interfaceAttachment": _interface(plug(scene, server, wanted, groups))})


def _port_of(scene: Scene) -> Resource:
    port = scene.find(PORTS, scene.call.id)
    if port is None or port.members["device_id"] != server_of(scene).id:
        raise Refused(404, f"Interface {scene.call.id} is not attached to the instance.")
    return port


@HOOKS.answer("compute.servers.os-interface.show", "compute.servers.attach-interfaces.show")
def _show_interface(scene: Scene) -> Answer:
    return Answer(200, {"interfaceAttachment": _interface(_port_of(scene))})


@HOOKS.answer("compute.servers.os-interface.delete", "compute.servers.attach-interfaces.detach")
def _detach_interface(scene: Scene) -> Answer:
    port, server = _port_of(scene), server_of(scene)
    if port.private.get("own"):
        port.set(device_id="", device_owner="", status="DOWN")
    else:
        networks(scene).drop(scene, port)
    show_addresses(scene, server)
    return Answer(202)


@HOOKS.answer("compute.servers.os-volume-attachments.create")
def _attach_volume(scene: Scene) -> Answer:
    server, sent = server_of(scene), scene.call.sent
    check_not_rescued(server)
    volume = scene.find(VOLUMES, sent.get("volumeId"))
    if volume is None:
        raise Refused(404, f"Volume {sent.get('volumeId')} could not be found.")
    return shown(scene, connect(scene, server, volume, sent))


@HOOKS.answer("compute.servers.os-volume-attachments.delete")
def _detach_volume(scene: Scene) -> Answer:
    server = server_of(scene)
    check_not_rescued(server)
    one = scene.find(ATTACHMENTS, scene.call.id, (server.id,))
    if one is None:
        raise Refused(404, f"Instance {server.id} is not attached to volume {scene.call.id}")
    disconnect(scene, server, one)
    return Answer(202)


@HOOKS.on(SERVERS, "attach")
def _attach_action(scene: Scene, server: Resource, sent: Members) -> None:
    volume = scene.find(VOLUMES, sent.get("volume_id"))
    if volume is not None:
        connect(scene, server, volume, sent)
