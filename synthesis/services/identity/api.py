"""Keystone over HTTP: tokens, who has which role where, groups, and what follows from changes.

Sources: identity API v3 of the reference, keystone's `api/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudtape.cassettes.messages import header
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.catalogs import ENDPOINTS, catalog
from cloudtape.synthesis.services.identity.core import (
    DOMAINS,
    GROUPS,
    PROJECTS,
    ROLES,
    USERS,
    has_password,
    log_in,
    roles_of,
    unauthorized,
)
from cloudtape.synthesis.worlds import tokens
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.token_book import Token

HOOKS = Hooks()

REGIONS, SERVICES = "identity/regions", "identity/services"

# --- tokens over HTTP ---------------------------------------------------------------------------------------------

BY_OAUTH: Members = {"identity": {"methods": ["oauth1"], "oauth1": {}}}


@HOOKS.answer("identity.auth.tokens.authenticate", "identity.auth.tokens.show")
def _authenticate(scene: Scene) -> Answer:
    body = scene.call.body
    auth = body.get("auth") if isinstance(body, dict) else None
    if body is None and (header(scene.call.request.headers, "authorization") or "").startswith("OAuth "):
        # The reference documents OAuth's login without a body (7.3.13); its parameters stand in a header.
        auth = BY_OAUTH
    token = log_in(scene, auth)
    if not isinstance(token, Token):
        return token
    document = token.document
    if scene.call.asked("nocatalog") is not None:
        document = {name: value for name, value in document.items() if name != "catalog"}
    return Answer(
        scene.call.plan.status, {"token": document}, (("X-Subject-Token", token.id), ("Vary", "X-Auth-Token"))
    )


def _subject(scene: Scene) -> Token:
    name = next((value for key, value in scene.call.request.headers if key.lower() == "x-subject-token"), None)
    token = tokens.holder(scene.world, name)
    if token is None:
        raise Refused(404, "Could not recognize token.")
    return token


@HOOKS.answer("identity.auth.tokens.validate")
def _validate(scene: Scene) -> Answer:
    token = _subject(scene)
    return Answer(200, {"token": token.document}, (("X-Subject-Token", token.id),))


@HOOKS.answer("identity.auth.tokens.check")
def _check(scene: Scene) -> Answer:
    _subject(scene)
    return Answer(200)


@HOOKS.answer("identity.auth.tokens.revoke")
def _revoke(scene: Scene) -> Answer:
    _subject(scene)
    scene.world.tokens.revoke(header(scene.call.request.headers, "x-subject-token") or "")
    return Answer(204)


@HOOKS.answer("identity.auth.catalog.show")
def _catalog(scene: Scene) -> Answer:
    found = catalog(scene, scene.call.project)
    return Answer(200, {"catalog": found, "links": {"self": scene.call.request.uri, "next": None, "previous": None}})


def _reachable(scene: Scene, user: str, targets: str, kind: str) -> Iterator[Resource]:
    return (one for one in scene.world.all(kind) if roles_of(scene.world, user, targets, one.id))


@HOOKS.answer("identity.auth.projects.list", "identity.users.projects.list", "identity.os-federation.projects.list")
def _projects(scene: Scene) -> Answer:
    user = scene.call.ids[0] if scene.call.ids else scene.call.token.user
    scene.need(USERS, user)
    return listed(scene, "projects", _reachable(scene, user, "projects", PROJECTS))


@HOOKS.answer("identity.auth.domains.list", "identity.os-federation.domains.list")
def _domains(scene: Scene) -> Answer:
    return listed(scene, "domains", _reachable(scene, scene.call.token.user, "domains", DOMAINS))


@HOOKS.answer("identity.auth.system.list")
def _system(scene: Scene) -> Answer:
    has = roles_of(scene.world, scene.call.token.user, "system", "all")
    return Answer(200, {"system": [{"all": True}] if has else [], "links": around(scene)})


def around(scene: Scene) -> Members:
    return {"self": scene.call.request.uri, "next": None, "previous": None}


def listed(scene: Scene, wrapper: str, found: Any) -> Answer:
    items = [{**one.members, "links": {"self": f"{scene.call.base}/{wrapper}/{one.id}"}} for one in found]
    return Answer(scene.call.plan.status, {wrapper: items, "links": around(scene)})


# --- groups -------------------------------------------------------------------------------------------------------


def _membership(scene: Scene) -> tuple[str, str]:
    group, user = scene.call.ids[:2]
    return scene.need(GROUPS, group).id, scene.need(USERS, user).id


@HOOKS.answer("identity.groups.users.assign")
def _join_group(scene: Scene) -> Answer:
    scene.world.memberships[_membership(scene)] = None
    return Answer(204)


@HOOKS.answer("identity.groups.users.check")
def _is_member(scene: Scene) -> Answer:
    group, user = _membership(scene)
    if (group, user) not in scene.world.memberships:
        raise Refused(404, f"User {user} is not found in group {group}.")
    return Answer(204)


@HOOKS.answer("identity.groups.users.remove")
def _leave_group(scene: Scene) -> Answer:
    _is_member(scene)
    del scene.world.memberships[_membership(scene)]
    return Answer(204)


@HOOKS.answer("identity.groups.users.list")
def _members(scene: Scene) -> Answer:
    group = scene.need(GROUPS, scene.call.id).id
    users = (scene.find(USERS, user) for one, user in scene.world.memberships if one == group)
    return listed(scene, "users", filter(None, users))


@HOOKS.answer("identity.users.groups.list")
def _groups(scene: Scene) -> Answer:
    user = scene.need(USERS, scene.call.id).id
    groups = (scene.find(GROUPS, group) for group, one in scene.world.memberships if one == user)
    return listed(scene, "groups", filter(None, groups))


# --- what follows from changes ------------------------------------------------------------------------------------


@HOOKS.on(USERS, "CREATE")
@HOOKS.on(GROUPS, "CREATE")
def _in_a_domain(scene: Scene, one: Resource, _: Members) -> None:
    scene.need(DOMAINS, one.members["domain_id"])


@HOOKS.on(USERS, "CREATE", "UPDATE")
def _keep_password(_: Scene, user: Resource, sent: Members) -> None:
    user.members.pop("password", None)
    if isinstance(sent.get("password"), str):
        user.private["password"] = sent["password"]
    if "tenantId" in sent or "default_project_id" in sent:
        user.set(default_project_id=sent.get("default_project_id") or sent.get("tenantId"))


@HOOKS.answer("identity.users.password.update")
def _change_password(scene: Scene) -> Answer:
    user, sent = scene.need(USERS, scene.call.id), scene.call.sent
    if not has_password(user, sent.get("original_password")):
        raise unauthorized()
    user.private["password"] = sent.get("password")
    return Answer(204)


@HOOKS.on(PROJECTS, "CREATE")
def _under_its_domain(scene: Scene, project: Resource, sent: Members) -> None:
    """In the domain that is named, or that of the project above; a project that is a domain is in none."""
    parent = scene.find(PROJECTS, sent.get("parent_id"))
    domain = sent.get("domain_id") or (parent.members["domain_id"] if parent else sent.get("parent_id")) or "default"
    if sent.get("is_domain"):
        domain = None
    elif scene.need(DOMAINS, domain, 400) and parent and parent.members["domain_id"] != domain:
        raise Refused(400, f"The domain of the project {parent.id} above is another one than {domain}.")
    project.set(domain_id=domain, parent_id=sent.get("parent_id") or domain)


@HOOKS.on(PROJECTS, "CREATE")
def _acts_as_domain(scene: Scene, project: Resource, sent: Members) -> None:
    """A project that is a domain is seen among the domains, too."""
    if sent.get("is_domain"):
        scene.add(DOMAINS, {name: project.members[name] for name in ("id", "name", "description", "enabled")})


@HOOKS.on(PROJECTS, "UPDATE")
def _domain_follows(scene: Scene, project: Resource, sent: Members) -> None:
    if project.members["is_domain"] and (domain := scene.find(DOMAINS, project.id)):
        domain.update({name: value for name, value in sent.items() if name in ("name", "description", "enabled")})


@HOOKS.on(PROJECTS, "DELETE")
def _project_stands_alone(scene: Scene, project: Resource, _: Members) -> None:
    if any(scene.where(PROJECTS, parent_id=project.id)):
        raise Refused(403, f"Cannot delete the project {project.id} since it is not a leaf in the hierarchy.")
    if project.members["is_domain"]:
        domain = scene.find(DOMAINS, project.id)
        if domain:
            _domain_is_disabled(scene, domain, {})
            scene.remove(domain)


@HOOKS.on(DOMAINS, "DELETE")
def _domain_is_disabled(scene: Scene, domain: Resource, _: Members) -> None:
    if domain.members.get("enabled", True):
        raise Refused(403, f"Cannot delete a domain that is enabled, please disable it first: {domain.id}")
    for kind in (USERS, GROUPS, PROJECTS):
        for one in list(scene.where(kind, domain_id=domain.id)):
            scene.remove(one)
    if (project := scene.find(PROJECTS, domain.id)) and project.members["is_domain"]:
        scene.remove(project)


@HOOKS.on(USERS, "DELETE")
@HOOKS.on(GROUPS, "DELETE")
@HOOKS.on(PROJECTS, "DELETE")
@HOOKS.on(ROLES, "DELETE")
def _forget(scene: Scene, one: Resource, _: Members) -> None:
    world = scene.world
    for grant in [grant for grant in world.grants if one.id in (grant.actor, grant.target, grant.role)]:
        del world.grants[grant]
    for membership in [membership for membership in world.memberships if one.id in membership]:
        del world.memberships[membership]
    world.tokens.end(lambda token: one.id in (token.user, token.project))


@HOOKS.on(ENDPOINTS, "CREATE", "UPDATE")
def _place_of_endpoint(scene: Scene, endpoint: Resource, sent: Members) -> None:
    """Its region must be there, unless it is named in the older way; then it comes to be."""
    region = sent.get("region_id")
    if not region and (region := sent.get("region")) and not scene.find(REGIONS, region):
        scene.add(REGIONS, {"id": region})
    region = region or endpoint.members.get("region_id")
    if region:
        scene.need(REGIONS, region, 400)
    if "service_id" in sent:
        scene.need(SERVICES, sent["service_id"], 400)
    endpoint.set(region_id=region, region=region)


@HOOKS.on(REGIONS, "CREATE", "UPDATE")
def _region_over_it(scene: Scene, _: Resource, sent: Members) -> None:
    if sent.get("parent_region_id"):
        scene.need(REGIONS, sent["parent_region_id"])


@HOOKS.on(REGIONS, "DELETE")
def _region_is_empty(scene: Scene, region: Resource, _: Members) -> None:
    if any(scene.where(REGIONS, parent_region_id=region.id)) or any(scene.where(ENDPOINTS, region_id=region.id)):
        raise Refused(403, f"Unable to delete region {region.id} because it or its child regions have endpoints.")


@HOOKS.on(SERVICES, "DELETE")
def _endpoints_go(scene: Scene, service: Resource, _: Members) -> None:
    for one in list(scene.where(ENDPOINTS, service_id=service.id)):
        scene.remove(one)
