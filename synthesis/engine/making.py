"""Making a resource of what a client sent: what is required, of which type, unique, and within the quota."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.checks import check_values
from cloudtape.synthesis.engine.filters import FALSE, TRUE
from cloudtape.synthesis.engine.finding import canonical, shelf_of
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.quotas import check_quota
from cloudtape.synthesis.engine.scene import Outcome, Scene, fresh
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.lifecycle import begin
from cloudtape.synthesis.worlds.shelves import Members, Resource, Shelf

UNWRAPPED = {
    400: "The server could not comply with the request since it is either malformed or otherwise incorrect.",
    422: "Unable to process the contained instructions",
}
"""What WebOb says of a body of which nobody says more."""
TYPES: dict[type, str] = {dict: "object", list: "array", str: "string"}

LONGEST_NAME = 255
WORDS = ("name", "description", "stack_name", "display_name")


def object_in(value: Any) -> Members:
    if not isinstance(value, dict):
        raise Refused(400, "Each item must be a JSON object.")
    return value


def check_wrapped(scene: Scene, kind: Kind) -> None:
    """Raises Refused for a body in which the resource does not stand where its service looks for it."""
    status, plan, body = kind.rule.unwrapped, scene.call.plan, scene.call.body
    names = (plan.request_wrapper, plan.wrapper, kind.wrapper)
    if status and not any(isinstance(body, dict) and isinstance(body.get(name), dict) for name in names if name):
        raise Refused(status, UNWRAPPED.get(status, HTTPStatus(status).phrase))


def make(scene: Scene, kind: Kind, sent: Members) -> Resource:
    """Make a resource of what a client sent. Raises Refused."""
    return made(scene, kind, sent)[0]


def made(scene: Scene, kind: Kind, sent: Members, id_: str | None = None) -> tuple[Resource, Outcome]:
    """The same, with what its effects say. Raises Refused."""
    call, rule = scene.call, kind.rule
    sent = {rule.old.get(name, name): value for name, value in sent.items()} if rule.old else sent
    _check_required(kind, sent)
    check_taken(kind, sent)
    check_types(kind, sent)
    check_reserved(scene, kind, sent, kind.template)
    project = _owner(scene, kind, sent)
    check_quota(scene, kind, project)
    members = fresh(kind, scene)
    members.update(_settable(kind, sent, members))
    if id_ is not None:
        members[kind.key] = id_
    elif kind.id_form == "sent" or (sent.get(kind.key) and kind.key not in rule.server and kind.key in kind.client):
        members[kind.key] = as_kept(kind, kind.key, sent.get(kind.key)) or members.get(kind.key) or scene.world.new_id()
    scene.own(members, kind, project)
    shelf = shelf_of(scene)
    check_unique(kind, shelf, members, project)
    if shelf.get(str(members[kind.key])) is not None:
        raise taken(kind, str(members[kind.key]))
    one = scene.world.add(
        kind.name,
        members,
        region=call.region,
        project=project,
        user=call.token.user,
        parents=canonical(scene, call.parents),
    )
    try:
        said = scene.follow(one, "CREATE", sent)
    except Refused:
        scene.remove(one)
        raise
    if life := kind.life:
        begin(life, said.goes or life.create, one, scene.world.pace, scene.world.clock, said.along)
    return one, said


def _settable(kind: Kind, sent: Members, members: Members) -> Members:
    """What a client sent, but for what only the server sets; nothing in place of a value that must be one."""
    rule = kind.rule
    return {
        name: as_kept(kind, name, value)
        for name, value in sent.items()
        if name not in rule.server and name != "links" and not (value is None and members.get(name) is not None)
    }


def as_kept(kind: Kind, name: str, value: Any) -> Any:
    """The value of the type that its member has: services read numbers and truths that are sent as text."""
    if name == kind.key:
        return str(value) if isinstance(value, int) and kind.id_form != "int" else value
    if not isinstance(value, str) or not kind.rule.newest:
        return value
    match kind.rule.members.get(name):
        case bool() if value.lower() in TRUE | FALSE:
            return value.lower() in TRUE
        case int() if (number := whole(value)) is not None:
            return number
    return value


def _owner(scene: Scene, kind: Kind, sent: Members) -> str:
    """Whose it becomes: an admin may say so."""
    call = scene.call
    if kind.scope == "global":
        return ""
    for name in ("project_id", "tenant_id", "owner"):
        if (said := sent.get(name)) and isinstance(said, str) and call.token.is_admin:
            return said
    return call.project


def _check_required(kind: Kind, sent: Members) -> None:
    for name in kind.rule.required:
        if sent.get(name) in (None, ""):
            raise Refused(
                400, f"Invalid input for field/attribute {name}: '{name}' is a required property", "BadRequest"
            )


def check_taken(kind: Kind, sent: Members, is_update: bool = False) -> None:
    """Raises Refused for a member that nobody may send."""
    taken_ = (is_update and kind.rule.changes) or kind.rule.takes
    wrong = [name for name in sent if name not in taken_] if taken_ else []
    if wrong:
        raise Refused(400, f"Invalid input: {', '.join(wrong)} may not be sent", "HTTPBadRequest")


def check_types(kind: Kind, sent: Members) -> None:
    """Raises Refused for an object where none is expected, or the other way round; for a name that is no text, or too
    long, and for an empty one of what must have it; for a value that is none of those that the service takes."""
    for name in kind.rule.required:
        if name in sent and sent[name] in (None, ""):
            raise Refused(400, f"Invalid input for field/attribute {name}. Value: {sent[name]}. It must not be empty.")
    if "name" not in kind.rule.judged and len(str(sent.get("name") or "")) > LONGEST_NAME:
        raise Refused(400, f"Invalid input for field/attribute name. Value: {sent['name']}. It is too long.")
    for name, value in sent.items():
        wanted = str if name in WORDS else kind.types.get(name)
        if (
            value is None
            or wanted is None
            or isinstance(value, wanted)
            or name in (*kind.rule.either, *kind.rule.judged)
        ):
            continue
        if wanted is not str or name in WORDS or isinstance(value, dict | list):
            why = (
                f"Invalid input for field/attribute {name}. Value: {value}. {value!r} is not of type '{TYPES[wanted]}'"
            )
            raise Refused(400, why, "HTTPBadRequest")
    check_values(kind.rule.checks, sent)


def check_reserved(scene: Scene, kind: Kind, sent: Members, had: Members) -> None:
    """Raises Refused where who is no admin sets a member that is reserved to admins, to another value than it had."""
    for name in kind.rule.reserved:
        if not scene.call.token.is_admin and name in sent and sent[name] not in (None, had.get(name)):
            rule = f"{scene.call.plan.verb.name.lower()}_{kind.wrapper}:{name}"
            raise Refused(403, f"Policy doesn't allow {rule} to be performed.", "PolicyNotAuthorized")


def check_unique(kind: Kind, shelf: Shelf, members: Members, project: str, itself: Resource | None = None) -> None:
    names = kind.rule.unique
    if not names:
        return
    wanted = [members.get(name) for name in names]
    for one in shelf:
        theirs = kind.scope == "project" and one.project != project
        if not theirs and [one.members.get(name) for name in names] == wanted and one is not itself:
            if kind.scope == "own" and one.user != members.get("user_id"):
                continue
            raise taken(kind, str(wanted[0]))


def check_rename(scene: Scene, one: Resource, name: str) -> None:
    """Raises Refused where another resource of a kind that is named by its clients has that name."""
    if scene.world.shelf(one.kind, scene.call.region, one.parents).get(name) is not None:
        raise taken(scene.kind(one.kind), name)


def rename(scene: Scene, one: Resource, name: str) -> None:
    """Give a resource a name that is free (`check_rename`), where its kind is named by its clients."""
    kind, shelf = scene.kind(one.kind), scene.world.shelf(one.kind, scene.call.region, one.parents)
    shelf.remove(one)
    one.id = name
    one.set(**{kind.key: name})
    shelf.add(one)


def taken(kind: Kind, name: str) -> Refused:
    return Refused(409, f"{kind.label} '{name}' already exists.", "Conflict")
