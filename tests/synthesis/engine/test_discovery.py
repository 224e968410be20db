"""Version documents and microversions, as today's clients ask for them."""

import msgspec
import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.synthesis.engine.discovery import document_at, microversion, version_headers
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.cloud import default_cloud
from tests.synthesis.requests import Asker, json_of

SERVICES = default_cloud().services
PATHS = [("identity", "/v3"), ("compute", "/v2.1/"), ("block-storage", "/v3/"), ("image", "/"), ("network", "/")]


@pytest.mark.parametrize(("service", "path"), PATHS)
def test_a_version_document_has_links_into_this_cloud(service: str, path: str) -> None:
    found = document_at(SERVICES[service], "", path)
    assert found is not None
    assert f"http://{service}.cloud.invalid/" in msgspec.json.encode(found.body).decode()


@pytest.mark.parametrize("path", ["/v9", "/servers", "/v2.1/servers"])
def test_other_paths_have_none(path: str) -> None:
    assert document_at(SERVICES["compute"], "", path) is None


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ((), (2, 1)),
        ((("OpenStack-API-Version", "compute 2.47"),), (2, 47)),
        ((("OpenStack-API-Version", "volume 3.1, compute 2.9"),), (2, 9)),
        ((("X-OpenStack-Nova-API-Version", "2.10"),), (2, 10)),
        ((("OpenStack-API-Version", "compute latest"),), (2, 96)),
    ],
)
def test_the_microversion_is_the_one_that_is_asked_for(
    headers: tuple[tuple[str, str], ...], number: tuple[int, int]
) -> None:
    assert microversion(SERVICES["compute"], "v2.1", Request("GET", "http://x", headers)) == number


@pytest.mark.parametrize(("asked", "status"), [("2.0", 406), ("2.999", 406), ("two", 400)])
def test_a_microversion_out_of_range_is_refused(asked: str, status: int) -> None:
    request = Request("GET", "http://x", (("OpenStack-API-Version", f"compute {asked}"),))
    with pytest.raises(Refused) as refused:
        microversion(SERVICES["compute"], "v2.1", request)
    assert refused.value.status == status


def test_the_answer_says_its_microversion_in_both_fields() -> None:
    told = dict(version_headers(SERVICES["compute"], (2, 10)))
    assert (told["OpenStack-API-Version"], told["X-OpenStack-Nova-API-Version"]) == ("compute 2.10", "2.10")


@pytest.mark.parametrize(("asked", "member"), [("2.1", "id"), ("2.47", "original_name")])
def test_a_member_has_the_form_of_its_microversion(asked: str, member: str) -> None:
    asker = Asker()
    body = {"server": {"name": "x", "flavorRef": "1", "imageRef": "", "networks": "none"}}
    body["server"]["block_device_mapping_v2"] = [{"source_type": "blank", "destination_type": "volume"}]  # type: ignore[assignment]
    made = json_of(asker.ask("POST", "compute", "/v2.1/servers", msgspec.json.encode(body)))
    headers = (("OpenStack-API-Version", f"compute {asked}"),)
    shown = asker.ask("GET", "compute", f"/v2.1/servers/{made['server']['id']}", headers=headers)
    assert member in json_of(shown)["server"]["flavor"]
