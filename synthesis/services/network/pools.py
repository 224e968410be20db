"""Neutron: subnet pools and address scopes.

Source: neutron's `db_base_plugin_v2`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.addresses import IPNetwork, network_in
from cloudtape.synthesis.services.network.kinds import (
    POOLS,
    SUBNETS,
    in_use,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

SCOPES = "network/address-scopes"


@HOOKS.on(POOLS, "CREATE")
def _pool(_: Scene, pool: Resource, sent: Members) -> None:
    prefixes = [network_in(one) for one in sent["prefixes"]] if isinstance(sent["prefixes"], list) else []
    if not prefixes:
        raise Refused(400, "Invalid input for prefixes.", "HTTPBadRequest")
    version, most = prefixes[0].version, prefixes[0].max_prefixlen
    members = pool.members
    members.update(ip_version=version, prefixes=[str(one) for one in prefixes])
    for name, value in (("min_prefixlen", 8), ("max_prefixlen", most), ("default_prefixlen", 24 if most == 32 else 64)):
        members[name] = str(sent.get(name) or value)


@HOOKS.on(POOLS, "CREATE", "UPDATE")
def _scope_of_pool(scene: Scene, pool: Resource, sent: Members) -> None:
    """Its address scope is one that is seen, of the same IP version."""
    if not sent.get("address_scope_id"):
        return
    scope = item(scene, SCOPES, str(sent["address_scope_id"]))
    if scope.members.get("ip_version") != pool.members["ip_version"]:
        why = f"Illegal subnetpool association: subnetpool {pool.id} and address scope {scope.id} differ in IP version."
        raise Refused(400, why, "IllegalSubnetPoolIpVersionAssociationToAddressScope")


@HOOKS.on(POOLS, "CREATE", "UPDATE")
def _prefixes_only_grow(_: Scene, pool: Resource, sent: Members) -> None:
    had = pool.private.get("prefixes", [])
    has = [network_in(one) for one in pool.members["prefixes"]]
    if "prefixes" in sent and not all(any(_lies_in(network_in(one), other) for other in has) for one in had):
        why = f"Illegal subnetpool prefix update: {pool.id} would lose prefixes."
        raise Refused(400, why, "IllegalSubnetPoolPrefixUpdate")
    pool.private["prefixes"] = list(pool.members["prefixes"])


def _lies_in(inner: IPNetwork, outer: IPNetwork) -> bool:
    first, last = (int(end) for end in (inner.network_address, inner.broadcast_address))
    return inner.version == outer.version and int(outer.network_address) <= first <= last <= int(
        outer.broadcast_address
    )


@HOOKS.on(SCOPES, "DELETE")
def _scope_is_unused(scene: Scene, scope: Resource, _: Members) -> None:
    if any(scene.where(POOLS, address_scope_id=scope.id)):
        raise in_use("address scope", scope.id, "One or more subnet pools are associated with it.")


@HOOKS.on(POOLS, "DELETE")
def _pool_goes(scene: Scene, pool: Resource, _: Members) -> None:
    if any(scene.where(SUBNETS, subnetpool_id=pool.id)):
        raise Refused(
            409, "Unable to delete subnet pool: Subnets from this pool are still in use.", "SubnetPoolDeleteError"
        )
