"""What an editor or a formatter does to a cassette costs no interaction, neither in reading nor in adding to it."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import CassetteError, CassetteFormatError, CassetteWriteError
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.files.yaml_reader import TORN
from cloudtape.cassettes.messages import Interaction, Request, Response, Route

TEXTS = (b"one\n two\n\n", b'{"a": "b", "c": {"d": 1}}', b"", b"\x00\xff" * 40, b" first\nsecond", b'{"a":1,"b":"c"}')


def interaction(body: bytes) -> Interaction:
    headers = (("X-A", "1"), ("X-B", "it's"), ("X-A", "2"))
    return Interaction(
        Request("GET", "http://cloud:8774/v2.1/x?y='z'", headers, body, "compute"),
        Response(200, "OK", headers, body),
        recorded_at="2026-01-02T03:04:05.678Z",
        elapsed=0.25,
        routes=(Route("compute", "compute", "http://cloud:8774"),),
    )


def taped(tmp_path: Path) -> Path:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    writer.append_all([interaction(body) for body in TEXTS])
    writer.close()
    return writer.path


def contents(path: Path) -> list[Interaction]:
    return [replace(one, ordinal=0) for one in load(path)]


def moved(text: str) -> str:
    """As formatters do: the list stands two blanks from its key."""
    head, key, items = text.partition("interactions:\n")
    return head + key + re.sub(r"(?m)^(?=.)", "  ", items)


EDITS: dict[str, Callable[[str], str]] = {
    "a comment behind the last item": lambda text: text + "# the end\n",
    "a comment without a line end": lambda text: text + "# the end",
    "a comment behind the last key": lambda text: text.rstrip() + " # the last\n",
    "the end of the document": lambda text: text + "...\n",
    "the end of the document and a comment": lambda text: text + "...\n# recorded by me\n",
    "a key in the last item": lambda text: text + "  note: seen in production\n",
    "a key of many lines in the last item": lambda text: text + "  note: |\n    seen\n\n    twice\n",
    "a blank line": lambda text: text + "\n",
    "blanks": lambda text: text + "  \n    \n",
    "no line end": lambda text: text.rstrip(),
    "comments before and between": lambda text: "# mine\n---\n" + text.replace("- request:", "# next\n\n- request:"),
    "a comment behind a key": lambda text: text.replace("interactions:\n", "interactions: # all\n", 1),
    "line ends of another system": lambda text: text.replace("\n", "\r\n"),
    "a list that is moved": moved,
    "a list that is moved, and a comment": lambda text: moved(text) + "  # the end\n",
    "a byte order mark": lambda text: "\ufeff" + text,
    "keys in another order": lambda text: text.replace("- request:", "- note: mine\n  request:"),
}


@pytest.mark.parametrize("kind", EDITS)
def test_no_edit_costs_an_interaction(tmp_path: Path, kind: str) -> None:
    path = taped(tmp_path)
    before = contents(path)
    path.write_bytes(EDITS[kind](path.read_text()).encode())
    assert yaml.safe_load(path.read_text())
    assert (contents(path), load(path).notes) == (before, ())


@pytest.mark.parametrize("kind", EDITS)
def test_what_is_added_stands_behind_all_that_was_there(tmp_path: Path, kind: str) -> None:
    path = taped(tmp_path)
    before = contents(path)
    edited = EDITS[kind](path.read_text())
    path.write_bytes(edited.encode())
    for body in TEXTS:
        writer = CassetteWriter.reopen(path)
        writer.append(interaction(body))
        writer.close()
    assert contents(path) == before + [interaction(body) for body in TEXTS]
    assert len(yaml.safe_load(path.read_text())["interactions"]) == 2 * len(TEXTS)
    kept = {line.strip() for line in edited.splitlines()} - {"..."}
    assert kept <= {line.strip() for line in path.read_text().splitlines()}


@pytest.mark.parametrize("edit", [moved, lambda text: text])
def test_what_a_kill_tore_is_left_out_wherever_the_list_stands(tmp_path: Path, edit: object) -> None:
    path = taped(tmp_path)
    assert callable(edit)
    whole = edit(path.read_text()).rstrip().encode()
    last = whole.rindex(b"- request:")
    start = whole.rindex(b"\n", 0, last) + 1
    for cut in range(last + 1, len(whole) - 1, 7):
        path.write_bytes(whole[:cut])
        cassette = load(path)
        assert (len(cassette), cassette.whole_bytes) == (len(TEXTS) - 1, start)
        assert cassette.notes == (f"{path}: {TORN}",)


def test_zeros_that_a_file_system_left_cost_nothing(tmp_path: Path) -> None:
    path = taped(tmp_path)
    before, whole = contents(path), path.read_bytes()
    path.write_bytes(whole + bytes(5000))
    assert (contents(path), load(path).notes) == (before, (f"{path}: {TORN}",))
    CassetteWriter.reopen(path).close()
    assert path.read_bytes() == whole


def test_keys_behind_the_list_are_read_over_and_not_written_behind(tmp_path: Path) -> None:
    path = taped(tmp_path)
    before = contents(path)
    path.write_text(path.read_text() + "recorded_by: me\n")
    text = path.read_text()
    assert contents(path) == before
    with pytest.raises(CassetteWriteError, match="keys stand behind"):
        CassetteWriter.reopen(path)
    assert path.read_text() == text


@pytest.mark.parametrize("tail", ["interactions: []\n", "--- {}\n", "nothing\n", "a: [\n"])
def test_what_is_no_key_behind_the_list_is_refused(tmp_path: Path, tail: str) -> None:
    path = taped(tmp_path)
    path.write_text(path.read_text() + tail)
    with pytest.raises(CassetteFormatError):
        load(path)


def test_an_anchor_may_be_named_in_another_item(tmp_path: Path) -> None:
    path = taped(tmp_path)
    before = contents(path)
    head, *items = path.read_text().split("- request:")
    fields = "    headers:\n      X-A:\n      - '1'\n      - '2'\n      X-B:\n      - 'it''s'\n"
    assert fields in items[0]
    named = [items[0].replace("    headers:\n", "    headers: &fields\n", 1)]
    named += [item.replace(fields, "    headers: *fields\n") for item in items[1:]]
    path.write_text("- request:".join([head, *named]))
    assert contents(path) == before
    writer = CassetteWriter.reopen(path)
    writer.append(interaction(b"more"))
    writer.close()
    assert contents(path) == [*before, interaction(b"more")]


def test_an_anchor_that_is_nowhere_is_one_line(tmp_path: Path) -> None:
    path = taped(tmp_path)
    path.write_text(path.read_text().replace("method: GET", "method: *get"))
    with pytest.raises(CassetteError, match="undefined alias") as refused:
        load(path)
    assert "\n" not in str(refused.value)


def test_a_list_of_another_form_behind_our_keys_is_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    item = {"request": {"method": "GET", "uri": "http://c/"}, "response": {"status": {"code": 200}}}
    path.write_text("version: 1\ncloudtape: 1\ninteractions:\n  " + json.dumps([item]) + "\n")
    text = path.read_text()
    assert len(load(path)) == 1
    with pytest.raises(CassetteWriteError, match="layout"):
        CassetteWriter.reopen(path)
    assert path.read_text() == text


@pytest.mark.skipif(not shutil.which("prettier"), reason="prettier is not installed")
def test_a_formatter_changes_nothing(tmp_path: Path) -> None:
    path = taped(tmp_path)
    before = contents(path)
    subprocess.run(["prettier", "--write", path], check=True)
    assert contents(path) == before


def test_no_block_says_its_indentation() -> None:
    """What formatters (prettier) get wrong; a text that would need it is quoted."""
    from cloudtape.cassettes.files.yaml_text import body

    for text in (" a\nb", "\ta\nb", "\n a\n", "a\n b\n", "\n\n", "a\n\n", "  \na\n"):
        assert not re.match(r" [|>]\d", body(text.encode(), "    ")), text
