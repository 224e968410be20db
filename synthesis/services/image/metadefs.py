"""Glance: definitions of metadata, in namespaces. Source: glance's `api/v2/metadef_*.py`."""

from __future__ import annotations

from msgspec.structs import replace

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.making import made
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.showing import shown
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

NAMESPACES = "image/metadefs/namespaces"
TAGS = NAMESPACES + "/tags"


@HOOKS.on(NAMESPACES, "CREATE")
def _namespace(_: Scene, one: Resource, __: Members) -> None:
    path = f"/v2/metadefs/namespaces/{one.id}"
    one.set(self=path, schema="/v2/schemas/metadefs/namespace")


@HOOKS.on(NAMESPACES + "/objects", "CREATE")
def _object(_: Scene, one: Resource, __: Members) -> None:
    one.set(self=f"/v2/metadefs/namespaces/{one.parents[0]}/objects/{one.id}", schema="/v2/schemas/metadefs/object")


@HOOKS.on(NAMESPACES, "DELETE")
def _is_not_protected(_: Scene, one: Resource, __: Members) -> None:
    if one.members.get("protected"):
        raise Refused(403, f"Metadata definition namespace {one.id} is protected and cannot be deleted.")


@HOOKS.answer("image.metadefs.namespaces.tags.add")
def _tag(scene: Scene) -> Answer:
    """One that is named by the path."""
    item(scene, NAMESPACES, scene.call.ids[0])
    one, _ = made(scene, scene.kind(TAGS), {"name": scene.call.id}, scene.call.id)
    return replace(shown(scene, one), status=201)
