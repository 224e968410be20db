import pytest

from cloudtape.cassettes.messages import Route
from cloudtape.routes import Routes, base_of, origin_of
from cloudtape.service_catalog import Endpoint

PROJECT = "6f70656e737461636b20342065766572"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://controller:8774/v2.1", "http://controller:8774"),
        (f"http://controller:8776/v3/{PROJECT}", "http://controller:8776"),
        ("https://cloud.example/compute/v2.1/", "https://cloud.example/compute"),
        (f"http://ceph:7480/swift/v1/AUTH_{PROJECT}", "http://ceph:7480/swift"),
        (f"http://controller:8004/{PROJECT}", "http://controller:8004"),
        ("http://controller:8080/AUTH_%(tenant_id)s", "http://controller:8080"),
        ("http://controller:9696/", "http://controller:9696"),
        ("http://[::1]:9292/v2", "http://[::1]:9292"),
        ("https://cloud.example/load-balancer", "https://cloud.example/load-balancer"),
    ],
)
def test_the_base_of_a_url_ends_before_version_and_project(url: str, base: str) -> None:
    assert base_of(url) == base


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTP://Controller:80/x", "http://controller"),
        ("https://cloud:443", "https://cloud"),
        ("https://cloud:80/", "https://cloud:80"),
        ("http://user:secret@cloud/", "http://cloud"),
    ],
)
def test_origins_are_compared_in_lower_case_and_without_the_usual_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def names(*endpoints: Endpoint) -> dict[str, str]:
    routes = Routes()
    routes.learn(endpoints)
    return {route.name: route.upstream for route in routes}


def test_endpoints_that_share_a_base_share_a_route() -> None:
    assert names(
        Endpoint("block-storage", "public", "One", "http://c:8776/v3/p"),
        Endpoint("volumev3", "public", "One", "http://c:8776/v3/p"),
        Endpoint("volumev3", "internal", "One", "http://c:8776/v3/p"),
    ) == {"block-storage": "http://c:8776"}


def test_a_name_is_qualified_only_where_upstreams_differ() -> None:
    assert names(
        Endpoint("compute", "public", "One", "http://one:8774/v2.1"),
        Endpoint("compute", "public", "Two", "http://two:8774/v2.1"),
        Endpoint("compute", "internal", "One", "http://inside:8774/v2.1"),
        Endpoint("compute", "internal", "Two", "http://inside-two:8774/v2.1"),
        Endpoint("image", "public", "One", "http://one:9292"),
    ) == {
        "compute": "http://one:8774",
        "compute-Two": "http://two:8774",
        "compute-internal": "http://inside:8774",
        "compute-Two-internal": "http://inside-two:8774",
        "image": "http://one:9292",
    }


def test_a_name_is_numbered_when_nothing_else_tells_two_upstreams_apart() -> None:
    found = names(*(Endpoint("compute", "public", "", f"http://host-{n}:8774") for n in range(3)))
    assert list(found) == ["compute", "compute-2", "compute-3"]


def test_a_hostile_region_cannot_leave_its_path_segment() -> None:
    found = names(
        Endpoint("compute", "public", "a", "http://one:8774"),
        Endpoint("compute", "public", "../x?y#z", "http://two:8774"),
        Endpoint("_session", "public", "a", "http://three:8774"),
    )
    assert list(found) == ["compute", "compute-..-x-y-z", "session"]


def test_a_uri_is_served_by_the_longest_base_at_a_segment_boundary() -> None:
    cloud, compute = Route("cloud", "", "https://cloud"), Route("compute", "compute", "https://cloud/compute")
    routes = Routes([cloud, compute])
    assert routes.serving("https://cloud/compute/v2.1/servers") is compute
    assert routes.serving("https://CLOUD:443/compute") is compute
    assert routes.serving("https://cloud/computed") is cloud
    assert routes.serving("https://elsewhere/compute") is None
    assert routes.serving("https://cloud.evil.example/compute") is None


def test_learning_the_same_catalog_again_changes_nothing() -> None:
    routes = Routes()
    endpoint = Endpoint("compute", "public", "One", "http://one:8774/v2.1")
    assert len(routes.learn([endpoint])) == 1
    version = routes.version
    assert routes.learn([endpoint]) == ()
    assert routes.version == version


def test_a_path_of_a_hundred_thousand_slashes_is_found_at_once() -> None:
    routes = Routes([Route("compute", "compute", "http://cloud/compute/v2")])
    for end in ("/" * 100_000, "/a" * 100_000):
        assert routes.serving("http://cloud/compute/v2" + end) is routes.named("compute")
        assert routes.serving("http://cloud/other" + end) is None
