"""YAML of strangers and of users: cassettes, `--scrub`, `--match-rules`, `--world`, `--words`; damaged, and grown."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.files.codec import HEADER
from cloudtape.cassettes.files.yaml_reader import Reading, read
from cloudtape.cassettes.scanning.look import Look
from cloudtape.cassettes.scanning.scan import scan_all
from cloudtape.cassettes.scanning.words import words_of
from cloudtape.cassettes.scrubbing.names import RULES
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.user_rules import load_rules
from cloudtape.matchers.errors import MatcherError
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.requests.user_rows import load_rows
from cloudtape.synthesis.errors import SynthesisError
from cloudtape.synthesis.stocking.world_file import read_world
from tests.fuzz import exchanges
from tests.fuzz.cassettes import BYTES, VALUES
from tests.fuzz.damage import damaged
from tests.fuzz.engine import in_one_line, next_task
from tests.fuzz.exchanges import exchange, scrubbed

prepare = exchanges.prepare
ITEM = b"""- request:
    method: GET
    uri: http://controller:8774/v2.1/servers?name=x
    body: null
    headers: {Accept: [application/json], X-Auth-Token: [scrubbed-token-1]}
  response:
    status: {code: 200, message: OK}
    headers:
      Content-Type:
      - application/json
    body:
      string: >-
        {"servers": [],
        "b": "\\u00e9"}
  recorded_at: '2026-11-23T22:22:17.460Z'
  elapsed: 0.025534
  route: compute
  routes:
  - {name: compute, service: compute, upstream: 'http://controller:8774'}
  ordinal: 1
"""
WHOLE = [
    HEADER + ITEM, HEADER + ITEM * 2, b"interactions:\n" + ITEM + b"version: 1\n",
    b'{"version": 1, "interactions": [{"request": {"method": "GET", "uri": "http://c/", "body": null, "headers": {}}, '
    b'"response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "x"}}}]}',
    b"- {words: session password, kind: password}\n- words: secret key\n  kind: token\n  base64: true\n  unless: public\n",
    b"- {field: 'servers?\\.name', kind: name, form: '[a-z]+', position: body}\n- field: x\n",
    b"users:\n- {name: admin, password: secret, project: admin, roles: [admin]}\nregions: [R]\ntoken_life: 60\nresources:\n"
    b"- {make: network/networks, with: {network: {name: private}}}\n- {ask: PUT network /v2.0/x/@private/y, data: 'x', headers: {A: b}}\n",
    b"saved: {version: 1, resources: []}\nobjects: {}\n", b"secret-project\n# a comment\ncustomer.example.org\n\xc3\xa9\n",
]  # fmt: skip
PIECES = [
    *VALUES[:-1], *BYTES, b": ", b"\n  ", b"\n- ", b"? ", b"!!", b"!x ", b"%YAML 1.2\n", b"--- ", b"<<: *a", b"&a [x, y]", b"*a, *a",
    *(b"[[[[[[[[", b"{{{{{{{{", b"- - - - ", b"? ? ? ", b"(a+)+$", b"[", b"(?P<", b"words:", b"kind:", b"field:", b"make:", b"ask:", b"saved:"),
]  # fmt: skip
EXPECTED = (CassetteError, MatcherError, SynthesisError)


class File(NamedTuple):
    text: bytes


INPUTS = st.builds(File, damaged(st.sampled_from(WHOLE), PIECES, most=5))


def attempt(one: File, folder: Path) -> None:
    path = folder / "tape.yaml"
    path.write_bytes(one.text)
    for _ in range(2):
        for each in (_cassette, _scrub_rules, _match_rules, _world, words_of):
            try:
                each(path)
            except EXPECTED as error:
                in_one_line(error)
            next_task()
        if not one.text.startswith(b"version"):
            break
        path.write_bytes(one.text[: len(one.text) // 2])  # a torn end
    for _, outcome in scan_all((path,), Look()):
        assert all(finding.place for finding in outcome.findings)


def _cassette(path: Path) -> None:
    data = path.read_bytes()
    for _ in read(path, data, Reading([], len(data))):
        pass


def _scrub_rules(path: Path) -> None:
    table = Table((*load_rules(path), *RULES))
    scrubbed(exchange(b'{"session_password": "x", "a": {"b": 1}}', b"a: b", ()), Scrubber(table))


def _match_rules(path: Path) -> None:
    naming = Naming(load_rows(path))
    assert naming.digest


def _world(path: Path) -> None:
    _, lines = read_world(path)
    assert lines.line(("users", 0, "name")) >= 1
