"""Each row of the tables of secrets is needed: an example of it, written by hand, is scrubbed by that row and no other."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudtape.cassettes.messages import Response
from cloudtape.cassettes.scrubbing.commands import LINES, PROGRAMS
from cloudtape.cassettes.scrubbing.forms import FORM_MARKS, FORMS, SHAPED_MARKS, forms_in, known_forms
from cloudtape.cassettes.scrubbing.names import ENDS, RULES, Rule
from cloudtape.cassettes.scrubbing.patterns import PATTERNS, Patterns
from cloudtape.cassettes.scrubbing.payloads import MEDIA_TYPES, rule_for
from cloudtape.cassettes.scrubbing.payloads import PATHS as PAYLOADS
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import PATHS, Table
from cloudtape.cassettes.scrubbing.walk import Walker
from tests.cassettes.scrubbing.test_quick_look import exchange

DATA = Path(__file__).parent / "data"
EXAMPLES: list[tuple[str, str, str]] = [
    (table, str(row), text) for table, row, text in yaml.safe_load((DATA / "examples.yaml").read_text())
]
KNOWN: dict[str, str] = yaml.safe_load((DATA / "known_forms.yaml").read_text())


def key(rule: Rule) -> str:
    return f"{rule.words} < {rule.under}" if rule.under else rule.words


def source(row: Any) -> str:
    """What tells a row from the others of its table."""
    return row[0] if isinstance(row[0], str) else row[0].pattern


# Of each table: its rows, and what an example names one by.
TABLES: dict[str, tuple[tuple[Any, ...], Callable[[Any, str], bool]]] = {
    "names": (RULES, lambda rule, row: key(rule) == row),
    "ends": (ENDS, lambda end, row: end[0] == row),
    "paths": (PATHS, lambda path, row: row in path[0].pattern),
    "forms": (FORMS, lambda form, row: row in form[0].pattern),
    "payloads": (PAYLOADS, lambda path, row: row in path[0].pattern),
    "media": (MEDIA_TYPES, lambda media, row: row in media[0].pattern),
    "programs": (PROGRAMS, lambda program, row: program[0] == row),
    "lines": (LINES, lambda line, row: row in line[1]),
}


def parts(text: str) -> tuple[str, str]:
    """An example without its marks, and the secret in it."""
    begin, end = text.index("«"), text.index("»")
    return text.replace("«", "").replace("»", ""), text[begin + 1 : end]


def without(table: str, row: str) -> tuple[Table, Patterns]:
    rows, is_row = TABLES[table]
    kept = tuple(one for one in rows if not is_row(one, row))
    if table in ("names", "ends"):
        return (Table(kept) if table == "names" else Table(ends=kept)), PATTERNS
    of_row = [is_row(one, row) for one in rows]
    compiled = getattr(PATTERNS, table)
    return Table(), replace(
        PATTERNS, **{table: tuple(one for one, is_it in zip(compiled, of_row, strict=True) if not is_it)}
    )


def scrubbed(text: str, table: Table, patterns: Patterns = PATTERNS) -> str:
    return Walker(table, lambda _rule, _secret, _place: "*", patterns=patterns).text(text, "")


@pytest.mark.parametrize("name", TABLES)
def test_each_row_has_its_example_and_each_example_its_row(name: str) -> None:
    rows, is_row = TABLES[name]
    examples = [row for table, row, _ in EXAMPLES if table == name]
    assert [
        source(one) if not isinstance(one, Rule) else key(one)
        for one in rows
        if not any(is_row(one, row) for row in examples)
    ] == []
    assert [row for row in examples if sum(is_row(one, row) for one in rows) != 1] == []


@pytest.mark.parametrize(
    ("table", "row", "text"),
    [one for one in EXAMPLES if one[0] not in ("payloads", "media")],
    ids=lambda part: str(part)[:40],
)
def test_an_example_is_scrubbed_by_its_row(table: str, row: str, text: str) -> None:
    plain, secret = parts(text)
    assert secret not in scrubbed(plain, Table())
    assert secret in scrubbed(plain, *without(table, row)), (
        f"{plain!r} is scrubbed without {row}: put it under the row that does"
    )


@pytest.mark.parametrize(("table", "row", "text"), [one for one in EXAMPLES if one[0] in ("payloads", "media")])
def test_a_body_is_a_secret_by_its_row(table: str, row: str, text: str) -> None:
    plain, _ = parts(text)
    _, path, media, body = plain.split(" ")
    response = Response(200, "OK", (("Content-Type", media),), body.encode())
    rows, is_row = TABLES[table]
    kept = tuple(one for one in rows if not is_row(one, row))
    assert rule_for(f"http://c{path}", response)
    paths, types = (kept, MEDIA_TYPES) if table == "payloads" else (PAYLOADS, kept)
    assert rule_for(f"http://c{path}", response, paths, types) is None


@pytest.mark.parametrize(
    "text", [one[2] for one in EXAMPLES if one[0] not in ("payloads", "media")], ids=lambda text: text[:40]
)
def test_the_quick_look_lets_no_example_through(text: str) -> None:
    """In a JSON string, where it is the quick look's to see it; it has seen harmless ones before."""
    plain, secret = parts(text)
    body = plain if plain.startswith("{") else yaml_in_json(plain)
    scrubber = Scrubber()
    for _ in range(3):
        scrubber.scrub(exchange(b'{"server": {"id": "8d02b1e0", "name": "web", "note": "all is well"}}'))
        kept = scrubber.scrub(exchange(body.encode())).request.body
        assert isinstance(kept, bytes)
        assert secret not in kept.decode()


def yaml_in_json(text: str) -> str:
    return '{"note": ' + yaml.safe_dump(text, default_style='"', width=10**6).strip().replace("\\ ", " ") + "}"


def test_each_known_form_has_an_example_that_it_is_found_by() -> None:
    """The data are a public scanner's rules; their examples were made once, so that a row that is lost is missed."""
    assert KNOWN.keys() == {form.id for form in known_forms()}
    for form in known_forms():
        example = KNOWN[form.id]
        assert any(mark in example for mark in form.marks), form.id
        found = [pattern for pattern in forms_in(f"see {example} there") if pattern.pattern.startswith(form.pattern)]
        assert found, form.id
        assert found[0].search(f"see {example} there"), form.id


@pytest.mark.parametrize("example", KNOWN.values(), ids=KNOWN)
@pytest.mark.parametrize("text", ["{}", "see {} there"])
def test_a_known_form_is_found_alone_and_amid_a_text(text: str, example: str) -> None:
    for body in ({"note": text.format(example)}, {"note": text.format(example), "path": "a\\b"}):
        kept = Scrubber().scrub(exchange(json.dumps(body).encode())).request.body
        assert isinstance(kept, bytes)
        assert json.dumps(example)[1:-1] not in kept.decode()


def test_marks_of_known_forms_may_overlap() -> None:
    key = "sk-ant-api03-" + "x" * 93 + "AA"
    kept = Scrubber().scrub(exchange(json.dumps({"note": "c" + key}).encode())).request.body
    assert isinstance(kept, bytes)
    assert key not in kept.decode()


def test_each_form_has_a_mark() -> None:
    marks = re.compile("|".join([*map(re.escape, FORM_MARKS), *SHAPED_MARKS]))
    for table, _, text in EXAMPLES:
        if table == "forms":
            assert marks.search(parts(text)[0]), text
