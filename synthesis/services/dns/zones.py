"""Designate: zones, where they may lie among each other, and what becomes of them.

Source: designate's `central/service.py` (`create_zone` and what it calls, `delete_zone`, `xfr_zone`, `pool_move_zone`)
and `objects/zone.py`.
"""

from __future__ import annotations

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import stocked
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.patterns import is_in
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.services import DOMAIN
from cloudtape.synthesis.engine.showing import shown
from cloudtape.synthesis.engine.verbs import delete
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.dns.kinds import (
    BLACKLISTS,
    POOLS,
    SHARES,
    TLDS,
    ZONES,
    asks_for,
    bad_request,
    check_alive,
    check_owner,
    invalid,
    own_zone,
    zone_of,
)
from cloudtape.synthesis.services.dns.names import below, check_domain, is_domain, is_email
from cloudtape.synthesis.services.dns.serials import (
    first_serial,
    furnish,
    grow,
    nameservers,
    next_version,
    touch,
    zones,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

MANAGED_EMAIL = f"hostmaster@{DOMAIN}"
DEFAULT_POOL = "794ccc2c-d751-44fe-b57f-8894c9f5c842"
"""Designate's `default_pool_id`."""
PORTS = range(65536)


@HOOKS.on(ZONES, "CREATE")
def _made(scene: Scene, zone: Resource, sent: Members) -> None:
    check_domain(zone.members["name"])
    _check_form(zone, sent)
    _check_name(scene, zone)
    establish(scene, zone, sent.get("pool_id"))


def establish(scene: Scene, zone: Resource, pool: str | None = None) -> None:
    """Have a zone lie where it may, in a pool, with all that each zone has. Raises Refused."""
    _check_place(scene, zone)
    members = zone.members
    members["pool_id"] = _pool(scene, pool)
    members["serial"] = first_serial(scene) if members["type"] == "PRIMARY" else 1
    if members["type"] == "SECONDARY":
        members["email"] = MANAGED_EMAIL
    furnish(scene, zone)


def _check_form(zone: Resource, sent: Members) -> None:
    """What a zone of its type must have, and must not."""
    members = zone.members
    if members["type"] == "PRIMARY":
        if members["masters"]:
            raise invalid("'masters' has more items than allowed")
        if not is_email(members["email"]):
            raise invalid(
                "'email' is a required property" if members["email"] is None else f"{members['email']} is not an email"
            )
        return
    for name in ("email", "ttl"):
        if sent.get(name) is not None:
            raise invalid(f"'{name}' can't be specified when type is SECONDARY")
    if not members["masters"]:
        raise invalid("'masters' is a required property")
    for master in members["masters"]:
        if not _is_master(master):
            raise invalid(f"{master} is no address or name of a host")


def _is_master(value: object) -> bool:
    """Whether it is a host, perhaps with a port; an IPv6 address with one stands in brackets."""
    host, _, port = str(value).rpartition(":") if str(value).count(":") == 1 or "]:" in str(value) else (value, "", "")
    if port and whole(port) not in PORTS:
        return False
    text = str(host).strip("[]")
    return bool(text) and (is_domain(text.rstrip(".") + ".") or ":" in text)


def _check_name(scene: Scene, zone: Resource) -> None:
    """What the administrators of the service say of names."""
    name = zone.members["name"]
    labels = name.rstrip(".").lower().split(".")
    if len(labels) < 2:
        raise _wrong_name("More than one label is required")
    known = {one.members["name"] for one in scene.world.shelf(TLDS, scene.call.region)}
    if known and not any(".".join(labels[at:]) in known for at in range(len(labels))):
        raise _wrong_name("Invalid TLD")
    if ".".join(labels) in known:
        raise _wrong_name("Zone name cannot be the same as a TLD")
    patterns = [one.members["pattern"] for one in scene.world.shelf(BLACKLISTS, scene.call.region)]
    if not scene.call.token.is_admin and any(is_in(pattern, name) for pattern in patterns):
        raise _wrong_name("Blacklisted zone name")


def _wrong_name(why: str) -> Refused:
    return Refused(400, why, "InvalidZoneName")


def _check_place(scene: Scene, zone: Resource) -> None:
    """No second zone of a name, and none above or below another project's."""
    name = zone.members["name"]
    for one in zones(scene):
        other = one.members["name"]
        if one is zone:
            continue
        if other.lower() == name.lower():
            raise Refused(409, "Duplicate Zone", "DuplicateZone")
        if one.project != zone.project and below(name, other):
            raise Refused(403, "Unable to create subzone in another tenants zone", "IllegalChild")
        if one.project != zone.project and below(other, name):
            why = "Unable to create zone because another tenant owns a subzone of the zone"
            raise Refused(403, why, "IllegalParent")


def _pool(scene: Scene, wanted: str | None) -> str:
    pools = {one.id for one in stocked(scene, POOLS)}
    if wanted is not None and wanted not in pools:
        raise Refused(404, "Could not find Pool", "NoValidPoolFound")
    return wanted or DEFAULT_POOL


@HOOKS.on(ZONES, "UPDATE")
def _changed(scene: Scene, zone: Resource, sent: Members) -> None:
    check_owner(scene, zone)
    check_alive(zone)
    _check_form(zone, sent)
    grow(scene, zone)
    zone.set(version=next_version(zone))


@HOOKS.on(ZONES, "DELETE")
def _goes(scene: Scene, zone: Resource, _: Members) -> None:
    check_owner(scene, zone)
    shares = scene.world.shelf(SHARES, scene.call.region, (zone.id,))
    if len(shares) and not asks_for(scene, "x-designate-delete-shares"):
        why = (
            "This zone is shared with other projects, please remove these shares before deletion or use the "
            "delete-shares modifier to override this warning."
        )
        raise Refused(400, why, "ZoneIsShared")
    if any(below(one.members["name"], zone.members["name"]) for one in zones(scene)):
        raise Refused(400, "Please delete any subzones before deleting this zone", "ZoneHasSubZone")


@HOOKS.answer("dns.zones.delete")
def _deleted(scene: Scene) -> Answer:
    zone = item(scene, ZONES, scene.call.id)
    delete(scene, zone)
    zone.set(status="PENDING", action="DELETE")
    return shown(scene, zone)


@HOOKS.answer("dns.zones.abandon")
def _abandoned(scene: Scene) -> Answer:
    zone = zone_of(scene)
    if not scene.call.token.is_admin:
        raise Refused(403, "Forbidden", "Forbidden")
    scene.follow(zone, "DELETE", {})
    scene.remove(zone)
    return Answer(scene.call.plan.status)


@HOOKS.answer("dns.zones.xfr")
def _transferred(scene: Scene) -> Answer:
    zone = own_zone(scene)
    if zone.members["type"] != "SECONDARY":
        raise bad_request("Can't XFR a non Secondary zone.")
    zone.set(transferred_at=scene.now())
    return Answer(scene.call.plan.status)


@HOOKS.answer("dns.zones.pool-move")
def _moved(scene: Scene) -> Answer:
    zone = zone_of(scene)
    if not scene.call.token.is_admin:
        raise Refused(403, "Forbidden", "Forbidden")
    check_alive(zone)
    wanted = scene.call.sent.get("pool_id")
    if wanted == zone.members["pool_id"]:
        raise bad_request("Target pool must be different for zone pool move")
    others = [one.id for one in stocked(scene, POOLS) if one.id != zone.members["pool_id"]]
    if not others:
        raise bad_request("Target pool does not exist" if wanted else "No valid pool selected")
    zone.set(pool_id=_pool(scene, wanted or others[0]))
    touch(scene, zone)
    return shown(scene, zone)


@HOOKS.answer("dns.zones.nameservers.list")
def _nameservers(scene: Scene) -> Answer:
    return Answer(200, {"nameservers": nameservers(scene, zone_of(scene))})
