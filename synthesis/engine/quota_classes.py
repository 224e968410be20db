"""The quota class `default`, which is what projects may have that nothing else was said of.

Sources: nova's and cinder's `quota_classes.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.quotas import default_limits
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource


def read_class(scene: Scene, _: Resource, __: Members) -> Outcome:
    return Outcome({"id": scene.call.ids[0], **default_limits(scene, scene.call.service.type)})


def write_class(scene: Scene, _: Resource, sent: Members) -> Outcome:
    service = scene.call.service.type
    if not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow os_compute_api:os-quota-class-sets:update to be performed.")
    kept = scene.world.documents.setdefault((scene.call.region, scene.call.plan.kind, scene.call.ids), {})
    kept.update({name: value for name, value in sent.items() if isinstance(value, int)})
    return Outcome({"quota_class_set": {**kept, **default_limits(scene, service)}})
