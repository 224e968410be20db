"""Keystone: roles that are granted, listed and taken away. Source: identity API v3 of the reference."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import FALSE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.api import around, listed
from cloudtape.synthesis.services.identity.core import DOMAINS, PROJECTS, ROLES, above, brief, with_implied
from cloudtape.synthesis.worlds.shelves import Members
from cloudtape.synthesis.worlds.world import Grant

HOOKS = Hooks()


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


PLACES = [f"{target}.{actor}.roles" for target in ("projects", "domains", "system") for actor in ("users", "groups")]
PLACES += [
    f"inherit.{target}.{actor}.roles.inherited-to-projects"
    for target in ("projects", "domains")
    for actor in ("users", "groups")
]


@HOOKS.answer(*(f"identity.{place}.{'assign' if place.startswith('inherit') else 'grant'}" for place in PLACES))
def _grant(scene: Scene) -> Answer:
    grant = grant_in(scene.call.path)
    _known(scene, grant)
    scene.world.grants[grant] = None
    return Answer(204)


@HOOKS.answer(*(f"identity.{place}.check" for place in PLACES))
def _check_grant(scene: Scene) -> Answer:
    grant = grant_in(scene.call.path)
    _known(scene, grant)
    if grant not in scene.world.grants:
        raise Refused(404, f"Could not find role assignment with role: {grant.role}.")
    return Answer(204)


@HOOKS.answer(*(f"identity.{place}.revoke" for place in PLACES))
def _revoke_grant(scene: Scene) -> Answer:
    grant = grant_in(scene.call.path)
    _known(scene, grant)
    if scene.world.grants.pop(grant, 0) == 0:
        raise Refused(404, f"Could not find role assignment with role: {grant.role}.")
    return Answer(204)


@HOOKS.answer(*(f"identity.{place}.list" for place in PLACES))
def _granted(scene: Scene) -> Answer:
    asked = grant_in(scene.call.path)
    _known(scene, asked)
    roles = {g.role: None for g in scene.world.grants if _is_like(g, asked)}
    return listed(scene, "roles", filter(None, (scene.find(ROLES, role) for role in roles)))


def _is_like(grant: Grant, asked: Grant) -> bool:
    place = (asked.actors, asked.actor, asked.targets, asked.target, asked.inherited)
    return (grant.actors, grant.actor, grant.targets, grant.target, grant.inherited) == place


@HOOKS.answer("identity.role-assignments.list", "identity.role-assignments.inherit-extension.list")
def _assignments(scene: Scene) -> Answer:
    found = [grant for grant in _effective(scene) if _is_asked(scene, grant)]
    named = scene.call.asked("include_names") in ("1", "true", "True", "")
    items = [_assignment(scene, grant, named) for grant in found]
    return Answer(200, {"role_assignments": items, "links": around(scene)})


def _effective(scene: Scene) -> list[Grant]:
    """The grants, or where the query says `effective` what they come to for each user."""
    if scene.call.asked("effective") is None:
        return list(scene.world.grants)
    found: dict[Grant, None] = {}
    for grant in scene.world.grants:
        for user in _users(scene, grant):
            for targets, target in _places(scene, grant):
                for role in with_implied(scene.world, [grant.role]):
                    found[Grant("users", user, targets, target, role.id)] = None
    return list(found)


def _users(scene: Scene, grant: Grant) -> list[str]:
    return [grant.actor] if grant.actors == "users" else [u for g, u in scene.world.memberships if g == grant.actor]


def _places(scene: Scene, grant: Grant) -> list[tuple[str, str]]:
    """Where a grant gives a role: at its target or, where it is inherited, in the projects below."""
    if not grant.inherited:
        return [(grant.targets, grant.target)]
    place = (grant.targets, grant.target)
    return [
        ("projects", one.id) for one in scene.world.all(PROJECTS) if place in above(scene.world, "projects", one.id)
    ]


def _is_asked(scene: Scene, grant: Grant) -> bool:
    asked = scene.call.asked
    wanted = (
        (asked("user.id"), grant.actor, grant.actors == "users"),
        (asked("group.id"), grant.actor, grant.actors == "groups"),
        (asked("role.id"), grant.role, True),
        (asked("scope.domain.id"), grant.target, grant.targets == "domains"),
        (asked("scope.system") and "all", grant.target, grant.targets == "system"),
        (asked("scope.OS-INHERIT:inherited_to"), "projects", grant.inherited),
    )
    return _is_in_project(scene, grant) and all(not want or (fits and want == have) for want, have, fits in wanted)


def _is_in_project(scene: Scene, grant: Grant) -> bool:
    """Whether a grant is on the project that is asked for or, where that is asked, below it."""
    project = scene.call.asked("scope.project.id")
    if not project:
        return True
    below = (scene.call.asked("include_subtree") or "0").lower() not in FALSE
    return grant.targets == "projects" and (
        grant.target == project or (below and ("projects", project) in above(scene.world, "projects", grant.target))
    )


def _assignment(scene: Scene, grant: Grant, named: bool) -> Members:
    def one(kind: str, id_: str) -> Members:
        found = scene.find(kind, id_)
        if not named or found is None:
            return {"id": id_}
        domain = scene.find(DOMAINS, found.members.get("domain_id"))
        return {**brief(found), **({"domain": brief(domain)} if domain and kind not in (DOMAINS, ROLES) else {})}

    scope: Members = {"system": {"all": True}}
    if grant.targets != "system":
        scope = {grant.targets.rstrip("s"): one(f"identity/{grant.targets}", grant.target)}
    if grant.inherited:
        scope["OS-INHERIT:inherited_to"] = "projects"
    actor = {grant.actors.rstrip("s"): one(f"identity/{grant.actors}", grant.actor)}
    link = f"{scene.call.base}/{grant.targets}/{grant.target}/{grant.actors}/{grant.actor}/roles/{grant.role}"
    return {"role": one(ROLES, grant.role), **actor, "scope": scope, "links": {"assignment": link}}
