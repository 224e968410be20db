"""What differs between two walks although nothing is wrong: one table, and the comparison of two walks with it.

Two questions are asked. Do two clouds, or two runs, behave alike? Then all of the table is taken out of both outputs.
Does a replay give back exactly what was recorded? Then only that which no replay can or may give back is taken out: the
rows marked `exact`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fresh:
    """A pattern and what stands in its place. `exact`: taken out of a replay too."""

    why: str
    pattern: re.Pattern[str]
    instead: str
    exact: bool = False


def row(why: str, pattern: str, instead: str, *, exact: bool = False) -> Fresh:
    return Fresh(why, re.compile(pattern), instead, exact)


STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
FRESH = (
    row(
        "the token, of which a cassette holds only a placeholder",
        r"gAAAA[\w=-]+|scrubbed-\w+-\d+",
        "<token>",
        exact=True,
    ),
    row("a token replayed is as good as new", rf"(expires(?:_at)?\W+){STAMP}", r"\1<time>", exact=True),
    row("made by the cloud, never kept", r"(adminPass|admin_password)(\W+)[\w<>-]+", r"\1\2<password>", exact=True),
    row(
        "where the cloud is: a service's own port, or its name below the proxy's",
        r"http://[\w.-]+:\d+(?:/(?:identity|image|network|compute|placement|block-storage|volumev3|object-store|orchestration)"
        r"(?=[/\s,'\"]|$))?",
        "<cloud>",
        exact=True,
    ),
    row("the proxy's own headers, and when it answered", r"(?im)^\s*(X-Cloudtape-[\w-]+|Date): .*\n", "", exact=True),
    row("a table is as wide as its widest cell", r" {2,}|-{2,}(?=\+|$| )", " ", exact=True),
    row("how long it took", r"\[auth [^]]*\]", "<duration>", exact=True),
    row("ids", r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>"),
    row("ids of projects and users", r"\b[0-9a-f]{32}\b(?=['\"|,\s/)]|$)", "<id>"),
    row("a host, hashed with the project", r"\b[0-9a-f]{56}\b", "<host>"),
    row("times", STAMP, "<time>"),
    row("times of HTTP", r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "<time>"),
    row("times of swift, in seconds", r"\b1[5-9]\d{8}\.\d{5,6}\b", "<time>"),
    row("ids of requests", r"\breq-[0-9a-f-]{36}\b|\btx[0-9a-f]{21}-[0-9a-f]{10}\b", "<request>"),
    row("addresses of network cards", r"\bfa:16:3e(?::[0-9a-f]{2}){3}\b", "<mac>"),
    row("addresses that neutron chose", r"\b(?:10\.(?:77|88)\.0|203\.0\.113)\.\d+\b(?!/)", "<address>"),
    row("names that neutron makes of them", r"\bhost-(?:\d+-){3}\d+\b|\bhost-<address>", "<host name>"),
    row("how many servers there were before", r"\binstance-[0-9a-f]{8}\b", "<instance>"),
    row("numbers that count changes", r"((?:revision_number|standard_attr_id|segmentation_id)\W+)\d+", r"\1<number>"),
    row("names that heat makes for resources without one", r"(-stack-\w+)-[a-z0-9]{12}\b", r"\1-<random>"),
    row("what heat made up", r"(output_value: )\w{12}\b", r"\1<random>"),
    row("the first of several values, in an order of their ids", r"(?m)^\| rules +\|", "| |"),
    row("how far nova is while the client looks", r"(OS-EXT-STS:task_state\W+)\w+", r"\1<state>"),
)


def normal(text: str, prefix: str, *, exact: bool) -> list[str]:
    """The lines of an output without what is fresh in them; `prefix` is that of the walk's names.

    The cloud lists some things by their ids, or as they happen at the same time: lines are sorted. A replay keeps their order.
    """
    for fresh in FRESH:
        if fresh.exact or not exact:
            text = fresh.pattern.sub(fresh.instead, text)
    if exact:
        return text.splitlines()
    return sorted(re.sub(rf"\b{re.escape(prefix)}-", "<name>-", text).splitlines())


Outcome = Mapping[str, object]


def differences(
    first: Sequence[Outcome], second: Sequence[Outcome], prefixes: tuple[str, str], *, exact: bool
) -> Iterator[str]:
    """What the second walk did otherwise than the first, in words."""
    theirs = {str(one["name"]): one for one in second}
    for one in first:
        name = str(one["name"])
        if name not in theirs:
            yield f"{name}: only in the first"
        else:
            yield from difference(one, theirs.pop(name), prefixes, exact=exact)
    yield from (f"{name}: only in the second" for name in theirs)


def difference(one: Outcome, other: Outcome, prefixes: tuple[str, str], *, exact: bool) -> Iterator[str]:
    if one["code"] != other["code"]:
        yield f"{one['name']}: exit code {one['code']}, then {other['code']}"
    for part in ("stdout", "stderr"):
        before = normal(str(one[part]), prefixes[0], exact=exact)
        after = normal(str(other[part]), prefixes[1], exact=exact)
        changes = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
        if changes:
            yield "\n".join([f"{one['name']}: {part}", *(f"    {line}" for line in changes)])
