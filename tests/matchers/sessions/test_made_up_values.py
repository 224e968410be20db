"""Values that a client makes up under names that no row knows: what binds, and what is another request all the same."""

import json
from typing import Any

import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.naming import NameKind, Naming, NamingRow
from cloudtape.matchers.sessions.rungs import Matching
from tests.matchers.player import ID, OTHER, Player, get, post, said, send

KEYSTONE, NOVA, NEUTRON, CINDER = "http://keystone/v3", "http://nova/v2.1", "http://neutron/v2.0", "http://cinder/v3"
NEW_ID = "99999999-6d41-478b-8238-8f0f8fc90b9c"


def made(body: dict[str, Any], **members: Any) -> dict[str, Any]:
    """What a cloud answers to a create: the same, with an id."""
    ((name, one),) = body.items()
    return {name: {"id": ID, **one, **members}}


class Case:
    """A recorded create, one of another run that it must answer, and members whose change makes another request."""

    def __init__(self, url: str, recorded: dict[str, Any], live: dict[str, Any], *others: dict[str, Any]) -> None:
        self.url, self.recorded, self.live, self.others = url, recorded, live, others

    def player(self, *before: tuple[Request, Any]) -> Player:
        return Player(*before, (post(self.url, self.recorded), made(self.recorded)))


def changed(one: dict[str, Any], **members: Any) -> dict[str, Any]:
    ((name, inner),) = one.items()
    return {name: {key: value for key, value in {**inner, **members}.items() if value is not ...}}


SERVICE = {"service": {"name": "svc-11111111", "type": "tempest-type-11111111", "enabled": True, "description": "a"}}
LIVE_SERVICE = {
    "service": {"name": "svc-99999999", "type": "tempest-type-99999999", "enabled": True, "description": "b"}
}
ENDPOINT = {
    "endpoint": {"service_id": OTHER, "interface": "public", "url": "https://url-11111111.com", "region": "r-11111111"}
}
LIVE_ENDPOINT = changed(ENDPOINT, url="https://url-99999999.com", region="r-99999999")
FLAVOR = {"flavor": {"name": "f-11111111", "id": 1111111, "ram": 512, "vcpus": 1, "disk": 10, "swap": 0}}
LIVE_FLAVOR = changed(FLAVOR, name="f-99999999", id=9999999)
IMAGE = {
    "image": {"name": "i-11111111", "ramdisk_id": OTHER, "disk_format": "raw", "min_disk": 1, "visibility": "private"}
}
LIVE_IMAGE = changed(IMAGE, name="i-99999999", ramdisk_id=NEW_ID)
RULE = {"rule": {"parent_group_id": OTHER, "from_port": 234517, "to_port": 80, "ip_protocol": "tcp"}}
LIVE_RULE = changed(RULE, from_port=876543)

CASES = {
    "a text of a random form": Case(
        f"{KEYSTONE}/services",
        SERVICE,
        LIVE_SERVICE,
        changed(LIVE_SERVICE, type="compute"),
        changed(LIVE_SERVICE, type="tempest-type"),
        changed(LIVE_SERVICE, type="tempest-kind-99999999"),
        changed(LIVE_SERVICE, type="tempest-type-99999999-x"),
        changed(LIVE_SERVICE, type="tempest-type-1"),
        changed(LIVE_SERVICE, type=99999999),
        changed(LIVE_SERVICE, type=None),
        changed(LIVE_SERVICE, type=""),
        changed(LIVE_SERVICE, type=["tempest-type-99999999"]),
        changed(LIVE_SERVICE, type=...),
        changed(LIVE_SERVICE, enabled=False),
        changed(LIVE_SERVICE, region="x"),
    ),
    "a URL": Case(
        f"{KEYSTONE}/endpoints",
        ENDPOINT,
        LIVE_ENDPOINT,
        changed(LIVE_ENDPOINT, url="http://url-99999999.com"),
        changed(LIVE_ENDPOINT, url="https://url-99999999.org"),
        changed(LIVE_ENDPOINT, url="https://url-99999999.com/v3"),
        changed(LIVE_ENDPOINT, url="https://url-99999999.com:8080"),
        changed(LIVE_ENDPOINT, url="https://www.url-99999999.com"),
        changed(LIVE_ENDPOINT, url="https://url.com"),
        changed(LIVE_ENDPOINT, url=""),
        changed(LIVE_ENDPOINT, interface="internal"),
        changed(LIVE_ENDPOINT, region="RegionOne"),
        changed(LIVE_ENDPOINT, region=None),
        changed(LIVE_ENDPOINT, enabled=True),
    ),
    "the number of a new thing": Case(
        f"{NOVA}/flavors",
        FLAVOR,
        LIVE_FLAVOR,
        changed(LIVE_FLAVOR, id="9999999"),
        changed(LIVE_FLAVOR, id=None),
        changed(LIVE_FLAVOR, id=...),
        changed(LIVE_FLAVOR, id=True),
        changed(LIVE_FLAVOR, ram=1024),
        changed(LIVE_FLAVOR, ram=9999999),
        changed(LIVE_FLAVOR, vcpus=2),
        changed(LIVE_FLAVOR, disk=11),
        changed(LIVE_FLAVOR, swap=1),
        changed(LIVE_FLAVOR, ram="512"),
        changed(LIVE_FLAVOR, ephemeral=0),
    ),
    "an id that the cloud did not give": Case(
        "http://glance/v2/images",
        IMAGE,
        LIVE_IMAGE,
        changed(LIVE_IMAGE, ramdisk_id="none"),
        changed(LIVE_IMAGE, ramdisk_id=None),
        changed(LIVE_IMAGE, ramdisk_id=""),
        changed(LIVE_IMAGE, ramdisk_id=...),
        changed(LIVE_IMAGE, ramdisk_id=[NEW_ID]),
        changed(LIVE_IMAGE, ramdisk_id=12345678),
        changed(LIVE_IMAGE, disk_format="qcow2"),
        changed(LIVE_IMAGE, min_disk=2),
        changed(LIVE_IMAGE, visibility="public"),
        changed(LIVE_IMAGE, kernel_id=NEW_ID),
    ),
    "a number that looks random": Case(
        f"{NOVA}/os-security-group-rules",
        RULE,
        LIVE_RULE,
        changed(LIVE_RULE, from_port=81),
        changed(LIVE_RULE, from_port=-1),
        changed(LIVE_RULE, from_port=9999),
        changed(LIVE_RULE, from_port=65536),
        changed(LIVE_RULE, from_port=100000),
        changed(LIVE_RULE, from_port="876543"),
        changed(LIVE_RULE, from_port=876543.5),
        changed(LIVE_RULE, from_port=None),
        changed(LIVE_RULE, to_port=81),
        changed(LIVE_RULE, to_port=876543),
        changed(LIVE_RULE, ip_protocol="udp"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_run_makes_up_is_bound_and_comes_back(case: Case) -> None:
    player = case.player()
    told = json.loads(player.ask(post(case.url, case.live)))
    assert told == made(case.live)


@pytest.mark.parametrize(
    ("case", "other"), [pytest.param(case, other, id=name) for name, case in CASES.items() for other in case.others]
)
def test_what_is_another_request_is_missed(case: Case, other: dict[str, Any]) -> None:
    assert case.player().rung(post(case.url, other)) == "miss"


def test_each_new_kind_of_binding_has_ten_requests_that_it_does_not_answer() -> None:
    assert min(len(case.others) for case in CASES.values()) >= 10


# The id that a create itself gives is the client's, whatever was there before.
TOLD_FIRST = {name: case for name, case in CASES.items() if name != "the number of a new thing"}


@pytest.mark.parametrize("case", TOLD_FIRST.values(), ids=TOLD_FIRST)
def test_what_the_cloud_has_told_first_is_compared(case: Case) -> None:
    """The same values, listed before: another one is another thing of the cloud."""
    listed = (get(f"{NOVA}/known"), {"known": [made(case.recorded)[next(iter(case.recorded))]]})
    names = {"name": next(iter(case.recorded.values())).get("name", ...)}
    assert case.player(listed).rung(post(case.url, changed(case.live, **names))) == "miss"


def test_a_thing_under_an_id_of_the_clients_is_made_and_found() -> None:
    region = f"{KEYSTONE}/regions"
    body = {"region": {"description": "x"}}
    player = Player(
        (send("PUT", f"{region}/{ID}", body), said({"region": {"id": ID, "description": "x"}}, 201)),
        (get(f"{region}/{ID}"), {"region": {"id": ID, "description": "x"}}),
    )
    assert json.loads(player.ask(send("PUT", f"{region}/{NEW_ID}", body)))["region"]["id"] == NEW_ID
    assert json.loads(player.ask(get(f"{region}/{NEW_ID}")))["region"]["id"] == NEW_ID
    assert player.rung(get(f"{region}/{OTHER}")) == "miss"


def test_a_thing_that_was_there_before_the_recording_is_the_clouds() -> None:
    network = f"{NEUTRON}/networks"
    player = Player(
        (send("PUT", f"{network}/{ID}", {"network": {"name": "net-11111111"}}), {"network": {"id": ID}}),
        (get(f"{network}/{ID}"), {"network": {"id": ID}}),
    )
    assert player.rung(get(f"{network}/{NEW_ID}")) == "miss"


def test_the_number_of_a_new_flavor_stands_for_it_wherever_it_is_named() -> None:
    server = {"server": {"name": "vm-11111111", "flavorRef": "1111111"}}
    player = Player(
        (post(f"{NOVA}/flavors", FLAVOR), made(FLAVOR, id="1111111")),
        (get(f"{NOVA}/flavors/1111111"), made(FLAVOR, id="1111111")),
        (post(f"{NOVA}/servers", server), made(server)),
    )
    assert json.loads(player.ask(post(f"{NOVA}/flavors", LIVE_FLAVOR)))["flavor"]["id"] == "9999999"
    assert json.loads(player.ask(get(f"{NOVA}/flavors/9999999")))["flavor"]["id"] == "9999999"
    assert player.rung(post(f"{NOVA}/servers", changed(server, flavorRef="9999999"))) == "bound"
    assert player.rung(post(f"{NOVA}/servers", changed(server, flavorRef="8888888"))) == "miss"


QUOTA = f"{CINDER}/os-quota-class-sets/default"


def quota(**members: Any) -> Request:
    return send("PUT", QUOTA, {"quota_class_set": members})


CHANGED = (
    (quota(volumes=5), {"quota_class_set": {"volumes": 5}}),
    (quota(volumes=9), {"quota_class_set": {"volumes": 9}}),
)


def test_a_limit_that_the_client_was_recorded_to_change_may_be_another_one() -> None:
    player = Player(*CHANGED)
    assert json.loads(player.ask(quota(volumes=7))) == {"quota_class_set": {"volumes": 7}}


@pytest.mark.parametrize(
    "other",
    [
        quota(volumes=-1),
        quota(volumes="7"),
        quota(volumes=None),
        quota(volumes=True),
        quota(volumes=7.5),
        quota(volumes=[7]),
        quota(volumes=7, snapshots=1),
        quota(snapshots=7),
        quota(),
        send("PUT", f"{CINDER}/os-quota-class-sets/other", {"quota_class_set": {"volume": 7}}),
        send("POST", QUOTA, {"quota_class_set": {"volumes": 7}}),
    ],
)
def test_but_no_other_request_about_it(other: Request) -> None:
    assert Player(*CHANGED).rung(other) == "miss"


def test_numbers_of_things_that_are_made_are_compared_however_many_there_are() -> None:
    """Each POST makes another thing: 22 and 443 are two rules, and no limit that the client changes."""

    def rule(port: int) -> Request:
        return post(f"{NEUTRON}/security-group-rules", {"rule": {"port_range_min": port, "port_range_max": port}})

    player = Player((rule(22), {"rule": {"id": ID}}), (rule(443), {"rule": {"id": OTHER}}))
    assert [player.rung(rule(port)) for port in (80, 2222, 8443, 443)] == ["miss", "miss", "miss", "exact"]


def test_a_limit_that_was_set_once_is_compared() -> None:
    assert Player(CHANGED[0]).rung(quota(volumes=7)) == "miss"


def test_a_name_within_the_name_of_a_member_follows_it() -> None:
    kind = {"volume_type": {"name": "tempest-volume-type-11111111"}}
    asked, told = (
        {"gigabytes_tempest-volume-type-11111111": 10},
        {"volumes": 1, "gigabytes_tempest-volume-type-11111111": 10},
    )
    player = Player(
        (post(f"{CINDER}/types", kind), made(kind)),
        (quota(**asked), {"quota_class_set": told}),
    )
    player.ask(post(f"{CINDER}/types", changed(kind, name="tempest-volume-type-99999999")))
    live = {"gigabytes_tempest-volume-type-99999999": 10}
    assert json.loads(player.ask(quota(**live)))["quota_class_set"] == {"volumes": 1, **live}


def test_several_new_things_bind_like_one() -> None:
    def networks(*names: str) -> Request:
        return post(f"{NEUTRON}/networks", {"networks": [{"name": name} for name in names]})

    answer = {"networks": [{"id": ID, "name": "net-11111111"}, {"id": OTHER, "name": "net-22222222"}]}
    player = Player((networks("net-11111111", "net-22222222"), answer), (get(f"{NEUTRON}/networks/{OTHER}"), "second"))
    told = json.loads(player.ask(networks("net-88888888", "net-99999999")))["networks"]
    assert [one["name"] for one in told] == ["net-88888888", "net-99999999"]
    assert player.rung(networks("net-66666666", "net-77777777")) == "miss"


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["net-8"],
        ["net-8", "net-9", "net-7"],
        ["net-8", "net-8"],
        [None, "net-9"],
        ["", "net-9"],
        [8, 9],
    ],
)
def test_another_number_of_new_things_is_another_request(names: list[Any]) -> None:
    recorded = {"networks": [{"name": "net-11111111"}, {"name": "net-22222222"}]}
    answer = {"networks": [{"id": ID, "name": "net-11111111"}, {"id": OTHER, "name": "net-22222222"}]}
    player = Player((post(f"{NEUTRON}/networks", recorded), answer))
    assert player.rung(post(f"{NEUTRON}/networks", {"networks": [{"name": name} for name in names]})) == "miss"


def test_the_address_that_a_cloud_makes_of_a_mac_address_follows_it() -> None:
    def port(mac: str) -> Request:
        return post(f"{NEUTRON}/ports", {"port": {"mac_address": mac}})

    told = {"port": {"id": ID, "mac_address": "fa:16:3e:e1:ba:fd", "ip": "2001:db8::f816:3eff:fee1:bafd"}}
    player = Player((port("fa:16:3e:e1:ba:fd"), told))
    assert json.loads(player.ask(port("fa:16:3e:8b:28:66")))["port"]["ip"] == "2001:db8::f816:3eff:fe8b:2866"


def test_a_users_row_forbids_what_would_bind_and_lets_bind_what_would_not() -> None:
    forbidden = Matching(Naming([NamingRow(NameKind.FIXED, "type")]))
    case = CASES["a text of a random form"]
    player = Player((post(case.url, case.recorded), made(case.recorded)), matching=forbidden)
    assert player.rung(post(case.url, case.live)) == "miss"
    widened = Matching(Naming([NamingRow(NameKind.NAME, "volumes", numbers=True)]))
    player = Player(CHANGED[0], matching=widened)
    assert player.rung(quota(volumes=7)) == "unified"
