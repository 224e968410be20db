"""Files that lie beside a cassette and are not of it: what an editor, a killed recorder or an earlier version left
there.

They are sent along by whoever sends the folder, so they are looked at like bodies.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cloudtape.cassettes.files.bodies import folder_of

MOST = 100_000


def strays(cassette: Path, named: set[str]) -> Iterator[Path]:
    """`named` are the body files that the cassette names."""
    folder = folder_of(cassette)
    for file in _below(folder):
        if file.parent != folder or file.name not in named:
            yield file
    try:
        beside = sorted(cassette.parent.iterdir())
    except OSError:
        return
    for file in beside:
        if file.name != cassette.name and file != folder and _is_of(file.name, cassette.name, folder.name):
            yield from _below(file) if file.is_dir() and not file.is_symlink() else [file]


def _is_of(name: str, cassette: str, folder: str) -> bool:
    """`tape.yaml~`, `.tape.yaml.swp`, `#tape.yaml#`, `tape.yaml.index`, `tape.bodies.old`, `tape.yaml.gz`,
    `tape.bak`."""
    stem = cassette.removesuffix(".yaml").removesuffix(".yml")
    return (
        cassette in name
        or folder in name
        or name in {stem + end for end in (".bak", ".orig", ".old", ".tmp", ".swp", "~")}
    )


def _below(folder: Path) -> Iterator[Path]:
    count = 0
    waiting = [folder]
    while waiting and count < MOST:
        try:
            entries = sorted(waiting.pop().iterdir())
        except OSError:
            continue
        for entry in entries:
            count += 1
            if entry.is_dir() and not entry.is_symlink():
                waiting.append(entry)
            else:
                yield entry
