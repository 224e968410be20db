"""How a connection to the cloud is made: names, addresses, TLS, and a forward proxy between.

aiohttp resolves names, judged (`resolving`); aiohappyeyeballs tries the addresses of a name (RFC 8305); asyncio does
TLS.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from urllib.parse import urlsplit

import aiohappyeyeballs

from cloudtape.http.proxies import DEFAULT_PORTS, ForwardProxy, Proxies
from cloudtape.http.resolving import Resolver, SystemResolver
from cloudtape.http.wire import Wire

HAPPY_EYEBALLS_DELAY = 0.25
"""Seconds until the next address of a name is tried besides (RFC 8305, 5)."""
OK = 200


class CannotConnect(Exception):
    """There is no connection to be had; the message says why."""


class Origin:
    """A server of the cloud: scheme, host and port, the `Host` line of requests to it, and the proxy before it.

    Raises ValueError for what is no address.
    """

    def __init__(self, address: str, proxies: Proxies) -> None:
        parts = urlsplit(address)
        if not parts.hostname:
            raise ValueError(f"{address} has no host")
        self.is_secure = parts.scheme.lower() == "https"
        self.name = _ascii(parts.hostname)
        self.port = parts.port or DEFAULT_PORTS[parts.scheme.lower()]
        shown = f"[{self.name}]" if ":" in self.name else self.name
        is_default = self.port == DEFAULT_PORTS[parts.scheme.lower()]
        self.host = f"Host: {shown}" if is_default else f"Host: {shown}:{self.port}"
        self.authority = f"{shown}:{self.port}"
        self.proxy = proxies.leading_to(parts)
        # A proxy for plain HTTP is asked for whole URLs (RFC 9112, 3.2.2).
        self.prefix = f"http://{self.authority}" if self.proxy and not self.is_secure else ""


def _ascii(name: str) -> str:
    return name if name.isascii() else name.encode("idna").decode()


class Dialer:
    """Connects to origins. `connect` and `read` are seconds: until there is a connection, and of silence on it.

    `resolver` finds the addresses of an origin; those of a proxy, which the user has named, the system finds.
    To be made inside the event loop.
    """

    def __init__(self, context: ssl.SSLContext, connect: float, read: float, resolver: Resolver) -> None:
        self._context, self._connect, self._read = context, connect, read
        self._resolver, self._proxy_resolver = resolver, SystemResolver()

    async def __call__(self, origin: Origin) -> Wire:
        """Raises CannotConnect, TimeoutError, WireBroken (from a proxy)."""
        async with asyncio.timeout(self._connect):
            try:
                return await self._dial(origin)
            except (OSError, UnicodeError) as error:
                if isinstance(error, TimeoutError):
                    raise
                raise CannotConnect(_why(error, origin.proxy)) from error

    async def _dial(self, origin: Origin) -> Wire:
        proxy = origin.proxy
        if proxy is None:
            return await self._open(self._resolver, origin.name, origin.port, origin.is_secure)
        wire = await self._open(self._proxy_resolver, proxy.host, proxy.port, proxy.scheme == "https")
        if not origin.is_secure:
            return wire
        try:
            return await self._tunnel(wire, origin, proxy)
        except BaseException:
            wire.close()
            raise

    async def _open(self, resolver: Resolver, host: str, port: int, is_secure: bool) -> Wire:
        loop = asyncio.get_running_loop()
        wire = Wire(loop, self._read)
        found = await resolver.resolve(host, port)
        connected = await aiohappyeyeballs.start_connection(
            [_information(*one) for one in found], happy_eyeballs_delay=HAPPY_EYEBALLS_DELAY
        )
        # From here on the socket is the loop's, which closes it when this fails.
        if is_secure:
            await loop.create_connection(lambda: wire, sock=connected, ssl=self._context, server_hostname=host)
        else:
            await loop.create_connection(lambda: wire, sock=connected)
        return wire

    async def _tunnel(self, wire: Wire, origin: Origin, proxy: ForwardProxy) -> Wire:
        """TLS to the origin within a connection to a proxy (RFC 9110, 9.3.6)."""
        lines = [f"CONNECT {origin.authority} HTTP/1.1", f"Host: {origin.authority}"]
        if proxy.authorization:
            lines.append(f"Proxy-Authorization: {proxy.authorization}")
        answer = await wire.ask("\r\n".join([*lines, "", ""]).encode(), without_body=True)
        if answer.status != OK:
            raise CannotConnect(f"the proxy {proxy} refuses: {answer.status} {answer.reason}".rstrip())
        plain, inner = wire.transport, Wire(wire.loop, self._read)
        if plain is None:
            raise CannotConnect(f"the proxy {proxy} has closed the connection")
        secure = await wire.loop.start_tls(plain, inner, self._context, server_hostname=origin.name)
        assert secure is not None
        inner.connection_made(secure)
        return inner


def _information(host: str, port: int) -> tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]:
    """As `getaddrinfo` would tell it."""
    if ":" in host:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)


def _why(error: OSError | UnicodeError, proxy: ForwardProxy | None) -> str:
    """What the system says of a connection."""
    said = str(error)
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        known = error.errno is not None and error.errno > 0
        said = os.strerror(error.errno or 0) if known else error.strerror or said
    return f"{said} (through the proxy {proxy})" if proxy else said
