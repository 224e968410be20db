"""Designate: what its administrators say: top-level domains, names that nobody may have, keys of transfers, quotas.

Source: designate's `objects/{tld,blacklist,tsigkey,quota}.py`, `api/v2/controllers/{quotas,limits}.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import stocked
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.lists import MOST
from cloudtape.synthesis.engine.patterns import PatternError, is_in
from cloudtape.synthesis.engine.quotas import limits_of
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.dns.kinds import (
    BLACKLISTS,
    POOLS,
    SERVICE,
    TLDS,
    TSIG_KEYS,
    ZONES,
    check_new,
    invalid,
)
from cloudtape.synthesis.services.dns.names import LONGEST, is_top_level
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

QUOTAS = "dns/quotas"
NO_LIMIT, MOST_OF_ALL = -1, 2**31 - 1


@HOOKS.on(TLDS, "CREATE", "UPDATE")
def _top_level(scene: Scene, one: Resource, _: Members) -> None:
    if not is_top_level(one.members["name"]):
        raise invalid(f"{one.members['name']} is not a TLD")
    one.set(name=one.members["name"].lower())
    check_new(scene.world.shelf(TLDS, scene.call.region), one, ("name",), "Tld")


@HOOKS.on(BLACKLISTS, "CREATE", "UPDATE")
def _blacklist(scene: Scene, one: Resource, _: Members) -> None:
    try:
        is_in(one.members["pattern"], "")
    except PatternError:
        raise invalid(f"{one.members['pattern']} is not a valid regular expression") from None
    check_new(scene.world.shelf(BLACKLISTS, scene.call.region), one, ("pattern",), "Blacklist")


@HOOKS.on(TSIG_KEYS, "CREATE", "UPDATE")
def _key(scene: Scene, one: Resource, _: Members) -> None:
    members = one.members
    id_ = members["resource_id"]
    if members["scope"] == "POOL":
        is_there = any(pool.id == id_ for pool in stocked(scene, POOLS))
    else:
        is_there = scene.find(ZONES, id_) is not None
    if not is_there:
        raise Refused(400, f"There is no {members['scope'].lower()} {id_}", "InvalidTsigkey")
    check_new(scene.world.shelf(TSIG_KEYS, scene.call.region), one, ("name",), "Tsigkey")


# --- quotas -------------------------------------------------------------------------------------------------------


@HOOKS.answer("dns.quotas.list")
def _own_quotas(scene: Scene) -> Answer:
    return Answer(200, limits_of(scene, SERVICE, scene.call.project))


@HOOKS.answer("dns.quotas.show")
def _quotas(scene: Scene) -> Answer:
    if scene.call.id != scene.call.project and not scene.call.token.is_admin:
        raise Refused(403, "Forbidden", "Forbidden")
    return Answer(200, limits_of(scene, SERVICE, scene.call.id))


@HOOKS.answer("dns.quotas.update")
def _set_quotas(scene: Scene) -> Answer:
    sent, known = scene.call.sent, limits_of(scene, SERVICE, scene.call.id)
    for name, value in sent.items():
        if name not in known:
            raise invalid(f"'{name}' is not a valid quota resource.")
        if isinstance(value, bool) or not isinstance(value, int) or not NO_LIMIT <= value <= MOST_OF_ALL:
            raise invalid(f"{name}: {value} is no limit")
    scene.world.documents.setdefault((scene.call.region, QUOTAS, scene.call.ids), {}).update(sent)
    return Answer(200, limits_of(scene, SERVICE, scene.call.id))


@HOOKS.answer("dns.limits.list")
def _all_limits(scene: Scene) -> Answer:
    limits = limits_of(scene, SERVICE, scene.call.project)
    counted = {
        f"max_{name}": limits[name] for name in ("zones", "zone_recordsets", "zone_records", "recordset_records")
    }
    lengths = {"max_zone_name_length": LONGEST, "max_recordset_name_length": LONGEST}
    return Answer(200, {**counted, **lengths, "min_ttl": None, "max_page_limit": MOST})
