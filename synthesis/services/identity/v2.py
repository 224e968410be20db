"""Keystone's API v2.0: logins with a tenant, and users, tenants and roles under their older names.

Source: identity API v2.0 of the reference, with its OS-KSADM extension.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.core import (
    INTERFACES,
    PROJECTS,
    ROLES,
    USERS,
    has_password,
    roles_of,
    token_for,
    unauthorized,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.token_book import Token
from cloudtape.synthesis.worlds.tokens import holder
from cloudtape.synthesis.worlds.world import Grant

HOOKS = Hooks()

TIME_LENGTH = len("2026-01-01T00:00:00")


@HOOKS.answer("identity.v2.0.tokens.authenticate", "identity.v2.0.tokens.authenticate-for-admin-api")
def _log_in(scene: Scene) -> Answer:
    body = scene.call.body
    auth = body.get("auth") if isinstance(body, dict) else None
    if not isinstance(auth, dict):
        raise Refused(400, "Expecting to find auth in the request body.")
    user, methods = _user(scene, auth)
    tenant = _tenant(scene, auth)
    scope = {"project": {"id": tenant.id}} if tenant else None
    token = token_for(scene, user, methods, scope, {})
    return Answer(200, {"access": access(scene, token)})


def _user(scene: Scene, auth: Members) -> tuple[Resource, list[str]]:
    asked = auth.get("passwordCredentials")
    if isinstance(asked, dict):
        name = asked.get("username") or asked.get("userId")
        found = scene.find(USERS, asked.get("userId")) or next(scene.where(USERS, name=name, domain_id="default"), None)
        if found is None or not has_password(found, asked.get("password")):
            raise unauthorized()
        return found, ["password"]
    token = auth.get("token")
    held = holder(scene.world, token.get("id")) if isinstance(token, dict) else None
    if held is None:
        raise unauthorized()
    return scene.need(USERS, held.user, 401), ["token"]


def _tenant(scene: Scene, auth: Members) -> Resource | None:
    wanted = auth.get("tenantId") or auth.get("tenantName")
    if not wanted:
        return None
    found = scene.find(PROJECTS, wanted) or next(scene.where(PROJECTS, name=wanted, domain_id="default"), None)
    if found is None:
        raise unauthorized()
    return found


def access(scene: Scene, token: Token) -> Members:
    """A token in the form of v2.0."""
    document = token.document
    about: Members = {
        "issued_at": _moment(token, "issued_at") + ".000000",
        "expires": _moment(token, "expires_at") + "Z",
        "id": token.id,
        "audit_ids": document.get("audit_ids", []),
    }
    if tenant := scene.find(PROJECTS, token.project):
        about["tenant"] = {name: tenant.members.get(name) for name in ("description", "enabled", "id", "name")}
    roles = document.get("roles", [])
    user = document["user"]
    shown = {"username": user["name"], "roles_links": [], "id": user["id"], "name": user["name"]}
    return {
        "token": about,
        "serviceCatalog": [_entry(one) for one in document.get("catalog", ())],
        "user": {**shown, "roles": [{"name": role["name"]} for role in roles]},
        "metadata": {"is_admin": int(token.is_admin), "roles": [role["id"] for role in roles]},
    }


def _moment(token: Token, name: str) -> str:
    """A time that a token's document tells; of one that was recorded without it, when it ends."""
    told: str = token.document.get(name) or datetime.fromtimestamp(token.expires, UTC).isoformat()
    return told[:TIME_LENGTH]


def _entry(service: Members) -> Members:
    regions: dict[str, Members] = {}
    for one in service["endpoints"]:
        entry = regions.setdefault(one["region"], {"region": one["region"], "id": one["id"]})
        entry[f"{one['interface']}URL"] = one["url"]
    assert all(f"{name}URL" in entry for entry in regions.values() for name in INTERFACES)
    return {
        "endpoints": list(regions.values()),
        "endpoints_links": [],
        "type": service["type"],
        "name": service["name"],
    }


@HOOKS.answer("identity.v2.0.tokens.validate")
def _validate(scene: Scene) -> Answer:
    return Answer(200, {"access": access(scene, _held(scene))})


def _held(scene: Scene) -> Token:
    token = holder(scene.world, scene.call.ids[0])
    if token is None:
        raise Refused(404, "Could not find token.")
    return token


@HOOKS.answer("identity.v2.0.tokens.check")
def _check(scene: Scene) -> Answer:
    _held(scene)
    return Answer(scene.call.plan.status)


@HOOKS.answer("identity.v2.0.tokens.delete")
def _delete(scene: Scene) -> Answer:
    _held(scene)
    scene.world.tokens.revoke(scene.call.ids[0])
    return Answer(204)


@HOOKS.answer("identity.v2.0.tenants.list", "identity.v2.0.tenants.list-all", "identity.v2.0.tenants.show")
def _tenants(scene: Scene) -> Answer:
    user, admin = scene.call.token.user, scene.call.token.is_admin
    found = [one for one in scene.world.all(PROJECTS) if admin or roles_of(scene.world, user, "projects", one.id)]
    if name := scene.call.asked("name"):
        match = next((one for one in found if one.members["name"] == name), None)
        if match is None:
            raise Refused(404, f"Could not find project: {name}.")
        return Answer(200, {"tenant": _as_tenant(match)})
    return Answer(200, {"tenants": [_as_tenant(one) for one in found], "tenants_links": []})


def _as_tenant(one: Resource) -> Members:
    return {name: one.members.get(name) for name in ("id", "name", "description", "enabled")}


def _grant(scene: Scene) -> Grant:
    ids = scene.call.ids
    user = scene.need(USERS, ids[-2])
    if len(ids) > 2:
        return Grant("users", user.id, "projects", scene.need(PROJECTS, ids[0]).id, scene.need(ROLES, ids[-1]).id)
    home = user.members.get("default_project_id") or ""
    return Grant("users", user.id, "projects", home, scene.need(ROLES, ids[-1]).id)


@HOOKS.answer("identity.v2.0.tenants.users.roles.ksadm.grant", "identity.v2.0.users.roles.ksadm.grant")
def _give(scene: Scene) -> Answer:
    grant = _grant(scene)
    scene.world.grants[grant] = None
    role: Any = scene.need(ROLES, grant.role).members
    return Answer(scene.call.plan.status, {"role": {"id": grant.role, "name": role["name"]}})


@HOOKS.answer("identity.v2.0.tenants.users.roles.ksadm.revoke", "identity.v2.0.users.roles.ksadm.delete")
def _take(scene: Scene) -> Answer:
    scene.world.grants.pop(_grant(scene), None)
    return Answer(204)


@HOOKS.answer(
    "identity.v2.0.tenants.users.roles.list",
    "identity.v2.0.users.roles.list",
    "identity.v2.0.users.roles.list-global-roles-for-user",
)
def _roles(scene: Scene) -> Answer:
    user = scene.need(USERS, scene.call.ids[-1])
    project = scene.call.ids[0] if len(scene.call.ids) > 1 else user.members.get("default_project_id") or ""
    return Answer(200, {"roles": roles_of(scene.world, user.id, "projects", project), "roles_links": []})


@HOOKS.answer("identity.v2.0.tenants.users.list")
def _users(scene: Scene) -> Answer:
    project = scene.need(PROJECTS, scene.call.ids[0])
    found = [one for one in scene.world.all(USERS) if roles_of(scene.world, one.id, "projects", project.id)]
    shown = [{**{name: one.members.get(name) for name in ("id", "name", "enabled", "email")}} for one in found]
    return Answer(200, {"users": shown, "users_links": []})
