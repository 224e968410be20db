"""Asks for every operation that synthesis knows, at the oldest and the newest microversion of its service."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Response
from cloudtape.matchers.requests.operations import OperationFinder
from cloudtape.openstack.catalog import default_catalog
from cloudtape.openstack.operations import Operation
from cloudtape.synthesis.engine.scene import Cloud
from cloudtape.synthesis.services.cloud import additions, default_cloud
from tests.outside.expected import JudgedCall, Microversion
from tests.synthesis.requests import AS_CLIENT, Asker

FINDER = OperationFinder([*additions().operations, *default_catalog().operations])


class Listener(Asker):
    """Asks as clients do, and keeps what it asked for and was answered, the requests that only prepare others too."""

    def __init__(self, newest: bool, cloud: Cloud | None = None) -> None:
        self.heard: list[JudgedCall] = []
        self.newest = newest
        super().__init__(cloud)

    def ask(self, method: str, service: str, path: str, body: bytes = b"", headers: Any = ()) -> Response:
        path, micro = self.today(service, path), self.micro(service)
        asked = (("OpenStack-API-Version", f"{self.name(service)} {micro[0]}.{micro[1]}"),) if micro[0] else ()
        response = super().ask(method, service, path, body, (*asked, *AS_CLIENT, *headers))
        version = path.lstrip("/").partition("/")[0]
        found = self.synthesizer.kinds.planner.by_id.get(self.id_of(method, service, path, body))
        if found is not None:
            at = micro if self.is_micro(service, version) else (0, 0)
            template = found.path.lstrip("/").partition("/")[2]
            told = (json_of(body), response.status, json_of(response.body))
            self.heard.append(JudgedCall(service, version, method, template, at, *told, by_admin=True))
        return response

    def today(self, service: str, path: str) -> str:
        """The path in the version of today, where an older one has the same calls."""
        row = self.synthesizer.cloud.services[service].micro
        version, _, rest = path.lstrip("/").partition("/")
        return f"/{row.versions[-1]}/{rest}" if row and version in ("v2", "v2.0") else path

    def id_of(self, method: str, service: str, path: str, body: bytes) -> str:
        found = FINDER.find(method, path, service, body)
        return found.id if found else ""

    def micro(self, service: str) -> Microversion:
        row = self.synthesizer.cloud.services[service].micro
        return (0, 0) if row is None else (row.max if self.newest else row.min)

    def name(self, service: str) -> str:
        row = self.synthesizer.cloud.services[service].micro
        return row.name if row else ""

    def is_micro(self, service: str, version: str) -> bool:
        row = self.synthesizer.cloud.services[service].micro
        return row is not None and version in row.versions


def json_of(body: Any) -> Any:
    if not isinstance(body, bytes) or not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None


def operations() -> list[Operation]:
    both = [*default_catalog().operations, *additions().operations]
    return [one for one in both if one.service != "object-store"]


def exchanges(services: Collection[str]) -> Iterator[tuple[str, list[JudgedCall]]]:
    """The id of each operation of these services, and what was asked and answered for it."""
    for newest in (False, True):
        for one in (one for one in operations() if one.service in services):
            asker = Listener(newest)
            if newest and asker.micro(one.service) == (0, 0):
                continue
            if default_cloud().amendments.is_absent(one.id, asker.micro(one.service)):
                continue
            try:
                asker.operation(one)
            except Exception as error:  # a request that cannot be made is told, not raised
                yield f"{one.id}: {error!r:.200}", []
                continue
            yield one.id, asker.heard
