"""Keystone: roles that imply others. Source: keystone's `api/roles.py`, `api/role_inferences.py`."""

from __future__ import annotations

from cloudtape.synthesis.calls import Answer
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.identity import ROLES
from cloudtape.synthesis.scene import Scene, answers
from cloudtape.synthesis.shelves import Members

RULES = "identity/implies"


def rules_of(scene: Scene, prior: str) -> Members:
    """The ids of the roles that a role implies by itself, as keys."""
    return scene.world.documents.setdefault(("", RULES, (prior,)), {})


def _brief(scene: Scene, role: str) -> Members:
    name = scene.need(ROLES, role).members["name"]
    return {"id": role, "name": name, "links": {"self": f"{scene.call.base}/roles/{role}"}}


def _implied(scene: Scene, prior: str) -> list[Members]:
    return [_brief(scene, one) for one in rules_of(scene, prior) if scene.find(ROLES, one)]


def _rule(scene: Scene) -> tuple[str, str]:
    prior, implied = scene.call.ids
    if implied not in rules_of(scene, scene.need(ROLES, prior).id):
        raise Refused(404, f"Could not find role_inference: {prior} implies {implied}.")
    return prior, implied


def _answer(scene: Scene, prior: str, implied: Members | list[Members], status: int = 200) -> Answer:
    rule = {"prior_role": _brief(scene, prior), "implies": implied}
    address = scene.call.request.uri.partition("?")[0]
    return Answer(status, {"role_inference": rule, "links": {"self": address}}, whole=True)


@answers("identity.roles.implies.create")
def _imply(scene: Scene) -> Answer:
    prior, implied = (scene.need(ROLES, one).id for one in scene.call.ids)
    rules_of(scene, prior)[implied] = None
    return _answer(scene, prior, _brief(scene, implied), 201)


@answers("identity.roles.implies.show")
def _show(scene: Scene) -> Answer:
    prior, implied = _rule(scene)
    return _answer(scene, prior, _brief(scene, implied))


@answers("identity.roles.implies.check")
def _check(scene: Scene) -> Answer:
    _rule(scene)
    return Answer(204)


@answers("identity.roles.implies.delete")
def _delete(scene: Scene) -> Answer:
    prior, implied = _rule(scene)
    del rules_of(scene, prior)[implied]
    return Answer(204)


@answers("identity.roles.implies.list")
def _list(scene: Scene) -> Answer:
    prior = scene.need(ROLES, scene.call.ids[0]).id
    return _answer(scene, prior, _implied(scene, prior))


@answers("identity.role-inferences.list")
def _list_all(scene: Scene) -> Answer:
    rules = {role.id: _implied(scene, role.id) for role in scene.world.all(ROLES)}
    found = [{"prior_role": _brief(scene, prior), "implies": implied} for prior, implied in rules.items() if implied]
    links = {"self": scene.call.request.uri.partition("?")[0], "next": None, "previous": None}
    return Answer(200, {"role_inferences": found, "links": links}, whole=True)
