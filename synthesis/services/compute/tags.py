"""Nova: tags of servers. Source: nova's `api/openstack/compute/server_tags.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Resource

HOOKS = Hooks()


def _tagged(scene: Scene) -> tuple[Resource, list[str]]:
    """The resource, and its tags."""
    one = item(scene, scene.call.plan.steps[0].kind, scene.call.ids[0], ())
    return one, list(one.members.get("tags") or ())


@HOOKS.answer("compute.servers.tags.list")
def _list(scene: Scene) -> Answer:
    return Answer(200, {"tags": _tagged(scene)[1]}, whole=True)


@HOOKS.answer("compute.servers.tags.replace")
def _replace(scene: Scene) -> Answer:
    body = scene.call.body if isinstance(scene.call.body, dict) else {}
    _tagged(scene)[0].set(tags=list(body.get("tags") or ()))
    return _list(scene)


@HOOKS.answer("compute.servers.tags.clear")
def _clear(scene: Scene) -> Answer:
    _tagged(scene)[0].set(tags=[])
    return Answer(204)


@HOOKS.answer("compute.servers.tags.show")
def _check(scene: Scene) -> Answer:
    one, tags = _tagged(scene)
    if scene.call.id not in tags:
        raise Refused(404, f"{scene.kind(one.kind).label} {one.id} has no tag '{scene.call.id}'")
    return Answer(204)


@HOOKS.answer("compute.servers.tags.add")
def _add(scene: Scene) -> Answer:
    one, tags = _tagged(scene)
    one.set(tags=[*dict.fromkeys([*tags, scene.call.id])])
    status = 204 if scene.call.id in tags and 204 in scene.call.plan.operation.statuses else 201
    where = scene.call.request.uri.partition("?")[0]
    return Answer(status, headers=(("Location", where),))


@HOOKS.answer("compute.servers.tags.remove")
def _remove(scene: Scene) -> Answer:
    _check(scene)
    one, tags = _tagged(scene)
    one.set(tags=[tag for tag in tags if tag != scene.call.id])
    return Answer(204)
