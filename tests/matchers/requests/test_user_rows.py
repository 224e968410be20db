from pathlib import Path

import pytest

from cloudtape.matchers.errors import BindingRulesError
from cloudtape.matchers.requests.naming import NameKind, NamingRow, Position
from cloudtape.matchers.requests.user_rows import load_rows


def test_rows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("- {kind: name, field: ticket}\n- {kind: volatile, form: 'b-\\d+', positions: [query]}\n")
    assert load_rows(path) == (
        NamingRow(NameKind.NAME, "ticket"),
        NamingRow(NameKind.VOLATILE, form=r"b-\d+", positions=frozenset({Position.QUERY})),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- {kind: nome}", "rule 1: Invalid enum value 'nome'"),
        ("- {kind: name}\n- {field: x}", "rule 2: Object missing required field `kind`"),
        ("- {kind: name, feld: x}", "rule 1: Object contains unknown field `feld`"),
        ("- {kind: name, field: '('}", "rule 1: missing )"),
        ("kind: name", "is no list of rules"),
        ("- [\n", "is no YAML"),
        ("- !!bool x", "line 1: is no YAML: this is no bool"),
        ("- !!timestamp x", "is no YAML"),
        ("[" * 50_000, "nest"),
        ("- !!python/object/apply:os.system [x]", "is no YAML"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(BindingRulesError) as error:
        load_rows(path)
    assert why in str(error.value)
    assert str(error.value).startswith(str(path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BindingRulesError, match="cannot be read"):
        load_rows(tmp_path / "none.yaml")


def test_what_is_wrong_is_told_in_so_many_words_that_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"- {{{'words' * 10_000}: a}}\n")
    with pytest.raises(BindingRulesError) as caught:
        load_rows(path)
    assert len(str(caught.value)) < len(str(path)) + 1_100
