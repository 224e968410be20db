"""What the document says of some operations, as a person reads it there."""

import pytest

from cloudtape.openstack.catalog import default_catalog
from cloudtape.openstack.operations import Operation


def by_section(number: str) -> Operation:
    return next(one for one in default_catalog().operations if one.section == number)


@pytest.mark.parametrize(
    ("section", "service", "version"),
    [
        ("1.4.1", "block-storage", "v2"),
        ("2.1.1", "block-storage", "v1"),
        ("3.1.1", "compute", "v2.1"),
        ("4.1.1", "database", "v1.0"),
        ("9.3.1", "identity", "v2.0"),
        ("15.1.1", "object-store", "v1"),
        ("17.4.1", "shared-file-system", "v2"),
        ("19.1.1", "meter", "v2"),
    ],
)
def test_service_and_version_come_from_chapter_and_path(section: str, service: str, version: str) -> None:
    one = by_section(section)
    assert (one.service, one.version) == (service, version)


@pytest.mark.parametrize(
    ("section", "path", "query"),
    [
        ("1.7.2", "/v2/{tenant_id}/backups", ["sort_key", "sort_dir", "limit", "marker"]),
        ("3.31.4", "/v2.1/{tenant_id}/servers/{server_id}/os-consoles/{console_id}", []),
        ("6.7.2", "/v3/users", ["domain_id", "name", "enabled"]),
        ("14.15.12", "/v2.0/vpn/ipsecpolicies", []),
        ("10.3.3", "/v2.0/users/{userId}/OS-KSADM/credentials/OS-KSEC2:ec2Credentials", []),
    ],
)
def test_templates_are_those_of_the_services(section: str, path: str, query: list[str]) -> None:
    one = by_section(section)
    assert (one.path, [parameter.name for parameter in one.query]) == (path, query)


def test_five_operations_say_no_status() -> None:
    silent = [one.section for one in default_catalog().operations if not one.statuses]
    assert silent == ["3.26.4", "3.26.6", "6.2.4", "15.5.4", "16.7.2"]


def test_headers_and_body_parameters_are_kept() -> None:
    one = by_section("15.5.2")
    assert "X-Object-Manifest" in [parameter.name for parameter in one.request_headers]
    assert next(parameter for parameter in one.response_headers if parameter.name == "ETag").required
    assert [parameter.name for parameter in by_section("1.4.1").request_body][:2] == [
        "availability_zone",
        "source_volid",
    ]


def test_actions_take_their_key_from_the_example_or_the_title() -> None:
    assert by_section("3.4.21").action == "os-start"
    assert by_section("3.4.16").action == "resize"
    assert by_section("1.4.2").action == ""


def test_an_example_over_pages_is_one_value() -> None:
    """Example 1.4: five pages, a member made up at the foot of the first."""
    one = by_section("1.2.1")
    (example,) = (example for example in default_catalog().examples_of(one) if example.format == "json")
    extensions = example.value["extensions"]
    keys = {"updated", "name", "links", "namespace", "alias", "description"}
    assert all(set(extension) == keys for extension in extensions)
    quotas = next(extension for extension in extensions if extension["name"] == "Quotas")
    assert quotas["description"] == "Quota management support."


def test_an_example_with_a_head_has_it_apart() -> None:
    (response,) = [one for one in default_catalog().examples_of(by_section("4.2.9")) if one.side == "response"]
    assert response.start == "HTTP/1.1 200 OK"
    assert dict(response.headers)["Content-Length"] == "21"
    assert response.value == {"rootEnabled": True}


def test_an_example_that_is_whole_over_a_page_break_is_left_as_it_is() -> None:
    repairs = {repair for example in default_catalog().examples_of(by_section("1.4.4")) for repair in example.repairs}
    assert repairs == {"wrapped lines joined"}
