"""Which header fields end at the proxy.

Hop-by-hop fields belong to one connection (RFC 9110, 7.6.1); each side of the proxy makes its own. Everything else
passes unchanged, in order.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloudtape.cassettes.messages import Headers

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

_DROPPED_FROM_REQUESTS = HOP_BY_HOP | FOR_THE_PROXY


def end_to_end(headers: Iterable[tuple[str, str]], dropped: frozenset[str]) -> Headers:
    """The fields that pass, less those that `Connection` names."""
    lowered = [(pair[0].lower(), pair) for pair in headers]
    for name, pair in lowered:
        if name == "connection" and pair[1] not in ("keep-alive", "close"):
            dropped |= {token.strip().lower() for token in pair[1].split(",")}
    return tuple([pair for name, pair in lowered if name not in dropped])


def for_upstream(headers: Iterable[tuple[str, str]]) -> Headers:
    return end_to_end(headers, _DROPPED_FROM_REQUESTS)


def for_client(headers: Iterable[tuple[str, str]]) -> Headers:
    return end_to_end(headers, HOP_BY_HOP)
