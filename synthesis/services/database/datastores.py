"""Trove: datastores and their versions, which a path may name. Source: trove's `datastore/service.py`, `views.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine import documents
from cloudtape.synthesis.engine.amendments import is_client
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.database.kinds import DATASTORES, VERSIONS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


def _versions(scene: Scene) -> list[Members]:
    """Those of the datastore in the path. Raises Refused where there is none."""
    wanted = scene.call.ids[0]
    stores = documents.stocked(scene, DATASTORES)
    if not any(wanted in (one.id, one.members["name"]) for one in stores):
        raise not_found(scene.kind(DATASTORES), wanted)
    return [_told(scene, one) for one in documents.stocked(scene, VERSIONS)]


def _told(scene: Scene, one: Resource) -> Members:
    self = f"{scene.call.base}/datastores/versions/{one.id}"
    return {**one.members, "links": [{"rel": "self", "href": self}]}


@HOOKS.answer("database.datastores.versions.list")
def _list(scene: Scene) -> Answer:
    """Whoever asks as the reference does is told what that prints, too: one version."""
    found = _versions(scene)
    if is_client(scene.call.request):
        return Answer(200, {"versions": found}, whole=True)
    return Answer(200, {**scene.adapter(scene.lent, "", found[0]), "versions": found})


@HOOKS.answer("database.datastores.versions.show")
def _show(scene: Scene) -> Answer:
    wanted = scene.call.ids[1]
    for one in _versions(scene):
        if wanted in (one["id"], one["name"]):
            return Answer(200, {"version": one}, whole=True)
    raise Refused(400, f"Datastore version '{wanted}' cannot be found.")
