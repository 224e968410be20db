"""What is no item of a collection: documents (limits, quotas, metadata), calls that only answer, and the items of
collections that no operation can fill."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.kinds import Kind, items_in
from cloudtape.synthesis.engine.plans import Plan, Verb
from cloudtape.synthesis.engine.scene import Scene, copied
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource


def top_key(body: Any) -> str:
    return next(iter(body), "") if isinstance(body, dict) else ""


MOST_LETTERS = 255


def check_map(name: str, values: Any) -> None:
    """Raises Refused for keys and values that are too long, or no text."""
    if not isinstance(values, dict):
        raise _invalid(name, values, f"{values!r} is not of type 'object'")
    for key, value in values.items():
        if not 0 < len(key) <= MOST_LETTERS:
            raise _invalid(name, key, "a key has 1 to 255 letters")
        if not isinstance(value, str) or len(value) > MOST_LETTERS:
            raise _invalid(key, value, "a value is a text of at most 255 letters")


def _invalid(name: str, value: Any, why: str) -> Refused:
    return Refused(400, f"Invalid input for field/attribute {name}. Value: {value}. {why}")


# --- maps: a document that is a member of the resource above it --------------------------------------------------


def _parent(scene: Scene) -> Resource:
    """The resource that a map belongs to; `verbs` has checked that it exists."""
    call = scene.call
    steps = [step for step in call.plan.steps if step.variable]
    above = [step for step in steps if step.kind != call.plan.kind]
    found = scene.find(above[-1].kind, call.ids[len(above) - 1], call.ids[: len(above) - 1]) if above else None
    if found is None:
        raise Refused(404, "The resource could not be found.")
    return found


def _map(scene: Scene, one: Resource) -> Members:
    member = scene.kind(scene.call.plan.kind).rule.map
    value = one.members.get(member)
    if not isinstance(value, dict):
        value = one.members[member] = {}
    return value


def _map_key(scene: Scene) -> str | None:
    plan = scene.call.plan
    return scene.call.id if plan.has_id and plan.steps[-1].kind == plan.kind else None


def _read_map(scene: Scene, kind: Kind) -> Answer:
    values, key = _map(scene, _parent(scene)), _map_key(scene)
    if key is None:
        return Answer(scene.call.plan.status, {kind.rule.wrapper: values, **_whole(scene, kind)})
    if key not in values:
        raise Refused(404, f"{kind.label} item {key} was not found")
    return Answer(scene.call.plan.status, _map_item(kind, scene.call.plan, {key: values[key]}))


def _whole(scene: Scene, kind: Kind) -> Members:
    """The resource above, where the reference shows it instead of its map."""
    name = scene.call.plan.wrapper
    if not name or name == kind.rule.wrapper:
        return {}
    shown = scene.call.plan.sample[name]
    return {name: {key: value for key, value in _parent(scene).members.items() if key in shown}}


def _map_item(kind: Kind, plan: Plan, value: Members) -> Members:
    name = plan.wrapper if plan.sample is not None else kind.rule.item
    return {name: value} if name else value


def _write_map(scene: Scene, kind: Kind) -> Answer:
    one, key, call = _parent(scene), _map_key(scene), scene.call
    body = call.body if isinstance(call.body, dict) else {}
    sent = next((body[name] for name in (kind.rule.wrapper, kind.rule.item) if isinstance(body.get(name), dict)), body)
    if not body:
        raise Refused(400, f"Invalid input: '{kind.rule.wrapper}' is a required property")
    values = _map(scene, one)
    replaces = call.request.method == "PUT" and key is None
    if key is not None and list(sent) != [key]:
        raise Refused(400, f"The request body must hold the key {key} that the URL names, and nothing else")
    check_map(kind.rule.map, sent)
    scene.follow(one, "WRITE", sent if replaces else {**values, **sent}, kind.name)
    one.set(**{kind.rule.map: dict(sent) if replaces else {**values, **sent}})
    whole = sent if kind.rule.echo else _map(scene, one)
    return Answer(call.plan.status, {kind.rule.wrapper: whole} if key is None else _map_item(kind, call.plan, sent))


def _reset_map(scene: Scene, kind: Kind) -> Answer:
    one, key = _parent(scene), _map_key(scene)
    values = dict(_map(scene, one))
    if key is not None and key not in values:
        raise Refused(404, f"{kind.label} item {key} was not found")
    if key is None:
        values.clear()
    else:
        del values[key]
    one.set(**{kind.rule.map: values})
    return Answer(scene.call.plan.status)


# --- documents ---------------------------------------------------------------------------------------------------


def _kept(scene: Scene) -> tuple[str, str, tuple[str, ...]]:
    return (scene.call.region, scene.call.plan.kind, scene.call.ids)


def read(scene: Scene) -> Answer:
    kind = scene.kind(scene.call.plan.kind)
    if kind.rule.map:
        return _read_map(scene, kind)
    plan = scene.call.plan
    inside, kept = _base(scene, kind), scene.world.documents.get(_kept(scene), {})
    if isinstance(inside, dict):
        inside = {**inside, **{name: value for name, value in kept.items() if name in inside or not inside}}
        _name(scene, inside)
        _link(scene, inside)
        said = scene.follow(Resource(kind.name, "", inside), "READ", kept).body
        inside = inside if said is None else said
    return Answer(plan.status, _wrapped(scene, inside) if inside is not None else None)


def _base(scene: Scene, kind: Kind) -> Any:
    """What a document says where nobody has written to it."""
    inside = echoed_inside(scene, {})
    if isinstance(inside, dict) and kind.rule.members:
        return {**inside, **copied(kind.rule.members)}
    return copied(kind.rule.members) if inside is None and kind.rule.members else inside


def _name(scene: Scene, inside: Members) -> None:
    """Give what has an id the one that the request names; where it names none, and something was done, a new one."""
    plan = scene.call.plan
    printed = plan.sample[plan.wrapper] if plan.wrapper else plan.sample
    if not isinstance(printed.get("id"), str) or "id" in _above(scene):
        return
    if scene.call.ids:
        inside["id"] = scene.call.id
    elif scene.call.plan.verb is not Verb.READ:
        inside["id"] = scene.world.new_id("uuid", scene.call.plan.kind)


def _link(scene: Scene, inside: Members) -> None:
    """Have links that lead nowhere lead to what was asked for."""
    links = inside.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("href", "") is None:
            link["href"] = scene.call.request.uri.partition("?")[0]


def write(scene: Scene) -> Answer:
    kind, plan, sent = scene.kind(scene.call.plan.kind), scene.call.plan, {}
    if kind.rule.map:
        return _write_map(scene, kind)
    sent = scene.call.sent if not isinstance(scene.call.body, list | bytes | str) else {}
    said = scene.follow(Resource(kind.name, "", {}), "WRITE", sent)
    if said.answer or said.body is not None:
        return said.answer or Answer(plan.status, said.body)
    kept = {**scene.world.documents.get(_kept(scene), {}), **sent}
    answer = Answer(plan.status, echoed(scene, kept) if plan.sample is not None else None)
    scene.world.documents[_kept(scene)] = kept
    return answer


def reset(scene: Scene) -> Answer:
    kind = scene.kind(scene.call.plan.kind)
    if kind.rule.map:
        return _reset_map(scene, kind)
    scene.world.documents.pop(_kept(scene), None)
    return Answer(scene.call.plan.status, echoed(scene, {}) if scene.call.plan.sample is not None else None)


def _wrapped(scene: Scene, inside: Any) -> Any:
    plan = scene.call.plan
    if not plan.wrapper:
        return inside
    whole = scene.kind(plan.kind).lent(plan)
    around = {name: value for name, value in whole.items() if name != plan.wrapper and name != "links"}
    return {plan.wrapper: inside, **around}


def echoed(scene: Scene, sent: Members | None = None) -> Any:
    """An answer with the structure of the operation's example.

    It says what is known of a resource above that it shows, what was sent, and nothing besides.
    """
    if sent is None:
        body = scene.call.body
        sent = scene.call.sent if isinstance(body, dict) else {}
    inside = echoed_inside(scene, sent)
    if isinstance(inside, dict):
        _name(scene, inside)
        _link(scene, inside)
    return _wrapped(scene, inside)


def echoed_inside(scene: Scene, sent: Members) -> Any:
    plan, kind = scene.call.plan, scene.kind(scene.call.plan.kind)
    if plan.sample is None:
        return None
    printed, whole = plan.sample, kind.lent(plan)
    printed, inside = (printed[plan.wrapper], whole[plan.wrapper]) if plan.wrapper else (printed, whole)
    known = {
        name: value for name, value in sent.items() if isinstance(printed, dict) and _alike(printed.get(name), value)
    }
    return scene.adapter(inside, plan.wrapper, {**_in_path(scene), **known, **_above(scene)})


def _in_path(scene: Scene) -> Members:
    """What the path of the request says of members that are named like its variables."""
    variables = [step.variable for step in scene.call.plan.steps if step.variable]
    return dict(zip(variables, scene.call.ids, strict=False))


def _above(scene: Scene) -> Members:
    """What is known of the resource on the way of the request that an answer is about, as its wrapper says."""
    call, steps = scene.call, [step for step in scene.call.plan.steps if step.variable]
    for at, step in reversed(list(enumerate(steps))):
        kind = scene.kind(step.kind)
        if call.plan.wrapper and kind.wrapper == call.plan.wrapper and kind.is_collection:
            one = scene.find(kind.name, call.ids[at], call.ids[:at])
            return {} if one is None else {k: v for k, v in one.members.items() if k not in kind.rule.hidden}
    return {}


def _alike(printed: Any, sent: Any) -> bool:
    return printed is None or isinstance(sent, type(printed)) or isinstance(printed, type(sent))


# --- what no operation makes --------------------------------------------------------------------------------------


def stock(scene: Scene, kind: Kind, under: tuple[str, ...] | None = None) -> None:
    """Put what examples list onto the shelf of a collection that no operation can fill, where that is what there is."""
    call = scene.call
    parents = call.parents if under is None else under
    if not kind.is_stocked:
        return
    key = (call.region, kind.name, ("(stocked)", *parents))
    if key in scene.world.documents:
        return
    scene.world.documents[key] = {}
    shelf = scene.world.shelf(kind.name, call.region, parents)
    if len(shelf):
        return
    for members in _stocked(kind):
        whole = {**copied(kind.template), **members}
        whole = {name: scene.adapter(value, name) for name, value in whole.items()}
        if kind.key not in whole:
            whole[kind.key] = scene.world.new_id(kind.id_form, kind.name) if kind.id_form != "sent" else kind.label
        if shelf.get(str(whole[kind.key])) is None:
            scene.world.add(kind.name, whole, region=call.region, project="", parents=parents)


def stocked(scene: Scene, kind: str) -> list[Resource]:
    """The resources of a kind that stands under nothing, with those of the examples where no operation makes any."""
    stock(scene, scene.kind(kind), ())
    return list(scene.world.shelf(kind, scene.call.region))


def _stocked(kind: Kind) -> list[Members]:
    """The items that rows say; else those of the longest example list, or of several forms one for each id."""
    if kind.rule.items:
        return list(kind.rule.items)
    plans = [plan for plan in kind.plans if plan.operation.version == kind.newest and plan.sample is not None]
    lists = [items_in(plan) for plan in plans if plan.many]
    names = [one for plan in plans if plan.many for one in _names(plan)]
    if names:
        return [{kind.key: name} for name in names]
    if lists:
        return max(lists, key=len)
    return [one for plan in plans if plan.verb is Verb.SHOW for one in items_in(plan)][:1]


def _names(plan: Plan) -> list[str]:
    inside = plan.sample.get(plan.wrapper) if plan.wrapper and isinstance(plan.sample, dict) else plan.sample
    return [one for one in inside if isinstance(one, str)] if isinstance(inside, list) else []
