"""The forward proxy between us and the cloud, if there is one: `--proxy`, or what the environment says.

HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY as curl and requests read them: names in lower case come first, and
`HTTP_PROXY` in capitals is not believed in a CGI script, whose clients may set it (httpoxy).
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from cloudtape.errors import ConfigError

DEFAULT_PORTS = {"http": 80, "https": 443}


class ForwardProxy(msgspec.Struct, frozen=True):
    """`authorization`: the value of the field that it wants, or nothing. Its `str` shows no credentials."""

    scheme: str
    host: str
    port: int
    authorization: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def parse_proxy(url: str, whence: str = "--proxy") -> ForwardProxy:
    """`http://user:password@proxy:3128`; without a scheme it is http. Raises ConfigError, which shows no password."""
    shown = url.rpartition("@")[2]
    parts, port = _split(url)
    if parts is None or not parts.hostname or parts.scheme not in DEFAULT_PORTS or parts.path not in ("", "/"):
        raise ConfigError(f"{whence}: {shown!r} is no proxy that can be used (http://proxy:3128, or https://…)")
    return ForwardProxy(parts.scheme, parts.hostname, port or DEFAULT_PORTS[parts.scheme], _authorization(parts))


def _split(url: str) -> tuple[SplitResult | None, int | None]:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return parts, parts.port
    except ValueError:
        return None, None


def _authorization(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    said = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(said.encode()).decode()}"


class Proxies:
    """Which proxy leads to an origin. `given` (`--proxy`) leads everywhere; empty it says that there is none."""

    def __init__(self, given: str | None, environment: Mapping[str, str]) -> None:
        self._given = parse_proxy(given) if given else None
        self._environment = {} if given is not None else environment

    def leading_to(self, origin: SplitResult) -> ForwardProxy | None:
        """Raises ConfigError for a variable that names no proxy."""
        if self._given or not self._environment:
            return self._given
        port = origin.port or DEFAULT_PORTS[origin.scheme]
        if is_exempt(origin.hostname or "", port, self._said("no_proxy")):
            return None
        for name in (f"{origin.scheme}_proxy", "all_proxy"):
            if url := self._said(name):
                return parse_proxy(url, name.upper())
        return None

    def _said(self, name: str) -> str:
        if name in self._environment:
            return self._environment[name].strip()
        if name == "http_proxy" and "REQUEST_METHOD" in self._environment:
            return ""
        return self._environment.get(name.upper(), "").strip()


def is_exempt(host: str, port: int, exempt: str) -> bool:
    """Whether NO_PROXY names a host: itself, a domain above it, a network that its address is in, or `*`."""
    return any(_covers(one.strip().lower(), host.lower().rstrip("."), port) for one in exempt.split(","))


def _covers(one: str, host: str, port: int) -> bool:
    if not one:
        return False
    if one == "*":
        return True
    if network := _network(one):
        address = _network(host)
        return bool(address) and address.version == network.version and address.subnet_of(network)  # type: ignore[arg-type,union-attr]
    name, _, its_port = one.partition(":") if one.count(":") == 1 else (one, "", "")
    if its_port and its_port != str(port):
        return False
    if network := _network(name):
        return network == _network(host)
    name = name.removeprefix("*").lstrip(".").rstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None
