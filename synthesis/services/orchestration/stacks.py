"""Heat: a stack comes to be, changes and goes, with all that its template makes.

Source: heat's `engine/stack.py`, `engine/service.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.orchestration.checks import check
from cloudtape.synthesis.services.orchestration.events import record_stack
from cloudtape.synthesis.services.orchestration.functions import is_true
from cloudtape.synthesis.services.orchestration.parameters import as_text, values_of
from cloudtape.synthesis.services.orchestration.resources import StackFailed, build, remove_all
from cloudtape.synthesis.services.orchestration.templates import Template, parse, parsed, read
from cloudtape.synthesis.services.orchestration.texts import Unresolved
from cloudtape.synthesis.services.orchestration.values import STACKS, Later, Works
from cloudtape.synthesis.worlds.lifecycle import Transition, begin, settle
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

MOST_STACKS = 512
"""Heat's `max_stacks_per_tenant`."""

# What a value of another type than any template has trips over.
TRIPPED = (TypeError, AttributeError, LookupError, ValueError, ArithmeticError, RecursionError)


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a template trips over before anything is made is its author's to mend. Raises Refused."""
    try:
        yield
    except Unresolved as error:
        raise Refused(400, str(error)) from None
    except TRIPPED as error:
        raise Refused(400, f"Template not in valid format: {error}") from None


# --- what was sent ------------------------------------------------------------------------------------------------


def _template(sent: Members) -> Members:
    raw = sent.get("template")
    if isinstance(raw, str):
        raw = parse(raw)
    if raw is None and (sent.get("template_url") or sent.get("adopt_stack_data")):
        # Nothing is fetched, nothing adopted.
        return {}
    if not isinstance(raw, dict):
        raise Refused(400, "No template specified" if raw is None else "The template is not a JSON object.")
    return raw


def _environment(sent: Members) -> Members:
    told = sent.get("environment")
    if isinstance(told, str):
        try:
            told = parsed(told)
        except yaml.YAMLError:
            raise Refused(400, "Environment not in valid format: it is no YAML.") from None
    if told is not None and not isinstance(told, dict):
        raise Refused(400, "Environment not in valid format: The environment is not a valid YAML mapping data type.")
    return told or {}


def _map(sent: Members, name: str) -> Members:
    found = sent.get(name)
    return dict(found) if isinstance(found, dict) else {}


def _read(sent: Members) -> tuple[Members, Template, Members]:
    """What the stack keeps of a request, its template, and the values of its parameters. Raises Refused."""
    raw, environment = _template(sent), _environment(sent)
    template = read(raw) if raw else Template()
    given = {**_map(environment, "parameters"), **_map(sent, "parameters")}
    values = values_of(template, given, _map(environment, "parameter_defaults"))
    kept = {"template": raw, "environment": environment, "files": _map(sent, "files"), "given": given, "values": values}
    return kept, template, values


def works_of(scene: Scene, stack: Resource) -> Works:
    """A stack as it was last built."""
    raw = stack.private.get("template") or {}
    return Works(scene, stack, read(raw) if raw else Template(), stack.private.get("values") or {})


def validated(scene: Scene) -> Template:
    """The template in a request that only asks whether it is right. Raises Refused."""
    sent = scene.call.body if isinstance(scene.call.body, dict) else {}
    with _refusing():
        return _validated(scene, sent)


def _validated(scene: Scene, sent: Members) -> Template:
    raw = _template(sent)
    template = read(raw) if raw else Template()
    defaults = {
        name: told
        for name, about in template.parameters.items()
        if (told := about.get("default", about.get("Default"))) is not None
    }
    stack = Resource(STACKS, "", {"stack_name": "validate"}, scene.call.project)
    stack.private["files"] = _map(sent, "files")
    check(Works(scene, stack, template, {**dict.fromkeys(template.parameters), **defaults}))
    return template


# --- coming, changing, going --------------------------------------------------------------------------------------


@HOOKS.on(STACKS, "CREATE")
def _create(scene: Scene, stack: Resource, sent: Members) -> Outcome:
    _check_number(scene, stack)
    with _refusing():
        kept, template, values = _read(sent)
    stack.private |= kept
    stack.set(stack_owner=_user(scene), timeout_mins=sent.get("timeout_mins"), tags=_tags(sent))
    works = Works(scene, stack, template, values)
    with _refusing():
        _describe(works)
        check(works)
    failure = _build(works, "CREATE")
    if failure and str(sent.get("disable_rollback", True)).lower() == "false":
        failure = _roll_back(works)
    return Outcome(goes=failure)


def _check_number(scene: Scene, stack: Resource) -> None:
    """Heat's limit for each project; there is none for an admin, who may see the stacks of all (engine/service.py)."""
    if scene.call.token.is_admin:
        return
    shelf = scene.world.all(STACKS, scene.call.region)
    if sum(one.project == stack.project and one is not stack for one in shelf) >= MOST_STACKS:
        limit = f"You have reached the maximum stacks per tenant, {MOST_STACKS}. Please delete some stacks."
        raise Refused(400, f"Request limit exceeded: {limit}", "RequestLimitExceeded")


@HOOKS.on(STACKS, "UPDATE")
def _update(scene: Scene, stack: Resource, sent: Members) -> Outcome:
    before = works_of(scene, stack)
    whole = sent if sent.get("template") is not None else {**sent, "template": stack.private.get("template") or None}
    if scene.call.request.method == "PATCH":
        cleared = sent.get("clear_parameters") or ()
        old = {name: one for name, one in (stack.private.get("given") or {}).items() if name not in cleared}
        whole = {**whole, "parameters": {**old, **_map(sent, "parameters")}}
        whole.setdefault("files", stack.private.get("files"))
    try:
        with _refusing():
            kept, template, values = _read(whole)
            works = Works(scene, stack, template, values)
            check(works)
    except Refused:
        _describe(before)
        raise
    stack.private |= kept
    stack.set(tags=_tags(sent) if sent.get("tags") else stack.members.get("tags"))
    _describe(works)
    return Outcome(goes=_build(works, "UPDATE"))


def clear(scene: Scene, stack: Resource) -> bool:
    """Remove what a stack has made; False where something stays, and the stack with it."""
    settle(stack)
    works = works_of(scene, stack)
    record_stack(scene, stack, "DELETE", "IN_PROGRESS", "Stack DELETE started")
    try:
        remove_all(works)
    except StackFailed as error:
        record_stack(scene, stack, "DELETE", "FAILED", str(error))
        life = scene.kind(STACKS).life
        assert life, "stacks have one"
        begin(life, _failed("DELETE", str(error)), stack, scene.world.pace, scene.world.clock)
        return False
    return True


def _build(works: Works, action: str) -> Transition | None:
    """Where it goes when it has failed; None where it has not."""
    scene, stack = works.scene, works.stack
    record_stack(scene, stack, action, "IN_PROGRESS", f"Stack {action} started")
    failure = ""
    try:
        build(works, action)
    except StackFailed as error:
        failure = str(error)
    end, why = ("FAILED", failure) if failure else ("COMPLETE", f"Stack {action} completed successfully")
    record_stack(scene, stack, action, end, why)
    stack.set(outputs=outputs(works))
    return _failed(action, failure) if failure else None


def _failed(action: str, why: str) -> Transition:
    return Transition(via=f"{action}_IN_PROGRESS", then=f"{action}_FAILED", set={"stack_status_reason": why})


def _roll_back(works: Works) -> Transition:
    """Where it goes."""
    scene, stack = works.scene, works.stack
    record_stack(scene, stack, "ROLLBACK", "IN_PROGRESS", f"Rolling back stack {stack.members['stack_name']}")
    try:
        remove_all(works)
    except StackFailed as error:
        record_stack(scene, stack, "ROLLBACK", "FAILED", str(error))
        return _failed("ROLLBACK", str(error))
    for one in works.shelf():
        scene.remove(one)
    record_stack(scene, stack, "ROLLBACK", "COMPLETE", "Stack ROLLBACK completed successfully")
    return Transition(via="ROLLBACK_IN_PROGRESS", then="ROLLBACK_COMPLETE")


# --- as it is shown -----------------------------------------------------------------------------------------------


def _describe(works: Works) -> None:
    stack, template = works.stack, works.template
    known = {"OS::stack_id": stack.id, "OS::stack_name": stack.members["stack_name"], "OS::project_id": stack.project}
    about = {name: as_text(value, template.parameters[name]) for name, value in works.parameters.items()}
    stack.set(
        parameters={**known, **about}, description=template.description, template_description=template.description
    )


def outputs(works: Works) -> list[Members]:
    """The outputs of a stack, as they are now."""
    return [one for name, about in works.template.outputs.items() if (one := _output(works, name, about))]


def _output(works: Works, name: str, about: Members) -> Members | None:
    found: Members = {"output_key": name, "output_value": None, "description": about["description"]}
    try:
        if about["condition"] is not None and not is_true(works.resolve, about["condition"]):
            return None
        found["output_value"] = works.resolve(about["value"])
    except Later:
        pass
    except (Unresolved, *TRIPPED) as error:
        found["output_error"] = str(error)
    return found


def attributes(works: Works, one: Resource) -> Any:
    """A resource's attributes, as they are now; nothing for one whose kind is gone."""
    try:
        return works.attributes(one)
    except Unresolved:
        return {}


def _user(scene: Scene) -> str:
    user = scene.find("identity/users", scene.call.token.user)
    return str(user.members["name"]) if user else ""


def _tags(sent: Members) -> list[str] | None:
    tags = sent.get("tags")
    return tags.split(",") if isinstance(tags, str) and tags else None
