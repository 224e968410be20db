"""Keystone: logging in, the roles that a user has, and the service catalog.

Users, projects and the rest are resources like any other; here is what a login makes of them. Sources: identity API v3
of the reference, keystone's `api/auth.py`, `models/token_model.py` and `common/render_token.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from cloudtape.cassettes.messages import header
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.catalogs import catalog
from cloudtape.synthesis.services.identity.logins import (
    RECEIPT_HEADER,
    by_trust,
    is_passcode_of,
    methods_before,
    missing_methods,
    receipt_for,
)
from cloudtape.synthesis.worlds import tokens
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.token_book import Token
from cloudtape.synthesis.worlds.world import World

USERS, PROJECTS, DOMAINS = "identity/users", "identity/projects", "identity/domains"
GROUPS, ROLES = "identity/groups", "identity/roles"
CREDENTIALS = "identity/users/application_credentials"
TRUSTS = "identity/OS-TRUST/trusts"
EC2 = "identity/users/credentials/OS-EC2"
IMPLIES = "identity/implies"
"""Of a role, the document that holds the ids of those that it implies."""
WRONG = "The request you have made requires authentication."
INTERFACES = ("public", "internal", "admin")
ANY_PASSWORD = "(any)"  # noqa: S105  (kept for a user whose own is not known)


def unauthorized() -> Refused:
    return Refused(401, WRONG)


# --- roles --------------------------------------------------------------------------------------------------------


def roles_of(world: World, user: str, targets: str, target: str) -> list[Members]:
    """The roles that a user has somewhere, by themselves and through their groups and a project's domain."""
    groups = {group for group, one in world.memberships if one == user}
    higher = above(world, targets, target)
    found: dict[str, None] = {}
    for grant in world.grants:
        mine = grant.actor == user if grant.actors == "users" else grant.actor in groups
        here = (grant.targets, grant.target) == (targets, target) and not grant.inherited
        if mine and (here or (grant.inherited and (grant.targets, grant.target) in higher)):
            found[grant.role] = None
    return [{"id": one.id, "name": one.members["name"]} for one in with_implied(world, found)]


def with_implied(world: World, roles: Iterable[str]) -> list[Resource]:
    """Some roles and those that they imply, in turn; but those of domains, which only stand for what they imply."""
    found = list(dict.fromkeys(roles))
    for role in found:
        found += [one for one in world.documents.get(("", IMPLIES, (role,)), {}) if one not in found]
    named = (world.find(ROLES, role) for role in found)
    return [one for one in named if one and not one.members.get("domain_id")]


def above(world: World, targets: str, target: str) -> set[tuple[str, str]]:
    """What a project inherits roles from: its domain and the projects over it."""
    project = world.find(PROJECTS, target) if targets == "projects" else None
    if project is None:
        return set()
    found = {("domains", str(project.members["domain_id"]))}
    parent = project.members.get("parent_id")
    while parent and (one := world.find(PROJECTS, parent)) and ("projects", parent) not in found:
        found.add(("projects", parent))
        parent = one.members.get("parent_id")
    return found


# --- logging in ---------------------------------------------------------------------------------------------------


def _named(scene: Scene, kind: str, asked: Any) -> Resource | None:
    """A user, project or domain by id, or by name within a domain."""
    if not isinstance(asked, dict):
        raise Refused(400, f"Expecting to find {kind.rpartition('/')[2].rstrip('s')} as an object.")
    if asked.get("id"):
        return scene.find(kind, asked["id"])
    name = asked.get("name")
    if kind == DOMAINS:
        return next(scene.where(DOMAINS, name=name), None)
    domain = _named(scene, DOMAINS, asked.get("domain") or {"id": "default"})
    return next(scene.where(kind, name=name, domain_id=domain.id), None) if domain else None


def _by_password(scene: Scene, identity: Members) -> tuple[Resource, Members]:
    asked = identity.get("password")
    user = asked.get("user") if isinstance(asked, dict) else None
    if not isinstance(user, dict):
        raise Refused(400, "Expecting to find password.user in the request body.")
    found = _named(scene, USERS, user)
    if found is None or not has_password(found, user.get("password")):
        raise unauthorized()
    return found, {}


def has_password(user: Resource, given: Any) -> bool:
    kept = user.private.get("password")
    return kept is not None and kept in (given, ANY_PASSWORD)


def _by_token(scene: Scene, identity: Members) -> tuple[Resource, Members]:
    asked = identity.get("token")
    token = tokens.holder(scene.world, asked.get("id") if isinstance(asked, dict) else None)
    if token is None:
        raise unauthorized()
    return scene.need(USERS, token.user, 401), {
        "_expires": token.expires,
        "_methods": token.document.get("methods", []),
    }


def _by_application_credential(scene: Scene, identity: Members) -> tuple[Resource, Members]:
    asked = identity.get("application_credential")
    if not isinstance(asked, dict):
        raise Refused(400, "Expecting to find application_credential in the request body.")
    found = _credential(scene, asked)
    if found is None and asked.get("id"):
        raise Refused(404, f"Could not find Application Credential: {asked['id']}.")
    if found is None or found.private.get("secret") != asked.get("secret"):
        raise unauthorized()
    user = scene.need(USERS, found.parents[0], 401)
    restricted = {"id": found.id, "name": found.members["name"], "restricted": not found.members.get("unrestricted")}
    return user, {"application_credential": restricted, "_project": found.project, "_roles": found.members["roles"]}


def _credential(scene: Scene, asked: Members) -> Resource | None:
    if asked.get("id"):
        return next(scene.where(CREDENTIALS, id=asked["id"]), None)
    user = _named(scene, USERS, asked.get("user") or {})
    found = scene.where(CREDENTIALS, name=asked.get("name"))
    return next((one for one in found if user and one.parents[0] == user.id), None)


def _by_passcode(scene: Scene, identity: Members) -> tuple[Resource, Members]:
    asked = identity.get("totp")
    user = asked.get("user") if isinstance(asked, dict) else None
    if not isinstance(user, dict):
        raise Refused(400, "Expecting to find totp.user in the request body.")
    found = _named(scene, USERS, user)
    if found is None or not is_passcode_of(scene, found, user.get("passcode")):
        raise Refused(401, "Invalid username or TOTP passcode")
    return found, {}


METHODS: dict[str, Callable[[Scene, Members], tuple[Resource, Members]]] = {
    "password": _by_password,
    "token": _by_token,
    "application_credential": _by_application_credential,
    "totp": _by_passcode,
    # "oauth1" is registered by its own module.
}


def log_in(scene: Scene, auth: Any) -> Token | Answer:
    """A token for a request of the v3 form, or what is missing for one. Raises Refused."""
    identity = auth.get("identity") if isinstance(auth, dict) else None
    methods = identity.get("methods") if isinstance(identity, dict) else None
    if not isinstance(identity, dict) or not isinstance(methods, list) or not methods:
        raise Refused(400, "Expecting to find auth.identity.methods in the request body.")
    user: Resource | None = None
    more: Members = {}
    for method in methods:
        check = METHODS.get(method) if isinstance(method, str) else None
        if check is None:
            raise Refused(401, f"Authentication method {method} is not supported.")
        found, told = check(scene, identity)
        if user is not None and found is not user:
            raise unauthorized()
        user, more = found, more | told
    assert user is not None
    before = methods_before(scene, header(scene.call.request.headers, RECEIPT_HEADER.lower()), user)
    done = list(dict.fromkeys([*before, *methods, *more.get("_methods", ())]))
    # A token stands for all steps that led to it.
    if "token" not in done and (rules := missing_methods(user, done)):
        id_, told = receipt_for(scene, user, done, rules)
        return Answer(401, told, ((RECEIPT_HEADER, id_),))
    scope = auth.get("scope")
    if isinstance(scope, dict) and isinstance(trust := scope.get("OS-TRUST:trust"), dict):
        user, told = by_trust(scene, user, trust.get("id"))
        more |= told
    return token_for(scene, user, done, scope, more)


def token_for(scene: Scene, user: Resource, methods: list[str], scope: Any, more: Members) -> Token:
    """A token of a user for a scope (None: the user's own project, where there is one). Raises Refused."""
    if not user.members.get("enabled", True):
        raise unauthorized()
    world = scene.world
    target, kind = _scope(scene, user, scope, more)
    domain = scene.need(DOMAINS, user.members["domain_id"], 401)
    document: Members = {
        "methods": methods,
        "user": {
            "domain": brief(domain),
            "id": user.id,
            "name": user.members["name"],
            "password_expires_at": user.members.get("password_expires_at"),
        },
    }
    project = ""
    if kind:
        id_ = target.id if target else "all"
        roles = more["_roles"] if "_roles" in more else roles_of(world, user.id, kind, id_)
        if not roles:
            raise unauthorized()
        project = id_ if kind == "projects" else ""
        document |= _scoped(scene, kind, target)
        document["roles"] = [{"id": role["id"], "name": role["name"]} for role in roles]
        document["catalog"] = catalog(scene, project)
    document |= {name: value for name, value in more.items() if name[0] != "_"}
    # A token that was bought with another one ends with it.
    ends = datetime.fromtimestamp(more["_expires"], UTC) if "_expires" in more else None
    return tokens.issue(world, document, user=user.id, project=project, scope=kind, life=world.token_life, ends=ends)


def _scope(scene: Scene, user: Resource, scope: Any, more: Members) -> tuple[Resource | None, str]:
    """The target of a scope, and what it is: projects, domains, system or (unscoped) nothing."""
    if more.get("_project"):
        return scene.need(PROJECTS, more["_project"], 401), "projects"
    if scope == "unscoped" or (isinstance(scope, dict) and "unscoped" in scope):
        return None, ""
    if scope is None:
        default = user.members.get("default_project_id")
        found = scene.find(PROJECTS, default) if default else None
        return (found, "projects") if found and roles_of(scene.world, user.id, "projects", found.id) else (None, "")
    if not isinstance(scope, dict) or len(scope) != 1:
        raise Refused(400, "Invalid scope.")
    ((kind, asked),) = scope.items()
    if kind == "system":
        return None, "system"
    kinds = {"project": PROJECTS, "domain": DOMAINS}
    if kind not in kinds:
        raise Refused(400, f"Invalid scope: {kind}.")
    target = _named(scene, kinds[kind], asked)
    if target is None or not target.members.get("enabled", True):
        raise unauthorized()
    return target, f"{kind}s"


def _scoped(scene: Scene, kind: str, target: Resource | None) -> Members:
    if target is None:
        return {"system": {"all": True}}
    if kind == "domains":
        return {"domain": brief(target)}
    domain = scene.find(DOMAINS, target.members["domain_id"])
    return {
        "project": {"domain": brief(domain) if domain else None, **brief(target)},
        "is_domain": bool(target.members.get("is_domain")),
    }


def brief(one: Resource) -> Members:
    return {"id": one.id, "name": one.members["name"]}
