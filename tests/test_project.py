"""What the project promises of itself: its layout, its imports, its README."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import cloudtape
from cloudtape.cli import cli

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = (
    {"proxy": "cloudtape"}
    | {name: f"cloudtape.{name}" for name in ("cassettes", "matchers", "synthesis")}
    | {"facts": "cloudtape.openstack"}
)
# Imports point one way.
MAY_IMPORT = {
    "facts": {"openstack"},
    "cassettes": {"cassettes", "openstack"},
    "matchers": {"matchers", "cassettes", "openstack"},
    "synthesis": {"synthesis", "matchers", "cassettes", "openstack"},
}
# So they do within `synthesis/`; what stands beside its folders (the errors) is everybody's.
SYNTHESIS_MAY_IMPORT = {
    "worlds": {"worlds"},
    "engine": {"engine", "worlds"},
    "services": {"services", "engine", "worlds"},
    "stocking": {"stocking", "services", "engine", "worlds"},
}
AIOHTTP_USERS = {"resolving.py"}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_every_folder_is_packaged() -> None:
    tool = PYPROJECT["tool"]["setuptools"]
    assert tool["package-dir"] == {package: folder for folder, package in FOLDERS.items()}
    packages = {
        ".".join([FOLDERS[folder], *path.parent.relative_to(ROOT / folder).parts])
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
    }
    assert sorted(tool["packages"]) == sorted(packages)


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_point_one_way(folder: str) -> None:
    for path in modules(folder):
        ours = {name for name in imports(path) if name.split(".")[0] == "cloudtape"}
        reached = {name.split(".")[1] if name.count(".") else "proxy" for name in ours}
        assert reached <= MAY_IMPORT[folder], path


def test_no_modules_import_each_other() -> None:
    names = {
        ".".join([package, *path.relative_to(ROOT / folder).with_suffix("").parts]).removesuffix(".__init__"): path
        for folder, package in FOLDERS.items()
        for path in modules(folder)
    }
    arrows: dict[str, set[str]] = {}
    for name, path in names.items():
        tree = ast.walk(ast.parse(path.read_text()))
        taken = {f"{node.module}.{one.name}" for node in tree if isinstance(node, ast.ImportFrom) for one in node.names}
        arrows[name] = (imports(path) | taken) & names.keys() - {name}
    assert len(list(TopologicalSorter(arrows).static_order())) == len(names)


def within_synthesis(path: Path) -> list[list[str]]:
    """What a module imports of the folders of `synthesis/`."""
    names = [name.split(".")[2:] for name in imports(path) if name.startswith("cloudtape.synthesis.")]
    return [name for name in names if (ROOT / "synthesis" / name[0]).is_dir()]


@pytest.mark.parametrize("folder", SYNTHESIS_MAY_IMPORT)
def test_imports_of_a_synthesized_cloud_point_one_way(folder: str) -> None:
    for path in modules(f"synthesis/{folder}"):
        assert {name[0] for name in within_synthesis(path)} <= SYNTHESIS_MAY_IMPORT[folder], path


def test_no_service_of_a_synthesized_cloud_imports_another_one() -> None:
    services = ROOT / "synthesis" / "services"
    for path in services.glob("*/*.py"):
        reached = {name[1] for name in within_synthesis(path) if name[0] == "services"}
        assert reached <= {path.parent.name}, path


def test_what_only_records_or_replays_does_not_know_the_synthesized_cloud() -> None:
    users = {path.name for path in modules("proxy") if any("cloudtape.synthesis." in name for name in imports(path))}
    assert users == {"mixed.py", "recorded_addresses.py", "synthesis_part.py"}


def test_the_engine_names_no_service() -> None:
    """What is one service's is in its folder."""
    names = {path.parent.name.replace("_", "-") for path in (ROOT / "synthesis" / "services").glob("*/service.yaml")}
    assert len(names) > 10
    for path in [*modules("synthesis/engine"), *modules("synthesis/worlds")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                word = node.value.partition("/")[0].partition(".")[0]
                assert word not in names or word == node.value, f"{path}, line {node.lineno}: {node.value}"


@pytest.mark.parametrize("folder", [*FOLDERS, "tools", "bench", "examples"])
def test_files_stay_small(folder: str) -> None:
    assert {path: lines for path in modules(folder) if (lines := len(path.read_text().splitlines())) > 300} == {}


@pytest.mark.parametrize("folder", [*FOLDERS, "tools"])
def test_functions_stay_small(folder: str) -> None:
    for path in modules(folder):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                assert lines <= 40, f"{path}: {node.name} has {lines}"


def test_aiohttp_stays_at_the_edge() -> None:
    users = {
        path.name
        for folder in FOLDERS
        for path in modules(folder)
        if any(n.split(".")[0] == "aiohttp" for n in imports(path))
    }
    assert users == AIOHTTP_USERS


def test_public_names() -> None:
    assert cloudtape.__all__ == ["__version__"]


def test_each_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text().lower()
    groups = [PYPROJECT["project"]["dependencies"], *PYPROJECT["project"]["optional-dependencies"].values()]
    for name in {re.split(r"[\[<>=;]", one)[0].strip().lower() for group in groups for one in group} - {"cloudtape"}:
        assert f"`{name}`" in reasons, name


# --- README ----------------------------------------------------------------------------------------------------------

README = (ROOT / "README.md").read_text()
SHELL = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
RUN_ELSEWHERE = {
    "make demo": "below",
    "make test": ".ci/run",
    "pip install '.[openstack,scan]'": ".ci/run installs the same",
}


def test_the_readmes_demo_replays_a_server_being_made_and_deleted() -> None:
    done = subprocess.run(
        [sys.executable, "examples/demo.py"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lists = done.stdout.split("$ openstack server list")
    assert "walk-server | ACTIVE" in lists[1]
    assert "walk-server" not in lists[2]
    assert re.search(r"\d+ replayed, 0 missed", done.stderr)
    to_type = re.findall(r"[\w./-]*(?:cloudtape|openstack)(?= (?:show|record|run|server))", lists[-1])
    assert len(to_type) == 4
    for command in to_type:
        assert shutil.which(command) or (ROOT / command).is_file(), command


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_of_the_readme_is_one_that_there_is() -> None:
    """Options and subcommands are those of the program; what they do is tested where it is built."""
    for line in SHELL:
        words = shlex.split(line)
        if line in RUN_ELSEWHERE or words[0] == "pytest":
            continue
        assert words[0] == "cloudtape", line
        command = cli.commands[words[1]]
        options = {name for param in command.params for name in param.opts}
        until = words.index("--") if "--" in words else len(words)
        assert {word for word in words[2:until] if word.startswith("--")} <= options, line


def test_the_readmes_recipes_work(tmp_path: Path) -> None:
    """With a sample cassette in the place of `mine.yaml`; recording ones are run against a cloud in tests/proxy and tests/live."""
    bin_folder = Path(sys.executable).parent
    for name in ("sdk.yaml", "cli.yaml"):
        (tmp_path / name).write_bytes((ROOT / "examples" / "cassettes" / name).read_bytes())
        bodies = name.replace(".yaml", ".bodies")
        shutil.copytree(ROOT / "examples" / "cassettes" / bodies, tmp_path / bodies)
    ran = 0
    for line in SHELL:
        words = shlex.split(line)
        if words[:2] in (["cloudtape", "show"], ["cloudtape", "scan"]) or (
            words[0] == "cloudtape" and "openstack" in words and "record" not in words
        ):
            words = [{"mine.yaml": "cli.yaml", "bug-1234.yaml": "sdk.yaml"}.get(word, word) for word in words]
            env = {"PATH": f"{bin_folder}:/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONWARNINGS": "ignore"}
            done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            ran += 1
    assert ran >= 5


def test_the_project_speaks_of_itself_alone() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".sh", ""} and path.is_file():
            text = path.read_text(errors="replace")
            assert "/work/" + "main" not in text, name
            assert "livesecret" not in text or name.startswith("tests/"), name
