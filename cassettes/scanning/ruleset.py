"""A maintained set of rules: Kingfisher's (Apache-2.0), which brings those of Betterleaks, the successor of gitleaks,
and of Google's Veles. Used by its documented API, offline: it also could ask vendors whether a token is valid, which
nothing here does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

INSTALL = "pip install 'cloudtape[scan]'"
SHORTEST = 8


@lru_cache(maxsize=1)
def scanner() -> Any:
    """None where the extra is not installed."""
    try:
        from kingfisher_sdk import Rules, Scanner
    except ImportError:
        return None
    return Scanner(Rules(), base64=False)


def broken(text: str) -> Iterator[tuple[str, str, int]]:
    """Each rule that a text breaks, the secret, and where in the text's UTF-8 that begins."""
    rules = scanner()
    if rules is None or len(text) < SHORTEST:
        return
    for finding in rules.scan(text.encode("utf-8", "replace")):
        if finding.visible and finding.secret:
            yield finding.rule_id.removeprefix("betterleaks."), finding.secret, finding.location["start_offset"]
