"""What the tables and the lines about response codes of one operation say: parameters, statuses, faults.

The tables are damaged at page breaks: the header comes again, a cell goes on in the next row, and `(Required)` stands
beside the type, beside the name, alone in a row, or at the start of the description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cloudtape.openstack.operations import Fault, Parameter
from tools.reference.document import Block, Paragraph, Table

CAPTION = re.compile(r"This table shows the (URI|header|query|body) parameters for the .*?(request|response)\b")
MARK = re.compile(r"\(\s*(required|optional)\s*\)|\b(required|optional)\b(?=\.)", re.IGNORECASE)
TAG = re.compile(r"</?(?:i|code|p|b)>|`|\*")
TYPES = {"bool": "boolean", "int": "integer", "list": "array"}

NORMAL, ERROR = "Normal response codes:", "Error response codes:"
CODE_TABLE = "Response Code"
CODE = re.compile(r"\d{3}")
FAULT = re.compile(r"(?P<name>[A-Za-z][A-Za-z -]*?)\s*\((?P<codes>[^)]*)\)|\b(?P<code>\d{3})\b")


def parameters(blocks: Sequence[Block], where: str, side: str) -> tuple[Parameter, ...]:
    """The parameters of all tables with that caption. `where`: URI, query, header or body."""
    rows = [
        row
        for block in blocks
        if isinstance(block, Table) and (said := CAPTION.match(block.caption)) and said.groups() == (where, side)
        for row in block.rows
    ]
    found: dict[str, Parameter] = {}
    for row in _whole_rows(rows):
        one = _parameter(row, required=where == "URI")
        found.setdefault(one.name, one)
    return tuple(found.values())


def _parameter(row: tuple[str, ...], required: bool) -> Parameter:
    name, kind, *description = (TAG.sub("", cell).strip() for cell in row)
    marks = [found for cell in (kind, name, *description[:1]) if (found := MARK.search(cell))]
    if marks:
        required = (marks[0][1] or marks[0][2]).lower() == "required"
    plain = MARK.sub("", kind).replace("()", "").strip().lower()
    return Parameter(MARK.sub("", name).strip().strip("{}"), TYPES.get(plain, plain), required)


def named(names: Sequence[str], documented: Sequence[Parameter], required: bool) -> tuple[Parameter, ...]:
    """The parameters with those names, in that order, with what is documented of them.

    Where some are documented under other names (a misread one, an old one), and as many, those are taken in order.
    """
    known = {parameter.name: parameter for parameter in documented}
    nameless = [name for name in names if name not in known]
    left = [parameter for parameter in documented if parameter.name not in names]
    if len(nameless) == len(left):
        known |= dict(zip(nameless, left, strict=True))
    return tuple(
        Parameter(name, known[name].type, known[name].required) if name in known else Parameter(name, "", required)
        for name in dict.fromkeys(names)
    )


def _whole_rows(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The rows without repeated headers, each with the cells that continue it."""
    whole: tuple[str, ...] = ()
    for row in rows:
        if row[0] == "Name" or len(row) < 2:
            continue
        if row[0].strip() or not whole:
            if whole:
                yield whole
            whole = row
        else:
            # A row without a name belongs to the row above; what the row above says of itself stands first.
            whole = tuple(" ".join(cells) for cells in zip(whole, row, strict=False))
    if whole:
        yield whole


def statuses(blocks: Sequence[Block]) -> tuple[int, ...]:
    """The normal codes in their order, `200203` taken apart; nothing where the document says none."""
    said = _codes(blocks, NORMAL) or _code_column(blocks)
    return tuple(code for code in dict.fromkeys(int(code) for code in CODE.findall(said)) if code < 400)


def faults(blocks: Sequence[Block]) -> tuple[Fault, ...]:
    """The error codes with their names, in order."""
    found: dict[Fault, None] = {}
    for match in FAULT.finditer(_codes(blocks, ERROR).replace("`", "")):
        for code in CODE.findall(match["codes"] or match["code"]):
            found[Fault(int(code), (match["name"] or "").strip())] = None
    for row in _code_rows(blocks):
        if int(row[0]) >= 400:
            found[Fault(int(row[0]), row[1].strip())] = None
    return tuple(found)


def _codes(blocks: Sequence[Block], label: str) -> str:
    """What stands after a label, up to the next label; on the next line where nothing stands there."""
    texts = [block.text if isinstance(block, Paragraph) else "" for block in blocks]
    for text, following in zip(texts, [*texts[1:], ""], strict=True):
        if label in (plain := TAG.sub("", text)):
            said = plain.split(label, 1)[1].split(ERROR)[0]
            return said if said.strip() else following
    return ""


def _code_rows(blocks: Sequence[Block]) -> Iterator[tuple[str, ...]]:
    for block in blocks:
        if isinstance(block, Table) and block.header[0] == CODE_TABLE:
            yield from (row for row in block.rows if CODE.fullmatch(row[0].strip()))


def _code_column(blocks: Sequence[Block]) -> str:
    return " ".join(row[0] for row in _code_rows(blocks))
