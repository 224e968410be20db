"""Keystone: which projects have which endpoints (OS-EP-FILTER). Source: keystone's `api/os_ep_filter.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.api import listed
from cloudtape.synthesis.services.identity.catalogs import (
    ENDPOINT_GROUPS,
    ENDPOINTS,
    chosen_endpoints,
    given_to,
    in_group,
)
from cloudtape.synthesis.services.identity.core import PROJECTS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

FILTER = "identity.os-ep-filter."
IN_GROUP = FILTER + "endpoint-groups.projects."
IN_PROJECT = FILTER + "projects.endpoints."
# What endpoints may be chosen by.
FILTERS = frozenset({"service_id", "region_id", "interface"})


def _pair(scene: Scene, there: bool = True) -> tuple[Resource, Resource]:
    """The project of a path, and the endpoint or the group. Raises Refused where it should be given, and is not."""
    kinds = {"projects": PROJECTS, "endpoints": ENDPOINTS, "endpoint_groups": ENDPOINT_GROUPS}
    path = scene.call.path
    found = {name: scene.need(kinds[name], path[path.index(name) + 1]) for name in kinds if name in path}
    project = found.pop("projects")
    (what,) = found.values()
    if there and project.id not in given_to(scene.world, what.id):
        raise Refused(404, f"{scene.kind(what.kind).label} {what.id} not found in project {project.id}.")
    return project, what


@HOOKS.answer(IN_PROJECT + "add", IN_GROUP + "add")
def _give(scene: Scene) -> Answer:
    project, what = _pair(scene, there=False)
    if project.id in given_to(scene.world, what.id):
        raise Refused(409, f"{scene.kind(what.kind).label} {what.id} is in project {project.id} already.")
    given_to(scene.world, what.id)[project.id] = None
    return Answer(204)


@HOOKS.answer(IN_PROJECT + "delete", IN_GROUP + "delete")
def _take(scene: Scene) -> Answer:
    project, what = _pair(scene)
    del given_to(scene.world, what.id)[project.id]
    return Answer(204)


@HOOKS.answer(IN_PROJECT + "check", IN_PROJECT + "show", IN_GROUP + "check")
def _check(scene: Scene) -> Answer:
    _pair(scene)
    return Answer(scene.call.plan.status)


@HOOKS.answer(IN_GROUP + "show")
def _show(scene: Scene) -> Answer:
    project = _pair(scene)[0]
    return Answer(200, {"project": {**project.members, "links": {"self": f"{scene.call.base}/projects/{project.id}"}}})


@HOOKS.answer(IN_PROJECT + "list")
def _of_project(scene: Scene) -> Answer:
    chosen = chosen_endpoints(scene.world, scene.need(PROJECTS, scene.call.ids[0]).id)
    return listed(scene, "endpoints", (one for one in scene.world.all(ENDPOINTS) if one.id in chosen))


@HOOKS.answer(FILTER + "projects.endpoint-groups.list")
def _groups_of_project(scene: Scene) -> Answer:
    project = scene.need(PROJECTS, scene.call.ids[0])
    found = (one for one in scene.world.all(ENDPOINT_GROUPS) if project.id in given_to(scene.world, one.id))
    return listed(scene, "endpoint_groups", found)


@HOOKS.answer(FILTER + "endpoints.projects.list", IN_GROUP + "list")
def _projects(scene: Scene) -> Answer:
    kind = ENDPOINTS if scene.call.path[1] == "endpoints" else ENDPOINT_GROUPS
    given = given_to(scene.world, scene.need(kind, scene.call.ids[0]).id)
    return listed(scene, "projects", filter(None, (scene.find(PROJECTS, id_) for id_ in given)))


@HOOKS.answer(FILTER + "endpoint-groups.endpoints.list")
def _of_group(scene: Scene) -> Answer:
    group = scene.need(ENDPOINT_GROUPS, scene.call.ids[0])
    return listed(scene, "endpoints", in_group(scene.world, group.members))


@HOOKS.on(ENDPOINT_GROUPS, "CREATE", "UPDATE")
def _filters(_: Scene, __: Resource, sent: Members) -> None:
    unknown = sorted(set(sent.get("filters") or ()) - FILTERS)
    if unknown:
        raise Refused(400, f"Invalid filter of an endpoint group: {', '.join(unknown)}.")
