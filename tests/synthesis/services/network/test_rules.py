"""Neutron's own rules: what security group rules and subnets may say, who gets which address, who sees what."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.stocking.bootstrap import add_user
from tests.synthesis.requests import Asker

MAC = "fa:16:3e:86:0b:e9"


class Neutron(Asker):
    """`say` asks for something and gives the status and the document; `make` makes a resource."""

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = msgspec.json.encode(body) if body is not None else b""
        answer = self.ask(method, "network", "/v2.0" + path, sent)
        assert isinstance(answer.body, bytes)
        return answer.status, msgspec.json.decode(answer.body) if answer.body else None

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.say(method, path, body)[0]

    def make(self, kind: str, **members: Any) -> Any:
        name = kind.replace("-", "_")
        status, body = self.say("POST", f"/{kind}s", {name: members})
        assert status == 201, body
        return body[name]

    def subnet(self, network: str, cidr: str, **members: Any) -> Any:
        return self.make("subnet", network_id=network, cidr=cidr, ip_version=6 if ":" in cidr else 4, **members)

    def become(self, name: str) -> None:
        """Ask as a user who is no admin from now on."""
        user = add_user(self.world, name, "secret", name, ["member"])
        self.token = token_for(self.synthesizer.scene_of(self.world), user, ["password"], None, {})


RULES = [
    ({"protocol": "tcp", "port_range_min": 80, "port_range_max": 79}, "port_range_min must be <= port_range_max"),
    ({"protocol": "tcp", "port_range_min": 80, "port_range_max": 65536}, "Invalid value for port 65536"),
    ({"protocol": "icmp", "port_range_max": 6}, "ICMP type (port-range-min) is missing"),
    ({"protocol": "icmp", "port_range_min": 300, "port_range_max": 1}, "Invalid value for ICMP type"),
    ({"protocol": "gre", "port_range_min": 1, "port_range_max": 1}, "Ports cannot be specified for protocol 47"),
    ({"port_range_min": 1, "port_range_max": 1}, "Must also specify protocol"),
    ({"protocol": "telepathy"}, "protocol telepathy not supported"),
    ({"protocol": "ipv6-icmp", "ethertype": "IPv4"}, "Invalid ethertype IPv4 for protocol ipv6-icmp"),
    ({"ethertype": "IPv5"}, "ethertype 'IPv5' not supported"),
    ({"remote_ip_prefix": "10.0.0.0/33"}, "Invalid CIDR"),
    ({"remote_ip_prefix": "10.0.0.0/8", "ethertype": "IPv6"}, "Conflicting value ethertype IPv6"),
    ({"remote_ip_prefix": "10.0.0.0/8", "remote_group_id": "x"}, "Only one of remote_ip_prefix"),
]


@pytest.mark.parametrize(("members", "why"), RULES)
def test_a_security_group_rule_that_cannot_be_is_refused(members: dict[str, Any], why: str) -> None:
    neutron = Neutron()
    group = neutron.make("security-group", name="web")["id"]
    sent = {"security_group_rule": {"security_group_id": group, "direction": "ingress", **members}}
    status, body = neutron.say("POST", "/security-group-rules", sent)
    assert (status, why in body["NeutronError"]["message"]) == (400, True), body


def test_a_rule_is_kept_in_neutrons_own_words() -> None:
    neutron = Neutron()
    group = neutron.make("security-group", name="web")["id"]
    rule = {"direction": "ingress", "ethertype": "ipv6", "protocol": "ICMP", "remote_ip_prefix": "2001:db8::1"}
    made = neutron.make("security-group-rule", security_group_id=group, **rule)
    told = (made["ethertype"], made["protocol"], made["remote_ip_prefix"])
    assert told == ("IPv6", "ipv6-icmp", "2001:db8::1/128")


def test_only_the_default_group_has_its_name_and_keeps_it() -> None:
    neutron = Neutron()
    group = neutron.make("security-group", name="web")["id"]
    assert neutron.status("PUT", f"/security-groups/{group}", {"security_group": {"name": "default"}}) == 409
    assert neutron.say("GET", f"/security-groups/{group}")[1]["security_group"]["name"] == "web"
    default = neutron.say("GET", "/security-groups?name=default")[1]["security_groups"][0]["id"]
    assert neutron.status("PUT", f"/security-groups/{default}", {"security_group": {"name": "mine"}}) == 409


SUBNETS = [
    ({"cidr": "10.1.0.1/24"}, 400),
    ({"cidr": "10.1.0.0/31"}, 400),
    ({"cidr": "10.1.0.0/24", "gateway_ip": "10.1.0.255"}, 400),
    ({"cidr": "10.1.0.0/24", "gateway_ip": "2001:db8::1"}, 400),
    ({"cidr": "10.1.0.0/24", "ipv6_ra_mode": "slaac"}, 400),
    ({"cidr": "10.1.0.0/24", "allocation_pools": [{"start": "10.1.0.2", "end": "10.1.1.2"}]}, 400),
    ({"cidr": "10.1.0.0/24", "allocation_pools": [{"start": "10.1.0.1", "end": "10.1.0.2"}]}, 409),
    ({"cidr": "10.1.0.0/24", "host_routes": [{"destination": "10.0.0.0/8"}]}, 400),
    ({"cidr": "10.1.0.0/24", "dns_nameservers": ["here"]}, 400),
    ({"cidr": "2001:db8::/64", "ipv6_ra_mode": "slaac", "ipv6_address_mode": "dhcpv6-stateful"}, 400),
    ({"cidr": "2001:db8::/64", "ipv6_ra_mode": "slaac", "enable_dhcp": False}, 400),
    ({"cidr": "2001:db8::/60", "ipv6_ra_mode": "slaac"}, 400),
    ({"cidr": "2001:db8::/64", "ip_version": 4}, 400),
]


@pytest.mark.parametrize(("members", "status"), SUBNETS)
def test_a_subnet_that_cannot_be_is_refused(members: dict[str, Any], status: int) -> None:
    neutron = Neutron()
    network = neutron.make("network", name="net")["id"]
    version = 6 if ":" in members["cidr"] else 4
    sent = {"network_id": network, "ip_version": version, **members}
    assert neutron.status("POST", "/subnets", {"subnet": sent}) == status


def test_a_port_makes_itself_an_address_where_the_subnet_lets_it() -> None:
    neutron = Neutron()
    network = neutron.make("network", name="net")["id"]
    neutron.subnet(network, "10.1.0.0/24")
    early = neutron.make("port", network_id=network, mac_address=MAC)
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    subnet = neutron.subnet(network, "2001:db8::/64", **modes)["id"]
    own = {"subnet_id": subnet, "ip_address": "2001:db8::f816:3eff:fe86:be9"}
    assert neutron.say("GET", f"/ports/{early['id']}")[1]["port"]["fixed_ips"] == [*early["fixed_ips"], own]
    wanted = {"network_id": network, "fixed_ips": [{**own, "ip_address": "2001:db8::7"}]}
    assert neutron.status("POST", "/ports", {"port": wanted}) == 400
    assert neutron.status("DELETE", f"/subnets/{subnet}") == 204
    assert neutron.say("GET", f"/ports/{early['id']}")[1]["port"]["fixed_ips"] == early["fixed_ips"]


def test_a_router_takes_no_subnets_that_overlap() -> None:
    neutron = Neutron()
    router = neutron.make("router", name="router")["id"]
    subnets = [
        neutron.subnet(neutron.make("network", name="n")["id"], cidr)["id"] for cidr in ("10.1.0.0/24", "10.1.0.0/16")
    ]
    path = f"/routers/{router}/add_router_interface"
    assert [neutron.status("PUT", path, {"subnet_id": one}) for one in subnets] == [200, 400]


def test_a_floating_ip_needs_a_router_on_the_way() -> None:
    neutron = Neutron()
    public = neutron.say("GET", "/networks?router:external=true")[1]["networks"][0]["id"]
    network = neutron.make("network", name="net")["id"]
    subnet, port = neutron.subnet(network, "10.1.0.0/24")["id"], neutron.make("port", network_id=network)["id"]
    sent = {"floatingip": {"floating_network_id": public, "port_id": port}}
    before = len(neutron.say("GET", "/ports")[1]["ports"])
    assert neutron.status("POST", "/floatingips", sent) == 404
    assert len(neutron.say("GET", "/ports")[1]["ports"]) == before
    router = neutron.make("router", name="r", external_gateway_info={"network_id": public})["id"]
    neutron.say("PUT", f"/routers/{router}/add_router_interface", {"subnet_id": subnet})
    assert neutron.say("POST", "/floatingips", sent)[1]["floatingip"]["router_id"] == router


def test_a_network_takes_its_free_floating_ips_with_it() -> None:
    neutron = Neutron()
    public = neutron.make("network", name="outside", **{"router:external": True})["id"]
    neutron.subnet(public, "192.0.2.0/24")
    floating = neutron.make("floatingip", floating_network_id=public)["id"]
    assert neutron.status("DELETE", f"/networks/{public}") == 204
    assert neutron.status("GET", f"/floatingips/{floating}") == 404


@pytest.mark.parametrize("path", ["/networks", "/networks/{id}"])
def test_a_query_says_which_members_are_shown(path: str) -> None:
    neutron = Neutron()
    id_ = neutron.make("network", name="net")["id"]
    body = neutron.say("GET", path.format(id=id_) + "?fields=id&fields=name")[1]
    found = body.get("network") or body["networks"][0]
    assert set(found) == {"id", "name"}


def test_what_may_not_be_read_is_not_there() -> None:
    neutron = Neutron()
    agent = neutron.say("GET", "/agents")[1]["agents"][0]["id"]
    network = neutron.make("network", name="outside", **{"router:external": True})["id"]
    neutron.subnet(network, "192.0.2.0/24")
    neutron.become("guest")
    assert neutron.say("GET", "/agents") == (200, {"agents": []})
    assert neutron.status("GET", f"/agents/{agent}") == 404
    assert neutron.status("GET", f"/networks/{network}") == 200
    assert len(neutron.say("GET", f"/subnets?network_id={network}")[1]["subnets"]) == 1


def test_an_agent_hosts_what_it_is_told_to() -> None:
    neutron = Neutron()
    agents = neutron.say("GET", "/agents")[1]["agents"]
    path = next(f"/agents/{one['id']}/dhcp-networks" for one in agents if one["agent_type"] == "DHCP agent")
    network = neutron.make("network", name="net")["id"]
    sent = {"network_id": network}
    assert [neutron.status("POST", path, sent) for _ in range(2)] == [201, 409]
    assert network in [one["id"] for one in neutron.say("GET", path)[1]["networks"]]
    assert [neutron.status("DELETE", f"{path}/{network}") for _ in range(2)] == [204, 409]


def test_a_tag_is_there_or_not() -> None:
    neutron = Neutron()
    tags = f"/networks/{neutron.make('network', name='net')['id']}/tags"
    assert neutron.status("PUT", tags + "/red") == 201
    assert [neutron.status("GET", f"{tags}/{tag}") for tag in ("red", "blue")] == [204, 404]
    assert [neutron.status("DELETE", f"{tags}/red") for _ in range(2)] == [204, 404]


def linked(links: list[dict[str, str]], rel: str) -> str:
    """The address that a list links to, behind the version; empty where it links to none."""
    return next((one["href"].partition("/v2.0")[2] for one in links if one["rel"] == rel), "")


def test_pages_lead_on_and_back() -> None:
    neutron = Neutron()
    for name in "abc":
        neutron.make("network", name=f"page-{name}", description="page")
    path, seen = "/networks?description=page&limit=2&sort_key=name&sort_dir=asc", []
    while path:
        body = neutron.say("GET", path)[1]
        seen.append([one["name"][-1] for one in body["networks"]])
        path, back = (linked(body["networks_links"], rel) for rel in ("next", "previous"))
    assert seen == [["a", "b"], ["c"]]
    assert [one["name"][-1] for one in neutron.say("GET", back)[1]["networks"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "names"),
    [("tags=red,blue", "b"), ("tags-any=red,blue", "ab"), ("not-tags=red,blue", "ac"), ("not-tags-any=red", "c")],
)
def test_a_list_is_of_resources_with_tags(query: str, names: str) -> None:
    neutron = Neutron()
    for name, tags in (("a", ["red"]), ("b", ["red", "blue"]), ("c", [])):
        path = f"/networks/{neutron.make('network', name=name, description='tagged')['id']}/tags"
        neutron.say("PUT", path, {"tags": tags})
    found = neutron.say("GET", f"/networks?description=tagged&{query}")[1]["networks"]
    assert [one["name"] for one in found] == list(names)


def held(neutron: Neutron, port: str) -> Any:
    return neutron.say("GET", f"/ports/{port}")[1]["port"]["fixed_ips"]


def test_a_trunk_holds_ports_that_nothing_else_does() -> None:
    neutron = Neutron()
    network = neutron.make("network", name="net")["id"]
    neutron.subnet(network, "10.1.0.0/24")
    parent, first, second = (neutron.make("port", network_id=network)["id"] for _ in range(3))
    trunk = neutron.make("trunk", port_id=parent, sub_ports=[])["id"]
    path = f"/trunks/{trunk}/add_subports"

    def add(port: str, tag: int) -> int:
        one = {"port_id": port, "segmentation_type": "vlan", "segmentation_id": tag}
        return neutron.status("PUT", path, {"sub_ports": [one]})

    assert [add(*asked) for asked in ((parent, 1), (first, 1), (first, 2), (second, 1), (second, 5000))] == [
        409,
        200,
        409,
        409,
        400,
    ]
    assert [neutron.status("DELETE", f"/ports/{port}") for port in (parent, first, second)] == [409, 409, 204]
    assert neutron.status("POST", "/ports", {"port": {"network_id": network, "fixed_ips": held(neutron, first)}}) == 409
    assert [one["port_id"] for one in neutron.say("GET", f"/trunks/{trunk}/get_subports")[1]["sub_ports"]] == [first]
    neutron.say("PUT", f"/trunks/{trunk}", {"trunk": {"admin_state_up": False}})
    assert (add(second, 3), neutron.status("DELETE", f"/trunks/{trunk}")) == (409, 409)


def test_a_policy_of_quality_of_service_stays_while_it_is_used() -> None:
    neutron = Neutron()
    policy = neutron.say("POST", "/qos/policies", {"policy": {"name": "fast"}})[1]["policy"]["id"]
    rules = f"/qos/policies/{policy}/dscp_marking_rules"
    assert [neutron.status("POST", rules, {"dscp_marking_rule": {"dscp_mark": mark}}) for mark in (58, 48, 46)] == [
        400,
        201,
        409,
    ]
    assert neutron.status("POST", "/networks", {"network": {"qos_policy_id": "none"}}) == 404
    network = neutron.make("network", name="net", qos_policy_id=policy)["id"]
    assert neutron.status("DELETE", f"/qos/policies/{policy}") == 409
    neutron.say("DELETE", f"/networks/{network}")
    assert neutron.status("DELETE", f"/qos/policies/{policy}") == 204


def test_what_is_wrong_or_not_seen_is_told_before_what_is_forbidden() -> None:
    neutron = Neutron()
    policy = neutron.say("POST", "/qos/policies", {"policy": {"name": "fast"}})[1]["policy"]["id"]
    shared = neutron.say("POST", "/qos/policies", {"policy": {"name": "all", "shared": True}})[1]["policy"]["id"]
    neutron.become("guest")
    sent = {"policy": {"name": "mine"}}
    assert [neutron.status("PUT", f"/qos/policies/{one}", sent) for one in (policy, shared)] == [404, 403]
    assert [neutron.status("POST", "/qos/policies", {"policy": {"name": name}}) for name in ("x" * 256, "x")] == [
        400,
        403,
    ]


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("network", {"shared": True}),
        ("network", {"provider:network_type": "vlan"}),
        ("subnetpool", {"prefixes": ["10.0.0.0/8"], "is_default": True}),
        ("address-scope", {"ip_version": 4, "shared": True}),
    ],
)
def test_some_members_only_an_admin_sets(kind: str, members: dict[str, Any]) -> None:
    neutron = Neutron()
    sent = {kind.replace("-", "_"): {"name": "mine", **members}}
    assert neutron.status("POST", f"/{kind}s", sent) == 201
    neutron.become("guest")
    assert neutron.status("POST", f"/{kind}s", sent) == 403


def test_a_pool_keeps_its_prefixes_and_its_scopes_version() -> None:
    neutron = Neutron()
    scope = neutron.make("address-scope", name="six", ip_version=6)["id"]
    pool = neutron.make("subnetpool", name="pool", prefixes=["10.0.0.0/16"])["id"]
    cases = (
        ({"prefixes": ["10.0.0.0/17"]}, 400),
        ({"prefixes": ["10.0.0.0/15"]}, 200),
        ({"address_scope_id": scope}, 400),
    )
    assert [neutron.status("PUT", f"/subnetpools/{pool}", {"subnetpool": sent}) for sent, _ in cases] == [
        x for _, x in cases
    ]
    neutron.make("subnetpool", name="other", prefixes=["2001:db8::/48"], address_scope_id=scope)
    assert neutron.status("DELETE", f"/address-scopes/{scope}") == 409


KINDS = default_cloud().kinds
NUMBERED = sorted(kind for kind in KINDS.planner.collections if "revision_number" in KINDS[kind].rule.members)
WRITTEN_ONCE = "network/security-group-rules"


@pytest.mark.parametrize("kind", [kind for kind in NUMBERED if kind != WRITTEN_ONCE])
def test_each_change_has_a_revision_number_of_its_own(kind: str) -> None:
    neutron = Neutron()
    one, rule = neutron._thing(kind, ()), KINDS[kind]
    path = f"/{kind.partition('/')[2]}/{one.id}"
    numbers = [neutron.say("GET", path)[1][rule.wrapper]["revision_number"]]
    for text in ("first", "second"):
        _, body = neutron.say("PUT", path, {rule.wrapper: {"description": text}})
        numbers.append(body[rule.wrapper]["revision_number"])
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_all_that_has_revision_numbers_can_be_changed_but_the_rules_of_security_groups() -> None:
    assert {kind for kind in NUMBERED if not any(one.verb is Verb.UPDATE for one in KINDS[kind].plans)} == {
        WRITTEN_ONCE
    }
