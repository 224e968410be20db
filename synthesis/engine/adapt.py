"""An example's value made into an answer: times are now, ids of the asker, links into this cloud.

For members that no resource keeps. Times keep the form in which they are printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)([T ])(\d\d):(\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
LINK = re.compile(r"https?://[^\s\"'<>]*")
PROJECT_MEMBERS = frozenset({"tenant_id", "project_id", "owner", "os-vol-tenant-attr:tenant_id"})
USER_MEMBERS = frozenset({"user_id"})
SOMEWHERE = "://"
"""An address that nobody knows: it becomes that of the service."""


class Adapter:
    """`base` is the address under which links are written, `version` path included (`http://compute…/v2.1`)."""

    def __init__(self, now: datetime, project: str, user: str, base: str) -> None:
        self._now, self._project, self._user, self._base = now, project, user, base
        parts = urlsplit(base)
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def __call__(self, value: Any, name: str = "", known: Mapping[str, Any] | None = None) -> Any:
        """The value; members of `known` stand in place of those of the same names at its top."""
        if isinstance(value, dict):
            return {key: known[key] if known and key in known else self(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [self(one, name) for one in value]
        return self._text(value, name) if isinstance(value, str) else value

    def _text(self, text: str, name: str) -> str:
        if name in PROJECT_MEMBERS and text:
            return self._project
        if name in USER_MEMBERS and text:
            return self._user
        if TIME.fullmatch(text):
            return self.time(text)
        if text == SOMEWHERE:
            return self._base
        return LINK.sub(self._link, text) if "://" in text else text

    def time(self, text: str) -> str:
        """Now, in the form of another time."""
        found = TIME.fullmatch(text)
        if not found:
            return text
        now = self._now
        fraction = f".{now.microsecond:06d}"[: len(found[8])] if found[8] else ""
        seconds = f":{now.second:02d}" if found[7] else ""
        return f"{now:%Y-%m-%d}{found[4]}{now:%H:%M}{seconds}{fraction}{found[9] or ''}"

    def _link(self, found: re.Match[str]) -> str:
        """The same path in this cloud, where the link leads to an API; else as it is."""
        parts = urlsplit(found[0].replace("{", "%7B").replace("}", "%7D"))
        if not re.search(r"/v\d", parts.path):
            return found[0]
        return self._origin + parts.path[re.search(r"/v\d", parts.path).start() :]  # type: ignore[union-attr]
