"""openstacksdk's own calls for load balancers, against the demo cloud over a real socket."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from keystoneauth1.identity.v3 import Password
from keystoneauth1.session import Session
from openstack.connection import Connection
from openstack.exceptions import ConflictException, NotFoundException

from cloudtape.background import BackgroundProxy

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own


@pytest.fixture(scope="module")
def cloud(demo: BackgroundProxy) -> Iterator[Connection]:
    login = Password(
        demo.auth_url,
        username="admin",
        password="secret",
        project_name="admin",
        user_domain_name="Default",
        project_domain_name="Default",
    )
    one = Connection(session=Session(login), region_name="RegionOne")
    yield one
    one.close()


@pytest.fixture
def balancers(cloud: Connection) -> Any:
    return cloud.load_balancer


@pytest.fixture
def balancer(cloud: Connection, balancers: Any) -> Iterator[Any]:
    network = cloud.network.find_network("public")
    assert network is not None
    made = balancers.create_load_balancer(name="sdk", vip_network_id=network.id, tags=["a"])
    yield balancers.wait_for_load_balancer(made.id, interval=0.01)
    with contextlib.suppress(NotFoundException):
        balancers.delete_load_balancer(made.id, cascade=True)


def test_the_client_asks_in_the_version_that_it_takes_octavia_to_be_in(balancers: Any) -> None:
    assert str(balancers.get_endpoint()).endswith("/load-balancer/v2.0")


def test_load_balancers(balancers: Any, balancer: Any) -> None:
    assert (balancer.provisioning_status, balancer.operating_status, balancer.tags) == ("ACTIVE", "ONLINE", ["a"])
    balancers.update_load_balancer(balancer, name="other", is_admin_state_up=False)
    shown = balancers.get_load_balancer(balancer.id)
    assert (shown.name, shown.operating_status) == ("other", "OFFLINE")
    assert balancers.find_load_balancer("other").id == balancer.id
    assert balancer.id in [one.id for one in balancers.load_balancers(vip_address=shown.vip_address)]
    assert balancers.get_load_balancer_statistics(balancer.id).total_connections == 0
    balancers.failover_load_balancer(balancer.id)
    balancers.delete_load_balancer(balancer.id)
    with pytest.raises(NotFoundException):
        balancers.get_load_balancer(balancer.id)


def test_what_stands_under_a_load_balancer(balancers: Any, balancer: Any) -> None:
    listener = balancers.create_listener(load_balancer_id=balancer.id, name="l", protocol="HTTP", protocol_port=80)
    pool = balancers.create_pool(listener_id=listener.id, name="p", protocol="HTTP", lb_algorithm="ROUND_ROBIN")
    member = balancers.create_member(pool, address="10.0.0.9", protocol_port=8080, weight=2)
    monitor = balancers.create_health_monitor(pool_id=pool.id, type="HTTP", delay=5, timeout=2, max_retries=3)
    policy = balancers.create_l7_policy(listener_id=listener.id, name="n", action="REJECT")
    rule = balancers.create_l7_rule(policy, type="PATH", compare_type="STARTS_WITH", value="/a")

    assert balancers.get_listener(listener).default_pool_id == pool.id
    assert balancers.get_pool(pool).health_monitor_id == monitor.id
    assert [one.id for one in balancers.listeners()] == [listener.id]
    assert [one.id for one in balancers.pools(name="p")] == [pool.id]
    assert [one.id for one in balancers.members(pool)] == [member.id]
    assert [one.id for one in balancers.health_monitors()] == [monitor.id]
    assert [one.id for one in balancers.l7_policies()] == [policy.id]
    assert [one.id for one in balancers.l7_rules(policy)] == [rule.id]
    assert balancers.get_member(member, pool).operating_status == "ONLINE"
    assert balancers.get_listener_statistics(listener.id).bytes_in == 0

    assert balancers.update_listener(listener, connection_limit=7).connection_limit == 7
    assert balancers.update_pool(pool, lb_algorithm="SOURCE_IP").lb_algorithm == "SOURCE_IP"
    assert balancers.update_member(member, pool, weight=9).weight == 9
    assert balancers.update_health_monitor(monitor, max_retries=4).max_retries == 4
    assert balancers.update_l7_policy(policy, description="d").description == "d"
    assert balancers.update_l7_rule(rule, policy, rule_value="/b").rule_value == "/b"
    with pytest.raises(ConflictException, match="already using"):
        balancers.create_listener(load_balancer_id=balancer.id, protocol="TCP", protocol_port=80)

    balancers.delete_l7_rule(rule, policy)
    balancers.delete_l7_policy(policy)
    balancers.delete_health_monitor(monitor)
    balancers.delete_member(member, pool)
    balancers.delete_pool(pool)
    balancers.delete_listener(listener)
    assert balancers.get_load_balancer(balancer.id).listeners == []


def test_quotas(cloud: Connection, balancers: Any) -> None:
    project = str(cloud.current_project_id)
    assert balancers.get_quota_default().load_balancers == -1
    assert balancers.update_quota(project, load_balancers=9).load_balancers == 9
    assert balancers.get_quota(project).load_balancers == 9
    assert [one.load_balancers for one in balancers.quotas()] == [9]
    balancers.delete_quota(project)
    assert balancers.get_quota(project).load_balancers == -1


def test_what_the_operator_offers(balancers: Any, balancer: Any) -> None:
    assert [one.name for one in balancers.providers()] == ["amphora", "octavia"]
    assert "compute_flavor" in [one.name for one in balancers.provider_flavor_capabilities("amphora")]
    profile = balancers.create_flavor_profile(name="fp", provider_name="amphora", flavor_data="{}")
    flavor = balancers.create_flavor(name="f", flavor_profile_id=profile.id)
    assert balancers.find_flavor("f").id == flavor.id
    assert balancers.update_flavor(flavor, description="d").description == "d"
    zones = balancers.create_availability_zone_profile(name="zp", provider_name="amphora", availability_zone_data="{}")
    balancers.create_availability_zone(name="z", availability_zone_profile_id=zones.id)
    assert [one.name for one in balancers.availability_zones()] == ["z"]
    for delete, one in (
        (balancers.delete_availability_zone, "z"),
        (balancers.delete_availability_zone_profile, zones),
        (balancers.delete_flavor, flavor),
        (balancers.delete_flavor_profile, profile),
    ):
        delete(one)
    (amphora,) = balancers.amphorae(loadbalancer_id=balancer.id)
    assert balancers.get_amphora(amphora.id).status == "ALLOCATED"
    balancers.configure_amphora(amphora.id)
    balancers.failover_amphora(amphora.id)
    with pytest.raises(NotFoundException):
        balancers.get_amphora(amphora.id)
