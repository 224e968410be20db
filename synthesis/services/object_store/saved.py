"""An object store as data: everything in it, for a file, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from cloudtape.cassettes.blobs import UnknownBlob
from cloudtape.synthesis.services.object_store.model import Account, Container, LargeObject, Link, State, StoredObject


class SavedObject(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`data` is written as base64."""

    data: bytes
    content_type: str
    created: float
    changed: float
    headers: dict[str, str] = {}
    large: dict[str, Any] | None = None
    link: dict[str, Any] | None = None
    version: str = ""


class SavedContainer(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    created: float
    changed: float
    headers: dict[str, str] = {}
    versions: tuple[str, str] = ("", "")
    objects: dict[str, SavedObject] = {}
    versioning: str = ""
    has_archive: bool = False
    archive: dict[str, dict[str, SavedObject]] = {}


class SavedAccount(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    created: float
    domain: str = ""
    headers: dict[str, str] = {}
    quotas: dict[str, str] = {}
    containers: dict[str, SavedContainer] = {}


class SavedStore(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """By names. Deleted accounts are not kept."""

    accounts: dict[str, SavedAccount] = {}


def save(state: State) -> SavedStore:
    """All that is there, but for objects of which the bytes are not known."""
    state.expire()
    return SavedStore({name: of_account(one) for name, one in state.accounts.items() if not one.is_deleted})


def of_account(one: Account) -> SavedAccount:
    containers = {name: of_container(one.containers[name]) for name in one.names}
    return SavedAccount(one.created, one.domain, one.headers, one.quotas, containers)


def of_container(one: Container) -> SavedContainer:
    known = [name for name in one.names if not isinstance(one.objects[name].blob, UnknownBlob)]
    objects = {name: of_object(one.objects[name]) for name in known}
    archive = {
        name: {number: of_object(stored) for number, stored in versions.items()}
        for name, versions in one.archive.items()
    }
    return SavedContainer(
        one.created, one.changed, one.headers, one.versions, objects, one.versioning, one.has_archive, archive
    )


def of_object(one: StoredObject) -> SavedObject:
    return SavedObject(
        one.blob.read(0, one.blob.size),
        one.content_type,
        one.created,
        one.changed,
        one.headers,
        asdict(one.large) if one.large else None,
        asdict(one.link) if one.link else None,
        one.version,
    )


async def restore(state: State, saved: SavedStore) -> None:
    """Fill an empty store with what was saved. Raises BlobError where that is more than it may hold."""
    for name, one in saved.accounts.items():
        account = state.accounts[name] = Account(one.created, one.domain, dict(one.headers), dict(one.quotas))
        for inner_name, inner in one.containers.items():
            account.put(inner_name, await container_of(state, inner, (name, inner_name)))


async def container_of(state: State, saved: SavedContainer, where: tuple[str, str]) -> Container:
    container = Container(saved.created, saved.changed, dict(saved.headers), versions=saved.versions)
    for name, one in saved.objects.items():
        stored = await object_of(state, one)
        container.put(name, stored)
        if stored.delete_at:
            state.will_expire(*where, name, stored.delete_at)
    container.versioning, container.has_archive = saved.versioning, saved.has_archive
    for name, versions in saved.archive.items():
        for number, one in versions.items():
            container.keep_version(name, number, await object_of(state, one))
    return container


async def object_of(state: State, saved: SavedObject) -> StoredObject:
    blob = await state.blobs.keep(saved.data)
    return StoredObject(
        blob,
        blob.digests["md5"],
        saved.content_type,
        saved.created,
        saved.changed,
        dict(saved.headers),
        LargeObject(**saved.large) if saved.large else None,
        Link(**saved.link) if saved.link else None,
        saved.version,
    )
