"""Octavia: quotas. Some have an older name, too, that clients still use."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import limits_of, printed_limits
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.reading import wrong
from cloudtape.synthesis.worlds.shelves import Members

HOOKS = Hooks()
SERVICE, QUOTAS = "load-balancer", "load-balancer/lbaas/quotas"
OLD = {"load_balancer": "loadbalancer", "health_monitor": "healthmonitor"}
LEAST, MOST = -1, 2000000000


def _quota(limits: Members, project: str) -> Members:
    return {"project_id": project, **limits, **{old: limits[name] for old, name in OLD.items()}}


def _limits(scene: Scene, project: str) -> Members:
    return _quota(dict(limits_of(scene, SERVICE, project)), project)


def _may(scene: Scene, project: str) -> None:
    if not scene.call.token.is_admin and project != scene.call.project:
        raise Refused(403, "Policy does not allow this request to be performed.")


@HOOKS.answer("load-balancer.quotas.show")
def _show(scene: Scene) -> Answer:
    _may(scene, scene.call.id)
    return Answer(200, {"quota": _limits(scene, scene.call.id)})


@HOOKS.answer("load-balancer.quotas.list")
def _list(scene: Scene) -> Answer:
    """Those that somebody has set."""
    asked = scene.call.asked("project_id") if scene.call.token.is_admin else scene.call.project
    there = [key[2][0] for key in scene.world.documents if key[:2] == (scene.call.region, QUOTAS)]
    return Answer(200, {"quotas": [_limits(scene, project) for project in there if asked in (None, project)]})


@HOOKS.answer("load-balancer.quotas.update")
def _update(scene: Scene) -> Answer:
    sent = {OLD.get(name, name): value for name, value in scene.call.sent.items()}
    known = printed_limits(scene, SERVICE)
    for name, value in sent.items():
        if name not in known:
            raise Refused(400, f"Unknown attribute: {name}")
        if value is not None and not (isinstance(value, int) and LEAST <= value <= MOST):
            raise wrong(name, value, f"Value should be between {LEAST} and {MOST}")
    kept = scene.world.documents.setdefault((scene.call.region, QUOTAS, (scene.call.id,)), {})
    kept.update({name: known[name] if value is None else value for name, value in sent.items()})
    return Answer(202, {"quota": _limits(scene, scene.call.id)})


@HOOKS.answer("load-balancer.quotas.reset")
def _reset(scene: Scene) -> Answer:
    scene.world.documents.pop((scene.call.region, QUOTAS, (scene.call.id,)), None)
    return Answer(202)


@HOOKS.answer("load-balancer.quotas.defaults.show", "load-balancer.quotas.default.show")
def _defaults(scene: Scene) -> Answer:
    project = scene.call.ids[0] if scene.call.ids else "defaults"
    return Answer(200, {"quota": _quota(dict(printed_limits(scene, SERVICE)), project)})
