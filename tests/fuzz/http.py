"""Odd requests to every mode over real HTTP: none makes a traceback, none is answered with a status from 500 on but a
miss's, none takes longer than a second of CPU, and each cassette that was written loads.

Where a cloud is behind, it is a hostile one (`hostile_cloud`); what it says is passed on with the status that it has,
and what is no HTTP with 502.
"""

from __future__ import annotations

import logging
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvloop

from cloudtape.application import Application
from cloudtape.cassettes.cassette import load
from cloudtape.config import Config, Timeouts
from cloudtape.modes import MODES, Mode, Writes
from cloudtape.synthesis.services.cloud import default_cloud
from tests.fuzz.client import Client, Heard
from tests.fuzz.hostile_cloud import HostileCloud, hostile_cloud
from tests.fuzz.odd_heads import coded, framed, head, some_fields, spoilt
from tests.fuzz.odd_requests import OddRequests
from tests.fuzz.odd_uploads import some_upload
from tests.fuzz.recorded_requests import RecordedRequests

EXAMPLES = Path(__file__).parents[2] / "examples" / "cassettes"
CASSETTES = [EXAMPLES / f"{name}.yaml" for name in ("sdk", "swift", "cli")]
FRONTS: dict[str, Mode] = {
    "demo": MODES["synthesize"],
    "mixed": MODES["replay"].synthesizing(),
    **{name: MODES[name] for name in ("replay", "record", "fill", "refresh", "passthrough")},
}
REFUSED = (501, 505)
"""A miss, and what HTTP wants for a transfer coding and a version that we do not speak."""
# Swift ends a large object early where a segment is not what the manifest says (`swift.common.request_helpers`).
LOST_SEGMENT = re.compile(r"cut short: .*(: 4\d\d| has changed| max recursion depth was exceeded)$")
CLOUDS_FAULT = (502, 504)
"""It said what is no HTTP, or nothing to the end."""
AFRESH = 500
"""Requests after which a new session begins, with a world in which everything is there again."""
STRETCH = 2000
"""Requests after which another mode has its turn."""
SLOW = 1.0
SHOWN = 40


class _Findings(logging.Handler):
    """What was logged with a traceback, or as an error, counted by where it happened."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.places: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.asked: object = ""
        self.slowest = 0.0
        self.warned = ""
        """What was logged last as a warning."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[2]:
            frames = traceback.extract_tb(record.exc_info[2])
            last = [frame for frame in frames if "site-packages" not in frame.filename][-1]
            text = f"{Path(last.filename).parent.name}/{Path(last.filename).name}:{last.lineno} {record.exc_info[1]!r}"
            self.note(re.sub(r"'[^']*'|\"[^\"]*\"|\d{4,}", "…", text)[:160])
        elif record.levelno >= logging.ERROR:
            self.note(record.getMessage()[:100])
        else:
            self.warned = record.getMessage()

    def note(self, place: str) -> None:
        self.places[place] += 1
        self.examples.setdefault(place, repr(self.asked))

    def slow(self, _number: int, _frame: FrameType | None) -> None:
        """A request has taken so many seconds of CPU, and is still under way, perhaps on another thread."""
        stacks = [traceback.extract_stack(one) for one in sys._current_frames().values()]
        places = [[f"{Path(one.filename).name}:{one.lineno}" for one in stack[-6:]] for stack in stacks]
        self.note("slow: " + "; ".join(" ".join(one) for one in places if not one[-1].startswith("thread.py")))

    def lost(self, what: str) -> None:
        """What a hostile cloud says can always be kept, or refused as what it is."""
        if "while looking for them" in what:
            self.note(f"not kept: {what[-120:]}")


@contextmanager
def _listening() -> Iterator[_Findings]:
    findings, root = _Findings(), logging.getLogger()
    before, root.handlers = root.handlers, [findings]
    rang = signal.signal(signal.SIGPROF, findings.slow)
    try:
        yield findings
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, rang)
        root.handlers = before


def run(inputs: int, seed: int, fronts: Sequence[str] = tuple(FRONTS), stretch: int = STRETCH) -> int:
    """How many kinds of fault were found; each is printed with a request that makes it."""
    counts: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    with _listening() as findings:
        while (done := counts.total()) < inputs:
            front = fronts[len(counts) if len(counts) < len(fronts) else done // stretch % len(fronts)]
            count = min(stretch, inputs - done)
            uvloop.run(_Stretch(front, count, seed + done, findings, statuses).run())
            counts[front] += count
    for place, times in findings.places.most_common(SHOWN):
        print(f"{times:6} {place}\n       {findings.examples[place][:1500]}")
    kinds, peak = len(findings.places), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    shares = ", ".join(f"{front} {count:,}" for front, count in counts.items())
    print("answers: " + ", ".join(f"{count:,} of {status}" for status, count in sorted(statuses.items())))
    figures = f"slowest {findings.slowest:.2f} s, peak {peak} MiB, {kinds} faults"
    print(f"FUZZ http: {inputs:,} inputs (seed {seed}; {shares}), {figures}")
    return kinds


@dataclass
class _Stretch:
    """Some requests to one proxy. `statuses`: what was answered; 0 is an end without an answer."""

    front: str
    count: int
    seed: int
    findings: _Findings
    statuses: Counter[int]

    def __post_init__(self) -> None:
        self.mode = FRONTS[self.front]
        self.odd = OddRequests(default_cloud().kinds.planner, self.seed)
        self.chance = self.odd.random
        self.recorded = RecordedRequests(self._cassette, self.odd)

    @property
    def _cassette(self) -> Path:
        return CASSETTES[self.seed // STRETCH % len(CASSETTES)]

    async def run(self) -> None:
        async with self._proxy() as (proxy, cloud):
            client = Client(proxy.url)
            for number in range(self.count):
                if number % AFRESH == 0:
                    self.odd.ids.clear()
                    if cloud:
                        cloud.calm = 1
                    await client.log_in(f"s{number}")
                began = time.process_time()
                signal.setitimer(signal.ITIMER_PROF, SLOW)
                await self._ask(proxy, client)
                self.findings.slowest = max(time.process_time() - began, self.findings.slowest)
            signal.setitimer(signal.ITIMER_PROF, 0)
            client.close()

    @asynccontextmanager
    async def _proxy(self) -> AsyncIterator[tuple[Application, HostileCloud | None]]:
        folder = Path(tempfile.mkdtemp(prefix="cloudtape-fuzz-"))
        tape = folder / "tape.yaml"
        cassettes = ((tape if self.mode.writes else self._cassette),) if self.mode.cassette else ()
        try:
            async with hostile_cloud(self.seed, self._said) if self.mode.needs_upstream else nullcontext() as cloud:
                if cloud:
                    cloud.calm = 10
                    if self.mode.writes in (Writes.ADD, Writes.TAKE):
                        self._place(tape, cloud)
                timeouts, upstream = Timeouts(2, 5), cloud.url if cloud else ""
                async with Application(
                    Config(self.mode, cassettes, upstream, timeouts=timeouts, spool=folder)
                ) as proxy:
                    proxy.journal.loss_listeners.append(self.findings.lost)
                    yield proxy, cloud
            if self.mode.writes:
                self._judge(tape)
        finally:
            shutil.rmtree(folder)

    def _place(self, tape: Path, cloud: HostileCloud) -> None:
        """A recorded cassette, as if it had been recorded at this cloud."""
        text = self._cassette.read_text()
        for route in load(self._cassette).routes:
            text = text.replace(route.upstream, f"{cloud.url.removesuffix('/identity/v3')}/{route.service}")
        tape.write_text(text)
        shutil.copytree(self._cassette.with_suffix(".bodies"), tape.with_suffix(".bodies"))

    def _judge(self, tape: Path) -> None:
        try:
            cassette = load(tape, cached=False)
            for _ in cassette:
                pass
        except Exception as error:
            self.findings.note(f"{self.front}: the cassette does not load: {error}"[:200])

    def _said(self) -> bytes:
        """A document that the hostile cloud may answer with."""
        one = self.chance.choice(self.odd.examples)
        return self.odd.dumped(self.odd.spoilt(one))

    async def _ask(self, proxy: Application, client: Client) -> None:
        method, target, fields, body = self._request(proxy)
        if self.chance.random() < 0.05:
            body, coding = coded(body, self.chance)
            fields.append(f"Content-Encoding: {coding}")
        request = head(method, client.of_session(target), client.port, [*fields, *client.login()]) + framed(
            body, self.chance
        )
        if self.chance.random() < 0.2:
            request = spoilt(request, self.chance)
            self.findings.asked = request[:3000]
            self._judge_answer(await client.throw(request))
            return
        self.findings.asked, self.findings.warned = request[:3000], ""
        heard = await client.ask(request, method)
        self._judge_answer(heard)
        if heard.status == 0 and not self.mode.needs_upstream and not LOST_SEGMENT.search(self.findings.warned):
            self.findings.note(f"{self.front}: {heard.body[:60]!r}")
        self.odd.learn(target, heard.body)

    def _request(self, proxy: Application) -> tuple[str, str, list[str], bytes]:
        way = self.chance.random()
        routes = {route.service: route.name for route in reversed(list(proxy.routes))}
        if way < (0.6 if self.mode.replays else 0.1):
            method, target, fields, body = self.recorded.next(list(proxy.routes))
        elif way > 0.95:
            service, method, path, kind, body = some_upload(self.chance)
            target, fields = f"/{routes.get(service, service)}{path}", [f"Content-Type: {kind}"] * bool(kind)
        else:
            service, method, path, body, kind = self.odd.next()
            target, fields = f"/{routes.get(service, service)}{path}", [f"Content-Type: {kind}"]
        return method, target, [*fields, *some_fields(self.chance)], body

    def _judge_answer(self, heard: Heard) -> None:
        self.statuses[heard.status] += 1
        if heard.wrong:
            self.findings.note(f"{self.front}: {heard.wrong}")
        if heard.status < 500 or heard.status in REFUSED:
            return
        if self.mode.needs_upstream and (heard.is_from_upstream or heard.status in CLOUDS_FAULT):
            return
        self.findings.note(f"{self.front}: status {heard.status}: {heard.body[:100]!r}")
