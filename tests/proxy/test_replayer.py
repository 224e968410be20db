"""What a replayer gives for requests that were not recorded as they are, and what it says where it gives nothing."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response, header
from cloudtape.clock import Now, now
from cloudtape.http.headers import MATCH_HEADER
from cloudtape.http.ready import MADE_READY_BY, Answer, Ready
from cloudtape.matchers.recordings.summary import SUMMARISED_BY
from cloudtape.matchers.sessions.rungs import DEFAULT, Matching, Rung
from cloudtape.operation_names import OperationNames
from cloudtape.replayer import Replayer, load_for_replay
from cloudtape.routes import Routes
from tests.matchers.player import ID, OTHER, get, post, said, send
from tests.proxy.test_cli import SAMPLE, cloudtape


def server(name: str, size: int = 1) -> dict[str, Any]:
    return {"server": {"name": name, "size": size}}


def made(name: str, made_id: str = ID) -> dict[str, Any]:
    return {"server": {"id": made_id, "name": name}}


LIFE: list[tuple[Request, Any]] = [
    (post("/servers", server("vm-1a2b")), made("vm-1a2b")),
    (get(f"/servers/{ID}"), made("vm-1a2b")),
    (get("/servers?name=vm-1a2b"), {"servers": [made("vm-1a2b")["server"]]}),
    (send("DELETE", f"/servers/{ID}"), said("", 204)),
]


def replayer(
    folder: Path, matching: Matching = DEFAULT, life: list[tuple[Request, Any]] = LIFE, clock: Now = now
) -> Replayer:
    folder.mkdir(exist_ok=True)
    writer = CassetteWriter.create(folder / "tape.yaml")
    for request, answer in life:
        writer.append(Interaction(request, answer if isinstance(answer, Response) else said(answer)))
    writer.close()
    return Replayer([load_for_replay(writer.path, matching.naming)], OperationNames(Routes()), clock, matching)


def ask(one: Replayer, request: Request) -> Answer | None:
    return asyncio.run(one(request))


def body(response: Answer | None) -> Any:
    assert response is not None
    assert isinstance(response.body, bytes)
    return json.loads(response.body)


def test_each_answer_says_by_which_rung_it_was_found(tmp_path: Path) -> None:
    one = replayer(tmp_path)
    asked = [post("/servers", server("vm-9f")), get("/servers?name=vm-9f"), get(f"/servers/{ID}")]
    told = [header(answer.headers, MATCH_HEADER.lower()) for answer in (ask(one, each) for each in asked) if answer]
    assert told == [
        "unified; operation=compute.servers.create; interaction=1; bound=1; cost=2",
        "bound; operation=compute.servers.list; interaction=3",
        "exact; operation=compute.servers.show; interaction=2",
    ]


def test_a_name_of_one_session_is_not_known_in_another(tmp_path: Path) -> None:
    one = replayer(tmp_path)
    for session, name in (("a", "vm-9f"), ("b", "vm-8e")):
        create = post("/servers", server(name))
        assert body(ask(one, Request(create.method, create.uri, create.headers, create.body, "", session))) == made(
            name
        )
    shown = Request("GET", get(f"/servers/{ID}").uri, session="a")
    assert body(ask(one, shown)) == made("vm-9f")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (post("/servers", server("vm-9f", size=2)), "body.server.size: recorded 1, asked 2"),
        (get(f"/servers/{OTHER}"), "interaction 2 comes near, but path /servers/{}"),
        (get("/images"), "no GET of this kind was recorded"),
    ],
)
def test_a_miss_says_why(tmp_path: Path, asked: Request, reason: str) -> None:
    one = replayer(tmp_path)
    assert ask(one, asked) is None
    assert reason in str(one.explain(asked))


def test_a_miss_names_what_differs_in_the_clients_words(tmp_path: Path) -> None:
    one = replayer(tmp_path)
    miss = one.explain(post("/servers", server("vm-9f", size=2)))
    assert "body.server.size: recorded 1, asked 2" in miss.nearest[0].differences


LARGE = {"servers": [{"name": f"n{number}", "adminPass": f"s3cr3t{number}"} for number in range(5_000)]}


@pytest.mark.parametrize("asked", [{"servers": [*LARGE["servers"], {}]}, server("vm-1a2b", size=3)])
def test_no_large_body_is_looked_through_for_a_miss(tmp_path: Path, asked: Any) -> None:
    """Not for secrets, on the event loop: what looks for them would be called for each of the thousands of members."""
    one = replayer(tmp_path, life=[*LIFE, (post("/servers", LARGE), {})])
    request, calls = post("/servers", asked), Counter[str]()
    sys.setprofile(lambda frame, event, _: calls.update([frame.f_code.co_filename] if event == "call" else []))
    try:
        assert ask(one, request) is None
        miss = one.explain(request)
    finally:
        sys.setprofile(None)
        one.close()
    assert "body: other bytes" in {what for near in miss.nearest for what in near.differences}
    assert sum(count for file, count in calls.items() if "scrubbing" in file) < 1_000


def test_a_thing_too_many_is_a_miss_with_that_reason(tmp_path: Path) -> None:
    one = replayer(tmp_path)
    assert ask(one, post("/servers", server("vm-9f"))) is not None
    for name in ("vm-8e", "vm-9f"):
        assert ask(one, post("/servers", server(name))) is None
        assert "given already" in str(one.explain(post("/servers", server(name))))


def test_adapted_makes_a_sibling_with_an_id_of_its_own(tmp_path: Path) -> None:
    one = replayer(tmp_path, Matching(most=Rung.ADAPTED))
    first, second, third = (body(ask(one, post("/servers", server(name)))) for name in ("vm-9f", "vm-8e", "vm-7d"))
    assert [each["server"]["name"] for each in (first, second, third)] == ["vm-9f", "vm-8e", "vm-7d"]
    assert len({each["server"]["id"] for each in (first, second, third)}) == 3
    shown = ask(one, get(f"/servers/{second['server']['id']}"))
    assert body(shown)["server"]["id"] == second["server"]["id"]
    assert (header(shown.headers, MATCH_HEADER.lower()) or "").startswith("adapted;") if shown else False


def test_a_token_is_fresh_whatever_its_user_is_called(tmp_path: Path) -> None:
    login = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo"}}}}}
    answer = {"token": {"expires_at": "2001-01-01T01:00:00.000000Z", "user": {"name": "demo", "id": "x"}}}
    one = replayer(tmp_path, life=[(post("http://keystone/v3/auth/tokens", login), said(answer, 201))])
    login["auth"]["identity"]["password"]["user"]["name"] = "ci-17"  # type: ignore[index]
    token = body(ask(one, post("http://keystone/v3/auth/tokens", login)))["token"]
    assert token["user"]["name"] == "ci-17"
    assert token["expires_at"] > "2026"


def test_rules_that_cannot_be_read_are_one_line_and_exit_code_2(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {kind: nome}")
    done = cloudtape("run", "--match-rules", str(rules), "--cassette", SAMPLE, "--", "true")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"cloudtape: {rules}, rule 1: Invalid enum value 'nome' - at `$.kind`"]


def test_what_was_sent_comes_back_whatever_the_cassette_holds(tmp_path: Path) -> None:
    def user(password: str, name: str = "user-1a2b") -> dict[str, Any]:
        return {"user": {"name": name, "password": password}}

    recorded = {"user": {**user("scrubbed-password-1")["user"], "id": ID}}
    created, shown = post("/users", user("scrubbed-password-1")), get(f"/users/{ID}")
    for name in ("user-1a2b", "user-9f9f"):
        one = replayer(tmp_path / name, life=[(created, recorded), (shown, recorded)])
        sent = {"user": {**user("chosen", name)["user"], "id": ID}}
        assert body(ask(one, post("/users", user("chosen", name)))) == body(ask(one, shown)) == sent


def test_an_exact_answer_lies_ready_also_once_something_was_sent(tmp_path: Path) -> None:
    def user(password: str) -> dict[str, Any]:
        return {"user": {"name": "user-1a2b", "password": password}}

    life = [(post("/users", user("scrubbed-password-1")), {"user": {"id": OTHER}}), (get("/flavors"), {"flavors": []})]
    routed = [(replace(request, route="compute"), answer) for request, answer in life]
    one = replayer(tmp_path, life=routed)
    assert not isinstance(ask(one, post("/users", user("chosen"))), Ready)
    assert isinstance(ask(one, get("/flavors")), Ready)


# They say what went wrong, how to connect and what a mode is, and nothing of what was recorded.
DECIDE_NOTHING = {"cloudtape", "cloudtape.config", "cloudtape.errors", "cloudtape.modes", "cloudtape.reach"}


def test_an_index_is_made_anew_when_anything_that_decides_what_it_says_has_changed() -> None:
    roots = "import sys, cloudtape.matchers.recordings.summary, cloudtape.http.ready"
    names = "print(*[one for one in sys.modules if one.split('.')[0] == 'cloudtape'])"
    run = subprocess.run([sys.executable, "-c", f"{roots}; {names}"], capture_output=True, text=True, check=True)
    modules = set(run.stdout.split()) - DECIDE_NOTHING
    named = {*SUMMARISED_BY, *MADE_READY_BY}
    packages = {one for one in modules if any(other.startswith(f"{one}.") for other in modules)}
    missing = {one for one in modules - packages if one not in named and one.rpartition(".")[0] not in named}
    assert not missing
