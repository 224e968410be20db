"""Kinds that are another service's, shown by one that asks it: nova's volumes, images, security groups, …

The request is put to the other service in its own words, and its answer is told in those of the one that was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.plans import Plan, Verb
from cloudtape.synthesis.engine.scene import Scene, Window
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members

NEWER: dict[Verb, tuple[Verb, ...]] = {Verb.UPDATE: (Verb.UPDATE, Verb.PUT)}


def through(scene: Scene, window: Window, answer: Callable[[Scene], Answer]) -> Answer:
    """What the other service answers, in the words of this one. Raises Refused."""
    call = scene.call
    plan = call.plan
    if plan.verb is Verb.ACTION:
        # What only a service that is gone could do (nova-network).
        return Answer(plan.status)
    theirs = _plan(scene, window)
    service = scene.cloud.services[scene.kind(window.of).service]
    inner = Scene(
        scene.cloud,
        scene.world,
        msgspec.structs.replace(
            call,
            service=service,
            plan=theirs,
            micro=service.micro.min if service.micro else (0, 0),
            base=service.address(call.region),
            query=tuple(_asked(window, name, value) for name, value in call.query),
            body=_body(scene, window, theirs),
        ),
        request_id=scene.request_id,
        others=scene.others,
    )
    try:
        said = answer(inner).body
    except Refused as refused:
        raise Refused(window.refused.get(refused.status, refused.status), refused.message) from None
    if plan.verb in (Verb.DELETE, Verb.CHECK) or said is None:
        return Answer(plan.status)
    whole = said[theirs.wrapper] if theirs.wrapper else said
    if not plan.many:
        return Answer(plan.status, {plan.wrapper: window.told(scene, whole)})
    found = [window.told(scene, one) for one in whole]
    if window.short and not plan.detailed:
        found = [{name: one[name] for name in window.short} for one in found]
    links = window.pages and _has_more(said, theirs)
    more = {f"{plan.wrapper}_links": [scene_link(scene, found[-1]["id"])]} if links else {}
    return Answer(plan.status, {plan.wrapper: found, **more})


def _asked(window: Window, name: str, value: str) -> tuple[str, str]:
    """A filter in the other service's words; where nova takes a link for an id, its id."""
    return (window.asked[name], value.rpartition("/")[2]) if name in window.asked else (name, value)


def _has_more(said: Any, plan: Plan) -> bool:
    return isinstance(said, dict) and bool(said.get("next") or said.get(f"{plan.wrapper}_links"))


def scene_link(scene: Scene, marker: str) -> Members:
    path, _, query = scene.call.request.uri.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("marker=")]
    return {"rel": "next", "href": f"{path}?{'&'.join([*kept, 'marker=' + marker])}"}


def _plan(scene: Scene, window: Window) -> Plan:
    """The other service's operation that does the same."""
    verb = scene.call.plan.verb
    kind = scene.kind(window.of)
    same = [one for one in kind.plans if one.verb in NEWER.get(verb, (verb,))]
    plans = [one for one in same if one.operation.version == kind.newest] or same
    if not plans:
        raise Refused(404, "The resource could not be found.")
    return next((one for one in plans if one.detailed), plans[0])


def _body(scene: Scene, window: Window, plan: Plan) -> Any:
    if plan.verb not in (Verb.CREATE, Verb.UPDATE, Verb.PUT):
        return None
    sent = window.sent(scene, scene.call.sent)
    return {plan.request_wrapper or plan.wrapper: sent} if plan.request_wrapper or plan.wrapper else sent
