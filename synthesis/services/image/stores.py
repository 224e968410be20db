"""Glance: the stores in which images keep their data.

Sources: glance's `api/v2/discovery.py`, `api/v2/cached_images.py`, `api/v2/images.py` (delete_from_store) and
`async_/flows/api_image_import.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cloudtape.cassettes.blobs import Blob
from cloudtape.cassettes.messages import header
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene, copied
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

IMAGES, STORES, TASKS = "image/images", "image/info/stores", "image/images/tasks"
DEFAULT: Members = {"id": "file", "default": "true"}
"""The only store where no recording told of others."""
TIME, KEPT_FOR = "%Y-%m-%dT%H:%M:%S.000000", timedelta(days=2)
CHOSEN = "x-image-meta-store"


def stores_of(scene: Scene) -> list[Members]:
    """Those that a recording told of, else one."""
    return [one.members for one in scene.world.all(STORES, scene.call.region)] or [DEFAULT]


def default_store(scene: Scene) -> str:
    stores = stores_of(scene)
    return str(next((one for one in stores if one.get("default") == "true"), stores[0])["id"])


def stores_asked(scene: Scene) -> list[str]:
    """The stores that a request to upload or import names. Raises Refused for one that is not there."""
    body: Any = scene.call.body
    writable = [str(one["id"]) for one in stores_of(scene) if one.get("read-only") != "true"]
    if isinstance(body, dict) and body.get("all_stores"):
        return writable
    asked = body.get("stores") if isinstance(body, dict) else None
    one = header(scene.call.request.headers, CHOSEN)
    names = [str(name) for name in asked] if isinstance(asked, list) and asked else [one or default_store(scene)]
    for name in names:
        if name not in writable:
            raise Refused(400, f"Store for image {scene.call.ids[0]} is not found: {name}")
    return names


def put_into(image: Resource, names: list[str]) -> None:
    """Say that an image's data is in these stores, too."""
    held = [name for name in str(image.members.get("stores") or "").split(",") if name]
    image.set(stores=",".join(dict.fromkeys([*held, *names])))


def store(image: Resource, blob: Blob, names: list[str]) -> None:
    """Give an image its data, in these stores."""
    image.private["blob"] = blob
    image.set(
        status="active",
        size=blob.size,
        virtual_size=blob.size,
        checksum=blob.digests["md5"],
        os_hash_algo="sha512",
        os_hash_value=blob.digests["sha512"],
    )
    put_into(image, names)


def add_import_task(scene: Scene, image: Resource, names: list[str]) -> Resource:
    """Note that an image was imported into these stores, as a task that is listed with it."""
    now = scene.world.clock.now()
    members = {
        "id": scene.world.new_id(),
        "type": "api_image_import",
        "status": "success",
        "owner": scene.call.token.project,
        "expires_at": (now + KEPT_FOR).strftime(TIME),
        "created_at": now.strftime(TIME),
        "updated_at": now.strftime(TIME),
        "deleted_at": None,
        "deleted": False,
        "image_id": image.id,
        "request_id": scene.request_id,
        "user_id": scene.call.token.user,
        "input": {"image_id": image.id, "import_req": copied(scene.call.body), "backend": names},
        "result": {"image_id": image.id},
        "message": "",
    }
    about = {"project": scene.call.token.project, "user": scene.call.token.user}
    return scene.world.add(TASKS, members, region=scene.call.region, parents=(image.id,), **about)


@HOOKS.answer("image.info.stores.show")
def _stores(scene: Scene) -> Answer:
    shown = ("id", "default", "read-only", "description")
    stores = [{name: one[name] for name in shown if one.get(name) is not None} for one in stores_of(scene)]
    return Answer(200, {"stores": stores})


@HOOKS.answer("image.info.stores.details.show")
def _details(scene: Scene) -> Answer:
    about: Members = {"type": "file", "weight": 0, "properties": {}}
    return Answer(200, {"stores": [about | one for one in stores_of(scene)]})


@HOOKS.answer("image.stores.remove")
def _remove(scene: Scene) -> Answer:
    name, id_ = scene.call.ids
    if all(one["id"] != name for one in stores_of(scene)):
        raise Refused(404, f"The selected store {name} is not available on this node.")
    image = item(scene, IMAGES, id_)
    held = [one for one in str(image.members.get("stores") or "").split(",") if one]
    if name not in held:
        raise Refused(404, f"Store {name} does not hold image {id_}.")
    if len(held) == 1:
        raise Refused(403, f"Cannot delete image data from the last store for image {id_}.")
    image.set(stores=",".join(one for one in held if one != name))
    return Answer(204)
