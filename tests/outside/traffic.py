"""What clients are answered over HTTP: everything that goes through `requests` while it is listened to."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, SynthesisOptions
from cloudtape.modes import MODES
from tests.outside.answers import FINDER, json_of
from tests.outside.expected import JudgedCall
from tests.synthesis.cli import SCRIPT, Runner, read_script
from tests.synthesis.conftest import environment, files_in

SPOKEN = re.compile(r"\w[\w-]* (\d+)\.(\d+)")


def demo() -> BackgroundProxy:
    return BackgroundProxy(Config(MODES["synthesize"], synthesis=SynthesisOptions()))


@contextlib.contextmanager
def listening() -> Iterator[list[JudgedCall]]:
    """The exchanges of this process, as they come."""
    heard: list[JudgedCall] = []
    send = HTTPAdapter.send

    def listen(self: HTTPAdapter, request: requests.PreparedRequest, *given: Any, **named: Any) -> requests.Response:
        response = send(self, request, *given, **named)
        heard.extend(exchange_of(request, response))
        return response

    HTTPAdapter.send = listen  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        HTTPAdapter.send = send  # type: ignore[method-assign]


def exchange_of(request: requests.PreparedRequest, response: requests.Response) -> Iterator[JudgedCall]:
    """The exchange with a service that is known, if its answer is a document."""
    target = urlsplit(str(request.url))
    service, _, path = target.path.lstrip("/").partition("/")
    body = request.body.encode() if isinstance(request.body, str) else request.body
    sent = body if isinstance(body, bytes) else b""
    found = FINDER.find(str(request.method), "/" + path, service, sent)
    if "fields=" in target.query:
        return  # whoever asks for some members is not told the others
    if found is None or service == "object-store" or "json" not in response.headers.get("Content-Type", "json"):
        return
    spoken = SPOKEN.search(response.headers.get("OpenStack-API-Version", ""))
    micro = (int(spoken[1]), int(spoken[2])) if spoken else (0, 0)
    template, version = found.path.lstrip("/").partition("/")[2], path.partition("/")[0]
    told = (json_of(sent), response.status_code, json_of(response.content))
    yield JudgedCall(service, version, str(request.method), template, micro, *told)


def of_commands() -> list[JudgedCall]:
    """The exchanges of all scripts of `openstack` commands."""
    with tempfile.TemporaryDirectory() as folder, demo() as cloud, listening() as heard:
        users = {name: environment(cloud, name) for name in ("admin", "demo")}
        runner = Runner({**users, "eve": environment(cloud, "eve", "pw", "lab")}, files_in(Path(folder)))
        for script in (SCRIPT, *sorted(SCRIPT.parent.glob("services/*/openstack.yaml"))):
            for steps in read_script(script).values():
                for step in steps:
                    runner.run(step)
        return heard
