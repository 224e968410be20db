"""Drives a real `cloudtape record` between a client and the fake cloud, and `cloudtape scan` afterwards."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.planter.cloud import ID, VERSIONS, Cloud
from tests.planter.exchange import Exchange

CLOUDTAPE = Path(sys.executable).with_name("cloudtape")


TRIES = 10
TAKEN = "Address already in use"


class PortTaken(Exception):
    """Somebody else has taken the port since it was found free."""


class RecorderDied(Exception):
    """The recorder ended before it was told to, or never listened."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A folder with one cassette and all that was left beside it; `refused` are the ids of requests that got no answer."""

    folder: Path
    refused: tuple[str, ...]

    @property
    def cassette(self) -> Path:
        return self.folder / "tape.yaml"


def _copied(folder: Path) -> Path:
    """What lies there while the recorder runs: a kill would leave it."""
    return Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-alive"), ignore_dangling_symlinks=True))


def _forget_what_stayed(folder: Path, alive: Path) -> None:
    """Only what the end has changed or deleted is worth a look of its own; it goes below `folder`."""
    for path in sorted(one for one in alive.rglob("*") if one.is_file()):
        later = folder / path.relative_to(alive)
        if later.is_file() and later.read_bytes().startswith(path.read_bytes()):
            path.unlink()
    alive.rename(folder / "alive")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def record(folder: Path, planned: Iterable[tuple[str, Exchange]], *options: str) -> Recording:
    """Send what is planned, each under its id, through a recorder with `options`."""
    folder.mkdir(parents=True)
    command = [str(CLOUDTAPE), "record", "-v", "--cassette", "tape.yaml", "--report", "report.jsonl", *options]
    with Cloud() as cloud:
        command += ["--upstream", f"{cloud.url}/identity/v3"]
        for _ in range(TRIES):
            with _running(command, folder) as (port, process):
                try:
                    with Client(cloud, port, process, folder) as client:
                        refused = client.send(planned)
                except PortTaken:
                    continue
                alive = _copied(folder)
            _forget_what_stayed(folder, alive)
            return Recording(folder, tuple(refused))
    raise PortTaken


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    with (folder / "stdout.log").open("wb") as out, (folder / "stderr.log").open("wb") as err:
        process = subprocess.Popen([*command, "--listen", f"127.0.0.1:{port}"], cwd=folder, stdout=out, stderr=err)
        try:
            yield port, process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)


class Client:
    """Speaks to the recorder on one kept connection, and learns from the token answer where each service is."""

    def __init__(self, cloud: Cloud, port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.cloud, self.folder = cloud, folder
        self.process = process
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.bases: dict[str, str] = {}

    def __enter__(self) -> Client:
        catalog = self._log_in()["token"]["catalog"]
        self.bases = {
            one["type"]: urlsplit(one["endpoints"][0]["url"]).path + VERSIONS.get(one["type"], "") for one in catalog
        }
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _log_in(self) -> Any:
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                self.connection.request("POST", "/identity/v3/auth/tokens", b"{}", {"Content-Type": "application/json"})
                return json.loads(self.connection.getresponse().read())
            except ConnectionRefusedError:
                self.connection.close()
                time.sleep(0.1)
        if self.process.poll() is not None and TAKEN in (self.folder / "stderr.log").read_text(errors="replace"):
            raise PortTaken
        raise RecorderDied(self.process.poll())

    def send(self, planned: Iterable[tuple[str, Exchange]]) -> list[str]:
        """The ids of those that were not answered as planned."""
        refused = []
        for name, exchange in planned:
            self.cloud.plans[name] = exchange
            try:
                self._send(name, exchange)
                answer = self.connection.getresponse()
                answer.read()
                if answer.status != exchange.status:
                    refused.append(name)
            except (http.client.HTTPException, OSError):
                self.connection.close()
                refused.append(name)
            del self.cloud.plans[name]
        return refused

    def _send(self, name: str, exchange: Exchange) -> None:
        to = self.connection
        to.putrequest(exchange.method, self.bases[exchange.service] + exchange.path, skip_accept_encoding=True)
        for header, value in ((ID, name), *exchange.request.all_headers()):
            to.putheader(header, value.encode())
        if exchange.request.pieces is None:
            if exchange.request.content or exchange.method in ("POST", "PUT", "PATCH"):
                to.putheader("Content-Length", str(len(exchange.request.content)))
            to.endheaders(exchange.request.content or None)
        else:
            to.putheader("Transfer-Encoding", "chunked")
            to.endheaders(iter(exchange.request.chunks()), encode_chunked=True)


def interactions(cassette: Path) -> list[dict[str, Any]]:
    """As any YAML loader reads them."""
    with cassette.open("rb") as stream:
        return list(yaml.load(stream, yaml.CSafeLoader)["interactions"])


def name_of(interaction: dict[str, Any]) -> str:
    """The id under which a planned exchange was sent; empty for the log-in."""
    headers = {key.lower(): values for key, values in interaction["request"]["headers"].items()}
    return str((headers.get(ID.lower()) or [""])[0])


def scan(cassette: Path) -> list[dict[str, Any]]:
    """What `cloudtape scan` finds, as it says it in JSON."""
    done = subprocess.run(
        [str(CLOUDTAPE), "scan", "--format", "json", str(cassette)], capture_output=True, text=True, check=False
    )
    return list(json.loads(done.stdout))
