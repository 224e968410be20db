"""What a person is told when a proxy ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cloudtape.application import Application
from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.files.strays import told
from cloudtape.http.headers import Source
from cloudtape.journal import LOST, MISSED, PROBED
from cloudtape.output import counted
from cloudtape.replayer import Replayer

MOST_LINES = 20
MOST_UNUSED = 5


def summary(proxy: Application) -> Iterator[str]:
    """Lines: counts and rungs first, then misses, interactions never asked for, what could not be kept, the files."""
    journal = proxy.journal
    unused = proxy.replayer.unused() if proxy.replayer else []
    counts = [
        f"{journal.counts[name]} {name}"
        for name in ("recorded", "replayed", "synthesized", "forwarded")
        if journal.counts[name]
    ]
    if proxy.replayer or journal.counts[MISSED]:
        counts.append(f"{journal.counts[MISSED]} missed")
    if proxy.replayer:
        counts.append(f"{len(unused)} unused")
    if journal.counts[LOST]:
        counts.append(f"{journal.counts[LOST]} lost")
    yield ", ".join(counts) or "nothing was asked"
    if journal.counts[Source.REPLAYED]:
        yield "by rung: " + ", ".join(f"{count} {rung}" for rung, count in journal.rungs.items() if count)
    if probes := journal.counts[PROBED]:
        yield f"{counted(probes, 'probe')} of versions that were not recorded, which clients go on without"
    yield from _some("missed", [str(miss) for miss in journal.misses])
    yield from _some("not kept", journal.lost)
    if proxy.replayer and journal.counts["replayed"]:
        yield from _unused(proxy.replayer, unused)
    if proxy.config.mode.writes and journal.counts["recorded"] and proxy.is_kept:
        yield from _files(proxy.config.cassettes[0])
    if proxy.config.synthesis.save and proxy.synthesis:
        yield f"the world is in {proxy.config.synthesis.save}"
    yield from told(proxy.strays)


def _files(cassette: Path) -> Iterator[str]:
    """What to send to somebody else."""
    bodies = folder_of(cassette)
    if bodies.is_dir():
        yield f"cassette: {cassette}, with the folder {bodies} (send both)"
    elif cassette.exists():
        yield f"cassette: {cassette}"


def _unused(replayer: Replayer, numbers: list[int]) -> Iterator[str]:
    """Interactions that were never asked for: a test that went another way, or a cassette that holds too much."""
    for number in numbers[:MOST_UNUSED]:
        request = replayer.interaction(number).request
        yield f"unused: interaction {number} ({request.method} {request.uri})"
    if len(numbers) > MOST_UNUSED:
        yield f"unused: … and {len(numbers) - MOST_UNUSED} more, up to interaction {numbers[-1]}"


def _some(title: str, lines: list[str]) -> Iterator[str]:
    distinct = Counter(lines).items()
    for line, times in list(distinct)[:MOST_LINES]:
        yield f"{title}: {line}" + (f" ({times} times)" if times > 1 else "")
    if len(distinct) > MOST_LINES:
        yield f"… and {len(distinct) - MOST_LINES} more"
