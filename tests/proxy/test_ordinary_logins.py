"""keystoneauth against clouds of the usual shapes: recorded, filled and replayed, each request where it belongs."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from keystoneauth1.identity import V2Password, V3Password, V3Token
from keystoneauth1.session import Session

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, mode_named
from tests.proxy.raw_cloud import VERSION, RawCloud, answer, document, raw_cloud

PROJECT = "6f70656e737461636b20342065766572"
Shape = Callable[[RawCloud, RawCloud], tuple[str, dict[str, Any]]]


@pytest.fixture
def clouds() -> Iterator[list[RawCloud]]:
    with ExitStack() as stack:
        yield [stack.enter_context(raw_cloud()) for _ in range(2)]


def endpoint(interface: str, region: str, url: str) -> dict[str, str]:
    return {"interface": interface, "region_id": region, "region": region, "url": url, "id": url}


def v3(*endpoints: tuple[str, dict[str, str]]) -> dict[str, Any]:
    kinds = dict.fromkeys(kind for kind, _ in endpoints)
    catalog = [
        {"type": kind, "name": kind, "id": kind, "endpoints": [one for other, one in endpoints if other == kind]}
        for kind in kinds
    ]
    return {"token": {"catalog": catalog, "expires_at": "2099-01-01T00:00:00.000000Z", "methods": ["password"]}}


def apart(one: RawCloud, two: RawCloud) -> tuple[str, dict[str, Any]]:
    """Each service at a port, a version and a project in each URL, two regions and interfaces."""
    return f"{one.url}/v3", v3(
        ("identity", endpoint("public", "One", f"{one.url}/v3")),
        ("compute", endpoint("public", "One", f"{one.url}/nova/v2.1/{PROJECT}")),
        ("compute", endpoint("internal", "One", f"{one.url}/inside/v2.1/{PROJECT}")),
        ("compute", endpoint("public", "Two", f"{two.url}/nova/v2.1/{PROJECT}")),
        ("compute", endpoint("internal", "Two", f"{two.url}/inside/v2.1/{PROJECT}")),
    )


def behind_one_host(one: RawCloud, two: RawCloud) -> tuple[str, dict[str, Any]]:
    return f"{one.url}/identity/v3", v3(
        ("identity", endpoint("public", "One", f"{one.url}/identity")),
        ("compute", endpoint("public", "One", f"{one.url}/compute/v2.1")),
        ("compute", endpoint("internal", "One", f"{one.url}/compute-in/v2.1")),
        ("compute", endpoint("public", "Two", f"{one.url}/two/compute/v2.1")),
        ("compute", endpoint("internal", "Two", f"{one.url}/two/compute-in/v2.1")),
    )


def by_name(one: RawCloud, two: RawCloud) -> tuple[str, dict[str, Any]]:
    """The auth URL names a host whose catalog names addresses, and the other way round."""
    auth_url, token = apart(one, two)
    catalog = json.dumps(token).replace(two.url, two.url.replace("127.0.0.1", "localhost"))
    return auth_url.replace("127.0.0.1", "localhost"), json.loads(catalog)


SHAPES = [apart, behind_one_host, by_name]
PLACES = [(region, interface) for region in ("One", "Two") for interface in ("public", "internal")]


def open_cloud(clouds: list[RawCloud], shape: Shape, packed: bool = False) -> str:
    """Has both clouds answer; returns the auth URL."""
    one, two = clouds
    auth_url, token = shape(one, two)
    path = "/" + auth_url.split("/", 3)[3]
    one.answers[path] = answer("200 OK", "Content-Type: application/json", VERSION)
    body = json.dumps(token).encode()
    coding = "Content-Encoding: gzip\n" if packed else ""
    fields = f"Content-Type: application/json\n{coding}X-Subject-Token: live-token"
    one.answers[f"{path}/auth/tokens"] = answer("201 Created", fields, gzip.compress(body) if packed else body)
    for service in token["token"]["catalog"]:
        for found in service["endpoints"]:
            cloud = two if f":{two.port}/" in found["url"] else one
            target = "/" + found["url"].split("/", 3)[-1] + "/servers"
            cloud.answers[target] = document({"at": found["url"], "next": f"{found['url']}/servers?marker=1"})
    return auth_url


def listed(proxy: BackgroundProxy, region: str, interface: str, login: Any = V3Password) -> dict[str, Any]:
    who = {"username": "u", "password": "p"}
    who |= {"user_domain_id": "default", "project_id": PROJECT} if login is V3Password else {"tenant_id": PROJECT}
    session = Session(login(proxy.auth_url, **who))
    where = {"service_type": "compute", "region_name": region, "interface": interface}
    found: dict[str, Any] = session.get("/servers", endpoint_filter=where).json()
    return found


def proxied(mode: str, tape: Path, auth_url: str = "", **options: Any) -> BackgroundProxy:
    return BackgroundProxy(Config(mode_named(mode), (tape,), auth_url, **options))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.__name__)
def test_each_region_and_interface_is_reached(clouds: list[RawCloud], tape: Path, shape: Shape, packed: bool) -> None:
    auth_url = open_cloud(clouds, shape, packed)
    seen = {}
    with proxied("record", tape, auth_url) as proxy:
        for place in PLACES:
            seen[place] = listed(proxy, *place)
            assert seen[place]["next"].startswith(f"{proxy.url}/compute")
    assert len({one["at"].removeprefix(proxy.url) for one in seen.values()}) == len(PLACES)
    for mode in ("fill", "replay"):
        with proxied(mode, tape, auth_url if mode == "fill" else "") as again:
            for place in PLACES:
                found = listed(again, *place)
                assert {name: value.replace(again.url, proxy.url) for name, value in found.items()} == seen[place]
            assert again.journal.counts["recorded"] == 0
            assert again.misses == []


@pytest.mark.parametrize("layout", ["prefix", "ports"])
def test_both_layouts_reach_them(clouds: list[RawCloud], tape: Path, layout: str) -> None:
    with proxied("record", tape, open_cloud(clouds, apart), layout=layout) as proxy:
        assert len({listed(proxy, *place)["at"] for place in PLACES}) == len(PLACES)
        assert proxy.misses == []


def test_a_cloud_of_v2(clouds: list[RawCloud], tape: Path) -> None:
    one, two = clouds
    urls = {"publicURL": f"{two.url}/nova/v2", "internalURL": f"{two.url}/in/v2", "adminURL": f"{two.url}/in/v2"}
    catalog = [{"type": "compute", "name": "nova", "endpoints": [{"region": "One", **urls}]}]
    token = {"id": "live", "expires": "2099-01-01T00:00:00Z", "tenant": {"id": PROJECT, "name": "p"}}
    access = {"token": token, "serviceCatalog": catalog, "user": {"id": "u", "name": "u", "roles": []}}
    one.answers["/v2.0"] = document({"version": {"id": "v2.0", "status": "stable", "links": []}})
    one.answers["/v2.0/tokens"] = document({"access": access})
    two.answers["/nova/v2/servers"] = document({"servers": ["public"]})
    two.answers["/in/v2/servers"] = document({"servers": ["internal"]})
    for mode, upstream in (("record", f"{one.url}/v2.0"), ("replay", "")):
        with proxied(mode, tape, upstream) as proxy:
            for interface in ("public", "internal"):
                assert listed(proxy, "One", interface, V2Password) == {"servers": [interface]}


def test_a_token_that_a_client_brings_is_enough_to_log_in(clouds: list[RawCloud], tape: Path) -> None:
    with proxied("record", tape, open_cloud(clouds, apart)) as proxy:
        session = Session(V3Token(proxy.auth_url, "brought", project_id=PROJECT))
        where = {"service_type": "compute", "region_name": "Two", "interface": "public"}
        assert session.get("/servers", endpoint_filter=where).status_code == 200


def test_a_cloud_that_has_moved_is_filled_in_every_region(clouds: list[RawCloud], tape: Path) -> None:
    """Recorded behind one host, filled from one whose services stand apart."""
    with proxied("record", tape, open_cloud(clouds, behind_one_host)) as proxy:
        for place in PLACES:
            listed(proxy, *place)
    with proxied("fill", tape, open_cloud(clouds, behind_one_host)) as proxy:
        for place in PLACES:
            listed(proxy, *place)
        assert proxy.journal.counts["recorded"] == 0
    with ExitStack() as stack:
        moved = [stack.enter_context(raw_cloud()) for _ in range(2)]
        auth_url = open_cloud(moved, behind_one_host)
        with proxied("fill", tape, auth_url) as proxy:
            for place in PLACES:
                found = listed(proxy, *place)
                assert found["next"].startswith(proxy.url)
            assert proxy.journal.counts["recorded"] == 0
            assert proxy.journal.counts["replayed"] == len(PLACES)
