"""Which routes of a cloud are open, and which recorded ones they stand for."""

import pytest

from cloudtape.cassettes.messages import Request, Route
from cloudtape.errors import RouteRefused
from cloudtape.live_routes import MOST_ROUTES, LiveRoutes
from cloudtape.reach import Reach
from cloudtape.routes import base_of
from cloudtape.service_catalog import Endpoint

AUTH = "http://203.0.113.1:5000/v3"


def compute(url: str, region: str = "One", interface: str = "public") -> Endpoint:
    return Endpoint("compute", interface, region, url)


def routes(*recorded: Route, endpoints: tuple[Endpoint, ...] = (), allowed: tuple[str, ...] = ()) -> LiveRoutes:
    return LiveRoutes(AUTH, Reach(AUTH, allowed), recorded, lambda: endpoints)


def is_open(found: LiveRoutes, name: str, uri: str) -> bool:
    try:
        found.check(Request("GET", uri, route=name))
    except RouteRefused:
        return False
    return True


def test_a_request_stays_at_the_origin_of_its_route() -> None:
    found = routes()
    found.learn([compute("http://203.0.113.1:8774/v2.1")])
    base = "http://203.0.113.1:8774"
    assert all(is_open(found, "compute", base + rest) for rest in ("", "/v2.1/x", "?a", "/@evil"))
    for uri in (f"{base}0/x", f"{base}@evil/x", f"{base}.evil/x", f"{base}#@evil/", f"{base}\\@evil", "http://evil/"):
        assert not is_open(found, "compute", uri)
    assert not is_open(found, "identity", f"{base}/x")
    assert not is_open(found, "", f"{base}/x")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "169.254.169.254", "0x7f.1", "[fe80::1]"])
def test_a_near_address_is_open_only_where_it_is_allowed(host: str) -> None:
    for allowed, expected in (((), False), ((host,), True)):
        found = routes(allowed=allowed)
        found.learn([compute(f"http://{host}:8774/v2.1")])
        assert is_open(found, "compute", f"http://{host}:8774/v2.1/servers") is expected


def test_a_recorded_route_is_open_once_the_catalog_names_it() -> None:
    found = routes(Route("compute", "compute", "http://c:8774"), Route("image", "image", "http://c:9292"))
    assert not is_open(found, "compute", "http://c:8774/x")
    assert found.learn([compute("http://c:8774/v2.1")]) == ()
    assert is_open(found, "compute", "http://c:8774/x")
    assert not is_open(found, "image", "http://c:9292/x")
    assert found.twins == {}


def test_a_recorded_route_has_its_twin_in_the_same_region_and_interface() -> None:
    recorded = [
        *(compute("http://old-one", "One"), compute("http://old-two", "Two")),
        *(compute("http://old-one-in", "One", "internal"), compute("http://old-two-in", "Two", "internal")),
    ]
    known = [Route(f"compute-{n}" if n else "compute", "compute", base_of(one.url)) for n, one in enumerate(recorded)]
    found = routes(*known, endpoints=tuple(recorded))
    found.learn([compute(one.url.replace("old", "new"), one.region, one.interface) for one in reversed(recorded)])
    for route in known:
        live = found.named(route.name)
        assert live
        assert live.upstream == route.upstream.replace("old", "new")
        assert found.twins[route.name] == route.upstream
        assert not is_open(found, route.name, route.upstream)


def test_another_region_has_no_twin() -> None:
    old = compute("http://old", "One")
    found = routes(Route("compute", "compute", "http://old"), endpoints=(old,))
    (new,) = found.learn([compute("http://new", "Two")])
    assert new.name == "compute-Two"
    assert found.twins == {}


def test_without_a_recorded_catalog_the_names_say_which_is_which() -> None:
    found = routes(Route("compute", "compute", "http://old"), Route("compute-Two", "compute", "http://old-two"))
    found.learn(
        [compute("http://new"), compute("http://new-two", "Two"), Endpoint("image", "public", "One", "http://i")]
    )
    assert found.twins == {"compute": "http://old", "compute-Two": "http://old-two"}


def test_the_identity_service_is_where_the_auth_url_says() -> None:
    found = routes(Route("identity", "identity", "http://old:5000"))
    assert found.named("identity") == Route("identity", "identity", "http://203.0.113.1:5000")
    assert found.twins == {"identity": "http://old:5000"}
    assert found.serving("http://old:5000/v3") is None
    assert found.untaught == ()


def test_one_login_does_not_fill_the_memory() -> None:
    found = routes()
    found.learn([compute(f"http://c{number}:8774", str(number)) for number in range(MOST_ROUTES + 10)])
    assert len(found) == MOST_ROUTES
