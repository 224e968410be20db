"""The form of a request: what two requests share that differ only in what may differ from run to run.

    POST /v2.1/servers  {"server": {"name": "vm-8f3a", "flavorRef": "1"}}
      fixed    POST compute /servers {server: {name: NAME, flavorRef: "1"}}
      shape    POST compute /servers {server: {name: TEXT, flavorRef: TEXT}}
      leaves   body.server.name = vm-8f3a, body.server.flavorRef = 1

Requests with equal `key` are of one form: the table of `naming` says that all in which they differ may differ. Requests
with equal `shape` have the same leaves in the same order, so that they can be compared pair by pair; what the table
calls fixed may still be a value that the client made up (`likeness`). The API version and the project or account in the
path are set aside: they are compared by the ladder.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import unquote
from zlib import crc32

import msgspec

from cloudtape.matchers.requests.address import SHOWN_IN_PATH, Address, address_of
from cloudtape.matchers.requests.canonical import VERSION_HEADERS, Canonical
from cloudtape.matchers.requests.content import Pairs
from cloudtape.matchers.requests.naming import COMPARED, NameKind, Naming, Position, is_distinctive, stem
from cloudtape.matchers.requests.things import ACCOUNT, ID, is_login

# Headers whose difference is looked at later, with a cost.
FACETS = VERSION_HEADERS | {"accept"}
# A segment of an object's name that counts: the third part of a large object, not a name of its own.
COUNT = re.compile(r"\d{1,3}")
NAME_HERE = "\0"
MOST_NAMES = 64
"""Names of one request that are looked for in its other members: the cost must not grow with their square."""


class Leaf(msgspec.Struct, frozen=True):
    """`place` says where it stands in words a person understands (`body.server.name`), `field` the last of them.

    `is_number`: the value is a number's JSON text.
    """

    place: str
    field: str
    kind: NameKind
    value: str
    is_number: bool = False

    @property
    def shown(self) -> str:
        return self.value if self.is_number else repr(self.value)


class Form(msgspec.Struct, frozen=True):
    """`key` is 32 bits of `fixed`. `stem` is 32 bits of the names without what is random in them.

    `shape` is 32 bits of the structure alone; `leaves` are all texts and numbers in it, in order. `version` is the API
    version in the path, `project` the id of the project or the account behind it; empty where there is none.
    """

    fixed: str
    shape: int
    leaves: tuple[Leaf, ...]
    version: str
    project: str
    headers: Pairs
    template: str

    @property
    def asked_by_name(self) -> str:
        """The name that a list is asked for by, where it is asked for by one."""
        names = [leaf.value for leaf in self.leaves if leaf.kind is NameKind.NAME and leaf.place.startswith("query")]
        return names[0] if len(names) == 1 else ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(leaf.value for leaf in self.leaves if leaf.kind in (NameKind.NAME, NameKind.ID))

    @property
    def key(self) -> int:
        return crc32(self.fixed.encode("utf-8", "surrogatepass"))

    @property
    def stem(self) -> int:
        stems = "\n".join(map(stem, self.names))
        return crc32(stems.encode("utf-8", "surrogatepass"))


def form(same: Canonical, naming: Naming) -> Form:
    """The form of a canonical request. Never raises: what is no JSON is fixed as a whole."""
    address = address_of(same.method, same.place)
    builder = _Builder(naming)
    builder.path(address)
    builder.pairs(Position.QUERY, same.query)
    builder.pairs(Position.HEADER, tuple(pair for pair in same.headers if pair[0] not in FACETS))
    builder.body(same.body, Position.LOGIN if is_login(same.method, same.place) else Position.BODY)
    where = f"{same.method} {address.mount} {address.template}\n"
    facets = tuple(pair for pair in same.headers if pair[0] in FACETS)
    return Form(
        fixed=where + builder.fixed(),
        shape=crc32((where + builder.shape()).encode("utf-8", "surrogatepass")),
        leaves=tuple(builder.leaves),
        version=address.version,
        project=address.project,
        headers=facets,
        template=address.template,
    )


class _Builder:
    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._fixed: list[str] = []
        self._shape: list[str] = []
        self.leaves: list[Leaf] = []

    def shape(self) -> str:
        """The structure: names of members, and which of them are texts or numbers."""
        return "\n".join(self._shape)

    def fixed(self) -> str:
        """What is fixed, without the names among the leaves: `images/vm-8f3a` where the name is `vm-8f3a`."""
        text = "\n".join(self._fixed)
        names = {leaf.value for leaf in self.leaves if leaf.kind is NameKind.NAME and is_distinctive(leaf.value)}
        for name in sorted(names, key=len, reverse=True)[:MOST_NAMES]:
            text = text.replace(name, NAME_HERE)
        return text

    def path(self, address: Address) -> None:
        before = ""
        for segment, variable in zip(address.segments, address.variables, strict=True):
            if variable:
                kind = NameKind.ID if ID.fullmatch(segment) else NameKind.NAME
                place = f"path /{before}/{SHOWN_IN_PATH}"
                if ACCOUNT.match(address.project) and COUNT.fullmatch(segment):
                    kind = NameKind.FIXED
                    self._fixed.append(f"{place}={segment}")
                self.leaves.append(Leaf(place, "name", kind, segment))
            before = segment if not variable else before

    def pairs(self, position: Position, pairs: Pairs) -> None:
        for name, value in pairs:
            self._leaf(position, name, value, (), f"{position} {name}")

    def body(self, body: bytes, position: Position) -> None:
        """What `content_of` told: its depth was checked when it was read."""
        sort, _, told = body.partition(b":")
        if sort == b"json":
            self._value(msgspec.json.decode(told), position, "", (), "body")
        elif read := self._READERS.get(sort):
            self._both(sort.decode())
            read(self, msgspec.json.decode(told))
        elif sort == b"bytes":
            self._both("bytes")
            self._bytes("body", told.decode(), "body")
        elif body:
            self._both(body.decode("utf-8", "surrogateescape"))

    def _form(self, pairs: list[tuple[str, str]]) -> None:
        for name, value in pairs:
            self._leaf(Position.BODY, name, value, (), f"body.{name}")

    def _parts(self, parts: list[dict[str, str]]) -> None:
        for part in parts:
            name = part["name"]
            self._both(f"{name} {part['type']}")
            if "text" in part:
                self._leaf(Position.BODY, name, part["text"], (), f"body.{name}")
            else:
                self._leaf(Position.BODY, "filename", part["filename"], (name,), f"body.{name}.filename")
                self._bytes(name, part["bytes"], f"body.{name}")

    def _lines(self, paths: list[str]) -> None:
        for number, path in enumerate(paths, 1):
            self._path_in_body(f"line {number}", path)

    def _archive(self, archive: dict[str, Any]) -> None:
        self._bytes("body", archive["bytes"], "body")
        for number, path in enumerate(archive["names"]):
            self._path_in_body(f"body[{number}].name", path)

    _READERS: ClassVar[dict[bytes, Callable[[_Builder, Any], None]]] = {
        b"form": _form,
        b"parts": _parts,
        b"lines": _lines,
        b"archive": _archive,
    }

    def _path_in_body(self, place: str, path: str) -> None:
        for segment in path.split("/"):
            self._leaf(Position.BODY, "name", segment, (), place)
        self._both("/")

    def _path_in_header(self, field: str, path: str, place: str) -> None:
        """Container and object of a copy, a link, a manifest: each has its own name in other requests."""
        for segment in path.split("/"):
            self._fixed.append(f"{field}={NameKind.NAME}")
            self._shape.append(f"{field}=/")
            self.leaves.append(Leaf(place, field, NameKind.NAME, segment))

    def _bytes(self, field: str, digest: str, place: str) -> None:
        """Which bytes they are, matters only where a row says so."""
        kind = self._naming.kind(Position.CONTENT, field, digest)
        if kind is NameKind.BYTES:
            self._fixed.append(f"{field}={kind}")
            self._shape.append(f"{field}={kind}")
            self.leaves.append(Leaf(place, field, kind, digest))
        else:
            self._both(f"{field}={digest}")

    def _both(self, part: str) -> None:
        self._fixed.append(part)
        self._shape.append(part)

    def _value(self, value: Any, position: Position, field: str, under: tuple[str, ...], place: str) -> None:
        if isinstance(value, dict):
            inner = (*under, field.lower()) if field else under
            for name, member in _members(value):
                self._both(name)
                self._value(member, position, name, inner, f"{place}.{name}")
            self._both("}")
        elif isinstance(value, list):
            for number, item in enumerate(value):
                self._value(item, position, field, (*under, field.lower()), f"{place}[{number}]")
            self._both("]")
        elif isinstance(value, str):
            self._leaf(position, field, value, under, place)
        elif isinstance(value, bool) or value is None:
            self._both(str(value))
        else:
            self._leaf(position, field, msgspec.json.encode(value).decode(), under, place, is_number=True)

    def _leaf(
        self,
        position: Position,
        field: str,
        value: str,
        under: tuple[str, ...],
        place: str,
        is_number: bool = False,
    ) -> None:
        kind = self._naming.kind(position, field, value, under, is_number) if value else NameKind.FIXED
        if kind is NameKind.NAME and position is Position.HEADER and "/" in value.strip("/"):
            self._path_in_header(field, unquote(value).strip("/"), place)
            return
        # Another network of the same size, if at all.
        size = value[value.find("/") :] if kind is NameKind.ADDRESS and "/" in value else ""
        shown = value if is_number else f'"{value}"'
        self._fixed.append(f"{field}={kind}{size}" if kind not in COMPARED else f"{field}={shown}")
        self._shape.append(f"{field}=0" if is_number else f"{field}=")
        self.leaves.append(Leaf(place, field, kind, value, is_number))


def _members(value: dict[str, Any]) -> list[tuple[str, Any]]:
    """Sorted by name. The value of a JSON patch (RFC 6902) is named by the last word of its path."""
    path = value.get("path")
    if isinstance(path, str) and "op" in value and "value" in value:
        return [("op", value["op"]), ("path", path), (path.rpartition("/")[2] or "value", value["value"])]
    return sorted(value.items())
