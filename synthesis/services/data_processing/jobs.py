"""Sahara: versions of plugins, jobs that are run. Source: sahara's `api/v11.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import echoed, stock
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.showing import show
from cloudtape.synthesis.engine.telling import form_of
from cloudtape.synthesis.engine.views import visible
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

PLUGINS, EXECUTIONS = "data-processing/plugins", "data-processing/job-executions"
JOBS = "data-processing/jobs"


@HOOKS.answer("data-processing.plugins.show-plugin-version-details")
def _plugin_version(scene: Scene) -> Answer:
    name, _ = scene.call.ids
    stock(scene, scene.kind(PLUGINS), ())
    plugin = scene.need(PLUGINS, name)
    return Answer(200, echoed(scene, {"name": name, "title": plugin.members.get("title")}))


@HOOKS.answer("data-processing.clusters.show", "data-processing.clusters.show-progress")
def _cluster(scene: Scene) -> Answer:
    """With its progress, the reference shows the cluster without a wrapper."""
    if scene.call.asked("show_progress") in (None, "false"):
        return show(scene)
    one = item(scene, scene.call.plan.kind, scene.call.id)
    kind = scene.kind(one.kind)
    plans, form = kind.plans, form_of(kind.rule, scene.call.plan, (0, 0))
    shown = next(plan for plan in plans if plan.operation.id == "data-processing.clusters.show-progress")
    return Answer(200, {**scene.adapter(kind.lent(shown), "", one.members), **visible(kind, one, form)})


@HOOKS.on(JOBS, "DELETE")
def _executions_go(scene: Scene, job: Resource, _: Members) -> None:
    for one in list(scene.where(EXECUTIONS, job_id=job.id)):
        scene.remove(one)
