"""Cinder: types of volumes, who may use them, their quality of service and their encryption.

Sources: cinder's `api/v3/types.py`, `api/contrib/types_manage.py`, `volume_type_access.py`, `qos_specs_manage.py`,
`volume_type_encryption.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.kinds import DEFAULT_TYPE, ENCRYPTION, QOS, TYPES, VOLUMES, default_type
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


@HOOKS.on(TYPES, "LISTED")
def _have_default(scene: Scene, _: Resource, __: Members) -> None:
    default_type(scene)


@HOOKS.answer("block-storage.types.default.show")
def _show_default(scene: Scene) -> Answer:
    members = default_type(scene).members
    return Answer(200, {"volume_type": {name: value for name, value in members.items() if name[0] != "_"}})


@HOOKS.on(TYPES, "DELETE")
def _type_goes(scene: Scene, one: Resource, _: Members) -> None:
    if one.members["name"] == DEFAULT_TYPE:
        raise Refused(400, f"The volume type {one.id} is a default volume type and cannot be deleted.")
    if any(scene.where(VOLUMES, volume_type_id=one.id)):
        raise Refused(400, "Target volume type is still in use.")


@HOOKS.on(TYPES, "CREATE", "UPDATE")
def _type(_: Scene, one: Resource, sent: Members) -> None:
    said = sent.get("os-volume-type-access:is_public", sent.get("is_public"))
    if said is not None:
        one.set(is_public=bool(said), **{"os-volume-type-access:is_public": bool(said)})
    if one.members.get("extra_specs") is None:
        one.set(extra_specs={})


@HOOKS.on(TYPES, "addProjectAccess", "removeProjectAccess")
def _access(scene: Scene, one: Resource, sent: Members) -> None:
    if one.members["is_public"]:
        why = "Type access modification is not applicable to public volume type."
        raise Refused(400, f"Invalid volume type: {why}")
    held, project = list(one.members.get("_shared_with", ())), sent.get("project")
    adds = scene.call.plan.operation.action == "addProjectAccess"
    if adds and project in held:
        raise Refused(409, f"Volume type access for {one.id} / {project} combination already exists.")
    if not adds and project not in held:
        raise Refused(404, f"Volume type access not found for {one.id} / {project} combination.")
    one.set(_shared_with=[*held, project] if adds else [other for other in held if other != project])


@HOOKS.answer("block-storage.types.os-volume-type-access.show")
def _who(scene: Scene) -> Answer:
    one = scene.need(TYPES, scene.call.ids[0])
    if one.members["is_public"]:
        raise Refused(404, "Access list not available for public volume types.")
    shared = one.members.get("_shared_with", ())
    return Answer(
        200, {"volume_type_access": [{"volume_type_id": one.id, "project_id": project} for project in shared]}
    )


@HOOKS.on(QOS, "CREATE")
def _qos(_: Scene, one: Resource, sent: Members) -> None:
    specs = {name: value for name, value in sent.items() if name not in ("name", "consumer")}
    for name in specs:
        one.members.pop(name, None)
    one.set(specs=specs, consumer=sent.get("consumer") or "back-end")


@HOOKS.answer("block-storage.qos-specs.set")
def _set_qos(scene: Scene) -> Answer:
    one = scene.need(QOS, scene.call.id)
    sent = scene.call.sent
    if "consumer" in sent:
        one.set(consumer=sent.pop("consumer"))
    one.set(specs={**one.members["specs"], **sent})
    return Answer(200, {"qos_specs": scene.call.sent})


@HOOKS.answer("block-storage.qos-specs.delete-keys")
def _unset_qos(scene: Scene) -> Answer:
    one = scene.need(QOS, scene.call.ids[0])
    keys = scene.call.body.get("keys") if isinstance(scene.call.body, dict) else []
    if not isinstance(keys, list):
        raise Refused(400, f"Invalid input for field/attribute keys. Value: {keys}. {keys!r} is not of type 'array'")
    specs = dict(one.members["specs"])
    for key in keys:
        if key not in specs:
            one.set(specs=specs)  # cinder keeps what it has done until then
            raise Refused(404, f"QoS spec {one.id} has no spec with key {key}.")
        del specs[key]
    one.set(specs=specs)
    return Answer(202)


@HOOKS.on(QOS, "DELETE")
def _qos_goes(scene: Scene, one: Resource, _: Members) -> None:
    """One that types have goes with force alone, and leaves them without."""
    of_types = list(scene.where(TYPES, qos_specs_id=one.id))
    if of_types and (scene.call.asked("force") or "").lower() not in TRUE:
        raise Refused(400, "Qos specs still in use.")
    for kind in of_types:
        kind.set(qos_specs_id=None)


@HOOKS.answer(
    "block-storage.qos-specs.associate.associate",
    "block-storage.qos-specs.disassociate.disassociate",
    "block-storage.qos-specs.disassociate-all.disassociate",
)
def _associate(scene: Scene) -> Answer:
    qos, how = scene.need(QOS, scene.call.ids[0]), scene.call.path[-1]
    if how == "associate":
        kind = scene.need(TYPES, scene.call.asked("vol_type_id"))
        if kind.members["qos_specs_id"] not in (None, qos.id):
            other = kind.members["qos_specs_id"]
            why = f"Type {kind.id} is already associated with another qos specs: {other}"
            raise Refused(400, f"Invalid volume type: {why}")
    for one in scene.where(TYPES):
        if how == "disassociate_all" and one.members["qos_specs_id"] == qos.id:
            one.set(qos_specs_id=None)
        elif one.id == scene.call.asked("vol_type_id"):
            one.set(qos_specs_id=qos.id if how == "associate" else None)
    return Answer(202)


@HOOKS.answer("block-storage.qos-specs.associations.show")
def _associations(scene: Scene) -> Answer:
    qos = scene.need(QOS, scene.call.ids[0])
    found = scene.where(TYPES, qos_specs_id=qos.id)
    entries = [{"association_type": "volume_type", "name": one.members["name"], "id": one.id} for one in found]
    return Answer(200, {"qos_associations": entries})


def _check_unused(scene: Scene, how: str) -> None:
    """Raises Refused where volumes have the type: their encryption stays as it is."""
    if any(scene.where(VOLUMES, volume_type_id=scene.call.ids[0])):
        raise Refused(400, f"Cannot {how} encryption specs. Volume type in use.")


@HOOKS.on(ENCRYPTION, "CREATE")
def _encrypt(scene: Scene, one: Resource, _: Members) -> None:
    _check_unused(scene, "create")
    if len(scene.world.shelf(ENCRYPTION, scene.call.region, one.parents)) > 1:
        raise Refused(400, f"Volume type encryption for type {one.parents[0]} already exists.")
    one.set(volume_type_id=one.parents[0])


def _encryption_of(scene: Scene) -> Resource | None:
    """That of a type. Its id in a path says nothing: cinder's own client writes `provider` there."""
    shelf = scene.world.shelf(ENCRYPTION, scene.call.region, (scene.need(TYPES, scene.call.ids[0]).id,))
    return next(iter(shelf), None)


@HOOKS.answer("block-storage.types.encryption.show")
def _encryption(scene: Scene) -> Answer:
    """In no wrapper."""
    one = _encryption_of(scene)
    return Answer(200, dict(one.members) if one else {}, whole=True)


@HOOKS.answer("block-storage.types.encryption.update", "block-storage.types.encryption.delete")
def _change_encryption(scene: Scene) -> Answer:
    one, is_delete = _encryption_of(scene), scene.call.request.method == "DELETE"
    _check_unused(scene, "delete" if is_delete else "update")
    if one is None:
        raise Refused(404, f"Volume type encryption for type {scene.call.ids[0]} does not exist.")
    if is_delete:
        scene.remove(one)
        return Answer(202)
    sent = {name: value for name, value in scene.call.sent.items() if name in one.members}
    one.set(**sent)
    return Answer(200, {"encryption": sent}, whole=True)
