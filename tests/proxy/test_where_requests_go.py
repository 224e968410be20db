"""That nothing is sent but to the cloud of the auth URL: against cassettes, objects and catalogs that name a stranger."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response, Route
from cloudtape.config import Config, mode_named
from cloudtape.errors import ConfigError
from tests.proxy.raw_cloud import RawCloud, answer, document, raw_cloud, request, say

Start = Callable[..., BackgroundProxy]
PASSWORD = b'{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "u", "password": "p"}}}}}'
LOGIN = request("POST /identity/v3/auth/tokens", f"Content-Length: {len(PASSWORD)}", body=PASSWORD)
CREATE = request("POST /compute/v2.1/servers", "X-Auth-Token: live", "Content-Length: 2", body=b"{}")
SERVERS = request("GET /compute/v2.1/servers", "X-Auth-Token: live")
LIVE_MODES = ["record", "refresh", "fill", "passthrough"]


@pytest.fixture
def stranger() -> Iterator[RawCloud]:
    """A host that no cloud of ours names; it says yes to everything."""
    with raw_cloud() as cloud:
        yield cloud
        assert cloud.received == []


def catalog_of(url: str, kind: str = "evil") -> dict[str, Any]:
    endpoint = {"interface": "public", "region_id": "R", "url": url}
    return {"token": {"catalog": [{"type": kind, "endpoints": [endpoint]}]}}


def taped(path: Path, *interactions: Interaction) -> None:
    writer = CassetteWriter.create(path)
    writer.append_all(interactions)
    writer.close()


def recorded(uri: str, route: str, *routes: Route, body: bytes = b"{}", kind: str = "application/json") -> Interaction:
    headers = (("Content-Type", kind), ("Content-Length", str(len(body))))
    return Interaction(Request("GET", uri, route=route), Response(200, "OK", headers, body), routes=routes)


# --- cassettes -------------------------------------------------------------------------------------------------------

BASES = [
    *("http://127.0.0.1:{port}/compute", "http://127.0.0.1:{port}", "http://[::ffff:127.0.0.1]:{port}/compute"),
    *("http://{real}@127.0.0.1:{port}/compute", "http://2130706433:{port}/compute", "http://localhost:{port}/v3"),
    "HTTP://127.0.0.1:{port}/compute",
]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", ["compute", "identity"])
def test_a_cassettes_routes_are_sent_nothing(
    proxy: Start, cloud: RawCloud, stranger: RawCloud, tape: Path, name: str, base: str
) -> None:
    base = base.format(port=stranger.port, real=f"127.0.0.1:{cloud.port}")
    taped(tape, recorded(f"{base}/v2.1/old", name, Route(name, name, base)))
    url = proxy("fill", cloud).url
    for target in (f"/{name}/x", f"{base}/v2.1/servers", f"{base}/v3/auth/tokens"):
        say(url, request(f"GET {target}", "X-Auth-Token: live"))
    said = [say(url, raw).status for raw in (CREATE, LOGIN, CREATE, SERVERS)]
    assert said[:2] == [403 if name == "compute" else 404, 201]
    assert [one.line.split()[1] for one in cloud.received[-3:]] == [
        "/v3/auth/tokens",
        "/compute/v2.1/servers",
        "/compute/v2.1/servers",
    ]


def test_a_cassette_that_has_routes_from_its_answers_alone_is_sent_nothing(
    proxy: Start, cloud: RawCloud, stranger: RawCloud, tape: Path
) -> None:
    told = json.dumps(catalog_of(f"{stranger.url}/compute/v2.1", "compute")).encode()
    taped(tape, recorded(f"{stranger.url}/v3/auth/catalog", "", body=told))
    url = proxy("fill", cloud).url
    assert say(url, CREATE).status == 403
    assert say(url, LOGIN).status == 201
    say(url, CREATE)
    assert cloud.received[-1].line.startswith("POST /compute/v2.1/servers")


@pytest.mark.parametrize("path", ["/v3/auth/catalog", "/v3/auth/tokens"])
def test_a_recorded_catalog_is_not_played_to_who_has_a_live_token(
    proxy: Start, cloud: RawCloud, stranger: RawCloud, tape: Path, path: str
) -> None:
    told = json.dumps(catalog_of(stranger.url, "compute")).encode()
    taped(tape, recorded(f"{cloud.url}{path}", "identity", Route("identity", "identity", cloud.url), body=told))
    cloud.answers["/v3/auth/catalog"] = cloud.answers["/v3/auth/tokens"]
    raw = request(f"GET /identity{path}", "X-Auth-Token: live", "X-Subject-Token: live")
    said = say(proxy("fill", cloud).url, raw)
    assert said.one("X-Cloudtape-Source") == "forwarded"
    assert stranger.url.encode() not in said.body


def test_no_identity_service_of_a_cassette_gives_a_catalog(
    proxy: Start, cloud: RawCloud, stranger: RawCloud, tape: Path
) -> None:
    told = json.dumps(catalog_of(stranger.url, "compute")).encode()
    other = Route("identity-2", "identity", f"{stranger.url}/id")
    taped(tape, recorded(f"{other.upstream}/v3/auth/catalog", other.name, other, body=told))
    said = say(proxy("fill", cloud).url, request("GET /identity-2/v3/auth/catalog", "X-Auth-Token: live"))
    assert said.status == 403


def test_what_is_refused_says_why_and_what_to_do(proxy: Start, cloud: RawCloud, stranger: RawCloud, tape: Path) -> None:
    taped(tape, recorded(f"{stranger.url}/v2.1/old", "compute", Route("compute", "compute", stranger.url)))
    filling = proxy("fill", cloud)
    said = json.loads(say(filling.url, CREATE).body)["forbidden"]["message"]
    assert "known from the cassette alone" in said
    assert "log in through the proxy first" in said
    assert "log in through the proxy first" in str(filling.misses[0])


def test_a_cassette_is_filled_although_its_cloud_has_moved(
    proxy: Start, cloud: RawCloud, stranger: RawCloud, tape: Path
) -> None:
    """The client sees the cloud as it is, the cassette stays one of the cloud as it was."""
    old = stranger.url
    routes = Route("identity", "identity", f"{old}/id"), Route("compute", "compute", f"{old}/nova")
    links = json.dumps({"server": {"href": f"{old}/nova/v2.1/servers/1"}}).encode()
    taped(tape, recorded(f"{old}/nova/v2.1/servers/1", "compute", *routes, body=links))
    cloud.answers["/compute/v2.1/flavors"] = document({"server": {"href": f"{cloud.url}/compute/v2.1/flavors"}})
    filling = proxy("fill", cloud)
    say(filling.url, LOGIN)
    played = say(filling.url, request("GET /compute/v2.1/servers/1"))
    kept = say(filling.url, request("GET /compute/v2.1/flavors"))
    absolute = say(filling.url, request(f"GET {cloud.url}/compute/v2.1/servers/1"))
    assert [one.one("X-Cloudtape-Source") for one in (played, kept, absolute)] == ["replayed", "recorded", "replayed"]
    public = "http://proxy.localhost:8780/compute/v2.1"
    assert json.loads(played.body)["server"]["href"] == f"{public}/servers/1"
    assert json.loads(kept.body)["server"]["href"] == f"{public}/flavors"
    assert json.loads(absolute.body)["server"]["href"] == f"{cloud.url}/compute/v2.1/servers/1"
    added = load(tape).interaction(3)
    assert added.request.uri == f"{old}/nova/v2.1/flavors"
    assert json.loads(bytes(added.response.body)) == {"server": {"href": f"{old}/nova/v2.1/flavors"}}  # type: ignore[arg-type]
    assert {route.name for route in load(tape).routes} == {"identity", "compute"}
    replaying = proxy("replay")
    assert say(replaying.url, request("GET /compute/v2.1/flavors")).status == 200


# --- the cloud's answers ---------------------------------------------------------------------------------------------


@pytest.fixture(params=LIVE_MODES)
def live(request: pytest.FixtureRequest, proxy: Start, cloud: RawCloud) -> BackgroundProxy:
    """A proxy in each mode that has a cloud, with a client that has logged in; the cloud has an object store."""
    cloud.answers["/v3/auth/tokens"] = cloud.login(
        compute=f"{cloud.url}/compute/v2.1", object_store=f"{cloud.url}/swift/v1/AUTH_1"
    )
    started = proxy(request.param, cloud)
    assert say(started.url, LOGIN).status == 201
    return started


OBJECTS = [
    *("/swift/v1/AUTH_1/box/v3/auth/tokens", "/swift/v1/AUTH_1/box/o?x=/v3/auth/tokens", "/swift/v3/auth/catalog"),
    *("/swift/v1/AUTH_1/v2.0/tokens", "/compute/v3/auth/tokens", "/compute/../v3/auth/tokens", "/v3/users/auth/tokens"),
    *("/v3/auth/tokens/OS-PKI/revoked", "/v3//auth/tokens", "/v3/auth%2Ftokens"),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_a_token_request_to_the_identity_service_teaches(
    live: BackgroundProxy, cloud: RawCloud, stranger: RawCloud, method: str
) -> None:
    for path in OBJECTS:
        cloud.answers[path] = document(catalog_of(stranger.url), "201 Created", "X-Subject-Token: t")
        route, _, rest = path.removeprefix("/").partition("/")
        names = {"swift": "object-store", "compute": "compute"}
        target = f"/{names[route]}/{rest}" if route in names else f"/identity{path}"
        fields = ("X-Auth-Token: a", "X-Subject-Token: a", "Content-Length: 2") if method == "POST" else ()
        assert say(live.url, request(f"{method} {target}", *fields, body=b"{}" if fields else b"")).status == 201
    assert say(live.url, request("GET /evil/x", "X-Auth-Token: live")).status == 404
    assert say(live.url, request(f"GET {stranger.url}/x", "X-Auth-Token: live")).status == 403


def test_documents_links_and_redirects_teach_nothing(
    live: BackgroundProxy, cloud: RawCloud, stranger: RawCloud
) -> None:
    links = {
        "version": {"id": "v3", "links": [{"rel": "self", "href": f"{stranger.url}/v3"}]},
        **catalog_of(stranger.url),
    }
    cloud.answers["/v3/"] = cloud.answers["/compute/v2.1/"] = document(links)
    cloud.answers["/compute/moved"] = answer("302 Found", f"Location: {stranger.url}/moved")
    for path in ("/identity/v3/", "/compute/v2.1/"):
        assert say(live.url, request(f"GET {path}")).status == 200
    assert say(live.url, request("GET /compute/moved")).status == 302
    assert say(live.url, request("GET /evil/x")).status == 404
    assert say(live.url, request(f"GET {stranger.url}/moved")).status == 403


def test_another_clouds_identity_service_teaches_nothing(
    proxy: Start, cloud: RawCloud, stranger: RawCloud, tape: Path
) -> None:
    """A catalog may name the identity service of a federated cloud; where that leads, the auth URL has not said."""
    with raw_cloud() as other:
        cloud.answers["/v3/auth/tokens"] = cloud.login(compute=f"{cloud.url}/compute", identity=f"{other.url}/id/v3")
        other.answers["/id/v3/auth/tokens"] = document(catalog_of(stranger.url), "201 Created", "X-Subject-Token: t")
        url = proxy("record", cloud).url
        say(url, LOGIN)
        second = LOGIN.replace(b"/identity/", b"/identity-R/")
        assert say(url, second).status == 201
        assert say(url, request("GET /evil/x")).status == 404


def test_another_catalog_adds_to_the_first(proxy: Start, cloud: RawCloud, tape: Path) -> None:
    with raw_cloud() as second:
        for one in (cloud, second):
            one.answers["/compute/x"] = answer("200 OK", body=one.url.encode())
        url = proxy("record", cloud).url
        say(url, LOGIN)
        assert say(url, request(f"GET {second.url}/compute/x")).status == 403
        cloud.answers["/v3/auth/tokens"] = cloud.login(compute=f"{second.url}/compute")
        say(url, LOGIN)
        said = [say(url, request(f"GET /{name}/x")).body.decode() for name in ("compute", "compute-R")]
        assert said == [cloud.url, second.url]


@pytest.mark.parametrize("target", ["http://u@{}/compute/x", "http://u:p@{}/compute/x", "http://{}\\@{}/compute/x"])
def test_an_absolute_address_with_a_user_is_no_request(live: BackgroundProxy, cloud: RawCloud, target: str) -> None:
    host = cloud.url.removeprefix("http://")
    asked = len(cloud.received)
    assert say(live.url, request(f"GET {target.format(host, host)}")).status == 400
    assert len(cloud.received) == asked


# --- near addresses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[fe80::a9fe:a9fe]", "2852039166", "0xa9.0xfe.0xa9.0xfe", "[::ffff:169.254.169.254]"]
)
def test_a_catalog_does_not_lead_to_a_metadata_service(proxy: Start, cloud: RawCloud, host: str) -> None:
    cloud.answers["/v3/auth/tokens"] = cloud.login(evil=f"http://{host}/x")
    recording = proxy("record", cloud)
    say(recording.url, LOGIN)
    for target in ("/evil/latest", f"http://{host}/x/latest"):
        said = say(recording.url, request(f"GET {target}"))
        assert said.status == 403
        plain_host = host.strip("[]")
        assert f"metadata address; nothing is sent there without --allow-upstream {plain_host}" in said.body.decode()
    assert len(cloud.received) == 2


def test_what_is_allowed_is_checked_at_the_start(tape: Path, cloud: RawCloud) -> None:
    with pytest.raises(ConfigError, match="--allow-upstream takes a host or a network"):
        Config(mode_named("record"), (tape,), f"{cloud.url}/v3", allow_upstream=("127.0.0.1", "http://c"))
