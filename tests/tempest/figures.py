"""What runs come to: a table of services, what is demanded of them, and what differs between two runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.tempest.failures import causes, reasons
from tests.tempest.runs import MIXED, REPLAYED, Result
from tests.tempest.suite import SERVICES

Results = Mapping[str, Result]
"""By service."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The least part of the tests that passed while recording: of all services together, and of each."""

    overall: float
    each: float


DEMANDS = {REPLAYED.name: Demand(0.97, 0.95), MIXED.name: Demand(0.99, 0.95)}
# A replay does not wait: it takes at most this part of what the tests take at the real cloud, unrecorded and undisturbed.
QUICKER = 1 / 5
UNDISTURBED = {"compute": 693.0}
"""Seconds."""


def of_run(folder: Path, way: str, services: Iterable[str] = SERVICES) -> dict[str, Result]:
    """What the last runs of this way have left there."""
    files = {service: folder / way / service / "result.json" for service in services}
    return {service: Result.read(file) for service, file in files.items() if file.exists()}


def of_recordings(folder: Path, services: Iterable[str] = SERVICES) -> dict[str, Result]:
    files = {service: folder / f"{service}.json" for service in services}
    return {service: Result.read(file) for service, file in files.items() if file.exists()}


def table(recorded: Results, runs: Mapping[str, Results]) -> str:
    """Markdown: a line for each service."""
    columns = [(recorded, ("recorded", "s"))] + [(runs[way], (way, "%", "s")) for way in runs]
    services = [one for one in SERVICES if any(one in results for results, _ in columns)]
    head = [name for _, names in columns for name in names]
    lines = [["service", *head], ["---", *["---:" for _ in head]]]
    for name, chosen in [*((one.replace("_", " "), [one]) for one in services), ("all", services)]:
        lines.append([name])
        for results, names in columns:
            lines[-1] += _cells([results[one] for one in chosen if one in results], len(names))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(results: list[Result], columns: int) -> list[str]:
    if not results:
        return ["-"] * columns
    tests, passed = sum(len(one.statuses) for one in results), sum(len(one.passed) for one in results)
    seconds = f"{sum(one.seconds for one in results):.0f}"
    return [str(passed), seconds] if columns == 2 else [str(passed), f"{100 * passed / tests:.1f}", seconds]


def shortfalls(runs: Mapping[str, Results]) -> list[str]:
    """What is demanded and not reached, in words."""
    found = [line for way, results in runs.items() for line in _too_few(way, results)]
    for service, result in runs.get(REPLAYED.name, {}).items():
        most = UNDISTURBED.get(service, float("inf")) * QUICKER
        if result.seconds > most:
            found.append(f"{service}: {result.way} in {result.seconds:.0f} s, where {most:.0f} s is the most")
    for service, mixed in runs.get(MIXED.name, {}).items():
        replayed = runs.get(REPLAYED.name, {}).get(service)
        lost = sorted(replayed.passed & mixed.failed) if replayed else []
        found += [f"passes replayed, and fails mixed: {name}" for name in lost]
    return found


def _too_few(way: str, results: Results) -> Iterable[str]:
    demand = DEMANDS[way]
    parts = [(one.service, [one], demand.each) for one in results.values()]
    for name, chosen, least in [*parts, ("all services", list(results.values()), demand.overall)]:
        tests, passed = sum(len(one.statuses) for one in chosen), sum(len(one.passed) for one in chosen)
        if passed < least * tests:
            yield f"{name}: {passed} of {tests} pass {way}, where {100 * least:.0f} % must"


def grouped(results: Iterable[Result], most: int = 10) -> str:
    """The causes of failures, the most frequent first."""
    why = {name: text for one in results for name, text in reasons(one.statuses, one.why).items()}
    lines = [f"{len(names):4}  {cause}" for cause, names in causes(why).items()]
    return "\n".join([*lines[:most], *([f"      and {len(lines) - most} more causes"] if len(lines) > most else [])])


def compare(before: Results, after: Results) -> Sequence[str]:
    """What passes now and did not, and the other way round; of the tests that both have run."""
    lines = []
    for service in SERVICES:
        if service not in before or service not in after:
            continue
        one, other = before[service], after[service]
        both = one.statuses.keys() & other.statuses.keys()
        mended, broken = (one.failed & other.passed) & both, (one.passed & other.failed) & both
        lines.append(f"{service}: {len(one.passed & both)} -> {len(other.passed & both)} of {len(both)}")
        lines += [f"  +  {name}" for name in sorted(mended)] + [f"  -  {name}" for name in sorted(broken)]
    return lines
