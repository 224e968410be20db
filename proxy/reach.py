"""Which network addresses a service catalog may lead to.

A catalog says where the services of a cloud are. A hostile one could name what this machine alone reaches: its own
loopback, its link, the metadata service of the cloud in which it runs. Such an address is reached only where the
auth URL is of the same kind, or where the user allows it. Hosts are judged twice: as they are spelled, and by what
they resolve to when a connection is made. Knows nothing of routes and of HTTP.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from cloudtape.errors import ConfigError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

OPTION = "--allow-upstream"
# The first that holds an address says its kind. Sources: RFC 1122 (0/8, 127/8), 3927, 4291; the metadata services of
# OpenStack (v6: neutron's fe80::a9fe:a9fe), AWS, Google, Azure, Alibaba, Oracle.
KINDS: tuple[tuple[str, tuple[Network, ...]], ...] = (
    (
        "metadata",
        tuple(
            ip_network(one)
            for one in (
                "169.254.169.254/32",
                "169.254.170.2/32",
                "168.63.129.16/32",
                "100.100.100.200/32",
                "192.0.0.192/32",
                "fe80::a9fe:a9fe/128",
                "fd00:ec2::/32",
                "fd20:ce::254/128",
            )
        ),
    ),
    ("loopback", tuple(ip_network(one) for one in ("127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"))),
    ("link-local", tuple(ip_network(one) for one in ("169.254.0.0/16", "fe80::/10"))),
)
# IPv6 networks whose addresses hold one of IPv4, and by how many bits it is shifted: mapped (RFC 4291), translated
# (2765), compatible (4291), NAT64 (6052, 8215), 6to4 (3056).
HOLDING_IPV4 = tuple(
    (IPv6Network(network), shift)
    for network, shift in (
        ("::ffff:0:0/96", 0),
        ("::ffff:0:0:0/96", 0),
        ("::/96", 0),
        ("64:ff9b::/96", 0),
        ("64:ff9b:1::/48", 0),
        ("2002::/16", 80),
    )
)
HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?")


def kind_of(address: Address) -> str:
    """`metadata`, `loopback`, `link-local`; empty for any other address."""
    for network, shift in HOLDING_IPV4:
        if address in network and int(address) > 1:
            address = IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return next((kind for kind, networks in KINDS if any(address in network for network in networks)), "")


def literal(host: str) -> Address | None:
    """The address that a host spells, if it is no name: `127.1`, `2130706433` and `0x7f.1` are 127.0.0.1 to the
    system, too.
    """
    text = host.strip("[]").partition("%")[0].rstrip(".")
    try:
        return ip_address(text)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(text))
    except (OSError, UnicodeEncodeError):
        return None


def network_named(text: str) -> Network | str:
    """What `--allow-upstream` is given: a network, an address, or else the name of a host. Raises ConfigError."""
    if address := literal(text):
        return ip_network(address)
    try:
        return ip_network(text, strict=False)
    except ValueError:
        pass
    if not HOST_NAME.fullmatch(text):
        raise ConfigError(f"{OPTION} takes a host or a network (10.0.0.1, 127.0.0.0/8, fe80::/10), not {text!r}")
    return text.lower().rstrip(".")


class Reach:
    """Judges hosts for one cloud. `auth_url` names the host that the user trusts, `allowed` what else they do."""

    def __init__(self, auth_url: str, allowed: Sequence[str] = ()) -> None:
        self._home = (urlsplit(auth_url).hostname or "").lower().rstrip(".")
        rules = [network_named(one) for one in allowed]
        self._networks = [rule for rule in rules if not isinstance(rule, str)]
        self._names = {rule for rule in rules if isinstance(rule, str)}
        # The kinds of address at which the auth URL is; None until its name is resolved for the first time.
        at = literal(self._home)
        self._kinds: frozenset[str] | None = frozenset({kind_of(at)}) if at else None

    def refusal(self, host: str) -> str:
        """Why nothing is sent to a host, by its spelling alone; empty where there is nothing against it."""
        address = literal(host)
        return "" if address is None or self._is_open(address) else _said(host, address)

    def reachable(self, host: str, found: Iterable[str]) -> list[str]:
        """Those of the addresses found for a host that may be connected to. Raises OSError when there are none."""
        addresses = {text: ip_address(text.partition("%")[0]) for text in found}
        name = host.lower().rstrip(".")
        if self._kinds is None and name == self._home:
            kinds = frozenset(map(kind_of, addresses.values()))
            # One that is both here and elsewhere is taken for elsewhere.
            self._kinds = kinds if "" not in kinds else frozenset()
        if name in self._names:
            return list(addresses)
        kept = [text for text, address in addresses.items() if self._is_open(address)]
        if addresses and not kept:
            raise OSError(0, _said(host, next(iter(addresses.values()))))
        return kept

    def _is_open(self, address: Address) -> bool:
        kind = kind_of(address)
        if not kind or kind in (self._kinds or ()):
            return True
        return any(address in network for network in self._networks)


def _said(host: str, address: Address) -> str:
    kind = kind_of(address)
    where = "is" if literal(host) else f"leads to {address},"
    return f"{host} {where} a {kind} address; nothing is sent there without {OPTION} {host.strip('[]')}"
