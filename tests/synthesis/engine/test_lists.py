"""Lists: pages, order, filters, and the link to the next page in each service's own way."""

from typing import Any

import msgspec
import pytest

from tests.synthesis.requests import Asker, json_of


def get(asker: Asker, service: str, path: str) -> Any:
    response = asker.ask("GET", service, path)
    assert response.status == 200, response.body
    return json_of(response)


def with_volumes(count: int) -> Asker:
    asker = Asker()
    for number in range(count):
        body = {"volume": {"name": f"v{number}", "size": number + 1}}
        assert asker.ask("POST", "block-storage", "/v3/p/volumes", msgspec.json.encode(body)).status == 202
    return asker


def test_pages_follow_each_other_to_the_end() -> None:
    asker, seen, path = with_volumes(5), [], "/v3/p/volumes/detail?limit=2"
    while path:
        page = get(asker, "block-storage", path)
        seen += [one["name"] for one in page["volumes"]]
        path = next((link["href"].partition("invalid")[2] for link in page.get("volumes_links", [])), "")
    assert seen == ["v4", "v3", "v2", "v1", "v0"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("sort=size:asc", ["v0", "v1", "v2"]),
        ("sort_key=name&sort_dir=desc", ["v2", "v1", "v0"]),
        ("name=v1", ["v1"]),
        ("size=3", ["v2"]),
        ("status=error", []),
        ("sort=size:asc&limit=1", ["v0"]),
        ("unknown=1", ["v2", "v1", "v0"]),
    ],
)
def test_a_query_chooses_and_orders(query: str, names: list[str]) -> None:
    found = get(with_volumes(3), "block-storage", f"/v3/p/volumes/detail?{query}")["volumes"]
    assert [one["name"] for one in found] == names


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "sort=nothing:asc", "sort=size:up"])
def test_a_query_that_makes_no_sense_is_refused(query: str) -> None:
    assert with_volumes(1).ask("GET", "block-storage", f"/v3/p/volumes?{query}").status == 400


@pytest.mark.parametrize(
    ("service", "path", "status"), [("block-storage", "/v3/p/volumes", 404), ("compute", "/v2.1/servers", 400)]
)
def test_a_marker_that_is_not_there_is_refused(service: str, path: str, status: int) -> None:
    assert Asker().ask("GET", service, f"{path}?marker=none").status == status


def test_a_full_page_links_on_even_where_nothing_follows() -> None:
    page = get(with_volumes(2), "block-storage", "/v3/p/volumes?limit=2")
    assert len(page["volumes"]) == 2
    assert page["volumes_links"][0]["rel"] == "next"


@pytest.mark.parametrize(
    ("query", "names"),
    [("minDisk=40", ["m1.medium"]), ("minRam=513", ["m1.medium"]), ("minRam=1", ["m1.tiny", "m1.medium"])],
)
def test_flavors_are_chosen_by_what_they_have_at_least(query: str, names: list[str]) -> None:
    asker = Asker()
    for flavor in list(asker.world.shelf("compute/flavors")):
        assert asker.ask("DELETE", "compute", f"/v2.1/flavors/{flavor.id}").status < 300
    for name, ram, disk in (("m1.tiny", 512, 1), ("m1.medium", 4096, 40)):
        body = {"flavor": {"name": name, "ram": ram, "disk": disk, "vcpus": 1}}
        asker.ask("POST", "compute", "/v2.1/flavors", msgspec.json.encode(body))
    assert sorted(one["name"] for one in get(asker, "compute", f"/v2.1/flavors?{query}")["flavors"]) == sorted(names)


@pytest.mark.parametrize(
    ("query", "are_there"), [("minDisk=20", True), ("minDisk=21", False), ("minRam=512", True), ("minRam=1", False)]
)
def test_images_of_compute_are_chosen_by_what_they_need(query: str, are_there: bool) -> None:
    asker = Asker()
    asker._thing("image/images", (), new=True).set(min_disk=20, min_ram=512)
    assert bool(get(asker, "compute", f"/v2.1/images?{query}")["images"]) == are_there


SERVERS, VOLUMES = ("compute", "/v2.1/servers"), ("block-storage", "/v3/p/volumes")
NAMED_OTHERWISE = {
    "a server by its host": (*SERVERS, "compute/servers", "host", "OS-EXT-SRV-ATTR:host"),
    "a server by its image": (*SERVERS, "compute/servers", "image", "_image_id"),
    "a server by its flavor": (*SERVERS, "compute/servers", "flavor", "_flavor_id"),
    "a volume by its host": (*VOLUMES, "block-storage/volumes", "host", "os-vol-host-attr:host"),
    "a volume by its project": (*VOLUMES, "block-storage/volumes", "project_id", "os-vol-tenant-attr:tenant_id"),
}


@pytest.mark.parametrize("case", NAMED_OTHERWISE)
def test_a_filter_may_have_another_name_than_the_member(case: str) -> None:
    service, path, kind, query, member = NAMED_OTHERWISE[case]
    asker = Asker()
    for name in ("here", "there"):
        asker._thing(kind, (), new=True).set(**{member: name, "name": name})
    found = get(asker, service, f"{path}?{query}=here&all_tenants=1")[path.rpartition("/")[2]]
    assert [one["name"] for one in found] == ["here"]


@pytest.mark.parametrize(("since", "there"), [("2000-01-01T00:00:00Z", True), ("2999-01-01T00:00:00", False)])
def test_a_list_holds_what_changed_since(since: str, there: bool) -> None:
    asker = Asker()
    asker.ask("POST", "block-storage", "/v3/p/volumes", b'{"volume": {"size": 1}}')
    assert bool(get(asker, "block-storage", f"/v3/p/volumes?changes-since={since}")["volumes"]) is there


def test_the_short_list_and_the_long_one_agree() -> None:
    asker = with_volumes(3)
    short, whole = (get(asker, "block-storage", f"/v3/p/volumes{path}")["volumes"] for path in ("", "/detail"))
    assert [one["id"] for one in short] == [one["id"] for one in whole]
    assert set(short[0]) < set(whole[0])


LINKS = [
    ("network", "/v2.0/networks", {"network": {"name": "n"}}, lambda page: page["networks_links"][0]["href"]),
    ("image", "/v2/images", {"name": "i"}, lambda page: page["next"]),
    ("identity", "/v3/groups", {"group": {"name": "g{}"}}, lambda page: page["links"]["next"]),
]


@pytest.mark.parametrize(("service", "path", "body", "link"), LINKS, ids=[row[0] for row in LINKS])
def test_each_service_links_in_its_own_way(service: str, path: str, body: Any, link: Any) -> None:
    asker = Asker()
    for number in range(3):
        text = msgspec.json.encode(body).replace(b"{}", str(number).encode())
        assert asker.ask("POST", service, path, text).status == 201
    following = link(get(asker, service, f"{path}?limit=2"))
    assert "marker=" in following
    assert "limit=2" in following


def test_deleting_many_leaves_the_pages_whole() -> None:
    asker = with_volumes(200)
    ids = [one["id"] for one in get(asker, "block-storage", "/v3/p/volumes")["volumes"]]
    for id_ in ids[:150]:
        assert asker.ask("DELETE", "block-storage", f"/v3/p/volumes/{id_}").status == 202
    assert [one["id"] for one in get(asker, "block-storage", "/v3/p/volumes?limit=1000")["volumes"]] == ids[150:]
