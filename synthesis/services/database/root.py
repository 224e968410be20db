"""Trove: the root user of an instance's database. Sources: trove's `extensions/common/service.py`, `models.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.database.kinds import INSTANCES, instance_of
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
ROOT = INSTANCES + "/root"


@HOOKS.on(ROOT, "WRITE")
def _root_enabled(scene: Scene, _: Resource, sent: Members) -> Outcome:
    """A password of its own each time, which nothing tells again."""
    instance_of(scene, scene.call.ids[0]).private["root"] = True
    return Outcome({"user": {"name": "root", "password": sent.get("password") or scene.world.new_id("hex")}})


@HOOKS.on(ROOT, "READ")
def _root(scene: Scene, _: Resource, __: Members) -> Outcome:
    return Outcome({"rootEnabled": bool(instance_of(scene, scene.call.ids[0]).private.get("root"))})


@HOOKS.answer("database.instances.root.disable")
def _root_disabled(scene: Scene) -> Answer:
    one = instance_of(scene, scene.call.ids[0])
    if not one.private.pop("root", False):
        raise Refused(404, "Root user has never been enabled on the instance.")
    return Answer(204)
