"""Which code has made a file that is kept for later: another version of it makes another file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from importlib.machinery import ModuleSpec
from importlib.resources import files
from importlib.util import find_spec


@cache
def fingerprint(*names: str) -> str:
    """A digest of the sources of some modules and packages, wherever they are kept.

    Of a package: all modules right in it, and what lies in its folder `data`.
    """
    digest = blake2b(digest_size=8)
    for name in names:
        for source in _sources(name):
            digest.update(source)
    return digest.hexdigest()


def _sources(name: str) -> Iterator[bytes]:
    spec: ModuleSpec | None = find_spec(name)
    assert spec is not None, name
    package = name if spec.submodule_search_locations else name.rpartition(".")[0]
    wanted = "" if package == name else f"{name.rpartition('.')[2]}.py"
    for one in sorted(files(package).iterdir(), key=lambda one: one.name):
        if one.name == wanted or (not wanted and one.name.endswith(".py")):
            yield one.read_bytes()
        elif not wanted and one.name == "data":
            yield from (file.read_bytes() for file in sorted(one.iterdir(), key=lambda file: file.name))
