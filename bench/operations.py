"""The operation catalog: reading it, finding an operation in it, making it from the document."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cloudtape.matchers.requests.operations import OperationFinder
from cloudtape.openstack.catalog import DATA, OPERATIONS, load_catalog

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT.parent / "shared" / "reference" / "openstack-api-complete-reference-2015-11-17.txt"
VARIABLE = re.compile(r"\{[^}]*\}")


def load_ms() -> tuple[float, float]:
    """Milliseconds to read the catalog, and to read the same file with the standard library's json."""
    lines = (DATA / OPERATIONS).read_text
    return _milliseconds(load_catalog), _milliseconds(lambda: [json.loads(line) for line in lines().splitlines()])


def find_us() -> tuple[float, float]:
    """Microseconds to find an operation by method and path for the first time, and to look that path up in a dict."""
    operations = load_catalog().operations
    finder = OperationFinder(operations)
    asked = [(one.method, VARIABLE.sub("8f3a", one.path), one.service) for one in operations]
    known = {(method, path): service for method, path, service in asked}
    found = _milliseconds(lambda: [finder.candidates(*one) for one in asked])
    bare = _milliseconds(lambda: [known[method, path] for method, path, _ in asked])
    return found * 1000 / len(asked), bare * 1000 / len(asked)


def parse_seconds() -> float | None:
    """Seconds to make the catalog from the document; None where the document is not beside the checkout."""
    if not DOCUMENT.exists():
        return None
    sys.path.append(str(ROOT))  # the parser is no part of the package
    from tools.reference.parse import parse

    return _milliseconds(lambda: parse(DOCUMENT.read_text())) / 1000


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
