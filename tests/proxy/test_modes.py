"""What each mode does with a request, a cassette and a cloud."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import CassetteExists
from cloudtape.config import Config, Timeouts, mode_named
from cloudtape.errors import ConfigError, ListenError, NotKeystone, UpstreamUnreachable
from tests.proxy.raw_cloud import RawCloud, Received, answer, document, request, say

LOGIN = request("POST /identity/v3/auth/tokens", "Content-Type: application/json", "Content-Length: 2", body=b"{}")


def proxy_once(mode: str, cloud: RawCloud | None, tape: Path, **options: object) -> BackgroundProxy:
    upstream = f"{cloud.url}/v3" if cloud else ""
    return BackgroundProxy(Config(mode_named(mode), (tape,), upstream, **options))  # type: ignore[arg-type]


def test_what_was_recorded_is_replayed_without_the_cloud(tape: Path, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = document({"href": f"{cloud.url}/compute/y"}, headers="X-Mine: 1")
    with proxy_once("record", cloud, tape) as recorder:
        live = [say(recorder.url, one) for one in (LOGIN, request("GET /compute/x"))]
    asked = len(cloud.received)
    with proxy_once("replay", None, tape) as replayer:
        played = [say(replayer.url, one) for one in (LOGIN, request("GET /compute/x"))]
    assert len(cloud.received) == asked
    assert [(one.status, one.reason) for one in played] == [(one.status, one.reason) for one in live]
    assert played[1].body == live[1].body
    assert played[1].one("X-Mine") == "1"
    assert (live[1].one("X-Cloudtape-Source"), played[1].one("X-Cloudtape-Source")) == ("recorded", "replayed")
    assert played[1].one("X-Cloudtape-Match") == "exact; operation=-; interaction=2"


def test_links_lead_to_whatever_address_the_client_uses(tape: Path, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = document({"href": f"{cloud.url}/compute/y"})
    with proxy_once("record", cloud, tape) as recorder:
        say(recorder.url, LOGIN)
        say(recorder.url, request("GET /compute/x"))
    with proxy_once("replay", None, tape) as replayer:
        named = say(replayer.url, request("GET /compute/x", "Host: other.localhost:99"))
        session = say(replayer.url, request("GET /_session/w1/compute/x"))
        absolute = say(replayer.url, request(f"GET {cloud.url}/compute/x"))
    assert json.loads(named.body) == {"href": "http://other.localhost:99/compute/y"}
    assert json.loads(session.body) == {"href": "http://proxy.localhost:8780/_session/w1/compute/y"}
    assert json.loads(absolute.body) == {"href": f"{cloud.url}/compute/y"}


def test_a_miss_is_501_with_the_reason_and_the_nearest(tape: Path, cloud: RawCloud) -> None:
    with proxy_once("record", cloud, tape) as recorder:
        say(recorder.url, LOGIN)
        say(recorder.url, request("GET /compute/servers?limit=10"))
    with proxy_once("replay", None, tape) as replayer:
        missed = say(replayer.url, request("GET /compute/servers?limit=20"))
        misses = list(replayer.misses)
    fault = json.loads(missed.body)
    assert missed.status == 501
    assert "query limit: recorded 10, asked 20" in fault["notImplemented"]["message"]
    assert fault["cloudtape"]["nearest"][0]["interaction"] == 2
    assert len(misses) == 1


def test_sessions_replay_each_for_itself(tape: Path, cloud: RawCloud) -> None:
    answers = iter([b"one", b"two"])
    cloud.answers["/compute/x"] = lambda *_: answer("200 OK", body=next(answers))
    with proxy_once("record", cloud, tape) as recorder:
        for raw in (LOGIN, request("GET /compute/x"), request("GET /compute/x")):
            say(recorder.url, raw)
    with proxy_once("replay", None, tape) as replayer:
        first = [say(replayer.url, request("GET /compute/x", "X-Cloudtape-Session: a")).body for _ in range(3)]
        second = say(replayer.url, request("GET /_session/b/compute/x")).body
    assert (first, second) == ([b"one", b"two", b"two"], b"one")


def test_record_refuses_to_overwrite(tape: Path, cloud: RawCloud) -> None:
    tape.write_text("mine")
    with pytest.raises(CassetteExists), proxy_once("record", cloud, tape):
        pass
    assert tape.read_text() == "mine"


def test_fill_replays_what_is_there_and_records_what_is_missing(tape: Path, cloud: RawCloud) -> None:
    cloud.answers["/compute/old"], cloud.answers["/compute/new"] = (
        answer("200 OK", body=b"1"),
        answer("200 OK", body=b"2"),
    )
    with proxy_once("record", cloud, tape) as recorder:
        say(recorder.url, LOGIN)
        say(recorder.url, request("GET /compute/old"))
    with proxy_once("fill", cloud, tape) as filler:
        say(filler.url, LOGIN)
        sources = [
            say(filler.url, request(f"GET /compute/{name}")).one("X-Cloudtape-Source") for name in ("old", "new", "new")
        ]
    assert sources == ["replayed", "recorded", "recorded"]
    assert len(load(tape)) == 4


def test_fill_logs_in_for_real_because_a_recorded_token_is_a_placeholder(tape: Path, cloud: RawCloud) -> None:
    cloud.answers["/compute/new"] = answer("200 OK", body=b"2")
    with proxy_once("record", cloud, tape) as recorder:
        say(recorder.url, LOGIN)
    with proxy_once("fill", cloud, tape) as filler:
        token = say(filler.url, LOGIN).one("X-Subject-Token")
        say(filler.url, request("GET /compute/new", f"X-Auth-Token: {token}"))
    assert cloud.received[-1].all("X-Auth-Token") == [token]
    assert "scrubbed" not in (token or "scrubbed")
    assert [one.request.method for one in load(tape)] == ["POST", "GET"]


@pytest.mark.parametrize("ended_well", [True, False])
def test_refresh_swaps_the_new_take_in_only_when_it_ended_well(tape: Path, cloud: RawCloud, ended_well: bool) -> None:
    cloud.answers["/compute/x"] = answer("200 OK", body=b"old")
    with proxy_once("record", cloud, tape) as recorder:
        say(recorder.url, LOGIN)
        say(recorder.url, request("GET /compute/x"))
    cloud.answers["/compute/x"] = answer("200 OK", body=b"new")
    with proxy_once("refresh", cloud, tape) as refresher:
        say(refresher.url, LOGIN)
        say(refresher.url, request("GET /compute/x"))
        if not ended_well:
            refresher.fail()
    assert load(tape).interaction(2).response.body == (b"new" if ended_well else b"old")


def test_passthrough_keeps_nothing(tape: Path, cloud: RawCloud) -> None:
    with BackgroundProxy(Config(mode_named("passthrough"), (), f"{cloud.url}/v3")) as proxy:
        assert say(proxy.url, LOGIN).one("X-Cloudtape-Source") == "forwarded"
    assert not tape.exists()


def test_the_layout_ports_keeps_the_clouds_own_paths(tape: Path, cloud: RawCloud) -> None:
    cloud.answers["/compute/v2.1/x"] = document({"href": f"{cloud.url}/compute/v2.1/y"})
    with proxy_once("record", cloud, tape, layout="ports") as recorder:
        base = recorder.auth_url.removesuffix("/v3")
        host = base.removeprefix("http://")
        raw = request("POST /v3/auth/tokens", f"Host: {host}", "Content-Length: 2", body=b"{}")
        catalog = json.loads(say(base, raw).body)["token"]["catalog"]
        compute = next(one["endpoints"][0]["url"] for one in catalog if one["type"] == "compute")
        assert compute.endswith("/compute/v2.1")
        host = compute.split("/")[2]
        said = say(f"http://{host}", request("GET /compute/v2.1/x", f"Host: {host}"))
    assert json.loads(said.body) == {"href": f"{compute}/y"}
    assert load(tape).interaction(2).request.uri == f"{cloud.url}/compute/v2.1/x"


# --- a cloud in trouble ----------------------------------------------------------------------------------------------


def test_an_auth_url_that_is_no_keystone(tape: Path, cloud: RawCloud) -> None:
    for path, said in (
        ("/v3", answer("404 Not Found")),
        ("/v3", answer("200 OK", body=b"<html>")),
        ("/v3", document([])),
    ):
        cloud.answers[path] = said
        with pytest.raises(NotKeystone), proxy_once("record", cloud, tape):
            pass
        assert not tape.exists()


def test_an_auth_url_where_nobody_listens(tape: Path) -> None:
    config = Config(mode_named("record"), (tape,), "http://127.0.0.1:1/v3")
    with pytest.raises(UpstreamUnreachable), BackgroundProxy(config):
        pass
    assert not tape.exists()


def slow(_: Received, connection: socket.socket) -> None:
    time.sleep(1.5)
    connection.close()


def broken(_: Received, connection: socket.socket) -> None:
    connection.sendall(b"this is no HTTP\r\n\r\n")
    connection.close()


def silent(_: Received, connection: socket.socket) -> None:
    connection.close()


@pytest.mark.parametrize(("trouble", "status"), [(slow, 504), (broken, 502), (silent, 502)])
@pytest.mark.parametrize("kept", [False, True])
def test_trouble_upstream_is_told_in_the_services_shape_and_kept_only_on_request(
    tape: Path, cloud: RawCloud, trouble: Callable[[Received, socket.socket], None], status: int, kept: bool
) -> None:
    cloud.answers["/compute/x"] = trouble
    options = {"timeouts": Timeouts(connect=1, read=0.5), "record_errors": kept}
    with proxy_once("record", cloud, tape, **options) as recorder:
        say(recorder.url, LOGIN)
        said = say(recorder.url, request("POST /compute/x", "Content-Length: 0"))
        assert say(recorder.url, request("GET /identity/v3")).status == 200
    assert said.status == status
    assert "cloud" in json.loads(said.body)["computeFault"]["message"]
    assert [one.response.status for one in load(tape)] == ([201, status, 200] if kept else [201, 200])


def test_a_port_in_use_is_one_clear_line(tape: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = Config(mode_named("replay"), (tape,), port=taken.getsockname()[1])
        tape.write_text("version: 1\ninteractions: []\n")
        with pytest.raises(ListenError, match="Address already in use"), BackgroundProxy(config):
            pass


def test_a_start_that_failed_leaves_nothing_behind(tmp_path: Path, cloud: RawCloud) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = Config(mode_named("record"), (tmp_path / "no" / "tape.yaml",), f"{cloud.url}/v3", port=port)
        with pytest.raises(ListenError), BackgroundProxy(config):
            pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "cassettes", "upstream"),
    [
        ("record", ("a.yaml",), ""),
        ("record", ("a.yaml",), "controller:5000"),
        ("record", ("a", "b"), "http://c"),
        ("replay", (), ""),
    ],
)
def test_parts_that_do_not_fit_are_refused(mode: str, cassettes: tuple[str, ...], upstream: str) -> None:
    with pytest.raises(ConfigError):
        Config(mode_named(mode), tuple(map(Path, cassettes)), upstream)


# --- cassettes of other tools ----------------------------------------------------------------------------------------


def test_a_cassette_without_routes_gets_them_from_its_service_catalog(tape: Path) -> None:
    token = {
        "token": {
            "catalog": [{"type": "compute", "endpoints": [{"interface": "public", "url": "http://nova:8774/v2.1"}]}]
        }
    }
    tape.write_text(
        "interactions:\n"
        "- request: {method: POST, uri: 'http://keystone:5000/v3/auth/tokens', body: '{}', headers: {}}\n"
        f"  response: {{status: {{code: 201, message: Created}}, headers: {{}}, body: {{string: '{json.dumps(token)}'}}}}\n"
        "- request: {method: GET, uri: 'http://nova:8774/v2.1/servers', body: null, headers: {}}\n"
        "  response: {status: {code: 200, message: OK}, headers: {Content-Type: [application/json]},"
        ' body: {string: \'{"href": "http://other:1/x"}\'}}\n'
        "- request: {method: GET, uri: 'http://other:1/x', body: null, headers: {}}\n"
        "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: far}}\n"
        "version: 1\n"
    )
    with proxy_once("replay", None, tape) as replayer:
        catalog = json.loads(say(replayer.url, LOGIN.replace(b"Content-Type: application/json\r\n", b"")).body)[
            "token"
        ]["catalog"]
        servers = say(replayer.url, request("GET /compute/v2.1/servers"))
        far = say(replayer.url, request("GET /other-1/x"))
    assert catalog[0]["endpoints"][0]["url"] == "http://nova:8774/v2.1"
    assert json.loads(servers.body) == {"href": "http://proxy.localhost:8780/other-1/x"}
    assert far.body == b"far"
