"""Where the requests of a cassette went: what the URIs that came in on one route have in common."""

from __future__ import annotations

from itertools import takewhile

from cloudtape.cassettes.messages import Request


class Asked:
    """Of each route's name and origin, the segments with which all URIs that were asked there begin."""

    def __init__(self) -> None:
        self._common: dict[tuple[str, str, str], list[str]] = {}

    def __len__(self) -> int:
        return len(self._common)

    def add(self, request: Request) -> None:
        scheme, _, rest = request.uri.partition("?")[0].partition("://")
        host, *path = rest.split("/")
        known = self._common.setdefault((request.route, scheme, host), path)
        if known != path[: len(known)]:
            pairs = takewhile(lambda pair: pair[0] == pair[1], zip(known, path, strict=False))
            self._common[request.route, scheme, host] = [mine for mine, _ in pairs]

    def beginnings(self) -> tuple[tuple[str, str], ...]:
        """(route's name, beginning of the URIs)."""
        return tuple((key[0], f"{key[1]}://" + "/".join([key[2], *path])) for key, path in self._common.items())
