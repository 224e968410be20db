"""Glance: image data and what is known of it, members, tags, imports.

Sources: glance's `api/v2` (images, image_data, image_members, image_tags, tasks), Image API v1 of the reference.
"""

from __future__ import annotations

import re

from cloudtape.cassettes.blob_store import BlobError
from cloudtape.cassettes.blobs import Blob, Content
from cloudtape.cassettes.messages import Body, Stream, header
from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.image.stores import add_import_task, default_store, put_into, store, stores_asked
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

IMAGES = "image/images"
OCTETS = ("Content-Type", "application/octet-stream")
RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")
STATES = ("queued", "saving", "importing")
RESERVED = "os_glance"
"""How the names of glance's own properties begin."""
VISIBILITIES = ("public", "private", "shared", "community")


@HOOKS.on(IMAGES, "CREATE", "UPDATE")
def _no_reserved_names(_: Scene, __: Resource, sent: Members) -> None:
    for name in sent:
        if name.startswith(RESERVED):
            raise Refused(403, f"Attribute '{name}' is reserved.")


@HOOKS.on(IMAGES, "CREATE")
def _image(_: Scene, image: Resource, sent: Members) -> None:
    if sent.get("visibility", "shared") not in VISIBILITIES:
        raise Refused(400, f"Invalid visibility: {sent['visibility']} is none of {', '.join(VISIBILITIES)}.")
    path = f"/v2/images/{image.id}"
    image.set(self=path, file=path + "/file", schema="/v2/schemas/image")


@HOOKS.on(IMAGES, "UPDATE")
def _removed(_: Scene, image: Resource, sent: Members) -> None:
    """A property that a patch removed is gone, not null."""
    for name in [name for name, value in sent.items() if value is None and name not in _.kind(IMAGES).rule.members]:
        image.members.pop(name, None)


@HOOKS.on(IMAGES, "DELETE")
def _image_goes(_: Scene, image: Resource, __: Members) -> None:
    if image.members.get("protected"):
        raise Refused(403, f"Image {image.id} is protected and cannot be deleted.")
    image.private.pop("blob", None)


# --- data ------------------------------------------------------------------------------------------------------------


def keep(scene: Scene, body: Body) -> Blob:
    """Raises Refused where there is no room."""
    assert not isinstance(body, Stream), "the edge spools bodies for whoever must read them whole"
    try:
        return scene.world.blobs.adopt(body)
    except BlobError as error:
        raise Refused(413, f"There is no room for more data: {error}") from None


def _image_at(scene: Scene) -> Resource:
    return item(scene, IMAGES, scene.call.ids[0])


@HOOKS.answer("image.images.file.upload")
def _upload(scene: Scene) -> Answer:
    image = _image_at(scene)
    if image.members["status"] not in STATES:
        why = f"Image status transition from {image.members['status']} to saving is not allowed"
        raise Refused(409, why)
    store(image, keep(scene, scene.call.request.body), stores_asked(scene))
    return Answer(204)


@HOOKS.answer("image.images.stage.upload")
def _stage(scene: Scene) -> Answer:
    image = _image_at(scene)
    image.private["staged"] = keep(scene, scene.call.request.body)
    image.set(status="uploading")
    return Answer(204)


@HOOKS.answer("image.images.import.import")
def _import(scene: Scene) -> Answer:
    image = _image_at(scene)
    body = scene.call.body if isinstance(scene.call.body, dict) else {}
    method = body.get("method")
    stores = stores_asked(scene)
    if (method.get("name") if isinstance(method, dict) else "") == "copy-image":  # that leaves its data as it is
        put_into(image, stores)
    else:
        store(image, image.private.pop("staged", None) or keep(scene, b""), stores)
    image.set(os_glance_importing_to_stores="", os_glance_failed_import="")
    task = add_import_task(scene, image, stores)
    return Answer(202, None, (("OpenStack-image-import-task-id", task.id),))


@HOOKS.answer("image.images.file.download")
def _download(scene: Scene) -> Answer:
    image = _image_at(scene)
    if image.members["status"] == "deactivated" and not scene.call.token.is_admin:
        raise Refused(403, "The requested image has been deactivated. Image data download is forbidden.")
    blob: Blob | None = image.private.get("blob")
    if blob is None:
        return Answer(204)
    told = (OCTETS, ("Content-MD5", blob.digests["md5"]))
    asked = RANGE.fullmatch(header(scene.call.request.headers, "range") or "")
    if asked and blob.size:
        return _part(blob, asked, told)
    return Answer(200, Content.of(blob).body(), (*told, ("Content-Length", str(blob.size))))


def _part(blob: Blob, asked: re.Match[str], told: tuple[tuple[str, str], ...]) -> Answer:
    first, last = whole(asked[1]), whole(asked[2])
    start = max(0, blob.size - (last or 0)) if first is None else first
    end = blob.size - 1 if first is None or last is None else min(last, blob.size - 1)
    if start > end:
        raise Refused(416, "The requested range cannot be satisfied.")
    body = Content.of(blob).slice(start, end + 1).body()
    field = ("Content-Range", f"bytes {start}-{end}/{blob.size}")
    return Answer(206, body, (told[0], field, ("Content-Length", str(end - start + 1))))


# --- tags, state -----------------------------------------------------------------------------------------------------


@HOOKS.answer("image.images.tags.add")
def _tag(scene: Scene) -> Answer:
    image = _image_at(scene)
    image.set(tags=[*dict.fromkeys([*image.members["tags"], scene.call.id])])
    return Answer(204)


@HOOKS.answer("image.images.tags.delete")
def _untag(scene: Scene) -> Answer:
    image = _image_at(scene)
    if scene.call.id not in image.members["tags"]:
        raise Refused(404, f"The tag {scene.call.id} could not be found.")
    image.set(tags=[tag for tag in image.members["tags"] if tag != scene.call.id])
    return Answer(204)


@HOOKS.on("image/images/actions/deactivate", "WRITE")
def _deactivate(scene: Scene, _: Resource, __: Members) -> Outcome:
    _image_at(scene).set(status="deactivated")
    return Outcome(answer=Answer(204))


@HOOKS.on("image/images/actions/reactivate", "WRITE")
def _reactivate(scene: Scene, _: Resource, __: Members) -> Outcome:
    _image_at(scene).set(status="active")
    return Outcome(answer=Answer(204))


@HOOKS.answer("image.info.import.show")
def _imports(_: Scene) -> Answer:
    methods = ["glance-direct", "web-download", "copy-image"]
    return Answer(
        200, {"import-methods": {"description": "Import methods available.", "type": "array", "value": methods}}
    )


# --- v1 --------------------------------------------------------------------------------------------------------------

V1 = "x-image-meta-"


def _from_headers(scene: Scene) -> Members:
    """The members that a request of v1 sends as fields."""
    pairs = [(key.lower(), value) for key, value in scene.call.request.headers]
    found: Members = {key.removeprefix(V1): value for key, value in pairs if key.startswith(V1)}
    return {name.removeprefix("property-"): value for name, value in found.items()}


def _as_v1(image: Resource) -> Members:
    members = image.members
    names = (
        "id",
        "name",
        "status",
        "size",
        "checksum",
        "disk_format",
        "container_format",
        "owner",
        "min_disk",
        "min_ram",
    )
    shown = {name: members.get(name) for name in (*names, "created_at", "updated_at", "protected")}
    return {
        **shown,
        "is_public": members["visibility"] == "public",
        "deleted": False,
        "deleted_at": None,
        "properties": {},
    }


@HOOKS.answer("image.v1.images.create")
def _create_v1(scene: Scene) -> Answer:
    sent = _from_headers(scene)
    public = sent.pop("is_public", "False") in ("True", "true")
    image = scene.add(IMAGES, {**sent, "visibility": "public" if public else "private", "status": "queued"})
    _image(scene, image, {})
    if scene.call.request.body:
        store(image, keep(scene, scene.call.request.body), [default_store(scene)])
    return Answer(scene.call.plan.status, {"image": _as_v1(image)})


@HOOKS.answer("image.v1.images.update")
def _update_v1(scene: Scene) -> Answer:
    image = _image_at(scene)
    sent = _from_headers(scene)
    if "is_public" in sent:
        sent["visibility"] = "public" if sent.pop("is_public") in ("True", "true") else "private"
    image.update(sent)
    if scene.call.request.body:
        store(image, keep(scene, scene.call.request.body), [default_store(scene)])
    return Answer(200, {"image": _as_v1(image)})


@HOOKS.answer("image.v1.images.show")
def _show_v1(scene: Scene) -> Answer:
    """The data, and the document, which the reference prints, where there is none or JSON is asked for."""
    image = _image_at(scene)
    fields = tuple((V1 + name, str(value)) for name, value in _as_v1(image).items() if name != "properties")
    blob: Blob | None = image.private.get("blob")
    if blob is None or "json" in (header(scene.call.request.headers, "accept") or ""):
        return Answer(200, {"image": _as_v1(image)}, fields)
    return Answer(200, Content.of(blob).body(), (OCTETS, *fields))


@HOOKS.answer("image.v1.images.members.replace", "image.v1.images.members.add", "image.v1.images.members.remove")
def _members_v1(scene: Scene) -> Answer:
    image = _image_at(scene)
    held = list(image.members.get("_shared_with", ()))
    if len(scene.call.ids) > 1:
        held = [one for one in held if one != scene.call.ids[1]]
        held += [scene.call.ids[1]] if scene.call.request.method == "PUT" else []
    elif isinstance(scene.call.body, dict):
        sent = scene.call.body.get("memberships") or ()
        held = [one.get("member_id") for one in sent if isinstance(one, dict)]
    image.set(_shared_with=held)
    return Answer(204)
