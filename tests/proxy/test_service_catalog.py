import gzip
import json
from typing import Any

import pytest

from cloudtape.cassettes.messages import Headers, Request, Response
from cloudtape.service_catalog import Endpoint, endpoints_in, is_token_request

V3 = [
    {
        "type": "compute",
        "endpoints": [
            {"interface": "admin", "region_id": "One", "url": "http://c:8774/admin"},
            {"interface": "public", "region_id": "One", "url": "http://c:8774"},
        ],
    }
]
V2 = [
    {
        "type": "compute",
        "endpoints": [{"region": "One", "publicURL": "http://c:8774", "adminURL": "http://c:8774/admin"}],
    }
]
ENDPOINTS = [
    Endpoint("compute", "public", "One", "http://c:8774"),
    Endpoint("compute", "admin", "One", "http://c:8774/admin"),
]


BASE = "http://c:5000/identity"


def endpoints(document: Any, headers: Headers = ()) -> list[Endpoint]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(endpoints_in(Response(200, "OK", headers, body)))


FORMS = [{"token": {"user": {}, "catalog": V3}}, {"catalog": V3, "links": {}}, {"access": {"serviceCatalog": V2}}]


@pytest.mark.parametrize("document", FORMS)
def test_a_catalog_is_found_in_each_of_its_forms(document: Any) -> None:
    assert endpoints(document) == ENDPOINTS


@pytest.mark.parametrize("document", FORMS)
def test_no_catalog_is_read_beside_what_nests_too_deeply(document: Any) -> None:
    deep = json.dumps(document)[:-1].encode() + b', "x": ' + b"[" * 300 + b"]" * 300 + b"}"
    assert endpoints(deep) == []


def test_a_catalog_is_found_in_a_compressed_answer() -> None:
    packed = gzip.compress(json.dumps(FORMS[0]).encode())
    assert endpoints(packed, (("Content-Encoding", "gzip"),)) == ENDPOINTS
    assert endpoints(packed[:-9], (("Content-Encoding", "gzip"),)) == []


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/v3/auth/tokens", ()),
        ("POST", "/v3/auth/tokens?nocatalog", ()),
        ("GET", "/v3/auth/tokens", (("X-Auth-Token", "a"), ("X-Subject-Token", "a"))),
        ("GET", "/v3/auth/catalog", (("X-Auth-Token", "a"),)),
        ("POST", "/v2.0/tokens", ()),
        ("GET", "/v2.0/tokens/a", (("X-Auth-Token", "a"),)),
    ],
)
def test_these_requests_ask_for_a_catalog_of_the_askers_own(method: str, path: str, headers: Headers) -> None:
    assert is_token_request(Request(method, BASE + path, headers), BASE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/AUTH_1/box/v3/auth/tokens"),
        ("POST", "/v1/AUTH_1/v3/auth/tokens"),
        ("GET", "/v1/AUTH_1/box/o?x=/v3/auth/catalog"),
        ("GET", "/v3/auth/catalog/x"),
        ("GET", "/box/../v3/auth/catalog"),
        ("PUT", "/v3/auth/tokens"),
        ("DELETE", "/v3/auth/tokens"),
        ("HEAD", "/v3/auth/tokens"),
        ("POST", "/v3/auth/catalog"),
        ("GET", "/v3/auth/tokens/"),
        ("GET", "/v2.0/tokens/another"),
        ("GET", "/v2.0/tokens/a/endpoints"),
        ("POST", ".evil/v3/auth/tokens"),
        ("POST", "@evil/v3/auth/tokens"),
    ],
)
def test_no_other_request_asks_for_one(method: str, path: str) -> None:
    headers = (("X-Auth-Token", "a"), ("X-Subject-Token", "of somebody else"))
    assert not is_token_request(Request(method, BASE + path, headers), BASE)


def test_another_services_address_is_not_asked_for_a_catalog() -> None:
    assert not is_token_request(Request("POST", "http://c:8774/v3/auth/tokens"), BASE)


ODD = [
    *(
        "ftp://c",
        "http://",
        "http://user@c",
        "http://user:password@c/v3",
        "http://c:0",
        "http://c:65536",
        "http://c:8x",
    ),
    *("http://c c/", "http://c\\@d/", "http://%63/", "http://ⓒ/", "http://[::1", "http://::1/", "http://c#d", "//c/"),
    *("http://c/\r\nX: y", "http://-c/", "http:///c", "http://c/‮"),
]


@pytest.mark.parametrize("url", ODD)
def test_an_address_that_can_be_read_in_two_ways_is_none(url: str) -> None:
    catalog = [{"type": "compute", "endpoints": [{"interface": "public", "region_id": "One", "url": url}]}]
    assert endpoints({"token": {"catalog": catalog}}) == []


@pytest.mark.parametrize(
    "url", ["https://c", "HTTP://C:80/v2.1/%(tenant_id)s", "http://[::1]:8774/v2", "http://a_b.c-d/?x=1"]
)
def test_these_are_addresses(url: str) -> None:
    catalog = [{"type": "compute", "endpoints": [{"interface": "public", "region_id": "One", "url": url}]}]
    assert endpoints({"token": {"catalog": catalog}}) == [Endpoint("compute", "public", "One", url)]


@pytest.mark.parametrize(
    "document",
    [
        *(b'{"token": {"catalog": [', b'["catalog"]', b'{"catalog": [{"type": "\xff"}]}'),
        *({"token": "catalog"}, {"token": {"catalog": None}}, {"catalog": {}}, {"access": {"serviceCatalog": "none"}}),
        {"catalog": [None, {"type": "compute"}, {"type": "compute", "endpoints": [None, {"url": 1}]}]},
        {"catalog": [{"type": "compute", "endpoints": [{"interface": "public", "url": "ftp://c"}]}]},
    ],
)
def test_what_is_no_catalog_teaches_nothing(document: Any) -> None:
    assert endpoints(document) == []
