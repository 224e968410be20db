"""The names of cinder's kinds, and what all of its modules ask of them."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.lifecycle import is_going, settle
from cloudtape.synthesis.worlds.shelves import Resource

VOLUMES, SNAPSHOTS, BACKUPS = "block-storage/volumes", "block-storage/snapshots", "block-storage/backups"
TYPES, TRANSFERS, ATTACHMENTS = "block-storage/types", "block-storage/volume-transfers", "block-storage/attachments"
GROUPS, GROUP_SNAPSHOTS = "block-storage/groups", "block-storage/group_snapshots"
GROUP_TYPES = "block-storage/group_types"
ENCRYPTION = "block-storage/types/encryption"
QOS, QUOTAS = "block-storage/qos-specs", "block-storage/os-quota-sets"
IMAGES = "image/images"
DEFAULT_TYPE = "__DEFAULT__"


def type_named(scene: Scene, name: Any) -> Resource | None:
    return scene.find(TYPES, name) or next(scene.where(TYPES, name=name), None)


def default_type(scene: Scene) -> Resource:
    return next(scene.where(TYPES, name=DEFAULT_TYPE), None) or scene.add(
        TYPES, {"name": DEFAULT_TYPE, "description": "Default Volume Type", "is_public": True}, project=""
    )


def is_shared(kind: Resource) -> bool:
    """Whether volumes of a type may be attached to several servers."""
    return "true" in str((kind.members.get("extra_specs") or {}).get("multiattach", "")).lower()


def one_of(states: tuple[str, ...]) -> str:
    """How cinder's `build_or_str` lists what there may be."""
    return " or ".join(states)


def bad_volume(why: str) -> Refused:
    return Refused(400, f"Invalid volume: {why}")


def bad_input(why: str) -> Refused:
    return Refused(400, f"Invalid input received: {why}")


def kept(scene: Scene, one: Resource) -> Refused:
    """What is said of one that cannot be deleted, whatever keeps it."""
    life = scene.kind(one.kind).life
    assert life, one.kind
    return Refused(life.status, life.delete.refusal)


def state_of(one: Resource) -> str:
    """The state in which whoever begins something with it finds it."""
    if not is_going(one):
        settle(one)
    return str(one.members["status"])
