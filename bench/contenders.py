"""Who is measured, and how each is told to do the job."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path

import traffic
from mitmproxy import connection, http
from mitmproxy.io import FlowWriter
from processes import BIN, script

from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Headers

OURS, BARE, BARE_UVLOOP, MITMDUMP, VCRPY = "cloudtape", "bare, asyncio", "bare, uvloop", "mitmdump", "vcrpy"
ALL = (OURS, BARE, BARE_UVLOOP, MITMDUMP, VCRPY)
Commands = dict[str, list[str]]


def recorders(upstream: int, ports: dict[str, int], folder: Path) -> Commands:
    """The command line of each one that stands before the upstream."""
    cassette, auth_url = folder / "recorded.yaml", f"http://127.0.0.1:{upstream}/identity/v3"
    return {
        OURS: [*_ours("record", cassette, ports[OURS]), "--upstream", auth_url],
        BARE: script("bare.py", "asyncio", ports[BARE], "proxy", upstream),
        BARE_UVLOOP: script("bare.py", "uvloop", ports[BARE_UVLOOP], "proxy", upstream),
        MITMDUMP: [*_mitmdump(f"http://127.0.0.1:{upstream}", ports[MITMDUMP], folder), "-w", str(folder / "recorded")],
    }


def replayers(size: int, ports: dict[str, int], folder: Path) -> Commands:
    """The command line of each one that answers from a file of `size` interactions, as `write` has made them."""
    cassette, answers, flows = _files(size, folder)
    return {
        OURS: _ours("replay", cassette, ports[OURS]),
        BARE: script("bare.py", "asyncio", ports[BARE], "lookup", answers),
        BARE_UVLOOP: script("bare.py", "uvloop", ports[BARE_UVLOOP], "lookup", answers),
        MITMDUMP: [
            *_mitmdump(traffic.CLOUD, ports[MITMDUMP], folder),
            *("--server-replay", str(flows), "--set", "server_replay_reuse=true"),
            *("--set", "connection_strategy=lazy"),  # nobody is there to connect to
        ],
    }


def vcrpy(size: int, count: int, folder: Path) -> list[str]:
    """vcrpy has no server: this one asks itself `count` times, and prints what it took."""
    return script("vcr_replay.py", _files(size, folder)[0], size, count)


def links(name: str, port: int, upstream: str) -> str:
    """The base of the links that a client sees: only ours leads them back to itself."""
    return f"http://127.0.0.1:{port}" if name == OURS else upstream


def write(size: int, folder: Path) -> Path:
    """The same `size` reads as a cassette, as a pickled dict and as flows; returns the cassette's path."""
    cassette, answers, flows = _files(size, folder)
    writer = CassetteWriter.create(cassette)
    for n in range(size):
        writer.append(traffic.interaction(n))
    writer.close()
    exchanges = [traffic.exchange(traffic.read(n), n, traffic.CLOUD) for n in range(size)]
    found = {(e.method, e.path): (e.status, e.reason, e.response_headers, e.response_body) for e in exchanges}
    answers.write_bytes(pickle.dumps(found))
    with flows.open("wb") as file:
        _write_flows(FlowWriter(file), exchanges)
    return cassette


def _write_flows(writer: FlowWriter, exchanges: Iterable[traffic.SampleCall]) -> None:
    client = connection.Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2))
    server = connection.Server(address=(traffic.CLOUD.removeprefix("http://"), 80))
    for one in exchanges:
        flow = http.HTTPFlow(client, server)
        flow.request = http.Request.make(one.method, traffic.CLOUD + one.path, one.body, _raw(one.headers))
        flow.response = http.Response.make(one.status, one.response_body, _raw(one.response_headers))
        writer.add(flow)


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


def _files(size: int, folder: Path) -> tuple[Path, Path, Path]:
    return folder / f"{size}.yaml", folder / f"{size}.pickle", folder / f"{size}.flows"


def _ours(mode: str, cassette: Path, port: int) -> list[str]:
    return [str(BIN / "cloudtape"), mode, "--cassette", str(cassette), "--listen", f"127.0.0.1:{port}"]


def _mitmdump(upstream: str, port: int, folder: Path) -> list[str]:
    listen = ["--listen-host", "127.0.0.1", "--listen-port", str(port)]
    return [str(BIN / "mitmdump"), "-q", "--set", f"confdir={folder}", "--mode", f"reverse:{upstream}", *listen]
