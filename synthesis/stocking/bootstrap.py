"""What every cloud has before anybody logs in: a domain, roles, an admin and a user, the services and their endpoints.

The same as `keystone-manage bootstrap` makes, and a project for demonstrations.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloudtape.synthesis.engine.scene import copied
from cloudtape.synthesis.engine.services import Services
from cloudtape.synthesis.services.identity.core import DOMAINS, IMPLIES, INTERFACES, PROJECTS, ROLES, USERS
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.world import Grant, World

ROLE_NAMES = ("admin", "manager", "member", "reader", "service")
IMPLIED = (("admin", "manager"), ("manager", "member"), ("member", "reader"))
REGION = "RegionOne"
PROJECT = "$(project_id)s"
DEFAULT_DOMAIN, DEFAULT_DOMAIN_NAME = "default", "Default"


def add(world: World, kind: str, **members: object) -> Resource:
    """A resource of the identity service."""
    of = world.kinds[kind]
    whole: Members = copied(of.template)
    whole[of.key] = world.new_id(of.id_form)
    return world.add(kind, {**whole, **members})


def bootstrap(world: World, services: Services, regions: Sequence[str] = (REGION,)) -> None:
    """Fill an empty world."""
    add(world, DOMAINS, id=DEFAULT_DOMAIN, name=DEFAULT_DOMAIN_NAME, description="The default domain")
    roles = {name: add(world, ROLES, name=name).id for name in ROLE_NAMES}
    for prior, implied in IMPLIED:
        world.documents.setdefault(("", IMPLIES, (roles[prior],)), {})[roles[implied]] = None
    for region in regions:
        add(world, "identity/regions", id=region)
    _endpoints(world, services, regions)


def _endpoints(world: World, services: Services, regions: Sequence[str]) -> None:
    for service, kind, path in services.endpoints():
        id_ = add(world, "identity/services", name=service.names.get(kind, service.name), type=kind).id
        for at, region in enumerate(regions):
            where = service.address(region if at else "")
            url = where + path.replace("{project}", PROJECT)
            for interface in INTERFACES:
                add(
                    world,
                    "identity/endpoints",
                    interface=interface,
                    url=url,
                    service_id=id_,
                    region_id=region,
                    region=region,
                )


def add_domain(world: World, name: str) -> str:
    """Its id."""
    return (next(world.where(DOMAINS, name=name), None) or add(world, DOMAINS, name=name)).id


def add_project(world: World, name: str, domain: str = DEFAULT_DOMAIN_NAME) -> Resource:
    home = add_domain(world, domain)
    found = next(world.where(PROJECTS, name=name, domain_id=home), None)
    return found or add(world, PROJECTS, name=name, description="", domain_id=home, parent_id=home)


def add_user(
    world: World,
    name: str,
    password: str,
    project: str,
    roles: Sequence[str],
    domain: str = DEFAULT_DOMAIN_NAME,
    project_domain: str = "",
) -> Resource:
    """A user with roles on a project, which is of the same domain where no other one is named."""
    home, of = add_project(world, project, project_domain or domain), add_domain(world, domain)
    found = next(world.where(USERS, name=name, domain_id=of), None)
    user = found or add(world, USERS, name=name, domain_id=of, default_project_id=home.id)
    user.private["password"] = password
    for role in roles:
        had = next(world.where(ROLES, name=role), None) or add(world, ROLES, name=role)
        world.grants[Grant("users", user.id, "projects", home.id, had.id)] = None
        if role == "admin":
            world.grants[Grant("users", user.id, "system", "all", had.id)] = None
            world.grants[Grant("users", user.id, "domains", DEFAULT_DOMAIN, had.id)] = None
    return user
