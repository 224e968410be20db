import ipaddress
import re

import pytest

from tests.scenarios.names import Names

FORMS = {
    "stem vol-snap": r"vol-snap-[0-9a-f]{6}",
    "tempest ServersTest-server": r"tempest-ServersTest-server-\d+",
    "hex": r"[0-9a-f]{32}",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "password": r"Pw-[0-9a-f]{16}",
}


@pytest.mark.parametrize("wanted", FORMS)
def test_names_have_the_forms_that_real_tests_give_them(wanted: str) -> None:
    assert re.fullmatch(FORMS[wanted], Names("1", "one").make(wanted))


def test_a_seed_makes_the_same_names_again() -> None:
    assert Names("1", "one").make("hex") == Names("1", "one").make("hex")


@pytest.mark.parametrize(("seed", "scenario"), [("2", "one"), ("1", "two")])
def test_another_run_and_another_scenario_have_other_names(seed: str, scenario: str) -> None:
    assert Names(seed, scenario).make("hex") != Names("1", "one").make("hex")


@pytest.mark.parametrize("prefix", [24, 25, 29])
def test_ranges_are_networks(prefix: int) -> None:
    assert ipaddress.ip_network(Names("1", "one").make(f"cidr {prefix}")).prefixlen == prefix
