"""What is used of other people's packages is what they document: no private member, no name that is not on the list.

A dependency may change everything else between two releases, beside a user's own code that wants the newer one.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = [
    path
    for folder in ("cassettes", "matchers", "proxy", "facts", "synthesis")
    for path in (ROOT / folder).rglob("*.py")
]

# By import name, what is used, each looked up in the package's own documentation (or its README, where that is all).
DOCUMENTED = {
    "ahocorasick_rs": {"BytesAhoCorasick", "Implementation"},
    "aiohappyeyeballs": {"start_connection"},
    "aiohttp": {"ThreadedResolver"},
    "backports": {"zstd"},
    "brotlicffi": {"Decompressor", "error"},
    "click": set[str](),
    "compression": {"zstd"},
    "defusedxml": {"ElementTree"},
    "defusedxml.common": {"DefusedXmlException"},
    "dns.exception": {"DNSException"},
    "dns.rdataset": {"from_text"},
    "dns.zone": {"UnknownOrigin", "from_text"},
    "httptools": {
        *("HttpRequestParser", "HttpResponseParser"),
        *("HttpParserCallbackError", "HttpParserError", "HttpParserUpgrade"),
    },
    "kingfisher_sdk": {"Rules", "Scanner"},
    "msgspec": set[str](),
    "msgspec.structs": {"replace"},
    "multipart": {
        "MultipartError",
        "MultipartParser",
        "MultipartSegment",
        "PushMultipartParser",
        "parse_options_header",
    },
    "openstack.config": {"OpenStackConfig"},
    "os_service_types": {"ServiceTypes"},
    "platformdirs": {"user_cache_path"},
    "pytest": set[str](),
    "rapidfuzz": {"fuzz"},
    "rapidfuzz.distance": {"Levenshtein"},
    "re2": {"Options", "compile", "error", "escape"},
    "rich.cells": {"cell_len", "set_cell_size"},
    "rich.console": {"Console", "JustifyMethod"},
    "rich.progress": {"BarColumn", "DownloadColumn", "Progress", "TextColumn", "TimeRemainingColumn"},
    "rich.table": {"Table"},
    "rich.text": {"Text"},
    "uvloop": {"new_event_loop"},
    "yaml": set[str](),
}
# Packages whose public names are those of their reference, and far more than a list here could keep up with.
BY_THEIR_ALL = {"click", "msgspec", "pytest", "yaml"}


DOCUMENTED_ALTHOUGH_PRIVATE = {"os._exit"}
# What every named tuple has, and the documentation of the standard library says so.
NAMED_TUPLE = {"_asdict", "_fields", "_make", "_replace"}


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text())) for path in MODULES]


def used(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each name of a module that a module takes: by `from m import name`, and as `m.name` behind `import m`."""
    plain = {
        one.asname or one.name: one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for one in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, one.name) for one in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in plain:
            yield plain[node.value.id], node.attr


def members(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The private names that a module makes, and those that it uses of objects."""
    made, asked = set(), set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                made.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                made.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Name(id=name, ctx=ast.Store()):
                made.add(name)
            case ast.Attribute(attr=name):
                asked.add(name)
    made |= NAMED_TUPLE
    return made, {name for name in asked if name.startswith("_") and not name.endswith("__")}


def test_no_private_member_of_a_foreign_object_is_used() -> None:
    for path, tree in trees():
        made, asked = members(tree)
        assert asked - {name.rpartition(".")[2] for name in DOCUMENTED_ALTHOUGH_PRIVATE} <= made, path


def is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def test_no_private_name_is_imported() -> None:
    for path, tree in trees():
        taken = [f"{module}.{name}" for module, name in used(tree) if not module.startswith("cloudtape")]
        assert not [name for name in taken if is_private(name) and name not in DOCUMENTED_ALTHOUGH_PRIVATE], path


def test_only_documented_names_of_other_packages_are_used() -> None:
    found: dict[str, set[str]] = {}
    for _, tree in trees():
        for module, name in used(tree):
            if module.split(".")[0] not in {*sys.stdlib_module_names, "cloudtape", "__future__"}:
                found.setdefault(module, set()).add(name)
    for module, names in found.items():
        assert module in DOCUMENTED or module in BY_THEIR_ALL, module
        if module not in BY_THEIR_ALL:
            assert names <= DOCUMENTED[module], module


def test_asyncio_is_used_by_the_names_that_it_exports() -> None:
    import asyncio

    for path, tree in trees():
        names = {name for module, name in used(tree) if module == "asyncio"}
        assert names <= {*asyncio.__all__, "subprocess"}, (
            path
        )  # the names of `asyncio.subprocess` are documented as such
        assert not [module for module, _ in used(tree) if module.startswith("asyncio.")], path


@pytest.mark.parametrize(
    "code",
    ["x._y", "self._loop", "x.y._z()", "class A(B):\n def f(self): self._paused", "del x._y", "x.y = x._y"],
)
def test_a_private_member_would_be_seen(code: str) -> None:
    made, asked = members(ast.parse(code))
    assert not asked <= made


def test_what_is_ours_is_not_taken_for_foreign() -> None:
    made, asked = members(
        ast.parse("class A:\n def __init__(self): self._x = 1\n def _f(self): return self._x, self._f")
    )
    assert asked <= made
