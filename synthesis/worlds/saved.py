"""A world as data: everything in it, for a file, and back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from cloudtape.cassettes.blobs import Blob
from cloudtape.synthesis.worlds.lifecycle import Transition, catch_up, go_on
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.world import Grant, World


class SavedResource(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`blobs` are the bytes that it keeps, in base64, by name; `pending` is the transition that it is in."""

    kind: str
    members: Members
    region: str = ""
    project: str = ""
    user: str = ""
    parents: tuple[str, ...] = ()
    private: Members = {}
    blobs: dict[str, str] = {}
    pending: Transition | None = None


class SavedDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    members: Any
    region: str = ""
    ids: tuple[str, ...] = ()


class Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    resources: tuple[SavedResource, ...] = ()
    grants: tuple[Grant, ...] = ()
    memberships: tuple[tuple[str, str], ...] = ()
    documents: tuple[SavedDocument, ...] = ()
    numbers: dict[str, int] = {}


def save(world: World) -> Saved:
    """All that a world holds by now but its tokens, which nobody should find in a file."""
    arrive(world, partial(catch_up, clock=world.clock))
    return Saved(
        tuple(_saved(region, one) for region, one in world.everything()),
        tuple(world.grants),
        tuple(world.memberships),
        tuple(SavedDocument(kind, value, region, ids) for (region, kind, ids), value in world.documents.items()),
        world.numbers(),
    )


# What is worked out again when it is needed.
NOT_SAVED = frozenset({"used", "next"})


def _saved(region: str, one: Resource) -> SavedResource:
    private = {name: value for name, value in one.private.items() if name not in NOT_SAVED}
    blobs = {name: _text(value) for name, value in private.items() if isinstance(value, Blob)}
    plain = {name: value for name, value in private.items() if name not in blobs}
    about = one.kind, one.members, region, one.project, one.user, one.parents
    return SavedResource(*about, plain, blobs, one.pending.transition if one.pending else None)


def arrive(world: World, each: Callable[[Resource], bool]) -> None:
    """Let each resource come to where it should be; those that `each` says are gone then are removed."""
    for region, one in list(world.everything()):
        if not each(one):
            world.remove(one, region)


def _text(blob: Blob) -> str:
    return base64.b64encode(blob.read(0, blob.size)).decode()


def restore(world: World, saved: Saved) -> None:
    """Fill an empty world with what was saved."""
    for one in saved.resources:
        made = world.add(
            one.kind, one.members, region=one.region, project=one.project, user=one.user, parents=one.parents
        )
        made.private |= one.private
        made.private |= {name: world.blobs.adopt(base64.b64decode(text)) for name, text in one.blobs.items()}
        if one.pending:
            life = world.kinds[one.kind].life
            assert life, f"{one.kind} has no life to go on with"
            go_on(life, one.pending, made)
    world.grants.update(dict.fromkeys(saved.grants))
    world.memberships.update(dict.fromkeys(saved.memberships))
    for document in saved.documents:
        world.documents[document.region, document.kind, document.ids] = document.members
    world.count_from(saved.numbers)
