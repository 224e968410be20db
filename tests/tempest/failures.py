"""Why tests failed, in one line each, and grouped: what tempest said last, without what is random in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from html import unescape

TRACEBACK = re.compile(r"^Traceback \(most recent call last\):", re.MULTILINE)
REQUEST = re.compile(r"Request \((\w+):(\w+)\): (\d{3}) ([A-Z]+) https?://[^/\s]+(\S*)")
# Up to the nearest, which is another one each time.
UNANSWERED = re.compile(r"no recorded answer to .*?(?=; nearest: |$)|no recorded answer .*", re.DOTALL)
MISSED = "501"
LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
RANDOM = (
    (re.compile(r"https?://[\w.:\[\]-]+"), ""),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), "ID"),
    (re.compile(r"tempest-[\w-]+"), "NAME"),
    (re.compile(r" - \{'.*"), ""),  # the header fields of an answer
    (re.compile(r"\d+"), "N"),
)
LONGEST = 300


def failures_text(statuses: Mapping[str, str], why: Mapping[str, str]) -> str:
    """All of it: first how many failed for which reason, then each one's traceback and requests, sorted by name."""
    failed = reasons(statuses, why)
    head = "".join(f"{len(names):4}  {said}\n" for said, names in causes(failed).items())
    return head + "".join(f"\n=== {name}\n--- {cause(text)}\n{text}\n" for name, text in sorted(failed.items()))


def reasons(statuses: Mapping[str, str], why: Mapping[str, str]) -> dict[str, str]:
    """What is known of each test that did not pass; with a class that could not be set up fail all its tests."""
    failed = [name for name, status in statuses.items() if status != "success"]
    return {
        name: why.get(name) or why.get(f"{name.rpartition('.')[0]}.setUpClass") or statuses[name] for name in failed
    }


def causes(why: Mapping[str, str]) -> dict[str, list[str]]:
    """Causes to tests, the most frequent first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in sorted(why.items()):
        found[cause(text)].append(name)
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def cause(text: str) -> str:
    """Of one failure: what cloudtape said it could not answer, else the exception, and the first miss before it."""
    told = exception(text)
    if said := UNANSWERED.search(unescape(told).replace("\\'", "'")):
        return without_random(said[0])[:LONGEST]
    missed = next((found for found in REQUEST.finditer(text) if found[3] == MISSED), None)
    before = f"; before that no answer to {missed[4]} {missed[5]}" if missed else ""
    return without_random(told[:LONGEST] + before)


def exception(text: str) -> str:
    """The end of the last traceback, as one line."""
    *_, last = TRACEBACK.split(text)
    lines = [line.strip() for line in last.splitlines() if line.strip() and not line.startswith((" ", "\t"))]
    return " ".join([line for line in lines if not LOGGED.match(line)][:6])


def without_random(text: str) -> str:
    for pattern, instead in RANDOM:
        text = pattern.sub(instead, text)
    return text
