"""Rules that are patterns: a row each in a file of `data`."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any, NamedTuple

import yaml


class ScanRow(NamedTuple):
    """`mark` is text without which the pattern is not tried; `loose`: what it finds must look random."""

    rule: str
    kind: str
    mark: str
    pattern: re.Pattern[str]
    loose: bool = False


def table(name: str) -> Any:
    return yaml.load((files("cloudtape.cassettes.scanning") / "data" / name).read_bytes(), yaml.CSafeLoader)


def rows(name: str, value: str, flags: int) -> tuple[ScanRow, ...]:
    """`value` is the pattern that `@@` stands for."""
    return tuple(
        ScanRow(
            row["rule"],
            row["kind"],
            row["mark"],
            re.compile(row["pattern"].replace("@@", value), flags),
            row.get("loose", False),
        )
        for row in table(name)
    )
