"""More rules for what is a secret, from a user's YAML file (`--scrub rules.yaml`).

    - {words: licence, kind: key}
    - {words: site code, kind: code, under: customer}

The members are those of `Rule`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from cloudtape.cassettes.errors import ScrubRulesError
from cloudtape.cassettes.files.yaml_loader import rules_in
from cloudtape.cassettes.scrubbing.secrets import Rule

KIND = re.compile(r"[a-z]+")


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Raises ScrubRulesError, which names the line or the rule."""
    listed = rules_in(path, ScrubRulesError)
    return tuple(_rule(path, number, item) for number, item in enumerate(listed, 1))


def _rule(path: Path, number: int, item: Any) -> Rule:
    where = f"rule {number}"
    try:
        rule = msgspec.convert(item, Rule, strict=True)
    except msgspec.ValidationError as error:
        raise ScrubRulesError(path, str(error), where) from error
    if isinstance(item, dict) and (unknown := item.keys() - set(Rule.__dataclass_fields__)):
        raise ScrubRulesError(path, f"unknown members {sorted(unknown)}", where)
    if not rule.words.split() or not KIND.fullmatch(rule.kind):
        raise ScrubRulesError(path, "needs words, and a kind of lower-case letters", where)
    return rule
