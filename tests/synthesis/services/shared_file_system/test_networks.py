"""Networks of shares and their security services: manila's `api/v2/share_networks.py`, `security_service.py`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.shared_file_system.asker import Manila
from tests.synthesis.services.teller import NONE

NET = {"neutron_net_id": "a1b2c3d4-0000-4000-8000-000000000001", "neutron_subnet_id": NONE}


def test_a_network_has_a_subnet_of_its_own() -> None:
    manila = Manila()
    made = manila.make("share-networks", name="n", **NET)
    assert (made["name"], made["description"], made["status"]) == ("n", None, "active")
    (subnet,) = made["share_network_subnets"]
    assert {name: subnet[name] for name in NET} == NET
    assert (subnet["availability_zone"], made["project_id"]) == (None, manila.project)
    assert manila.show(f"/share-networks/{made['id']}") == made
    assert [sorted(one) for one in manila.show("/share-networks")] == [["id", "name"]]
    assert manila.show("/share-networks/detail") == [made]


def test_older_microversions_tell_the_net_of_the_network_itself() -> None:
    manila = Manila(micro="2.50")
    made = manila.make("share-networks", **NET)
    assert {name: made[name] for name in NET} == NET
    assert "share_network_subnets" not in made
    manila.micro = "2.51"
    assert not NET.keys() & manila.show(f"/share-networks/{made['id']}").keys()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (
            {"neutron_net_id": NONE},
            "When creating a new share network subnet you need to specify both neutron_net_id and neutron_subnet_id or "
            "none of them.",
        ),
        (
            {"neutron_subnet_id": NONE},
            "When creating a new share network subnet you need to specify both neutron_net_id and neutron_subnet_id or "
            "none of them.",
        ),
        ({"nova_net_id": NONE}, "nova networking is not supported starting in Ocata."),
        ({"availability_zone": "mars"}, "The provided availability zone mars does not exist."),
    ],
)
def test_a_network_is_not_made_of_this(sent: dict[str, Any], why: str) -> None:
    manila = Manila()
    assert manila.unmade("share-networks", **sent) == (400, why)
    assert manila.show("/share-networks") == []


@pytest.mark.parametrize("kind", ["share-networks", "security-services"])
def test_a_body_without_what_is_made_is_not_processed(kind: str) -> None:
    manila = Manila()
    bodies: list[Any] = [{}, {"network": {}}, None]
    for body in bodies:
        assert manila.refused("POST", f"/{kind}", body) == (422, "Unable to process the contained instructions")


def test_a_network_is_renamed() -> None:
    manila = Manila()
    path = f"/share-networks/{manila.make('share-networks', name='old')['id']}"
    told = manila.say("PUT", path, {"share_network": {"name": "new", "description": "d"}})[1]["share_network"]
    assert (told["name"], told["description"]) == ("new", "d")
    assert told["updated_at"]
    assert manila.refused("PUT", path, {"share_network": {"nova_net_id": NONE}})[0] == 400
    assert manila.refused("PUT", path, {"network": {}})[0] == 422
    assert manila.status("PUT", f"/share-networks/{NONE}", {"share_network": {"name": "x"}}) == 404


def test_a_network_with_shares_stays() -> None:
    manila = Manila()
    network = manila.make("share-networks")["id"]
    share = manila.share(share_network_id=network)
    why = f"Can not delete share network {network}, it has 1 share(s)."
    assert manila.refused("DELETE", f"/share-networks/{network}") == (409, why)
    manila.status("DELETE", f"/shares/{share}")
    assert manila.status("DELETE", f"/share-networks/{network}") == 202
    assert [manila.status(method, f"/share-networks/{network}") for method in ("GET", "DELETE")] == [404, 404]


# --- security services --------------------------------------------------------------------------------------------


def ldap(manila: Manila, **members: Any) -> str:
    return str(manila.make("security-services", **{"type": "ldap", **members})["id"])


def test_a_security_service_is_new() -> None:
    manila = Manila()
    made = manila.make("security-services", type="ldap", name="s", dns_ip="192.0.2.1", user="u", password="p")
    assert (made["status"], made["type"], made["dns_ip"], made["user"]) == ("new", "ldap", "192.0.2.1", "u")
    assert (made["server"], made["domain"], made["ou"], made["default_ad_site"]) == (None, None, None, None)
    assert manila.show(f"/security-services/{made['id']}") == made
    assert [sorted(one) for one in manila.show("/security-services")] == [["id", "name", "status", "type"]]


@pytest.mark.parametrize("kind", ["x", "", None])
def test_a_security_service_is_of_one_of_three_types(kind: Any) -> None:
    manila = Manila()
    why = f"Invalid type {kind} specified for security service. Valid types are active_directory,ldap,kerberos."
    assert manila.unmade("security-services", type=kind) == (400, f"Invalid input received: {why}")
    for name in ("active_directory", "ldap", "kerberos"):
        ldap(manila, type=name)


def test_an_active_directory_has_a_server_or_a_site() -> None:
    manila = Manila()
    both = {"server": "192.0.2.1", "default_ad_site": "s"}
    status, why = manila.unmade("security-services", type="active_directory", **both)
    assert (status, "both server and 'default_ad_site' were provided" in why) == (400, True)
    for name, value in both.items():
        ldap(manila, type="active_directory", **{name: value})


@pytest.mark.parametrize(("member", "since"), [("ou", 44), ("default_ad_site", 76)])
def test_a_member_of_a_security_service_is_told_from_its_microversion_on(member: str, since: int) -> None:
    manila = Manila()
    path, told = f"/security-services/{ldap(manila)}", []
    for number in (since - 1, since):
        manila.micro = f"2.{number}"
        told.append(member in manila.show(path))
    assert told == [False, True]


def test_a_security_service_is_in_networks_and_stays_until_it_is_in_none() -> None:
    manila = Manila()
    service, network = ldap(manila, name="s"), manila.make("share-networks", name="n")["id"]
    path, sent = f"/share-networks/{network}", {"security_service_id": service}
    status, told = manila.say("POST", f"{path}/action", {"add_security_service": sent})
    assert (status, told) == (200, {"share_network": manila.show(path)})
    assert manila.show(f"/security-services/{service}")["share_networks"] == [network]
    assert manila.names(f"/share-networks?security_service_id={service}") == ["n"]
    assert manila.names(f"/share-networks?security_service_id={NONE}") == []
    assert manila.names(f"/security-services?share_network_id={network}") == ["s"]
    why = "Cannot delete security service. It is assigned to share network(s)"
    assert manila.refused("DELETE", f"/security-services/{service}") == (403, why)
    assert manila.act(path, "remove_security_service", sent) == 200
    assert manila.names(f"/security-services?share_network_id={network}") == []
    assert manila.status("DELETE", f"/security-services/{service}") == 202
    assert manila.status("GET", f"/security-services/{service}") == 404


def test_a_network_has_one_security_service_of_a_type() -> None:
    manila = Manila()
    network = manila.make("share-networks")["id"]
    path = f"/share-networks/{network}"
    first, second, other = ldap(manila), ldap(manila), ldap(manila, type="kerberos")
    assert manila.act(path, "add_security_service", {"security_service_id": first}) == 200
    why = "Invalid security service: Cannot add security service to share network. Security service with"
    for one in (first, second):
        assert manila.refusal(path, "add_security_service", {"security_service_id": one}) == (
            409,
            f"{why} 'ldap' type already added to '{network}' share network",
        )
    assert manila.act(path, "add_security_service", {"security_service_id": other}) == 200


def test_a_security_service_that_is_not_there_is_neither_added_nor_removed() -> None:
    manila = Manila()
    network, service = manila.make("share-networks")["id"], ldap(manila)
    path = f"/share-networks/{network}"
    why = f"SecurityServiceNotFound: Security service {NONE} could not be found."
    for action in ("add_security_service", "remove_security_service"):
        assert manila.refusal(path, action, {"security_service_id": NONE}) == (404, why)
        assert manila.refusal(path, action, {})[0] == 400
    assert manila.refusal(path, "remove_security_service", {"security_service_id": service}) == (
        400,
        f"Failed to dissociate share network {network} and security service {service}: No association defined.",
    )
    assert manila.refused("GET", f"/security-services?share_network_id={NONE}")[0] == 404


def test_networks_of_another_project_are_not_there() -> None:
    manila = Manila()
    network, service = manila.make("share-networks")["id"], ldap(manila)
    manila.become("guest")
    assert (manila.show("/share-networks"), manila.show("/security-services")) == ([], [])
    for path in (f"/share-networks/{network}", f"/security-services/{service}"):
        assert [manila.status(method, path) for method in ("GET", "DELETE")] == [404, 404]
