"""The responder of the mode `synthesize`: a made-up cloud behind the proxy's routes.

Its services stand at addresses of their own (`http://compute.cloud.invalid`), each a route; the edge writes the
proxy's address in their place, as it does for a real cloud.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec.structs import replace

from cloudtape.cassettes.messages import Request, Response, Route
from cloudtape.config import MOST_SESSIONS, SynthesisOptions
from cloudtape.errors import ConfigError, TooManySessions
from cloudtape.http.headers import MATCH_HEADER, SOURCE_HEADER, Source
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.errors import SessionsFull, WorldFileError
from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.services.object_store.saved import restore as restore_objects
from cloudtape.synthesis.services.object_store.saved import save as save_objects
from cloudtape.synthesis.services.object_store.service import SERVICE as OBJECT_STORE
from cloudtape.synthesis.services.object_store.service import ObjectService
from cloudtape.synthesis.stocking.recorded.known import Known
from cloudtape.synthesis.stocking.recorded.world import RecordedWorld
from cloudtape.synthesis.stocking.world_file import DEFAULT_WORLD, User, WorldFile, build, read_world, stock
from cloudtape.synthesis.worlds.clock import PaceError, pace_named
from cloudtape.synthesis.worlds.saved import save
from cloudtape.synthesis.worlds.sessions import DEFAULT_SESSION
from cloudtape.synthesis.worlds.world import World

# Services that keep more than resources, by type: what makes their responder.
OWN_RESPONDERS: dict[str, Callable[[], ObjectService]] = {OBJECT_STORE: ObjectService}


class SynthesisPart:
    """Raises ConfigError when a world cannot be made as asked."""

    def __init__(self, options: SynthesisOptions, most_sessions: int = MOST_SESSIONS) -> None:
        self._options = options
        if options.save and not (options.save.parent.is_dir() and os.access(options.save.parent, os.W_OK)):
            # Said before anything is made that would be lost.
            raise ConfigError(f"{options.save}: the world cannot be written there: no such folder, or none of ours")
        if options.save and options.save.exists() and not options.save.is_file():
            raise ConfigError(f"{options.save}: the world cannot be written there: it is no file")
        try:
            self._pace = pace_named(options.lifecycle)
            self._file, self._lines = read_world(options.world or DEFAULT_WORLD)
        except (PaceError, WorldFileError) as error:
            raise ConfigError(str(error)) from error
        self._known: Known | None = None
        self.synthesizer = Synthesizer(self._make, default_cloud(), most_sessions=most_sessions)
        self._own = {kind: make() for kind, make in OWN_RESPONDERS.items()}
        self.synthesizer.others.update(self._own)

    def start_from(self, known: Known, regions: Sequence[str]) -> None:
        """Let worlds start as recorded answers tell, and not from a file."""
        self._known = known
        self._file = WorldFile(users=known.users(), regions=tuple(regions) or WorldFile().regions)

    async def recorded_world(self, session: str, own: bool = False) -> RecordedWorld:
        """The world of a session, after `start_from`; where it has none yet, the spare one, or `own`: one from now on.

        Raises TooManySessions.
        """
        worlds = self.synthesizer.worlds
        try:
            world = await (worlds.own(session) if own else worlds.of(session))
        except SessionsFull as error:
            raise TooManySessions(error.most, error.seconds) from error
        assert isinstance(world, RecordedWorld)
        return world

    def routes(self) -> Iterator[Route]:
        """A route for each service in each region."""
        for service in default_cloud().services.values():
            yield Route(service.type, service.type, service.address())
            for region in self._file.regions[1:] if service.regional else ():
                yield Route(f"{service.type}-{region}", service.type, service.address(region))

    @property
    def settings(self) -> dict[str, Any]:
        """How a client logs in: as the last user of the world."""
        return self.settings_of(self.users[-1]) if self.users else {}

    def settings_of(self, user: User) -> dict[str, Any]:
        """How a client logs in as a user."""
        auth = {"username": user.name, "password": user.password, "project_name": user.project}
        domains = {"user_domain_name": user.domain, "project_domain_name": user.project_domain or user.domain}
        return {"auth": {**auth, **domains}, "region_name": self._file.regions[0]}

    @property
    def users(self) -> tuple[User, ...]:
        """Who may log in from the start."""
        return self._file.users

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the world."""
        return () if self.users else ("nobody can log in: the world names no `users`",)

    async def start(self) -> None:
        """Make the world of the default session, so that an error in its file is one at the start."""
        try:
            await self.synthesizer.worlds.of(DEFAULT_SESSION)
        except WorldFileError as error:
            raise ConfigError(str(error)) from error

    async def _make(self, synthesizer: Synthesizer) -> World:
        objects, seed = self._own[OBJECT_STORE], self._options.seed
        if self._known is not None:
            recorded = RecordedWorld(synthesizer, self._known, objects, seed, self._pace)
            with recorded.being_told():
                await stock(synthesizer, recorded, self._known.kinds)
            return recorded
        world = await build(synthesizer, self._file, self._lines, seed=seed, pace=self._pace)
        if self._file.objects:
            await restore_objects(objects.store(world).state, self._file.objects)
        return world

    async def __call__(self, request: Request) -> Response | None:
        try:
            found = await self.synthesizer.respond(request)
        except SessionsFull as error:
            raise TooManySessions(error.most, error.seconds) from error
        if found is None:
            return None
        response, operation = found
        told = (MATCH_HEADER, f"synthesized; operation={operation or '-'}"), (SOURCE_HEADER, Source.SYNTHESIZED)
        return replace(response, headers=(*response.headers, *told))

    async def save(self, path: Path) -> None:
        """Write the world of the default session to a file that `--world` takes. Raises ConfigError."""
        world = await self.synthesizer.worlds.of(DEFAULT_SESSION)
        objects = save_objects(self._own[OBJECT_STORE].store(world).state)
        document = {"regions": list(self._file.regions), "saved": save(world), "objects": objects}
        plain = msgspec.to_builtins(document)
        plain["users"] = [msgspec.to_builtins(one) for one in self._file.users]
        text = yaml.dump(plain, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        scratch = path.with_name(f".{path.name}.incoming")
        try:
            scratch.touch(mode=0o600)
            scratch.write_text(text)
            scratch.replace(path)
        except OSError as error:
            raise ConfigError(f"{path}: the world cannot be written there: {error.strerror or error}") from error

    async def close(self) -> None:
        """Remove the files that the worlds kept."""
        for world in self.synthesizer.worlds:
            world.blobs.close()
