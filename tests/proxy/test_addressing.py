import pytest

from cloudtape.addressing import Client, locate
from cloudtape.cassettes.messages import Route
from cloudtape.errors import BadRequest, RouteRefused
from cloudtape.routes import Routes

ROUTES = Routes(
    [
        Route("identity", "identity", "http://controller:5000"),
        Route("compute", "compute", "https://cloud/compute"),
        Route("object-store", "object-store", "http://[::1]:8080"),
    ]
)


def client(target: str, host: str = "127.0.0.1:8780", port: int = 8780, scheme: str = "http") -> Client:
    return Client(target, scheme, host, port)


@pytest.mark.parametrize(
    ("target", "uri"),
    [
        ("/identity/v3/auth/tokens", "http://controller:5000/v3/auth/tokens"),
        ("/identity", "http://controller:5000/"),
        ("/identity/", "http://controller:5000/"),
        ("/identity?a=b", "http://controller:5000/?a=b"),
        ("/compute", "https://cloud/compute"),
        ("/compute/", "https://cloud/compute/"),
        ("/compute?a=b", "https://cloud/compute?a=b"),
        ("/object-store/v1/AUTH_p/c/a%2Fb%20c//d/?x=%7E", "http://[::1]:8080/v1/AUTH_p/c/a%2Fb%20c//d/?x=%7E"),
        ("/identity/v3/../x/./y", "http://controller:5000/v3/../x/./y"),
        ("/_session/one/compute/v2.1/", "https://cloud/compute/v2.1/"),
    ],
)
def test_the_first_segment_is_the_route_and_the_rest_passes_byte_for_byte(target: str, uri: str) -> None:
    assert locate(client(target), ROUTES, {}).uri == uri


def test_a_port_of_its_own_keeps_upstreams_path() -> None:
    place = locate(client("/compute/v2.1/servers", port=9001), ROUTES, {9001: "compute"})
    assert (place.uri, place.route.name) == ("https://cloud/compute/v2.1/servers", "compute")


def test_the_absolute_form_is_served_for_known_routes_and_sees_upstreams_addresses() -> None:
    place = locate(client("http://controller:5000/v3"), ROUTES, {})
    assert (place.uri, place.public) == ("http://controller:5000/v3", "")


@pytest.mark.parametrize("target", ["http://evil.example/", "http://controller:5001/v3", "https://cloud/identity"])
def test_any_other_origin_is_refused(target: str) -> None:
    with pytest.raises(RouteRefused) as refused:
        locate(client(target), ROUTES, {})
    assert refused.value.status == 403


def test_an_unknown_first_segment_names_the_known_routes() -> None:
    with pytest.raises(RouteRefused, match="known: compute, identity, object-store"):
        locate(client("/volume/v3"), ROUTES, {})


@pytest.mark.parametrize(("target", "prefix"), [("/", ""), ("/v3", ""), ("/_session/one/", "/_session/one")])
def test_what_is_no_route_is_told_where_a_client_logs_in(target: str, prefix: str) -> None:
    with pytest.raises(RouteRefused) as refused:
        locate(client(target), ROUTES, {})
    assert str(refused.value).endswith(f"; a client's auth URL begins with http://127.0.0.1:8780{prefix}/identity")


def test_a_proxy_without_an_identity_service_asks_to_log_in_all_the_same() -> None:
    with pytest.raises(RouteRefused, match="log in through it first"):
        locate(client("/"), Routes([Route("compute", "compute", "https://cloud/compute")]), {})


@pytest.mark.parametrize("target", ["identity/v3", "*", "ftp://controller:5000/", "/identity/\x01", "http://", ""])
def test_a_target_that_is_no_url_is_a_bad_request(target: str) -> None:
    with pytest.raises(BadRequest):
        locate(client(target), ROUTES, {})


@pytest.mark.parametrize("host", ["", 'evil"/>', "a b", "host:99999999", "host/path"])
def test_a_host_that_could_not_stand_in_a_link_is_a_bad_request(host: str) -> None:
    with pytest.raises(BadRequest):
        locate(client("/identity/v3", host=host), ROUTES, {})


def test_the_public_address_is_the_one_the_client_used() -> None:
    place = locate(client("/identity/v3", host="tape.example", scheme="https"), ROUTES, {})
    assert place.public == "https://tape.example"


def test_the_session_comes_from_the_prefix_and_stays_in_the_links() -> None:
    place = locate(client("/_session/w1/identity/v3"), ROUTES, {})
    assert (place.session, place.public) == ("w1", "http://127.0.0.1:8780/_session/w1")


@pytest.mark.parametrize("name", ["a b", "x" * 101, "ü"])
def test_a_session_name_that_could_not_stand_in_a_path_is_a_bad_request(name: str) -> None:
    with pytest.raises(BadRequest):
        locate(Client("/identity/v3", "http", "h", 1, session=name), ROUTES, {})
