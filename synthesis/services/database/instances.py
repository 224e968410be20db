"""Trove: configurations and the databases and users of instances. Source: trove's `configuration/service.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene, Window
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

CONFIGURATIONS, INSTANCES = "database/configurations", "database/instances"
ROOT = INSTANCES + "/root"


def _as_ours(_: Scene, theirs: Members) -> Members:
    """One of nova's: trove has none of its own."""
    return {name: theirs.get(name) for name in ("id", "name", "ram", "links")}


HOOKS.windows["database/flavors"] = Window("compute/flavors", _as_ours)


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


@HOOKS.on(ROOT, "WRITE")
def _root_enabled(scene: Scene, _: Resource, __: Members) -> Outcome:
    """A password of its own each time, which nothing tells again."""
    scene.need(INSTANCES, scene.call.ids[0]).private["root"] = True
    return Outcome({"user": {"name": "root", "password": scene.world.new_id("hex")}})


@HOOKS.on(ROOT, "READ")
def _root(scene: Scene, _: Resource, __: Members) -> Outcome:
    return Outcome({"rootEnabled": bool(scene.need(INSTANCES, scene.call.ids[0]).private.get("root"))})
