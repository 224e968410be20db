"""Does to resources what an operation's plan says: one function for each verb, all kinds alike; those that
change nothing are in `showing`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudtape.synthesis.engine import documents
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.checks import check_asked
from cloudtape.synthesis.engine.finding import canonical, item, sees, shelf_of
from cloudtape.synthesis.engine.kinds import Kind, items_in
from cloudtape.synthesis.engine.making import (
    as_kept,
    check_rename,
    check_reserved,
    check_taken,
    check_types,
    check_unique,
    check_wrapped,
    made,
    make,
    object_in,
    rename,
    taken,
)
from cloudtape.synthesis.engine.patches import patched
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.scene import LOGGED, UPDATED, Outcome, Scene, stamp
from cloudtape.synthesis.engine.showing import check_there, list_all, show, shown
from cloudtape.synthesis.engine.views import item_path, render
from cloudtape.synthesis.engine.windows import through
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.lifecycle import GONE, Life, Transition, begin, catch_up, check, settle
from cloudtape.synthesis.worlds.shelves import Resource

NO_LIFE = Life()
NO_TRANSITION = Transition()


def answer(scene: Scene) -> Answer:
    """Answer a call. Raises Refused."""
    call = scene.call
    _may(scene, scene.kind(call.plan.kind))
    if whole := scene.cloud.answers.get(call.plan.operation.id):
        return whole(scene)
    if window := scene.cloud.windows.get(call.plan.kind):
        return through(scene, window, answer)
    _check_parents(scene)
    return VERBS[call.plan.verb](scene)


def _may(scene: Scene, kind: Kind) -> None:
    """Raises Refused for what only an admin may do."""
    call, verb = scene.call, scene.call.plan.verb
    names = {verb.name, "DETAIL"} if call.plan.detailed else {verb.name}
    if call.token.is_admin or not names.intersection(kind.rule.admin):
        return
    if call.service.hides:
        if verb in (Verb.LIST, Verb.SHOW):
            return  # who may not read it finds nothing
        if verb in (Verb.UPDATE, Verb.DELETE) and kind.is_collection:
            item(scene, kind.name, call.id, call.parents)
        check_types(kind, call.sent)
    resource = kind.path.replace("/", ":").replace("-", "_")
    rule = f"{call.service.type}:{verb.name.lower()}:{resource}"
    raise Refused(403, f"Policy doesn't allow {rule} to be performed.", "PolicyNotAuthorized")


def _check_parents(scene: Scene) -> None:
    """Raises Refused when a resource that stands above is not there."""
    call, at = scene.call, 0
    for step in call.plan.steps[:-1]:
        if not step.variable:
            continue
        if scene.kind(step.kind).is_collection:
            item(scene, step.kind, call.ids[at], call.ids[:at])
        at += 1


def _create(scene: Scene) -> Answer:
    call, kind = scene.call, scene.kind(scene.call.plan.kind)
    check_wrapped(scene, kind)
    several = call.body.get(kind.many) if isinstance(call.body, dict) and kind.many else None
    if isinstance(several, list) and kind.many != kind.wrapper:
        all_ = [make(scene, kind, dict(object_in(one))) for one in several]
        clock = scene.world.clock
        return Answer(call.plan.status, {kind.many: [render(kind, one, call, call.plan, clock) for one in all_]})
    one, said = made(scene, kind, call.sent)
    if said.body is not None:
        return Answer(call.plan.status, said.body, whole=True)
    told = shown(scene, one, said.more)
    where = call.base + item_path(kind, one)
    return Answer(told.status, told.body, (*told.headers, ("Location", where)))


def _put(scene: Scene) -> Answer:
    call, kind = scene.call, scene.kind(scene.call.plan.kind)
    parents = canonical(scene, call.parents)
    found = scene.world.find(kind.name, call.id, call.region, parents)
    if found is not None and 201 in call.plan.operation.statuses:
        raise taken(kind, call.id)
    if found is not None:
        return _change(scene, found)
    one, said = made(scene, kind, {kind.key: call.id, **call.sent}, call.id)
    return shown(scene, one, said.more)


def _update(scene: Scene) -> Answer:
    documents.stock(scene, scene.kind(scene.call.plan.kind))
    return _change(scene, item(scene, scene.call.plan.kind, scene.call.id, scene.call.parents))


def _change(scene: Scene, one: Resource) -> Answer:
    call, kind = scene.call, scene.kind(one.kind)
    check_wrapped(scene, kind)
    sent = patched(one.members, call.body) if isinstance(call.body, list) else call.sent
    sent = {name: sent[name] for name in kind.rule.updates if name in sent} if kind.rule.updates else sent
    sent = {kind.rule.old.get(name, name): value for name, value in sent.items()} if kind.rule.old else sent
    check_taken(kind, sent, is_update=True)
    check_types(kind, sent)
    check_reserved(scene, kind, sent, one.members)
    for name in kind.rule.immutable:
        if name in sent and sent[name] != one.members.get(name):
            raise Refused(400, f"Cannot update read-only attribute {name}", "HTTPBadRequest")
    if kind.life:
        check(kind.life, kind.life.update, one, "update", kind.label)
    changed = {name: as_kept(kind, name, value) for name, value in sent.items() if name not in kind.rule.server}
    changed.pop("links", None)
    renamed = changed.pop(kind.key, None)
    if any(name in changed for name in kind.rule.unique):
        check_unique(kind, shelf_of(scene), {**one.members, **changed}, one.project, one)
    renames = kind.rule.renames and renamed not in (None, one.id)
    if renames:
        check_rename(scene, one, str(renamed))
    before = dict(one.members)
    one.update({name: value for name, value in changed.items() if name not in kind.rule.hidden or name in one.members})
    if "revision_number" in one.members:
        one.members["revision_number"] += 1
    stamp(one.members, scene, UPDATED)
    try:
        said = scene.follow(one, "UPDATE", sent)
    except Refused:
        one.members.clear()
        one.update(before)
        raise
    if renames:
        rename(scene, one, str(renamed))
    if life := kind.life:
        begin(life, said.goes or life.update, one, scene.world.pace, scene.world.clock, said.along)
    return Answer(call.plan.status, said.body) if said.body is not None else shown(scene, one, said.more)


def _delete(scene: Scene) -> Answer:
    documents.stock(scene, scene.kind(scene.call.plan.kind))
    one = item(scene, scene.call.plan.kind, scene.call.id, scene.call.parents)
    delete(scene, one)
    return Answer(scene.call.plan.status, _echoed(scene) if scene.call.plan.sample is not None else None)


def delete(scene: Scene, one: Resource) -> None:
    """Delete a resource, at once or as its life says. Raises Refused."""
    kind = scene.kind(one.kind)
    life = kind.life or NO_LIFE
    _settle(scene, one, life)
    _check_lock(scene, life.delete, one)
    check(life, life.delete, one, "delete", kind.label)
    _leave(scene, one, life, life.delete, scene.follow(one, "DELETE", {}))


def _check_lock(scene: Scene, transition: Transition, one: Resource) -> None:
    """Raises Refused."""
    if transition.locked and one.members.get("locked") and not scene.call.token.is_admin:
        raise Refused(409, f"{scene.kind(one.kind).label} {one.id} is locked")


def _settle(scene: Scene, one: Resource, life: Life) -> None:
    """Be where whoever begins something finds it."""
    if life.waits:
        catch_up(one, scene.world.clock)
    else:
        settle(one)


def _leave(scene: Scene, one: Resource, life: Life, transition: Transition, said: Outcome) -> None:
    pace = scene.world.pace
    if transition.then == GONE and (pace.polls or pace.seconds):
        begin(life, transition, one, pace, scene.world.clock, said.along)
    else:
        scene.remove(one)


def _clear(scene: Scene) -> Answer:
    for one in shelf_of(scene):
        if sees(scene, one):
            delete(scene, one)
    return Answer(scene.call.plan.status)


def _action(scene: Scene) -> Answer:
    call, plan = scene.call, scene.call.plan
    named = call.plan.operation.action or documents.top_key(call.body)
    kind = scene.kind(plan.kind)
    if not plan.has_id or not kind.is_collection:
        return Answer(plan.status, _echoed(scene))
    documents.stock(scene, kind)
    one = item(scene, plan.kind, call.id, call.parents)
    sent = call.body.get(named) if isinstance(call.body, dict) else None
    if named in kind.rule.bodies:
        check_asked(kind.rule.bodies[named], named, sent)
    life = kind.life or NO_LIFE
    transition = life.actions.get(named, NO_TRANSITION)
    if transition is not NO_TRANSITION:
        _settle(scene, one, life)
    _check_lock(scene, transition, one)
    check(life, transition, one, named, kind.label)
    said = scene.follow(one, named, sent if isinstance(sent, dict) else {"": sent})
    if transition.logged:
        scene.follow(one, LOGGED, {"action": transition.logged})
    if said.answer:
        return said.answer
    if transition.then == GONE:
        _leave(scene, one, life, transition, scene.follow(one, "DELETE", {}))
    elif transition is not NO_TRANSITION:
        begin(life, said.goes or transition, one, scene.world.pace, scene.world.clock, said.along)
        stamp(one.members, scene, UPDATED)
    return _told(scene, one, said)


def _told(scene: Scene, one: Resource, said: Outcome) -> Answer:
    """What is answered to an action."""
    plan = scene.call.plan
    if said.body is not None:
        return Answer(plan.status, said.body)
    if plan.sample is None:
        return Answer(plan.status)
    if plan.wrapper == scene.kind(one.kind).wrapper and items_in(plan):
        return shown(scene, one, said.more)
    return Answer(plan.status, _echoed(scene))


def _echoed(scene: Scene) -> Any:
    return documents.echoed(scene)


VERBS: dict[Verb, Callable[[Scene], Answer]] = {
    Verb.LIST: list_all,
    Verb.SHOW: show,
    Verb.CHECK: check_there,
    Verb.CREATE: _create,
    Verb.UPDATE: _update,
    Verb.PUT: _put,
    Verb.DELETE: _delete,
    Verb.CLEAR: _clear,
    Verb.ACTION: _action,
    Verb.READ: documents.read,
    Verb.WRITE: documents.write,
    Verb.RESET: documents.reset,
}
