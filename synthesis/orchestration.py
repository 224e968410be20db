"""Heat: stacks with the resources of their templates, events, outputs; a name leads to the stack's whole address.

Sources: heat's `api/openstack/v1/stacks.py` (redirects by name), `engine/api.py`.
"""

from __future__ import annotations

from typing import Any

import yaml

from cloudtape.synthesis.calls import Answer
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.finding import item
from cloudtape.synthesis.lifecycle import settle
from cloudtape.synthesis.scene import Scene, answers, on
from cloudtape.synthesis.shelves import Members, Resource

STACKS, RESOURCES, EVENTS = "orchestration/stacks", "orchestration/stacks/resources", "orchestration/stacks/events"
SNAPSHOTS = "orchestration/stacks/snapshots"


def _template(sent: Members) -> Members:
    template = sent.get("template")
    if isinstance(template, str):
        try:
            template = yaml.safe_load(template)
        except yaml.YAMLError:
            raise Refused(400, "Template format is not valid YAML.") from None
    if template is None and sent.get("template_url"):
        return {}
    if not isinstance(template, dict):
        raise Refused(400, "Property error: a stack needs a template.")
    return template


def _named(template: Members, *names: str) -> Members:
    found: Members = next((template[name] for name in names if isinstance(template.get(name), dict)), {})
    return dict(found)


@on(STACKS, "CREATE")
def _stack(scene: Scene, stack: Resource, sent: Members) -> None:
    if isinstance(sent.get("adopt_stack_data"), dict | str):
        sent = {**sent, "template": sent.get("template") or {}}
    template = _template(sent)
    stack.private["template"] = template
    stack.set(stack_owner=_user(scene), timeout_mins=sent.get("timeout_mins"), tags=_tags(sent))
    _fill(scene, stack, template, sent, "CREATE")


def _user(scene: Scene) -> str:
    user = scene.find("identity/users", scene.call.token.user)
    return str(user.members["name"]) if user else ""


def _tags(sent: Members) -> list[str] | None:
    tags = sent.get("tags")
    return tags.split(",") if isinstance(tags, str) and tags else None


def _fill(scene: Scene, stack: Resource, template: Members, sent: Members, verb: str) -> None:
    """Parameters, resources and outputs of a template."""
    declared = _named(template, "parameters", "Parameters")
    given = {**(sent.get("parameters") or {})} if isinstance(sent.get("parameters"), dict) else {}
    values = {name: one.get("default", one.get("Default")) for name, one in declared.items() if isinstance(one, dict)}
    hidden = {
        name for name, one in declared.items() if isinstance(one, dict) and (one.get("hidden") or one.get("NoEcho"))
    }
    known = {"OS::stack_id": stack.id, "OS::stack_name": stack.members["stack_name"], "OS::project_id": stack.project}
    shown = {name: "******" if name in hidden else _text(value) for name, value in {**values, **given}.items()}
    outputs = _named(template, "outputs", "Outputs")
    description = template.get("description") or template.get("Description") or "No description"
    stack.set(
        parameters={**known, **shown},
        description=description,
        template_description=description,
        outputs=[_output(name, one) for name, one in outputs.items()],
    )
    shelf = scene.world.shelf(RESOURCES, scene.call.region, (stack.id,))
    wanted = _named(template, "resources", "Resources")
    for one in shelf:
        if one.id not in wanted:
            scene.remove(one)
    for name, one in wanted.items():
        if shelf.get(name) is None:
            _resource(scene, stack, name, one if isinstance(one, dict) else {})
    _event(scene, stack, stack.members["stack_name"], verb, stack.id)


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, dict | list) else str(value)


def _output(name: str, one: Any) -> Members:
    about = one if isinstance(one, dict) else {}
    value = about.get("value", about.get("Value"))
    return {
        "output_key": name,
        "output_value": value,
        "description": about.get("description") or "No description given",
    }


def _resource(scene: Scene, stack: Resource, name: str, about: Members) -> None:
    now, kind = scene.now(), about.get("type") or about.get("Type") or ""
    id_ = scene.world.new_id()
    here = f"{scene.call.base}/stacks/{stack.members['stack_name']}/{stack.id}"
    members = {
        "resource_name": name,
        "logical_resource_id": name,
        "physical_resource_id": id_,
        "resource_type": kind,
        "resource_status": "CREATE_COMPLETE",
        "resource_status_reason": "state changed",
        "description": "",
        "attributes": dict(about.get("properties") or {}) if isinstance(about.get("properties"), dict) else {},
        "creation_time": now,
        "updated_time": now,
        "required_by": [],
        "links": [{"rel": "self", "href": f"{here}/resources/{name}"}, {"rel": "stack", "href": here}],
    }
    scene.add(RESOURCES, members, parents=(stack.id,))
    _event(scene, stack, name, "CREATE", id_)


def _event(scene: Scene, stack: Resource, name: str, verb: str, physical: str) -> None:
    here = f"{scene.call.base}/stacks/{stack.members['stack_name']}/{stack.id}"
    for state, reason in (("IN_PROGRESS", "started"), ("COMPLETE", "completed successfully")):
        id_ = scene.world.new_id()
        members = {
            "id": id_,
            "resource_name": name,
            "logical_resource_id": name,
            "physical_resource_id": physical,
            "resource_status": f"{verb}_{state}",
            "resource_status_reason": f"Stack {verb} {reason}"
            if name == stack.members["stack_name"]
            else "state changed",
            "event_time": scene.now(),
            "links": [
                {"rel": "self", "href": f"{here}/resources/{name}/events/{id_}"},
                {"rel": "resource", "href": f"{here}/resources/{name}"},
                {"rel": "stack", "href": here},
            ],
        }
        scene.add(EVENTS, members, parents=(stack.id,))
        kept = {**members, "resource_properties": {}, "resource_type": ""}
        scene.add("orchestration/stacks/resources/events", kept, parents=(stack.id, name))


@on(STACKS, "UPDATE")
def _update(scene: Scene, stack: Resource, sent: Members) -> None:
    template = _template(sent) if sent.get("template") is not None else stack.private.get("template", {})
    stack.private["template"] = template
    if sent.get("tags"):
        stack.set(tags=_tags(sent))
    else:
        stack.members["tags"] = stack.members.get("tags")
    _fill(scene, stack, template, sent, "UPDATE")


def _stack_at(scene: Scene) -> Resource:
    try:
        return item(scene, STACKS, scene.call.ids[0])
    except Refused:
        raise Refused(404, f"The Stack ({scene.call.ids[0]}) could not be found.") from None


@answers(
    "orchestration.stacks.show",
    "orchestration.stacks.resources.show",
    "orchestration.stacks.events.show",
    "orchestration.stacks.delete-by-name",
    "orchestration.stacks.update-by-name",
    "orchestration.stacks.template.show-by-name",
    "orchestration.stacks.actions-by-name",
    "orchestration.stacks.actions.show-by-name",
    "orchestration.stacks.environment.show-by-name",
    "orchestration.stacks.files.show-by-name",
)
def _redirect(scene: Scene) -> Answer:
    """To the same thing under name and id."""
    stack = _stack_at(scene)
    rest = "".join("/" + part for part in scene.call.path[len(scene.call.path) - len(scene.call.plan.segments) + 2 :])
    query = scene.call.request.uri.partition("?")[2]
    where = f"{scene.call.base}/stacks/{stack.members['stack_name']}/{stack.id}{rest}" + (f"?{query}" if query else "")
    body = {"message": f"The resource was found at {where}", "code": "302 Found", "title": "Found"}
    return Answer(302, body, (("Location", where),))


@answers("orchestration.stacks.template.show")
def _show_template(scene: Scene) -> Answer:
    return Answer(200, _stack_at(scene).private.get("template", {}))


@answers("orchestration.stacks.environment.show")
def _environment(scene: Scene) -> Answer:
    stack = _stack_at(scene)
    shown = {name: value for name, value in stack.members["parameters"].items() if not name.startswith("OS::")}
    return Answer(200, {"parameters": shown, "resource_registry": {"resources": {}}, "parameter_defaults": {}})


@answers("orchestration.stacks.files.show")
def _files(scene: Scene) -> Answer:
    _stack_at(scene)
    return Answer(200, {})


@answers("orchestration.stacks.outputs.list")
def _outputs(scene: Scene) -> Answer:
    found = _stack_at(scene).members["outputs"]
    return Answer(200, {"outputs": [{name: one[name] for name in ("output_key", "description")} for one in found]})


@answers("orchestration.stacks.outputs.show")
def _one_output(scene: Scene) -> Answer:
    for one in _stack_at(scene).members["outputs"]:
        if one["output_key"] == scene.call.id:
            return Answer(200, {"output": one})
    raise Refused(404, f"Specified output key {scene.call.id} not found.")


@answers("orchestration.stacks.abandon.abandon")
def _abandon(scene: Scene) -> Answer:
    stack = _stack_at(scene)
    resources = {one.id: one.members for one in scene.world.shelf(RESOURCES, scene.call.region, (stack.id,))}
    about = {"id": stack.id, "name": stack.members["stack_name"], "action": "CREATE", "status": "COMPLETE"}
    scene.remove(stack)
    sample = scene.adapter(scene.call.plan.sample, "", about)
    return Answer(200, {**sample, **about, "template": stack.private.get("template", {}), "resources": resources})


@on(SNAPSHOTS, "CREATE")
def _snapshot(scene: Scene, one: Resource, _: Members) -> None:
    one.set(status="COMPLETE", status_reason="Stack SNAPSHOT completed successfully", creation_time=scene.now())


@on(STACKS, "DELETE")
def _stack_goes(_: Scene, stack: Resource, __: Members) -> None:
    settle(stack)


@answers("orchestration.validate.validate")
def _validate(scene: Scene) -> Answer:
    template = _template(scene.call.body if isinstance(scene.call.body, dict) else {})
    found = {}
    for name, one in _named(template, "parameters", "Parameters").items():
        about = one if isinstance(one, dict) else {}
        hidden = str(bool(about.get("hidden") or about.get("NoEcho"))).lower()
        kind = about.get("type") or about.get("Type") or "String"
        text = about.get("description") or about.get("Description") or ""
        found[name] = {"Type": kind, "NoEcho": hidden, "Description": text, "Label": about.get("label") or name}
        if "default" in about or "Default" in about:
            found[name]["Default"] = about.get("default", about.get("Default"))
    description = template.get("description") or template.get("Description") or "No description"
    return Answer(200, {"Description": description, "Parameters": found, "Environment": {}})
