"""The command tells what no test notices from what one does."""

from pathlib import Path

import pytest

from tests.mutants.judging import MutmutFailed, chosen, describe, judge, make
from tests.mutants.layout import in_checkout, installed

LIMITS = '''"""Planted."""


class Limits:
    def of(self, size: int) -> bool:
        return size < 10


def double(size: int) -> int:
    return size * 2
'''
TESTS = """from planted.limits import Limits, double


def test_it() -> None:
    assert Limits().of(5)
    assert not Limits().of(15)
    assert double(3) == 6
"""
SETTINGS = '[tool.mutmut]\nsource_paths = ["planted"]\npytest_add_cli_args_test_selection = ["tests"]\n'


def planted(tree: Path, tests: str = TESTS) -> Path:
    for path, text in {
        "planted/__init__.py": "",
        "planted/limits.py": LIMITS,
        "tests/test_limits.py": tests,
        "pyproject.toml": SETTINGS,
    }.items():
        (tree / path).parent.mkdir(exist_ok=True)
        (tree / path).write_text(text)
    return tree


def test_a_change_that_no_test_notices_is_told_with_its_place_and_one_that_a_test_notices_is_caught(
    tmp_path: Path,
) -> None:
    tree = planted(tmp_path)
    verdicts = judge(tree, make(tree), jobs=2)
    left = [describe(tree, name, status) for name, status in verdicts.items() if status != "killed"]
    assert {(one.path, one.line, one.change[-1].strip("+ ")) for one in left} == {
        ("planted/limits.py", 6, "return size <= 10"),
        ("planted/limits.py", 6, "return size < 11"),
    }
    assert sorted(one.split(".")[-1] for one in verdicts if "double" in one) == [
        "x_double__mutmut_1",
        "x_double__mutmut_2",
    ]


def test_tests_that_fail_without_a_change_give_no_verdict(tmp_path: Path) -> None:
    tree = planted(tmp_path, TESTS.replace("== 6", "== 7"))
    with pytest.raises(MutmutFailed, match="assert 6 == 7"):
        judge(tree, make(tree), jobs=1)


def test_the_same_seed_chooses_the_same_mutants() -> None:
    names = [str(number) for number in range(100)]
    assert chosen(names, 10, 1) == chosen(names, 10, 1) != chosen(names, 10, 2)
    assert chosen(names, 0, 1) == names
    assert chosen(names, 1000, 1) == sorted(names)


@pytest.mark.parametrize(
    ("folder", "package"),
    [
        ("matchers", "cloudtape/matchers"),
        ("cassettes/scrubbing", "cloudtape/cassettes/scrubbing"),
        ("facts", "cloudtape/openstack"),
        ("proxy/http", "cloudtape/http"),
    ],
)
def test_a_folder_of_the_checkout_has_its_place_in_the_package(folder: str, package: str) -> None:
    assert installed(folder) == package
    assert in_checkout(f"{package}/names.py") == f"{folder}/names.py"
