"""The routes of cassettes, whatever the order of their interactions and their own."""

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassette_routes import routes_of, service_of
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response, Route
from tests.proxy.raw_cloud import request, say

OURS = "http://proxy.localhost:8780/compute"
COMPUTE, NETWORK = Route("compute", "compute", "http://c:8774"), Route("network", "network", "http://c:9696")


def asked(uri: str, route: str = "", *taught: Route) -> Interaction:
    return Interaction(Request("GET", uri, route=route), Response(200, "OK", (), b"x"), routes=taught)


LOGIN = asked("http://c:5000/v3", "identity", Route("identity", "identity", "http://c:5000"), COMPUTE, NETWORK)
SERVERS, PORTS = asked("http://c:8774/v2.1/servers", "compute"), asked("http://c:9696/v2.0/ports", "network")


def taped(path: Path, *interactions: Interaction) -> Path:
    writer = CassetteWriter.create(path)
    writer.append_all(interactions)
    writer.close()
    return path


def told(paths: Sequence[Path]) -> set[tuple[str, str, str]]:
    return {(route.name, route.service, route.upstream) for route in routes_of(map(load, paths))}


EXPECTED = {(one.name, one.service, one.upstream) for one in LOGIN.routes}


def test_the_order_of_interactions_does_not_matter(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations((LOGIN, SERVERS, PORTS))):
        assert told([taped(tmp_path / f"{number}.yaml", *order)]) == EXPECTED


def test_the_order_of_cassettes_does_not_matter(tmp_path: Path) -> None:
    paths = [taped(tmp_path / f"{number}.yaml", one) for number, one in enumerate((LOGIN, SERVERS, PORTS))]
    assert {frozenset(told(order)) for order in itertools.permutations(paths)} == {frozenset(EXPECTED)}


@pytest.mark.parametrize(
    ("uris", "route", "expected"),
    [
        (["http://c:8774/v2.1/servers"], "compute", ("compute", "compute", "http://c:8774")),
        (["https://c/compute/v2.1/servers/1"], "compute", ("compute", "compute", "https://c/compute")),
        (["https://c/placement/resource_providers"], "placement", ("placement", "placement", "https://c/placement")),
        (["http://c:8778/resource_providers?a=/v2"], "placement", ("placement", "placement", "http://c:8778")),
        (["http://c:5000", "http://c:5000/v3/x"], "identity", ("identity", "identity", "http://c:5000")),
        (["http://c:8080/info", "http://c:8080/v1/AUTH_1/b/o"], "object-store", ("object-store", "object-store", "http://c:8080")),
        (["http://far:8774/v2/x"], "compute-RegionTwo", ("compute-RegionTwo", "compute", "http://far:8774")),
        (["http://c:8776/v3/p/volumes"], "block-storage-internal", ("block-storage-internal", "block-storage", "http://c:8776")),
        (["http://c:1/x/y"], "a-service-of-ours", ("a-service-of-ours", "a-service-of-ours", "http://c:1")),
        (["http://c:1/x/y"], "", ("c-1", "", "http://c:1")),
    ],
)  # fmt: skip
def test_a_route_of_which_only_requests_are_left(
    tmp_path: Path, uris: list[str], route: str, expected: tuple[str, str, str]
) -> None:
    path = taped(tmp_path / "tape.yaml", *[asked(uri, route) for uri in uris])
    assert told([path]) == {expected}


def test_an_interaction_whose_teacher_was_taken_out_keeps_its_route(tmp_path: Path) -> None:
    path = taped(
        tmp_path / "tape.yaml",
        asked("http://c:5000/v3", "identity", Route("identity", "identity", "http://c:5000")),
        SERVERS,
    )
    assert told([path]) == {("identity", "identity", "http://c:5000"), ("compute", "compute", "http://c:8774")}


def test_two_clouds_whose_services_have_the_same_names_are_both_reached(tmp_path: Path) -> None:
    other = asked("http://d:8774/v2.1/servers", "compute", Route("compute", "compute", "http://d:8774"))
    paths = [taped(tmp_path / "a.yaml", LOGIN, SERVERS), taped(tmp_path / "b.yaml", other)]
    assert told(paths) == EXPECTED | {("compute-2", "compute", "http://d:8774")}


def test_services_are_known_by_the_names_of_their_routes() -> None:
    names = ("compute", "compute-internal", "block-storage-RegionTwo-admin", "image-2", "unheard-of")
    assert [service_of(name) for name in names] == ["compute", "compute", "block-storage", "image", "unheard-of"]


def test_what_was_recorded_without_its_login_is_replayed(tmp_path: Path, proxy: Callable[..., BackgroundProxy]) -> None:
    paths = [taped(tmp_path / "servers.yaml", SERVERS), taped(tmp_path / "login.yaml", LOGIN)]
    for cassettes in (paths, paths[::-1], paths[:1]):
        url = proxy("replay", cassettes=tuple(cassettes)).url
        assert say(url, request("GET /compute/v2.1/servers")).status == 200


@pytest.mark.parametrize(
    ("base", "linked"),
    [
        ("http://cloud.example/compute", "http://cloud.example:80/compute"),
        ("https://cloud.example/compute", "https://cloud.example:443/compute"),
        ("http://cloud.example:80/compute", "http://cloud.example/compute"),
        ("https://cloud.example:443/compute", "https://cloud.example/compute"),
    ],
)
def test_links_lead_to_the_proxy_whether_or_not_they_name_the_schemes_own_port(
    tmp_path: Path, proxy: Callable[..., BackgroundProxy], base: str, linked: str
) -> None:
    elsewhere = linked.replace("cloud", "other")
    text = json.dumps([f"{linked}/v2.1/servers/1", f"{base}/v2.1/servers/2", elsewhere])
    shown = Interaction(
        Request("GET", f"{base}/v2.1/servers", route="compute"),
        Response(200, "OK", (("Content-Type", "application/json"),), text.encode()),
        routes=(Route("compute", "compute", base),),
    )
    url = proxy("replay", cassettes=(taped(tmp_path / "tape.yaml", shown),)).url
    said = json.loads(say(url, request("GET /compute/v2.1/servers")).body)
    assert said == [f"{OURS}/v2.1/servers/1", f"{OURS}/v2.1/servers/2", elsewhere]
