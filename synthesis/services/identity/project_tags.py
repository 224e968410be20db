"""Keystone: tags of projects. Source: keystone's `api/projects.py`."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.core import PROJECTS
from cloudtape.synthesis.worlds.shelves import Resource

HOOKS = Hooks()

MOST, LONGEST = 80, 255


def _project(scene: Scene) -> Resource:
    return scene.need(PROJECTS, scene.call.ids[0])


def _checked(tags: Any) -> list[str]:
    """Tags without repetition. Raises Refused for too many, and for one that is empty, too long or has `/` or `,`."""
    if not isinstance(tags, list) or len(tags) > MOST:
        raise Refused(400, f"Invalid input for field 'tags': there must be a list of at most {MOST}.")
    for tag in tags:
        if not isinstance(tag, str) or not 0 < len(tag) <= LONGEST or "/" in tag or "," in tag:
            raise Refused(400, f"Invalid input for field 'tags': {tag!r} is no tag.")
    return [*dict.fromkeys(tags)]


def _tag(scene: Scene) -> str:
    """The tag of a path. Raises Refused where the project does not have it."""
    if scene.call.path[3] not in _project(scene).members["tags"]:
        raise Refused(404, f"Could not find project tag: {scene.call.path[3]}.")
    return scene.call.path[3]


def _told(scene: Scene) -> Answer:
    links = {"self": scene.call.request.uri, "next": None, "previous": None}
    return Answer(200, {"tags": _project(scene).members["tags"], "links": links}, whole=True)


@HOOKS.answer("identity.projects.tags.list")
def _list(scene: Scene) -> Answer:
    return _told(scene)


@HOOKS.answer("identity.projects.tags.replace")
def _replace(scene: Scene) -> Answer:
    body = scene.call.body
    _project(scene).set(tags=_checked(body.get("tags") if isinstance(body, dict) else None))
    return _told(scene)


@HOOKS.answer("identity.projects.tags.clear")
def _clear(scene: Scene) -> Answer:
    _project(scene).set(tags=[])
    return Answer(204)


@HOOKS.answer("identity.projects.tags.add")
def _add(scene: Scene) -> Answer:
    project = _project(scene)
    project.set(tags=_checked([*project.members["tags"], scene.call.path[3]]))
    return Answer(201, headers=(("Location", scene.call.request.uri.partition("?")[0]),))


@HOOKS.answer("identity.projects.tags.check")
def _check(scene: Scene) -> Answer:
    _tag(scene)
    return Answer(204)


@HOOKS.answer("identity.projects.tags.remove")
def _remove(scene: Scene) -> Answer:
    gone, project = _tag(scene), _project(scene)
    project.set(tags=[tag for tag in project.members["tags"] if tag != gone])
    return Answer(204)
