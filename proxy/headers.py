"""Which header fields end at the proxy.

Hop-by-hop fields belong to one connection (RFC 9110, 7.6.1); each side of the proxy makes its own. Everything else
passes unchanged, in order.
"""

from __future__ import annotations

from multidict import CIMultiDict, CIMultiDictProxy

from cloudtape.cassettes.messages import Headers

Fields = CIMultiDict[str] | CIMultiDictProxy[str]

SESSION_HEADER = "X-Cloudtape-Session"

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

# Meant for the proxy. The forwarding fields say which address the client used: a service that believed them would build
# links that lack the route's prefix.
FOR_THE_PROXY = frozenset(
    {
        "expect",
        "forwarded",
        "host",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-forwarded-proto",
        SESSION_HEADER.lower(),
    }
)


class _Passing(dict[str, bool]):
    """Whether a field passes, by its name as it is written; those that were asked for are remembered."""

    def __init__(self, dropped: frozenset[str]) -> None:
        self._dropped = dropped

    def __missing__(self, name: str) -> bool:
        passes = name.lower() not in self._dropped
        if len(self) < MOST_NAMES:
            self[name] = passes
        return passes


MOST_NAMES = 1000
_TO_UPSTREAM, _TO_CLIENT = _Passing(HOP_BY_HOP | FOR_THE_PROXY), _Passing(HOP_BY_HOP)


def _end_to_end(headers: Fields, passing: _Passing) -> Headers:
    """The fields that pass, less those that `Connection` names."""
    passed = [pair for pair in headers.items() if passing[pair[0]]]
    if headers.get("Connection", "close") in ("keep-alive", "close"):
        return tuple(passed)
    named = {token.strip().lower() for value in headers.getall("Connection") for token in value.split(",")}
    return tuple([pair for pair in passed if pair[0].lower() not in named])


def for_upstream(headers: Fields) -> Headers:
    return _end_to_end(headers, _TO_UPSTREAM)


def for_client(headers: Fields) -> Headers:
    return _end_to_end(headers, _TO_CLIENT)
