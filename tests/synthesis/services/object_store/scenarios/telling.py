"""How a scenario is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from tests.synthesis.services.object_store.exchanges import Step

FAR = 4102444800  # 2100-01-01
KEY = "signing-key"
PAST, FUTURE = "Mon, 01 Jan 2001 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"
STORIES: dict[str, Callable[[Story], None]] = {}


class Story:
    """Collects the steps of one scenario."""

    def __init__(self, name: str) -> None:
        self.name, self.steps = name, list[Step]()
        self.base = f"/v1/AUTH_{name}"

    def ask(
        self,
        method: str,
        path: str = "",
        body: bytes | str = b"",
        *,
        by: str = "member",
        settle: bool = False,
        at: str = "",
        differs: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
        **more: Any,
    ) -> None:
        """`path` is below the account unless `at` names another; `more` headers are written with underscores."""
        data = body.encode() if isinstance(body, str) else body
        token = {"member": f"user/member/{self.name}", "none": ""}.get(by, by)
        fields = tuple((name.replace("_", "-"), str(value)) for name, value in {**headers, **more}.items())
        self.steps.append(Step(method, at or self.base + path, fields, data, token, settle, differs))

    def raw(self, method: str, path: str, fields: Iterable[tuple[str, str]], body: bytes = b"") -> None:
        self.steps.append(Step(method, self.base + path, tuple(fields), body, f"user/member/{self.name}"))

    def put(self, path: str, body: bytes | str = b"", **headers: Any) -> None:
        self.ask("PUT", path, body, **headers)

    def get(self, path: str = "", **headers: Any) -> None:
        self.ask("GET", path, **headers)

    def head(self, path: str = "", **headers: Any) -> None:
        self.ask("HEAD", path, **headers)

    def post(self, path: str = "", body: bytes | str = b"", **headers: Any) -> None:
        self.ask("POST", path, body, **headers)

    def delete(self, path: str = "", **headers: Any) -> None:
        self.ask("DELETE", path, **headers)


def story(tell: Callable[[Story], None]) -> Callable[[Story], None]:
    STORIES[tell.__name__] = tell
    return tell


def manifest(*rows: dict[str, Any]) -> str:
    return json.dumps(rows)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
