"""An object store that holds what recorded listings name, and the difference that its client makes.

What a replayed request did is done here as well, so what is listed here is what there is. Of objects that were listed
only, the bytes are not known: everything is said of them but these.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import msgspec

from cloudtape.cassettes.blobs import UnknownBlob
from cloudtape.cassettes.json_text import JsonError, check_depth
from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.synthesis.services.object_store.asks import Target
from cloudtape.synthesis.services.object_store.model import Account, Container, LargeObject, State, StoredObject
from cloudtape.synthesis.services.object_store.service import ObjectService
from cloudtape.synthesis.worlds.world import World

READS = frozenset({"GET", "HEAD", "OPTIONS"})
# Requests to an account that change what is in its containers (swift/common/middleware/bulk.py).
BULK = ("bulk-delete", "extract-archive")
# Requests about the parts of a large object (swift/common/middleware/slo.py).
MANIFEST = "multipart-manifest="

# Header fields of objects that end by themselves, or are there as long as another one is.
FLEETING = ("x-delete-", "x-symlink-")

Place = tuple[str, ...]
"""Account, container, object: as many of them as are named."""


class Row(msgspec.Struct, frozen=True):
    """An object in a listing in JSON. A listing of names alone says nothing else."""

    name: str
    bytes: int = 0
    hash: str = "d41d8cd98f00b204e9800998ecf8427e"
    content_type: str = "application/octet-stream"
    last_modified: str = "1970-01-01T00:00:00.000000"
    slo_etag: str = ""


class KnownObjects:
    """What the listings of a recording name, but for what the recording put there itself. `lost` is what it shows gone,
    though nothing in it ended it (see `lost`).
    """

    def __init__(self) -> None:
        self.containers: dict[Place, None] = {}
        self.objects: dict[Place, Row] = {}
        self.lost: set[Place] = set()
        self._made: set[Place] = set()
        self._now = self._last_ending = 0
        self._shown: dict[Place, int] = {}
        self._fleeting: set[Place] = set()

    def read(self, request: Request, response: Response) -> None:
        """Take in what was answered, in the order in which it was."""
        place = place_of(request)
        self._look_for_its_end(request, response.status, place)
        if not 200 <= response.status < 300 or not place:
            return
        if request.method in ("PUT", "COPY"):
            self._made.add(_destination(request, place))
        elif request.method == "GET" and len(place) < 3:
            for row in _rows(response):
                there = (*place, row.name)
                if there not in self._made:
                    self._take(there, row)

    def _look_for_its_end(self, request: Request, status: int, place: Place) -> None:
        self._now += 1
        if request.method == "DELETE" or (request.method == "POST" and urlsplit(request.uri).query):
            self._last_ending = self._now
        if len(place) < 2 or urlsplit(request.uri).query:
            return
        if any(name.lower().startswith(FLEETING) for name, _ in request.headers):
            self._fleeting.add(place)
        if status == 404 and request.method in READS:
            if self._shown.get(place, 0) > self._last_ending and place not in self._fleeting:
                self.lost.add(place)
        elif status < 300:
            self._shown.setdefault(place, self._now)
            self.lost.discard(place)

    def _take(self, place: Place, row: Row) -> None:
        if place[:2] not in self._made:
            self.containers[place[:2]] = None
        if len(place) == 3:
            self.objects[place] = row


class RecordedObjects:
    """The object store of one world."""

    def __init__(self, service: ObjectService, world: World, known: KnownObjects) -> None:
        self._service, self._state = service, service.store(world).state
        self._lost = known.lost
        self._changed: set[Place] = set()
        self._is_all_changed = False
        for place in known.containers:
            _container(self._state, place)
        for place, row in known.objects.items():
            container = _container(self._state, place[:2])
            container.put(row.name, _stored(row))

    def is_news(self, request: Request) -> bool:
        """Whether no recorded answer can be right, since the client changed what the request is about."""
        place = place_of(request)
        places = {place, _source(request, place)}
        is_changed = self._is_all_changed or not places.isdisjoint(self._changed) or self._is_in_parts(place)
        return is_changed and self.has_bytes(request)

    def is_doubtful(self, request: Request, status: int, as_live: Callable[[bytes], bytes]) -> bool:
        """Whether a recorded answer tells that something is gone which nothing ended."""
        if status != 404 or not self._lost or not self._is_there(place := place_of(request)):
            return False
        lost: list[Place] = msgspec.json.decode(as_live(msgspec.json.encode(sorted(self._lost))), type=list[Place])
        return place in lost

    def _is_there(self, place: Place) -> bool:
        container = self._state.container(*place[:2]) if len(place) > 1 else None
        return container is not None and (len(place) < 3 or place[2] in container.objects)

    def _is_in_parts(self, place: Place) -> bool:
        """Whether it is a large object, of which a part may have been changed."""
        container = self._state.container(*place[:2]) if len(place) == 3 and self._changed else None
        found = container.objects.get(place[2]) if container else None
        return bool(found and (found.large or "X-Object-Manifest" in found.headers))

    def has_bytes(self, request: Request) -> bool:
        """Whether all that a request asks for is known."""
        place = place_of(request)
        if len(place) < 3 or not (request.method in ("GET", "COPY") or MANIFEST in request.uri):
            return True
        container = self._state.container(*place[:2])
        found = container.objects.get(place[2]) if container else None
        return not (found and isinstance(found.blob, UnknownBlob))

    async def see(self, world: World, request: Request, response: Response) -> None:
        """Do what a replayed answer says was done."""
        place = place_of(request)
        if request.method in READS or not 200 <= response.status < 300 or not place:
            return
        if len(place) == 3:
            _container(self._state, place[:2])
        await self._service(world, request)

    def changed(self, request: Request, response: Response) -> None:
        """Note what a request that was answered here did."""
        place = place_of(request)
        if request.method in READS or response.status >= 300 or not place:
            return
        self._is_all_changed |= any(word in urlsplit(request.uri).query for word in BULK)
        self._changed.update(place[:length] for length in range(1, len(place) + 1))
        there = _destination(request, place)
        self._changed |= {there[:2], there}


def place_of(request: Request) -> Place:
    """What a request is about; nothing where it is about no account."""
    target = Target.of(unquote(urlsplit(request.uri).path, errors="surrogateescape"))
    return tuple(name for name in (target.account, target.container, target.object) if name)


def _destination(request: Request, place: Place) -> Place:
    """Where a request puts something: its own place, or where it copies to."""
    copied = header(request.headers, "destination") if request.method == "COPY" else None
    return (place[0], *unquote(copied).strip("/").split("/", 1)) if copied else place


def _source(request: Request, place: Place) -> Place:
    """What a request copies, where it is no copy its own place (Object Storage API v1, "Copy object")."""
    source = header(request.headers, "x-copy-from") if request.method == "PUT" and place else None
    if not source:
        return place
    account = header(request.headers, "x-copy-from-account") or place[0]
    return (unquote(account), *unquote(source).strip("/").split("/", 1))


def _rows(response: Response) -> list[Row]:
    body = response.body
    if not isinstance(body, bytes):
        return []
    kind = (header(response.headers, "content-type") or "").partition(";")[0]
    try:
        if kind == "application/json":
            check_depth(body)
            listed = msgspec.json.decode(body, type=list[dict[str, object]])
            return [msgspec.convert(one, Row, strict=False) for one in listed if "name" in one]
        lines = body.decode().split("\n") if kind == "text/plain" else ()
        return [Row(name) for name in lines if name]
    except (JsonError, msgspec.MsgspecError, UnicodeDecodeError):
        return []


def _container(state: State, place: Place) -> Container:
    account = state.accounts.setdefault(place[0], Account(state.now()))
    found = account.containers.get(place[1])
    if found is None:
        found = Container(state.now(), state.now())
        account.put(place[1], found)
    return found


def _stored(row: Row) -> StoredObject:
    try:
        when = datetime.fromisoformat(row.last_modified).replace(tzinfo=UTC).timestamp()
    except ValueError:
        when = 0.0
    blob = UnknownBlob(row.bytes, {"md5": row.hash})
    large = LargeObject(row.slo_etag.strip('"'), row.bytes) if row.slo_etag else None
    return StoredObject(blob, row.hash, row.content_type, when, when, {}, large)
