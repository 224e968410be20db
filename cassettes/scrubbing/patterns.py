"""The tables of what is secret by its form, by the path that it stands in, and by the command that is given it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cloudtape.cassettes.scrubbing.commands import LINE_ROWS, PROGRAM_ROWS
from cloudtape.cassettes.scrubbing.forms import FORMS
from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.secrets import PATHS

Row = tuple[re.Pattern[str], str]


@dataclass(frozen=True)
class Patterns:
    """What a walk looks for besides names."""

    paths: tuple[Row, ...] = PATHS
    forms: tuple[Row, ...] = FORMS
    programs: tuple[tuple[str, str, str, str], ...] = PROGRAM_ROWS
    lines: tuple[tuple[str, str, str], ...] = LINE_ROWS


PATTERNS = Patterns()
RULE_OF = {kind: Rule("", kind) for kind in ("token", "trust", "access", "hash", "key", "secret", "password")}
