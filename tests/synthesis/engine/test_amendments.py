"""Where today's services answer otherwise than the reference prints it: the rows, and what they do to an answer."""

from typing import Any

import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.openstack.catalog import default_catalog
from cloudtape.synthesis.engine.amendments import Amendment, _amended, is_client
from cloudtape.synthesis.services.cloud import default_cloud
from tests.synthesis.requests import Asker, json_of

AMENDMENTS = default_cloud().amendments
ROWS: list[tuple[dict[str, Any], Any, Any]] = [
    ({"inside": "role"}, {"id": 1}, {"role": {"id": 1}}),
    ({"inside": "role"}, {"role": {"id": 1}}, {"role": {"id": 1}}),
    ({"bare": "all"}, {"all": [1], "links": {}}, [1]),
    ({"bare": "all"}, {"other": 1}, {"other": 1}),
    ({"forms": {"a": "list"}}, {"a": {"b": 1}}, {"a": [{"b": 1}]}),
    ({"named": {"a.b": "c"}}, {"a": {"b": 1}}, {"a": {"c": 1}}),
    ({"has": {"all.*.b": 2}}, {"all": [{"b": 1}, {}]}, {"all": [{"b": 1}, {"b": 2}]}),
    ({"same": {"b": "a", "c": "d"}}, {"a": 1, "b": None}, {"a": 1, "b": 1}),
    ({"holds": {"b": 2, "c": 3}}, {"b": 1}, {"b": 2}),
    ({"has": {"links.1.type": "x"}}, {"links": [{}, {}]}, {"links": [{}, {"type": "x"}]}),
    (
        {"forms": {"a": "number", "b": "text", "c": "truth"}},
        {"a": "", "b": 1, "c": "false"},
        {"a": 0, "b": "1", "c": False},
    ),
    ({"gone": ("by.*.a",)}, {"by": {"one": {"a": 1, "b": 2}}}, {"by": {"one": {"b": 2}}}),
    ({"said": ("a", "b")}, {"a": None, "b": 1}, {"b": 1}),
    ({"said": ("a", "b")}, {"a": {}, "b": 0}, {"b": 0}),
    ({"only": {"a": ("b",)}}, {"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
    ({"single": "a"}, {"all": [{"b": 1}]}, {"a": {"b": 1}}),
    ({"instead": {"a": 1}}, {"b": 1}, {"a": 1}),
    ({"gone": ("a.b", "c")}, [1], [1]),
]


@pytest.mark.parametrize(("row", "body", "wanted"), ROWS)
def test_a_row_changes_what_its_paths_name_and_nothing_else(row: dict[str, Any], body: Any, wanted: Any) -> None:
    before = repr(body)
    assert _amended(body, Amendment((), **row)) == wanted
    assert repr(body) == before


def test_what_nova_took_away_is_not_found_in_newer_microversions() -> None:
    asker = Asker()
    newer = [("OpenStack-API-Version", "compute 2.36")]
    assert asker.ask("GET", "compute", "/v2.1/images").status == 200
    assert asker.ask("GET", "compute", "/v2.1/images", headers=newer).status == 404
    assert AMENDMENTS.is_absent("compute.servers.tags.list", (2, 25))
    assert not AMENDMENTS.is_absent("compute.servers.tags.list", (2, 26))


def test_a_flavor_has_the_form_of_its_microversion() -> None:
    asker = Asker()
    old, new = (
        json_of(asker.ask("GET", "compute", "/v2.1/flavors/1", headers=[("OpenStack-API-Version", f"compute {micro}")]))
        for micro in ("2.1", "2.75")
    )
    assert old["flavor"]["swap"] == ""
    assert "description" not in old["flavor"]
    assert new["flavor"]["swap"] == 0
    assert new["flavor"]["description"] is None


def test_what_only_a_server_by_itself_shows_stands_in_no_list() -> None:
    asker = Asker()
    newest = [("OpenStack-API-Version", "compute 2.96")]
    asker.operation(default_catalog().get("compute.servers.create"))
    (server, *_) = json_of(asker.ask("GET", "compute", "/v2.1/servers/detail", headers=newest))["servers"]
    shown = json_of(asker.ask("GET", "compute", f"/v2.1/servers/{server['id']}", headers=newest))["server"]
    assert shown.keys() - server.keys() == {"server_groups"}


@pytest.mark.parametrize(("micro", "form"), [("2.1", str), ("2.28", dict), ("2.88", type(None))])
def test_a_member_that_was_given_another_form_is_gone_when_it_is_gone(micro: str, form: type) -> None:
    headers = [("OpenStack-API-Version", f"compute {micro}")]
    (one, *_) = json_of(Asker().ask("GET", "compute", "/v2.1/os-hypervisors/detail", headers=headers))["hypervisors"]
    assert isinstance(one.get("cpu_info"), form)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((("Accept", "application/json"), ("User-Agent", "gophercloud/v2.0.0")), True),
        ((("Accept", "*/*"), ("User-Agent", "openstacksdk/4.9.0 keystoneauth1/5.13.1 python-requests/2.32.5")), True),
        ((("Accept", "*/*"), ("User-Agent", "python-glanceclient")), True),
        ((("User-Agent", "python-urllib3/2.5.0"),), True),
        ((("Accept", "*/*"), ("User-Agent", "curl/8.5.0")), False),
        ((("Accept", "application/xml"), ("User-Agent", "python-requests/2.32.5")), False),
        ((), False),
    ],
)
def test_a_client_is_known_by_what_it_accepts_or_calls_itself(headers: Any, expected: bool) -> None:
    assert is_client(Request("GET", "http://identity.cloud.invalid/v3/credentials", headers)) is expected
