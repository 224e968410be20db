"""The reports of requests that do many things at once (swift/common/request_helpers.py)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

TYPES = ("text/plain", "application/json", "application/xml", "text/xml")


def report(media_type: str | None, facts: Mapping[str, object], errors: Sequence[tuple[str, str]], root: str) -> bytes:
    """What was done, and for each name that failed its status."""
    if media_type == "application/json":
        return json.dumps({**facts, "Errors": [list(one) for one in errors]}).encode()
    if media_type and media_type.endswith("/xml"):
        return xml(facts, errors, root).encode()
    lines = [f"{key}: {facts[key]}\n" for key in sorted(facts)]
    return "".join([*lines, "Errors:\n", *(f"{name}, {status}\n" for name, status in errors)]).encode()


def xml(facts: Mapping[str, object], errors: Sequence[tuple[str, str]], root: str) -> str:
    tags = {key: key.replace(" ", "_").lower() for key in sorted(facts)}
    rows = [f"<{tag}>{escape(str(facts[key]))}</{tag}>\n" for key, tag in tags.items()]
    failed = [
        f"<object><name>{escape(name)}</name><status>{escape(status)}</status></object>\n" for name, status in errors
    ]
    return "".join([f"<{root}>\n", *rows, "<errors>\n", *failed, f"</errors>\n</{root}>\n"])
