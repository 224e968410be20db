"""Octavia: amphorae, the machines in which load balancers run. Here they are only on record."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.tree import LISTENERS, LOAD_BALANCERS, need, start, those
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
AMPHORAE = "load-balancer/octavia/amphorae"
DAYS_OF_CERTIFICATE = 30


def build(scene: Scene, balancer: Resource) -> None:
    """Put the amphora of a load balancer on record."""
    vip = balancer.members
    about = {"loadbalancer_id": balancer.id, "ha_ip": vip["vip_address"], "ha_port_id": vip["vip_port_id"]}
    address = f"192.0.2.{scene.world.choose(2, 254)}"
    machine = {"compute_id": scene.world.new_id(), "image_id": scene.world.new_id(), "lb_network_ip": address}
    scene.add(AMPHORAE, {**about, **machine, "cert_expiration": scene.now(), "created_at": scene.now()})


def discard(scene: Scene, balancer: Resource) -> None:
    for one in list(scene.where(AMPHORAE, loadbalancer_id=balancer.id)):
        scene.remove(one)


def replace(scene: Scene, balancer: Resource) -> None:
    """Have another amphora take over. Raises Refused while something else is going on."""
    life = scene.kind(LOAD_BALANCERS).life
    assert life, "a load balancer has a life"
    state = balancer.members["provisioning_status"]
    if state not in life.delete.states:
        raise Refused(409, f"Invalid state {state} of loadbalancer resource {balancer.id}")
    discard(scene, balancer)
    build(scene, balancer)
    start(scene, balancer, life.update, balancer)


@HOOKS.on(AMPHORAE, "DELETE")
def _amphora_goes(_: Scene, one: Resource, __: Members) -> None:
    raise Refused(409, f"Amphora {one.id} is immutable and cannot be updated.")


@HOOKS.answer("load-balancer.amphorae.stats.show")
def _statistics(scene: Scene) -> Answer:
    one = item(scene, AMPHORAE, scene.call.ids[0])
    balancer = need(scene, LOAD_BALANCERS, one.members["loadbalancer_id"])
    about = {"id": one.id, "loadbalancer_id": balancer.id}
    counts = dict.fromkeys(("active_connections", "bytes_in", "bytes_out", "request_errors", "total_connections"), 0)
    found = [{**about, "listener_id": listener.id, **counts} for listener in those(scene, balancer, LISTENERS)]
    return Answer(200, {"amphora_stats": found}, whole=True)


@HOOKS.on("load-balancer/octavia/amphorae/config", "WRITE")
def _configure(_: Scene, __: Resource, ___: Members) -> Outcome:
    return Outcome(answer=Answer(202))


@HOOKS.on("load-balancer/octavia/amphorae/failover", "WRITE")
def _fail_over(scene: Scene, _: Resource, __: Members) -> Outcome:
    one = item(scene, AMPHORAE, scene.call.ids[0])
    replace(scene, need(scene, LOAD_BALANCERS, one.members["loadbalancer_id"]))
    return Outcome(answer=Answer(202))
