"""The listening sockets, and the address under which a client reaches each route."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

from cloudtape.cassettes.messages import Route
from cloudtape.config import Config
from cloudtape.errors import ListenError
from cloudtape.http.edge import Edge
from cloudtape.http.hosts import Door, is_loopback
from cloudtape.http.server import Server
from cloudtape.routes import Routes

SHUTDOWN_SECONDS = 5.0
# Addresses that stand for all of them, and how a client on this machine names one of those.
EVERYWHERE = {"0.0.0.0": "all IPv4 addresses", "::": "all addresses"}  # noqa: S104  (recognised, not bound)
HERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104


class Doors:
    """The listening sockets: one, or in the layout `ports` one for each route besides."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.ports: dict[str, int] = {}
        self._servers: list[tuple[asyncio.Server, Server]] = []
        self._edge: Edge
        self._seen = -1
        self._turn = asyncio.Lock()
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def _host(self) -> str:
        """How a client on this machine names the listening address."""
        host = self._config.host
        return HERE.get(host, f"[{host}]" if ":" in host else host)

    @property
    def listening(self) -> str:
        """Where it listens, for a person; the last word is the address for clients on this machine."""
        kind = EVERYWHERE.get(self._config.host)
        if not kind:
            return self.url
        host = self._config.host
        return f"{f'[{host}]' if ':' in host else host}:{self._port}, {kind} of this machine: {self.url}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before others reach it."""
        host = self._config.host
        if is_loopback(host) or not self._config.mode.needs_upstream:
            return ()
        where = f"{EVERYWHERE[host]} ({host})" if host in EVERYWHERE else host
        upstream = urlsplit(self._config.upstream).netloc
        return (
            f"warning: {where} can be reached from elsewhere: whoever reaches port {self._port} reaches the cloud "
            f"{upstream} through it; --listen 127.0.0.1:{self._port} is for this machine only",
        )

    def base_of(self, route: Route) -> str:
        """The address under which a client reaches a route."""
        if port := self.ports.get(route.name):
            return f"http://{self._host}:{port}{urlsplit(route.upstream).path}"
        return f"{self.url}/{route.name}"

    async def open(self, edge: Edge, routes: Routes) -> None:
        """Raises ListenError."""
        self._edge = edge
        self._port = await self._serve(self._config.port)
        await self.follow(routes)

    async def follow(self, routes: Routes) -> None:
        """Open a door for each route that has none yet."""
        if not self.is_behind(routes):
            return
        async with self._turn:
            for route in routes:
                if route.name not in self.ports:
                    self.ports[route.name] = await self._serve(0)
            self._seen = routes.version

    def is_behind(self, routes: Routes) -> bool:
        """Whether some route still needs a door; never in the layout `prefix`."""
        return self._config.layout == "ports" and self._seen != routes.version

    async def close(self) -> None:
        for listener, _ in self._servers:
            listener.close()
        for _, server in self._servers:
            await server.shutdown(SHUTDOWN_SECONDS)

    async def _serve(self, port: int) -> int:
        """Listen; returns the port."""
        listening = self._socket(port)
        actual: int = listening.getsockname()[1]
        server = Server(self._edge.handle, self._edge.refuse, self._door(listening, actual))
        listener = await asyncio.get_running_loop().create_server(server, sock=listening, backlog=512)
        self._servers.append((listener, server))
        return actual

    def _door(self, listening: socket.socket, port: int) -> Door:
        """The names that a socket answers to: those of this machine where nobody else reaches it, or as asked for."""
        allowed, has_cloud = self._config.allow_hosts, self._config.mode.needs_upstream
        is_local = is_loopback(listening.getsockname()[0])
        return Door(port, allowed, any_name=not is_local and not allowed, dotless=is_local and not has_cloud)

    def _socket(self, port: int) -> socket.socket:
        host = self._config.host
        try:
            return _listening(host, port)
        except OSError as error:
            raise ListenError(f"{host}:{port}", error.strerror or str(error)) from error


def _listening(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, proto, _, address = found[0]
    listening = socket.socket(family, kind, proto)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening
