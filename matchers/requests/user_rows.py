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

from cloudtape.cassettes.files.yaml_loader import NoYaml, loaded_rules
from cloudtape.matchers.errors import BindingRulesError
from cloudtape.matchers.requests.naming import NamingRow


def load_rows(path: Path) -> tuple[NamingRow, ...]:
    """Raises BindingRulesError, which names the line or the rule."""
    try:
        listed: Any = loaded_rules(path.read_bytes())
    except OSError as error:
        raise BindingRulesError(path, f"cannot be read: {error.strerror}") from error
    except NoYaml as error:
        raise BindingRulesError(path, f"is no YAML: {error.why}", f"line {error.line}") from error
    if not isinstance(listed, list):
        raise BindingRulesError(path, "is no list of rules")
    return tuple(_row(path, number, item) for number, item in enumerate(listed, 1))


def _row(path: Path, number: int, item: Any) -> NamingRow:
    try:
        row = msgspec.convert(item, NamingRow, strict=True)
        re.compile(row.field)
        re.compile(row.form)
    except (msgspec.ValidationError, re.error) as error:
        raise BindingRulesError(path, str(error), f"rule {number}") from error
    return row
