"""Accounts, containers and objects: what there is. How it may be changed is decided elsewhere.

Times are seconds since 1970. Headers that are kept stand under their names as Swift writes them, as text: UTF-8,
and lone surrogates for bytes that are not.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import md5

from cloudtape.cassettes.blob_store import BlobStore
from cloudtape.cassettes.blobs import Blob

TICK = 0.00001
"""Swift's timestamps have five decimals, and no two of its writes have the same."""
POLICY = "Policy-0"
DELETE_MARKER = "application/x-deleted;swift_versions_deleted=1"


@dataclass(frozen=True, slots=True)
class LargeObject:
    """What a static manifest stands for: all its segments together."""

    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class Link:
    """`target` (`container/object`) and `account` are percent-encoded; without an account it is the link's own.

    With an `etag` the link is static: it holds only as long as its target is that, of that `size`.
    """

    target: str
    account: str
    etag: str
    size: int = 0
    large_etag: str = ""

    @property
    def headers(self) -> dict[str, str]:
        found = {"X-Symlink-Target": self.target, "X-Symlink-Target-Account": self.account}
        found |= {"X-Symlink-Target-Etag": self.etag, "X-Symlink-Target-Bytes": str(self.size) if self.etag else ""}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class StoredObject:
    """`created` is when its bytes came, `changed` when its metadata last did."""

    blob: Blob
    etag: str
    content_type: str
    created: float
    changed: float
    headers: dict[str, str]
    large: LargeObject | None = None
    link: Link | None = None
    version: str = ""
    """Which of its container's versions it is."""

    @property
    def delete_at(self) -> int:
        return int(self.headers.get("X-Delete-At", "0"))

    @property
    def listed_size(self) -> int:
        return self.large.size if self.large else self.blob.size


@dataclass(slots=True)
class Container:
    created: float
    changed: float
    headers: dict[str, str] = field(default_factory=dict)
    objects: dict[str, StoredObject] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    """The objects' names in order: that of their UTF-8 bytes, which is that of their code points."""
    bytes_used: int = 0
    versions: tuple[str, str] = ("", "")
    """Where older versions go, and how: `stack` or `history`."""
    versioning: str = ""
    """Whether it keeps versions itself: `True`, `False`, or nothing where that was never said."""
    has_archive: bool = False
    """Whether it ever did."""
    archive: dict[str, dict[str, StoredObject]] = field(default_factory=dict)
    """All its versions, the present ones too, by the name of the object and the version's number."""
    archived_bytes: int = 0

    def put(self, name: str, stored: StoredObject) -> None:
        before = self.objects.get(name)
        if before is None:
            insort(self.names, name)
        self.bytes_used += stored.blob.size - (before.blob.size if before else 0)
        self.objects[name] = stored

    def remove(self, name: str) -> StoredObject | None:
        stored = self.objects.pop(name, None)
        if stored:
            del self.names[bisect_left(self.names, name)]
            self.bytes_used -= stored.blob.size
        return stored

    def keep_version(self, name: str, number: str, stored: StoredObject) -> None:
        before = self.archive.setdefault(name, {}).get(number)
        self.archived_bytes += stored.blob.size - (before.blob.size if before else 0)
        self.archive[name][number] = stored

    def drop_version(self, name: str, number: str) -> bool:
        """False if there is no such version."""
        stored = self.archive.get(name, {}).pop(number, None)
        if stored is None:
            return False
        self.archived_bytes -= stored.blob.size
        if not self.archive[name]:
            del self.archive[name]
        return True

    @property
    def all_bytes(self) -> int:
        """Those of versions that are the present object count once."""
        if not self.has_archive:
            return self.bytes_used
        return self.archived_bytes + sum(one.blob.size for one in self.objects.values() if not one.version)


@dataclass(slots=True)
class Account:
    created: float
    domain: str = ""
    """That of its project; `_unknown` where somebody else made it."""
    headers: dict[str, str] = field(default_factory=dict)
    quotas: dict[str, str] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    is_deleted: bool = False

    def put(self, name: str, container: Container) -> None:
        if name not in self.containers:
            insort(self.names, name)
        self.containers[name] = container

    def remove(self, name: str) -> None:
        del self.containers[name]
        del self.names[bisect_left(self.names, name)]

    @property
    def object_count(self) -> int:
        """Versions count, in a container of their own that is not shown."""
        archived = sum(len(versions) for one in self.containers.values() for versions in one.archive.values())
        return archived + sum(len(one.objects) for one in self.containers.values())

    @property
    def container_count(self) -> int:
        return len(self.containers) + sum(one.has_archive for one in self.containers.values())

    @property
    def bytes_used(self) -> int:
        return sum(one.all_bytes for one in self.containers.values())


@dataclass(slots=True)
class State:
    """All accounts of one object store. `clock` gives the time, `ids` a new id of 32 hex digits at each call."""

    blobs: BlobStore
    clock: Callable[[], float]
    ids: Callable[[], str]
    accounts: dict[str, Account] = field(default_factory=dict)
    _last: float = 0.0
    _expiring: list[tuple[int, str, str, str]] = field(default_factory=list)

    def now(self) -> float:
        """A time later than any it gave before."""
        self._last = max(round(self.clock(), 5), round(self._last + TICK, 5))
        return self._last

    def empty(self) -> Blob:
        return Blob(0, {"md5": md5(usedforsecurity=False).hexdigest()})

    def account(self, name: str) -> Account | None:
        found = self.accounts.get(name)
        return found if found and not found.is_deleted else None

    def container(self, account: str, name: str) -> Container | None:
        found = self.account(account)
        return found.containers.get(name) if found else None

    def will_expire(self, account: str, container: str, name: str, delete_at: int) -> None:
        heapq.heappush(self._expiring, (delete_at, account, container, name))

    def expire(self) -> None:
        """Remove the objects whose time has come: in a cluster a process in the background does that."""
        while self._expiring and self._expiring[0][0] <= self.clock():
            delete_at, account, container, name = heapq.heappop(self._expiring)
            holder = self.container(account, container)
            stored = holder.objects.get(name) if holder else None
            if holder and stored and stored.delete_at == delete_at:
                holder.remove(name)
