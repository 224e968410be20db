"""Octavia: listeners."""

from __future__ import annotations

import ipaddress

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.tree import (
    LISTENERS,
    POOLS,
    balancer_of,
    begun,
    below,
    changed,
    dismiss,
    hold,
    invalid,
    join,
    need,
    relist,
    those,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
TLS = "TERMINATED_HTTPS"
# By the protocol of a listener, those of the pools that it may send something to.
FITS = {
    "TCP": ("HTTP", "HTTPS", "PROXY", "PROXYV2", "TCP"),
    "HTTP": ("HTTP", "PROXY", "PROXYV2"),
    "HTTPS": ("HTTPS", "PROXY", "PROXYV2", "TCP"),
    TLS: ("HTTP", "PROXY", "PROXYV2"),
    "UDP": ("UDP",),
    "SCTP": ("SCTP",),
    "PROMETHEUS": (),
}
BELOW = {"UDP": "UDP", "SCTP": "SCTP"}
"""What a protocol runs over, where that is not TCP."""
HEADERS = ("X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto")
SSL_HEADERS = (
    "X-SSL-Client-Verify",
    "X-SSL-Client-Has-Cert",
    "X-SSL-Client-DN",
    "X-SSL-Client-CN",
    "X-SSL-Issuer",
    "X-SSL-Client-SHA1",
    "X-SSL-Client-Not-Before",
    "X-SSL-Client-Not-After",
)
CERTIFICATES = ("default_tls_container_ref", "client_ca_tls_container_ref", "sni_container_refs")
CIPHERS = ":".join(
    [
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_GCM_SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
    ]
)
WHERE_TLS = {
    "tls_ciphers": CIPHERS,
    "tls_versions": ["TLSv1.2", "TLSv1.3"],
    "alpn_protocols": ["h2", "http/1.1", "http/1.0"],
}
"""What those that speak TLS have where nobody says it."""


@HOOKS.on(LISTENERS, "CREATE")
def _listener(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer, members = join(scene, one), one.members
    for other in those(scene, balancer, LISTENERS):
        if other is not one and _address(other) == _address(one):
            about = f"protocol {other.members['protocol']} and protocol_port {members['protocol_port']}"
            raise Refused(409, f"Another Listener on this Load Balancer is already using {about}")
    if members["protocol"] == TLS:
        one.update({name: value for name, value in WHERE_TLS.items() if not members[name]})
    _check(scene, one)
    said = begun(scene, one)
    relist(scene, balancer)
    return said


def _address(one: Resource) -> tuple[str, int]:
    return BELOW.get(one.members["protocol"], "TCP"), one.members["protocol_port"]


@HOOKS.on(LISTENERS, "UPDATE")
def _listener_changes(scene: Scene, one: Resource, sent: Members) -> Outcome:
    if one.members["protocol"] == TLS:
        one.update({name: value for name, value in WHERE_TLS.items() if name in sent and not one.members[name]})
    _check(scene, one)
    said = changed(scene, one)
    relist(scene, balancer_of(scene, one))
    return said


def _check(scene: Scene, one: Resource) -> None:
    """Raises Refused for what does not go together."""
    members, protocol = one.members, str(one.members["protocol"])
    if members["default_pool_id"]:
        check_pool(scene, one, members["default_pool_id"])
    if any(members[name] for name in CERTIFICATES) and protocol not in (TLS, "PROMETHEUS"):
        raise invalid(f"Certificate container references are not allowed on {protocol} protocol listeners.")
    if protocol == TLS and not (members["default_tls_container_ref"] or members["sni_container_refs"]):
        raise invalid(
            f"An SNI or default certificate container reference must be provided for {TLS} protocol listeners."
        )
    if members["client_authentication"] != "NONE" and not members["client_ca_tls_container_ref"]:
        how = members["client_authentication"]
        raise invalid(f"Client authentication setting {how} requires a client CA container reference.")
    if members["client_crl_container_ref"] and not members["client_ca_tls_container_ref"]:
        raise invalid(
            "A client authentication CA reference is required to specify a client authentication revocation list."
        )
    _check_headers(members["insert_headers"] or {}, protocol)
    _check_cidrs(members["allowed_cidrs"] or [], balancer_of(scene, one))
    if (members["hsts_include_subdomains"] or members["hsts_preload"]) and members["hsts_max_age"] is None:
        raise invalid(
            "HSTS configuration options hsts_include_subdomains and hsts_preload only make sense with hsts_max_age."
        )
    if members["hsts_max_age"] is not None and protocol != TLS:
        raise invalid(f"The HSTS feature can only be used for listeners using the {TLS} protocol.")


def check_pool(scene: Scene, listener: Resource, id_: str) -> None:
    """Raises Refused for a pool that a listener cannot send anything to."""
    protocol, pool = str(listener.members["protocol"]), need(scene, POOLS, id_)
    if pool.members["loadbalancer_id"] != listener.members["loadbalancer_id"]:
        raise Refused(404, f"Pool {id_} not found.")
    check_childless(listener)
    check_protocols(protocol, str(pool.members["protocol"]))


def check_childless(listener: Resource) -> None:
    """Raises Refused for a listener that nothing can stand under."""
    if listener.members["protocol"] == "PROMETHEUS":
        raise Refused(400, "Protocol PROMETHEUS listeners cannot have child objects.")


def check_protocols(listener: str, pool: str) -> None:
    if pool not in FITS[listener]:
        raise invalid(f"The pool protocol '{pool}' is invalid while the listener protocol is '{listener}'.")


def _check_headers(headers: Members, protocol: str) -> None:
    if headers and protocol not in ("HTTP", TLS):
        raise Refused(400, f"insert-headers is not a valid option for a {protocol} protocol listener.")
    unknown = [name for name in headers if name not in (*HEADERS, *SSL_HEADERS)]
    if unknown:
        raise Refused(400, f"{unknown} is not a valid option for insert_headers")
    secure = [name for name in headers if name in SSL_HEADERS]
    if secure and protocol != TLS:
        raise Refused(400, f"{secure} is not a valid option for {protocol} protocol listener.")


def _check_cidrs(cidrs: list[str], balancer: Resource) -> None:
    vips = [balancer.members["vip_address"], *(vip["ip_address"] for vip in balancer.members["additional_vips"])]
    versions = {ipaddress.ip_address(vip).version for vip in vips if vip}
    if cidrs and balancer.members["vip_sg_ids"]:
        raise invalid("Allowed CIDRs are not allowed when using custom VIP Security Groups.")
    for cidr in cidrs:
        if ipaddress.ip_network(cidr, strict=False).version not in versions:
            raise invalid(f"CIDR {cidr} IP version incompatible with all VIPs {vips} IP version.")


@HOOKS.on(LISTENERS, "DELETE")
def _listener_goes(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer, said = balancer_of(scene, one), hold(scene, one)
    for each in list(below(scene, one)):
        dismiss(scene, each, balancer)
    relist(scene, balancer, one)
    return said


@HOOKS.answer("load-balancer.listeners.stats.show")
def _statistics(scene: Scene) -> Answer:
    item(scene, LISTENERS, scene.call.ids[0])
    names = ("active_connections", "bytes_in", "bytes_out", "request_errors", "total_connections")
    return Answer(200, {"stats": dict.fromkeys(names, 0)}, whole=True)
