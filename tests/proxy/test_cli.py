"""The command as a user types it: a process, its output, its exit code."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.messages import StoredBody
from cloudtape.modes import MODES
from tests.proxy.raw_cloud import RawCloud, answer, document, request, say

CLOUDTAPE = str(Path(sys.executable).parent / "cloudtape")
SAMPLE = str(Path(__file__).parents[2] / "examples" / "cassettes" / "sdk.yaml")
ASK = "import os, sys, urllib.request as r; print(r.urlopen(os.environ['OS_AUTH_URL']).status); sys.exit({code})"

UPSTREAM = ("--upstream", "http://127.0.0.1:1/v3")


def cloudtape(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COLUMNS": "200", **environment}
    return subprocess.run([CLOUDTAPE, *words], capture_output=True, text=True, env=env, timeout=60, check=False)


def started(*words: str) -> tuple[subprocess.Popen[str], str]:
    """A serving command and the address that it prints."""
    process = subprocess.Popen([CLOUDTAPE, *words, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "listening on" in line:
            return process, line.split()[-1]
    raise AssertionError("it did not start")


def ended(process: subprocess.Popen[str], with_signal: int = signal.SIGINT) -> str:
    process.send_signal(with_signal)
    _, said = process.communicate(timeout=30)
    return said


@pytest.mark.parametrize("command", [*MODES, "run", "show", "scan", "match"])
def test_every_command_helps_with_an_example(command: str) -> None:
    said = cloudtape(command, "--help")
    assert said.returncode == 0
    assert "Example:" in said.stdout


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_recording_with_a_summary(cloud: RawCloud, tape: Path, with_signal: int) -> None:
    process, url = started("record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape))
    assert say(url, request("GET /identity/v3")).status == 200
    assert "1 recorded" in ended(process, with_signal)
    assert process.returncode == 0


def test_a_recorder_killed_before_its_first_interaction_does_not_block_the_next(cloud: RawCloud, tape: Path) -> None:
    words = ("record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape))
    killed, _ = started(*words)
    ended(killed, signal.SIGKILL)
    assert tape.exists()
    process, url = started(*words)
    assert say(url, request("GET /identity/v3")).status == 200
    assert "1 recorded" in ended(process)
    assert cloudtape(*words).returncode == 2


def test_run_passes_on_the_exit_code_and_sums_up(cloud: RawCloud, tape: Path) -> None:
    words = ("--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--", sys.executable, "-c")
    recorded = cloudtape("run", "--mode", "record", *words, ASK.format(code=7))
    assert (recorded.returncode, recorded.stdout) == (7, "200\n")
    replayed = cloudtape("run", "--cassette", str(tape), "--", sys.executable, "-c", ASK.format(code=0))
    assert (replayed.returncode, replayed.stdout) == (0, "200\n")
    assert "1 replayed, 0 missed, 0 unused" in replayed.stderr


def test_run_strict_fails_on_a_miss(tape: Path, cloud: RawCloud) -> None:
    cloudtape(
        "run",
        "--mode",
        "record",
        "--upstream",
        f"{cloud.url}/v3",
        "--cassette",
        str(tape),
        "--",
        sys.executable,
        "-c",
        ASK.format(code=0),
    )
    script = "import os, subprocess, urllib.request as r, urllib.error\ntry: r.urlopen(os.environ['OS_AUTH_URL'] + '/x')\nexcept urllib.error.HTTPError as e: print(e.code)"
    for strict, code in (((), 0), (("--strict",), 1)):
        done = cloudtape("run", *strict, "--cassette", str(tape), "--", sys.executable, "-c", script)
        assert (done.returncode, done.stdout) == (code, "501\n")
        assert "1 missed" in done.stderr
        assert "/v3/x" in done.stderr


def test_run_gives_the_child_the_recorded_credentials() -> None:
    script = "import os; print(os.environ['OS_CLOUD'], os.environ['OS_USERNAME'], os.environ['OS_PROJECT_NAME'], open(os.environ['OS_CLIENT_CONFIG_FILE']).read())"
    done = cloudtape("run", "--cassette", SAMPLE, "--", sys.executable, "-c", script, OS_TOKEN="mine")
    assert done.stdout.startswith("cloudtape demo demo clouds:")


@pytest.mark.parametrize(("environment", "told"), [({}, True), ({"OS_USERNAME": "me", "OS_PASSWORD": "x"}, False)])
def test_run_says_when_nothing_was_asked_for_want_of_credentials(
    cloud: RawCloud, tape: Path, environment: dict[str, str], told: bool
) -> None:
    words = ("run", "--mode", "record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--")
    assert ("no credentials: take them from --os-cloud" in cloudtape(*words, "true", **environment).stderr) == told
    asking = cloudtape(*words, sys.executable, "-c", ASK.format(code=0), **environment)
    assert "credentials" not in asking.stderr


def test_fill_says_when_it_starts_a_new_cassette(cloud: RawCloud, tape: Path) -> None:
    words = ("run", "--mode", "fill", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--")
    said = [cloudtape(*words, sys.executable, "-c", ASK.format(code=0)).stderr for _ in range(2)]
    assert ["a new cassette is started" in one for one in said] == [True, False]


def test_a_child_that_is_killed_ends_run_as_a_shell_would(tape: Path) -> None:
    done = cloudtape(
        "run",
        "--cassette",
        SAMPLE,
        "--",
        sys.executable,
        "-c",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    )
    assert done.returncode == 128 + signal.SIGKILL


def test_show_lists_the_interactions() -> None:
    said = cloudtape("show", SAMPLE)
    assert said.returncode == 0
    assert "X-Subject-Token, password" in said.stdout
    rows = json.loads(cloudtape("show", SAMPLE, "--format", "json").stdout)
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert {"recorded_at", "elapsed", "service", "method", "path", "status", "size", "scrubbed"} <= rows[0].keys()


def test_show_prints_one_interaction_whole() -> None:
    said = cloudtape("show", SAMPLE, "2").stdout
    assert "/v3/auth/tokens" in said
    assert '"password": "scrubbed-password-1"' in said
    assert "more characters" in said
    whole = json.loads(cloudtape("show", SAMPLE, "2", "--format", "json").stdout)
    assert whole["request"]["body"]["auth"]["identity"]["methods"] == ["password"]


def test_scan_finds_what_was_not_scrubbed(cloud: RawCloud, tape: Path) -> None:
    cloud.answers["/compute/x"] = document({"server": {"adminPass": "Pl4nted-Secret"}})
    process, url = started("record", "--no-scrub", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape))
    say(url, request("POST /identity/v3/auth/tokens", "Content-Length: 2", body=b"{}"))
    say(url, request("GET /compute/x"))
    ended(process)
    said = cloudtape("scan", str(tape), SAMPLE)
    assert said.returncode == 1
    rows = [line.split()[1:5] for line in said.stdout.splitlines()]
    assert ["2", "response.body/server/adminPass", "password", "name"] in rows
    assert ["1", "response.headers.X-Subject-Token", "token", "name"] in rows
    assert "Pl4nted-Secret" not in said.stdout
    assert SAMPLE not in said.stdout
    assert "2 findings in 2 cassettes" in said.stderr
    found = json.loads(cloudtape("scan", str(tape), "--format", "json").stdout)
    assert found[0].keys() == {"cassette", "file", "ordinal", "place", "kind", "rule", "excerpt"}
    assert {finding["place"] for finding in found} == {
        "response.body/server/adminPass",
        "response.headers.X-Subject-Token",
    }
    assert cloudtape("scan", SAMPLE).returncode == 0


def bad(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("command", ["show", "scan"])
def test_a_bad_cassette_is_one_line_and_exit_code_2(command: str, tmp_path: Path) -> None:
    for name, text in {"newer": "version: 9\ninteractions: []", "none": "x", "tag": "!!python/object:os.x {}"}.items():
        done = cloudtape(command, bad(tmp_path, name, text))
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("record", "--cassette", "/x/y.yaml"), "needs either --upstream AUTH_URL or --os-cloud NAME"),
        (("record", "--cassette", "y.yaml", "--upstream", "controller"), "'controller' is not a cloud's auth URL"),
        (("record", "--cassette", "y.yaml", "--upstream", "http://:5000/v3"), "is not a cloud's auth URL"),
        (("record", "--cassette", "y.yaml", "--upstream", "http://a:b/v3"), "is not a cloud's auth URL"),
        (("record", "--cassette", "y.yaml", "--upstream", "http://a:70000/v3"), "is not a cloud's auth URL"),
        (("record", "--cassette", "y.yaml", "--upstream", "http://[::1/v3"), "is not a cloud's auth URL"),
        (("record", "--cassette", "y.yaml", "--upstream", "http://a b/v3"), "is not a cloud's auth URL"),
        (("record", "--cassette", "y.yaml", "--upstream", "http://a/v3?x=1"), "is not a cloud's auth URL"),
        (("record", "--cassette", "y.yaml", "--upstream", "http://me:pw@a/v3"), "of a takes no user and no password"),
        (("record", "--cassette", "y.yaml", "--upstream", "http://127.0.0.1:1/v3"), "cannot be reached"),
        (("record", "--cassette", "y.yaml", "--os-cloud", "nowhere"), "nowhere"),
        (("record", "--cassette", "y.yaml", *UPSTREAM, "--connect-timeout", "nan"), "timeout is above 0"),
        (("record", "--cassette", "y.yaml", *UPSTREAM, "--read-timeout", "inf"), "timeout is above 0"),
        (("record", "--cassette", "y.yaml", *UPSTREAM, "--read-timeout", "-1"), "timeout is above 0"),
        (("record", "--cassette", "y.yaml", *UPSTREAM, "--key", SAMPLE), "a key alone does nothing"),
        (("record", "--cassette", "y.yaml", *UPSTREAM, "--scrub", SAMPLE, "--no-scrub"), "nothing is scrubbed"),
        (("demo", "--save", "."), "it is no file"),
        (("synthesize", "--save", "/dev/null"), "it is no file"),
        (("replay", "--cassette", "/nothing.yaml"), "no such cassette"),
        (("replay", "--cassette", "/dev/zero"), "cannot be read: it is a device, not a file"),
        (("show", "/dev/zero"), "cannot be read: it is a device, not a file"),
        (("scan", "a" * 300), "cannot be read: File name too long"),
        (("replay", "--cassette", SAMPLE, "--listen", "nonsense"), "is not an address"),
        (("replay", "--cassette", SAMPLE, "--listen", "127.0.0.1:99999"), "is not an address"),
        (("run", "--cassette", SAMPLE, "--", "/no/such/command"), "cannot be started"),
        (("show", SAMPLE, "99999"), "has no interaction 99999"),
        (("show", "."), ".: cannot be read: it is a folder, not a file"),
        (("scan", "/"), "/: cannot be read: it is a folder, not a file"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(words: tuple[str, ...], complaint: str) -> None:
    done = cloudtape(*words)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if complaint in line]
    assert line.startswith("cloudtape: ")
    assert "Traceback" not in done.stderr


@pytest.fixture
def bodiless(tape: Path) -> Path:
    tape.write_bytes(Path(SAMPLE).read_bytes())
    return tape


LACKS_BODIES = "the folder tape.bodies belongs to the cassette and must lie beside it"


@pytest.mark.parametrize(
    "words", [("replay",), ("replay", "--synthesize"), ("run", "true"), ("run", "--synthesize", "true")]
)
def test_a_cassette_without_its_body_files_is_not_replayed(bodiless: Path, words: tuple[str, ...]) -> None:
    done = cloudtape(words[0], "--cassette", str(bodiless), *words[1:])
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert "the body file is not there" in line
    assert LACKS_BODIES in line


def test_a_cassette_without_its_body_files_is_looked_at_all_the_same(bodiless: Path) -> None:
    number, *_ = [one.ordinal for one in load(bodiless) if isinstance(one.request.body, StoredBody)]
    whole, lacking = (cloudtape("show", path, str(number)) for path in (SAMPLE, str(bodiless)))
    assert (whole.returncode, lacking.returncode) == (0, 0)
    assert "which is not there" not in whole.stdout
    assert "30000 bytes in tape.bodies/" in lacking.stdout
    assert ", which is not there>" in lacking.stdout
    for words in (("show", str(bodiless)), ("match", str(bodiless), "GET", "/identity/v3")):
        done = cloudtape(*words)
        assert done.returncode == 0
        assert done.stdout
        assert done.stderr.count(LACKS_BODIES) == 1


def test_a_scan_without_the_body_files_proves_nothing(bodiless: Path) -> None:
    clean = cloudtape("scan", str(bodiless))
    assert (clean.returncode, clean.stdout, clean.stderr.count(LACKS_BODIES)) == (2, "", 1)
    assert clean.stderr.endswith("cloudtape: no secrets found in what could be looked at\n")
    bodiless.write_text(bodiless.read_text().replace("scrubbed-password-1", "Pl4nted!Value"))
    found = cloudtape("scan", str(bodiless))
    assert found.returncode == 1
    assert "password" in found.stdout


def test_a_scan_says_that_a_torn_end_was_not_looked_at(bodiless: Path) -> None:
    shutil.copytree(Path(SAMPLE).with_suffix(".bodies"), bodiless.with_suffix(".bodies"))
    assert cloudtape("scan", str(bodiless)).returncode == 0
    bodiless.write_bytes(bodiless.read_bytes()[:-30])
    torn = cloudtape("scan", str(bodiless))
    assert torn.returncode == 2
    assert "the last interaction was not written to its end; what there is of it was looked at" in torn.stderr
    assert torn.stderr.endswith("cloudtape: no secrets found in what could be looked at\n")


def test_scan_takes_rules_and_words(tape: Path, tmp_path: Path) -> None:
    shutil.copytree(Path(SAMPLE).with_suffix(".bodies"), tape.with_suffix(".bodies"))
    tape.write_bytes(Path(SAMPLE).read_bytes())
    (tmp_path / "words.txt").write_text("# hosts\n\nOpenStackSDK\n")
    (tmp_path / "rules.yaml").write_text("- {words: user agent, kind: agent}\n")
    found = json.loads(cloudtape("scan", str(tape), "--words", str(tmp_path / "words.txt"), "--format", "json").stdout)
    assert {(one["kind"], one["rule"]) for one in found} == {("word", "words")}
    found = json.loads(cloudtape("scan", str(tape), "--scrub", str(tmp_path / "rules.yaml"), "--format", "json").stdout)
    assert {(one["kind"], one["place"]) for one in found} == {("agent", "request.headers.User-Agent")}


def test_a_bad_cassette_among_others_does_not_hide_what_they_hold(tape: Path, tmp_path: Path) -> None:
    tape.write_text(
        "version: 1\ninteractions:\n- {request: {uri: 'http://c/?password=Pl4nted-S3cret'}, response: {}}\n"
    )
    done = cloudtape("scan", bad(tmp_path, "bad.yaml", "x"), str(tape))
    assert done.returncode == 1
    assert "password" in done.stdout
    assert "bad.yaml: is no cassette" in done.stderr


def test_a_recording_ends_with_the_files_to_send(cloud: RawCloud, tape: Path) -> None:
    process, url = started("record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape))
    say(url, request("GET /identity/v3"))
    assert ended(process).endswith(f"cloudtape: cassette: {tape}\n")
    cloud.answers["/v3/large"] = answer("200 OK", "", bytes(20_000))
    process, url = started("fill", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape))
    say(url, request("GET /identity/v3/large"))
    folder = tape.with_name("tape.bodies")
    assert ended(process).endswith(f"cloudtape: cassette: {tape}, with the folder {folder} (send both)\n")
    process, url = started("fill", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape))
    say(url, request("GET /identity/v3"))
    assert "cassette:" not in ended(process)


@pytest.mark.parametrize("option", ["--scrub", "--match-rules"])
@pytest.mark.parametrize("text", ["- {words: 2024-13-45}", "[" * 5000, "- !!python/object:os.x {}", "\x00"])
def test_rules_that_are_no_yaml_are_one_line(option: str, text: str, tape: Path) -> None:
    done = cloudtape("fill", *UPSTREAM, "--cassette", str(tape), option, bad(tape.parent, "rules.yaml", text))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_device_is_not_read_to_its_end(tape: Path) -> None:
    for command in (("demo", "--world"), ("fill", *UPSTREAM, "--cassette", str(tape), "--scrub")):
        done = cloudtape(*command, "/dev/zero")
        assert done.returncode == 2
        assert "File '/dev/zero' is a device." in done.stderr


@pytest.mark.parametrize(
    ("cloud", "complaint"),
    [
        ("{auth: {}}", "auth_url"),
        ("{profile: nowhere}", "auth_url"),
        ("{auth_type: nothing, auth: {auth_url: 'http://c/v3'}}", "The plugin nothing could not be found"),
        ("{auth: {auth_url: nonsense}}", "'nonsense' is not a cloud's auth URL"),
        ("{auth: {auth_url: 7}}", "cloud 'mine' of clouds.yaml: "),
        ("{auth: 5}", "cloud 'mine' of clouds.yaml: "),
        ("5", "cloud 'mine' of clouds.yaml: "),
        ("", "cloud 'mine' of clouds.yaml: "),
    ],
)
def test_a_broken_clouds_yaml_is_one_line(tape: Path, cloud: str, complaint: str) -> None:
    file = bad(tape.parent, "clouds.yaml", f"clouds: {{mine: {cloud}}}")
    done = cloudtape("record", "--os-cloud", "mine", "--cassette", str(tape), OS_CLIENT_CONFIG_FILE=file)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr.splitlines()[-1]  # openstacksdk may warn before
    assert "Traceback" not in done.stderr


def test_rules_that_cannot_be_read_are_no_lost_recording(cloud: RawCloud, tape: Path) -> None:
    rules = bad(tape.parent, "rules.yaml", "words: licence")
    done = cloudtape("record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--scrub", rules)
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        [f"cloudtape: {rules}: is no list of rules"],
    )


@pytest.mark.parametrize("name", ["file/tape.yaml", "a" * 300])
@pytest.mark.parametrize("mode", ["record", "refresh", "fill"])
def test_a_path_that_cannot_be_written_is_one_line(cloud: RawCloud, tmp_path: Path, mode: str, name: str) -> None:
    (tmp_path / "file").touch()
    done = cloudtape(mode, "--upstream", f"{cloud.url}/v3", "--cassette", str(tmp_path / name))
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
