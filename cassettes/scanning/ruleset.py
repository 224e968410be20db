"""A maintained set of rules: Kingfisher's (Apache-2.0), which brings those of Betterleaks, the successor of gitleaks,
and of Google's Veles. Used by its documented API, offline: it also could ask vendors whether a token is valid, which
nothing here does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any, TypeVar

Result = TypeVar("Result")

INSTALL = "pip install 'cloudtape[scan]'"
SHORTEST = 8
LONG = 64 * 1024
"""Characters of a text that may take longer than a person who presses Ctrl-C waits."""


@lru_cache(maxsize=1)
def scanner() -> Any:
    """None where the extra is not installed."""
    try:
        from kingfisher_sdk import Rules, Scanner
    except ImportError:
        return None
    return _beside(lambda: Scanner(Rules(), base64=False))


def broken(text: str) -> Iterator[tuple[str, str, int]]:
    """Each rule that a text breaks, the secret, and where in the text's UTF-8 that begins."""
    rules = scanner()
    if rules is None or len(text) < SHORTEST:
        return
    scan = partial(rules.scan, text.encode("utf-8", "replace"))
    for finding in _beside(scan) if len(text) > LONG else scan():
        if finding.visible and finding.secret:
            yield finding.rule_id.removeprefix("betterleaks."), finding.secret, finding.location["start_offset"]


def _beside(work: Callable[[], Result]) -> Result:
    """What it gives, while signals can end the program: they arrive on the main thread, and native code never looks.

    The thread is given up then, not waited for.
    """
    found: list[Result] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="rules", daemon=True)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]
