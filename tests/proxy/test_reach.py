"""Which addresses a service catalog may lead to, whatever their spelling."""

import asyncio
import socket
from ipaddress import ip_address

import pytest

from cloudtape.errors import ConfigError
from cloudtape.http.resolving import JudgingResolver
from cloudtape.reach import Reach, kind_of, literal, network_named

NEAR = {
    "loopback": [
        *("127.0.0.1", "127.255.255.254", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "::ffff:0:127.0.0.1"),
    ],
    "link-local": ["169.254.0.1", "fe80::1", "febf::1", "::ffff:169.254.1.1"],
    "metadata": [
        *("169.254.169.254", "::ffff:a9fe:a9fe", "fe80::a9fe:a9fe", "fd00:ec2::254", "fd20:ce::254"),
        *("100.100.100.200", "168.63.129.16", "192.0.0.192", "169.254.170.2", "64:ff9b::169.254.169.254"),
    ],
    "": ["10.0.0.1", "192.168.1.1", "203.0.113.1", "128.0.0.1", "126.0.0.1", "169.253.1.1", "2001:db8::1", "fd00::1"],
}
TABLE = [(address, kind) for kind, addresses in NEAR.items() for address in addresses]


@pytest.mark.parametrize(("address", "kind"), TABLE)
def test_addresses_have_a_kind_however_they_are_packed(address: str, kind: str) -> None:
    assert kind_of(ip_address(address)) == kind


@pytest.mark.parametrize(
    "spelling",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.1."),
        *("0X7F.0.0.1", "127.0.1"),
    ],
)
def test_numbers_are_read_as_the_system_reads_them(spelling: str) -> None:
    (found, *_) = socket.getaddrinfo(spelling.rstrip("."), 80, type=socket.SOCK_STREAM)
    assert kind_of(ip_address(found[4][0])) == "loopback"
    address = literal(spelling)
    assert address
    assert kind_of(address) == "loopback"
    assert "--allow-upstream" in Reach("http://203.0.113.1/v3").refusal(spelling)


@pytest.mark.parametrize("host", ["cloud.example", "127.0.0.1.example", "localhost", "face", "1.2.3.4.5", "", "\u2460"])
def test_names_are_no_numbers(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize(
    ("auth_url", "host", "allowed", "is_open"),
    [
        ("http://127.0.0.1:5000/v3", "127.0.0.1", (), True),
        ("http://127.0.0.1:5000/v3", "[::1]", (), True),
        ("http://[::1]:5000/v3", "127.0.0.2", (), True),
        ("http://2130706433:5000/v3", "127.0.0.1", (), True),
        ("http://127.0.0.1:5000/v3", "169.254.0.1", (), False),
        ("http://127.0.0.1:5000/v3", "169.254.169.254", (), False),
        ("http://169.254.0.1/v3", "169.254.169.254", (), False),
        ("http://169.254.0.1/v3", "[fe80::1]", (), True),
        ("http://203.0.113.1/v3", "203.0.113.2", (), True),
        ("http://203.0.113.1/v3", "10.0.0.1", (), True),
        ("http://203.0.113.1/v3", "[::ffff:127.0.0.1]", (), False),
        ("http://203.0.113.1/v3", "[fe80::1%25eth0]", (), False),
        ("http://203.0.113.1/v3", "127.0.0.1", ("127.0.0.1",), True),
        ("http://203.0.113.1/v3", "127.0.0.1", ("127.0.0.0/8",), True),
        ("http://203.0.113.1/v3", "127.0.0.1", ("2130706433",), True),
        ("http://203.0.113.1/v3", "127.0.0.2", ("127.0.0.1", "cloud.example"), False),
        ("http://203.0.113.1/v3", "[::1]", ("127.0.0.0/8",), False),
        ("http://203.0.113.1/v3", "[::1]", ("[::1]",), True),
        ("http://203.0.113.1/v3", "169.254.169.254", ("169.254.0.0/16",), True),
    ],
)
def test_what_is_near_is_reached_from_near_or_by_leave(
    auth_url: str, host: str, allowed: tuple[str, ...], is_open: bool
) -> None:
    assert bool(Reach(auth_url, allowed).refusal(host)) is not is_open


@pytest.mark.parametrize("text", ["", "10.0.0.1/33", "a b", "http://c", "c:80", "-c", "*", "::1/129"])
def test_what_is_neither_a_host_nor_a_network_cannot_be_allowed(text: str) -> None:
    with pytest.raises(ConfigError, match="--allow-upstream"):
        network_named(text)


# --- names ------------------------------------------------------------------------------------------------------------


def judged(reach: Reach, host: str, *addresses: str) -> list[str]:
    try:
        return reach.reachable(host, addresses)
    except OSError:
        return []


def test_a_name_is_judged_by_what_it_leads_to() -> None:
    reach = Reach("http://cloud.example/v3")
    assert judged(reach, "cloud.example", "203.0.113.1") == ["203.0.113.1"]
    assert judged(reach, "compute.example", "127.0.0.1") == []
    assert judged(reach, "compute.example", "::1", "203.0.113.2") == ["203.0.113.2"]
    assert judged(reach, "compute.example", "fe80::1%eth0") == []


def test_a_cloud_on_this_machine_has_its_services_here() -> None:
    reach = Reach("http://Controller.:5000/v3")
    assert judged(reach, "compute", "127.0.0.1") == []  # nobody knows yet where the cloud is
    assert judged(reach, "controller", "127.0.1.1", "::1") == ["127.0.1.1", "::1"]
    assert judged(reach, "compute", "127.0.0.1") == ["127.0.0.1"]
    assert reach.refusal("127.0.0.1") == ""
    assert judged(reach, "metadata.example", "169.254.169.254") == []


def test_a_cloud_whose_name_leads_here_later_is_not_followed() -> None:
    reach = Reach("http://cloud.example/v3")
    assert judged(reach, "cloud.example", "203.0.113.1", "127.0.0.1") == ["203.0.113.1"]
    assert judged(reach, "cloud.example", "127.0.0.1") == []


def test_a_name_that_is_allowed_may_lead_anywhere() -> None:
    reach = Reach("http://cloud.example/v3", ("Compute.example",))
    assert judged(reach, "compute.example.", "127.0.0.1") == ["127.0.0.1"]
    assert judged(reach, "image.example", "127.0.0.1") == []


def test_the_systems_names_are_judged_when_a_connection_is_made() -> None:
    async def resolve(reach: Reach) -> list[str]:
        resolver = JudgingResolver(reach)
        return [address for address, _ in await resolver.resolve("localhost", 80)]

    assert "127.0.0.1" in asyncio.run(resolve(Reach("http://localhost:5000/v3")))
    with pytest.raises(OSError, match="a loopback address; nothing is sent there without --allow-upstream localhost"):
        asyncio.run(resolve(Reach("http://203.0.113.1/v3")))
