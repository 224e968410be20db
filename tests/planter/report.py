"""What came out, in files for those who mend it, in groups, and in one line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.planter.matrix import Cell
from tests.planter.verdict import FAULTS, Fault, Verdict

LARGEST = 30


def write(total: Verdict, folder: Path) -> None:
    for name in FAULTS:
        faults = sorted(getattr(total, name), key=lambda one: (one.kind, one.position))
        (folder / f"{name}.txt").write_text("".join(one.line() + "\n" for one in faults))
    (folder / "groups.txt").write_text(groups(total, 10_000) + "\n")


def groups(total: Verdict, largest: int = LARGEST) -> str:
    parts = []
    for name in FAULTS:
        faults = getattr(total, name)
        for by in ("kind", "position") if faults else ():
            parts += [f"--- {name} by {by}: {len(faults)}", *_grouped(faults, by, largest)]
    return "\n".join(parts)


def _grouped(faults: list[Fault], by: str, largest: int) -> list[str]:
    counts = Counter(getattr(one, by) for one in faults)
    examples = {getattr(one, by): one for one in faults}
    other = "position" if by == "kind" else "kind"
    return [
        f"{count:5} {name}: {getattr(examples[name], other)}: {examples[name].snippet[:140]}"
        for name, count in counts.most_common(largest)
    ]


def figures(total: Verdict, chosen: list[Cell]) -> str:
    kinds, places = {one.kind.name for one in chosen if not one.kind.harmless}, {one.position.name for one in chosen}
    return (
        f"PLANTER: kinds {len(kinds)}, positions {len(places)}, planted {total.planted}; survivors {len(total.survivors)}; "
        f"scan found {total.planted - len(total.missed)} of {total.planted}; "
        f"twins {total.twins}: destroyed {len(total.destroyed)}, false findings {len(total.false)}"
    )


def progress(total: Verdict, chosen: list[Cell]) -> str:
    faults = ", ".join(f"{name} {len(getattr(total, name))}" for name in FAULTS)
    return f"{total.planted} secrets and {total.twins} twins of {len(chosen)} cells: {faults}"
