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
import yaml

from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.secrets import Rule

KIND = re.compile(r"[a-z]+")


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Raises ScrubError, which names the line or the rule."""
    try:
        listed: Any = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ScrubError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ScrubError(f"{path}, line {mark.line + 1 if mark else 1}: is no YAML") from error
    if not isinstance(listed, list):
        raise ScrubError(f"{path}: is no list of rules")
    return tuple(_rule(path, number, item) for number, item in enumerate(listed, 1))


def _rule(path: Path, number: int, item: Any) -> Rule:
    try:
        rule = msgspec.convert(item, Rule, strict=True)
    except msgspec.ValidationError as error:
        raise ScrubError(f"{path}, rule {number}: {error}") from error
    if isinstance(item, dict) and item.keys() - set(Rule.__dataclass_fields__):
        raise ScrubError(
            f"{path}, rule {number}: unknown members {sorted(item.keys() - set(Rule.__dataclass_fields__))}"
        )
    if not rule.words.split() or not KIND.fullmatch(rule.kind):
        raise ScrubError(f"{path}, rule {number}: needs words, and a kind of lower-case letters")
    return rule
