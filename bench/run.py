"""Measure cloudtape beside bare aiohttp, mitmdump and vcrpy in one run: `python bench/run.py [record] [replay] [load]`.

CPU per request is user and system time of the server process from /proc, the median of several rounds in which all
take turns, because machines are shared and their speed drifts. Quote the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from load import load, log_in, next_server, random_server
from rich.console import Console
from rich.table import Table
from servers import response_headers, server_document

HERE, BIN = Path(__file__).parent, Path(sys.executable).parent
TICK = os.sysconf("SC_CLK_TCK")
COMPUTE = "/compute/v2.1"


@dataclass
class Server:
    """A process under measurement, and how it is asked."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    path: Callable[[int], str]
    count: int
    cpu: list[float]

    def used(self) -> float:
        """Seconds of user and system time so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def round(self) -> None:
        before = self.used()
        asyncio.run(load(self.port, self.count, self.path))
        self.cpu.append((self.used() - before) / self.count * 1e6)

    @property
    def median(self) -> float:
        """Microseconds per request."""
        return statistics.median(self.cpu)


class Bench:
    def __init__(self, folder: Path, requests: int, rounds: int) -> None:
        self.folder, self.requests, self.rounds = folder, requests, rounds
        self.table = Table("measure", "who", "µs CPU", "ratio to the limit", title="CPU per request")
        self._stack = contextlib.ExitStack()

    def start(self, name: str, words: list[str], port: int, path: Callable[[int], str], count: int = 0) -> Server:
        process = subprocess.Popen(words, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._stack.callback(_end, process)
        _wait_for(port, process, name)
        return Server(name, port, process, path, count or self.requests, [])

    def end(self) -> None:
        self._stack.close()

    def measure(self, title: str, servers: list[Server], limits: list[Server]) -> None:
        for server in servers:
            asyncio.run(load(server.port, 400, server.path))
        for _ in range(self.rounds):
            for server in servers:
                server.round()
        for server in servers:
            ratios = ", ".join(f"{server.median / limit.median:.2f} ({limit.name})" for limit in limits)
            self.table.add_row(title, server.name, f"{server.median:.0f}", ratios)
        self.table.add_section()
        self.end()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], name: str) -> None:
    for _ in range(1200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            raise SystemExit(f"{name} did not start")
        time.sleep(0.1)
    raise SystemExit(f"{name} did not listen")


def free_ports() -> Iterator[int]:
    while True:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port: int = listening.getsockname()[1]
        yield port


PORTS = free_ports()


def bare(what: str, port: int, *options: str) -> list[str]:
    return [sys.executable, str(HERE / "servers.py"), what, "--port", str(port), *options]


def tape(command: str, port: int) -> list[str]:
    return [str(BIN / "cloudtape"), command, "--listen", f"127.0.0.1:{port}"]


def mitmdump(port: int, *options: str) -> list[str]:
    return [str(BIN / "mitmdump"), "-q", "--listen-host", "127.0.0.1", "-p", str(port), *options]


def record(bench: Bench) -> None:
    """Recording against forwarding."""
    up, plain, fast, ours, mitm = (next(PORTS) for _ in range(5))
    upstream, path = f"http://127.0.0.1:{up}", next_server(COMPUTE)
    bench.start("cloud", bare("cloud", up), up, path)
    limits = [
        bench.start("bare", bare("proxy", plain, "--upstream", upstream), plain, path),
        bench.start("bare, uvloop", bare("proxy", fast, "--upstream", upstream, "--uvloop"), fast, path),
    ]
    words = [*tape("record", ours), "--upstream", f"{upstream}/identity/v3", "--cassette", str(bench.folder / "r.yaml")]
    recorder = bench.start("cloudtape record", words, ours, path)
    asyncio.run(log_in(ours))
    words = mitmdump(mitm, "-m", f"reverse:{upstream}", "-w", str(bench.folder / "flows"))
    peer = bench.start("mitmdump -w", words, mitm, path, bench.requests // 5)
    bench.measure("record", [*limits, recorder, peer], limits)


def replay(bench: Bench) -> None:
    """Replaying an exact hit against looking a dict up."""
    for keys in (10, 1000, 100_000):
        cassette, path = made_cassette(bench.folder, keys), random_server(COMPUTE, keys)
        plain, fast, ours = (next(PORTS) for _ in range(3))
        limits = [
            bench.start("bare", bare("handler", plain, "--keys", str(keys)), plain, path),
            bench.start("bare, uvloop", bare("handler", fast, "--keys", str(keys), "--uvloop"), fast, path),
        ]
        replayer = bench.start("cloudtape replay", [*tape("replay", ours), "--cassette", str(cassette)], ours, path)
        bench.measure(f"replay, {keys:,} interactions", [*limits, replayer], limits)
    vcrpy(bench)


def vcrpy(bench: Bench) -> None:
    """In the client's own process: there is no server to measure, so the client is."""
    import http.client

    import vcr

    cassette = made_cassette(bench.folder, 1000)
    count = 200
    with vcr.use_cassette(cassette, record_mode="none", allow_playback_repeats=True):
        before = time.process_time()
        for number in range(count):
            connection = http.client.HTTPConnection("127.0.0.1", 8774)
            connection.request("GET", f"{COMPUTE}/servers/{number}")
            connection.getresponse().read()
        used = (time.process_time() - before) / count * 1e6
    bench.table.add_row("replay, 1,000 interactions", "vcrpy (client's CPU, too)", f"{used:.0f}", "")
    bench.table.add_section()


def made_cassette(folder: Path, keys: int) -> Path:
    """A cassette of so many servers, by the public writer."""
    from cloudtape.cassettes.messages import Interaction, Request, Response, Route
    from cloudtape.cassettes.writer import CassetteWriter

    path = folder / f"{keys}.yaml"
    if path.exists():
        return path
    base = "http://127.0.0.1:8774/compute"
    writer = CassetteWriter.create(path)
    for number in range(keys):
        request = Request(
            "GET", f"{base}/v2.1/servers/{number}", (("X-OpenStack-Nova-API-Version", "2.1"),), b"", "compute"
        )
        headers = tuple(response_headers(number).items())
        response = Response(200, "OK", headers, server_document(number))
        routes = (Route("compute", "compute", base),) if number == 0 else ()
        writer.append(Interaction(request, response, 0, "2026-01-01T00:00:00.000Z", 0.01, routes=routes))
    writer.close()
    return path


def loading(bench: Bench) -> None:
    """How soon 100,000 interactions are ready: from the YAML, then from the index."""
    table = Table("100,000 interactions ready", "seconds", "peak MiB", title="loading")
    cassette = made_cassette(bench.folder, 100_000)
    Path(f"{cassette}.index").unlink(missing_ok=True)
    for name in ("first time, from the YAML", "second time, from the index"):
        seconds, memory = _in_child(lambda: _load(cassette))
        table.add_row(name, f"{seconds:.2f}", f"{memory:.0f}")
    small = made_cassette(bench.folder, 5000)
    seconds, _ = _in_child(lambda: _vcrpy_load(small))
    table.add_row("vcrpy (from 5,000, times 20)", f"{seconds * 20:.1f}", "")
    Console().print(table)


def _load(path: Path) -> None:
    from cloudtape.cassettes.cassette import load as load_cassette
    from cloudtape.matchers.summary import SUMMARY_VERSION, summarise
    from cloudtape.replayer import Replayer

    Replayer([load_cassette(path, summarise, SUMMARY_VERSION)])


def _vcrpy_load(path: Path) -> None:
    from vcr.persisters.filesystem import FilesystemPersister
    from vcr.serializers import yamlserializer

    gc.enable()
    FilesystemPersister.load_cassette(path, yamlserializer)


def _in_child(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds and peak MiB of some work in a process of its own."""
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(write, f"{seconds} {peak}".encode())
        os._exit(0)
    os.waitpid(pid, 0)
    seconds_text, peak_text = os.read(read, 100).split()
    return float(seconds_text), float(peak_text)


PARTS = {"record": record, "replay": replay, "load": loading}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", default=list(PARTS), help="record, replay, load (default: all)")
    parser.add_argument("--requests", type=int, default=6000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cloudtape-bench-"))
    bench = Bench(folder, options.requests, options.rounds)
    try:
        for part in options.parts:
            PARTS[part](bench)
    finally:
        bench.end()
        shutil.rmtree(folder, ignore_errors=True)
    if bench.table.row_count:
        Console().print(bench.table)


if __name__ == "__main__":
    main()
