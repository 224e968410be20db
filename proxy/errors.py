"""What can go wrong between the client, the proxy and the cloud.

    ProxyError
    ├── ConfigError             what the user asked for cannot be done (theirs to mend)
    │   ├── NotKeystone         the auth URL answers, but not as an identity service does
    │   └── ListenError         the address cannot be listened on
    ├── BadRequest              the client's request cannot be understood (4xx)
    │   ├── RouteRefused        it names an origin or a path that is no known route
    │   ├── HostRefused         it came under a name that is not ours
    │   ├── TooLarge            its body is longer than can be kept
    │   ├── NotAllowed          its method is one that nobody here is allowed (CONNECT)
    │   └── NotSpoken           it asks for what a proxy could do and this one does not
    ├── ClientGone              nobody is there any more to be answered
    │   └── BodyBroken          the body of the request is not framed as its head says
    ├── TooManySessions         somebody is logged in to each session that there is room for
    ├── TooManyLogins           as many tokens are good as there is room for
    ├── UploadNotKept           there is no room for what a client has uploaded to a replay
    └── UpstreamError           the cloud did not answer as HTTP asks (5xx)
        ├── UpstreamUnreachable no connection
        ├── UpstreamTimeout     connected, but too slow
        └── UpstreamBroken      the answer was cut or is not HTTP

`status` is the HTTP status that the edge reports; `str()` is one line for a person.
"""

from __future__ import annotations

import math


class ProxyError(Exception):
    """Base of all errors of this package."""

    status = 500
    retry_after = 0
    """Seconds after which it may go well; 0 where nobody can say."""


class ConfigError(ProxyError):
    pass


class NotKeystone(ConfigError):
    def __init__(self, url: str, why: str) -> None:
        self.url, self.why = url, why
        super().__init__(f"{url} is not an OpenStack identity service: {why}")


class ListenError(ConfigError):
    def __init__(self, address: str, why: str) -> None:
        self.address, self.why = address, why
        super().__init__(f"cannot listen on {address}: {why}")


class BadRequest(ProxyError):
    status = 400


class RouteRefused(BadRequest):
    def __init__(self, why: str, status: int) -> None:
        self.status = status
        super().__init__(why)


class HostRefused(BadRequest):
    status = 403

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host!r} is not a name of this proxy, which answers on this machine only; --allow-host allows others"
        )


class TooLarge(BadRequest):
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body of a request is longer than {limit >> 30} GiB")


class NotAllowed(BadRequest):
    status = 405


class NotSpoken(BadRequest):
    status = 501


class ClientGone(ProxyError):
    """The client closed the connection before its request or our answer was complete."""


class BodyBroken(ClientGone):
    """The client is there, but where its request ends cannot be known."""

    def __init__(self, why: str, status: int = 400) -> None:
        self.status = status
        super().__init__(f"the body of the request is broken: {why}")


class TooManySessions(ProxyError):
    status = 503

    def __init__(self, most: int, seconds: float) -> None:
        self.retry_after = max(1, math.ceil(seconds))
        super().__init__(
            f"somebody is logged in to each of {most} sessions, and there is room for no more (--max-sessions)"
        )


class TooManyLogins(ProxyError):
    status = 503

    def __init__(self, most: int, seconds: float) -> None:
        self.retry_after = max(1, math.ceil(seconds))
        super().__init__(f"{most} tokens are good at this moment, and there is room for no more")


class UploadNotKept(ProxyError):
    status = 507

    def __init__(self, why: str) -> None:
        super().__init__(f"what was uploaded cannot be kept: {why}")


class UpstreamError(ProxyError):
    status = 502

    def __init__(self, uri: str, why: str) -> None:
        self.uri, self.why = uri, why
        super().__init__(f"{uri}: {why}")


class UpstreamUnreachable(UpstreamError):
    pass


class UpstreamTimeout(UpstreamError):
    status = 504


class UpstreamBroken(UpstreamError):
    pass
