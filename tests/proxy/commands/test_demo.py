"""`cloudtape demo` as a user starts it: it says how to log in, is a cloud until Ctrl-C, and saves its world then."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml

from cloudtape.clouds import cloud_names

CLOUDTAPE = Path(sys.executable).parent / "cloudtape"


def demo(*options: str) -> subprocess.Popen[str]:
    words = [str(CLOUDTAPE), "demo", "--listen", "127.0.0.1:0", *options]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    """What it prints until it has told everything."""
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.strip() == "openstack server list":
            break
    return "".join(lines)


def test_it_says_how_to_use_it_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    with demo("--save", str(tmp_path / "world.yaml")) as process:
        text = said(process)
        url = re.search(r"a cloud is at (\S+)", text)[1]  # type: ignore[index]
        clouds = Path(re.search(r"OS_CLIENT_CONFIG_FILE=(\S+)", text)[1])  # type: ignore[index]
        auths = {name: one["auth"] for name, one in yaml.safe_load(clouds.read_text())["clouds"].items()}
        auth = auths["cloudtape"]
        with urlopen(url) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert (auth["auth_url"], auth["username"], auth["password"]) == (url, "demo", "secret")
    assert "OS_CLOUD=cloudtape-admin is user admin, password secret, project admin" in text
    assert "OS_CLOUD=cloudtape is user demo" in text
    assert (auths["cloudtape-admin"]["auth_url"], auths["cloudtape-admin"]["username"]) == (url, "admin")
    assert not clouds.exists()
    assert (tmp_path / "world.yaml").exists()


def test_a_user_of_several_projects_has_a_cloud_for_each() -> None:
    users = [("admin", "admin"), ("demo", "one"), ("demo", "two"), ("demo", "three")]
    assert cloud_names(users) == ["cloudtape-admin", "cloudtape-demo-one", "cloudtape-demo-two", "cloudtape"]
    assert cloud_names([]) == []


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--lifecycle", "slow"), "immediate, polls:N or seconds:S"),
        (("--listen", "nowhere"), "is not an address to listen on"),
        (("--save", "/there/is/no/such/folder/world.yaml"), "the world cannot be written there"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(options: tuple[str, ...], why: str) -> None:
    with demo(*options) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert why in errors
    assert errors.count("\n") == 1


def test_a_world_without_users_is_one_where_nobody_can_log_in(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text("users: []\n")
    with demo("--world", str(world)) as process:
        text = said(process)
        process.send_signal(signal.SIGINT)
    assert "nobody can log in" in text


def test_an_error_in_a_world_file_ends_the_start_with_its_line(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text("users:\n  - {name: x, project: y}\n")
    with demo("--world", str(world)) as process:
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, "line 2" in errors) == (2, True)


def test_a_report_that_cannot_be_kept_is_told_and_ends_with_1() -> None:
    with demo("--report", "/dev/full") as process:
        url = re.search(r"a cloud is at (\S+)", said(process))[1]  # type: ignore[index]
        with urlopen(url):
            pass
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 1
        assert process.stderr
        assert "not kept: the report /dev/full" in process.stderr.read()
