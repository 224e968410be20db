"""Glance: with whom an image is shared, and which images a list shows.

Sources: glance's `api/v2/image_members.py`, `api/v2/images.py` and `db/sqlalchemy/api.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.image.images import IMAGES, VISIBILITIES
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

MEMBERS = "image/images/members"
STATUSES = ("pending", "accepted", "rejected")

# --- members ------------------------------------------------------------------------------------------------------


def _share(scene: Scene, image: Resource, gone: Resource | None = None) -> None:
    """Note at an image who may see it, and who sees it in lists."""
    members = [one for one in scene.world.shelf(MEMBERS, scene.call.region, (image.id,)) if one is not gone]
    image.set(
        _shared_with=[one.id for one in members],
        _accepted=[one.id for one in members if one.members["status"] == "accepted"],
    )


def _is_owner(scene: Scene, image: Resource) -> bool:
    return scene.call.token.is_admin or image.project == scene.call.project


@HOOKS.on(MEMBERS, "CREATE")
def _member(scene: Scene, one: Resource, sent: Members) -> None:
    image = item(scene, IMAGES, scene.call.ids[0])
    if not _is_owner(scene, image):
        raise Refused(403, f"Not allowed to create members for image {image.id}.")
    if image.members["visibility"] != "shared":
        raise Refused(403, "Only shared images have members.")
    who = sent.get("member") or sent.get("member_id")
    if not isinstance(who, str) or not who:
        raise Refused(400, "Member to be added not specified")
    shelf = scene.world.shelf(MEMBERS, scene.call.region, (image.id,))
    if shelf.get(who) not in (None, one):
        raise Refused(409, f"Member {who} is duplicated for image {image.id}")
    shelf.remove(one)
    one.id = who
    one.set(member_id=who, image_id=image.id)
    shelf.add(one)
    _share(scene, image)


@HOOKS.on(MEMBERS, "UPDATE")
def _decides(scene: Scene, one: Resource, sent: Members) -> None:
    """Whom an image is shared with says whether they want to see it."""
    image = item(scene, IMAGES, scene.call.ids[0])
    if one.id != scene.call.project and not scene.call.token.is_admin:
        raise Refused(403, f"Not allowed to update members for image {image.id}.")
    if sent.get("status") not in STATUSES:
        raise Refused(400, f"Incorrect request: status must be one of {', '.join(STATUSES)}")
    _share(scene, image)


@HOOKS.on(MEMBERS, "DELETE")
def _member_goes(scene: Scene, one: Resource, _: Members) -> None:
    image = item(scene, IMAGES, scene.call.ids[0])
    if not _is_owner(scene, image):
        raise Refused(403, f"Not allowed to delete members for image {image.id}.")
    _share(scene, image, one)


# --- lists --------------------------------------------------------------------------------------------------------


@HOOKS.choose(IMAGES)
def _listed(scene: Scene) -> Callable[[Resource], bool]:
    """Not those that are hidden, of another visibility or size than is asked for, or whose sharing nobody accepted."""
    asked = scene.call.asked
    visibility, hidden = asked("visibility") or "", (asked("os_hidden") or "false").lower() in TRUE
    if visibility not in ("", "all", *VISIBILITIES):
        raise Refused(400, f"Invalid visibility value: {visibility}")
    status, least, most = asked("member_status") or "accepted", _size(scene, "size_min"), _size(scene, "size_max")
    if status not in ("all", *STATUSES):
        raise Refused(400, f"Invalid status: {status}")

    def chosen(one: Resource) -> bool:
        members = one.members
        size = members.get("size") or 0
        return (
            members.get("visibility") == (visibility if visibility not in ("", "all") else members.get("visibility"))
            and bool(members.get("os_hidden")) is hidden
            and (least is None or size >= least)
            and (most is None or size <= most)
            and (_is_owner(scene, one) or _is_open(one, visibility) or _is_shared(scene, one, status))
        )

    return chosen


def _size(scene: Scene, name: str) -> int | None:
    asked = scene.call.asked(name)
    size = whole(asked)
    if asked is not None and (size is None or size < 0):
        raise Refused(400, f"Invalid value '{asked}' for '{name}' filter.")
    return size


def _is_open(image: Resource, visibility: str) -> bool:
    """Community images are seen in lists that ask for them."""
    has: Any = image.members.get("visibility")
    return has == "public" or (has == "community" and visibility in ("community", "all"))


def _is_shared(scene: Scene, image: Resource, status: str) -> bool:
    mine, members = scene.call.project, image.members
    with_me, accepted = mine in members.get("_shared_with", ()), mine in members.get("_accepted", ())
    if status == "all" or not with_me:
        return with_me
    one = scene.world.shelf(MEMBERS, scene.call.region, (image.id,)).get(mine)
    return accepted if one is None else one.members["status"] == status
