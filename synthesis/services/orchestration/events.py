"""What happens to a stack, as its events tell it: what begins is told at once, how it ends when the stack has arrived.

The whole work is done at once; the world's pace says when one sees it done.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.services.orchestration.values import RESOURCES, STACKS, Works
from cloudtape.synthesis.worlds.shelves import Resource

HOOKS = Hooks()

EVENTS, OF_RESOURCE = "orchestration/stacks/events", "orchestration/stacks/resources/events"
DUE = "due"


def record(works: Works, one: Resource, action: str, state: str, reason: str = "state changed") -> None:
    """A resource's step: shown now where it begins, else when the stack has arrived."""
    members = one.members
    physical = members.get("physical_resource_id") or ""
    row = [one.id, members["resource_type"], physical, action, state, reason]
    if state == "IN_PROGRESS":
        _show(works.scene, works.stack, row)
    else:
        works.stack.private.setdefault(DUE, []).append(row)


def record_stack(scene: Scene, stack: Resource, action: str, state: str, reason: str) -> None:
    """The same for the stack itself."""
    row = [stack.members["stack_name"], "OS::Heat::Stack", stack.id, action, state, reason]
    if state == "IN_PROGRESS":
        arrive(scene, stack)
        _show(scene, stack, row)
    else:
        stack.private.setdefault(DUE, []).append(row)


def arrive(scene: Scene, stack: Resource) -> None:
    """Tell how everything ended that was under way."""
    for row in stack.private.pop(DUE, ()):
        _show(scene, stack, row)


def _show(scene: Scene, stack: Resource, row: list[str]) -> None:
    name, kind, physical, action, state, reason = row
    here = f"{scene.call.base}/stacks/{stack.members['stack_name']}/{stack.id}"
    id_ = scene.world.new_id()
    members = {
        "id": id_,
        "resource_name": name,
        "logical_resource_id": name,
        "physical_resource_id": physical,
        "resource_status": f"{action}_{state}",
        "resource_status_reason": reason,
        "event_time": scene.now(),
        "links": [
            {"rel": "self", "href": f"{here}/resources/{name}/events/{id_}"},
            {"rel": "resource", "href": f"{here}/resources/{name}"},
            {"rel": "stack", "href": here},
        ],
    }
    scene.add(EVENTS, members, parents=(stack.id,))
    kept = {**members, "resource_properties": {}, "resource_type": kind}
    scene.add(OF_RESOURCE, kept, parents=(stack.id, name))
    one = scene.world.shelf(RESOURCES, scene.call.region, (stack.id,)).get(name)
    if one is not None and physical != stack.id:
        one.set(resource_status=f"{action}_{state}", resource_status_reason=reason, updated_time=members["event_time"])


@HOOKS.on(RESOURCES, "LISTED")
@HOOKS.on(EVENTS, "LISTED")
@HOOKS.on(OF_RESOURCE, "LISTED")
def _look(scene: Scene, _: Resource, __: object) -> None:
    stack = scene.find(STACKS, scene.call.ids[0])
    if stack is not None and stack.pending is None:
        arrive(scene, stack)
