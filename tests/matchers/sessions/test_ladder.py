"""Requests of a second run, with other random names, against what the first one recorded."""

import json
import time
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.naming import NameKind, Naming, NamingRow, Position
from cloudtape.matchers.sessions.past import Polling
from cloudtape.matchers.sessions.rungs import Matching, Rung
from tests.matchers.player import ID, NOVA, OTHER, Player, get, post, said, send, token

FLAVOR = {"flavors": [{"id": "42", "name": "m1.nano"}, {"id": "84", "name": "m1.large"}]}


def server(name: str, **members: Any) -> dict[str, Any]:
    return {"server": {"name": name, "flavorRef": "42", **members}}


def made(name: str, made_id: str = ID) -> dict[str, Any]:
    return {"server": {"id": made_id, "name": name, "links": [{"href": f"http://nova/v2.1/servers/{made_id}"}]}}


def one_server() -> Player:
    return Player(
        (get("/flavors"), FLAVOR),
        (get("/servers/vm-1c2d"), said("no such server vm-1c2d", 404)),
        (post("/servers", server("vm-1c2d")), made("vm-1c2d")),
        (get("/servers?name=vm-1c2d"), {"servers": [{"name": "vm-1c2d", "id": ID}]}),
        (get(f"/servers/{ID}"), made("vm-1c2d")),
        (send("DELETE", f"/servers/{ID}"), said("", 204)),
        (get(f"/servers/{ID}"), said("gone: vm-1c2d", 404)),
    )


def test_a_fresh_name_is_bound_and_stands_in_every_later_answer() -> None:
    player = one_server()
    assert player.ask(get("/servers/vm-8f3a")) == "no such server vm-8f3a"
    assert json.loads(player.ask(post("/servers", server("vm-8f3a")))) == made("vm-8f3a")
    assert json.loads(player.ask(get("/servers?name=vm-8f3a")))["servers"][0]["name"] == "vm-8f3a"
    assert json.loads(player.ask(get(f"/servers/{ID}")))["server"]["name"] == "vm-8f3a"
    player.ask(send("DELETE", f"/servers/{ID}"))
    assert player.ask(get(f"/servers/{ID}")) == "gone: vm-8f3a"


def upload(body: bytes, name: str = "file", media: str = "application/octet-stream") -> Request:
    return Request("PUT", f"{NOVA}/images/{ID}/{name}", (("Content-Type", media),), body)


def test_an_upload_of_other_bytes_at_the_same_place_is_answered_and_the_same_bytes_win() -> None:
    player = Player((upload(b"\x00one"), "one"), (upload(b"\x00two"), "two"))
    assert player.ask(upload(b"\x00two")) == "two"
    assert player.ask(upload(b"\x00three")) == "one"
    assert player.ask(upload(b"\x00four")) == "miss"


@pytest.mark.parametrize(
    "asked",
    [
        upload(b"\x00two", name="stage"),
        upload(b"\x00two", media="image/png"),
        upload(b""),
        post(f"/images/{ID}/file", b"\x00two"),
        Request("PUT", f"{NOVA}/images/{OTHER}/file", (), b"\x00two"),
        Request("PUT", f"{NOVA}/images/{ID}/file", (("Content-Type", "application/xml"),), b"<two/>"),
        Request("PUT", f"{NOVA}/images/{ID}/file", (), b'{"two": 2}'),
        Request("PUT", f"{NOVA}/images/{ID}/file?x=1", (), b"\x00two"),
        Request("PUT", f"{NOVA}/images/{ID}/file", (("If-None-Match", "*"),), b"\x00two"),
        Request("PUT", f"{NOVA}/images/{ID}/file", (("OpenStack-API-Version", "compute 2.79"),), b"\x00two"),
    ],
)
def test_other_bytes_elsewhere_are_another_request(asked: Request) -> None:
    recorded = upload(b"\x00one")
    newer = replace(recorded, headers=(*recorded.headers, ("OpenStack-API-Version", "compute 2.90")))
    create = post("/images", {"name": "i-1a2b"}), {"id": ID}
    player = Player(create, (newer if "2.79" in str(asked.headers) else recorded, "kept"))
    assert player.ask(asked) == "miss"


def test_a_rule_has_the_same_bytes_sent() -> None:
    row = NamingRow(NameKind.FIXED, positions=frozenset({Position.CONTENT}))
    player = Player((upload(b"\x00one"), "kept"), matching=Matching(Naming([row])))
    assert player.ask(upload(b"\x00two")) == "miss"
    assert player.ask(upload(b"\x00one")) == "kept"


def test_the_rung_that_answered_is_told() -> None:
    player = one_server()
    asked = (post("/servers", server("vm-8f3a")), get("/servers?name=vm-8f3a"), get(f"/servers/{ID}"))
    assert [player.rung(request) for request in asked] == ["unified", "bound", "exact"]


@pytest.mark.parametrize(
    "asked",
    [
        post("/servers", {"server": {"name": "vm-8f3a", "flavorRef": "84"}}),
        post("/servers", server("vm-8f3a", min_count=2)),
        post("/servers", {"server": {"name": "vm-8f3a"}}),
        post("/servers", server("vm-8f3a") | {"os:scheduler_hints": {}}),
        get("/servers?name=vm-8f3a&status=ERROR"),
        send("PUT", f"/servers/{ID}", server("vm-8f3a")),
        get(f"/servers/{OTHER}"),
    ],
)
def test_another_request_is_not_swallowed(asked: Request) -> None:
    assert one_server().rung(asked) == "miss"


def test_the_clouds_own_names_do_not_bind() -> None:
    player = Player((get("/flavors/m1.nano"), said("", 404)), (get("/flavors"), FLAVOR))
    assert player.rung(get("/flavors/m1.large")) == "miss"
    assert player.rung(get("/flavors/m1.nano")) == "exact"


def test_a_name_goes_with_the_recorded_one_that_is_most_like_it() -> None:
    player = Player(
        (post("/servers", server("web-1c2d")), made("web-1c2d")),
        (post("/servers", server("db-77aa")), made("db-77aa", OTHER)),
    )
    assert json.loads(player.ask(post("/servers", server("db-8f3a"))))["server"]["id"] == OTHER
    assert json.loads(player.ask(post("/servers", server("web-9e9e"))))["server"]["id"] == ID


def test_two_live_things_never_share_a_recorded_one() -> None:
    player = one_server()
    assert player.rung(post("/servers", server("vm-8f3a"))) == "unified"
    assert player.rung(post("/servers", server("vm-9999"))) == "miss"
    assert player.rung(post("/servers", server("vm-8f3a"))) == "miss"


def test_what_was_made_twice_can_be_made_twice() -> None:
    request = post("/servers", server("same"))
    player = Player((request, made("same")), (request, made("same", OTHER)))
    assert [player.rung(request) for _ in range(3)] == ["exact", "exact", "miss"]


def test_names_inside_other_members_follow_the_name() -> None:
    player = Player((post("/images", {"name": "img-1c2d", "path": "images/img-1c2d"}), {"id": ID}))
    assert player.rung(post("/images", {"name": "img-8f3a", "path": "images/img-9999"})) == "miss"
    assert player.rung(post("/images", {"name": "img-8f3a", "path": "images/img-8f3a"})) == "unified"


def test_a_create_takes_what_was_recorded_among_what_was_done_before() -> None:
    create = post("http://neutron/v2.0/floatingips", {"floatingip": {"floating_network_id": ID}})
    player = Player(
        (post("/servers", server("web-1c2d")), made("web-1c2d", ID.replace("5", "6"))),
        (create, {"floatingip": {"id": "a" * 32}}),
        (post("/servers", server("db-77aa")), made("db-77aa", OTHER)),
        (create, {"floatingip": {"id": "b" * 32}}),
    )
    player.ask(post("/servers", server("db-8f3a")))
    assert json.loads(player.ask(create))["floatingip"]["id"] == "b" * 32


def test_a_create_takes_what_was_recorded_with_the_same_login() -> None:
    create = post("http://neutron/v2.0/floatingips", {"floatingip": {"floating_network_id": ID}})
    filler = [(get(f"/servers/detail?marker={number}"), "") for number in range(20)]
    player = Player(
        (post("/servers", server("web-1c2d"), token("t1")), made("web-1c2d", ID.replace("5", "6"))),
        (post("/servers", server("db-77aa"), token("t2")), made("db-77aa", OTHER)),
        *filler,
        (Request(create.method, create.uri, (token("t1"),), create.body), {"floatingip": {"id": "a" * 32}}),
        (Request(create.method, create.uri, (token("t2"),), create.body), {"floatingip": {"id": "b" * 32}}),
    )
    player.ask(post("/servers", server("db-8f3a"), token("live")))
    asked = Request(create.method, create.uri, (token("live"),), create.body)
    assert json.loads(player.ask(asked))["floatingip"]["id"] == "b" * 32


NETWORKS, PORTS = "http://neutron/v2.0/networks", "http://neutron/v2.0/ports"


def network(name: str) -> Request:
    return post(NETWORKS, {"network": {"name": name}})


def port(network_id: str, name: str, **members: Any) -> Request:
    return post(PORTS, {"port": {"network_id": network_id, "name": name, **members}})


def two_networks() -> Player:
    """Two tests that begin alike: one puts a port into its network, the other changes it."""
    first, second = "aaaa" * 8, "bbbb" * 8
    return Player(
        (network(first), {"network": {"id": ID, "name": first}}),
        (port(ID, "one-1a2b"), {"port": {"id": "c" * 32, "network_id": ID}}),
        (get(f"{NETWORKS}/{ID}"), f"first {first} {ID}"),
        (network(second), {"network": {"id": OTHER, "name": second}}),
        (port(OTHER, "two-1a2b", admin_state_up=False), {"port": {"id": "d" * 32, "network_id": OTHER}}),
        (get(f"{NETWORKS}/{OTHER}"), f"second {second} {OTHER}"),
    )


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_things_made_alike_change_places_when_it_turns_out_which_is_which(order: tuple[int, int]) -> None:
    player = two_networks()
    names = ["1234" * 8, "5678" * 8]
    members = ({"name": "one-9999"}, {"name": "two-9999", "admin_state_up": False})
    words = ("first", "second")
    told = {}
    for which in order:
        told[which] = json.loads(player.ask(network(names[which])))["network"]
    assert told[0]["id"] != told[1]["id"]
    for which in order:
        answer = json.loads(player.ask(port(told[which]["id"], **members[which])))
        assert answer["port"]["network_id"] == told[which]["id"]
    for which in order:
        expected = f"{words[which]} {names[which]} {told[which]['id']}"
        assert player.ask(get(f"{NETWORKS}/{told[which]['id']}")) == expected


def test_things_do_not_change_places_for_a_request_that_was_never_recorded() -> None:
    player = two_networks()
    made_id = json.loads(player.ask(network("1234" * 8)))["network"]["id"]
    assert player.ask(port(made_id, "three-1", vnic_type="direct")) == "miss"
    assert json.loads(player.ask(port(made_id, "one-9999")))["port"]["network_id"] == made_id


# --- who asks --------------------------------------------------------------------------------------------------------

LOGIN = "http://keystone/v3/auth/tokens"


def login(user: str, **scope: Any) -> Request:
    identity = {"methods": ["password"], "password": {"user": {"name": user, "domain": {"id": "default"}}}}
    return post(LOGIN, {"auth": {"identity": identity, **({"scope": scope} if scope else {})}})


def issued(user: str, project: str, value: str) -> Any:
    body = {"token": {"user": {"id": user * 4, "name": user}, "project": {"id": project, "name": project}}}
    return said(body, 201, ("X-Subject-Token", value))


def test_each_user_is_answered_what_was_recorded_for_them() -> None:
    player = Player(
        (login("admin", project={"name": "a"}), issued("admin", "a", "t1")),
        (login("demo", project={"name": "d"}), issued("demo", "d", "t2")),
        (get("/servers", token("t1")), "admin's"),
        (get("/servers", token("t2")), "demo's"),
        (get("/servers"), said("who are you?", 401)),
    )
    assert player.ask(get("/servers", token("t2"))) == "demo's"
    assert player.ask(get("/servers", token("t1"))) == "admin's"
    assert player.ask(get("/servers")) == "who are you?"


def test_a_login_is_matched_by_kind_and_scope_whoever_it_is() -> None:
    player = Player((login("demo", project={"name": "demo"}), issued("demo", "demo", "t1")))
    assert player.rung(login("ci", project={"name": "ci-17"})) == "unified"
    assert player.rung(login("ci")) == "miss"
    assert player.rung(login("ci", system={"all": True})) == "miss"
    totp = post(LOGIN, {"auth": {"identity": {"methods": ["totp"], "totp": {"user": {"name": "demo"}}}}})
    assert player.rung(totp) == "miss"


def test_a_login_may_come_more_often_than_it_was_recorded() -> None:
    player = Player((login("demo"), issued("demo", "demo", "t1")))
    assert [player.rung(login("demo")) for _ in range(3)] == ["exact"] * 3


# --- headers and paths ----------------------------------------------------------------------------------------------


def version(value: str) -> tuple[str, str]:
    return ("OpenStack-API-Version", f"compute {value}")


@pytest.mark.parametrize(
    ("asked", "given"),
    [("2.79", "2.79"), ("2.90", "2.79"), ("2.78", "2.1"), ("latest", "2.100"), ("2.100", "2.100"), ("2.99", "2.79")],
)
def test_the_nearest_lower_microversion_answers(asked: str, given: str) -> None:
    player = Player(*((get("/servers", version(one)), one) for one in ("2.1", "2.100", "2.79")))
    assert player.ask(get("/servers", version(asked))) == given


def test_a_higher_microversion_does_not_answer() -> None:
    player = Player((get("/servers", version("2.79")), "new"))
    assert player.rung(get("/servers", version("2.78"))) == "miss"
    assert player.rung(get("/servers")) == "miss"


def test_versions_and_projects_in_the_path_are_set_aside() -> None:
    project = "a" * 32
    player = Player((get(f"http://cinder/v2/{project}/volumes/detail"), "volumes"))
    assert player.ask(get(f"http://cinder/v3/{project}/volumes/detail")) == "volumes"
    assert player.ask(get("http://cinder/v3/volumes/detail")) == "volumes"
    assert player.rung(get(f"http://cinder/v3/{project}/volumes/summary")) == "miss"


def test_services_that_the_reference_does_not_know_bind_as_well() -> None:
    create = {"loadbalancer": {"name": "lb-1c2d", "vip_subnet_id": ID}}
    player = Player(
        (post("http://octavia/v2/lbaas/loadbalancers", create), {"loadbalancer": {"id": OTHER, "name": "lb-1c2d"}}),
        (get("http://octavia/v2/lbaas/loadbalancers?name=lb-1c2d"), "lb-1c2d"),
        (get("http://ironic/v1/nodes/node-1c2d"), said("node-1c2d?", 404)),
    )
    create["loadbalancer"]["name"] = "lb-8f3a"
    assert player.rung(post("http://octavia/v2/lbaas/loadbalancers", create)) == "unified"
    assert player.ask(get("http://octavia/v2/lbaas/loadbalancers?name=lb-8f3a")) == "lb-8f3a"
    assert player.ask(get("http://ironic/v1/nodes/node-8f3a")) == "node-8f3a?"


def test_objects_and_containers_bind_with_slashes_in_their_names() -> None:
    account = f"http://swift/v1/AUTH_{'a' * 32}"
    player = Player(
        (send("PUT", f"{account}/box-1c2d"), said("", 201)),
        (Request("PUT", f"{account}/box-1c2d/a/b-1c2d", (), b"data"), said("", 201)),
        (get(f"{account}/box-1c2d"), "a/b-1c2d\n"),
    )
    assert player.rung(send("PUT", f"{account}/box-8f3a")) == "unified"
    assert player.rung(Request("PUT", f"{account}/box-8f3a/a/b-8f3a", (), b"data")) == "unified"
    assert player.ask(get(f"{account}/box-8f3a")) == "a/b-8f3a\n"
    assert player.rung(Request("PUT", f"{account}/box-8f3a/a/b-8f3a", (), b"other data")) == "miss"


def test_what_nobody_made_is_not_there_whatever_its_name() -> None:
    player = Player((get("/servers?name=lonely"), {"servers": [], "first": "/servers?name=lonely"}))
    assert json.loads(player.ask(get("/servers?name=zebra")))["servers"] == []
    assert not player.session.bindings


def test_addresses_in_a_network_that_the_client_chose_move_with_it() -> None:
    def subnet(cidr: str) -> Request:
        return post("http://neutron/v2.0/subnets", {"subnet": {"cidr": cidr, "network_id": ID, "ip_version": 4}})

    player = Player((subnet("10.7.3.0/24"), {"subnet": {"id": OTHER, "cidr": "10.7.3.0/24", "gateway_ip": "10.7.3.1"}}))
    assert json.loads(player.ask(subnet("10.250.9.0/24")))["subnet"]["gateway_ip"] == "10.250.9.1"


# --- adapted ---------------------------------------------------------------------------------------------------------


def test_a_sibling_answers_only_where_it_may() -> None:
    recorded = (get(f"/servers/{ID}"), made("vm"))
    assert Player(recorded).rung(get(f"/servers/{OTHER}")) == "miss"
    player = Player(recorded, matching=Matching(most=Rung.ADAPTED))
    found = player.find(get(f"/servers/{OTHER}"))
    assert found is not None
    assert (found.rung, [(one.recorded, one.live) for one in found.bindings]) == ("adapted", [(ID, OTHER)])


@pytest.mark.parametrize("most", Rung)
def test_no_rung_answers_above_the_most_lenient_one_that_may(most: Rung) -> None:
    life = [(post("/servers", server("vm-8f3a")), made("vm-8f3a")), (get(f"/servers/{ID}"), made("vm-8f3a"))]
    player = Player(*life, matching=Matching(most=most))
    asked = (life[1][0], post("/servers", server("vm-1c2d")), get(f"/servers/{OTHER}"))
    expected = {
        Rung.EXACT: ["exact", "miss", "miss"],
        Rung.BOUND: ["exact", "miss", "miss"],
        Rung.UNIFIED: ["exact", "unified", "miss"],
        Rung.ADAPTED: ["exact", "unified", "adapted"],
    }
    assert [player.rung(one) for one in asked] == expected[most]


def test_what_was_bound_and_what_it_costs_is_said_of_the_answer_that_bound_it() -> None:
    player = one_server()
    created = player.find(post("/servers", server("vm-8f3a")))
    assert created is not None
    assert [(one.recorded, one.live) for one in created.bound] == [("vm-1c2d", "vm-8f3a")]
    assert created.cost > 0
    shown = player.find(get("/servers?name=vm-8f3a"))
    assert shown is not None
    assert (shown.rung, shown.bound, shown.cost) == ("bound", (), 0.0)


def test_collapsed_polling_gives_the_last_state_before_the_next_write() -> None:
    life = [
        (post("/servers", server("vm")), made("vm")),
        *((get(f"/servers/{ID}"), state) for state in ("BUILD", "BUILD", "ACTIVE")),
        (post(f"/servers/{ID}/action", {"os-stop": None}), ""),
        *((get(f"/servers/{ID}"), state) for state in ("ACTIVE", "SHUTOFF")),
    ]
    player = Player(*life, matching=Matching(polling=Polling.COLLAPSE))
    player.ask(life[0][0])
    assert player.ask(get(f"/servers/{ID}")) == "ACTIVE"
    player.ask(life[4][0])
    assert player.ask(get(f"/servers/{ID}")) == "SHUTOFF"


# --- hostile ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        get("/%zz%/%"),
        get("/servers?" + "a=1&" * 250_000),
        get("/" + "servers/" * 50_000),
        post("/servers", b"{"),
        post("/servers", b'{"server": {"name": "a", "name": "b"}}'),
        post("/servers", b"[" * 100_000),
        post("/servers", b'{"server": {"name": "\xff\xfe"}}'),
        post("/servers", b'{"a":' * 400 + b"1" + b"}" * 400),
        get("http://"),
        get("http://nova"),
        Request("GET", ""),
        get("/servers/\udcff"),
    ],
)
def test_whatever_is_asked_is_answered_or_missed(asked: Request) -> None:
    player = one_server()
    assert player.rung(asked) in ("miss", "unified")
    player.ask(post("/servers", server("vm-8f3a")))
    assert player.rung(asked) in ("miss", "bound", "unified")


@pytest.mark.parametrize("where", ["members", "names", "login", "query"])
def test_what_is_eight_times_as_large_never_takes_64_times_as_long(where: str) -> None:
    def asked(run: str, many: int) -> Request:
        numbers = range(many)
        bodies: dict[str, Any] = {
            "members": {f"m{number}": f"vm-{run}" for number in numbers},
            "names": {"list": [{"name": f"{run}-{number}"} for number in numbers]},
            "login": {"auth": {"list": [{"name": f"{run}-{number}"} for number in numbers]}},
        }
        if where == "query":
            return get("/servers?" + "&".join(f"name={run}-{number}" for number in numbers))
        return post(LOGIN if where == "login" else "/servers", bodies[where])

    def took(many: int) -> float:
        player = Player((asked("a1", many), "x"))
        start = time.process_time()
        player.find(asked("b2", many))
        return time.process_time() - start

    assert took(40_000) < 24 * took(5_000)
