"""`cloudtape match` as a user types it, on a cassette of a real cloud."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.messages import StoredBody
from cloudtape.cli import cli
from tests.proxy.test_cli import SAMPLE, cloudtape

CLI = str(Path(SAMPLE).with_name("cli.yaml"))
VERSIONS = ("--header", "OpenStack-API-Version: compute 2.100", "--header", "X-OpenStack-Nova-API-Version: 2.100")


def run(*words: str, body: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["match", SAMPLE, *words], input=body, catch_exceptions=False)


def facts(*words: str, body: bytes | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--format", "json", body=body).stdout)
    return found


def test_a_recorded_request_is_found_under_the_clouds_url_and_under_the_proxys() -> None:
    (recorded,) = [one for one in load(Path(SAMPLE)) if one.ordinal == 3]
    found = facts("GET", recorded.request.uri)
    assert (found["route"], found["rung"], found["interactions"]) == ("/image", "exact", [3])
    assert facts("get", "/image/") == found
    assert found["operation"] == "image.versions.list"


def test_every_interaction_of_the_cassette_is_found_by_what_was_asked(tmp_path: Path) -> None:
    for one in load(Path(SAMPLE)):
        request, words = one.request, []
        if isinstance(request.body, StoredBody):
            words = ["--body", str(request.body.path)]
        elif request.body:
            assert isinstance(request.body, bytes)
            (tmp_path / "body").write_bytes(request.body)
            words = ["--body", str(tmp_path / "body")]
        for name, value in request.headers:
            words += ["--header", f"{name}: {value}"]
        assert one.ordinal in facts(request.method, request.uri, *words)["interactions"], one.ordinal


def test_a_miss_names_what_comes_nearest_on_the_same_path_first() -> None:
    body = b'{"server": {"name": "x"}}'
    done = run("POST", "/compute/v2.1/servers", "--body", "-", *VERSIONS, body=body)
    assert done.exit_code == 1
    assert "operation  compute.servers.create" in done.stdout
    nearest = [line for line in done.stdout.splitlines() if line.startswith("nearest")]
    assert nearest[0].endswith("/v2.1/servers")
    assert 'body.server.name: recorded "walk-sdk", asked "x"' in done.stdout


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:43953/image/",
        "https://proxy.example/image/",
        "http://127.0.0.1:43953/_session/one/image/",
        "/_session/one/image/",
        "/image",
    ],
)
def test_the_url_that_a_client_of_the_proxy_printed_is_read_as_the_proxy_reads_it(url: str) -> None:
    found = facts("GET", url)
    assert (found["route"], found["rung"], found["interactions"]) == ("/image", "exact", [3])
    assert ("taken for the proxy's" in run("GET", url).stdout) == ("://" in url)


def test_a_url_within_a_query_makes_no_host() -> None:
    assert facts("GET", "/compute/v2.1/images?from=http://elsewhere/x")["route"] == "/compute"


def test_a_header_that_the_recording_asks_for_is_named_once() -> None:
    url = "/compute/v2.1/servers/detail?deleted=False"
    done = CliRunner().invoke(cli, ["match", CLI, "GET", url], catch_exceptions=False)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("weighed")]
    assert line.endswith(
        "recorded with openstack-api-version: compute 2.100, x-openstack-nova-api-version: 2.100, asked with none"
    )
    (hint,) = [line.split("try ")[1] for line in done.stdout.splitlines() if "try " in line]
    again = CliRunner().invoke(cli, ["match", CLI, "GET", url, *shlex.split(hint)], catch_exceptions=False)
    assert again.exit_code == 0


def test_a_cloud_that_was_not_recorded_has_no_route() -> None:
    found = facts("GET", "http://elsewhere/v2.1/servers")
    assert (found["route"], found["operation"], found["interactions"]) == (None, "compute.servers.list", [])
    said = run("GET", "http://elsewhere/v2.1/servers").stdout
    assert "none is known for elsewhere" in said
    assert "answer     none: the host is none of the cassette's" in said


@pytest.mark.parametrize(
    "words",
    [
        ("GET", "/no-such-route/x"),
        ("GET", ""),
        ("GET", "http://[x/v2.1"),
        ("GET", "/compute/v2.1", "--header", "no colon"),
        ("GET", "/compute/v2.1", "--header", ": empty"),
        ("GET", "/compute/v2.1", "--body", "/no/such/file"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(words: tuple[str, ...]) -> None:
    done = cloudtape("match", SAMPLE, *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "url", ["/compute/%zz%", "/compute/" + "a" * 1_000_000, "/compute?" + "q=1&" * 250_000, "://", "/compute/\udcff"]
)
def test_any_url_may_be_asked_for(url: str) -> None:
    assert run("GET", url).exit_code in (1, 2) if "://" not in url else True


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff\xfe", b'{"a": 1, "a": 2}', b"\x00" * 1000])
def test_any_body_may_be_asked_for(body: bytes) -> None:
    assert run("POST", "/compute/v2.1/servers", "--body", "-", body=body).exit_code == 1


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    done = cloudtape("match", SAMPLE, "POST", "/image/v2", "--body", str(path))
    assert (done.returncode, "larger than 16 MiB" in done.stderr) == (2, True)
