"""A world that is as recorded answers tell, and lives on with its client.

    recorded answers   ──> Known ──> start: all that was there before the recording made anything
    replayed read      ──> see       what it shows is so now
    replayed write     ──> see       what it did is done here as well, and whatever follows from it
    synthesized write  ──> Agreement what no recorded answer says any more (see `mending`)

Nothing here knows how answers are recorded, or in which order they are given.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from cloudtape.cassettes.messages import Request, Response
from cloudtape.matchers.sessions.exchange import tokens_of
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.plans import READS, Verb
from cloudtape.synthesis.engine.scene import SEEN, Scene, copied, fresh
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.services.object_store.service import ObjectService
from cloudtape.synthesis.stocking.bootstrap import add_user, bootstrap
from cloudtape.synthesis.stocking.recorded.belonging import ids_by_kind, owner_of, stands_for
from cloudtape.synthesis.stocking.recorded.known import STAND_IN, Known, document_in, seen_in
from cloudtape.synthesis.stocking.recorded.known_world import KnownWorld
from cloudtape.synthesis.stocking.recorded.logins import adopt, is_settled, login_in, settle_in
from cloudtape.synthesis.stocking.recorded.objects import RecordedObjects
from cloudtape.synthesis.stocking.recorded.sightings import Key, Sighting, ids_given, made_by
from cloudtape.synthesis.worlds.clock import Pace
from cloudtape.synthesis.worlds.lifecycle import resume
from cloudtape.synthesis.worlds.shelves import Members, Resource

logger = logging.getLogger(__name__)
SHORTEST_NAME = 8


class RecordedWorld(KnownWorld):
    """Starts with what is known of the recorded cloud; its object store is one of `service`."""

    def __init__(
        self, synthesizer: Synthesizer, known: Known, service: ObjectService, seed: int = 0, pace: Pace | None = None
    ) -> None:
        super().__init__(synthesizer, known, seed, pace)
        self.objects = RecordedObjects(service, self, known.objects)
        # By kind, what came to be along with a replayed request: the recording's own, once seen, take its place.
        self._came_along: defaultdict[str, list[Key]] = defaultdict(list)
        self._born: list[Key] | None = None
        # What a replayed request deleted, each with the path that was recorded of it.
        self.ended: dict[Key, str] = {}
        # While a recorded answer is taken in: by kind, the ids that it gives.
        self._told: Members | None = None
        with self._being_told({}):
            self._start()

    # --- what recorded answers say ----------------------------------------------------------------------------------

    def see(self, request: Request, response: Response) -> None:
        """Take a replayed answer for true, in so far as the client changed nothing of what it says."""
        if login := login_in(response):
            changed = any(self.agreement.is_changed(Key(kind, "", (), id_)) for kind, id_ in login.names())
            if not (changed or is_settled(self, login)):
                with self.agreement.kept(), self._being_told({}):
                    settle_in(self, [login])
            adopt(self, login)
            return
        call = self.synthesizer.call(self, request)
        seen = seen_in(self.synthesizer, self, request, response)
        if call and call.plan.verb not in READS and response.status < 300:
            self._do(call, seen, ids_given(call, response, document_in(response)))
        instead = call is not None and self.mends(call)
        follows = any((one.key.kind, SEEN) in self.synthesizer.cloud.effects for one in seen)
        with self.agreement.kept() if follows else nullcontext(), self._being_told({}):
            for one in seen:
                if not self.agreement.is_changed(one.key) and not (instead and self.is_later(one.key)):
                    self._take(one)

    def bring(self, call: Call) -> None:
        """Have what a request names, if any recorded answer ever showed it; but for what it is to make itself."""
        words = [*call.ids, *(value for _, value in call.query)]
        if isinstance(call.request.body, bytes):
            words += [word.decode("ascii") for word in tokens_of(call.request.body) if len(word) >= SHORTEST_NAME]
        made = made_by(call, self.kinds[call.plan.kind])
        with self.agreement.kept(), self._being_told({}):
            for word in words:
                found = self.later.pop(word, [])
                if kept := [one for one in found if word == made and one.key.kind == call.plan.kind]:
                    self.later[word] = kept
                for one in found:
                    if one not in kept and self.there(one.key) is None and not self.agreement.is_changed(one.key):
                        self._take(self.live(one))

    # --- as any world, and telling apart who does it ----------------------------------------------------------------

    def new_id(self, form: str = "uuid", of: str = "") -> Any:
        """While a replayed request is done here, what it makes is named as it was recorded."""
        recorded = self._told.pop(of, None) if self._told else None
        return super().new_id(form, of) if recorded is None else recorded

    def add(
        self,
        kind: str,
        members: Members,
        *,
        region: str = "",
        project: str = "",
        user: str = "",
        parents: tuple[str, ...] = (),
    ) -> Resource:
        one = super().add(kind, members, region=region, project=project, user=user, parents=parents)
        key = Key(kind, region, parents, one.id)
        if self._told is None:
            self.agreement.made(one)
        else:
            self.agreement.agree(key, one)
        if self._born is not None:
            self._born.append(key)
        return one

    @contextmanager
    def being_told(self) -> Iterator[None]:
        """What is made meanwhile was there from the start."""
        with self.agreement.kept(), self._being_told({}):
            yield

    # --- inside -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _being_told(self, ids: Members) -> Iterator[None]:
        self._told = ids
        try:
            yield
        finally:
            self._told = None

    def _start(self) -> None:
        known = self.known
        if known.logins:
            settle_in(self, known.first_logins())
            for login in known.logins.values():
                token = adopt(self, login)
                if self.trusted is None or (token.is_admin and not self.trusted.is_admin):
                    self.trusted = token
        else:
            bootstrap(self, self.synthesizer.cloud.services)
            user = add_user(self, STAND_IN.name, STAND_IN.password, STAND_IN.project, STAND_IN.roles)
            scope = {"project": {"id": user.members["default_project_id"]}}
            scene = self.synthesizer.scene_of(self)
            self.trusted = token_for(scene, user, ["password"], scope, {})
        for region, one in self.everything():
            self.agreement.agree(Key(one.kind, region, one.parents, one.id), one)
        there = []
        for seen in known.seen.values():
            if seen.key in known.made:
                self.later[seen.key.id].append(seen)
            else:
                there.append((seen, self._put(seen)))
        for seen, one in there:  # now that each may look for the others
            self._work_out(seen, one)

    def _do(self, call: Call, seen: list[Sighting], given: Members) -> None:
        """Do here what a replayed request did, and whatever follows. `given` are ids of what it made beside `seen`."""
        ids = given | ids_by_kind(self.synthesizer.cloud, seen)
        for one in seen:
            self.later.pop(one.key.id, None)
        self._born = []
        with self.agreement.kept(), self._being_told(ids):
            self.synthesizer.answer(self, call.service, call.region, call.request)
            if call.plan.verb is Verb.DELETE and call.ids:
                self._delete(Key(call.plan.kind, call.region, call.parents, call.id))
        born, self._born = self._born, None
        told = {one.key for one in seen}
        self.done |= {key.id for key in told}
        for key in born:
            if self.kinds[key.kind].rule.same_if and key not in told:
                self._came_along[key.kind].append(key)
        with self.agreement.kept(), self._being_told({}):
            self._take_what_came_along({key.kind for key in born if self.kinds[key.kind].rule.same_if})
        for one in seen:
            if found := self.there(one.key):  # a key, a secret: what is told once is what was told
                found.private |= {name: value for name, value in one.members.items() if name in found.private}

    def _delete(self, key: Key) -> None:
        """Where it could not be deleted here as it was there, it is gone all the same."""
        self.later.pop(key.id, None)
        if (found := self.there(key)) and found.pending is None:
            self.remove(found, key.region)

    def _take(self, one: Sighting) -> None:
        """The resource is as it was seen."""
        if self.there(one.key) is None:
            self._make_room(one)
        self._work_out(one, self._put(one))

    def _make_room(self, seen: Sighting) -> bool:
        """Remove what stood for it until now; whether something did."""
        waiting = self._came_along.get(seen.key.kind, [])
        for key in waiting:
            found = self.there(key)
            if (
                found
                and key.parents == seen.key.parents
                and stands_for(self.kinds[key.kind], found.members, seen.members)
            ):
                waiting.remove(key)
                with self.agreement.kept():
                    self.remove(found, key.region)
                return True
        return False

    def _take_what_came_along(self, kinds: set[str]) -> None:
        """Of these kinds something was made along with another: what the recording has seen of it takes its place."""
        for key in self.known.came_along:
            if key.kind in kinds and self.there(key) is None and not self.is_later(key):
                seen = self.known.seen[key]
                if self._make_room(seen):
                    self.later.pop(key.id, None)
                    self._work_out(seen, self._put(self.live(seen)))

    def _work_out(self, seen: Sighting, one: Resource) -> None:
        try:
            Scene(self.synthesizer.cloud, self, seen.call).follow(one, SEEN, {})
        except (TypeError, AttributeError, LookupError, ValueError):
            logger.warning("%s %s is not made as others are", one.kind, one.id, exc_info=True)
        if life := self.kinds[one.kind].life:
            resume(life, one, self.pace, self.clock)
        self.agreement.agree(seen.key, one)

    def _put(self, seen: Sighting) -> Resource:
        key, members = seen.key, copied(seen.members)
        kind, found = self.kinds[key.kind], self.there(key)
        if found is None:
            whole = self._whole(key, members, Scene(self.synthesizer.cloud, self, seen.call))
            assert self.trusted, "set when the world starts"
            by = seen.call.token if seen.call.token.project else self.trusted
            project = owner_of(seen.call.service, whole) or by.project if kind.scope != "global" else ""
            user = str(whole.get("user_id") or by.user)
            found = self.add(key.kind, whole, region=key.region, project=project, user=user, parents=key.parents)
            found.is_whole = True
        else:
            found.update(members)
            if (owner := owner_of(seen.call.service, members)) and owner != found.project and kind.scope != "global":
                self.hand_over(found, owner, key.region)
        return found

    def _whole(self, key: Key, members: Members, scene: Scene) -> Members:
        """All members of a resource: what other answers said of it, and what one has that nobody said anything of."""
        kind = self.kinds[key.kind]
        whole = fresh(kind, scene)
        for one in self.later.pop(key.id, ()):
            if one.key == key:
                whole |= self.live(one).members
            else:
                self.later[key.id].append(one)
        whole |= members
        if kind.key not in members:
            whole[kind.key] = key.id
        return whole
