"""`cloudtape operations` as a user types it."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from cloudtape.cli import cli
from cloudtape.errors import ConfigError
from tests.proxy.test_cli import cloudtape


def run(*words: str) -> str:
    return str(CliRunner().invoke(cli, ["operations", *words], catch_exceptions=False).stdout)


def listed(*words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("--format", "json", *words))
    return found


def test_the_list_as_json_has_everything_that_was_promised() -> None:
    rows = listed()
    assert len(rows) == 974
    fields = (
        "section id title service version method path query path_params statuses request_examples response_examples"
    )
    assert list(rows[0]) == fields.split()
    start = next(row for row in rows if row["id"] == "compute.servers.start")
    assert start["request_examples"] == [{"os-start": None}]
    assert (start["path_params"], start["statuses"], start["query"]) == (["tenant_id", "server_id"], [202], [])


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--service", "compute"), 223),
        (("--service", "volumev3"), 106),
        (("--method", "copy"), 1),
        (("--service", "compute", "--path", "/v2.1/abc/servers/abc/action", "--method", "POST"), 37),
        (("--path", "/v2.1/abc/servers/detail?limit=1", "--service", "compute", "--method", "GET"), 1),
        (("--path", "/compute/v2.1/servers/detail", "--service", "compute", "--method", "GET"), 1),
        (("--path", "ikepolicies"), 5),
        (("--path", "/v2.1/abc/servers/detail"), 1),
        (("--path", "/v2.1/abc/servers/detail", "--service", "compute"), 1),
        (("--path", "/v2.1/abc/servers/6cf1d3a0"), 3),
    ],
)
def test_the_list_is_narrowed(words: tuple[str, ...], count: int) -> None:
    assert len(listed(*words)) == count


def test_the_table_shows_id_method_and_template() -> None:
    assert "compute.servers.start" in run("--service", "compute")
    assert "[os-start]" in run("--service", "compute")


def test_one_operation_is_shown_by_id_or_section() -> None:
    shown = run("show", "compute.servers.create")
    assert "POST /v2.1/{tenant_id}/servers" in shown
    assert '"server": {' in shown
    assert run("show", "3.2.2") == shown
    whole = json.loads(run("show", "3.2.2", "--format", "json"))
    assert whole["id"] == "compute.servers.create"
    assert {example["provenance"].split(":")[0] for example in whole["examples"]} <= {"clean", "repaired"}


def test_health_ends_with_the_sum() -> None:
    assert json.loads(run("--health", "--format", "json"))[-1]["operations"] == 974
    assert run("--health").splitlines()[-1].split()[:2] == ["all", "974"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--method", "FOO"), "no method FOO; it has GET, "),
        (("--path", "/no/such/path"), "no operation for --path /no/such/path"),
        (("--path", "/v2.1/abc/servers/detail", "--method", "PUT"), "--method PUT --path /v2.1/abc/servers/detail"),
        (("--service", "compute", "--method", "COPY"), "no operation for --service compute --method COPY"),
    ],
)
def test_what_the_reference_does_not_have_is_refused(words: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        run(*words)


def test_an_unknown_service_is_told_which_there_are() -> None:
    with pytest.raises(ConfigError, match="block-storage, compute"):
        run("--service", "nova2")


@pytest.mark.parametrize("words", [("show", "no.such.thing"), ("--service", "x")])
def test_what_cannot_be_done_is_one_line_and_exit_code_2(words: tuple[str, ...]) -> None:
    done = cloudtape("operations", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
