"""What an answer may take from a printed example, and what it says instead of what it may not."""

from typing import Any

import msgspec
import pytest

from cloudtape.synthesis.engine.adapt import SOMEWHERE
from cloudtape.synthesis.engine.lending import NOTHING, Lending, lent
from tests.synthesis.printed import ID
from tests.synthesis.requests import Asker, json_of

ROWS = Lending(frozenset({"rel", "unit"}), frozenset({"metadata"}))
EMPTY = [
    ("status", "ACTIVE", None),
    ("name", "web-1", ""),
    ("description", "", ""),
    ("size", 12, 0),
    ("ratio", 1.5, 0.0),
    ("bootable", True, False),
    ("enabled", False, True),
    ("addresses", ["192.0.2.1"], []),
    ("flavor", {"id": "1", "ram": 64}, {"id": None, "ram": 0}),
    ("metadata", {"their": "own"}, {}),
    ("nothing", None, None),
    ("unit", "GiB", "GiB"),
    ("created_at", "2015-01-31T15:12:36Z", "2015-01-31T15:12:36Z"),
    ("tenant_id", "6e18cc2b", "6e18cc2b"),
    ("url", "http://somewhere.example/x", SOMEWHERE),
    ("links", [{"rel": "self", "href": "http://somewhere.example/x"}], [{"rel": "self", "href": None}]),
]


@pytest.mark.parametrize(("name", "printed", "answered"), EMPTY, ids=[row[0] for row in EMPTY])
def test_a_value_that_nobody_knows_is_empty_as_its_type_has_it(name: str, printed: Any, answered: Any) -> None:
    got = lent(printed, name, ROWS)
    assert (got, type(got)) == (answered, type(answered))


def test_everything_holds_where_a_row_says_so() -> None:
    printed = {"name": "a", "sizes": [1, 2], "metadata": {"a": "b"}}
    assert lent(printed, "", NOTHING.and_of(["*"], ["metadata"])) == printed


def ask(asker: Asker, method: str, service: str, path: str, body: Any = None, micro: str = "") -> Any:
    headers = (("OpenStack-API-Version", micro),) if micro else ()
    sent = b"" if body is None else msgspec.json.encode(body)
    response = asker.ask(method, service, path, sent, headers)
    assert response.status < 300, response.body
    return json_of(response) if response.body else None


def test_a_group_of_addresses_is_shown_as_it_is_when_addresses_come_and_go() -> None:
    asker, groups = Asker(), "/v2.0/address-groups"
    group = {"address_group": {"name": "mine", "addresses": ["10.0.0.0/24"]}}
    made = ask(asker, "POST", "network", groups, group)["address_group"]
    path = f"{groups}/{made['id']}"
    more = ask(asker, "PUT", "network", f"{path}/add_addresses", {"addresses": ["192.0.2.7", "10.0.0.0/24"]})
    assert (more["address_group"]["name"], more["address_group"]["id"]) == ("mine", made["id"])
    assert more["address_group"]["addresses"] == ["10.0.0.0/24", "192.0.2.7/32"]
    less = ask(asker, "PUT", "network", f"{path}/remove_addresses", {"addresses": ["10.0.0.0/24"]})
    assert less["address_group"]["addresses"] == ["192.0.2.7/32"]
    assert asker.ask("PUT", "network", f"{path}/add_addresses", b'{"addresses": ["here"]}').status == 400


def test_recordsets_name_their_own_zone() -> None:
    asker = Asker()
    zone = ask(asker, "POST", "dns", "/v2/zones", {"name": "mine.test.", "email": "me@mine.test"})
    shown = ask(asker, "GET", "dns", f"/v2/zones/{zone['id']}/recordsets")["recordsets"]
    assert {(one["zone_name"], one["name"]) for one in shown} == {("mine.test.", "mine.test.")}


def test_a_template_without_parameters_has_none() -> None:
    asker = Asker()
    sent = {"template": {"heat_template_version": "2018-08-31", "resources": {}}}
    assert ask(asker, "POST", "orchestration", f"/v1/{asker.project}/validate", sent)["Parameters"] == {}


@pytest.mark.parametrize("what", ["inventories", "usages"])
def test_a_new_provider_provides_nothing(what: str) -> None:
    asker, micro = Asker(), "placement 1.39"
    made = ask(asker, "POST", "placement", "/resource_providers", {"name": "shelf"}, micro)
    shown = ask(asker, "GET", "placement", f"/resource_providers/{made['uuid']}/{what}", None, micro)
    assert shown == {"resource_provider_generation": 0, what: {}}


def test_a_project_without_servers_has_no_usage() -> None:
    asker = Asker()
    assert ask(asker, "GET", "compute", f"/v2.1/os-simple-tenant-usage/{asker.project}") == {"tenant_usage": {}}


def test_statistics_of_hypervisors_are_sums() -> None:
    asker = Asker()
    all_ = ask(asker, "GET", "compute", "/v2.1/os-hypervisors/detail")["hypervisors"]
    told = ask(asker, "GET", "compute", "/v2.1/os-hypervisors/statistics")["hypervisor_statistics"]
    assert (told["count"], told["vcpus"]) == (len(all_), sum(one["vcpus"] for one in all_))


def test_the_summary_of_volumes_counts_those_that_are_there() -> None:
    asker = Asker()
    path = f"/v3/{asker.project}/volumes"
    before = ask(asker, "GET", "block-storage", f"{path}/summary")["volume-summary"]
    ask(asker, "POST", "block-storage", path, {"volume": {"size": 3}})
    after = ask(asker, "GET", "block-storage", f"{path}/summary")["volume-summary"]
    assert (after["total_size"], after["total_count"]) == (before["total_size"] + 3, before["total_count"] + 1)


def test_what_the_path_names_is_known_and_links_lead_to_what_was_asked_for() -> None:
    asker = Asker()
    entry = {"dns_entry": {"ip": "192.0.2.1", "dns_type": "A"}}
    domain = "/v2.1/os-floating-ip-dns/mine.test"
    ask(asker, "PUT", "compute", domain, {"domain_entry": {"scope": "public", "project": "p"}})
    told = ask(asker, "PUT", "compute", f"{domain}/entries/web", entry)["dns_entry"]
    assert (told["domain"], told["name"], told["ip"]) == ("mine.test", "web", "192.0.2.1")
    sent = {"share": {"protocol": "nfs", "export_path": "192.0.2.1:/x", "service_host": "share-1@generic#pool"}}
    share = ask(asker, "POST", "shared-file-system", f"/v2/{asker.project}/os-share-manage", sent)["share"]
    assert ID.fullmatch(share["id"])
    assert {link["href"].partition("/v2/")[2] for link in share["links"]} == {f"{asker.project}/os-share-manage"}


def test_the_root_user_of_a_database_has_a_password_of_its_own() -> None:
    asker = Asker()
    instance = {"instance": {"name": "db", "flavorRef": "1", "volume": {"size": 1}}}
    base = f"/v1.0/{asker.project}/instances"
    root = f"{base}/{ask(asker, 'POST', 'database', base, instance)['instance']['id']}/root"
    assert ask(asker, "GET", "database", root) == {"rootEnabled": False}
    words = {ask(asker, "POST", "database", root)["user"]["password"] for _ in range(2)}
    assert (len(words), ask(asker, "GET", "database", root)) == (2, {"rootEnabled": True})


def test_what_nova_and_trove_show_of_others_is_theirs() -> None:
    asker = Asker()
    ask(asker, "POST", "block-storage", f"/v3/{asker.project}/types", {"volume_type": {"name": "fast"}})
    kinds = ask(asker, "GET", "compute", "/v2.1/os-volume-types")["volume_types"]
    flavors = ask(asker, "GET", "database", f"/v1.0/{asker.project}/flavors")["flavors"]
    assert "fast" in {one["name"] for one in kinds}
    assert {one["name"] for one in flavors} == {"tiny"}


def test_a_default_share_type_is_one_that_is_there() -> None:
    asker, types = Asker(), "/v2/types"
    assert ask(asker, "GET", "shared-file-system", f"{types}/default")["share_type"]["name"] == ""
    specs = {"driver_handles_share_servers": "False"}
    ask(asker, "POST", "shared-file-system", types, {"share_type": {"name": "fast", "extra_specs": specs}})
    assert ask(asker, "GET", "shared-file-system", f"{types}/default")["share_type"]["name"] == "fast"
