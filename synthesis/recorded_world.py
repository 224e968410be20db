"""A world that is as recorded answers tell, and the difference that its client makes.

    recorded answers ──> Known ──> start: all that was there before the recording made anything
    replayed answer  ──> see      what it shows is so now
    synthesized call ──> changes  what is no longer as any recorded answer says: those answers are mended, or not given

Nothing here knows how answers are recorded, or in which order they are given.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from cloudtape.cassettes.messages import Request, Response
from cloudtape.matchers.exchange import tokens_of
from cloudtape.synthesis.bootstrap import add_user, bootstrap
from cloudtape.synthesis.calls import Call
from cloudtape.synthesis.clock import Pace
from cloudtape.synthesis.identity import token_for
from cloudtape.synthesis.known import Known, seen_in
from cloudtape.synthesis.lists import PAGING, PLAIN
from cloudtape.synthesis.making import effect
from cloudtape.synthesis.object_service import ObjectService
from cloudtape.synthesis.plans import Verb
from cloudtape.synthesis.recorded_logins import adopt, login_in, settle_in
from cloudtape.synthesis.recorded_objects import RecordedObjects
from cloudtape.synthesis.scene import OWNERS, SEEN, Scene, copied, fresh
from cloudtape.synthesis.shelves import Members, Resource
from cloudtape.synthesis.sightings import Key, Sighting, id_in, list_in
from cloudtape.synthesis.world import World

if TYPE_CHECKING:
    from cloudtape.synthesis.synthesizer import Synthesizer

SHORTEST_NAME = 8
logger = logging.getLogger(__name__)
# Heat's stacks have a second project, of their users.
OWNING = ("project", *(name for name in OWNERS if name != "stack_user_project_id"))
# What asks for a part of a list: that part must be of one list.
PAGED = ("limit", "marker")

Shelf = tuple[str, str, tuple[str, ...]]


class RecordedWorld(World):
    """Starts with what is known of the recorded cloud; its object store is one of `service`."""

    def __init__(
        self, synthesizer: Synthesizer, known: Known, service: ObjectService, seed: int = 0, pace: Pace | None = None
    ) -> None:
        super().__init__(synthesizer.kinds, seed, pace)
        self._synthesizer, self._known = synthesizer, known
        self.objects = RecordedObjects(service, self, known.objects)
        # The revision in which each resource is as recorded answers say.
        self._agreed: defaultdict[Shelf, dict[str, int]] = defaultdict(dict)
        # What the recording made, and this client has not, by id: nobody lists it, but whoever names it means it.
        self._later: defaultdict[str, list[Sighting]] = defaultdict(list)
        self._start()

    # --- what recorded answers say ----------------------------------------------------------------------------------

    def see(self, request: Request, response: Response) -> None:
        """Take a replayed answer for true, in so far as the client changed nothing of what it says."""
        if login := login_in(response):
            adopt(self, login)
            return
        call = self._synthesizer.call(self, request)
        if call and call.plan.verb is Verb.DELETE and call.ids and response.status < 300:
            self._forget(Key(call.plan.kind, call.region, call.parents, call.id))
        for one in seen_in(self._synthesizer, self, request, response):
            if not self._is_changed(one.key):
                self._take(one)

    def bring(self, call: Call) -> None:
        """Have what a request names, if any recorded answer ever showed it."""
        words = [*call.ids, *(value for _, value in call.query)]
        if isinstance(call.request.body, bytes):
            words += [word.decode("ascii") for word in tokens_of(call.request.body) if len(word) >= SHORTEST_NAME]
        for word in words:
            for one in self._later.pop(word, ()):
                if not self._is_changed(one.key):
                    self._take(one)

    # --- what the client changed --------------------------------------------------------------------------------------

    def is_news(self, call: Call) -> bool:
        """Whether no recorded answer can be right: the request names what the client made, changed or deleted, or asks
        for a part of a list of such things.
        """
        at = 0
        for step in call.plan.steps:
            if step.variable and at < len(call.ids):
                if self._is_changed(Key(step.kind, call.region, call.ids[:at], call.ids[at])):
                    return True
                at += 1
        return any(call.asked(name) for name in PAGED) and bool(self.changes(call))

    def changes(self, call: Call) -> set[str]:
        """The ids of what the client made, changed or deleted in the list that a request asks for."""
        if call.plan.verb is not Verb.LIST:
            return set()
        agreed = self._agreed[_shelf(call.plan.kind, call.region, call.parents)]
        shelf = self.shelf(call.plan.kind, call.region, call.parents)
        is_made = self.kinds[call.plan.kind].is_made
        ours = (one for one in shelf if is_made or one.id in agreed)
        differing = {one.id for one in ours if agreed.get(one.id) != one.revision}
        return differing | {id_ for id_ in agreed if shelf.get(id_) is None}

    def mended(self, call: Call, changes: set[str], recorded: Any, made: Any) -> bool:
        """Put into the document of a recorded list what `made`, the document of the same list in this world, says of
        the changes. False where one of them is no list.
        """
        kind = self.kinds[call.plan.kind]
        listed, ours = list_in(kind, call, recorded), list_in(kind, call, made)
        if listed is None or ours is None:
            return False
        news = {id_in(kind, one): one for one in ours if id_in(kind, one) in changes}
        kept = [one for one in listed if (id_ := id_in(kind, one)) not in changes or id_ in news]
        there = {id_in(kind, one) for one in kept}
        added = [one for id_, one in news.items() if id_ not in there]
        whole = [news.get(id_in(kind, one), one) for one in kept]
        newest_first = PAGING.get(call.service.type, PLAIN).newest_first
        listed[:] = added + whole if newest_first else whole + added
        return True

    # --- inside -------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        known = self._known
        if known.logins:
            settle_in(self, known.logins.values())
            for login in known.logins.values():
                token = adopt(self, login)
                if self.trusted is None or (token.is_admin and not self.trusted.is_admin):
                    self.trusted = token
        else:
            bootstrap(self, self._synthesizer.services)
            user = add_user(self, "admin", "secret", "admin", ("admin",))
            scope = {"project": {"id": user.members["default_project_id"]}}
            scene = self._synthesizer.scene_of(self)
            self.trusted = token_for(scene, user, ["password"], scope, {})
        for region, one in self.everything():
            self._agree(Key(one.kind, region, one.parents, one.id), one)
        there = []
        for seen in known.seen.values():
            if seen.key in known.made:
                self._later[seen.key.id].append(seen)
            else:
                there.append((seen, self._put(seen)))
        for seen, one in there:  # now that each may look for the others
            self._work_out(seen, one)

    def _take(self, one: Sighting) -> None:
        """The resource is as it was seen."""
        self._work_out(one, self._put(one))

    def _work_out(self, seen: Sighting, one: Resource) -> None:
        try:
            effect(Scene(self, seen.call), one, SEEN, {})
        except (TypeError, AttributeError, LookupError, ValueError):
            logger.warning("%s %s is not made as others are", one.kind, one.id, exc_info=True)
        self._agree(seen.key, one)

    def _put(self, one: Sighting) -> Resource:
        key = one.key
        kind, scene = self.kinds[key.kind], Scene(self, one.call)
        found = self.shelf(key.kind, key.region, key.parents).get(key.id)
        members: Members = copied(one.members)
        if found is None:
            whole = self._whole(key, members, scene)
            by = one.call.token if one.call.token.project else self.trusted
            project = _owner(whole) or by.project if kind.scope != "global" else ""
            user = str(whole.get("user_id") or by.user)
            found = self.add(key.kind, whole, region=key.region, project=project, user=user, parents=key.parents)
            found.is_whole = True
        else:
            found.update(members)
        return found

    def _whole(self, key: Key, members: Members, scene: Scene) -> Members:
        """All members of a resource: what other answers said of it, and what one has that nobody said anything of."""
        kind = self.kinds[key.kind]
        whole = fresh(kind, scene)
        for one in self._later.pop(key.id, ()):
            if one.key == key:
                whole |= copied(one.members)
            else:
                self._later[key.id].append(one)
        whole |= members
        if kind.key not in members:
            whole[kind.key] = key.id
        return whole

    def _agree(self, key: Key, one: Resource) -> None:
        self._agreed[_shelf(key.kind, key.region, key.parents)][one.id] = one.revision

    def _forget(self, key: Key) -> None:
        """A recorded answer said that it is gone."""
        agreed = self._agreed[_shelf(key.kind, key.region, key.parents)]
        self._later.pop(key.id, None)
        if agreed.pop(key.id, None) is not None:
            found = self.shelf(key.kind, key.region, key.parents).get(key.id)
            if found:
                self.remove(found, key.region)

    def _is_changed(self, key: Key) -> bool:
        found = self.find(key.kind, key.id, key.region, key.parents)
        id_ = found.id if found else key.id
        agreed = self._agreed[_shelf(key.kind, key.region, key.parents)].get(id_)
        return agreed != (found.revision if found else None)


def _shelf(kind: str, region: str, parents: tuple[str, ...]) -> Shelf:
    return kind, "" if kind.startswith("identity/") else region, parents


def _owner(members: Members) -> str:
    """The project that a resource says it belongs to."""
    named = (members.get(name) for name in OWNING)
    return next((one for one in named if one and isinstance(one, str)), "")
