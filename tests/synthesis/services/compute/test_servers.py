"""Servers and volumes: what nova and cinder refuse, and what their actions leave behind."""

from typing import Any

import msgspec
import pytest

from tests.synthesis.requests import Asker, json_of

MICRO = (("OpenStack-API-Version", "compute 2.60"),)


def ask(asker: Asker, method: str, service: str, path: str, sent: Any = None) -> tuple[int, Any]:
    headers = MICRO if service == "compute" else ()
    response = asker.ask(method, service, path, msgspec.json.encode(sent) if sent is not None else b"", headers)
    return response.status, json_of(response) if response.body else None


def boot(asker: Asker, **more: Any) -> tuple[int, Any]:
    image = ask(asker, "POST", "image", "/v2/images", {"name": "i", "min_disk": more.pop("min_disk", 0)})[1]
    wanted = {"name": "s", "imageRef": image["id"], "flavorRef": "1", "networks": "none", **more}
    return ask(asker, "POST", "compute", "/v2.1/servers", {"server": wanted})


def act(asker: Asker, server: str, action: Any) -> int:
    return ask(asker, "POST", "compute", f"/v2.1/servers/{server}/action", action)[0]


def status_of(asker: Asker, server: str) -> str:
    return str(ask(asker, "GET", "compute", f"/v2.1/servers/{server}")[1]["server"]["status"])


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"accessIPv4": "1.2.3"}, 400),
        ({"accessIPv6": "::x"}, 400),
        ({"metadata": {"": "x"}}, 400),
        ({"metadata": {"k": "x" * 256}}, 400),
        ({"metadata": {f"k{n}": "v" for n in range(200)}}, 403),
        ({"min_count": 0}, 400),
        ({"min_count": 3, "max_count": 2}, 400),
        ({"min_disk": 1000}, 400),
        ({"name": "x" * 256}, 400),
        ({"OS-DCF:diskConfig": "SOMETIMES"}, 400),
    ],
)
def test_a_server_that_nova_would_not_make_is_refused(wrong: dict[str, Any], status: int) -> None:
    assert boot(Asker(), **wrong)[0] == status


def test_an_address_is_written_in_its_shortest_form() -> None:
    asker = Asker()
    server = boot(asker, accessIPv6="0:0:0:0:0:0:0:1")[1]["server"]["id"]
    assert ask(asker, "GET", "compute", f"/v2.1/servers/{server}")[1]["server"]["accessIPv6"] == "::1"


def test_a_confirmed_resize_leads_back_to_the_state_before() -> None:
    asker = Asker()
    flavor = {"flavor": {"name": "other", "ram": 64, "vcpus": 1, "disk": 1}}
    other = ask(asker, "POST", "compute", "/v2.1/flavors", flavor)[1]["flavor"]["id"]
    server = boot(asker)[1]["server"]["id"]
    for action, state in (({"os-stop": None}, "SHUTOFF"), ({"resize": {"flavorRef": other}}, "VERIFY_RESIZE")):
        assert act(asker, server, action) == 202
        assert status_of(asker, server) == state
    assert act(asker, server, {"confirmResize": None}) == 204
    assert status_of(asker, server) == "SHUTOFF"


def test_a_backup_takes_the_place_of_the_oldest() -> None:
    asker = Asker()
    server = boot(asker)[1]["server"]["id"]
    for name in ("one", "two", "three"):
        sent = {"createBackup": {"name": name, "backup_type": "daily", "rotation": 2}}
        assert act(asker, server, sent) == 202
    images = ask(asker, "GET", "image", f"/v2/images?instance_uuid={server}&sort_key=created_at&sort_dir=asc")[1]
    assert {one["name"] for one in images["images"]} == {"two", "three"}


@pytest.mark.parametrize("rotation", [[], [1], {}, "x", -1, 1.5, True])
def test_a_rotation_that_is_no_number_is_refused_as_nova_does(rotation: object) -> None:
    asker = Asker()
    server = boot(asker)[1]["server"]["id"]
    sent = {"createBackup": {"name": "b", "backup_type": "daily", "rotation": rotation}}
    assert act(asker, server, sent) == (400 if rotation else 202)


def test_an_action_is_kept_under_the_id_of_its_request() -> None:
    asker = Asker()
    server = boot(asker)[1]["server"]["id"]
    body = msgspec.json.encode({"reboot": {"type": "SOFT"}})
    answer = asker.ask("POST", "compute", f"/v2.1/servers/{server}/action", body, MICRO)
    request = dict(answer.headers)["x-compute-request-id"]
    status, shown = ask(asker, "GET", "compute", f"/v2.1/servers/{server}/os-instance-actions/{request}")
    assert (status, shown["instanceAction"]["action"]) == (200, "reboot")


@pytest.mark.parametrize("quota", ["cores", "ram"])
def test_what_a_flavor_adds_up_to_counts_against_the_quota(quota: str) -> None:
    asker = Asker()
    limits = {"quota_set": {quota: 0}}
    assert ask(asker, "PUT", "compute", f"/v2.1/os-quota-sets/{asker.project}", limits)[0] == 200
    assert boot(asker)[0] == 403


def test_gigabytes_count_against_the_quota() -> None:
    asker = Asker()
    limits = {"quota_set": {"gigabytes": 5}}
    assert ask(asker, "PUT", "block-storage", f"/v3/p/os-quota-sets/{asker.project}", limits)[0] == 200
    statuses = [ask(asker, "POST", "block-storage", "/v3/p/volumes", {"volume": {"size": size}})[0] for size in (5, 1)]
    assert statuses == [202, 413]


def test_a_type_makes_its_volumes_multiattach() -> None:
    asker = Asker()
    kind = {"volume_type": {"name": "several", "extra_specs": {"multiattach": "<is> True"}}}
    assert ask(asker, "POST", "block-storage", "/v3/p/types", kind)[0] == 200
    made = ask(asker, "POST", "block-storage", "/v3/p/volumes", {"volume": {"size": 1, "volume_type": "several"}})
    assert made[1]["volume"]["multiattach"] is True


def test_a_path_that_ends_without_an_id_leads_nowhere() -> None:
    assert ask(Asker(), "GET", "block-storage", "/v3/p/volumes/")[0] == 404
    assert ask(Asker(), "DELETE", "compute", "/v2.1/servers/")[0] == 404


def test_usage_adds_up_the_servers_of_a_project() -> None:
    asker = Asker()
    boot(asker)
    usage = ask(asker, "GET", "compute", f"/v2.1/os-simple-tenant-usage/{asker.project}")[1]["tenant_usage"]
    assert [one["name"] for one in usage["server_usages"]] == ["s"]


@pytest.mark.parametrize(("sent", "status"), [({"status": "enable"}, 200), ({"status": "maybe"}, 400), ({}, 400)])
def test_a_host_is_enabled_or_disabled(sent: dict[str, str], status: int) -> None:
    answer = Asker().ask("PUT", "compute", "/v2.1/os-hosts/compute-1", msgspec.json.encode(sent))
    assert answer.status == status


def test_the_quota_class_default_is_what_projects_have() -> None:
    asker = Asker()
    sent = {"quota_class_set": {"volumes": 3}}
    assert ask(asker, "PUT", "block-storage", "/v3/p/os-quota-class-sets/default", sent)[0] == 200
    assert ask(asker, "GET", "block-storage", f"/v3/p/os-quota-sets/{asker.project}")[1]["quota_set"]["volumes"] == 3


@pytest.fixture
def bare() -> Asker:
    """One whose project has no network available."""
    asker = Asker()
    for network in list(asker.world.all("network/networks")):
        asker.world.remove(network)
    return asker


def add_network(asker: Asker, **more: Any) -> str:
    _, made = ask(asker, "POST", "network", "/v2.0/networks", {"network": {"name": "n", **more}})
    id_ = str(made["network"]["id"])
    ask(asker, "POST", "network", "/v2.0/subnets", {"subnet": {"network_id": id_, "cidr": "10.9.0.0/24"}})
    return id_


def networks_of(asker: Asker, server: str) -> list[str]:
    _, found = ask(asker, "GET", "compute", f"/v2.1/servers/{server}/os-interface")
    return [one["net_id"] for one in found["interfaceAttachments"]]


def test_a_server_without_a_named_network_is_in_the_only_one(bare: Asker) -> None:
    network = add_network(bare)
    assert networks_of(bare, boot(bare, networks="auto")[1]["server"]["id"]) == [network]


@pytest.mark.parametrize("more", [{}, {"shared": True, "tenant_id": "somebody-else"}])
def test_a_server_without_a_named_network_is_refused_where_there_are_several(bare: Asker, more: dict[str, Any]) -> None:
    add_network(bare)
    add_network(bare, **more)
    status, why = boot(bare, networks="auto")
    assert (status, "Multiple possible networks found" in str(why)) == (409, True)


def test_a_network_of_others_is_not_meant_by_auto(bare: Asker) -> None:
    mine, _ = add_network(bare), add_network(bare, tenant_id="somebody-else")
    assert networks_of(bare, boot(bare, networks="auto")[1]["server"]["id"]) == [mine]


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (2, 400)])
def test_an_interface_without_a_named_network_needs_a_single_one(bare: Asker, count: int, status: int) -> None:
    server = boot(bare)[1]["server"]["id"]
    for _ in range(count):
        add_network(bare)
    assert (
        ask(bare, "POST", "compute", f"/v2.1/servers/{server}/os-interface", {"interfaceAttachment": {}})[0] == status
    )


def test_auto_allocates_a_network_for_a_project_without_one(bare: Asker) -> None:
    outside = add_network(bare, **{"router:external": True, "tenant_id": "somebody-else"})
    first, second = (boot(bare, networks="auto")[1]["server"]["id"] for _ in range(2))
    (network,) = networks_of(bare, first)
    assert networks_of(bare, second) == [network] != [outside]
    path = f"/v2.0/auto-allocated-topology/{bare.project}"
    assert ask(bare, "GET", "network", path)[1]["auto_allocated_topology"]["id"] == network
    for server in (first, second):
        ask(bare, "DELETE", "compute", f"/v2.1/servers/{server}")
    assert ask(bare, "DELETE", "network", path)[0] == 204
    left = [one["id"] for one in ask(bare, "GET", "network", "/v2.0/networks")[1]["networks"]]
    assert left == [outside]


def test_auto_is_refused_where_no_network_leads_outside(bare: Asker) -> None:
    status, why = boot(bare, networks="auto")
    assert (status, "Unable to automatically allocate a network" in str(why)) == (400, True)
