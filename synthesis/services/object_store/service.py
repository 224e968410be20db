"""Object storage in a synthesized cloud: each world has an object store of its own.

Decides who asks, from the world's tokens, and hands requests on; what an object store does is `object_store`'s to know.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from cloudtape.cassettes.faults import fault
from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.synthesis.services.object_store.access import Caller
from cloudtape.synthesis.services.object_store.endpoints import endpoints
from cloudtape.synthesis.services.object_store.store import ObjectStore
from cloudtape.synthesis.worlds.token_book import Token
from cloudtape.synthesis.worlds.tokens import holder
from cloudtape.synthesis.worlds.world import World

SERVICE = "object-store"


class ObjectService:
    """The responder of `object-store`. What its stores keep lies with the images of the same world."""

    def __init__(self) -> None:
        self._stores: WeakKeyDictionary[World, ObjectStore] = WeakKeyDictionary()

    async def __call__(self, world: World, request: Request) -> Response:
        if told := endpoints(request):
            return told
        token = holder(world, header(request.headers, "x-auth-token"))
        if token is None and header(request.headers, "x-auth-token"):
            return fault(SERVICE, 401, "This server could not verify that you are authorized to access the document.")
        return await self.store(world)(request, caller=_caller(token) if token else None)

    def store(self, world: World) -> ObjectStore:
        """The object store of a world."""
        store = self._stores.get(world)
        if store is None:
            clock = world.clock  # a store that knew its world would keep it for good
            store = self._stores[world] = ObjectStore(world.blobs, clock=lambda: clock.now().timestamp())
        return store


def _caller(token: Token) -> Caller:
    user, project = (_members(token.document, name) for name in ("user", "project"))
    return Caller(
        token.project,
        token.user,
        tuple(sorted(token.roles)),
        str(project.get("name", "")),
        str(user.get("name", "")),
        str(_members(project, "domain").get("id", "default")),
    )


def _members(document: Any, name: str) -> dict[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}
