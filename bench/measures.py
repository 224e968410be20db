"""The measures: each stands its contenders up beside one another and gives rows of figures.

The machine is taken to be noisy: contenders take turns, round by round, and a ratio is made within a round.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import contenders
import made_up
import matching
import operations
import traffic
from client import Job
from contenders import BARE, BARE_UVLOOP, MITMDUMP, OURS, VCRPY
from effort import Effort, MeasuredRow
from instructions import per_request
from processes import BIN, Server, free_port, script
from rich.progress import track

from cloudtape.cassettes.cassette import load
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.sessions.rungs import Rung
from cloudtape.replayer import load_for_replay

MICROSECONDS = 1e6
SETTLE = 0.2  # seconds for what a server does after its last answer
SERVERS = (OURS, BARE, BARE_UVLOOP, MITMDUMP)
MANY = 64
SLOW = {MITMDUMP: 5, VCRPY: 20}  # is asked only the nth part: it takes so much longer


class NotRecordedInFull(Exception):
    """A recorder that was measured did not do the job."""


def record(effort: Effort, folder: Path) -> Iterator[MeasuredRow]:
    polls = f"polls on {MANY} connections", Job("", 0, connections=MANY, polls=True)
    traffics = polls, ("reads", Job("", 0, reads=effort.requests)), ("the usual mix", Job("", 0))
    with _recording(folder) as (servers, upstream):
        for what, job in traffics:
            rounds = {name: _asking(name, server, upstream, job) for name, server in servers.items()}
            cpu = _cpu_per_request(servers, rounds, effort, f"record {what}")
            yield MeasuredRow(f"CPU per recorded request, {what}", "µs", cpu)
    asked = len(traffics) * effort.requests * (effort.rounds + 1) + 1
    if (kept := len(load(folder / "recorded.yaml"))) != asked:
        raise NotRecordedInFull(f"{kept} interactions of {asked}")


def counted(effort: Effort, folder: Path) -> Iterator[MeasuredRow]:
    """Recording and replaying, in instructions instead of time."""
    with ExitStack() as stack:
        port = free_port()
        stack.enter_context(Server(script("upstream.py", port), port, folder / "upstream.log"))

        def recorders(ports: dict[str, int]) -> contenders.Commands:
            (folder / "recorded.yaml").unlink(missing_ok=True)
            return contenders.recorders(port, ports, folder)

        for what, reads in (("reads", effort.requests), ("the usual mix", 0)):
            figures = _instructions(recorders, f"http://127.0.0.1:{port}", effort, reads, folder, f"count {what}")
            yield MeasuredRow(f"instructions per recorded request, {what}", "thousands", figures)
    for size in effort.sizes:
        load_for_replay(contenders.write(size, folder), Naming())  # so that no start makes the index
        replayers = partial(contenders.replayers, size, folder=folder)
        figures = _instructions(replayers, traffic.CLOUD, effort, size, folder, f"count replay {size:,}")
        yield MeasuredRow(f"instructions per replayed request, of {size:,}", "thousands", figures)


def _instructions(
    commands: Callable[[dict[str, int]], contenders.Commands],
    upstream: str,
    effort: Effort,
    reads: int,
    folder: Path,
    title: str,
) -> dict[str, list[float]]:
    def counted_of(name: str) -> float:
        def command(port: int) -> list[str]:
            return commands(dict.fromkeys(SERVERS, port))[name]

        def ask(server: Server, requests: int) -> None:
            links = contenders.links(name, server.port, upstream)
            if upstream != traffic.CLOUD:  # a recorder learns the routes from a login
                _ask(server, Job(links, 1))
            _ask(server, Job(links, requests, 1, reads))

        return per_request(command, ask, effort.requests // 4, folder / f"{name}.log")

    return {name: [counted_of(name)] for name in track((OURS, BARE), title)}


def replay(effort: Effort, folder: Path) -> Iterator[MeasuredRow]:
    for size in effort.sizes:
        contenders.write(size, folder)
        with _replaying(size, folder) as servers:
            rounds = {
                name: _asking(name, server, traffic.CLOUD, Job("", 0, reads=size)) for name, server in servers.items()
            }
            cpu = _cpu_per_request(servers, rounds, effort, f"replay {size:,}")
        if size <= effort.vcrpy:
            count = effort.requests // SLOW[VCRPY]
            cpu[VCRPY] = [_vcrpy(size, count, folder)["cpu"] * MICROSECONDS for _ in range(effort.rounds)]
        yield MeasuredRow(f"CPU per replayed request, of {size:,}", "µs", cpu)


def ready(effort: Effort, folder: Path) -> Iterator[MeasuredRow]:
    """How long until a cassette can be replayed: ours without its index and with it, the others as they are."""
    size, names = effort.ready, (OURS, BARE_UVLOOP, MITMDUMP)
    contenders.write(size, folder)
    first = {name: _start(name, size, folder) for name in track(names, f"ready {size:,}")}
    vcrpy = _vcrpy(size, 1, folder)
    first[VCRPY] = vcrpy["ready"], vcrpy["peak"]
    again = {OURS: _start(OURS, size, folder), BARE_UVLOOP: first[BARE_UVLOOP]}
    for when, started in (("first time", first), ("again", again)):
        yield MeasuredRow(f"{size:,} ready, {when}", "s", {name: [seconds] for name, (seconds, _) in started.items()})
        yield MeasuredRow(
            f"{size:,} ready, {when}: peak memory", "MiB", {name: [peak] for name, (_, peak) in started.items()}
        )


def large(effort: Effort, folder: Path) -> Iterator[MeasuredRow]:
    """One body of `effort.large` bytes through the recorders."""
    size = f"{effort.large >> 20:,} MiB"
    with _recording(folder) as (servers, _):
        rate = {way: {name: list[float]() for name in servers} for way in ("upload", "download")}
        for _ in track(range(effort.large_rounds), f"{size} bodies"):
            for way, rates in rate.items():
                for name, server in servers.items():
                    rates[name].append(effort.large / 1e6 / _transfer(server, way, effort.large))
        peak = {name: [server.peak()] for name, server in servers.items()}
    yield from (MeasuredRow(f"{size} {way}", "MB/s", rates) for way, rates in rate.items())
    yield MeasuredRow(f"{size} up and down: peak memory", "MiB", peak)


def catalog(effort: Effort, _: Path) -> Iterator[MeasuredRow]:
    """The operation catalog; beside it, the same file read by json, and a dict of the same paths."""
    loads, finds = (
        list(zip(*(measure() for _ in range(effort.rounds + 1)), strict=True))
        for measure in (operations.load_ms, operations.find_us)
    )
    yield MeasuredRow("catalog read", "ms", {OURS: list(loads[0][1:]), BARE: list(loads[1][1:])})
    yield MeasuredRow("operation found by method and path", "µs", {OURS: list(finds[0][1:]), BARE: list(finds[1][1:])})
    if seconds := operations.parse_seconds():
        yield MeasuredRow("catalog made from the document", "s", {OURS: [seconds]})


def found(effort: Effort, folder: Path) -> Iterator[MeasuredRow]:
    """What it costs to find the recorded answer, by the rung that it is found on, without sockets."""
    for size in (100, effort.ready):
        cassette = matching.recorded(size, folder)
        rounds = [matching.microseconds(cassette) for _ in track(range(effort.rounds), f"matching {size:,}")]
        for rung in (Rung.EXACT, Rung.BOUND, Rung.UNIFIED):
            yield MeasuredRow(f"request found, {rung}, of {size:,}", "µs", {OURS: [one[rung] for one in rounds]})


def synthesize(effort: Effort, folder: Path) -> Iterator[MeasuredRow]:
    """Answers that are made up, beside a handler that looks the same bytes up; and the pages of a long list."""
    with ExitStack() as stack:
        port = free_port()
        command = [str(BIN / "cloudtape"), "demo", "--listen", f"127.0.0.1:{port}"]
        ours = stack.enter_context(Server(command, port, folder / "demo.log"))
        cloud = made_up.Cloud(port)
        cloud.fill(effort.servers)
        for what, requests in cloud.requests().items():
            answers = made_up.write(requests, port, folder / "answers.pickle")
            with ExitStack() as bare:
                servers = {OURS: ours}
                for name, loop in ((BARE, "asyncio"), (BARE_UVLOOP, "uvloop")):
                    there = free_port()
                    bare_command = script("bare.py", loop, there, "lookup", answers)
                    servers[name] = bare.enter_context(Server(bare_command, there, folder / f"{name}.log"))
                asking = {name: _hammering(server, requests) for name, server in servers.items()}
                yield MeasuredRow(
                    f"CPU per {what}", "µs", _cpu_per_request(servers, asking, effort, f"synthesize {what}")
                )
        for where, seconds in cloud.pages(effort.rounds):
            yield MeasuredRow(
                f"{where} page of 100 of {effort.servers:,} servers", "ms", {OURS: [one * 1000 for one in seconds]}
            )


def _hammering(server: Server, requests: list[bytes]) -> Asking:
    return lambda count, _: made_up.hammer(server.port, requests, count)


MEASURES: dict[str, Callable[[Effort, Path], Iterator[MeasuredRow]]] = {
    "record": record,
    "instructions": counted,
    "replay": replay,
    "load": ready,
    "large": large,
    "catalog": catalog,
    "matching": found,
    "synthesize": synthesize,
}


# --- servers ---------------------------------------------------------------------------------------------------------


@contextmanager
def _recording(folder: Path) -> Iterator[tuple[dict[str, Server], str]]:
    """The recorders before one upstream, each with a token issued, and the base of the upstream's links."""
    with ExitStack() as stack:
        port = free_port()
        stack.enter_context(Server(script("upstream.py", port), port, folder / "upstream.log"))
        servers = _stand_up(stack, lambda ports: contenders.recorders(port, ports, folder), SERVERS, folder)
        upstream = f"http://127.0.0.1:{port}"
        for name, server in servers.items():
            _ask(server, Job(contenders.links(name, server.port, upstream), 1))
        yield servers, upstream


@contextmanager
def _replaying(size: int, folder: Path, names: Iterable[str] = SERVERS) -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        yield _stand_up(stack, lambda ports: contenders.replayers(size, ports, folder), names, folder)


def _stand_up(
    stack: ExitStack, commands: Callable[[dict[str, int]], contenders.Commands], names: Iterable[str], folder: Path
) -> dict[str, Server]:
    ports = {name: free_port() for name in SERVERS}
    chosen = {name: commands(ports)[name] for name in names}
    return {
        name: stack.enter_context(Server(command, ports[name], folder / f"{name}.log"))
        for name, command in chosen.items()
    }


def _start(name: str, size: int, folder: Path) -> tuple[float, float]:
    """Seconds until a replayer is there, and its peak memory (MiB) once it has given an answer."""
    began = time.perf_counter()
    with _replaying(size, folder, [name]) as servers:
        seconds = time.perf_counter() - began
        _ask(servers[name], Job(contenders.links(name, servers[name].port, traffic.CLOUD), 1, reads=size))
        return seconds, servers[name].peak()


# --- asking ----------------------------------------------------------------------------------------------------------

Asking = Callable[[int, int], None]
"""Asks so many requests, beginning with that one."""


def _asking(name: str, server: Server, upstream: str, job: Job) -> Asking:
    links = contenders.links(name, server.port, upstream)
    return lambda count, first: _ask(server, replace(job, links=links, count=count, first=first))


def _ask(server: Server, job: Job) -> None:
    subprocess.run(script("client.py", server.port, json.dumps(asdict(job))), check=True)


def _cpu_per_request(
    servers: dict[str, Server], asking: dict[str, Asking], effort: Effort, title: str
) -> dict[str, list[float]]:
    """µs in each round; the first one warms up and is not counted."""
    figures: dict[str, list[float]] = {name: [] for name in servers}
    for number in track(range(effort.rounds + 1), title):
        for name, server in servers.items():
            count = effort.requests // SLOW.get(name, 1)
            before = server.cpu()
            asking[name](count, 1 + number * count)
            time.sleep(SETTLE)
            figures[name].append((server.cpu() - before) / count * MICROSECONDS)
    return {name: values[1:] for name, values in figures.items()}


def _transfer(server: Server, way: str, size: int) -> float:
    done = subprocess.run(script("transfer.py", server.port, way, size), check=True, capture_output=True, text=True)
    return float(done.stdout)


def _vcrpy(size: int, count: int, folder: Path) -> dict[str, float]:
    done = subprocess.run(contenders.vcrpy(size, count, folder), check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
