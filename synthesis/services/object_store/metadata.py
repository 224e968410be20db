"""Metadata in headers: what is kept, and within which limits (swift/common/constraints.py)."""

from __future__ import annotations

from collections.abc import Mapping

from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, plain
from cloudtape.synthesis.services.object_store.asks import is_text

MAX_FILE_SIZE = 5368709122
MAX_NAME = 128
MAX_VALUE = 256
MAX_COUNT = 90
MAX_OVERALL = 4096
MAX_HEADER = 8192
NAME_LIMITS = {"account": 256, "container": 256, "object": 1024}
OBJECT_HEADERS = {
    "content-disposition",
    "content-encoding",
    "x-delete-at",
    "x-object-manifest",
    "cache-control",
    "content-language",
    "expires",
    "x-robots-tag",
}
"""Kept with an object beside its X-Object-Meta-… headers."""
CONTAINER_HEADERS = {"x-container-read", "x-container-write", "x-container-sync-key", "x-container-sync-to"}


def title(name: str) -> str:
    """A header's name as Swift writes it. Only ASCII letters change, as on the wire."""
    return name.encode("utf-8", "surrogateescape").title().decode("utf-8", "surrogateescape")


def size(text: str) -> int:
    """In bytes, as it stands on the wire."""
    return len(text.encode("utf-8", "surrogateescape"))


def prefix(level: str) -> str:
    return f"x-{level}-meta-"


def is_metadata(level: str, name: str) -> bool:
    return name.startswith(prefix(level)) and len(name) > len(prefix(level))


def problem(headers: Mapping[str, str], level: str) -> Answer | None:
    """What is wrong with the metadata that a request brings."""
    mine = {
        name.removeprefix(prefix(level)): value for name, value in headers.items() if name.startswith(prefix(level))
    }
    long = next((name for name, value in headers.items() if size(value) > MAX_HEADER), None)
    if long is not None:
        return plain(400, f"Header value too long: {title(long)[:MAX_NAME]}")
    for name, value in mine.items():
        if text := item_problem(level, name, value):
            return plain(400, text, "text/plain" if name.isascii() else PAGE_TYPE)
    if len(mine) > MAX_COUNT:
        return plain(400, f"Too many metadata items; max {MAX_COUNT}")
    if sum(size(name) + size(value) for name, value in mine.items()) > MAX_OVERALL:
        return plain(400, f"Total metadata too large; max {MAX_OVERALL}")
    return None


def item_problem(level: str, name: str, value: str) -> str:
    """Of accounts and containers Swift takes ASCII names only, though it speaks of UTF-8."""
    written = title(prefix(level) + name)[len(prefix(level)) :]
    if not name:
        return "Metadata name cannot be empty"
    if level != "object" and not (name.isascii() and is_text(value)):
        return "Metadata must be valid UTF-8"
    if size(name) > MAX_NAME:
        return f"Metadata name too long: {prefix(level)}{written}"
    if size(value) > MAX_VALUE:
        return f"Metadata value longer than {MAX_VALUE}: {prefix(level)}{written}"
    return ""


def changes(headers: Mapping[str, str], level: str) -> dict[str, str]:
    """What a PUT or POST of an account or container sets; an empty value removes. X-Remove-… removes too."""
    kept = CONTAINER_HEADERS if level == "container" else set()
    removed = {name.replace("-remove", "", 1): "" for name in headers if name.startswith("x-remove-")}
    asked = removed | dict(headers)
    return {title(name): value for name, value in asked.items() if name in kept or is_metadata(level, name)}


def merged(before: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**before, **changed}.items() if value}


def stored_problem(headers: Mapping[str, str], level: str) -> Answer | None:
    """Whether all of an account's or container's metadata together is too much."""
    mine = {name: value for name, value in headers.items() if name.lower().startswith(prefix(level))}
    if len(mine) > MAX_COUNT:
        return plain(400, f"Too many metadata items; max {MAX_COUNT}", PAGE_TYPE)
    overall = sum(size(name) - len(prefix(level)) + size(value) for name, value in mine.items())
    if overall > MAX_OVERALL:
        return plain(400, f"Total metadata too large; max {MAX_OVERALL}", PAGE_TYPE)
    return None


def of_object(headers: Mapping[str, str]) -> dict[str, str]:
    """What is kept with an object."""
    return {
        title(name): value for name, value in headers.items() if name in OBJECT_HEADERS or is_metadata("object", name)
    }
