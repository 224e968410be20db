"""Which names a listening socket answers to, and what a person is told of where it listens."""

from collections.abc import Callable

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, allowed_hosts, mode_named
from cloudtape.errors import ConfigError, HostRefused
from cloudtape.http.doors import Doors
from cloudtape.http.hosts import Door
from tests.proxy.raw_cloud import RawCloud, request, say
from tests.proxy.test_cli import SAMPLE, cloudtape

Start = Callable[..., BackgroundProxy]


def answers(door: Door, host: str) -> bool:
    try:
        door.check(host)
    except HostRefused:
        return False
    return True


@pytest.mark.parametrize(
    "host", ["localhost", "Localhost:80", "x.localhost", "127.0.0.1:1", "127.1.2.3", "[::1]:80", "[::ffff:127.0.0.1]"]
)
def test_the_names_of_this_machine_are_always_answered(host: str) -> None:
    assert answers(Door(0, any_name=False), host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "evil",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "10.0.0.1",
        "[fe80::1]",
        "0.0.0.0",
        "2130706433",
        "0x7f000001",
    ],
)
def test_others_are_not(host: str) -> None:
    assert not answers(Door(0, any_name=False), host)
    assert answers(Door(0), host)


def test_a_name_without_a_dot_is_nobodys_in_the_internet() -> None:
    door = Door(0, any_name=False, dotless=True)
    assert [answers(door, host) for host in ("h", "tape:80", "evil.example", "")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("allowed", "host", "is_answered"),
    [
        ("tape.example", "tape.example:8780", True),
        ("Tape.Example.", "TAPE.example.", True),
        ("tape.example", "a.tape.example", False),
        ("*.example", "a.b.example", True),
        ("*.example", "example", False),
        ("*.example", "badexample", False),
        ("10.0.0.5", "10.0.0.5:80", True),
        ("fd00::1", "[fd00::1]:80", True),
    ],
)
def test_names_can_be_allowed(allowed: str, host: str, is_answered: bool) -> None:
    assert answers(Door(0, allowed_hosts([allowed]), any_name=False), host) == is_answered


@pytest.mark.parametrize("name", ["", "http://a", "a:80", "a b", "a/b", "*", "a.*"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="--allow-host"):
        allowed_hosts([name])


@pytest.mark.parametrize(("mode", "dotless"), [("record", 403), ("synthesize", 404)])
def test_a_page_that_rebinds_its_name_reads_nothing(proxy: Start, cloud: RawCloud, mode: str, dotless: int) -> None:
    started = proxy(mode, cloud) if mode == "record" else proxy(mode, cassettes=())
    for name, status in (("evil.example", 403), ("evil", dotless), ("localhost", 404)):
        assert say(started.url, request("GET /nowhere", f"Host: {name}:80")).status == status


def test_whole_urls_of_known_services_need_no_name_of_ours(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    assert say(recorder.url, request(f"GET {cloud.url}/v3", "Host: evil.example")).status == 200


def test_the_option_is_heeded(proxy: Start, cloud: RawCloud) -> None:
    started = proxy("record", cloud, allow_hosts=("tape.example",))
    assert say(started.url, request("GET /identity/v3", "Host: tape.example:1")).status == 200


def test_a_proxy_that_cannot_be_used_and_a_host_that_is_none_are_one_line() -> None:
    up = ("--upstream", "http://127.0.0.1:1/v3")
    for words in (
        ("passthrough", *up, "--proxy", "socks5://u:pw@p:1"),
        ("replay", "--cassette", SAMPLE, "--allow-host", "a:1"),
    ):
        done = cloudtape(*words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "pw" not in done.stderr


@pytest.mark.parametrize(
    ("host", "is_warned_of", "listening"),
    [
        ("127.0.0.1", False, "http://127.0.0.1:0"),
        ("localhost", False, "http://localhost:0"),
        ("0.0.0.0", True, "0.0.0.0:0, all IPv4 addresses of this machine: http://127.0.0.1:0"),
        ("::", True, "[::]:0, all addresses of this machine: http://[::1]:0"),
        ("10.0.0.5", True, "http://10.0.0.5:0"),
    ],
)
def test_a_live_cloud_that_others_can_reach_is_warned_of(host: str, is_warned_of: bool, listening: str) -> None:
    live = Doors(Config(mode_named("passthrough"), (), "http://cloud:5000/v3", host))
    assert (bool(live.warnings), live.listening) == (is_warned_of, listening)
    assert not Doors(Config(mode_named("synthesize"), (), "", host)).warnings
