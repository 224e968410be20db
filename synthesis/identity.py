"""Keystone: logging in, tokens, the service catalog, and who has which role where.

Users, projects and the rest are resources like any other; here is what a login makes of them. Sources: identity API v3
and v2.0 of the reference, keystone's `api/auth.py`, `models/token_model.py` and `common/render_token.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudtape.synthesis import tokens
from cloudtape.synthesis.calls import Answer, Token
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.scene import Scene, answers, on
from cloudtape.synthesis.shelves import Members, Resource
from cloudtape.synthesis.world import Grant, World

USERS, PROJECTS, DOMAINS = "identity/users", "identity/projects", "identity/domains"
GROUPS, ROLES = "identity/groups", "identity/roles"
CREDENTIALS = "identity/users/application_credentials"
TRUSTS = "identity/OS-TRUST/trusts"
EC2 = "identity/users/credentials/OS-EC2"
WRONG = "The request you have made requires authentication."
INTERFACES = ("public", "internal", "admin")


def unauthorized() -> Refused:
    return Refused(401, WRONG)


# --- roles -----------------------------------------------------------------------------------------------------------


def roles_of(world: World, user: str, targets: str, target: str) -> list[Members]:
    """The roles that a user has somewhere, by themselves and through their groups and a project's domain."""
    groups = {group for group, one in world.memberships if one == user}
    above = _above(world, targets, target)
    found: dict[str, None] = {}
    for grant in world.grants:
        mine = grant.actor == user if grant.actors == "users" else grant.actor in groups
        here = (grant.targets, grant.target) == (targets, target) and not grant.inherited
        if mine and (here or (grant.inherited and (grant.targets, grant.target) in above)):
            found[grant.role] = None
    implied = list(found)
    for role in implied:
        for one in world.documents.get(("", "identity/implies", (role,)), {}):
            if one not in found:
                found[one] = None
                implied.append(one)
    roles = [world.find(ROLES, role) for role in found]
    return [{"id": one.id, "name": one.members["name"]} for one in roles if one]


def _above(world: World, targets: str, target: str) -> set[tuple[str, str]]:
    project = world.find(PROJECTS, target) if targets == "projects" else None
    if project is None:
        return set()
    found = {("domains", str(project.members["domain_id"]))}
    parent = project.members.get("parent_id")
    while parent and (one := world.find(PROJECTS, parent)) and ("projects", parent) not in found:
        found.add(("projects", parent))
        parent = one.members.get("parent_id")
    return found


# --- logging in ------------------------------------------------------------------------------------------------------


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
    if found is None or "password" not in found.private or found.private["password"] != user.get("password"):
        raise unauthorized()
    return found, {}


def _by_token(scene: Scene, identity: Members) -> tuple[Resource, Members]:
    asked = identity.get("token")
    token = tokens.holder(scene.world, asked.get("id") if isinstance(asked, dict) else None)
    if token is None:
        raise unauthorized()
    return scene.need(USERS, token.user, 401), {"_expires": token.expires}


def _by_application_credential(scene: Scene, identity: Members) -> tuple[Resource, Members]:
    asked = identity.get("application_credential")
    if not isinstance(asked, dict):
        raise Refused(400, "Expecting to find application_credential in the request body.")
    found = _credential(scene, asked)
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


METHODS = {
    "password": _by_password,
    "token": _by_token,
    "application_credential": _by_application_credential,
}


def log_in(scene: Scene, auth: Any) -> Token:
    """A token for a request of the v3 form. Raises Refused."""
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
        user, told = check(scene, identity)
        more |= told
    assert user is not None
    return token_for(scene, user, [*methods], auth.get("scope"), more)


def token_for(scene: Scene, user: Resource, methods: list[str], scope: Any, more: Members) -> Token:
    """A token of a user for a scope (None: the user's own project, where there is one). Raises Refused."""
    if not user.members.get("enabled", True):
        raise unauthorized()
    world = scene.world
    domain = scene.need(DOMAINS, user.members["domain_id"], 401)
    document: Members = {
        "methods": methods,
        "user": {
            "domain": _brief(domain),
            "id": user.id,
            "name": user.members["name"],
            "password_expires_at": user.members.get("password_expires_at"),
        },
        "audit_ids": [world.secret(22)],
    }
    target, kind = _scope(scene, user, scope, more)
    project = ""
    if kind:
        id_ = target.id if target else "all"
        roles = more.get("_roles") or roles_of(world, user.id, kind, id_)
        if not roles:
            raise unauthorized()
        project = id_ if kind == "projects" else ""
        document |= _scoped(scene, kind, target)
        document["roles"] = [{"id": role["id"], "name": role["name"]} for role in roles]
        document["catalog"] = catalog(scene, project)
    if "application_credential" in more:
        document["application_credential"] = more["application_credential"]
    life = world.token_life
    return tokens.issue(world, document, user=user.id, project=project, scope=kind, life=life)


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
    if kind == "OS-TRUST:trust":
        trust = scene.need(TRUSTS, asked.get("id"), 403)
        return scene.need(PROJECTS, trust.members["project_id"], 401), "projects"
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
        return {"domain": _brief(target)}
    domain = scene.find(DOMAINS, target.members["domain_id"])
    return {
        "project": {"domain": _brief(domain) if domain else None, **_brief(target)},
        "is_domain": bool(target.members.get("is_domain")),
    }


def _brief(one: Resource) -> Members:
    return {"id": one.id, "name": one.members["name"]}


def catalog(scene: Scene, project: str) -> list[Members]:
    """The service catalog: each service with its endpoints, the project's id in their URLs."""
    endpoints: dict[str, list[Members]] = {}
    for one in scene.world.all("identity/endpoints"):
        members = one.members
        if members.get("enabled", True):
            url = members["url"]
            if not project and "(project_id)" in url:
                continue
            endpoints.setdefault(members["service_id"], []).append(
                {
                    "id": one.id,
                    "interface": members["interface"],
                    "region_id": members["region_id"],
                    "url": filled(url, project),
                    "region": members["region_id"],
                }
            )
    services = [one for one in scene.world.all("identity/services") if one.members.get("enabled", True)]
    return [
        {"endpoints": endpoints[one.id], "id": one.id, "type": one.members["type"], "name": one.members["name"]}
        for one in services
        if one.id in endpoints
    ]


def filled(url: str, project: str) -> str:
    """An endpoint's URL with the project in the place of keystone's `$(project_id)s`."""
    for name in ("$(project_id)s", "$(tenant_id)s", "%(project_id)s", "%(tenant_id)s"):
        url = url.replace(name, project)
    return url


# --- tokens over HTTP ------------------------------------------------------------------------------------------------


@answers("identity.auth.tokens.authenticate", "identity.auth.tokens.show")
def _authenticate(scene: Scene) -> Answer:
    body = scene.call.body
    token = log_in(scene, body.get("auth") if isinstance(body, dict) else None)
    document = token.document
    if scene.call.asked("nocatalog") is not None:
        document = {name: value for name, value in document.items() if name != "catalog"}
    return Answer(201, {"token": document}, (("X-Subject-Token", token.id), ("Vary", "X-Auth-Token")))


def _subject(scene: Scene) -> Token:
    name = next((value for key, value in scene.call.request.headers if key.lower() == "x-subject-token"), None)
    token = tokens.holder(scene.world, name)
    if token is None:
        raise Refused(404, "Could not recognize token.")
    return token


@answers("identity.auth.tokens.validate")
def _validate(scene: Scene) -> Answer:
    token = _subject(scene)
    return Answer(200, {"token": token.document}, (("X-Subject-Token", token.id),))


@answers("identity.auth.tokens.check")
def _check(scene: Scene) -> Answer:
    _subject(scene)
    return Answer(scene.call.plan.status)


@answers("identity.auth.tokens.revoke")
def _revoke(scene: Scene) -> Answer:
    del scene.world.tokens[_subject(scene).id]
    return Answer(204)


@answers("identity.auth.catalog.show")
def _catalog(scene: Scene) -> Answer:
    found = catalog(scene, scene.call.project)
    return Answer(200, {"catalog": found, "links": {"self": scene.call.request.uri, "next": None, "previous": None}})


def _reachable(scene: Scene, user: str, targets: str, kind: str) -> Iterator[Resource]:
    return (one for one in scene.world.all(kind) if roles_of(scene.world, user, targets, one.id))


@answers("identity.auth.projects.list", "identity.users.projects.list")
def _projects(scene: Scene) -> Answer:
    user = scene.call.ids[0] if scene.call.ids else scene.call.token.user
    scene.need(USERS, user)
    return _listed(scene, "projects", _reachable(scene, user, "projects", PROJECTS))


@answers("identity.auth.domains.list")
def _domains(scene: Scene) -> Answer:
    return _listed(scene, "domains", _reachable(scene, scene.call.token.user, "domains", DOMAINS))


@answers("identity.auth.system.list")
def _system(scene: Scene) -> Answer:
    has = roles_of(scene.world, scene.call.token.user, "system", "all")
    return Answer(200, {"system": [{"all": True}] if has else [], "links": _around(scene)})


def _around(scene: Scene) -> Members:
    return {"self": scene.call.request.uri, "next": None, "previous": None}


def _listed(scene: Scene, wrapper: str, found: Any) -> Answer:
    items = [{**one.members, "links": {"self": f"{scene.call.base}/{wrapper}/{one.id}"}} for one in found]
    return Answer(scene.call.plan.status, {wrapper: items, "links": _around(scene)})


# --- grants ----------------------------------------------------------------------------------------------------------


def grant_in(path: tuple[str, ...]) -> Grant:
    """The grant that a path names: `projects/P/users/U/roles/R`, with OS-INHERIT before and behind, or `system`."""
    inherited = path[0] == "OS-INHERIT"
    path = path[1:] if inherited else path
    if path[0] == "system":
        return Grant(path[1], path[2], "system", "all", path[4] if len(path) > 4 else "")
    role = path[5] if len(path) > 5 and path[5] != "inherited_to_projects" else ""
    return Grant(path[2], path[3], path[0], path[1], role, inherited)


def _known(scene: Scene, grant: Grant) -> None:
    """Raises Refused for an actor, target or role that is not there."""
    scene.need(f"identity/{grant.actors}", grant.actor)
    if grant.targets != "system":
        scene.need(f"identity/{grant.targets}", grant.target)
    if grant.role:
        scene.need(ROLES, grant.role)


PLACES = [
    f"{inherit}{target}.{actor}.roles{behind}"
    for target in ("projects", "domains", "system")
    for actor in ("users", "groups")
    for inherit, behind in (("", ""), ("inherit.", ".inherited-to-projects"))
]


@answers(*(f"identity.{place}.{verb}" for place in PLACES for verb in ("grant", "assign")))
def _grant(scene: Scene) -> Answer:
    grant = grant_in(scene.call.path)
    _known(scene, grant)
    scene.world.grants[grant] = None
    return Answer(204)


@answers(*(f"identity.{place}.check" for place in PLACES))
def _check_grant(scene: Scene) -> Answer:
    grant = grant_in(scene.call.path)
    _known(scene, grant)
    if grant not in scene.world.grants:
        raise Refused(404, f"Could not find role assignment with role: {grant.role}.")
    return Answer(scene.call.plan.status)


@answers(*(f"identity.{place}.revoke" for place in PLACES))
def _revoke_grant(scene: Scene) -> Answer:
    grant = grant_in(scene.call.path)
    _known(scene, grant)
    if scene.world.grants.pop(grant, 0) == 0:
        raise Refused(404, f"Could not find role assignment with role: {grant.role}.")
    return Answer(204)


@answers(*(f"identity.{place}.list" for place in PLACES))
def _granted(scene: Scene) -> Answer:
    asked = grant_in(scene.call.path)
    _known(scene, asked)
    roles = {g.role: None for g in scene.world.grants if _is_like(g, asked)}
    return _listed(scene, "roles", filter(None, (scene.find(ROLES, role) for role in roles)))


def _is_like(grant: Grant, asked: Grant) -> bool:
    place = (asked.actors, asked.actor, asked.targets, asked.target, asked.inherited)
    return (grant.actors, grant.actor, grant.targets, grant.target, grant.inherited) == place


@answers("identity.role-assignments.list", "identity.role-assignments.inherit-extension.list")
def _assignments(scene: Scene) -> Answer:
    found = [grant for grant in _effective(scene) if _is_asked(scene, grant)]
    named = scene.call.asked("include_names") in ("1", "true", "True", "")
    items = [_assignment(scene, grant, named) for grant in found]
    return Answer(200, {"role_assignments": items, "links": _around(scene)})


def _effective(scene: Scene) -> list[Grant]:
    """The grants, or where the query says `effective` what they come to for each user."""
    if scene.call.asked("effective") is None:
        return list(scene.world.grants)
    found: dict[Grant, None] = {}
    for grant in scene.world.grants:
        users = (
            [grant.actor] if grant.actors == "users" else [u for g, u in scene.world.memberships if g == grant.actor]
        )
        for user in users:
            found[Grant("users", user, grant.targets, grant.target, grant.role)] = None
    return list(found)


def _is_asked(scene: Scene, grant: Grant) -> bool:
    asked = scene.call.asked
    wanted = (
        (asked("user.id"), grant.actor, grant.actors == "users"),
        (asked("group.id"), grant.actor, grant.actors == "groups"),
        (asked("role.id"), grant.role, True),
        (asked("scope.project.id"), grant.target, grant.targets == "projects"),
        (asked("scope.domain.id"), grant.target, grant.targets == "domains"),
        (asked("scope.system") and "all", grant.target, grant.targets == "system"),
    )
    return all(not want or (fits and want == have) for want, have, fits in wanted)


def _assignment(scene: Scene, grant: Grant, named: bool) -> Members:
    def one(kind: str, id_: str) -> Members:
        found = scene.find(kind, id_)
        if not named or found is None:
            return {"id": id_}
        domain = scene.find(DOMAINS, found.members.get("domain_id"))
        return {**_brief(found), **({"domain": _brief(domain)} if domain and kind not in (DOMAINS, ROLES) else {})}

    scope: Members = {"system": {"all": True}}
    if grant.targets != "system":
        scope = {grant.targets.rstrip("s"): one(f"identity/{grant.targets}", grant.target)}
    if grant.inherited:
        scope["OS-INHERIT:inherited_to"] = "projects"
    actor = {grant.actors.rstrip("s"): one(f"identity/{grant.actors}", grant.actor)}
    link = f"{scene.call.base}/{grant.targets}/{grant.target}/{grant.actors}/{grant.actor}/roles/{grant.role}"
    return {"role": one(ROLES, grant.role), **actor, "scope": scope, "links": {"assignment": link}}


# --- groups ----------------------------------------------------------------------------------------------------------


def _membership(scene: Scene) -> tuple[str, str]:
    group, user = scene.call.ids[:2]
    return scene.need(GROUPS, group).id, scene.need(USERS, user).id


@answers("identity.groups.users.assign")
def _join(scene: Scene) -> Answer:
    scene.world.memberships[_membership(scene)] = None
    return Answer(204)


@answers("identity.groups.users.check")
def _is_member(scene: Scene) -> Answer:
    group, user = _membership(scene)
    if (group, user) not in scene.world.memberships:
        raise Refused(404, f"User {user} is not found in group {group}.")
    return Answer(204)


@answers("identity.groups.users.remove")
def _part(scene: Scene) -> Answer:
    _is_member(scene)
    del scene.world.memberships[_membership(scene)]
    return Answer(204)


@answers("identity.groups.users.list")
def _members(scene: Scene) -> Answer:
    group = scene.need(GROUPS, scene.call.id).id
    users = (scene.find(USERS, user) for one, user in scene.world.memberships if one == group)
    return _listed(scene, "users", filter(None, users))


@answers("identity.users.groups.list")
def _groups(scene: Scene) -> Answer:
    user = scene.need(USERS, scene.call.id).id
    groups = (scene.find(GROUPS, group) for group, one in scene.world.memberships if one == user)
    return _listed(scene, "groups", filter(None, groups))


# --- what follows from changes ---------------------------------------------------------------------------------------


@on(USERS, "CREATE", "UPDATE")
def _keep_password(_: Scene, user: Resource, sent: Members) -> None:
    user.members.pop("password", None)
    if isinstance(sent.get("password"), str):
        user.private["password"] = sent["password"]
    if "tenantId" in sent or "default_project_id" in sent:
        user.set(default_project_id=sent.get("default_project_id") or sent.get("tenantId"))


@answers("identity.users.password.update")
def _change_password(scene: Scene) -> Answer:
    user, sent = scene.need(USERS, scene.call.id), scene.call.sent
    if user.private.get("password") != sent.get("original_password"):
        raise unauthorized()
    user.private["password"] = sent.get("password")
    return Answer(204)


@on(PROJECTS, "CREATE")
def _under_its_domain(scene: Scene, project: Resource, sent: Members) -> None:
    domain = sent.get("domain_id") or "default"
    scene.need(DOMAINS, domain, 400)
    project.set(domain_id=domain, parent_id=sent.get("parent_id") or domain)


@on(DOMAINS, "DELETE")
def _domain_is_disabled(scene: Scene, domain: Resource, _: Members) -> None:
    if domain.members.get("enabled", True):
        raise Refused(403, f"Cannot delete a domain that is enabled, please disable it first: {domain.id}")
    for kind in (USERS, GROUPS, PROJECTS):
        for one in list(scene.where(kind, domain_id=domain.id)):
            scene.remove(one)


@on(USERS, "DELETE")
@on(GROUPS, "DELETE")
@on(PROJECTS, "DELETE")
@on(ROLES, "DELETE")
def _forget(scene: Scene, one: Resource, _: Members) -> None:
    world = scene.world
    for grant in [grant for grant in world.grants if one.id in (grant.actor, grant.target, grant.role)]:
        del world.grants[grant]
    for membership in [membership for membership in world.memberships if one.id in membership]:
        del world.memberships[membership]
    for token in [token for token in world.tokens.values() if one.id in (token.user, token.project)]:
        world.tokens.pop(token.id, None)


@on("identity/endpoints", "CREATE", "UPDATE")
def _region_of_endpoint(_: Scene, endpoint: Resource, sent: Members) -> None:
    region = sent.get("region_id") or sent.get("region") or endpoint.members.get("region_id")
    endpoint.set(region_id=region, region=region)


@on("identity/services", "DELETE")
def _endpoints_go(scene: Scene, service: Resource, _: Members) -> None:
    for one in list(scene.where("identity/endpoints", service_id=service.id)):
        scene.remove(one)


@on("identity/credentials", "CREATE")
def _whose_credential(scene: Scene, one: Resource, sent: Members) -> None:
    one.set(user_id=sent.get("user_id") or scene.call.token.user, project_id=sent.get("project_id"))


@on(CREDENTIALS, "CREATE")
def _application_credential(scene: Scene, one: Resource, sent: Members) -> None:
    """Its secret is told once. Its roles are some of those of the token that made it."""
    token = scene.call.token
    mine = token.document.get("roles", [])
    asked = sent.get("roles")
    roles = [role for role in mine if any(_is_role(role, want) for want in asked)] if asked else list(mine)
    if asked and len(roles) < len(asked):
        raise Refused(404, "Could not find role: a role that the user does not have on this project.")
    secret = sent.get("secret") or scene.world.secret(86)
    one.project = token.project
    one.private |= {"secret": secret, "told_once": {"secret": secret}}
    one.members.pop("secret", None)
    one.set(
        roles=[{**role, "domain_id": None} for role in roles],
        project_id=token.project,
        unrestricted=bool(sent.get("unrestricted")),
        expires_at=sent.get("expires_at"),
        description=sent.get("description"),
    )


def _is_role(role: Members, wanted: Any) -> bool:
    return isinstance(wanted, dict) and (role["id"] == wanted.get("id") or role["name"] == wanted.get("name"))


@on(EC2, "CREATE")
def _ec2(scene: Scene, one: Resource, sent: Members) -> None:
    access, secret = one.id, scene.world.new_id("hex")
    project = sent.get("tenant_id") or scene.call.project
    one.set(access=access, secret=secret, tenant_id=project, user_id=one.parents[0], trust_id=None)


@on(TRUSTS, "CREATE")
def _trust_roles(scene: Scene, one: Resource, sent: Members) -> None:
    found = []
    for wanted in sent.get("roles") or ():
        by_name = scene.where(ROLES, name=wanted.get("name")) if isinstance(wanted, dict) else iter(())
        role = (
            scene.find(ROLES, wanted.get("id"))
            if isinstance(wanted, dict) and wanted.get("id")
            else next(by_name, None)
        )
        if role:
            found.append({**role.members, "links": {"self": f"{scene.call.base}/roles/{role.id}"}})
    one.set(roles=found)


@on("identity/OS-OAUTH1/consumers", "CREATE")
def _consumer(scene: Scene, one: Resource, _: Members) -> None:
    one.private["told_once"] = {"secret": scene.world.new_id("hex")}
