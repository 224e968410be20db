"""Holds the answers to a service's operations against what the service itself says of them."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from tests.outside.answers import exchanges
from tests.outside.cinder import cinder
from tests.outside.expected import Expectations, Expected, JudgedCall
from tests.outside.neutron import neutron
from tests.outside.octavia import octavia
from tests.outside.services import glance, keystone, manila, nova

JUDGES: dict[str, Callable[[], Iterator[Expected]]] = {
    "nova": nova,
    "keystone": keystone,
    "glance": glance,
    "neutron": neutron,
    "cinder": cinder,
    "manila": manila,
    "octavia": octavia,
}


@dataclass
class Verdict:
    """`complaints` by what asked and what was said, with how often; `seen` the operation that met each first."""

    judge: str
    schemas: int = 0
    answers: int = 0
    bad: int = 0
    complaints: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seen: dict[str, str] = field(default_factory=dict)


def judge(name: str, heard: Sequence[JudgedCall] = ()) -> Verdict:
    """What a judge says of the answers to all operations, and of those that clients have heard."""
    warnings.simplefilter("ignore")
    rows = list(JUDGES[name]())
    expectations = Expectations(rows)
    verdict = Verdict(name, schemas=len(rows))
    asked = exchanges({row.service for row in rows})
    for operation, answered in chain(asked, [("a client", list(heard))]):
        if not answered:
            verdict.refused[operation] += 1
        for one in answered:
            row = expectations.of(one)
            if row is None:
                continue
            if one.status >= 400:
                verdict.refused[f"{one.method} {row.path} {row.action}: {one.status} {one.answer!s:.200}"] += 1
                continue
            validate = row.validate if one.by_admin else row.of_others or row.validate
            said = {f"{one.method} {row.path} {row.action} {one.micro}: {words}" for words in validate(one.answer)}
            verdict.answers += 1
            verdict.bad += bool(said)
            verdict.complaints.update(said)
            verdict.seen.update(dict.fromkeys(said - verdict.seen.keys(), operation))
    return verdict
