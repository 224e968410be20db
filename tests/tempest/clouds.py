"""Asks a cloud what tempest must be told of it: ids, extensions, the newest microversions. Needs nothing but Python."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin
from urllib.request import ProxyHandler, Request, build_opener

OPEN = build_opener(ProxyHandler({})).open


def login(password: str) -> dict[str, Any]:
    """How the user admin asks for a token of the project admin."""
    user = {"name": "admin", "password": password, "domain": {"name": "Default"}}
    scope = {"project": {"name": "admin", "domain": {"name": "Default"}}}
    return {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}


class Cloud:
    """A cloud as its admin sees it."""

    def __init__(self, auth_url: str, password: str) -> None:
        body = json.dumps(login(password)).encode()
        with OPEN(Request(f"{auth_url}/auth/tokens", body, {"Content-Type": "application/json"})) as answer:
            self._token = answer.headers["X-Subject-Token"]
            self._catalog = json.load(answer)["token"]["catalog"]

    def base(self, service: str) -> str:
        """Where a service answers, as the service catalog tells it."""
        found = next(one for one in self._catalog if one["type"] == service)
        return str(found["endpoints"][0]["url"]).rstrip("/")

    def _send(self, service: str, path: str, headers: dict[str, str], body: bytes | None, method: str | None) -> Any:
        base = self.base(service)
        where = urljoin(base, path) if path.startswith("..") else base + path
        return OPEN(Request(where, body, {"X-Auth-Token": self._token, **headers}, method=method))

    def ask(self, service: str, path: str, body: Any = None) -> Any:
        """A document of a service, or the answer to one that is sent."""
        sent = json.dumps(body).encode() if body is not None else None
        with self._send(service, path, {"Content-Type": "application/json"}, sent, None) as answer:
            return json.load(answer)

    def put(self, service: str, path: str, content: bytes = b"", **headers: str) -> None:
        """`headers`: their names with `_` for `-`."""
        sent = {"Content-Type": "application/octet-stream"} | {k.replace("_", "-"): v for k, v in headers.items()}
        with self._send(service, path, sent, content, "PUT") as answer:
            answer.read()

    def newest(self, service: str, path: str, name: str) -> str:
        """The newest microversion that a service speaks (`name` is its in `OpenStack-API-Version`)."""
        with self._send(service, path, {"OpenStack-API-Version": f"{name} latest"}, None, None) as answer:
            return str(answer.headers["OpenStack-API-Version"]).split()[-1]

    def id_of(self, service: str, path: str, name: str) -> str:
        """The id of the resource of this name; raises LookupError where there is none."""
        lists = [member for member in self.ask(service, path).values() if isinstance(member, list)]
        found = [str(one["id"]) for one in lists[0] if one["name"] == name]
        if not found:
            raise LookupError(f"there is no {name} at {path}")
        return found[0]

    def has(self, service: str, path: str, name: str) -> bool:
        try:
            self.id_of(service, path, name)
        except LookupError:
            return False
        return True

    def extensions(self) -> str:
        """Of the network service, as tempest wants them."""
        return ",".join(one["alias"] for one in self.ask("network", "/v2.0/extensions")["extensions"])

    def capabilities(self, up: str = "..") -> str:
        """Of the object store; `up` leads from an account to where it tells of them."""
        return ",".join(name for name in self.ask("object-store", f"{up}/info") if name != "swift")
