"""The operation that stands in a cassette and in `X-Cloudtape-Match`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassette_routes import routes_of
from cloudtape.cassettes.cassette import Cassette, load
from cloudtape.cassettes.messages import Request, Route
from cloudtape.operation_names import OperationNames
from cloudtape.routes import Routes
from tests.proxy.raw_cloud import RawCloud, request, say

SAMPLES = Path(__file__).parents[2] / "examples" / "cassettes"
ROUTES = Routes(
    [
        Route("compute-RegionTwo", "compute", "http://cloud:8774"),
        Route("object-store", "object-store", "http://cloud/swift"),
        Route("load-balancer", "load-balancer", "http://cloud:9876"),
    ]
)


@pytest.mark.parametrize(
    ("method", "uri", "route", "operation"),
    [
        ("GET", "http://cloud:8774/v2.1/servers?limit=1", "compute-RegionTwo", "compute.servers.list"),
        ("GET", "http://cloud/swift/info", "object-store", "object-store.info.list"),
        ("GET", "http://cloud:8774/v2.1/servers", "", "compute.servers.list"),
        ("GET", "http://elsewhere/v2.1/servers", "", "compute.servers.list"),
        ("GET", "http://cloud:9876/v2/lbaas/loadbalancers", "load-balancer", ""),
        ("GET", "not a URL", "", ""),
    ],
)
def test_the_route_says_the_service_and_the_path_the_operation(
    method: str, uri: str, route: str, operation: str
) -> None:
    assert OperationNames(ROUTES).operation_of(Request(method, uri, route=route)) == operation


def test_a_recorded_interaction_names_its_operation_and_so_does_its_replay(
    recorder: BackgroundProxy,
    proxy: Callable[..., BackgroundProxy],
    cloud: RawCloud,
    tape: Path,
    taped: Callable[[], Cassette],
) -> None:
    say(recorder.url, request("GET /compute/v2.1/servers/detail"))
    assert [one.operation for one in taped()] == ["identity.auth.tokens.authenticate", "compute.servers.list-details"]
    played = say(proxy("replay").url, request("GET /compute/v2.1/servers/detail"))
    assert played.one("X-Cloudtape-Match") == "exact; operation=compute.servers.list-details; interaction=2"


@pytest.mark.parametrize(("name", "unknown"), [("cli.yaml", 13), ("sdk.yaml", 1), ("swift.yaml", 0)])
def test_what_real_clients_ask_is_known_but_for_versions_of_compute(name: str, unknown: int) -> None:
    """The reference documents neither `GET /v2.1` of compute nor deleting a stack by its name alone."""
    cassette = load(SAMPLES / name)
    names = OperationNames(Routes(routes_of([cassette])))
    nameless = [one.request for one in cassette if not names.operation_of(one.request)]
    assert len(nameless) == unknown
    assert {(one.method, one.uri.rstrip("/").split("/")[-1]) for one in nameless} <= {
        ("GET", "v2.1"),
        ("DELETE", "walk-stack"),
    }
