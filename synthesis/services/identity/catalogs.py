"""Keystone: the service catalog of a token, and the endpoints that projects were given.

Source: keystone's `catalog/core.py`.
"""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.worlds.shelves import Members
from cloudtape.synthesis.worlds.world import World

ENDPOINTS, ENDPOINT_GROUPS = "identity/endpoints", "identity/OS-EP-FILTER/endpoint_groups"
GIVEN = "identity/OS-EP-FILTER/given"
"""Of an endpoint or a group of them, the document that holds the ids of the projects that have it."""


def given_to(world: World, what: str) -> Members:
    """The projects that an endpoint or an endpoint group was given to, by their ids."""
    return world.documents.setdefault(("", GIVEN, (what,)), {})


def in_group(world: World, group: Members) -> list[Any]:
    """The endpoints that an endpoint group's filters let through."""
    return list(world.where(ENDPOINTS, **group["filters"]))


def chosen_endpoints(world: World, project: str) -> set[str]:
    """The ids of the endpoints that a project was given; none where it has them all."""
    if not project:
        return set()
    given = {key[2][0] for key, projects in world.documents.items() if key[1] == GIVEN and project in projects}
    groups = (group for group in world.all(ENDPOINT_GROUPS) if group.id in given)
    grouped = {one.id for group in groups for one in in_group(world, group.members)}
    return {one.id for one in world.all(ENDPOINTS) if one.id in given} | grouped


def catalog(scene: Scene, project: str) -> list[Members]:
    """The service catalog: each service with its endpoints, the project's id in their URLs."""
    chosen = chosen_endpoints(scene.world, project)
    endpoints: dict[str, list[Members]] = {}
    for one in scene.world.all("identity/endpoints"):
        members = one.members
        if members.get("enabled", True) and (not chosen or one.id in chosen):
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
