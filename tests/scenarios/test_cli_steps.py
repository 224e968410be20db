from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scenarios.cli_steps import FOLDER, differences, filled

VALUES = {"id": "abc", "size": 3, "words": ["--a", "{id}"]}
STEP_KEYS = {
    *("run", "login", "expect", "has", "lacks", "keep", "undo"),
    *("until", "until_fails", "fails", "says", "same_file"),
}
SCENARIO_KEYS = {"name", "about", "names", "parameters", "changed", "files", "steps"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("show {id}", "show abc"),
        ("{size}", 3),
        ("{size} GiB", "3 GiB"),
        ({"{id}": ["{size}", None]}, {"abc": [3, None]}),
        (True, True),
    ],
)
def test_values_are_filled_in_at_any_depth(value: Any, expected: Any) -> None:
    assert filled(value, VALUES) == expected


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ({"size": 3, "more": 1}, {"size": 3}),
        ({"size": 3}, {"size": "3"}),
        ({"properties": {"a": "1", "b": "2"}}, {"properties": {"a": "1"}}),
        ({"fixed_ips": [{"subnet_id": "abc"}]}, {"fixed_ips~": "abc"}),
        ({"port_id": None}, {"port_id": None}),
    ],
)
def test_an_object_that_is_as_expected_has_no_differences(actual: Any, expected: Any) -> None:
    assert list(differences(actual, expected)) == []


@pytest.mark.parametrize(
    ("actual", "expected", "difference"),
    [
        ({"size": 3}, {"size": 4}, ("size", 3, 4)),
        ({}, {"size": 4}, ("size", None, 4)),
        ({"enabled": True}, {"enabled": False}, ("enabled", True, False)),
        ({"properties": {"a": "1"}}, {"properties": {"b": "1"}}, ("properties.b", None, "1")),
        ({"fixed_ips": []}, {"fixed_ips~": "abc"}, ("fixed_ips", [], "with abc in it")),
        ({"port_id": "abc"}, {"port_id": None}, ("port_id", "abc", None)),
    ],
)
def test_what_differs_is_named(actual: Any, expected: Any, difference: tuple[Any, ...]) -> None:
    assert list(differences(actual, expected)) == [difference]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_files_use_no_word_that_nobody_reads(path: Path) -> None:
    for row in yaml.safe_load(path.read_text()):
        assert row.keys() <= SCENARIO_KEYS, row["name"]
        for step in row["steps"]:
            assert step.keys() <= STEP_KEYS, (row["name"], step)
