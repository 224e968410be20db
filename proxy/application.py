"""One running proxy: its parts built from a `Config`, its listeners, and its end.

`async with Application(config) as proxy:` serves until the block is left; then what was recorded is closed or, for a
new take, swapped in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cloudtape.cassette_routes import IDENTITY, auth_path, recorded_endpoints, routes_of
from cloudtape.cassettes import workers
from cloudtape.cassettes.cassette import Cassette, is_there
from cloudtape.cassettes.content import decoded_interaction
from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.files.bodies import Spool
from cloudtape.cassettes.files.private import PrivateFolder
from cloudtape.cassettes.files.strays import Stray, strays_of, told
from cloudtape.cassettes.files.writer import CassetteWriter, Keeping
from cloudtape.cassettes.messages import Interaction, Request
from cloudtape.cassettes.scrubbing.names import RULES, Rule
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.user_rules import load_rules
from cloudtape.config import Config, Report
from cloudtape.discovery import check_keystone
from cloudtape.errors import ConfigError
from cloudtape.http.doors import Doors
from cloudtape.http.edge import Edge
from cloudtape.http.ready import Answer
from cloudtape.http.upstream import Upstream
from cloudtape.journal import Journal
from cloudtape.keeper import Keeper, Scrub, Scrubbing
from cloudtape.last_resort import last_resort
from cloudtape.live_routes import LiveRoutes
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.requests.user_rows import load_rows
from cloudtape.matchers.sessions.past import Polling
from cloudtape.matchers.sessions.rungs import Matching, Rung
from cloudtape.modes import Part, Writes
from cloudtape.operation_names import OperationNames
from cloudtape.pipeline import LastResort, Pipeline, Responder
from cloudtape.plain import plain
from cloudtape.reach import Reach
from cloudtape.recorder import Forwarder, LiveLogins, Recorder, Send
from cloudtape.replayer import Replayer, load_for_replay
from cloudtape.report_file import ReportFile
from cloudtape.routes import Routes
from cloudtape.twins import Twins

if TYPE_CHECKING:
    from cloudtape.synthesis_part import SynthesisPart

Progress = Callable[[int, int], None]
"""Called while a cassette is read: bytes read, bytes in all."""


class Application:
    """Raises on entering: ConfigError, UpstreamError, CassetteError; nothing is left open or written then."""

    def __init__(self, config: Config, progress: Progress | None = None, journal: Journal | None = None) -> None:
        self.config = config
        self.journal = journal or Journal()
        self.routes = Routes()
        self.replayer: Replayer | None = None
        self.cassettes: list[Cassette] = []
        self.synthesis: SynthesisPart | None = None
        self._progress = progress
        self._exit = AsyncExitStack()
        self._doors = Doors(config)
        self._failed = False
        self.is_kept = True
        """Whether the cassette is where it was recorded to."""
        self.strays: list[Stray] = []
        """What lies beside the cassettes: those that were read, in the end the one that was recorded."""

    async def __aenter__(self) -> Application:
        async with AsyncExitStack() as stack:
            await self._open(stack)
            self._exit = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._failed = self._failed or error is not None
        await self._exit.aclose()

    def fail(self) -> None:
        """Say that this take did not end well: a `refresh` keeps the old cassette."""
        self._failed = True

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the cassettes that were read, and about the world."""
        read = tuple(note for cassette in self.cassettes for note in cassette.notes)
        read += tuple(told(self.strays))
        return tuple(map(plain, read + (self.synthesis.notes if self.synthesis else ())))

    @property
    def url(self) -> str:
        """The proxy's own address, `http://127.0.0.1:8780`."""
        return self._doors.url

    @property
    def listening(self) -> str:
        """Where it listens, for a person; the proxy's own address is the last word."""
        return self._doors.listening

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before others reach it."""
        return self._doors.warnings

    @property
    def auth_url(self) -> str:
        """What a client sets as its auth URL."""
        identity = self.routes.named(IDENTITY) or next((one for one in self.routes if one.service == IDENTITY), None)
        path = urlsplit(self.config.upstream).path if self.config.upstream else ""
        if identity is None:
            return self.url
        base = urlsplit(identity.upstream).path
        rest = path.removeprefix(base).rstrip("/") or auth_path(self.cassettes)
        prefix = self._doors.base_of(identity)
        return prefix + rest

    async def _open(self, stack: AsyncExitStack) -> None:
        matching, spool = self._matching(), self._spool(stack)
        recorded = self._load(matching)
        live = send = None
        if self.config.mode.needs_upstream:
            live, send = await self._cloud(stack, recorded)
        self.routes = live or recorded
        names = OperationNames(self.routes)
        if self.config.report:
            self._report(stack, self.config.report, names)
        parts: dict[Part, Responder] = {}
        twins = None
        if self.config.mode.replays:
            known = OperationNames(recorded) if live else names
            self.replayer = parts[Part.REPLAYER] = Replayer(
                self.cassettes, known, matching=matching, most_sessions=self.config.most_sessions
            )
            stack.callback(self.replayer.close)
        if live and send:
            parts[Part.FORWARDER] = forward = Forwarder(send, live)
            if self.replayer:
                twins = parts[Part.REPLAYER] = Twins(self.replayer, live)
                parts[Part.LIVE_LOGINS] = LiveLogins(forward, live, twins.holds)
        if self.config.mode.synthesizes:
            part = parts[Part.SYNTHESIZER] = self._synthesis(stack)
            if self.replayer:
                from cloudtape.mixed import Mixed

                mixed = Mixed(self.replayer, part, self.cassettes, self.routes)
                parts |= {Part.REPLAYER: mixed.replayed, Part.SYNTHESIZER: mixed.synthesized}
            for route in part.routes():
                self.routes.add(route)
            await part.start()
        if self.config.mode.writes and live and send:
            keeper = stack.enter_context(closing(self._keeper(stack, spool, twins)))
            parts[Part.RECORDER] = Recorder(send, live, keeper, names, self.config.record_errors)
        pipeline = Pipeline([parts[part] for part in self.config.mode.responders], self._refuse, self.journal)
        await self._listen(stack, pipeline, spool)

    def _spool(self, stack: AsyncExitStack) -> Path:
        """Where bodies lie that are under way. Raises ConfigError."""
        try:
            folder = PrivateFolder(self.config.spool)
        except OSError as error:
            raise ConfigError(f"{error.filename}: bodies cannot be spooled there: {error.strerror}") from error
        stack.callback(folder.close)
        return folder.path

    async def _cloud(self, stack: AsyncExitStack, recorded: Routes) -> tuple[LiveRoutes, Send]:
        """The routes of the cloud, and what sends to it. Raises ConfigError, UpstreamError."""
        reach = Reach(self.config.upstream, self.config.allow_upstream)
        upstream = await stack.enter_async_context(Upstream(self.config, reach))
        await check_keystone(upstream.send, self.config.upstream)
        endpoints = partial(recorded_endpoints, self.cassettes)
        return LiveRoutes(self.config.upstream, reach, recorded, endpoints), upstream.send

    def _report(self, stack: AsyncExitStack, report: Report, names: OperationNames) -> None:
        file = ReportFile(report, names.operation_of, self._session_of, self._own_secrets())
        self.journal.listeners.append(file)
        stack.callback(self._close_report, file)

    def _close_report(self, file: ReportFile) -> None:
        if why := file.close():
            self.journal.lose(f"the report {file.path}: {why}")

    def _session_of(self, request: Request) -> str:
        return self.replayer.session_of(request) if self.replayer else request.session

    def _synthesis(self, stack: AsyncExitStack) -> SynthesisPart:
        from cloudtape.synthesis_part import SynthesisPart  # most modes do not need it

        self.synthesis = part = SynthesisPart(self.config.synthesis, self.config.most_sessions)
        stack.push_async_callback(part.close)
        if self.config.synthesis.save:
            stack.push_async_callback(part.save, self.config.synthesis.save)
        return part

    def _matching(self) -> Matching:
        own = load_rows(self.config.match_rules) if self.config.match_rules else ()
        return Matching(Naming(own), Rung(self.config.match), Polling(self.config.polling))

    def _load(self, matching: Matching) -> Routes:
        """The routes of the cassettes that are played."""
        if self.config.mode.replays:
            self.cassettes = [
                load_for_replay(path, matching.naming, self._progress)
                for path in self.config.cassettes
                if not (self.config.mode.writes and not is_there(path))
            ]
            for cassette in self.cassettes:
                cassette.check_bodies()
                self.strays += strays_of(cassette.path, cassette.body_names)
        return routes_of(self.cassettes)

    def _keeper(self, stack: AsyncExitStack, spool: Path, twins: Twins | None) -> Keeper:
        writer = self._writer(stack, spool)

        def kept(scrub: Scrub) -> Scrub:
            return (lambda one: twins.recorded(scrub(one))) if twins else scrub

        if not self.config.scrub:
            decode = kept(partial(decoded_interaction, folder=spool))
            return Keeper(writer, Scrubbing(decode, decode, decode), self.journal)
        rules = (*self._own_secrets(), *RULES)
        scrubber = Scrubber(Table(rules), spool)
        aside = scrubber.on_thread
        if workers.are_possible():
            aside = stack.enter_context(closing(scrubber.in_processes(rules)))

        def at_once(one: Interaction) -> Interaction | None:
            scrubbed = scrubber.at_once(one)
            return twins.recorded(scrubbed) if twins and scrubbed else scrubbed

        return Keeper(writer, Scrubbing(kept(scrubber.scrub), at_once, kept(aside)), self.journal)

    def _writer(self, stack: AsyncExitStack, spool: Path) -> CassetteWriter:
        path = self.config.cassettes[0]
        keeping = Keeping(spool, private=not self.config.scrub, durable=self.config.durable)
        match self.config.mode.writes:
            case Writes.TAKE:
                writer = CassetteWriter.take(path, keeping)
            case Writes.ADD if is_there(path):
                writer = CassetteWriter.reopen(path, keeping)
            case _:
                writer = CassetteWriter.create(path, keeping)
        stack.callback(self._close, writer)
        return writer

    def _close(self, writer: CassetteWriter) -> None:
        is_take = self.config.mode.writes is Writes.TAKE
        try:
            if (is_take or self.config.all_or_nothing) and (self._failed or self.journal.lost):
                writer.abandon()
            elif is_take:
                writer.commit()
            else:
                writer.close()
        except CassetteError as error:
            self.is_kept = False
            self.journal.lose(str(error))
        self.strays = strays_of(self.config.cassettes[0], writer.body_names)

    def _own_secrets(self) -> tuple[Rule, ...]:
        return load_rules(self.config.scrub_rules) if self.config.scrub_rules else ()

    def _refuse(self, request: Request) -> LastResort:
        return last_resort(request, self.routes.named(request.route), self.replayer)

    async def _listen(self, stack: AsyncExitStack, pipeline: Pipeline, folder: Path) -> None:
        spool = partial(Spool, folder) if self.config.mode.answers_alone else None
        remembers = self.config.mode.synthesizes
        answer = partial(self._answer, pipeline) if self.config.layout == "ports" else pipeline
        edge = Edge(answer, self.routes, self._doors.ports, self.journal, spool, remembers)
        stack.push_async_callback(self._doors.close)
        await self._doors.open(edge, self.routes)

    async def _answer(self, pipeline: Pipeline, request: Request) -> Answer:
        response = await pipeline(request)
        await self._doors.follow(self.routes)
        return response
