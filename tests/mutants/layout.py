"""The package laid out as mutmut finds one: a folder with its import name, its tests, and what mutmut is to do.

mutmut takes a mutant's module from the path of its file; in the checkout `proxy/` is the package and the folders beside
it are its subpackages.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TREE = ROOT / "build" / "mutants"
PACKAGE_DIR: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-dir"]
NOT_TESTS = shutil.ignore_patterns("__pycache__", "scenarios", "live", "tempest", "outside")

# Tests that are left out: of very large inputs and of the time they take, and of processes of their own, which would
# import what mutmut has made for each mutant again. What runs in those alone is not mutated either.
LEFT_OUT = ("times_as_long", "very_many", "whatever_is_asked", "test_large")
# pytest begins anew for each mutant.
WITHOUT_PLUGINS = ("cacheprovider", "rerunfailures", "xdist")
# Properties get the same few inputs each time. A mutant that makes a loop endless is stopped after five times what its
# tests took, and some seconds. Which functions call which is not asked for: each run begins anew.
SETTINGS = """
[tool.mutmut]
source_paths = ["cloudtape"]
only_mutate = ["{mutated}/*"]
pytest_add_cli_args_test_selection = {tests}
do_not_mutate = ["*/large.py"]
pytest_add_cli_args = [{plugins}, "--hypothesis-profile=mutants", "-k", "{kept}"]
timeout_multiplier = 5.0
timeout_constant = 4.0
track_dependencies = false
use_git_change_detection = false
"""


def lay_out(folder: str, tests: list[str], tree: Path = TREE) -> None:
    """`folder` of the checkout is mutated: `matchers`, `cassettes/scrubbing`."""
    shutil.rmtree(tree, ignore_errors=True)
    for package, source in sorted(PACKAGE_DIR.items()):
        place = tree / package.replace(".", "/")
        shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests", tree / "tests", ignore=NOT_TESTS)
    settings = settings_of(folder, tests)
    (tree / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + settings)


def settings_of(folder: str, tests: list[str]) -> str:
    plugins = ", ".join(f'"-p", "no:{name}"' for name in WITHOUT_PLUGINS)
    kept = " and ".join(f"not {name}" for name in LEFT_OUT)
    return SETTINGS.format(mutated=installed(folder), tests=tests, plugins=plugins, kept=kept)


def installed(folder: str) -> str:
    """Where a folder of the checkout lies in the package: `cassettes/scrubbing` is `cloudtape/cassettes/scrubbing`."""
    first, _, inner = folder.partition("/")
    package = next(name for name, source in PACKAGE_DIR.items() if source == first)
    return "/".join(filter(None, (package.replace(".", "/"), inner)))


def in_checkout(path: str) -> str:
    """The file of the checkout that a file of the package is."""
    for package, source in sorted(PACKAGE_DIR.items(), reverse=True):
        place = package.replace(".", "/")
        if path.startswith(f"{place}/"):
            return source + path.removeprefix(place)
    return path
