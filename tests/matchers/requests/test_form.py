import pytest
from hypothesis import given

from cloudtape.cassettes.messages import Interaction, Request
from cloudtape.matchers.requests.canonical import canonical
from cloudtape.matchers.requests.form import Form, form
from cloudtape.matchers.requests.naming import Naming
from tests.cassettes.strategies import interactions
from tests.matchers.player import ID, get, post, send

NAMING = Naming()
PROJECT = "0123456789abcdef" * 2


def form_of(request: Request) -> Form:
    return form(canonical(request), NAMING)


def test_what_may_differ_is_a_leaf_and_the_rest_is_fixed() -> None:
    one = form_of(post("/servers", {"server": {"name": "vm-1", "flavorRef": "1", "metadata": {"a": "x"}}}))
    two = form_of(post("/servers", {"server": {"metadata": {"a": "y"}, "flavorRef": "1", "name": "vm-2"}}))
    assert one.key == two.key
    assert [(leaf.place, leaf.value, leaf.kind.value) for leaf in one.leaves] == [
        ("body.server.flavorRef", "1", "other"),
        ("body.server.metadata.a", "x", "text"),
        ("body.server.name", "vm-1", "name"),
    ]


def test_requests_of_one_shape_have_the_same_leaves() -> None:
    one, two = (form_of(post("/x", {"x": {"type": kind, "size": size}})) for kind, size in (("a", 1), ("b", 2)))
    assert one.shape == two.shape
    assert one.key != two.key
    for other in ({"x": {"type": "a", "size": "1"}}, {"x": {"type": "a", "size": True}}, {"x": {"type": "a"}}):
        assert form_of(post("/x", other)).shape != one.shape


@pytest.mark.parametrize(
    "other",
    [
        {"server": {"name": "vm-1", "flavorRef": "2"}},
        {"server": {"name": "vm-1", "flavorRef": 1}},
        {"server": {"name": "vm-1", "flavorRef": "1", "x": None}},
        {"server": {"name": "", "flavorRef": "1"}},
        {"server": {"name": None, "flavorRef": "1"}},
        {"server": {"flavorRef": "1"}},
    ],
)
def test_enums_numbers_and_structure_are_fixed(other: object) -> None:
    one = form_of(post("/servers", {"server": {"name": "vm-1", "flavorRef": "1"}}))
    assert one.fixed != form_of(post("/servers", other)).fixed


def test_the_value_of_a_json_patch_is_named_by_its_path() -> None:
    def patch(name: str, visibility: str) -> Form:
        body = [
            {"op": "replace", "path": "/name", "value": name},
            {"op": "replace", "path": "/visibility", "value": visibility},
        ]
        return form_of(send("PATCH", f"http://glance/v2/images/{ID}", body))

    assert patch("a-1", "private").fixed == patch("b-2", "private").fixed
    assert patch("a-1", "private").fixed != patch("a-1", "public").fixed


def test_microversions_are_no_part_of_the_form_but_ranges_are() -> None:
    plain = form_of(get("/servers"))
    assert plain.fixed == form_of(get("/servers", ("OpenStack-API-Version", "compute 2.79"))).fixed
    assert plain.fixed != form_of(get("/servers", ("Range", "bytes=0-1"))).fixed


@given(interactions)
def test_any_request_has_a_form(interaction: Interaction) -> None:
    request = interaction.request
    assert form_of(request) == form_of(request)


def test_the_names_in_a_path_that_a_header_tells_are_names_by_themselves() -> None:
    asked = Request("COPY", "http://swift/v1/AUTH_p/c/o", (("Destination", "/c/new%20one"),))
    assert [leaf.value for leaf in form_of(asked).leaves if leaf.field == "destination"] == ["c", "new one"]


def test_the_number_of_a_segment_is_no_name() -> None:
    one, other = (form_of(Request("PUT", f"http://swift/v1/AUTH_p/c/big/{number}", (), b"x")) for number in (1, 2))
    assert one.shape == other.shape
    assert one.key != other.key
