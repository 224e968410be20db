"""Fills the live cloud through its own APIs, and waits until its workers have reported. Runs in the clients' environment.

    clients/bin/python seed.py settings.json accounts|resources|wait

Everything may be asked for again: what is there already is left as it is.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import openstack
from openstack.connection import Connection

if TYPE_CHECKING:
    from openstack.identity.v3._proxy import Proxy as Identity

Facts = dict[str, Any]

SERVICE_USERS = ("glance", "nova", "placement", "neutron", "cinder", "swift", "heat")
ROLES = (
    "service",
    "member",
    "reader",
    "swiftoperator",
    "ResellerAdmin",
    "heat_stack_user",
    "heat_stack_owner",
    "creator",
)
# name, type, port, path. Both volume types: older clients know only the second.
ENDPOINTS = (
    ("glance", "image", "glance", ""),
    ("nova", "compute", "nova", "/v2.1"),
    ("placement", "placement", "placement", ""),
    ("neutron", "network", "neutron", ""),
    ("cinder", "block-storage", "cinder", "/v3/%(project_id)s"),
    ("cinderv3", "volumev3", "cinder", "/v3/%(project_id)s"),
    ("swift", "object-store", "swift", "/v1/AUTH_%(project_id)s"),
    ("heat", "orchestration", "heat", "/v1/%(project_id)s"),
)
# name, MiB of memory, GiB of disk, id
FLAVORS = (("m1.nano", 64, 1, "1"), ("m1.micro", 128, 1, "2"), ("m1.tiny", 512, 1, "42"))
IMAGE_SIZE = 1024 * 1024
IMAGE_DATA = 64 * 1024
NOVA_WORKERS = {"nova-compute", "nova-conductor", "nova-scheduler"}
CINDER_WORKERS = {"cinder-volume", "cinder-scheduler"}
LONGEST_WAIT = 180.0


class Accounts:
    """Roles, projects, users and the service catalog."""

    def __init__(self, facts: Facts, cloud: Connection) -> None:
        self._facts, self._identity = facts, cast("Identity", cloud.identity)

    def create(self) -> None:
        roles = {name: self._role(name) for name in ("admin", *ROLES)}
        projects = {name: self._project(name) for name in ("admin", "service", "demo", "scenarios")}
        for name in SERVICE_USERS:
            self._grant(projects["service"], self._user(name), roles["admin"], roles["service"])
        self._grant(projects["demo"], self._user("demo"), roles["member"], roles["reader"])
        admin = self._identity.find_user("admin")
        self._grant(projects["demo"], admin, roles["admin"])
        self._grant(projects["admin"], admin, roles["ResellerAdmin"])
        self._grant(projects["scenarios"], admin, roles["admin"])
        self._heat_domain(roles["admin"])
        self._endpoints()
        self._public_endpoints_only(projects["scenarios"])

    def _role(self, name: str) -> Any:
        return self._identity.find_role(name) or self._identity.create_role(name=name)

    def _project(self, name: str) -> Any:
        return self._identity.find_project(name) or self._identity.create_project(name=name, domain_id="default")

    def _user(self, name: str, domain: str = "default") -> Any:
        known = self._identity.find_user(name, domain_id=domain)
        return known or self._identity.create_user(name=name, password=self._facts["password"], domain_id=domain)

    def _grant(self, project: Any, user: Any, *roles: Any) -> None:
        for role in roles:
            self._identity.assign_project_role_to_user(project, user, role)

    def _heat_domain(self, admin_role: Any) -> None:
        """Heat keeps the users that it makes for stacks in a domain of their own."""
        domain = self._identity.find_domain("heat") or self._identity.create_domain(name="heat")
        user = self._user("heat_domain_admin", domain.id)
        self._identity.assign_domain_role_to_user(domain, user, admin_role)

    def _endpoints(self) -> None:
        known = {service.type for service in self._identity.services()}
        for name, kind, port, path in ENDPOINTS:
            if kind in known:
                continue
            service = self._identity.create_service(name=name, type=kind)
            url = f"http://{self._facts['host']}:{self._facts['ports'][port]}{path}"
            for interface in ("public", "internal", "admin"):
                self._identity.create_endpoint(
                    service_id=service.id, interface=interface, url=url, region_id=self._facts["region"]
                )

    def _public_endpoints_only(self, project: Any) -> None:
        """A service catalog of a third of the size, in every token that a recording holds."""
        groups = self._identity.get("/OS-EP-FILTER/endpoint_groups").json()["endpoint_groups"]
        if any(group["name"] == "public" for group in groups):
            return
        asked = {"endpoint_group": {"name": "public", "filters": {"interface": "public"}}}
        group = self._identity.post("/OS-EP-FILTER/endpoint_groups", json=asked).json()["endpoint_group"]
        self._identity.put(f"/OS-EP-FILTER/endpoint_groups/{group['id']}/projects/{project.id}")


def accounts(facts: Facts, admin: Connection) -> None:
    Accounts(facts, admin).create()


def resources(facts: Facts, admin: Connection) -> None:
    """What users find in every cloud: flavors, a tiny image, a public network, and a private one for demo."""
    for name, memory, disk, flavor_id in FLAVORS:
        if not admin.compute.find_flavor(name):
            # `id`: the name flavor_id is ignored without a word
            admin.compute.create_flavor(name=name, ram=memory, vcpus=1, disk=disk, id=flavor_id, is_public=True)
    if not admin.image.find_image("tiny"):
        bytes_ = random.Random(1).randbytes(IMAGE_DATA).ljust(IMAGE_SIZE, b"\0")
        admin.create_image(
            "tiny", data=bytes_, disk_format="raw", container_format="bare", visibility="public", wait=True
        )
    public = admin.network.find_network("public") or public_network(admin)
    demo = openstack.connect(cloud="live-demo")
    if not demo.network.find_network("private"):
        private_network(demo, public)


def public_network(admin: Connection) -> Any:
    network = admin.network.create_network(
        name="public",
        is_router_external=True,
        is_default=True,
        provider_network_type="flat",
        provider_physical_network="public",
    )
    admin.network.create_subnet(
        network_id=network.id, name="public-subnet", ip_version=4, cidr="203.0.113.0/24", is_dhcp_enabled=False
    )
    # Topologies that are allocated by themselves take their subnets from here.
    admin.network.create_subnet_pool(
        name="default-pool", prefixes=["10.64.0.0/12"], default_prefix_length=26, is_shared=True, is_default=True
    )
    return network


def private_network(demo: Connection, public: Any) -> None:
    network = demo.network.create_network(name="private")
    subnet = demo.network.create_subnet(network_id=network.id, name="private-subnet", ip_version=4, cidr="10.10.0.0/24")
    router = demo.network.create_router(name="router1", external_gateway_info={"network_id": public.id})
    demo.network.add_interface_to_router(router, subnet.id)


def wait(facts: Facts, admin: Connection) -> None:
    """Until every worker has reported since the boot: an API answers long before what stands behind it."""
    booted = (Path(facts["home"]) / "run" / "booted").stat().st_mtime
    end, shown = time.monotonic() + LONGEST_WAIT, None
    while missing := still_missing(admin, booted):
        if time.monotonic() > end:
            sys.exit(f"not up after {LONGEST_WAIT:.0f} s: {', '.join(sorted(missing))}")
        if missing != shown:
            print(f"waiting for {', '.join(sorted(missing))}", flush=True)
        shown = missing
        time.sleep(0.5)


def still_missing(admin: Connection, booted: float) -> set[str]:
    try:
        missing = NOVA_WORKERS - reported(admin.compute.services(), booted)
        missing |= CINDER_WORKERS - reported(admin.block_storage.services(), booted)
        missing |= set() if list(admin.compute.hypervisors()) else {"a hypervisor"}
        # Without a pool the scheduler answers "No weighed backends available".
        missing |= set() if list(admin.block_storage.backend_pools()) else {"a volume pool"}
        engines = admin.orchestration.get("/services").json()["services"]
    except (openstack.exceptions.SDKException, KeyError) as error:
        return {f"an answer ({str(error)[:100]})"}
    return missing | (set() if any(engine["status"] == "up" for engine in engines) else {"heat-engine"})


def reported(services: Iterable[Any], booted: float) -> set[str]:
    """Those seen after the boot: just after a restart, the last run's still read `up`."""
    return {service.binary for service in services if service.state == "up" and seen(service.updated_at) >= int(booted)}


def seen(stamp: str | None) -> float:
    if not stamp:
        return 0.0
    return datetime.fromisoformat(stamp[:19]).replace(tzinfo=UTC).timestamp()


def main() -> None:
    facts = json.loads(Path(sys.argv[1]).read_text())
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(Path(facts["home"]) / "clouds.yaml")
    parts = {"accounts": accounts, "resources": resources, "wait": wait}
    parts[sys.argv[2]](facts, openstack.connect(cloud="live-admin"))


if __name__ == "__main__":
    main()
