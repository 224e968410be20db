"""Sahara: images that are registered with it. Sources: sahara's `utils/openstack/images.py`, `service/api/v10.py`."""

from __future__ import annotations

import re
from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.services.data_processing.kinds import IMAGES, invalid
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
OF_GLANCE = "image/images"
TAG = re.compile(
    r"(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-_]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-_]*[A-Za-z0-9])"
)


def _body(scene: Scene, *names: str) -> Members:
    sent = scene.call.body if isinstance(scene.call.body, dict) else {}
    if wrong := [name for name in sent if name not in names]:
        raise invalid(f"Additional properties are not allowed ({wrong[0]!r} was unexpected)")
    if names[0] not in sent:
        raise invalid(f"{names[0]!r} is a required property")
    return sent


def _of_glance(scene: Scene) -> Resource:
    found = scene.find(OF_GLANCE, scene.call.ids[0])
    if found is None:
        raise not_found(scene.kind(IMAGES), scene.call.ids[0])
    return found


@HOOKS.answer("data-processing.images.register")
def _register(scene: Scene) -> Answer:
    sent, theirs = _body(scene, "username", "description"), _of_glance(scene)
    for name, value in sent.items():
        if not isinstance(value, str):
            raise invalid(f"{name}: {value!r} is not of type 'string'")
    one = scene.find(IMAGES, theirs.id) or scene.add(IMAGES, {"id": theirs.id, "tags": []}, project="")
    known = theirs.members
    one.set(name=known.get("name"), created=known.get("created_at"), updated=known.get("updated_at"), status="ACTIVE")
    one.set(minDisk=known.get("min_disk") or 0, minRam=known.get("min_ram") or 0, progress=100)
    one.set(**{"OS-EXT-IMG-SIZE:size": known.get("size"), "username": sent["username"]})
    one.set(description=sent.get("description"))
    return _told(scene, one)


def _told(scene: Scene, one: Resource) -> Answer:
    """With what sahara writes into its metadata."""
    kept: Members = {f"_sahara_tag_{tag}": "True" for tag in one.members["tags"]}
    kept |= {"_sahara_username": one.members["username"]}
    if one.members.get("description"):
        kept["_sahara_description"] = one.members["description"]
    one.set(metadata=kept)
    return Answer(scene.call.plan.status, {"image": one.members})


def _registered(scene: Scene) -> Resource:
    _of_glance(scene)
    found = scene.find(IMAGES, scene.call.ids[0])
    if found is None:
        raise not_found(scene.kind(IMAGES), scene.call.ids[0])
    return found


def _tags(scene: Scene) -> list[str]:
    tags: Any = _body(scene, "tags")["tags"]
    if not isinstance(tags, list):
        raise invalid(f"tags: {tags!r} is not of type 'array'")
    for at, tag in enumerate(tags):
        if not isinstance(tag, str) or not TAG.fullmatch(tag):
            raise invalid(f"tags[{at}]: {tag!r} is not a 'valid_tag'")
    return tags


@HOOKS.answer("data-processing.images.tag.add")
def _tag(scene: Scene) -> Answer:
    one, tags = _registered(scene), _tags(scene)
    one.set(tags=[*one.members["tags"], *(tag for tag in tags if tag not in one.members["tags"])])
    return _told(scene, one)


@HOOKS.answer("data-processing.images.untag.remove")
def _untag(scene: Scene) -> Answer:
    one, tags = _registered(scene), _tags(scene)
    one.set(tags=[tag for tag in one.members["tags"] if tag not in tags])
    return _told(scene, one)


@HOOKS.answer("data-processing.images.unregister")
def _unregister(scene: Scene) -> Answer:
    scene.remove(_registered(scene))
    return Answer(204)
