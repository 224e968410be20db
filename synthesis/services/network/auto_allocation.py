"""Neutron: a network for a project that has none, with a way out of the cloud; nova asks for it (`networks: auto`).

Source: neutron's `services/auto_allocate/db.py`. Two things are easier here: any external network will do, where
neutron wants one that is the default, and no subnet pool is needed.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.inner import ask
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.kinds import NETWORKS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

TOPOLOGY = "network/auto-allocated-topology"
RANGE = "192.168.0.0/26"


def allocated(scene: Scene, project: str) -> Resource:
    """The network that was allocated for a project, made now where there is none. Raises Refused."""
    kept = scene.world.documents.get((scene.call.region, TOPOLOGY, (project,)), {})
    return scene.find(NETWORKS, kept.get("network")) or _allocate(scene, project)


def _allocate(scene: Scene, project: str) -> Resource:
    outside = list(scene.where(NETWORKS, **{"router:external": True}))
    outside.sort(key=lambda one: not one.members["is_default"])
    if not outside:
        why = "Deployment error: No default router:external network."
        raise Refused(409, why, "AutoAllocationFailure")
    network = _make(scene, "networks", "network", {"name": "auto_allocated_network"}, project)
    about = {"name": "auto_allocated_subnet_v4", "network_id": network, "ip_version": 4, "cidr": RANGE}
    subnet = _make(scene, "subnets", "subnet", about, project)
    gateway = {"name": "auto_allocated_router", "external_gateway_info": {"network_id": outside[0].id}}
    router = _make(scene, "routers", "router", gateway, project)
    ask(scene, "network.routers.add-router-interface.add", (router,), {"subnet_id": subnet})
    made = {"network": network, "subnet": subnet, "router": router}
    scene.world.documents[scene.call.region, TOPOLOGY, (project,)] = made
    return scene.need(NETWORKS, network)


def _make(scene: Scene, many: str, wrapper: str, members: Members, project: str) -> str:
    made = ask(scene, f"network.{many}.create", (), {wrapper: {**members, "tenant_id": project}})
    return str(made.body[wrapper]["id"])


@HOOKS.answer("network.auto-allocated-topology.show")
def _show(scene: Scene) -> Answer:
    project = scene.call.ids[0]
    told = {"id": "dry-run=pass"} if scene.call.asked("fields") == "dry-run" else {"id": allocated(scene, project).id}
    return Answer(200, {"auto_allocated_topology": {**told, "tenant_id": project}})


@HOOKS.answer("network.auto-allocated-topology.delete")
def _delete(scene: Scene) -> Answer:
    made = scene.world.documents.pop((scene.call.region, TOPOLOGY, (scene.call.ids[0],)), None)
    if made:
        ask(scene, "network.routers.remove-router-interface.remove", (made["router"],), {"subnet_id": made["subnet"]})
        ask(scene, "network.routers.delete", (made["router"],))
        ask(scene, "network.networks.delete", (made["network"],))
    return Answer(204)
