import pytest

from cloudtape.openstack.operations import Fault, Parameter
from tools.reference.document import Block, Paragraph, Table
from tools.reference.tables import faults, named, parameters, statuses

HEADER = ("Name", "Type", "Description")
CAPTION = "This table shows the query parameters for the list things request:"


def table(*rows: tuple[str, ...], caption: str = CAPTION) -> Table:
    return Table(caption, HEADER, rows)


@pytest.mark.parametrize(
    ("row", "parameter"),
    [
        (("limit", "Int <i>(Optional)</i>", "…"), Parameter("limit", "integer")),
        (("limit", "Int (<i>Optional</i>)", "…"), Parameter("limit", "integer")),
        (("limit", "UUID (Required)", "…"), Parameter("limit", "uuid", True)),
        (("limit <i>(Required)</i>", "String", "…"), Parameter("limit", "string", True)),
        (("<code>limit</code>", "Bool", "Required. The page."), Parameter("limit", "boolean", True)),
        (("<code>{account}</code>", "String", "…"), Parameter("account", "string")),
        (("limit", "", "…"), Parameter("limit")),
    ],
)
def test_the_marker_is_found_wherever_it_stands(row: tuple[str, ...], parameter: Parameter) -> None:
    assert parameters([table(row)], "query", "request") == (parameter,)


def test_a_row_without_a_name_continues_the_one_above_over_a_page_break() -> None:
    blocks = [table(("marker", "String", "The last")), table(HEADER, ("", "(Required)", "item"), ("limit", "Int", ""))]
    assert parameters(blocks, "query", "request") == (
        Parameter("marker", "string", True),
        Parameter("limit", "integer"),
    )


def test_a_marker_holds_for_its_own_row_only() -> None:
    blocks = [table(("a", "String (Required)", ""), ("b", "String", ""))]
    assert [one.required for one in parameters(blocks, "query", "request")] == [True, False]


def test_other_tables_are_left_alone() -> None:
    assert parameters([table(("a", "", ""), caption="Table 4.1. Limits")], "query", "request") == ()
    assert parameters([table(("a", "", ""))], "query", "response") == ()


def test_a_variable_under_another_name_is_taken_by_its_place() -> None:
    documented = [Parameter("tenant_id", "uuid", True), Parameter("extra-spec-key", "string", True)]
    assert named(["tenant_id", "key"], documented, True) == (documented[0], Parameter("key", "string", True))


def test_a_variable_that_comes_twice_is_listed_once() -> None:
    assert named(["tenant_id", "tenant_id"], [], True) == (Parameter("tenant_id", "", True),)


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["Normal response codes: 200"], (200,)),
        (["Normal response codes: 200203"], (200, 203)),
        (["Normal response codes: 200203204"], (200, 203, 204)),
        (["Normal response codes: 200, 300"], (200, 300)),
        (["Normal response codes:", "200, 204"], (200, 204)),
        (["Normal response codes: 201**Error response codes:** timeout (408)"], (201,)),
        (["This operation does not return a response body."], ()),
    ],
)
def test_codes_are_taken_apart(lines: list[str], codes: tuple[int, ...]) -> None:
    assert statuses([Paragraph(line) for line in lines]) == codes


def test_codes_may_stand_in_a_table() -> None:
    rows = (("201", "", ""), ("400", "Bad Request", ""))
    blocks: list[Block] = [Table("…", ("Response Code", "Name", "Description"), rows)]
    assert statuses(blocks) == (201,)
    assert faults(blocks) == (Fault(400, "Bad Request"),)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "computeFault (400, 500, ...), itemNotFound (404)",
            [(400, "computeFault"), (500, "computeFault"), (404, "itemNotFound")],
        ),
        ("`computeFault` (400), `409`", [(400, "computeFault"), (409, "")]),
        ("`badRequest (400)`, `conflict (409)`", [(400, "badRequest"), (409, "conflict")]),
        ("Bad Request (400), Not Found (404),", [(400, "Bad Request"), (404, "Not Found")]),
        ("400, 500, ...", [(400, ""), (500, "")]),
    ],
)
def test_faults_keep_their_names(line: str, found: list[tuple[int, str]]) -> None:
    assert faults([Paragraph(f"Error response codes: {line}")]) == tuple(Fault(*one) for one in found)
