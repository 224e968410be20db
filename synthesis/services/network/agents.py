"""Neutron: which agents host which networks and routers. Source: neutron's `agentschedulers_db`.

An agent hosts all that is of its sort, until an admin says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import stock
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.kinds import NETWORKS, ROUTERS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

AGENTS = "network/agents"
HOSTED = "network/agents/hosted"
"""Of an agent, the document that says of networks and routers whether it hosts them."""


class Sort(msgspec.Struct, frozen=True):
    """What a sort of agent hosts: the kind, the member of lists and requests, and what it hosts unasked."""

    agent: str
    kind: str
    many: str
    member: str
    unasked: Callable[[Resource], bool]
    taken: str
    lacking: str


SORTS = {
    "dhcp-networks": Sort(
        "DHCP agent",
        NETWORKS,
        "networks",
        "network_id",
        lambda network: bool(network.members["subnets"]),
        "NetworkHostedByDHCPAgent",
        "NetworkNotHostedByDhcpAgent",
    ),
    "l3-routers": Sort(
        "L3 agent", ROUTERS, "routers", "router_id", lambda _: True, "RouterHostedByL3Agent", "RouterNotHostedByL3Agent"
    ),
}
BEHIND = {"dhcp-agents": SORTS["dhcp-networks"], "l3-agents": SORTS["l3-routers"]}


def _said(scene: Scene, agent: Resource) -> Members:
    return scene.world.documents.setdefault((scene.call.region, HOSTED, (agent.id,)), {})


def _hosts(scene: Scene, sort: Sort, agent: Resource, one: Resource) -> bool:
    unasked = agent.members["agent_type"] == sort.agent and sort.unasked(one)
    return bool(_said(scene, agent).get(one.id, unasked))


def _agent(scene: Scene, sort: Sort) -> Resource:
    """The agent of a path. Raises Refused for one of another sort."""
    stock(scene, scene.kind(AGENTS), ())
    agent = scene.need(AGENTS, scene.call.ids[0])
    if agent.members["agent_type"] != sort.agent:
        raise Refused(404, f"Agent {agent.id} is not a valid {sort.agent} or has been disabled.", "AgentNotFound")
    return agent


def _sort(scene: Scene) -> Sort:
    return SORTS[scene.call.path[2]]


@HOOKS.answer("network.agents.dhcp-networks.list", "network.agents.l3-routers.list")
def _hosted(scene: Scene) -> Answer:
    sort = _sort(scene)
    stock(scene, scene.kind(AGENTS), ())
    agent = scene.need(AGENTS, scene.call.ids[0])
    things = scene.world.all(sort.kind, scene.call.region)
    return Answer(200, {sort.many: [one.members for one in things if _hosts(scene, sort, agent, one)]})


@HOOKS.answer("network.agents.dhcp-networks.add", "network.agents.l3-routers.add")
def _add(scene: Scene) -> Answer:
    sort = _sort(scene)
    agent, one = _agent(scene, sort), scene.need(sort.kind, scene.call.sent.get(sort.member))
    if _hosts(scene, sort, agent, one):
        raise Refused(409, f"{scene.kind(sort.kind).label} {one.id} is already hosted by agent {agent.id}.", sort.taken)
    _said(scene, agent)[one.id] = True
    return Answer(201)


@HOOKS.answer("network.agents.dhcp-networks.remove", "network.agents.l3-routers.remove")
def _remove(scene: Scene) -> Answer:
    sort = _sort(scene)
    agent, one = _agent(scene, sort), scene.need(sort.kind, scene.call.ids[1])
    if not _hosts(scene, sort, agent, one):
        raise Refused(409, f"{scene.kind(sort.kind).label} {one.id} is not hosted by agent {agent.id}.", sort.lacking)
    _said(scene, agent)[one.id] = False
    return Answer(204)


@HOOKS.answer("network.networks.dhcp-agents.list", "network.routers.l3-agents.list")
def _hosting(scene: Scene) -> Answer:
    sort = BEHIND[scene.call.path[2]]
    stock(scene, scene.kind(AGENTS), ())
    one = scene.need(sort.kind, scene.call.ids[0])
    agents = scene.world.all(AGENTS, scene.call.region)
    return Answer(200, {"agents": [agent.members for agent in agents if _hosts(scene, sort, agent, one)]})
