"""The report of a run: a line of JSON for each request, written as it is answered."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scrubbing.secrets import Rule
from cloudtape.config import Config, Report, mode_named
from cloudtape.guesses import Guessed
from cloudtape.journal import Answered
from cloudtape.matchers.sessions.bindings import Binding
from cloudtape.matchers.sessions.nearest import Miss, Near
from cloudtape.matchers.sessions.rungs import Found, Rung
from cloudtape.report_file import ReportFile
from tests.matchers.player import ID, get, post, said
from tests.proxy.raw_cloud import RawCloud, document, request, say
from tests.proxy.test_cli import SAMPLE, cloudtape
from tests.proxy.test_misses import ask

Start = Callable[..., BackgroundProxy]
SAMPLES = (Path(SAMPLE),)
TOKEN = "gAAAAABm" + "x" * 80


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def server(name: str) -> dict[str, Any]:
    return {"server": {"name": name, "size": 1}}


def taped(tape: Path) -> Path:
    made = {"server": {"id": ID, "name": "vm-1a2b"}}
    writer = CassetteWriter.create(tape)
    for asked, answer in [
        (post("/servers", server("vm-1a2b")), said(made, 201, ("Content-Type", "application/json"))),
        (get(f"/servers/{ID}"), said(made, 200, ("Content-Type", "application/json"))),
        (get("/servers?name=vm-1a2b"), said({"servers": [made["server"]]})),
    ]:
        writer.append(Interaction(asked, answer))
    writer.close()
    return tape


def send(url: str, line: str, body: Any = None) -> int:
    data = b"" if body is None else json.dumps(body).encode()
    fields = ["Content-Type: application/json", f"Content-Length: {len(data)}"] if data else []
    return say(url, request(line, *fields, body=data)).status


def reporting(report: Path, mode: str, cassettes: tuple[Path, ...], upstream: str = "") -> BackgroundProxy:
    return BackgroundProxy(Config(mode_named(mode), cassettes, upstream, report=Report(report)))


@pytest.fixture
def played(tape: Path, tmp_path: Path) -> list[dict[str, Any]]:
    report = tmp_path / "report.jsonl"
    base = "/_session/ci-1/nova/v2.1/servers"
    with reporting(report, "replay", (taped(tape),)) as started:
        assert send(started.url, f"POST {base}", server("vm-9f")) == 201
        assert send(started.url, f"GET {base}?name=vm-9f") == 200
        assert send(started.url, f"GET {base}/{ID}") == 200
        assert send(started.url, f"POST {base}", {"server": {"name": "vm-8e", "size": 2}}) == 501
    return lines(report)


def test_a_line_says_how_an_answer_was_found(played: list[dict[str, Any]]) -> None:
    created, listed, shown, _ = played
    assert created | {"time": "", "cost": 0} == {
        "time": "",
        "session": "ci-1",
        "method": "POST",
        "url": "http://nova/v2.1/servers",
        "status": 201,
        "source": "replayed",
        "rung": "unified",
        "interaction": 1,
        "operation": "compute.servers.create",
        "bound": [{"recorded": "vm-1a2b", "live": "vm-9f", "member": "name", "scope": "session"}],
        "cost": 0,
        "reason": None,
        "nearest": [],
    }
    assert created["time"].endswith("Z")
    assert created["cost"] > 0
    assert [(one["rung"], one["interaction"], one["bound"], one["cost"]) for one in (listed, shown)] == [
        ("bound", 3, [], 0),
        ("exact", 2, [], 0),
    ]


def test_a_line_of_a_miss_has_its_reason_and_the_nearest(played: list[dict[str, Any]]) -> None:
    missed = played[-1]
    assert (missed["source"], missed["status"], missed["rung"]) == ("missed", 501, None)
    assert "given already" in missed["reason"]
    assert missed["nearest"][0]["interaction"] == 1
    assert "body.server.size: recorded 1, asked 2" in missed["nearest"][0]["differences"]


def test_what_is_no_route_and_what_is_a_probe_have_lines_too(tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    with reporting(report, "replay", SAMPLES) as started:
        for target in ("/nosuch/x", "/compute/v2.0"):
            say(started.url, request(f"GET {target}"))
    assert [(one["source"], one["status"]) for one in lines(report)] == [("missed", 404), ("probed", 501)]


@pytest.mark.parametrize(("mode", "source"), [("record", "recorded"), ("passthrough", "forwarded")])
def test_every_mode_can_report(cloud: RawCloud, tape: Path, tmp_path: Path, mode: str, source: str) -> None:
    cloud.answers["/v3/users"] = document({"users": []})
    cassettes = (tape,) if mode == "record" else ()
    with reporting(tmp_path / "report.jsonl", mode, cassettes, f"{cloud.url}/v3") as started:
        say(started.url, request("GET /identity/v3/users"))
    (line,) = lines(tmp_path / "report.jsonl")
    assert (line["source"], line["status"], line["operation"]) == (source, 200, "identity.users.list")


def test_a_made_up_answer_names_its_operation(tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    done = cloudtape("run", "--mode", "synthesize", "--report", str(report), *ask("/identity/v3"))
    assert done.returncode == 0, done.stderr
    (line,) = lines(report)
    assert (line["source"], line["operation"], line["interaction"]) == ("synthesized", "identity.versions.show", None)


# --- secrets ---------------------------------------------------------------------------------------------------------


def told(tmp_path: Path, *answered: Answered, rules: tuple[Rule, ...] = ()) -> str:
    file = ReportFile(Report(tmp_path / "r"), lambda _: "", lambda _: "", rules)
    for one in answered:
        file(one)
    assert file.close() == ""
    return (tmp_path / "r").read_text()


def test_secrets_never_reach_the_report(tmp_path: Path) -> None:
    uri = f"http://user:hunter2@nova/v2.0/tokens/{TOKEN}?password=hunter2&temp_url_sig=cafe&name=vm"
    near = Near(1, "GET", uri, (f"query password: recorded nothing, asked hunter2 {TOKEN}", "password=hunter2"))
    found = Found(0, Rung.UNIFIED, (Binding("hunter2", "hunter2", "adminPass"),), 1)
    text = told(
        tmp_path,
        Answered(Request("GET", uri), Response(501, ""), "missed", Miss("GET", uri, f"{uri}: {TOKEN}", (near,))),
        Answered(Request("GET", uri), Guessed(200, "", found=found), "replayed"),
    )
    assert "hunter2" not in text.replace("asked hunter2", "")
    assert not any(secret in text for secret in (TOKEN, "cafe"))
    assert "name=vm" in text


def test_what_a_user_calls_a_secret_is_none_of_the_report(tmp_path: Path) -> None:
    asked = Request("GET", "http://nova/x?licence=abc123")
    text = told(tmp_path, Answered(asked, Response(200, ""), "forwarded"), rules=(Rule("licence", "key"),))
    assert "abc123" not in text


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_line_is_there_before_the_run_has_ended(proxy: Start, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    started = proxy("replay", cassettes=(Path(SAMPLE),), report=Report(report))
    say(started.url, request("GET /nosuch"))
    for _ in range(1000):
        if report.read_text().endswith("\n"):
            break
        threading.Event().wait(0.01)
    assert len(lines(report)) == 1


def test_a_reader_that_does_not_read_holds_up_no_request(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    count, read = 300, bytearray()  # lines of more than 300 bytes each: more than a pipe holds

    def drain() -> None:
        while chunk := os.read(reader, 65536):
            read.extend(chunk)

    with reporting(pipe, "replay", SAMPLES) as started:
        for _ in range(count):
            assert say(started.url, request("GET /nosuch")).status == 404
        os.set_blocking(reader, True)
        reading = threading.Thread(target=drain)
        reading.start()
    reading.join()
    os.close(reader)
    assert read.count(b"\n") == count


def test_a_report_that_cannot_be_written_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = cloudtape("run", "--report", str(tmp_path / "no" / "r"), "--cassette", SAMPLE, "--", "true")
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        [f"cloudtape: {tmp_path}/no/r: the report cannot be written there: No such file or directory"],
    )


def test_a_report_that_could_not_be_kept_is_a_finding() -> None:
    done = cloudtape("run", "--report", "/dev/full", "--cassette", SAMPLE, *ask("/identity/v3"))
    assert done.returncode == 1
    assert "not kept: the report /dev/full: No space left on device" in done.stderr


def test_a_report_is_of_one_run(tmp_path: Path) -> None:
    report = tmp_path / "r"
    for _ in range(2):
        cloudtape("run", "--report", str(report), "--cassette", SAMPLE, *ask("/identity/v3"))
    assert len(lines(report)) == 1


# --- --match ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "status"), [("exact", 501), ("bound", 501), ("unified", 201), ("adapted", 201)])
def test_a_team_can_forbid_what_is_guessed(proxy: Start, tape: Path, most: str, status: int) -> None:
    started = proxy("replay", cassettes=(taped(tape),), match=most)
    assert send(started.url, "POST /nova/v2.1/servers", server("vm-9f")) == status
    if status == 501:
        (miss,) = started.misses
        assert f"interaction 1 answers it as unified, and --match {most} allows no such guess" in miss.reason
        assert send(started.url, "POST /nova/v2.1/servers", server("vm-1a2b")) == 201


def test_the_end_counts_the_answers_of_each_rung(tape: Path) -> None:
    script = (
        "import json, os, urllib.request as r\n"
        "base = os.environ['OS_AUTH_URL'].removesuffix('/identity/v3') + '/nova/v2.1/servers'\n"
        "r.urlopen(r.Request(base, json.dumps({'server': {'name': 'vm-9f', 'size': 1}}).encode(), {'Content-Type': 'application/json'}))\n"
        f"r.urlopen(base + '?name=vm-9f'); r.urlopen(base + '/{ID}'); r.urlopen(base + '/{ID}')\n"
    )
    done = cloudtape("run", "--cassette", str(taped(tape)), "--", "python3", "-c", script.replace("/identity/v3", ""))
    assert "by rung: 2 exact, 1 bound, 1 unified" in done.stderr, done.stderr
