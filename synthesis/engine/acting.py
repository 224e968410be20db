"""For whom a request acts, where its service lets administrators say that in headers: for all projects, or for another.

Source: designate's `ContextMiddleware`.
"""

from __future__ import annotations

from msgspec.structs import replace

from cloudtape.cassettes.messages import Request, header
from cloudtape.synthesis.engine.services import Service
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.token_book import Token

YES = frozenset({"1", "t", "true", "on", "y", "yes"})
"""What oslo's `bool_from_string` takes for yes."""


def acting(service: Service, request: Request, token: Token) -> Token:
    """The token, of the project for which it acts. Raises Refused for who may not."""
    other = _said(request, service.other_project)
    if not token.is_admin and (other or acts_for_all(service, request)):
        raise Refused(403, "Only an administrator may act for other projects.")
    return replace(token, project=other) if other else token


def acts_for_all(service: Service, request: Request) -> bool:
    """Whether a request is about the things of all projects."""
    return _said(request, service.all_projects).lower() in YES


def _said(request: Request, name: str) -> str:
    return (header(request.headers, name) or "").strip() if name else ""
