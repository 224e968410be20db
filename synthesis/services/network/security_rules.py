"""Neutron: what a security group rule may say. Source: neutron's `extensions/securitygroup.py`, `securitygroups_db`."""

from __future__ import annotations

import ipaddress
from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members

NUMBERS_OF_PROTOCOLS = range(256)
PROTOCOLS = {
    "ah": 51,
    "dccp": 33,
    "egp": 8,
    "esp": 50,
    "gre": 47,
    "hopopt": 0,
    "icmp": 1,
    "icmpv6": 58,
    "igmp": 2,
    "ip": 0,
    "ipip": 4,
    "ipv6-encap": 41,
    "ipv6-frag": 44,
    "ipv6-icmp": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "ipv6-route": 43,
    "ospf": 89,
    "pgm": 113,
    "rsvp": 46,
    "sctp": 132,
    "tcp": 6,
    "udp": 17,
    "udplite": 136,
    "vrrp": 112,
}
WITH_PORTS = {PROTOCOLS[name]: name.upper() for name in ("dccp", "sctp", "tcp", "udp", "udplite")}
ICMP = (PROTOCOLS["icmp"], PROTOCOLS["ipv6-icmp"])
IPV6_ONLY = frozenset({41, 43, 44, 58, 59, 60})
ETHERTYPES = ("IPv4", "IPv6")
REMOTES = ("remote_ip_prefix", "remote_group_id", "remote_address_group_id")
PORTS = ("port_range_min", "port_range_max")


def _invalid(why: str, name: str) -> Refused:
    return Refused(400, why, name)


def canonical(sent: Members) -> Members:
    """What neutron keeps of the members of a new rule. Raises Refused for a rule that it does not take."""
    rule: Members = {"ethertype": _ethertype(sent.get("ethertype") or "IPv4"), "protocol": _protocol(sent)}
    if rule["ethertype"] == "IPv6" and rule["protocol"] in ("icmp", "icmpv6"):
        rule["protocol"] = "ipv6-icmp"
    rule |= {name: _port(sent.get(name)) for name in PORTS}
    _check_ports(rule)
    rule["remote_ip_prefix"] = _prefix(sent.get("remote_ip_prefix"), rule["ethertype"])
    if rule["ethertype"] == "IPv4" and _number(rule["protocol"]) in IPV6_ONLY:
        why = f"Invalid ethertype IPv4 for protocol {rule['protocol']}."
        raise _invalid(why, "SecurityGroupEthertypeConflictWithProtocol")
    if sum(bool(sent.get(name)) for name in REMOTES) > 1:
        raise _invalid(f"Only one of {' or '.join(REMOTES)} may be provided.", "SecurityGroupMultipleRemoteEntites")
    return rule


def _ethertype(asked: Any) -> str:
    found = next((one for one in ETHERTYPES if one.lower() == str(asked).lower()), None)
    if found is None:
        why = f"Security group rule for ethertype '{asked}' not supported. Allowed values are {list(ETHERTYPES)}."
        raise _invalid(why, "SecurityGroupRuleInvalidEtherType")
    return found


def _protocol(sent: Members) -> str | None:
    asked = sent.get("protocol")
    if asked in (None, "any", ""):
        return None
    text = str(asked).lower()
    if text not in PROTOCOLS and whole(text) not in NUMBERS_OF_PROTOCOLS:
        why = f"Security group rule protocol {asked} not supported. Only protocol values {list(PROTOCOLS)} and integer "
        raise _invalid(why + "representations [0 to 255] are supported.", "SecurityGroupRuleInvalidProtocol")
    return text


def _number(protocol: str | None) -> int | None:
    return PROTOCOLS.get(protocol, whole(protocol)) if protocol else None


def _port(asked: Any) -> int | None:
    if asked is None:
        return None
    try:
        port = int(asked)
    except (TypeError, ValueError):
        port = -1
    if not 0 <= port <= 65535:
        raise _invalid(f"Invalid value for port {asked}", "SecurityGroupInvalidPortValue")
    return port


def _check_ports(rule: Members) -> None:
    low, high = (rule[name] for name in PORTS)
    if low is None and high is None:
        return
    number = _number(rule["protocol"])
    if number is None:
        raise _invalid("Must also specify protocol if port range is given.", "SecurityGroupProtocolRequiredWithPorts")
    if number in ICMP:
        _check_icmp(rule)
    elif number not in WITH_PORTS:
        why = f"Ports cannot be specified for protocol {number}. Ports are only supported for "
        raise _invalid(why + f"{', '.join(WITH_PORTS.values())}.", "SecurityGroupInvalidProtocolForPort")
    elif low == 0 or high == 0:
        raise _invalid("Invalid value for port 0", "SecurityGroupInvalidPortValue")
    elif low is None or high is None or low > high:
        why = "For TCP/UDP protocols, port_range_min must be <= port_range_max"
        raise _invalid(why, "SecurityGroupInvalidPortRange")


def _check_icmp(rule: Members) -> None:
    for name, what in zip(PORTS, ("type", "code"), strict=True):
        if rule[name] is not None and rule[name] > 255:
            why = f"Invalid value for ICMP {what} ({name}) {rule[name]}. It must be 0 to 255."
            raise _invalid(why, "SecurityGroupInvalidIcmpValue")
    if rule[PORTS[0]] is None:
        why = f"ICMP code (port-range-max) {rule[PORTS[1]]} is provided but ICMP type (port-range-min) is missing."
        raise _invalid(why, "SecurityGroupMissingIcmpType")


def _prefix(asked: Any, ethertype: str) -> str | None:
    if not asked:
        return None
    try:
        found = ipaddress.ip_interface(asked)
    except ValueError:
        raise _invalid(f"Invalid CIDR {asked} given as IP prefix.", "InvalidCIDR") from None
    if ethertype != f"IPv{found.version}":
        why = f"Conflicting value ethertype {ethertype} for CIDR {asked}"
        raise _invalid(why, "SecurityGroupRuleParameterConflict")
    return str(found)
