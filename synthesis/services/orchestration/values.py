"""What the functions of a stack's template ask for: parameters, conditions, and what its resources have become."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.telling import form_of
from cloudtape.synthesis.engine.views import visible
from cloudtape.synthesis.services.orchestration.functions import Resolver, is_true
from cloudtape.synthesis.services.orchestration.templates import Template
from cloudtape.synthesis.services.orchestration.texts import Unresolved
from cloudtape.synthesis.services.orchestration.types import Type, at, default_types
from cloudtape.synthesis.worlds.lifecycle import settle
from cloudtape.synthesis.worlds.shelves import Members, Resource

STACKS, RESOURCES = "orchestration/stacks", "orchestration/stacks/resources"
DONE = ("CREATE", "UPDATE", "CHECK", "RESUME", "SUSPEND")


class Later(Unresolved):
    """What is asked for is not made yet."""


def type_of(name: str) -> Type | None:
    """None for a type that nothing is made for: its resources are only shown."""
    return default_types().get(name)


class Works:
    """A stack in the making: its template, and the values in it."""

    def __init__(self, scene: Scene, stack: Resource, template: Template, parameters: Members) -> None:
        self.scene, self.stack, self.template, self.parameters = scene, stack, template, parameters
        self.resolve = Resolver(self, template.hot)
        self._asking: set[str] = set()

    # --- what is there ----------------------------------------------------------------------------------------------

    def shelf(self) -> list[Resource]:
        return list(self.scene.world.shelf(RESOURCES, self.scene.call.region, (self.stack.id,)))

    def made(self, name: str) -> Resource | None:
        """The resource of this name, once something stands for it."""
        one = self.scene.world.shelf(RESOURCES, self.scene.call.region, (self.stack.id,)).get(name)
        return one if one is not None and one.members.get("physical_resource_id") else None

    def physical(self, one: Resource) -> Resource | None:
        """The resource of this world that a stack's one stands for."""
        row = type_of(one.members["resource_type"])
        return self.scene.find(row.kind, one.members["physical_resource_id"]) if row and row.kind else None

    def is_wanted(self, name: str) -> bool:
        """Whether the template has a resource, and its condition holds."""
        of = self.template.resources.get(name)
        return of is not None and (of.condition is None or is_true(self.resolve, of.condition))

    # --- what functions ask for -------------------------------------------------------------------------------------

    def parameter(self, name: str) -> Any:
        pseudo = {
            "OS::stack_id": self.stack.id,
            "OS::stack_name": self.stack.members["stack_name"],
            "OS::project_id": self.stack.project,
            "AWS::StackId": self.stack.id,
            "AWS::StackName": self.stack.members["stack_name"],
            "AWS::Region": self.scene.call.region or "RegionOne",
            "AWS::AccountId": self.stack.project,
        }
        if name in pseudo:
            return pseudo[name]
        if name not in self.parameters:
            raise Unresolved(f"The Parameter ({name}) was not provided.")
        return self.parameters[name]

    def reference(self, name: str) -> Any:
        if name not in self.template.resources:
            raise Unresolved(f'The specified reference "{name}" (in unknown) is incorrect.')
        one = self._one(name)
        if one is None:
            return None
        row = type_of(one.members["resource_type"])
        if row and row.reference:
            return (
                one.members["physical_resource_id"] if row.reference == "name" else self._attribute(one, row.reference)
            )
        return one.members["physical_resource_id"]

    def attribute(self, name: str, attribute: str | None) -> Any:
        if name not in self.template.resources:
            raise Unresolved(f'The specified reference "{name}" (in unknown) is incorrect.')
        one = self._one(name)
        if one is None:
            return None
        return self.attributes(one) if attribute is None else self._attribute(one, attribute)

    def condition(self, name: str) -> bool:
        if name not in self.template.conditions or name in self._asking:
            raise Unresolved(f'Invalid condition "{name}"')
        self._asking.add(name)
        try:
            return is_true(self.resolve, self.template.conditions[name])
        finally:
            self._asking.discard(name)

    def file(self, name: str) -> str:
        files = self.stack.private.get("files") or {}
        if name not in files:
            raise Unresolved(f'No content found in the "files" section for get_file path: {name}')
        return str(files[name])

    def mapping(self, name: str) -> Any:
        return self.template.mappings.get(name)

    def _one(self, name: str) -> Resource | None:
        """The resource; None where its condition does not hold. Raises Later while it is not made."""
        if not self.is_wanted(name):
            return None
        one = self.made(name)
        if one is None:
            raise Later(f"The Resource ({name}) is not available.")
        # What builds on it needs it whole, whatever the pace.
        if found := self.physical(one):
            settle(found)
        return one

    # --- attributes -------------------------------------------------------------------------------------------------

    def attributes(self, one: Resource) -> Members:
        """All attributes of a resource, as they are now."""
        row = type_of(one.members["resource_type"])
        if row is None:
            return dict(one.private.get("properties") or {})
        return {name: self._attribute(one, name) for name in sorted(row.names - {"show"})}

    def _shown(self, one: Resource) -> Any:
        """All that its service tells of it, in the lowest microversion."""
        kind = self.scene.kind(one.kind)
        plan = next(plan for plan in kind.plans if plan.verb is Verb.SHOW)
        return visible(kind, one, form_of(kind.rule, plan, (0, 0)))

    def _attribute(self, one: Resource, name: str) -> Any:
        row = type_of(one.members["resource_type"])
        if row is None:
            return (one.private.get("properties") or {}).get(name)
        if name in (kept := one.private.get("attributes") or {}):
            return kept[name]
        found = self.physical(one)
        if name == "show":
            return self._shown(found) if found else None
        if name not in row.attributes:
            raise Unresolved(f"The Referenced Attribute ({one.id} {name}) is incorrect.")
        return at(found.members, row.attributes[name]) if found else None
