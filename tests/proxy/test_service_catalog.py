import json
from typing import Any

import pytest

from cloudtape.cassettes.messages import Request, Response
from cloudtape.service_catalog import Endpoint, endpoints_of

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


def endpoints(path: str, document: Any) -> list[Endpoint]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(endpoints_of(Request("GET", "http://c:5000" + path), Response(200, "OK", (), body)))


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/v3/auth/tokens", {"token": {"user": {}, "catalog": V3}}),
        ("/v3/auth/catalog", {"catalog": V3, "links": {}}),
        ("/v2.0/tokens", {"access": {"serviceCatalog": V2}}),
    ],
)
def test_a_catalog_is_found_in_each_of_its_forms(path: str, document: Any) -> None:
    assert endpoints(path, document) == ENDPOINTS


def test_only_the_identity_service_teaches_endpoints() -> None:
    assert endpoints("/v1/container/object", {"catalog": V3}) == []


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
    assert endpoints("/v3/auth/tokens", document) == []
