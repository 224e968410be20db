"""What octavia's own types (WSME) read of its answers: no member that they do not know, and none that they lack."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from typing import Any

from tests.outside.expected import Expected

STATISTICS = "StatisticsRootResponse"
# By path behind the version: the module of the types, and those of one and of a list (empty: there is no such call).
ROWS = {
    "lbaas/loadbalancers": ("load_balancer", "LoadBalancerRootResponse", "LoadBalancersRootResponse"),
    "lbaas/listeners": ("listener", "ListenerRootResponse", "ListenersRootResponse"),
    "lbaas/pools": ("pool", "PoolRootResponse", "PoolsRootResponse"),
    "lbaas/pools/{id}/members": ("member", "MemberRootResponse", "MembersRootResponse"),
    "lbaas/healthmonitors": ("health_monitor", "HealthMonitorRootResponse", "HealthMonitorsRootResponse"),
    "lbaas/l7policies": ("l7policy", "L7PolicyRootResponse", "L7PoliciesRootResponse"),
    "lbaas/l7policies/{id}/rules": ("l7rule", "L7RuleRootResponse", "L7RulesRootResponse"),
    "lbaas/flavors": ("flavors", "FlavorRootResponse", "FlavorsRootResponse"),
    "lbaas/flavorprofiles": ("flavor_profile", "FlavorProfileRootResponse", "FlavorProfilesRootResponse"),
    "lbaas/availabilityzones": (
        "availability_zones",
        "AvailabilityZoneRootResponse",
        "AvailabilityZonesRootResponse",
    ),
    "lbaas/availabilityzoneprofiles": (
        "availability_zone_profile",
        "AvailabilityZoneProfileRootResponse",
        "AvailabilityZoneProfilesRootResponse",
    ),
    "lbaas/quotas": ("quotas", "QuotaRootResponse", "QuotasRootResponse"),
    "lbaas/providers": ("provider", "", "ProvidersRootResponse"),
    "lbaas/providers/{id}/flavor_capabilities": ("provider", "", "FlavorCapabilitiesResponse"),
    "lbaas/providers/{id}/availability_zone_capabilities": ("provider", "", "AvailabilityZoneCapabilitiesResponse"),
    "octavia/amphorae": ("amphora", "AmphoraRootResponse", "AmphoraeRootResponse"),
}
# Calls of their own: method, path, module, type.
OTHERS = [
    ("POST", "lbaas/loadbalancers", "load_balancer", "LoadBalancerFullRootResponse"),
    ("GET", "lbaas/loadbalancers/{id}/status", "load_balancer", "StatusRootResponse"),
    ("GET", "lbaas/loadbalancers/{id}/stats", "load_balancer", STATISTICS),
    ("GET", "lbaas/listeners/{id}/stats", "listener", STATISTICS),
    ("GET", "lbaas/quotas/defaults", "quotas", "QuotaRootResponse"),
    ("GET", "octavia/amphorae/{id}/stats", "amphora", STATISTICS),
]
# What octavia itself leaves out: of a pool that nobody watches, and of what is shown within something else.
SOMETIMES = {"healthmonitor_id", "health_monitor", "healthmonitor", "loadbalancers", "pools"}


def octavia() -> Iterator[Expected]:
    for method, path, module, name in OTHERS:
        yield _expected(method, path, module, name)
    for path, (module, one, many) in ROWS.items():
        yield _expected("GET", path, module, many)
        for method, place in (("GET", f"{path}/{{id}}"), ("PUT", f"{path}/{{id}}"), ("POST", path)) if one else ():
            yield _expected(method, place, module, one)


def _expected(method: str, path: str, module: str, name: str) -> Expected:
    kind = getattr(importlib.import_module(f"octavia.api.v2.types.{module}"), name)
    return Expected("load-balancer", "v2.0", method, path, functools.partial(_complaints, kind))


def _complaints(kind: Any, body: Any) -> Iterator[str]:
    read = importlib.import_module("wsme.rest.json").fromjson
    faults = importlib.import_module("wsme.exc")
    try:
        found = read(kind, body)
    except (faults.ClientSideError, ValueError) as error:
        yield str(error)
        return
    yield from _lacking(found, "$")


def _lacking(value: Any, place: str) -> Iterator[str]:
    types = importlib.import_module("wsme.types")
    if isinstance(value, list):
        for one in value:
            yield from _lacking(one, f"{place}[]")
    elif isinstance(value, types.Base):
        for attribute in value._wsme_attributes:
            inside = getattr(value, attribute.name)
            if inside is not types.Unset:
                yield from _lacking(inside, f"{place}.{attribute.name}")
            elif attribute.name not in SOMETIMES:
                yield f"{place}.{attribute.name} is not told"
