"""Whether a recorded answer can still be true after what its client changed, and how a recorded list is mended."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cloudtape.matchers.requests.naming import is_distinctive
from cloudtape.matchers.requests.things import is_login
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.plans import READS, Verb
from cloudtape.synthesis.engine.quotas import class_kind
from cloudtape.synthesis.stocking.recorded.known_world import list_of
from cloudtape.synthesis.stocking.recorded.sightings import Key, id_in, list_in
from cloudtape.synthesis.stocking.recorded.world import RecordedWorld

# What asks for a part of a list: that part must be of one list.
PAGED = ("limit", "marker")


def is_news(world: RecordedWorld, call: Call) -> bool:
    """Whether no recorded answer can be right: the request names what the client made, changed or deleted, is to delete
    what such things need, or asks for a page of a list with them.
    """
    agreement, queried = world.agreement, [value for _, value in call.query]
    if any(agreement.is_changed(key) for key in _path_of(call)) or agreement.names_news([call.body, queried]):
        return True
    if is_login(call.request.method, call.request.uri) and agreement.names_own_login(call.body):
        return True
    if call.plan.verb is Verb.DELETE and is_distinctive(call.id) and agreement.is_needed_by_news(call.id):
        return True
    if agreement.has_written(Key(call.plan.kind, call.region, call.ids, "")):
        return True
    elsewhere = world.kinds[call.plan.kind].rule.told_elsewhere if call.plan.verb in READS else ""
    if elsewhere and agreement.has_written_any(call.service.type, elsewhere):
        return True
    if call.plan.verb is not Verb.LIST:
        return False
    is_of_a_name = any(agreement.has_named(call.plan.kind, value) for value in queried)
    return is_of_a_name or (any(name in PAGED for name, _ in call.query) and world.mends(call))


def is_doubtful(world: RecordedWorld, call: Call, status: int) -> bool:
    """Whether a recorded refusal may be one by a quota that the client has changed since, or tells that something is
    gone which nothing ended.
    """
    if status == 404 and any(key.id in world.outliving(key) for key in _path_of(call)):
        return True
    budget = call.service.quotas
    if call.plan.verb in READS or budget is None or status != budget.status:
        return False
    kind = f"{call.service.type}/{budget.kind}"
    quotas = ((kind, call.token.project), (class_kind(kind), "default"))
    return any(world.agreement.has_written(Key(kind, call.region, (whose,), "")) for kind, whose in quotas)


def is_unheard_of(world: RecordedWorld, call: Call) -> bool:
    """Whether a request is to show something that nobody in this world has made, seen or ended."""
    key = _path_of(call)[-1] if call.plan.verb is Verb.SHOW and call.ids else None
    if key is None or not is_distinctive(key.id) or key in world.ended or world.is_later(key):
        return False
    return world.find(key.kind, key.id, key.region, key.parents) is None


def has_ended(world: RecordedWorld, call: Call, recorded: str) -> bool:
    """Whether a request is about something that a replayed one deleted, and the path of the `recorded` one is about
    something else: twins may have changed places since.
    """
    gone = [path for key in _path_of(call) if (path := world.ended.get(key)) and world.there(key) is None]
    return bool(gone) and not any(_is_under(recorded, path) for path in gone)


def ended(world: RecordedWorld, call: Call, recorded: str) -> None:
    """A replayed request was to delete something; `recorded` is the path of the recorded one."""
    if call.plan.verb is Verb.DELETE:
        world.ended[_path_of(call)[-1]] = recorded


def _is_under(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")


def mended(world: RecordedWorld, call: Call, recorded: Any, made: Any) -> bool:
    """Put into the document of a recorded list what `made`, the document of the same list in this world, says of what
    the client changed. False where one of them is no list.
    """
    kind = world.kinds[call.plan.kind]
    listed, ours = list_in(kind, call, recorded), list_in(kind, call, made)
    if listed is None or ours is None:
        return False
    where = list_of(call)
    changes = world.agreement.changes(where)
    news = {id_in(kind, one): one for one in ours if id_in(kind, one) in changes}
    kept = []
    for one in listed:
        id_ = id_in(kind, one)
        # Where the client makes things of its own, those of the recording are not there but for what it made again.
        if id_ in news or (id_ not in changes and not world.is_later(replace(where, id=id_))):
            kept.append(news.pop(id_, one))
    still = world.outliving(where) - changes - {id_in(kind, one) for one in listed}
    added = [*news.values(), *(one for one in ours if id_in(kind, one) in still)]
    newest_first = call.service.paging.newest_first
    listed[:] = added + kept if newest_first else kept + added
    return True


def note(world: RecordedWorld, call: Call) -> None:
    """A request was answered from this world, and no recording."""
    if call.plan.verb in READS or not call.ids:
        return
    key = Key(call.plan.kind, call.region, call.parents, call.id)
    if found := world.there(key):
        world.agreement.named(found)
    if call.plan.verb is not Verb.CREATE and not world.agreement.is_changed(key):
        world.agreement.wrote(replace(key, parents=call.ids))


def _path_of(call: Call) -> list[Key]:
    """What the path of a request names."""
    named = [step for step in call.plan.steps if step.variable][: len(call.ids)]
    return [Key(step.kind, call.region, call.ids[:at], call.ids[at]) for at, step in enumerate(named)]
