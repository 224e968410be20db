"""Octavia: pools, and who watches over their members."""

from __future__ import annotations

import ipaddress
from typing import Any

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.listeners import check_childless, check_protocols
from cloudtape.synthesis.services.load_balancer.reading import wrong
from cloudtape.synthesis.services.load_balancer.tree import (
    LISTENERS,
    MEMBERS,
    MONITORS,
    POLICIES,
    POOLS,
    balancer_of,
    begun,
    below,
    changed,
    dismiss,
    hold,
    invalid,
    join,
    listeners_of,
    need,
    relist,
    those,
)
from cloudtape.synthesis.worlds.lifecycle import catch_up
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
DATAGRAMS = ("UDP", "SCTP")
PERSISTENCES = ("APP_COOKIE", "HTTP_COOKIE", "SOURCE_IP")
PERSISTENCE = {"type": None, "cookie_name": None, "persistence_timeout": None, "persistence_granularity": None}
WEB = ("HTTP", "HTTPS")
# What a health monitor of the web asks for where nobody says it; others have no such members.
WEB_DEFAULTS = {"http_method": "GET", "url_path": "/", "expected_codes": "200"}


@HOOKS.on(POOLS, "CREATE")
def _pool(scene: Scene, one: Resource, sent: Members) -> Outcome:
    listener = need(scene, LISTENERS, sent["listener_id"]) if sent.get("listener_id") else None
    if listener is None and not sent.get("loadbalancer_id"):
        raise invalid("Must provide at least one of: loadbalancer_id, listener_id")
    if not sent.get("loadbalancer_id") and listener:
        one.set(loadbalancer_id=listener.members["loadbalancer_id"])
    balancer = join(scene, one)
    if listener:
        check_childless(listener)
        check_protocols(str(listener.members["protocol"]), str(one.members["protocol"]))
        if listener.members["default_pool_id"]:
            raise Refused(409, "This listener already has a default pool")
    _check(one, sent)
    if listener:
        listener.set(default_pool_id=one.id)
    try:
        said = begun(scene, one)
    except Refused:
        if listener:
            listener.set(default_pool_id=None)
        raise
    relist(scene, balancer)
    return said


@HOOKS.on(POOLS, "UPDATE")
def _pool_changes(scene: Scene, one: Resource, sent: Members) -> Outcome:
    _check(one, sent)
    return changed(scene, one)


@HOOKS.on(POOLS, "DELETE")
def _pool_goes(scene: Scene, one: Resource, _: Members) -> Outcome:
    if policy := next(scene.where(POLICIES, redirect_pool_id=one.id), None):
        raise Refused(409, f"Pool {one.id} is in use by L7 policy {policy.id}")
    balancer, said = balancer_of(scene, one), hold(scene, one)
    for listener in listeners_of(scene, one):
        listener.set(default_pool_id=None)
    for each in list(below(scene, one)):
        dismiss(scene, each, balancer)
    relist(scene, balancer, one)
    return said


def _check(one: Resource, sent: Members) -> None:
    """Raises Refused for what does not go together."""
    members = one.members
    if members["crl_container_ref"] and not members["ca_tls_container_ref"]:
        raise invalid("A CA certificate reference is required to specify a revocation list.")
    if sent.get("session_persistence"):
        one.set(session_persistence=_persistence(sent["session_persistence"], str(members["protocol"])))


def _persistence(sent: Any, protocol: str) -> Members:
    if not isinstance(sent, dict) or set(sent) - set(PERSISTENCE):
        raise wrong("session_persistence", sent, "Unknown attributes")
    found: Members = {**PERSISTENCE, **sent}
    kind, cookie = found["type"], found["cookie_name"]
    if kind not in PERSISTENCES:
        raise wrong("type", kind, f"Value should be one of: {', '.join(PERSISTENCES)}")
    timed = found["persistence_timeout"] or found["persistence_granularity"]
    if protocol in DATAGRAMS and kind != "SOURCE_IP":
        raise invalid(f"Session persistence of type {kind} is not supported for UDP/SCTP protocol pools.")
    if protocol not in DATAGRAMS and timed:
        raise invalid("persistence_timeout and persistence_granularity is only for UDP and SCTP protocol pools.")
    if cookie and kind != "APP_COOKIE":
        raise invalid('Field "cookie_name" can only be specified with session persistence of type "APP_COOKIE".')
    if kind == "APP_COOKIE" and not cookie:
        raise invalid('Field "cookie_name" must be specified when using the "APP_COOKIE" session persistence type.')
    return found


# --- health monitors ----------------------------------------------------------------------------------------------


@HOOKS.on(MONITORS, "CREATE")
def _monitor(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer, pool = join(scene, one), need(scene, POOLS, one.members["pool_id"])
    if any(other is not one for other in those(scene, pool, MONITORS)):
        raise Refused(409, "This pool already has a health monitor")
    kind, protocol = one.members["type"], pool.members["protocol"]
    if protocol in DATAGRAMS and kind not in ("UDP-CONNECT", "SCTP", "TCP", "HTTP"):
        types = "UDP-CONNECT/SCTP/TCP/HTTP"
        raise invalid(f"The associated pool protocol is {protocol}, so only a {types} health monitor is supported.")
    if protocol not in DATAGRAMS and kind in ("UDP-CONNECT", "SCTP"):
        raise invalid(f"The {kind} type is only supported for pools of type UDP/SCTP.")
    _check_monitor(one)
    said = begun(scene, one)
    _tell_members(scene, pool)
    relist(scene, balancer)
    return said


@HOOKS.on(MONITORS, "UPDATE")
def _monitor_changes(scene: Scene, one: Resource, sent: Members) -> Outcome:
    for name in ("delay", "max_retries", "timeout"):
        if name in sent and sent[name] is None:
            raise Refused(400, f"None is not a valid option for {name}")
    _check_monitor(one)
    return changed(scene, one)


@HOOKS.on(MONITORS, "DELETE")
def _monitor_goes(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer, pool, said = balancer_of(scene, one), need(scene, POOLS, one.members["pool_id"]), hold(scene, one)
    _tell_members(scene, pool, "NO_MONITOR")
    relist(scene, balancer, one)
    return said


def _tell_members(scene: Scene, pool: Resource, watched: str = "ONLINE") -> None:
    """Have members be what they are with a health monitor, or without one."""
    for member in those(scene, pool, MEMBERS):
        catch_up(member, scene.world.clock)
        member.set(operating_status=watched if member.members["admin_state_up"] else "OFFLINE")


def _check_monitor(one: Resource) -> None:
    """Raises Refused for what does not go together."""
    members = one.members
    for name, default in WEB_DEFAULTS.items():
        if members["type"] in WEB:
            one.set(**{name: members[name] or default})
        elif members[name]:
            raise Refused(400, f"{name} is not a valid option for health monitors of type {members['type']}")
    if members["url_path"] and not str(members["url_path"]).startswith("/"):
        raise wrong("url_path", members["url_path"], "Value must be a valid URL Path string")
    if members["domain_name"] and not members["http_version"]:
        raise invalid("'http_version' must be specified when 'domain_name' is provided.")
    if members["domain_name"] and float(members["http_version"]) < 1.1:
        what = "health monitors HTTP 1.1 domain name health check"
        raise Refused(400, f"http_version {members['http_version']} is not a valid option for {what}")


def check_reachable(address: str) -> None:
    """Raises Refused for the address at which clouds tell servers of themselves."""
    if ipaddress.ip_address(address) == ipaddress.ip_address("169.254.169.254"):
        raise Refused(400, f"{address} is not a valid option for member address")
