"""Under which names a listening socket may be asked.

A web page can make a browser send requests to 127.0.0.1 under a name of its own that leads there (DNS rebinding), and
would read the answers. So a socket that only this machine reaches answers to the names of this machine alone: no page
can be of those. Other sockets are reached under names that nobody can foresee (a container's, an ingress's).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from cloudtape.errors import HostRefused


class Door:
    """One listening socket: its port, and the names that it answers to.

    `allowed`: names besides those of this machine, `*.example.org` with all below. `any_name`: there is no need to be
    among them. `dotless`: neither has a name without a dot, which no web page in the Internet can have.
    """

    def __init__(self, port: int, allowed: Iterable[str] = (), any_name: bool = True, dotless: bool = False) -> None:
        self.port = port
        self._any_name, self._dotless = any_name, dotless
        self._allowed = frozenset(name.lower().rstrip(".") for name in allowed)
        self._is_allowed = lru_cache(maxsize=256)(self._look_up)

    def check(self, host: str) -> None:
        """`host`: the value of a Host field. Raises HostRefused."""
        if not self._any_name and not self._is_allowed(host):
            raise HostRefused(host)

    def _look_up(self, host: str) -> bool:
        name = name_of(host)
        if is_loopback(name) or name in self._allowed:
            return True
        if self._dotless and name and "." not in name and ":" not in name:
            return True
        above = (name[at:] for at, letter in enumerate(name) if letter == ".")
        return any(f"*{domain}" in self._allowed for domain in above)


def name_of(host: str) -> str:
    """The name or address in the value of a Host field, without port and brackets, in lower case."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower().rstrip(".")


def is_loopback(name: str) -> bool:
    """Whether a name or address is this machine's own and nobody else's (RFC 6761, 6.3)."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
