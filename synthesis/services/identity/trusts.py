"""Keystone: trusts, by which one user lets another act with some of their roles. Source: keystone's `api/trusts.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.showing import show
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.api import around
from cloudtape.synthesis.services.identity.core import PROJECTS, ROLES, TRUSTS, USERS, roles_of
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.token_book import KEYSTONE_TIME

HOOKS = Hooks()


def expiry(scene: Scene, asked: Any, form: str = KEYSTONE_TIME) -> str | None:
    """When something ends, written in a form. Raises Refused for what is no time, or is past."""
    if asked is None:
        return None
    try:
        ends = datetime.fromisoformat(asked)
    except (TypeError, ValueError):
        why = "Timestamp not in expected format. The server could not comply with the request since it is malformed."
        raise Refused(400, why) from None
    now = scene.world.clock.now()
    ends = ends if ends.tzinfo else ends.replace(tzinfo=now.tzinfo)
    if ends <= now:
        raise Refused(400, "The 'expires_at' must not be before now.")
    return ends.astimezone(now.tzinfo).strftime(form)


def refuse_restricted(scene: Scene) -> None:
    """Raises Refused for a token of an application credential that may make no further ways to log in."""
    made_by = scene.call.token.document.get("application_credential")
    if isinstance(made_by, dict) and made_by.get("restricted"):
        why = "Using method 'application_credential' is not allowed for managing additional application credentials."
        raise Refused(403, why)


@HOOKS.on(TRUSTS, "CREATE")
def _trust(scene: Scene, one: Resource, sent: Members) -> None:
    refuse_restricted(scene)
    if sent.get("project_id") and not sent.get("roles"):
        raise Refused(403, "At least one role should be specified")
    if sent["trustor_user_id"] != scene.call.token.user:
        raise Refused(403, "The authenticated user should match the trustor")
    scene.need(USERS, sent["trustee_user_id"])
    held = {role["id"] for role in roles_of(scene.world, sent["trustor_user_id"], "projects", _project(scene, sent))}
    roles = [_role(scene, wanted) for wanted in sent.get("roles") or ()]
    for role in roles:
        if role.id not in held:
            raise Refused(404, f"Could not find role: {role.id}.")
    one.set(roles=[_shown(scene, role) for role in roles], expires_at=expiry(scene, sent.get("expires_at")))
    one.set(roles_links=around(scene) | {"self": f"{scene.call.base}/OS-TRUST/trusts/{one.id}/roles"})


def _project(scene: Scene, sent: Members) -> str:
    return scene.need(PROJECTS, sent["project_id"]).id if sent.get("project_id") else ""


def _role(scene: Scene, wanted: Any) -> Resource:
    """A role by id or by name. Raises Refused."""
    if not isinstance(wanted, dict):
        raise Refused(400, "Each role must be an object.")
    if wanted.get("id"):
        return scene.need(ROLES, wanted["id"])
    found = next(scene.where(ROLES, name=wanted.get("name")), None)
    if found is None:
        raise Refused(404, f"Could not find role: {wanted.get('name')}.")
    return found


def _shown(scene: Scene, role: Resource) -> Members:
    return {**role.members, "links": {"self": f"{scene.call.base}/roles/{role.id}"}}


def _mine(scene: Scene) -> Resource:
    """The trust of a path. Raises Refused for who has nothing to do with it."""
    trust = scene.need(TRUSTS, scene.call.ids[0])
    ours = (trust.members["trustor_user_id"], trust.members["trustee_user_id"])
    if scene.call.token.user not in ours and not scene.call.token.is_admin:
        raise Refused(403, "You are not authorized to perform the requested action: identity:get_trust.")
    return trust


@HOOKS.answer("identity.os-trust.trusts.show")
def _show(scene: Scene) -> Answer:
    _mine(scene)
    return show(scene)


@HOOKS.on(TRUSTS, "DELETE")
def _trustor_ends_it(scene: Scene, trust: Resource, _: Members) -> None:
    if scene.call.token.user != trust.members["trustor_user_id"] and not scene.call.token.is_admin:
        raise Refused(403, "Only admin or trustor can delete a trust")
    scene.world.tokens.end(lambda token: token.document.get("OS-TRUST:trust", {}).get("id") == trust.id)


@HOOKS.on(TRUSTS, "LISTED")
def _may_list(scene: Scene, _: Resource, __: Members) -> None:
    """Who is no admin may ask for their own."""
    if scene.call.token.is_admin:
        return
    asked = [scene.call.asked(name) for name in ("trustor_user_id", "trustee_user_id")]
    if not any(asked) or any(one and one != scene.call.token.user for one in asked):
        raise Refused(403, "You are not authorized to perform the requested action: identity:list_trusts.")


@HOOKS.answer("identity.os-trust.trusts.roles.list")
def _roles(scene: Scene) -> Answer:
    trust = _mine(scene)
    return Answer(200, {"roles": trust.members["roles"], "links": trust.members["roles_links"]})


@HOOKS.answer("identity.os-trust.trusts.roles.show", "identity.os-trust.trusts.roles.check")
def _one_role(scene: Scene) -> Answer:
    role = next((one for one in _mine(scene).members["roles"] if one["id"] == scene.call.ids[1]), None)
    if role is None:
        raise Refused(404, f"Could not find role: {scene.call.ids[1]}.")
    return Answer(200, {"role": role} if scene.call.request.method == "GET" else None)
