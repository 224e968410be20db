"""Octavia's own rules: what goes together, who has how much, who sees what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.load_balancer.asker import NONE, Octavia, filled, fully, ids, wrapper_of

# --- what does not go together ------------------------------------------------------------------------------------

REFUSED = [
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "HTTP"}, 400, "protocol_port"),
    ("/listeners", {"loadbalancer_id": NONE, "protocol": "HTTP", "protocol_port": 1}, 404, NONE),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "protocol_port": 70000}, 400, "70000"),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "GOPHER", "protocol_port": 70}, 400, "GOPHER"),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "TCP", "protocol_port": 80}, 409, "already using"),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "protocol_port": 1, "connection_limit": "-2"}, 400, "-2"),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "TERMINATED_HTTPS", "protocol_port": 443}, 400, "certificate"),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "TCP", "protocol_port": 1, "insert_headers": {"X-Forwarded-For": "true"}}, 400, "insert-headers"),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "protocol_port": 1, "insert_headers": {"X-Odd": "true"}}, 400, "X-Odd"),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "protocol_port": 1, "allowed_cidrs": ["::/0"]}, 400, "incompatible"),
    ("/listeners", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "protocol_port": 1, "allowed_cidrs": ["all"]}, 400, "CIDR"),
    ("/pools", {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}, 400, "Must provide at least one of"),
    ("/pools", {"listener_id": "{listener}", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}, 409, "already has a default pool"),
    ("/pools", {"listener_id": "{listener}", "protocol": "UDP", "lb_algorithm": "ROUND_ROBIN"}, 400, "is invalid while"),
    ("/pools", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "session_persistence": {"type": "APP_COOKIE"}}, 400, "cookie_name"),
    ("/pools", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "session_persistence": {"type": "SOURCE_IP", "cookie_name": "c"}}, 400, "cookie_name"),
    ("/pools", {"loadbalancer_id": "{lb}", "protocol": "UDP", "lb_algorithm": "ROUND_ROBIN", "session_persistence": {"type": "HTTP_COOKIE"}}, 400, "is not supported"),
    ("/pools/{pool}/members", {"address": "10.0.0.5", "protocol_port": 80}, 409, "already using ip 10.0.0.5"),
    ("/pools/{pool}/members", {"address": "169.254.169.254", "protocol_port": 80}, 400, "169.254.169.254"),
    ("/pools/{pool}/members", {"address": "10.0.0.6", "protocol_port": 80, "subnet_id": NONE}, 400, f"Subnet {NONE} not found."),
    ("/pools/{pool}/members", {"address": "10.0.0.6", "protocol_port": 80, "weight": 257}, 400, "257"),
    ("/pools/{pool}/members", {"address": "10.0.0.6", "protocol_port": 80, "request_sriov": True}, 400, "SR-IOV"),
    ("/healthmonitors", {"pool_id": "{pool}", "type": "HTTP", "delay": 1, "timeout": 1, "max_retries": 1}, 409, "already has a health monitor"),
    ("/healthmonitors", {"pool_id": "{pool}", "type": "HTTP", "delay": 1, "timeout": 1, "max_retries": 11}, 400, "11"),
    ("/healthmonitors", {"pool_id": NONE, "type": "HTTP", "delay": 1, "timeout": 1, "max_retries": 1}, 404, NONE),
    ("/l7policies", {"listener_id": "{listener}", "action": "REDIRECT_TO_POOL"}, 400, "redirect_pool_id must not be None"),
    ("/l7policies", {"listener_id": "{listener}", "action": "REDIRECT_TO_URL", "redirect_url": "ftp://x"}, 400, "URL"),
    ("/l7policies", {"listener_id": "{listener}", "action": "REDIRECT_TO_POOL", "redirect_pool_id": "{pool}", "redirect_url": "http://x"}, 400, "at the same time"),
    ("/l7policies", {"listener_id": "{listener}", "action": "REDIRECT_TO_POOL", "redirect_pool_id": NONE}, 404, NONE),
    ("/l7policies/{policy}/rules", {"type": "FILE_TYPE", "compare_type": "CONTAINS", "value": "x"}, 400, "invalid comparison type"),
    ("/l7policies/{policy}/rules", {"type": "HEADER", "compare_type": "EQUAL_TO", "value": "x"}, 400, "requires a key"),
    ("/l7policies/{policy}/rules", {"type": "PATH", "compare_type": "REGEX", "value": "("}, 400, "regular expression"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "members", "status", "why"), REFUSED, ids=[str(row[1])[-60:] for row in REFUSED])
def test_what_does_not_go_together_is_refused(path: str, members: Any, status: int, why: str) -> None:
    octavia = Octavia()
    _, names = fully(octavia)
    before = octavia.world.count("load-balancer" + "/lbaas" + path.partition("/{")[0], "", octavia.project)
    found = octavia.refused("POST", path.format(**names), {wrapper_of(path): filled(members, names)})
    assert found[0] == status, found
    assert why in found[1]
    assert octavia.world.count("load-balancer/lbaas" + path.partition("/{")[0], "", octavia.project) == before


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("/loadbalancers/{lb}", {"vip_address": "10.0.0.3"}),
        ("/listeners/{listener}", {"protocol": "TCP"}),
        ("/pools/{pool}", {"protocol": "TCP"}),
        ("/pools/{pool}/members/{member}", {"address": "10.0.0.3"}),
        ("/healthmonitors/{monitor}", {"type": "TCP"}),
        ("/l7policies/{policy}", {"listener_id": NONE}),
    ],
)
def test_what_an_update_does_not_know(path: str, members: Any) -> None:
    octavia = Octavia()
    _, names = fully(octavia)
    wrapper = wrapper_of(path.rpartition("/")[0])
    status, why = octavia.refused("PUT", path.format(**names), {wrapper: members})
    assert (status, next(iter(members)) in why) == (400, True)


def test_what_is_set_to_null_is_as_nobody_had_said_it() -> None:
    octavia = Octavia()
    _, names = fully(octavia)
    path = f"/listeners/{names['listener']}"
    octavia.say("PUT", path, {"listener": {"name": "x", "connection_limit": 3, "tags": ["a"]}})
    octavia.say("PUT", path, {"listener": {"name": None, "connection_limit": None, "tags": None}})
    shown = octavia.show(path)
    assert (shown["name"], shown["connection_limit"], shown["tags"]) == ("", -1, [])


# --- members, policies, quotas ------------------------------------------------------------------------------------


def test_all_members_are_replaced_at_once() -> None:
    octavia = Octavia()
    _, names = fully(octavia)
    path = f"/pools/{names['pool']}/members"
    wanted = [{"address": "10.0.0.5", "protocol_port": 80, "weight": 7}, {"address": "10.0.0.6", "protocol_port": 80}]
    assert octavia.status("PUT", path, {"members": wanted}) == 202
    found = octavia.show(path)
    assert [(one["address"], one["weight"]) for one in found] == [("10.0.0.5", 7), ("10.0.0.6", 1)]
    assert found[0]["id"] == names["member"]
    assert (
        octavia.status("PUT", f"{path}?additive_only=true", {"members": [{"address": "10.0.0.7", "protocol_port": 80}]})
        == 202
    )
    assert len(octavia.show(path)) == 3
    assert octavia.status("PUT", path, {"members": wanted[1:]}) == 202
    assert [one["address"] for one in octavia.show(path)] == ["10.0.0.6"]
    assert octavia.refused("PUT", path, {"members": [*wanted[1:], *wanted[1:]]})[0] == 400
    assert octavia.refused("PUT", path, {"members": "all"})[0] == 400


def test_policies_are_tried_in_the_order_of_their_positions() -> None:
    octavia = Octavia()
    listener = octavia.listener(octavia.balancer())
    made = [octavia.make("/l7policies", listener_id=listener["id"], action="REJECT")["id"] for _ in range(3)]
    octavia.say("PUT", f"/l7policies/{made[2]}", {"l7policy": {"position": 1}})
    assert ids(octavia.show(f"/listeners/{listener['id']}")["l7policies"]) == [made[2], made[0], made[1]]
    octavia.say("DELETE", f"/l7policies/{made[0]}")
    assert octavia.show(f"/l7policies/{made[1]}")["position"] == 2


def test_a_policy_whose_rules_are_refused_leaves_the_others_where_they_were() -> None:
    octavia = Octavia()
    listener = octavia.listener(octavia.balancer())
    made = octavia.make("/l7policies", listener_id=listener["id"], action="REJECT")
    rules = [{"type": "HEADER", "compare_type": "EQUAL_TO", "value": "x"}]
    sent = {"listener_id": listener["id"], "action": "REJECT", "position": 1, "rules": rules}
    assert octavia.refused("POST", "/l7policies", {"l7policy": sent})[0] == 400
    assert [(one["id"], one["position"]) for one in octavia.show("/l7policies")] == [(made["id"], 1)]
    assert octavia.show("/l7policies")[0]["rules"] == []


def test_a_pool_that_is_gone_is_nobodys_default() -> None:
    octavia = Octavia()
    _, names = fully(octavia)
    assert octavia.status("DELETE", f"/pools/{names['pool']}") == 204
    assert octavia.show(f"/listeners/{names['listener']}")["default_pool_id"] is None
    assert octavia.show("/healthmonitors") == []
    again = octavia.make("/pools", listener_id=names["listener"], protocol="HTTP", lb_algorithm="SOURCE_IP")
    assert octavia.show(f"/listeners/{names['listener']}")["default_pool_id"] == again["id"]


@pytest.mark.parametrize(
    ("quota", "path", "members"),
    [
        ("loadbalancer", "/loadbalancers", {"vip_subnet_id": "{subnet}"}),
        ("listener", "/listeners", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "protocol_port": 1}),
        ("pool", "/pools", {"loadbalancer_id": "{lb}", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}),
        ("member", "/pools/{pool}/members", {"address": "10.0.0.9", "protocol_port": 80}),
        ("l7policy", "/l7policies", {"listener_id": "{listener}", "action": "REJECT"}),
        ("l7rule", "/l7policies/{policy}/rules", {"type": "PATH", "compare_type": "EQUAL_TO", "value": "/z"}),
    ],
)
def test_a_project_has_no_more_than_its_quota(quota: str, path: str, members: Any) -> None:
    octavia = Octavia()
    _, names = fully(octavia)
    assert octavia.status("PUT", f"/quotas/{octavia.project}", {"quota": {quota: 1}}) == 202
    body = {wrapper_of(path): filled(members, {**names, "subnet": octavia.subnet})}
    assert octavia.refused("POST", path.format(**names), body)[0] == 403
    assert octavia.status("DELETE", f"/quotas/{octavia.project}") == 202
    assert octavia.status("POST", path.format(**names), body) == 201


# --- lists, and who sees what -------------------------------------------------------------------------------------


def test_lists_are_paged_sorted_and_filtered() -> None:
    octavia = Octavia()
    for name in ("b", "c", "a"):
        octavia.balancer(name=name, tags=[name, "all"])

    def names(query: str) -> list[str]:
        return [one["name"] for one in octavia.show(f"/loadbalancers?{query}")]

    assert names("sort=name:desc") == ["c", "b", "a"]
    assert names("sort_key=name&sort_dir=asc") == ["a", "b", "c"]
    assert names("tags=all&tags=a") == ["a"]
    assert names("not-tags=a") == ["b", "c"]
    assert names("name=b&admin_state_up=true") == ["b"]
    assert octavia.show("/loadbalancers?name=b&fields=name") == [{"name": "b"}]
    page = octavia.say("GET", "/loadbalancers?limit=2")[1]
    (link,) = page["loadbalancers_links"]
    assert (link["rel"], "limit=2" in link["href"]) == ("next", True)
    assert names(link["href"].partition("?")[2]) == ["a"]
    assert octavia.status("GET", f"/loadbalancers?marker={NONE}") == 400


def test_listeners_and_pools_are_found_by_their_load_balancer() -> None:
    octavia = Octavia()
    made = [octavia.balancer(), octavia.balancer()]
    listeners, pools = [octavia.listener(one)["id"] for one in made], [octavia.pool(one)["id"] for one in made]
    assert ids(octavia.show(f"/listeners?loadbalancer_id={made[1]['id']}")) == listeners[1:]
    assert ids(octavia.show(f"/pools?loadbalancer_id={made[0]['id']}")) == pools[:1]


def test_a_load_balancer_is_its_projects_and_what_stands_under_it_too() -> None:
    octavia = Octavia()
    mine = octavia.balancer()
    owner = octavia.project
    octavia.become("eve")
    assert octavia.show("/loadbalancers") == []
    assert octavia.status("GET", f"/loadbalancers/{mine['id']}") == 404
    body = {"listener": {"loadbalancer_id": mine["id"], "protocol": "HTTP", "protocol_port": 80}}
    assert octavia.refused("POST", "/listeners", body)[0] == 404
    assert octavia.refused("GET", f"/quotas/{owner}")[0] == 403
    assert octavia.refused("PUT", f"/quotas/{octavia.project}", {"quota": {"pool": 1}})[0] == 403
    assert octavia.refused("POST", "/flavors", {"flavor": {"name": "x", "flavor_profile_id": NONE}})[0] == 403
