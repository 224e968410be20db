"""Keystone: application credentials, and the access rules that narrow what they are good for.

Source: keystone's `application_credential/core.py` and its sql backend.
"""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.core import CREDENTIALS, USERS, roles_of
from cloudtape.synthesis.services.identity.trusts import expiry, refuse_restricted
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

ACCESS_RULES = "identity/users/access_rules"
SAYS = ("path", "method", "service")


@HOOKS.on(CREDENTIALS, "CREATE")
def _credential(scene: Scene, one: Resource, sent: Members) -> Outcome:
    """Its secret is told once. Its roles are some of those that the user has on the token's project."""
    refuse_restricted(scene)
    token = scene.call.token
    if one.parents[0] != token.user:
        raise Refused(403, "You are not authorized to perform the requested action: create_application_credential.")
    secret = sent.get("secret") or scene.world.secret(86)
    one.project = token.project
    one.private["secret"] = secret
    one.members.pop("secret", None)
    one.set(
        roles=[{**role, "domain_id": None} for role in _roles(scene, sent.get("roles"))],
        project_id=token.project,
        user_id=token.user,
        unrestricted=bool(sent.get("unrestricted")),
        expires_at=expiry(scene, sent.get("expires_at"), "%Y-%m-%dT%H:%M:%S.%f"),
        description=sent.get("description"),
    )
    one.members.pop("access_rules", None)
    if "access_rules" in sent:
        one.set(access_rules=[_rule(scene, wanted) for wanted in sent["access_rules"] or ()])
    return Outcome(more={"secret": secret})


def _roles(scene: Scene, asked: Any) -> list[Members]:
    """The roles that are asked for, or all that the token has. Raises Refused for one that the user does not have."""
    token = scene.call.token
    if not asked:
        return list(token.document.get("roles", []))
    mine = roles_of(scene.world, token.user, "projects", token.project)
    found = [role for role in mine if any(_is_role(role, want) for want in asked)]
    if len(found) < len(asked):
        raise Refused(404, "Could not find role: a role that the user does not have on this project.")
    return found


def _is_role(role: Members, wanted: Any) -> bool:
    return isinstance(wanted, dict) and (role["id"] == wanted.get("id") or role["name"] == wanted.get("name"))


def _rule(scene: Scene, wanted: Any) -> Members:
    """An access rule of the user that says this, made where there is none."""
    if not isinstance(wanted, dict):
        raise Refused(400, "Each access rule must be an object.")
    user = scene.need(USERS, scene.call.token.user)
    shelf = scene.world.shelf(ACCESS_RULES, parents=(user.id,))
    if wanted.get("id"):
        found = shelf.get(str(wanted["id"]))
        if found is None:
            raise Refused(404, f"Could not find Access Rule: {wanted['id']}.")
    else:
        if any(not isinstance(wanted.get(name), str) for name in SAYS):
            raise Refused(400, "Invalid input for field 'access_rules': an access rule has path, method and service.")
        says = {name: wanted[name] for name in SAYS}
        alike = (one for one in shelf if all(one.members.get(name) == value for name, value in says.items()))
        found = next(alike, None) or scene.add(
            ACCESS_RULES, {"id": scene.world.new_id("hex"), **says}, project="", parents=(user.id,)
        )
    return {name: found.members[name] for name in ("id", *SAYS)}


@HOOKS.on(ACCESS_RULES, "DELETE")
def _rule_is_unused(scene: Scene, rule: Resource, _: Members) -> None:
    for one in scene.world.all(CREDENTIALS):
        if any(used.get("id") == rule.id for used in one.members.get("access_rules") or ()):
            raise Refused(403, f"The access rule {rule.id} is in use by an application credential.")
