"""Reads the folder of a service: what it says of itself, of the operations that the reference lacks, and of its kinds.

    service.yaml     names, versions, manners (`engine/services.py`)
    operations.yaml  calls that the reference lacks, with their examples
    kinds.yaml       `kinds` (`engine/rules.py`), `lives` (`worlds/lifecycle.py`), `amendments` (`engine/amendments.py`)

A folder that is not changed is read from `compiled.json`, which `tools/compile_services.py` has made of these files;
any other one is read as it is. What is wrong in a row is a ServiceDataError, with file and line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from cloudtape.matchers.requests.operations import VERSION
from cloudtape.openstack.operations import REQUEST, RESPONSE, Example, Operation, Parameter
from cloudtape.synthesis.engine.amendments import Amendment
from cloudtape.synthesis.engine.rules import Rule
from cloudtape.synthesis.engine.services import Service
from cloudtape.synthesis.errors import ServiceDataError
from cloudtape.synthesis.lines import Lines
from cloudtape.synthesis.worlds.lifecycle import Life

SERVICE, OPERATIONS, KINDS, COMPILED = "service.yaml", "operations.yaml", "kinds.yaml", "compiled.json"
PLACE = re.compile(r" - at `\$(?P<place>[^`]*)`")
STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")
VARIABLE = re.compile(r"\{(\w+)\}")


class Described(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of `operations.yaml`: `call` is a method and a path; `version` that of the API, where the path does not
    begin with it; `action` the key in the body that decides where operations share method and path. `request` and
    `response` are the bodies of the examples.
    """

    id: str
    title: str
    call: str
    statuses: tuple[int, ...]
    version: str = ""
    action: str = ""
    request: Any = msgspec.UNSET
    response: Any = msgspec.UNSET


class KindsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`kinds` by path, `lives` by name."""

    kinds: dict[str, Rule] = {}
    lives: dict[str, Life] = {}
    amendments: tuple[Amendment, ...] = ()


class Folder(msgspec.Struct, frozen=True):
    """What the files of a service say."""

    path: Path
    service: Service
    operations: tuple[Operation, ...]
    examples: tuple[Example, ...]
    file: KindsFile
    is_compiled: bool

    def error(self, name: str, place: Sequence[str | int], why: str) -> ServiceDataError:
        """What is wrong at a place in one of the files."""
        path = self.path / name
        return ServiceDataError(path, Lines.of(path).line(place), why)


class _Compiled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    digest: str
    service: Service
    operations: tuple[Operation, ...]
    examples: tuple[Example, ...]
    file: KindsFile


T = TypeVar("T")


def read_folder(path: Path) -> Folder:
    """Raises ServiceDataError."""
    texts = _texts(path)
    compiled = path / COMPILED
    if compiled.is_file():
        found = _decoded(compiled)
        if found is not None and found.digest == _digest(texts):
            return Folder(path, found.service, found.operations, found.examples, found.file, True)
    return read_files(path)


def read_files(path: Path) -> Folder:
    """A folder as its files say, whatever was compiled of them. Raises ServiceDataError."""
    kind = path.name.replace("_", "-")
    service = msgspec.structs.replace(_read(path / SERVICE, Service), type=kind)
    rows = _read(path / OPERATIONS, tuple[Described, ...]) if (path / OPERATIONS).is_file() else ()
    file = _read(path / KINDS, KindsFile) if (path / KINDS).is_file() else KindsFile()
    operations = tuple(_operation(path, at, kind, row) for at, row in enumerate(rows))
    return Folder(path, service, operations, tuple(_examples(operations, rows)), file, False)


def compiled(folder: Folder) -> bytes:
    """The text of `compiled.json`: JSON, a line for each operation and each example."""
    digest, encode = _digest(_texts(folder.path)), msgspec.json.encode
    lists = (b"[\n" + b",\n".join(map(encode, rows)) + b"\n]" for rows in (folder.operations, folder.examples))
    values = (encode(digest), encode(folder.service), *lists, encode(folder.file))
    names = map(encode, _Compiled.__struct_fields__)
    return b"{" + b",\n".join(name + b":" + value for name, value in zip(names, values, strict=True)) + b"}\n"


def _decoded(path: Path) -> _Compiled | None:
    """None for a file of another version of this program."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Compiled)
    except msgspec.DecodeError:
        return None


def _texts(path: Path) -> list[bytes]:
    return [file.read_bytes() for name in (SERVICE, OPERATIONS, KINDS) if (file := path / name).is_file()]


def _digest(texts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _read(path: Path, kind: type[T]) -> T:
    try:
        raw = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ServiceDataError(path, mark.line + 1 if mark else 1, str(error)) from error
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        place, why = _located(raw, kind, str(error))
        raise ServiceDataError(path, Lines.of(path).line(place), why) from error


def _located(raw: Any, kind: type[Any], text: str) -> tuple[list[str | int], str]:
    """The place of what is wrong, and why. msgspec does not say in which value of an object: each is tried alone."""
    found = PLACE.search(text)
    steps = [_step(one) for one in STEP.finditer(found["place"])] if found else []
    place: list[str | int] = []
    for step in steps:
        if step is None:
            keys = list(_at(raw, place))
            step = next((key for key in keys if not _is_right(_only(raw, place, key), kind)), keys[0])
            raw = _only(raw, place, step)
        place.append(step)
    return place, text[: found.start()] if found else text


def _step(found: re.Match[str]) -> str | int | None:
    return int(found[2]) if found[2] else found[1]


def _is_right(raw: Any, kind: type[Any]) -> bool:
    try:
        msgspec.convert(raw, kind)
    except msgspec.ValidationError:
        return False
    return True


def _at(value: Any, place: Sequence[str | int]) -> Any:
    for step in place:
        value = value[step]
    return value


def _only(value: Any, place: Sequence[str | int], key: str | int) -> Any:
    """The same with nothing but this key in the object at a place."""
    if not place:
        return {key: value[key]}
    step, *rest = place
    changed = _only(value[step], rest, key)
    if isinstance(value, list):
        return [changed if at == step else one for at, one in enumerate(value)]
    return {**value, step: changed}


def _operation(path: Path, at: int, service: str, row: Described) -> Operation:
    method, _, template = row.call.partition(" ")
    first = template.split("/")[1] if template.startswith("/") else ""
    if not method.isupper() or not template.startswith("/") or not (row.version or VERSION.fullmatch(first)):
        why = "a call is a method and a path, which begins with the version or has its `version` beside it"
        raise ServiceDataError(path / OPERATIONS, Lines.of(path / OPERATIONS).line([at, "call"]), why)
    return Operation(
        section=f"0.{at}",
        id=row.id,
        title=row.title,
        service=service,
        version=row.version or first,
        method=method,
        path=template,
        path_params=tuple(Parameter(name, required=True) for name in VARIABLE.findall(template)),
        statuses=row.statuses,
        action=row.action,
    )


def _examples(operations: Sequence[Operation], rows: Sequence[Described]) -> Iterable[Example]:
    for one, row in zip(operations, rows, strict=True):
        for side, value in ((REQUEST, row.request), (RESPONSE, row.response)):
            if value is not msgspec.UNSET:
                body = msgspec.json.encode(value).decode()
                name = f"{row.title}: JSON {side}"
                yield Example(section=one.section, side=side, name=name, format="json", body=body)
