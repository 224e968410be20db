"""Heat: what is asked of stacks; a name leads to the stack's whole address.

Sources: heat's `api/openstack/v1/stacks.py` (redirects by name), `engine/api.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.showing import show
from cloudtape.synthesis.engine.verbs import delete
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.orchestration import stacks
from cloudtape.synthesis.services.orchestration.events import arrive
from cloudtape.synthesis.services.orchestration.parameters import is_hidden
from cloudtape.synthesis.services.orchestration.values import RESOURCES, STACKS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

SNAPSHOTS = "orchestration/stacks/snapshots"


def _stack_at(scene: Scene) -> Resource:
    try:
        return item(scene, STACKS, scene.call.ids[0])
    except Refused:
        raise Refused(404, f"The Stack ({scene.call.ids[0]}) could not be found.") from None


@HOOKS.answer(
    "orchestration.stacks.show",
    "orchestration.stacks.resources.show",
    "orchestration.stacks.events.show",
    "orchestration.stacks.delete-by-name",
    "orchestration.stacks.update-by-name",
    "orchestration.stacks.update-partly-by-name",
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


@HOOKS.answer("orchestration.stacks.template.show")
def _show_template(scene: Scene) -> Answer:
    return Answer(200, _stack_at(scene).private.get("template", {}))


@HOOKS.answer("orchestration.stacks.environment.show")
def _environment(scene: Scene) -> Answer:
    stack = _stack_at(scene)
    shown = {name: value for name, value in stack.members["parameters"].items() if not name.startswith("OS::")}
    told = stack.private.get("environment") or {}
    defaults: Members = {"resource_registry": {"resources": {}}, "parameter_defaults": {}}
    return Answer(200, {**defaults, **told, "parameters": shown})


@HOOKS.answer("orchestration.stacks.files.show")
def _files(scene: Scene) -> Answer:
    return Answer(200, _stack_at(scene).private.get("files") or {})


@HOOKS.answer("orchestration.stacks.outputs.list")
def _outputs(scene: Scene) -> Answer:
    found = stacks.outputs(stacks.works_of(scene, _stack_at(scene)))
    return Answer(200, {"outputs": [{name: one[name] for name in ("output_key", "description")} for one in found]})


@HOOKS.answer("orchestration.stacks.outputs.show")
def _one_output(scene: Scene) -> Answer:
    for one in stacks.outputs(stacks.works_of(scene, _stack_at(scene))):
        if one["output_key"] == scene.call.id:
            return Answer(200, {"output": one})
    raise Refused(404, f"Specified output key {scene.call.id} not found.")


@HOOKS.answer("orchestration.stacks.resources.show-resource-data")
def _show_resource(scene: Scene) -> Answer:
    stack = _stack_at(scene)
    if stack.pending is None:
        arrive(scene, stack)
    one = scene.world.shelf(RESOURCES, scene.call.region, (stack.id,)).get(scene.call.id)
    if one is None:
        name = stack.members["stack_name"]
        raise Refused(404, f"The Resource ({scene.call.id}) could not be found in Stack {name}.")
    one.set(attributes=stacks.attributes(stacks.works_of(scene, stack), one))
    return show(scene)


@HOOKS.answer("orchestration.stacks.delete")
def _delete(scene: Scene) -> Answer:
    stack = _stack_at(scene)
    if stacks.clear(scene, stack):
        delete(scene, stack)
    return Answer(204)


@HOOKS.answer("orchestration.stacks.abandon.abandon")
def _abandon(scene: Scene) -> Answer:
    stack = _stack_at(scene)
    resources = {one.id: one.members for one in scene.world.shelf(RESOURCES, scene.call.region, (stack.id,))}
    about = {"id": stack.id, "name": stack.members["stack_name"], "action": "CREATE", "status": "COMPLETE"}
    scene.remove(stack)
    sample = scene.adapter(scene.lent, "", about)
    return Answer(200, {**sample, **about, "template": stack.private.get("template", {}), "resources": resources})


@HOOKS.on(SNAPSHOTS, "CREATE")
def _snapshot(scene: Scene, one: Resource, _: Members) -> None:
    one.set(status="COMPLETE", status_reason="Stack SNAPSHOT completed successfully", creation_time=scene.now())


@HOOKS.answer("orchestration.validate.validate")
def _validate(scene: Scene) -> Answer:
    template = stacks.validated(scene)
    found = {}
    for name, about in template.parameters.items():
        kind = about.get("type") or about.get("Type") or "String"
        text = about.get("description") or about.get("Description") or ""
        hidden = str(is_hidden(about)).lower()
        found[name] = {"Type": kind, "NoEcho": hidden, "Description": text, "Label": about.get("label") or name}
        if "default" in about or "Default" in about:
            found[name]["Default"] = about.get("default", about.get("Default"))
    return Answer(200, {"Description": template.description, "Parameters": found, "Environment": {}})
