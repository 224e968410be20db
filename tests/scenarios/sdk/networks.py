"""Networks, subnets, routers, ports, floating ips and security groups, with openstacksdk."""

from __future__ import annotations

import ipaddress
from typing import Any

from openstack.connection import Connection

from tests.scenarios.checks import fields, listed, same
from tests.scenarios.scenario import Run, Scenario
from tests.scenarios.sdk.client import into, member, names, refused

SCENARIOS: list[Scenario] = []
scenario = into(SCENARIOS)


def create_network(run: Run, cloud: Connection, name: str, **members: Any) -> Any:
    network = cloud.network.create_network(name=name, **members)
    run.undo(cloud.network.delete_network, network, ignore_missing=False)
    return network


def create_subnet(run: Run, cloud: Connection, network: Any, **members: Any) -> Any:
    members = {"name": run.name("subnet"), "ip_version": 4, "cidr": run.make("cidr 24"), **members}
    subnet = cloud.network.create_subnet(network_id=network.id, **members)
    run.undo(cloud.network.delete_subnet, subnet, ignore_missing=False)
    return subnet


def create_router(run: Run, cloud: Connection, **members: Any) -> Any:
    router = cloud.network.create_router(**{"name": run.name("router"), **members})
    run.undo(cloud.network.delete_router, router, ignore_missing=False)
    return router


def add_interface(run: Run, cloud: Connection, router: Any, subnet: Any) -> Any:
    added = cloud.network.add_interface_to_router(router, subnet.id)
    run.undo(cloud.network.remove_interface_from_router, router, subnet_id=subnet.id)
    return added


def forget_groups(cloud: Connection, project: Any) -> None:
    """A project that uses the network is given a default group, which stays when the project is deleted."""
    for group in cloud.network.security_groups(project_id=project.id):
        cloud.network.delete_security_group(group, ignore_missing=False)


@scenario(changed={"mtu": 1300}, mtu=1400)
def network_lives_and_goes(run: Run, cloud: Connection, mtu: int) -> None:
    name, renamed = run.name("net"), run.name("net-renamed")
    network = cloud.network.create_network(name=name, mtu=mtu)
    delete = run.undo(cloud.network.delete_network, network, ignore_missing=False)
    fields(network, name=name, mtu=mtu, status="ACTIVE", subnet_ids=[])
    fields(cloud.network.get_network(network.id), id=network.id, name=name, mtu=mtu)
    same(names(cloud.network.networks(name=name)), [name], "the list")
    fields(cloud.network.update_network(network, name=renamed), name=renamed)
    fields(cloud.network.find_network(renamed), id=network.id)
    same(names(cloud.network.networks(name=name)), [], "the list of the old name")
    delete()
    refused(404, cloud.network.get_network, network.id)
    refused(404, cloud.network.delete_network, network.id, ignore_missing=False)
    listed(cloud.network.networks(name=renamed), "networks", lacks=[network.id])


@scenario(changed={"prefix": "25"}, prefix="24")
def subnet_with_a_random_range(run: Run, cloud: Connection, prefix: str) -> None:
    network = create_network(run, cloud, run.name("net"))
    name, cidr = run.name("subnet"), run.make(f"cidr {prefix}")
    subnet = create_subnet(run, cloud, network, name=name, cidr=cidr)
    gateway = str(ipaddress.ip_network(cidr)[1])
    fields(subnet, name=name, cidr=cidr, gateway_ip=gateway, network_id=network.id, is_dhcp_enabled=True)
    [pool] = subnet.allocation_pools
    same(pool["end"], str(ipaddress.ip_network(cidr)[-2]), "the end of the pool")
    fields(cloud.network.get_network(network.id), subnet_ids=[subnet.id])
    same([one.cidr for one in cloud.network.subnets(network_id=network.id)], [cidr], "the subnets of the network")
    refused(400, cloud.network.create_subnet, network_id=network.id, ip_version=4, cidr=cidr)


@scenario(changed={"servers": 3}, servers=2)
def subnet_with_name_servers_and_routes(run: Run, cloud: Connection, servers: int) -> None:
    cidr = run.make("cidr 24")
    hosts = ipaddress.ip_network(cidr)
    dns = [str(hosts[number]) for number in range(10, 10 + servers)]
    network = create_network(run, cloud, run.make("tempest NetworksTest-network"))
    subnet = create_subnet(run, cloud, network, cidr=cidr, gateway_ip=None, dns_nameservers=dns)
    fields(subnet, gateway_ip=None, dns_nameservers=dns)
    routes = [{"destination": "192.0.2.0/24", "nexthop": str(hosts[20])}]
    fields(cloud.network.update_subnet(subnet, host_routes=routes), host_routes=routes)
    fields(cloud.network.get_subnet(subnet.id), host_routes=routes, dns_nameservers=dns)


@scenario(changed={"length": 29}, length=28)
def subnet_from_a_pool(run: Run, cloud: Connection, length: int) -> None:
    prefix = run.make("cidr 24")
    pool = cloud.network.create_subnet_pool(name=run.name("pool"), prefixes=[prefix], default_prefix_length=length)
    run.undo(cloud.network.delete_subnet_pool, pool, ignore_missing=False)
    network = create_network(run, cloud, run.name("net"))
    subnet = cloud.network.create_subnet(network_id=network.id, ip_version=4, subnet_pool_id=pool.id)
    run.undo(cloud.network.delete_subnet, subnet, ignore_missing=False)
    got = ipaddress.IPv4Network(subnet.cidr)
    same((got.prefixlen, got.subnet_of(ipaddress.IPv4Network(prefix))), (length, True), f"{got} of {prefix}")


@scenario(changed={"snat": False}, snat=True)
def router_with_gateway_and_interface(run: Run, cloud: Connection, snat: bool) -> None:
    name = run.name("router")
    network = create_network(run, cloud, run.name("net"))
    subnet = create_subnet(run, cloud, network)
    router = create_router(run, cloud, name=name)
    public = cloud.network.find_network("public", ignore_missing=False)
    cloud.network.update_router(router, external_gateway_info={"network_id": public.id, "enable_snat": snat})
    added = add_interface(run, cloud, router, subnet)
    found = cloud.network.get_router(router.id)
    fields(found, name=name, status="ACTIVE", external_gateway_info={"network_id": public.id, "enable_snat": snat})
    ports = cloud.network.ports(device_id=router.id, device_owner="network:router_interface")
    same([port.id for port in ports], [added["port_id"]], "the ports of the router")
    refused(409, cloud.network.delete_router, router, ignore_missing=False)
    refused(409, cloud.network.delete_network, network, ignore_missing=False)
    cloud.network.update_router(router, external_gateway_info={})
    fields(cloud.network.get_router(router.id), external_gateway_info=None)


@scenario(changed={"addresses": (50, 51)}, addresses=(50,))
def port_with_a_chosen_address(run: Run, cloud: Connection, addresses: tuple[int, ...]) -> None:
    cidr, name = run.make("cidr 24"), run.name("port")
    network = create_network(run, cloud, run.name("net"))
    subnet = create_subnet(run, cloud, network, cidr=cidr)
    wanted = [str(ipaddress.ip_network(cidr)[number]) for number in addresses]
    ask = [{"subnet_id": subnet.id, "ip_address": address} for address in wanted]
    port = cloud.network.create_port(network_id=network.id, name=name, fixed_ips=ask)
    delete = run.undo(cloud.network.delete_port, port, ignore_missing=False)
    fields(port, name=name, network_id=network.id, status="DOWN")
    same([one["ip_address"] for one in port.fixed_ips], wanted, "the addresses")
    same(names(cloud.network.ports(network_id=network.id, name=name)), [name], "the list")
    refused(409, cloud.network.create_port, network_id=network.id, fixed_ips=ask)
    delete()
    refused(404, cloud.network.get_port, port.id)


@scenario(changed={"up": False}, up=True)
def port_is_changed(run: Run, cloud: Connection, up: bool) -> None:
    renamed, description = run.name("renamed"), run.name("described as")
    network = create_network(run, cloud, run.make("hex"))
    port = cloud.network.create_port(network_id=network.id, name=run.make("tempest PortsTest-port"))
    run.undo(cloud.network.delete_port, port, ignore_missing=False)
    fields(port, fixed_ips=[])
    cloud.network.update_port(port, name=renamed, description=description, is_admin_state_up=up)
    fields(cloud.network.get_port(port.id), name=renamed, description=description, is_admin_state_up=up)


@scenario(changed={"late": True}, late=False)
def floating_ip_is_moved(run: Run, cloud: Connection, late: bool) -> None:
    public = cloud.network.find_network("public", ignore_missing=False)
    network = create_network(run, cloud, run.name("net"))
    subnet = create_subnet(run, cloud, network)
    router = create_router(run, cloud, external_gateway_info={"network_id": public.id})
    add_interface(run, cloud, router, subnet)
    port = cloud.network.create_port(network_id=network.id, name=run.name("port"))
    run.undo(cloud.network.delete_port, port, ignore_missing=False)
    description = run.name("front door")
    at_once = {} if late else {"port_id": port.id}
    address = cloud.network.create_ip(floating_network_id=public.id, description=description, **at_once)
    delete = run.undo(cloud.network.delete_ip, address, ignore_missing=False)
    if late:
        cloud.network.update_ip(address, port_id=port.id)
    found = cloud.network.get_ip(address.id)
    fields(found, port_id=port.id, fixed_ip_address=port.fixed_ips[0]["ip_address"], description=description)
    inside = ipaddress.ip_address(found.floating_ip_address) in ipaddress.ip_network("203.0.113.0/24")
    same(inside, True, f"{found.floating_ip_address} in the public network")
    cloud.network.update_ip(address, port_id=None)
    fields(cloud.network.get_ip(address.id), port_id=None, fixed_ip_address=None)
    delete()
    refused(404, cloud.network.get_ip, address.id)


@scenario(changed={"port": 2222}, port=22)
def security_group_with_a_rule(run: Run, cloud: Connection, port: int) -> None:
    name = run.name("secgroup")
    group = cloud.network.create_security_group(name=name, description=f"rules of {name}")
    delete = run.undo(cloud.network.delete_security_group, group, ignore_missing=False)
    fields(group, name=name, description=f"rules of {name}")
    asked: dict[str, Any] = {"direction": "ingress", "protocol": "tcp", "port_range_min": port, "port_range_max": port}
    rule = cloud.network.create_security_group_rule(security_group_id=group.id, **asked)
    fields(rule, security_group_id=group.id, **asked)
    refused(409, cloud.network.create_security_group_rule, security_group_id=group.id, **asked)
    rules = cloud.network.get_security_group(group.id).security_group_rules
    same(sorted(one["direction"] for one in rules), ["egress", "egress", "ingress"], "the rules' directions")
    cloud.network.delete_security_group_rule(rule, ignore_missing=False)
    refused(404, cloud.network.get_security_group_rule, rule.id)
    delete()
    refused(404, cloud.network.get_security_group, group.id)


@scenario(changed={"protocol": "sctp"}, protocol="udp")
def security_group_refers_to_another(run: Run, cloud: Connection, protocol: str) -> None:
    groups = []
    for stem in ("tempest SecGroup-front", "tempest SecGroup-back"):
        groups.append(cloud.network.create_security_group(name=run.make(stem)))
        run.undo(cloud.network.delete_security_group, groups[-1], ignore_missing=False)
    front, back = groups
    rule = cloud.network.create_security_group_rule(
        security_group_id=back.id, remote_group_id=front.id, direction="ingress", protocol=protocol
    )
    fields(rule, security_group_id=back.id, remote_group_id=front.id, protocol=protocol)
    found = cloud.network.security_group_rules(security_group_id=back.id, remote_group_id=front.id)
    same([one.id for one in found], [rule.id], "the rules")
    cloud.network.delete_security_group_rule(rule, ignore_missing=False)
    rules = cloud.network.get_security_group(back.id).security_group_rules
    same([one["direction"] for one in rules], ["egress", "egress"], "the rules' directions")


@scenario(changed={"tags": 3}, tags=2)
def network_tags(run: Run, cloud: Connection, tags: int) -> None:
    network = create_network(run, cloud, run.name("net"))
    wanted = sorted(run.name("tag") for _ in range(tags))
    cloud.network.set_tags(network, wanted)
    same(sorted(cloud.network.get_network(network.id).tags), wanted, "the tags")
    listed(cloud.network.networks(tags=wanted[0]), "networks with the tag", has=[network.id])
    cloud.network.set_tags(network, [])
    same(cloud.network.get_network(network.id).tags, [], "the tags when they are gone")


@scenario(changed={"networks": 2}, networks=1)
def network_quota_is_kept(run: Run, cloud: Connection, networks: int) -> None:
    user, project = member(run, cloud)
    run.undo(forget_groups, cloud, project)
    cloud.network.update_quota(project.id, networks=networks)
    run.undo(cloud.network.delete_quota, project.id)
    fields(cloud.network.get_quota(project.id), networks=networks)
    for _ in range(networks):
        create_network(run, user, run.name("net"))
    said = refused(409, user.network.create_network, name=run.name("net-more"))
    same("Quota exceeded" in said, True, said)


@scenario(changed={"action": "access_as_external"}, action="access_as_shared")
def network_of_another_project(run: Run, cloud: Connection, action: str) -> None:
    user, project = member(run, cloud)
    run.undo(forget_groups, cloud, project)
    network = create_network(run, cloud, run.name("net"))
    refused(404, user.network.get_network, network.id)
    policy = cloud.network.create_rbac_policy(
        object_type="network", object_id=network.id, action=action, target_project_id=project.id
    )
    delete = run.undo(cloud.network.delete_rbac_policy, policy, ignore_missing=False)
    fields(user.network.get_network(network.id), name=network.name)
    delete()
    refused(404, user.network.get_network, network.id)


@scenario(changed={"kind": "subnetpools"}, kind="floatingips")
def missing_network_is_not_found(run: Run, cloud: Connection, kind: str) -> None:
    missing = run.make("uuid")
    said = refused(404, cloud.network.get_network, missing)
    same(missing in said, True, f"{missing} in {said}")
    refused(404, cloud.network.delete_subnet, missing, ignore_missing=False)
    refused(404, cloud.network.update_port, missing, name=run.name("port"))
    same(cloud.network.get(f"/{kind}/{missing}").status_code, 404, "the status")
