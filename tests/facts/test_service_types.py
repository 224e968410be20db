import pytest
from os_service_types import ServiceTypes

from cloudtape.openstack.service_types import ALIASES, is_service, official_type


@pytest.mark.parametrize(
    ("name", "official"),
    [("volumev3", "block-storage"), ("compute_legacy", "compute"), ("own-invention", "own-invention")],
)
def test_a_service_is_known_by_its_official_type(name: str, official: str) -> None:
    assert official_type(name) == official


def test_what_no_cloud_has_is_no_service() -> None:
    assert is_service("computev21")
    assert not is_service("own-invention")


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_one_that_the_authority_lacks_of_a_type_that_it_has(alias: str) -> None:
    authority = ServiceTypes()
    assert authority.get_service_type(alias) is None
    assert authority.is_official(ALIASES[alias])
