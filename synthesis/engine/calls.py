"""One request as synthesis sees it, and the answer before it is HTTP."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from cloudtape.cassettes.messages import Request
from cloudtape.synthesis.engine.acting import acts_for_all
from cloudtape.synthesis.engine.plans import Plan
from cloudtape.synthesis.engine.services import Microversion, Service
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.token_book import Token

Pairs = tuple[tuple[str, str], ...]


class Call(msgspec.Struct, frozen=True):
    """`path` are the segments behind version and project, decoded; `base` the service's address with them before it
    (`http://compute.cloud.invalid/v2.1/PROJECT`), for links. `ids` are the values of the template's variables.
    `as_printed`: it is asked as the reference prints it, in a form that today's clients do not use, and is answered so.
    """

    request: Request
    service: Service
    region: str
    version: str
    base: str
    path: tuple[str, ...]
    query: Pairs
    token: Token
    micro: Microversion
    plan: Plan
    ids: tuple[str, ...]
    body: Any = None
    as_printed: bool = False

    @property
    def parents(self) -> tuple[str, ...]:
        """The ids of what stands above the resource."""
        return self.ids[:-1] if self.plan.has_id else self.ids

    @property
    def id(self) -> str:
        return self.ids[-1]

    @property
    def project(self) -> str:
        return self.token.project

    @property
    def sees_all(self) -> bool:
        """Whether whoever asks sees the things of all projects."""
        if not self.token.is_admin:
            return False
        return not self.service.all_projects or acts_for_all(self.service, self.request)

    def asked(self, name: str) -> str | None:
        """A value of the query."""
        return next((value for key, value in self.query if key == name), None)

    @property
    def sent(self) -> Members:
        """The members of the resource in the request. Raises Refused for a body that is no object."""
        body = self.body
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise Refused(400, "The request body must be a JSON object.")
        for name in (self.plan.request_wrapper, self.plan.wrapper):
            if name and isinstance(body.get(name), dict):
                return dict(body[name])
        values = list(body.values())
        is_wrapped = len(values) == 1 and isinstance(values[0], dict) and not self._is_member(next(iter(body)))
        return dict(values[0]) if is_wrapped else dict(body)

    def _is_member(self, name: str) -> bool:
        """Whether the example request has a member of this name beside others, so that it wraps nothing."""
        sent = self.plan.sent
        return isinstance(sent, dict) and len(sent) > 1 and name in sent and not self.plan.request_wrapper


class Answer(msgspec.Struct, frozen=True):
    """`body` is a JSON value, None for no body, or bytes with a `Content-Type` among the headers.

    `shows` instead of a body: the resource, as the operation shows it. `whole`: no example has anything to add.
    """

    status: int
    body: Any = None
    headers: Pairs = ()
    shows: Resource | None = None
    whole: bool = False


@functools.lru_cache(1024)
def query_of(text: str) -> Pairs:
    return tuple(parse_qsl(text, keep_blank_values=True)) if text else ()
