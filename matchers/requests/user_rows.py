"""More rows for what may differ from run to run, from a user's YAML file (`--match-rules rules.yaml`).

    - {kind: name, field: ticket}                   the run's own name for something
    - {kind: volatile, field: build, positions: [query]}
    - {kind: fixed, field: hostname}                compared as it is

The members are those of `NamingRow`; `field` and `form` are regular expressions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from cloudtape.cassettes.files.yaml_loader import rules_in
from cloudtape.matchers.errors import BindingRulesError
from cloudtape.matchers.requests.naming import NamingRow


def load_rows(path: Path) -> tuple[NamingRow, ...]:
    """Raises BindingRulesError, which names the line or the rule."""
    listed = rules_in(path, BindingRulesError)
    return tuple(_row(path, number, item) for number, item in enumerate(listed, 1))


def _row(path: Path, number: int, item: Any) -> NamingRow:
    try:
        row = msgspec.convert(item, NamingRow, strict=True)
        re.compile(row.field)
        re.compile(row.form)
    except (msgspec.ValidationError, re.error) as error:
        raise BindingRulesError(path, str(error), f"rule {number}") from error
    return row
