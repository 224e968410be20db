"""Numbers that are none, or longer than Python reads: refused or taken as the largest, never a fault of ours."""

import msgspec
import pytest

from tests.synthesis.requests import Asker, json_of

LONG, SUPERSCRIPT, SIGNS = "9" * 5_000, "%C2%B2", "--5"
QUERIES = [
    ("compute", "/v2.1/flavors?minDisk="),
    ("compute", "/v2.1/servers?limit="),
    ("network", "/v2.0/networks?limit="),
    ("block-storage", "/v3/p/volumes?offset="),
    ("block-storage", "/v3/p/volumes?limit="),
    ("image", "/v2/images?size_min="),
    ("image", "/v2/images?limit="),
    ("placement", "/resource_providers?resources=VCPU:"),
    ("placement", "/allocation_candidates?resources=VCPU:1&limit="),
    ("object-store", "/v1/AUTH_p?limit="),
    ("orchestration", "/v1/p/stacks?limit="),
    ("dns", "/v2/zones?limit="),
    ("load-balancer", "/v2.0/lbaas/loadbalancers?limit="),
    ("identity", "/v3/users?limit="),
    ("shared-file-system", "/v2/p/shares?offset="),
    ("meter", "/v2/meters?limit="),
    ("meter", "/v2/meters/cpu/statistics?period="),
    ("database", "/v1.0/p/instances?limit="),
    ("data-processing", "/v1.1/p/clusters?limit="),
]
FIELDS = [
    ("compute", "/v2.1/servers", ("OpenStack-API-Version", f"compute 2.{LONG}")),
    ("compute", "/v2.1/servers", ("OpenStack-API-Version", f"compute {LONG}.1")),
    ("block-storage", "/v3/p/volumes", ("OpenStack-API-Version", f"volume 3.{LONG}")),
    ("placement", "/resource_providers", ("OpenStack-API-Version", f"placement 1.{LONG}")),
    ("compute", f"/v2.{LONG}/servers", ("Accept", "application/json")),
]
BODIES = [
    ("POST", "compute", "/v2.1/servers", {"server": {"name": "a", "min_count": None}}),
    ("POST", "compute", "/v2.1/os-security-group-rules", {"security_group_rule": {"from_port": None}}),
    ("POST", "network", "/v2.0/security-group-rules", {"security_group_rule": {"protocol": None}}),
    ("POST", "network", "/v2.0/trunks", {"trunk": {"port_id": "p", "sub_ports": [{"segmentation_id": None}]}}),
    ("PUT", "block-storage", "/v3/p/os-quota-sets/p", {"quota_set": {"volumes": None}}),
    ("PUT", "shared-file-system", "/v2/p/quota-sets/p", {"quota_set": {"shares": None}}),
    ("POST", "database", "/v1.0/p/instances", {"instance": {"name": "a", "flavorRef": "1", "volume": {"size": None}}}),
    ("POST", "shared-file-system", "/v2/p/shares", {"share": {"size": None, "share_proto": "NFS"}}),
]


@pytest.mark.parametrize("number", [LONG, SUPERSCRIPT, SIGNS, "-", "%D9%A3"])
@pytest.mark.parametrize(("service", "path"), QUERIES)
def test_of_a_query(service: str, path: str, number: str) -> None:
    assert Asker().ask("GET", service, path + number).status < 500


@pytest.mark.parametrize(("service", "path", "field"), FIELDS)
def test_of_a_field_or_a_version(service: str, path: str, field: tuple[str, str]) -> None:
    assert Asker().ask("GET", service, path, headers=(field,)).status < 500


@pytest.mark.parametrize("number", [LONG, "\u00b2", SIGNS, "\u0663", 10**300])
@pytest.mark.parametrize(("method", "service", "path", "document"), BODIES)
def test_of_a_document(method: str, service: str, path: str, document: object, number: object) -> None:
    body = msgspec.json.encode(document).replace(b"null", msgspec.json.encode(number))
    assert Asker().ask(method, service, path, body).status < 500


@pytest.mark.parametrize("number", [LONG, "\u00b2", SIGNS])
def test_of_a_place_in_a_list(number: str) -> None:
    asker = Asker()
    made = asker.ask("POST", "image", "/v2/images", b'{"name": "a", "tags": ["x"]}')
    patch = msgspec.json.encode([{"op": "replace", "path": f"/tags/{number}", "value": "y"}])
    kind = ("Content-Type", "application/openstack-images-v2.1-json-patch")
    path = f"/v2/images/{json_of(made)['id']}"
    assert asker.ask("PATCH", "image", path, patch, (kind,)).status < 500
