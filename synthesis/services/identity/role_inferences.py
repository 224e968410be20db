"""Keystone: roles that imply others. Source: keystone's `api/_shared/implied_roles.py` and `assignment/core.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.api import around
from cloudtape.synthesis.services.identity.core import IMPLIES, ROLES, brief
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


def _implied(scene: Scene, prior: Resource) -> Members:
    """The roles that one implies, by their ids."""
    return scene.world.documents.setdefault(("", IMPLIES, (prior.id,)), {})


def _named(scene: Scene, role: Resource) -> Members:
    return {**brief(role), "links": {"self": f"{scene.call.base}/roles/{role.id}"}}


def _whole(scene: Scene, prior: Resource) -> Members:
    found = (scene.find(ROLES, role) for role in _implied(scene, prior))
    return {"prior_role": _named(scene, prior), "implies": [_named(scene, one) for one in found if one]}


def _pair(scene: Scene, there: bool = True) -> tuple[Resource, Resource]:
    """The two roles of a path. Raises Refused where one does not imply the other, and should."""
    prior, implied = (scene.need(ROLES, id_) for id_ in scene.call.ids[:2])
    if there and implied.id not in _implied(scene, prior):
        raise Refused(404, f"{prior.id} does not imply {implied.id}.")
    return prior, implied


def _rule(scene: Scene, prior: Resource, implied: Resource) -> Members:
    rule = {"prior_role": _named(scene, prior), "implies": _named(scene, implied)}
    return {"role_inference": rule, "links": {"self": scene.call.request.uri}}


@HOOKS.answer("identity.roles.implies.create")
def _create(scene: Scene) -> Answer:
    prior, implied = _pair(scene, there=False)
    if implied.members["name"] == "admin" or (implied.members.get("domain_id") and not prior.members.get("domain_id")):
        raise Refused(403, f"{implied.id} cannot be an implied roles.")
    if implied.id in _implied(scene, prior):
        raise Refused(409, f"{prior.id} already implies {implied.id}.")
    _implied(scene, prior)[implied.id] = None
    return Answer(201, _rule(scene, prior, implied))


@HOOKS.answer("identity.roles.implies.show")
def _show(scene: Scene) -> Answer:
    return Answer(200, _rule(scene, *_pair(scene)))


@HOOKS.answer("identity.roles.implies.check")
def _check(scene: Scene) -> Answer:
    _pair(scene)
    return Answer(204)


@HOOKS.answer("identity.roles.implies.delete")
def _delete(scene: Scene) -> Answer:
    prior, implied = _pair(scene)
    del _implied(scene, prior)[implied.id]
    return Answer(204)


@HOOKS.answer("identity.roles.implies.list")
def _list(scene: Scene) -> Answer:
    prior = scene.need(ROLES, scene.call.ids[0])
    return Answer(200, {"role_inference": _whole(scene, prior), "links": {"self": scene.call.request.uri}})


@HOOKS.answer("identity.role-inferences.list")
def _list_all(scene: Scene) -> Answer:
    priors = [one for one in scene.world.all(ROLES) if _implied(scene, one)]
    return Answer(200, {"role_inferences": [_whole(scene, one) for one in priors], "links": around(scene)})


@HOOKS.on(ROLES, "DELETE")
def _implies_no_more(scene: Scene, role: Resource, _: Members) -> None:
    scene.world.documents.pop(("", IMPLIES, (role.id,)), None)
    for key, implied in scene.world.documents.items():
        if key[1] == IMPLIES:
            implied.pop(role.id, None)
