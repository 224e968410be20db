import pytest

from cloudtape.matchers.recordings.vocabulary import Vocabulary
from cloudtape.matchers.requests.canonical import canonical
from cloudtape.matchers.requests.form import form
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.requests.things import crc_of
from cloudtape.matchers.sessions.bindings import Binding, Bindings
from cloudtape.matchers.sessions.likeness import (
    LATEST,
    OLDEST,
    Comparison,
    Fit,
    Mismatch,
    are_alike,
    compare,
    microversion,
)
from tests.matchers.player import ID, OTHER, get, post

NAMING = Naming()


def compared(recorded: object, asked: object, *bound: tuple[str, str], told: tuple[str, ...] = ()) -> Fit | Mismatch:
    forms = [form(canonical(post("/servers", {"server": one})), NAMING) for one in (recorded, asked)]
    bindings = Bindings()
    bindings.bind(Binding(*pair, "name") for pair in bound)
    return compare(forms[0], forms[1], Comparison(bindings, Vocabulary(map(crc_of, told)), makes=True))


def test_what_differs_would_be_bound_but_for_what_is_said_to_people() -> None:
    fit = compared({"name": "vm-1", "description": "a b"}, {"name": "vm-2", "description": "c d"})
    assert isinstance(fit, Fit)
    assert {(one.recorded, one.live) for one in fit.bindings} == {("vm-1", "vm-2")}


@pytest.mark.parametrize(("size", "alike"), [(100, True), (2_000, False), (400_000, False)])
def test_what_is_longer_than_a_name_is_not_compared_letter_by_letter(size: int, alike: bool) -> None:
    assert are_alike("ab-" * (size // 3) + "x", "q" + "a-b" * (size // 3)) is alike


def test_the_same_costs_nothing_and_likeness_costs_less_than_unlikeness() -> None:
    costs = [compared({"name": "vol-1a"}, {"name": name}) for name in ("vol-1a", "vol-2b", "snap-2b")]
    same, alike, other = [one.cost for one in costs if isinstance(one, Fit)]
    assert same == 0 < alike < other


@pytest.mark.parametrize(
    ("recorded", "asked", "bound", "told", "why"),
    [
        ({"name": "m1.nano"}, {"name": "m1.large"}, (), ("m1.nano",), "the cloud's own"),
        ({"name": "vm-1"}, {"name": "vm-2"}, (), ("vm-2",), "known to the recorded cloud"),
        ({"imageRef": ID}, {"imageRef": OTHER}, (), (ID,), "the cloud's own"),
        ({"name": "vm-1"}, {"name": "vm-2"}, (("vm-1", "vm-3"),), (), "something else already"),
        ({"name": "vm-1"}, {"name": "vm-2"}, (("vm-3", "vm-2"),), (), "something else already"),
        ({"name": "vm-1"}, {"name": "vm-3"}, (("vm-3", "vm-2"),), (), "something else already"),
        (
            {"name": "a-1", "key_name": "a-1"},
            {"name": "b-1", "key_name": "b-2"},
            (),
            (),
            "one name would have to be two",
        ),
        (
            {"name": "a-1", "key_name": "a-2"},
            {"name": "b-1", "key_name": "b-1"},
            (),
            (),
            "one name would have to be two",
        ),
        ({"name": "a-1", "x": 1}, {"name": "a-1", "x": 2}, (), (), "x: recorded 1, asked 2; it is compared as it is"),
        ({"name": "a-1", "x": 1}, {"name": "a-1", "x": "1"}, (), (), "another form"),
    ],
)
def test_what_cannot_stand_for_another_is_refused_with_the_reason(
    recorded: object, asked: object, bound: tuple[tuple[str, str], ...], told: tuple[str, ...], why: str
) -> None:
    refused = compared(recorded, asked, *bound, told=told)
    assert isinstance(refused, Mismatch)
    assert why in refused.reason


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *(("compute 2.79", (2, 79)), ("2.1", (2, 1)), ("latest", LATEST), ("volume 3", (3, 0)), ("x", OLDEST)),
        *(("", OLDEST), ("compute 2." + "9" * 400, OLDEST), ("compute 2." + "9" * 5000, OLDEST)),
    ],
)
def test_a_microversion_is_a_number_pair(said: str, number: tuple[float, float]) -> None:
    assert microversion(said) == number


@pytest.mark.parametrize(
    ("name", "recorded", "asked", "told"),
    [
        ("openstack-api-version", "compute 2.96", "", "none"),
        ("openstack-api-version", "volume 3.70", "volume 3.5", "openstack-api-version: volume 3.5"),
        ("accept", "text/plain", "application/xml", "accept: application/xml"),
    ],
)
def test_what_was_recorded_with_another_header_names_it(name: str, recorded: str, asked: str, told: str) -> None:
    one, two = (
        form(canonical(get("/servers", *([(name, value)] if value else []))), NAMING) for value in (recorded, asked)
    )
    refused = compare(one, two, Comparison(Bindings(), Vocabulary(), makes=False))
    assert refused == Mismatch(f"it was recorded with {name}: {recorded}, asked with {told}", ((name, recorded),))


def test_requests_of_other_forms_are_not_compared() -> None:
    one, two = (form(canonical(get(path)), NAMING) for path in ("/servers", "/flavors"))
    assert isinstance(compare(one, two, Comparison(Bindings(), Vocabulary(), makes=False)), Mismatch)
