"""Trove: configurations and the databases and users of instances. Source: trove's `configuration/service.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

CONFIGURATIONS, INSTANCES = "database/configurations", "database/instances"


@HOOKS.on(CONFIGURATIONS, "CREATE")
def _values(_: Scene, one: Resource, sent: Members) -> None:
    """The reference prints values as a list of objects; answers have one object."""
    values = sent.get("values")
    if isinstance(values, list):
        one.set(values={name: value for part in values if isinstance(part, dict) for name, value in part.items()})


@HOOKS.on(INSTANCES, "CREATE")
def _flavor(scene: Scene, one: Resource, sent: Members) -> None:
    """The flavor is shown as a link."""
    id_ = str(sent["flavorRef"]).rstrip("/").rpartition("/")[2]
    one.set(flavor={"id": id_, "links": [{"rel": "self", "href": f"{scene.call.base}/flavors/{id_}"}]})


@HOOKS.on(INSTANCES, "resize")
def _resize(_: Scene, one: Resource, sent: Members) -> None:
    if isinstance(sent.get("volume"), dict):
        one.set(volume={**(one.members.get("volume") or {}), **sent["volume"]})
