"""What the answers to recorded logins tell of a cloud: who there is, with which roles, and which services.

Both forms are read, v3 (`token`) and v2.0 (`access`). Sources: identity API v3 "Authenticate", v2.0 "Authenticate".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Response, header
from cloudtape.synthesis.services.identity.core import ANY_PASSWORD, DOMAINS, PROJECTS, ROLES, USERS
from cloudtape.synthesis.stocking.bootstrap import DEFAULT_DOMAIN, DEFAULT_DOMAIN_NAME, add
from cloudtape.synthesis.stocking.world_file import User
from cloudtape.synthesis.worlds.shelves import Members
from cloudtape.synthesis.worlds.token_book import Token
from cloudtape.synthesis.worlds.world import Grant, World

PROJECT = "$(project_id)s"
REGIONS, SERVICES, ENDPOINTS = "identity/regions", "identity/services", "identity/endpoints"
V2_INTERFACES = (("public", "publicURL"), ("internal", "internalURL"), ("admin", "adminURL"))
SCOPES = (("project", "projects", PROJECTS), ("domain", "domains", DOMAINS))


class Login(msgspec.Struct, frozen=True):
    """A token and what Keystone said of it, in the form of v3."""

    token: str
    document: Members

    @property
    def project(self) -> str:
        return _id(self.document.get("project"))

    @property
    def user(self) -> str:
        return _id(self.document.get("user"))

    def names(self) -> Iterator[tuple[str, str]]:
        """By kind and id, who logged in, and to which project or domain."""
        yield USERS, self.user
        for name, _, kind in SCOPES:
            if id_ := _id(self.document.get(name)):
                yield kind, id_

    def as_user(self) -> User | None:
        """Who logs in like this again, by whatever password; None where it was in no project."""
        user, project = self.document["user"], self.document.get("project")
        if not isinstance(project, dict) or not (user.get("name") and project.get("name")):
            return None
        roles = tuple(str(one["name"]) for one in _objects(self.document.get("roles"), "name"))
        home, other = _domain_name(user), _domain_name(project)
        return User(user["name"], ANY_PASSWORD, project["name"], roles, home, other if other != home else "")


def login_in(response: Response) -> Login | None:
    """The login that an answer is about, None where it is about none."""
    if response.status not in (200, 201, 203) or not isinstance(response.body, bytes) or b'"user"' not in response.body:
        return None
    try:
        body = json_value(response.body)
    except JsonError:
        return None
    match body:
        case {"token": {"user": {"id": str()}} as document}:
            token = header(response.headers, "x-subject-token")
            return Login(token, document) if token else None
        case {"access": {"token": {"id": str(token)}, "user": {"id": str()}} as access}:
            return Login(token, _as_v3(access))
    return None


def _as_v3(access: Members) -> Members:
    user, tenant = access["user"], access["token"].get("tenant")
    domain = {"id": DEFAULT_DOMAIN, "name": DEFAULT_DOMAIN_NAME}
    document: Members = {
        "methods": ["password"],
        "user": {"id": user["id"], "name": user.get("name", user["id"]), "domain": domain},
        "expires_at": access["token"].get("expires"),
    }
    if isinstance(tenant, dict):
        document["project"] = {"id": tenant.get("id"), "name": tenant.get("name"), "domain": domain}
        document["roles"] = [{"id": one["name"], "name": one["name"]} for one in _objects(user.get("roles"), "name")]
        document["catalog"] = list(_v3_catalog(access.get("serviceCatalog")))
    return document


def _v3_catalog(services: Any) -> Iterator[Members]:
    for service in _objects(services, "type"):
        endpoints = [
            {"id": f"{one.get('id', '')}{name}", "interface": name, "region_id": one.get("region"), "url": one[key]}
            for one in _objects(service.get("endpoints"))
            for name, key in V2_INTERFACES
            if key in one
        ]
        yield {
            "id": service["type"],
            "type": service["type"],
            "name": service.get("name", ""),
            "endpoints": endpoints,
        }


def _objects(value: Any, *names: str) -> list[Members]:
    """The objects of a list that have these members."""
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict) and all(name in one for name in names)]


def _domain_name(owner: Members) -> str:
    domain = owner.get("domain")
    return str(domain.get("name") or DEFAULT_DOMAIN_NAME) if isinstance(domain, dict) else DEFAULT_DOMAIN_NAME


def _id(value: Any) -> str:
    return str(value.get("id") or "") if isinstance(value, dict) else ""


# --- a world with them in it -----------------------------------------------------------------------------------------


def settle_in(world: World, logins: Iterable[Login]) -> None:
    """Fill an empty world with everybody who logged in, and the services that they were told of.

    Their passwords were never kept, so whatever they log in with is right.
    """
    for login in logins:
        user, about = login.document["user"], login.document
        domain = _domain(world, user.get("domain"))
        found = world.find(USERS, login.user) or add(
            world, USERS, id=login.user, name=user.get("name", ""), domain_id=domain
        )
        found.private["password"] = ANY_PASSWORD
        if login.project:
            found.members.setdefault("default_project_id", login.project)
        roles = [_role(world, one) for one in _objects(about.get("roles"), "id", "name")]
        for scope, targets, kind in SCOPES:
            if target := _target(world, kind, about.get(scope)):
                for role in roles:
                    world.grants[Grant("users", found.id, targets, target, role)] = None
        if isinstance(about.get("system"), dict):
            for role in roles:
                world.grants[Grant("users", found.id, "system", "all", role)] = None
        _catalog(world, login)


def is_settled(world: World, login: Login) -> bool:
    """Whether all that a login names is there."""
    return all(world.find(kind, id_) for kind, id_ in login.names())


def adopt(world: World, login: Login) -> Token:
    """Let a token that was given elsewhere count in this world, as long as any does."""
    scope = next((targets for name, targets, _ in SCOPES if login.document.get(name)), "")
    roles = frozenset(str(one["name"]) for one in _objects(login.document.get("roles"), "name"))
    ends = world.clock.now() + world.token_life
    token = Token(login.token, login.user, login.project, roles, ends.timestamp(), login.document, scope)
    world.tokens.adopt(token)
    return token


def _domain(world: World, said: Any) -> str:
    id_ = _id(said) or DEFAULT_DOMAIN
    if world.find(DOMAINS, id_) is None:
        add(world, DOMAINS, id=id_, name=said.get("name", id_) if isinstance(said, dict) else DEFAULT_DOMAIN_NAME)
    return id_


def _target(world: World, kind: str, said: Any) -> str:
    """The project or domain that a token is for, made where it was not there."""
    if not isinstance(said, dict) or not _id(said):
        return ""
    if kind == DOMAINS:
        return _domain(world, said)
    if world.find(kind, _id(said)) is None:
        domain = _domain(world, said.get("domain"))
        add(world, kind, id=_id(said), name=said.get("name", ""), domain_id=domain, parent_id=domain)
    return _id(said)


def _role(world: World, said: Members) -> str:
    if world.find(ROLES, str(said["id"])) is None:
        add(world, ROLES, id=str(said["id"]), name=said["name"])
    return str(said["id"])


def _catalog(world: World, login: Login) -> None:
    for service in _objects(login.document.get("catalog"), "id", "type"):
        if world.find(SERVICES, str(service["id"])) is None:
            add(world, SERVICES, id=str(service["id"]), type=service["type"], name=service.get("name", ""))
        for one in _objects(service.get("endpoints"), "id", "url", "interface"):
            if world.find(ENDPOINTS, str(one["id"])) is not None:
                continue
            region = one.get("region_id") or one.get("region")
            if region and world.find(REGIONS, str(region)) is None:
                add(world, REGIONS, id=region)
            url = one["url"].replace(login.project, PROJECT) if login.project else one["url"]
            about = {"interface": one["interface"], "region_id": region, "region": region}
            add(world, ENDPOINTS, id=str(one["id"]), url=url, service_id=str(service["id"]), **about)
