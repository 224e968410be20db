"""A request as the layers of the object store see it: whose account, container and object, what is asked, by whom.

Names are text; bytes that are not UTF-8 survive as lone surrogates until they are refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Protocol
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from cloudtape.cassettes.blobs import Content
from cloudtape.cassettes.messages import Body, Request, Stream
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, Refusal, page, refuse
from cloudtape.synthesis.services.object_store.model import Container, LargeObject, Link, State
from cloudtape.synthesis.services.object_store.ranges import is_number

TRUE = {"true", "1", "yes", "on", "t", "y"}
VERSIONS = ("v1", "v1.0")


@dataclass(frozen=True, slots=True)
class Target:
    """`/v1/ACCOUNT/CONTAINER/OBJECT`; what is not there is empty. `path` is all of it, decoded."""

    path: str
    version: str = ""
    account: str = ""
    container: str = ""
    object: str = ""

    @classmethod
    def of(cls, path: str) -> Target:
        parts = path.split("/", 4)[1:]
        return cls(path, *parts, *[""] * (4 - len(parts)))

    @property
    def level(self) -> str:
        """`object`, `container`, `account`, or nothing that can be asked for."""
        if not self.account:
            return ""
        return ("object" if self.object else "container") if self.container else "account"

    def to(self, container: str, name: str = "", account: str = "") -> Target:
        parts = (self.version, account or self.account, container, *([name] if name else []))
        return Target.of("/" + "/".join(parts))


class Access(IntEnum):
    NONE = 0
    ALLOWED = 1
    OWNER = 2


class Authority(Protocol):
    @property
    def status(self) -> int:
        """Of an answer that refuses: 401 for someone unknown."""

    @property
    def is_reseller(self) -> bool: ...

    def decide(self, ask: Ask, acl: str) -> Access: ...

    def domain_of(self, account: str) -> str:
        """Of a new account."""


@dataclass(frozen=True, slots=True)
class Ask:
    """`headers` has lower-case names; `params` the last value of each parameter of the query."""

    method: str
    target: Target
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Body | Content
    authority: Authority
    state: State
    listing_type: str = "application/json"
    """The media type of a listing that the client accepts."""
    large: LargeObject | None = None
    """What the body of a PUT is the manifest of."""
    link: Link | None = None
    """What the object of a PUT stands for."""
    mount: str = ""
    """What stands before the path in the URL that clients know; they may have signed the one or the other."""

    @property
    def length(self) -> int | None:
        """What the client announced, None for a body of unknown length, and where neither length nor body came."""
        if self.is_chunked:
            return None
        announced = self.headers.get("content-length", "")
        if is_number(announced) and not isinstance(self.body, Content):
            return int(announced)
        return self._body_length

    @property
    def _body_length(self) -> int | None:
        if isinstance(self.body, Stream):
            return self.body.length
        return (len(self.body) or None) if isinstance(self.body, bytes) else self.body.size

    @property
    def is_chunked(self) -> bool:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return True
        return isinstance(self.body, Stream) and self.body.length is None

    @property
    def has_no_length(self) -> bool:
        return self.length is None and not self.is_chunked

    @property
    def container(self) -> Container | None:
        return self.state.container(self.target.account, self.target.container)

    def flag(self, header: str) -> bool:
        return self.headers.get(header, "").lower() in TRUE

    def having(self, **changes: object) -> Ask:
        return replace(self, **changes)  # type: ignore[arg-type]

    def with_headers(self, add: Mapping[str, str], drop: tuple[str, ...] = ()) -> Ask:
        kept = {name: value for name, value in self.headers.items() if name not in drop}
        return replace(self, headers=kept | dict(add))

    def within(self, method: str, target: Target, params: Mapping[str, str] | None = None) -> Ask:
        """A request of our own on the way to the answer, on behalf of the same client."""
        return replace(self, method=method, target=target, params=params or {}, headers={}, body=b"")


Inner = Callable[[Ask], Awaitable[Answer]]
"""The rest of the layers."""
Layer = Callable[[Ask, Inner], Awaitable[Answer]]


def ask_of(request: Request, path: str, authority: Authority, state: State) -> Ask:
    headers: dict[str, str] = {}
    for name, value in request.headers:
        if "_" in name:
            continue  # as WSGI servers do: it could not be told from one with a hyphen
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    query = urlsplit(request.uri).query
    pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="surrogateescape")
    target = Target.of(unquote_to_bytes(path).decode("utf-8", "surrogateescape"))
    mount = f"/{request.route}" if request.route else ""
    return Ask(request.method, target, dict(pairs), headers, request.body, authority, state, mount=mount)


def is_text(value: str) -> bool:
    """Whether a name or a header's value is UTF-8 and free of NUL."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def text_param(ask: Ask, name: str) -> str | None:
    """Raises Refusal for what is not UTF-8."""
    value = ask.params.get(name)
    if value and any("\ud800" <= char <= "\udfff" for char in value):
        content_type = "text/plain" if ask.target.container else PAGE_TYPE
        raise refuse(400, f'"{name}" parameter not valid UTF-8', content_type)
    return value


def checked_container_name(name: str) -> str:
    if not name:
        raise Refusal(named(412, "Container name cannot be empty"))
    if "/" in name:
        raise Refusal(named(412, "Container name cannot contain slashes"))
    return name


def named(status: int, text: str) -> Answer:
    answer = page(status)
    answer.body = text.encode()
    return answer
