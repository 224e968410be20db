"""Recorded answers first, and a made-up cloud for what was not recorded; each knows what the other said.

    request ──> names what only the made-up cloud knows? ──> synthesized
            ──> replayer ──> recorded answer ──> seen by the world ──> a list? mended with what was made since
            ──> (a miss) ──> synthesized, from what recorded answers show and what was made since

Two responders of one pipeline, `replayed` and `synthesized`, around the Replayer and the Synthesizer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec.structs import replace

from cloudtape.cassette_routes import recorded_endpoints
from cloudtape.cassettes.cassette import Cassette
from cloudtape.cassettes.content import ContentError, decoded
from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.http.headers import MATCH_HEADER
from cloudtape.http.ready import in_parts
from cloudtape.matchers.sessions.rungs import Rung
from cloudtape.recorded_addresses import RecordedAddresses
from cloudtape.replayer import Replayer
from cloudtape.routes import Routes
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.stocking.recorded.known import Exchange, Known, document_in
from cloudtape.synthesis.stocking.recorded.mending import (
    ended,
    has_ended,
    is_doubtful,
    is_news,
    is_unheard_of,
    mended,
    note,
)
from cloudtape.synthesis.stocking.recorded.world import RecordedWorld
from cloudtape.synthesis_part import SynthesisPart

LARGEST_DOCUMENT = 8 * 1024 * 1024
NUMBER = re.compile(r"interaction=(\d+)")
# What the made-up cloud says of a path or a method that it does not know.
UNKNOWN = (404, 405)


class Mixed:
    """`routes` are those of the cassettes, none of the made-up cloud's own."""

    def __init__(self, replayer: Replayer, part: SynthesisPart, cassettes: Sequence[Cassette], routes: Routes) -> None:
        self._replayer, self._part = replayer, part
        self._synthesizer = part.synthesizer
        self._addresses = RecordedAddresses(routes, recorded_endpoints(cassettes), self._synthesizer.cloud.services)
        known = Known()
        known.read(self._synthesizer, self._exchanges(cassettes))
        replayer.hold(self._synthesizer.worlds.is_held)
        part.start_from(known, self._addresses.regions)

    async def replayed(self, request: Request) -> Response | None:
        """What was recorded, where that can still be true."""
        world = await self._world(request)
        asked = self._addresses.inward(request)
        call = self._synthesizer.call(world, asked)
        objects = world.objects if self._synthesizer.has_own(asked) else None
        if (call and is_news(world, call)) or (objects and objects.is_news(asked)):
            return None
        answer = await self._replayer(request)
        response = None if answer is None else in_parts(answer)
        if response is not None and not self._owns(request, world):
            if not self._synthesizer.is_authenticated(request, response):
                return response
            world = await self._world(request, own=True)
            objects = world.objects if objects else None
        if response is None or self._is_doubtful(world, asked, call, response):
            return None
        if call and response.status < 300:
            ended(world, call, self._recorded_path(response))
        if objects:
            await objects.see(world, asked, response)
        elif answer := self._document(response):
            world.see(asked, answer)
            if call and world.mends(call):
                return self._mended(world, call, request, response, answer)
        return response

    def _is_doubtful(self, world: RecordedWorld, asked: Request, call: Call | None, response: Response) -> bool:
        """Whether a recorded answer is contradicted by what is so in this world."""
        if self._synthesizer.has_own(asked):
            return world.objects.is_doubtful(asked, response.status, world.as_live)
        if call is None:
            return False
        if is_doubtful(world, call, response.status):
            return True
        recorded = self._recorded_path(response)
        if response.status < 400 and _is_guess(response) and is_unheard_of(world, call):
            return call.id not in unquote(recorded)
        return response.status != 404 and has_ended(world, call, recorded)

    def _recorded_path(self, response: Response) -> str:
        """The path of the recorded request that a replayed answer was given to."""
        number = NUMBER.search(header(response.headers, MATCH_HEADER.lower()) or "")
        return urlsplit(self._replayer.interaction(int(number[1])).request.uri).path if number else ""

    async def synthesized(self, request: Request) -> Response | None:
        """What the made-up cloud says; None for what neither it nor any cassette has heard of."""
        session = self._replayer.session_of(request)
        asked = replace(self._addresses.inward(request), session=session)
        world = await self._world(request)
        objects = world.objects if self._synthesizer.has_own(asked) else None
        if objects and not objects.has_bytes(asked):
            return None
        if (call := self._synthesizer.call(world, asked)) and self._owns(request, world):
            world.bring(call)
        response = await self._part(asked)
        if response is None or not (call or objects or response.status not in UNKNOWN):
            return None
        if self._owns(request, world):  # what is nobody's was not changed
            if objects:
                objects.changed(asked, response)
            elif call:
                note(world, call)
        return self._addresses.outward(response, request.route)

    async def _world(self, request: Request, own: bool = False) -> RecordedWorld:
        """The world in which a request is answered. Raises TooManySessions.

        Any token makes it the session's own: recorded ones are good here, and nobody knows them all.
        """
        session = self._replayer.session_of(request)
        world = await self._part.recorded_world(session, own or bool(header(request.headers, "x-auth-token")))
        world.as_live = partial(self._replayer.as_live, session)
        return world

    def _owns(self, request: Request, world: RecordedWorld) -> bool:
        return self._synthesizer.worlds.owns(self._replayer.session_of(request), world)

    def _document(self, response: Response) -> Response | None:
        """A recorded answer as synthesis reads it; None where it is no document."""
        if not isinstance(response.body, bytes) or len(response.body) > LARGEST_DOCUMENT:
            return None
        try:
            return self._addresses.answer_inward(decoded(response, limit=LARGEST_DOCUMENT))
        except ContentError:
            return None

    def _mended(
        self,
        world: RecordedWorld,
        call: Call,
        request: Request,
        response: Response,
        answer: Response,
    ) -> Response:
        """A recorded list with what the client made, changed and deleted since."""
        made, _ = self._synthesizer.answer(world, call.service, call.region, call.request)
        recorded, ours = document_in(answer), document_in(made)
        if response.status != 200 or made.status != 200 or not mended(world, call, recorded, ours):
            return response
        headers = tuple((k, v) for k, v in response.headers if k.lower() not in ("content-length", "content-encoding"))
        told = [(k, f"{v}; mended" if k == MATCH_HEADER else v) for k, v in headers]
        whole = replace(response, headers=tuple(told), body=msgspec.json.encode(recorded))
        return self._addresses.outward(whole, request.route)

    def _exchanges(self, cassettes: Sequence[Cassette]) -> Iterator[Exchange]:
        for cassette in cassettes:
            for one in cassette:
                if one.lost:
                    continue
                asked = self._addresses.inward(one.request)
                is_json = (header(one.response.headers, "content-type") or "").startswith("application/json")
                is_read = is_json or self._synthesizer.has_own(asked)
                answer = self._document(one.response) if is_read else None
                yield asked, answer or replace(one.response, body=b"")


def _is_guess(response: Response) -> bool:
    """Whether something was bound for a replayed answer that was not bound before."""
    return (header(response.headers, MATCH_HEADER.lower()) or "").startswith((Rung.UNIFIED, Rung.ADAPTED))
