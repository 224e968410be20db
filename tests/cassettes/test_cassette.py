"""Reading cassettes, and refusing what is none: each in one line, with its place, and quickly."""

from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import BodyMissing, CassetteFormatError, CassetteNotFound
from cloudtape.cassettes.files.bodies import checked
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response, Route, StoredBody

ONE = """
- request: {method: GET, uri: "http://cloud/", body: null, headers: {Accept: ["*/*"]}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: hello}}
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGE_BOMB = "a: &a {k0: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join(['*' + before] * 9)}]}}\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_a_cassette_of_another_tool_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text("# by hand\nversion: 1\ninteractions:" + ONE + ONE.replace("hello", "again"))
    cassette = load(path)
    assert [one.response.body for one in cassette] == [b"hello", b"again"]
    assert cassette.interaction(2).request.headers == (("Accept", "*/*"),)


def test_a_cassette_of_ours_that_was_edited_by_hand_is_read(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    for _ in range(2):
        writer.append(Interaction(Request("GET", "http://cloud/"), Response(200, "OK", (), b"before")))
    writer.path.write_text(writer.path.read_text().replace("before", "after"))
    assert [one.response.body for one in load(writer.path)] == [b"after", b"after"]


def test_routes_are_those_that_interactions_taught(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    route = Route("compute", "compute", "http://cloud:8774")
    for routes in ((), (route,), (route,)):
        writer.append(Interaction(Request("GET", "http://cloud/"), Response(200, "OK"), routes=routes))
    assert load(writer.path).routes == (route,)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("just a text", "no cassette"),
        ("[1, 2]", "no cassette"),
        ("version: 1\nother: 2\n", "interactions"),
        ("version: 1\ninteractions: 3\n", "interactions"),
        ("version: 2\ninteractions: []\n", "version is '2'"),
        ("version: 1\ncloudtape: 99\ninteractions: []\n", "cloudtape is '99'"),
        ("version: 1\ninteractions:\n- request: [\n", "line 4"),
        ("version: 1\ninteractions:" + ONE + "- {}\n", "interaction 2"),
        ("version: 1\ninteractions:" + ONE.replace("GET", "{}"), "interaction 1: method"),
        ("version: 1\ninteractions:" + ONE.replace("code: 200", "code: many"), "interaction 1: code"),
        ("version: 1\ninteractions:" + ONE.replace("http://cloud/", "http://[::1/"), "interaction 1: uri is no URL"),
        ("version: 1\ninteractions:" + ONE.replace("http://cloud/", "http://cloud:x/"), "interaction 1: uri is no URL"),
        ("version: 1\ninteractions:" + ONE.replace("*/*", "a\\r\\nX-Evil: b"), "1: a header field holds a line end"),
        (
            "version: 1\ninteractions:" + ONE.replace("message: OK", 'message: "OK\\nX: y"'),
            "1: the reason holds a line",
        ),
        ("version: 1\ninteractions: !!python/object/apply:os.system [id]\n", "python/object"),
        ("version: 1\ninteractions: !!python/name:os.system ''\n", "python/name"),
        ("version: 1\ninteractions:" + ONE.replace("hello", "!!python/complex 1j"), "python/complex"),
        ("version: 1\n\tinteractions: []", "no cassette"),
        ("version: 1\ninteractions: []\nnul: \0\n", "no cassette"),
        ("version: 1\ninteractions: " + "[" * 100_000, "nested too deeply"),
        ("version: 1\ninteractions: " + "{a: " * 100_000, "nested too deeply"),
        ("version: 1\ninteractions:\n" + "- " * 100_000, "nested too deeply"),
        ("version: 1\ninteractions: []\nx: " + "9" * 5000, "no cassette"),
    ],
)
def test_what_is_no_cassette_is_refused_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(CassetteFormatError, match=complaint) as refused:
        load(path)
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)
    assert path.read_text() == text


@pytest.mark.parametrize("bomb", [BOMB, MERGE_BOMB])
def test_aliases_and_merge_keys_do_not_expand(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(bomb + "version: 1\ninteractions:" + ONE)
    assert len(load(path)) == 1


def test_what_an_alias_stands_for_must_be_what_is_wanted_there(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(BOMB + "version: 1\ninteractions: *i\n")
    with pytest.raises(CassetteFormatError):
        load(path)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00\x01", b"\xff\xfev\x00e\x00", b"\x80\x81", b"\x1f\x8b\x08"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(data)
    with pytest.raises(CassetteFormatError):
        load(path)


def test_a_cassette_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(CassetteNotFound):
        load(tmp_path / "nothing.yaml")
    with pytest.raises(CassetteFormatError):
        load(tmp_path)


def test_a_body_file_that_is_missing_or_cut_is_named(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    writer.append(Interaction(Request("GET", "http://cloud/"), Response(200, "OK", (), bytes(range(256)) * 100)))
    body = load(writer.path).interaction(1).response.body
    assert isinstance(body, StoredBody)
    assert checked(body) is body
    body.path.write_bytes(b"short")
    with pytest.raises(BodyMissing, match="5 bytes"):
        checked(body)
    body.path.unlink()
    with pytest.raises(BodyMissing, match=body.sha256):
        checked(body)
