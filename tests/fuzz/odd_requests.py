"""Requests to each operation of the reference with members of other types than expected, and with odd ids."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from cloudtape.synthesis.engine.plans import Planner

ODD_IDS = (
    "%2F", "%00", "..%2f..%2fetc", "x" * 10_000, "%ff%fe", "%C3%A4", "%", "%zz", "0", "-1", "null", "a%0d%0ab",
    "%F0%9F%92%A9", "1" * 400, "%20", "{id}", "*", "%ED%A0%80", "'", "a;b", "a%3Fb", "a%23b", "default", "detail",
)  # fmt: skip
SCALARS = (
    None, True, False, 0, -1, 1.5, 10**30, 1e308, "", "x", "\x00", "ü\U0001f4a9", "x" * 5000, "-1", "null",
    "2026-01-01", "10.0.0.1", "10.0.0.0/8", "999.1.1.1/99", "::", "\ud800", "(a+)+$", "%", "$x", "../..", "a,b", "1e999",
)  # fmt: skip
VALUES_IN_QUERIES = (
    "", "x", "-1", "999999999999999999999", "%00", "%ff", "(a%2B)%2B%24", "[]", "a:b", "a:b:c", "asc", "in:a", "null",
    "1.5", "gt:x", "neq:", "%F0%9F%92%A9", "True", "2026-99-99",
)  # fmt: skip
NAMES_IN_QUERIES = (
    "limit", "marker", "sort", "sort_key", "sort_dir", "name", "id", "fields", "changes-since", "all_tenants", "tags",
    "fixed_ips", "minDisk", "format", "delimiter", "prefix", "offset", "page_reverse", "status", "created_at", "ip",
    "resources", "in_tree", "member_of", "required", "metadata", "with_count", "start", "end", "detailed",
)  # fmt: skip


ID = re.compile(rb'"id": ?"([A-Za-z0-9-]{1,64})"')


class OddRequests:
    """The same from the same seed and the same answers. `learn` tells which ids are there, by what they stand behind."""

    def __init__(self, planner: Planner, seed: int) -> None:
        self._planner, self._operations = planner, list(planner.operations)
        self.random = random.Random(seed)
        self.ids: dict[str, list[str]] = {}
        self.examples = [sent for one in self._operations if (sent := planner.plan(one.id).sent) is not None]
        self._makers = [one for one in self._operations if one.method == "POST" and not one.path.endswith("}")]

    def next(self) -> tuple[str, str, str, bytes, str]:
        """Service, method, target, body, and its type."""
        one = self.random.choice(self._makers if self.random.random() < 0.25 else self._operations)
        parts = one.path.split("/")
        path = "/".join(self._segment(part, parts[at - 1]) for at, part in enumerate(parts))
        query = "&".join(self.pair() for _ in range(self.random.choice((0, 0, 0, 1, 2))))
        body, kind = self._body(one)
        return one.service, one.method, path + (f"?{query}" if query else ""), body, kind

    def learn(self, target: str, answer: bytes) -> None:
        """The ids in an answer."""
        names = [part for part in target.partition("?")[0].split("/") if part and not part[0].isdigit()]
        if found := [one.decode() for one in ID.findall(answer)[:5]]:
            for name in ("", *names[-2:]):
                kept = self.ids.setdefault(name, [])
                kept += found
                del kept[:-50]

    def _segment(self, part: str, before: str) -> str:
        if "{" not in part:
            return part
        chance = self.random.random()
        if chance < 0.85 and (known := self.ids.get(before) or self.ids.get("")):
            return self.random.choice(known)
        return self.random.choice(ODD_IDS) if chance < 0.97 else "x"

    def pair(self) -> str:
        return f"{self.random.choice(NAMES_IN_QUERIES)}={self.random.choice(VALUES_IN_QUERIES)}"

    def _body(self, one: Any) -> tuple[bytes, str]:
        if one.method in ("GET", "HEAD") or self.random.random() < 0.05:
            return b"", ""
        if self.random.random() < 0.03:
            junk = (b"{", b"[" * 3000, b"\xff\xfe", b'{"a":' * 500, b"<x/>", b"nul", b'"\\ud800"', b"{}" * 5)
            return self.random.choice(junk), self.random.choice(("application/json", "application/xml", "text/plain"))
        example = self._planner.plan(one.id).sent
        value = self.spoilt(example) if example is not None else self._value(0)
        return self.dumped(value), "application/json"

    @staticmethod
    def dumped(value: Any) -> bytes:
        return json.dumps(value).encode("utf-8", "surrogatepass")

    def spoilt(self, value: Any) -> Any:
        """An example with some of its values exchanged for others, left out, or put beside unknown ones."""
        rate = self.random.choice((0.0, 0.05, 0.2))
        return self._spoil(value, rate, 0)

    def _spoil(self, value: Any, rate: float, depth: int) -> Any:
        if self.random.random() < rate and (depth or self.random.random() < 0.2):
            return self._value(depth)
        if isinstance(value, dict):
            kept = {name: one for name, one in value.items() if self.random.random() >= rate / 3}
            return {name: self._spoil(one, rate, depth + 1) for name, one in kept.items()}
        if isinstance(value, list):
            return [self._spoil(one, rate, depth + 1) for one in value]
        if isinstance(value, str) and self.ids and self.random.random() < 0.2:
            return self.random.choice(self.random.choice(list(self.ids.values())))
        return value

    def _value(self, depth: int) -> Any:
        chance = self.random.random()
        if chance < 0.6 or depth > 6:
            return self.random.choice(SCALARS)
        if chance < 0.8:
            return [self._value(depth + 1) for _ in range(self.random.randrange(4))]
        names = ("id", "name", "x", "", "auth", "0", "links", "host")
        return {self.random.choice(names): self._value(depth + 1) for _ in range(self.random.randrange(4))}
