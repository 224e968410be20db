"""Reading cassettes, and refusing what is none: each in one line, with its place, and quickly."""

import os
from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import BodyMissing, CassetteFormatError, CassetteNotFound
from cloudtape.cassettes.files.stored import checked
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
        ("version: 1\ninteractions:\n- request: [\n", "interaction 1, line 2 of it"),
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


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (ONE.replace("200", "100"), "code is '100', no status"),
        (ONE.replace("200", "1000"), "no status"),
        (ONE.replace("200", "true"), "no status"),
        (ONE.replace("200", "9" * 400), "more than 64 characters"),
        (ONE.replace("200", "1" + ":00" * 30), "more than 64 characters"),
        (ONE.replace("200", "!!int ''"), "this is no int"),
        (ONE.replace("OK", "!!bool maybe"), "this is no bool"),
        (ONE.replace("OK", "!!timestamp 99999-01-01"), "timestamp"),
        (ONE.replace("hello", "!!set {a}"), "set"),
        (ONE.replace("hello", "!!binary '%%%'"), "no base64"),
        (ONE.replace("{string: hello}", "{base64_string: '%%%'}"), "no base64"),
        (ONE.replace("hello", "[hello]"), "neither text nor bytes"),
        (ONE.replace("GET", "GET, method: PUT"), "a key stands twice"),
        (ONE.replace("GET", "G" * 5000), "method has 5000 characters"),
        (ONE.replace("cloud/", "cloud/" + "x" * 300_000), "uri has 3000"),
        (ONE.replace("Accept", "'a b'"), "no name of a header"),
        (ONE.replace("Accept", "''"), "no name of a header"),
        (ONE.replace("Accept", "'a:'"), "no name of a header"),
        (ONE.replace("*/*", "x" * 300_000), "header Accept has 300000 characters"),
        (ONE.replace('["*/*"]', "[" + "a, " * 2000 + "b]"), "header Accept has 2001 values"),
        (
            ONE.replace("Accept:", ", ".join(f"h{n}: [a, a]" for n in range(600)) + ", Accept:"),
            "more than 1024 header fields",
        ),
        (ONE + "  elapsed: -1\n", "elapsed"),
        (ONE + "  elapsed: .inf\n", "elapsed"),
        (ONE + "  elapsed: .nan\n", "elapsed"),
        (ONE + "  elapsed: true\n", "elapsed"),
        (ONE + f"  response_body: {{sha256: '{'0' * 64}', size: true}}\n", "SHA-256 and a size"),
        (ONE + f"  response_body: {{sha256: '{'0' * 64}', size: -1}}\n", "SHA-256 and a size"),
        (ONE + f"  response_body: {{sha256: '{'0' * 64}', size: {'9' * 30}}}\n", "SHA-256 and a size"),
        (ONE + "  response_body: {sha256: ../../x, size: 1}\n", "SHA-256 and a size"),
        (ONE + "  routes: [{name: a, upstream: 'http://[::1'}]\n", "upstream is no URL"),
        (ONE + "  routes: [" + "{name: a, upstream: b}, " * 1001 + "]\n", "routes has 1001 entries"),
        (ONE + "  more: " + "[" * 120 + "]" * 120 + "\n", "nested too deeply"),
        (ONE + "  more:\n" + "\n".join(" " * n + "a:" for n in range(3, 150)) + "\n", "nested too deeply"),
        (ONE + "  more:\u0085" + "\u0085".join(" " * n + "a:" for n in range(3, 150)) + "\n", "nested too deeply"),
    ],
)
def test_what_nobody_records_is_refused_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("version: 1\ninteractions:" + text)
    with pytest.raises(CassetteFormatError, match=complaint) as refused:
        load(path)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_what_others_record_is_read(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    odd = (
        ONE.replace("200", "999")
        .replace('["*/*"]', "[1, 2.5, null, 'x', \"\\U0001F600\"]")
        .replace("Accept", "X-Ünicode")
    )
    path.write_text("\ufeffinteractions:" + odd + ONE + "version: 1\nrecorded_with: another\n")
    first, second = load(path)
    assert first.response.status == 999
    assert [value for _, value in first.request.headers] == ["1", "2.5", "", "x", "\U0001f600"]
    assert second.response.body == b"hello"


def test_more_routes_or_hosts_than_a_cloud_has_are_refused(tmp_path: Path) -> None:
    for number, part in enumerate(("http://h{}/", "http://cloud/")):
        path = tmp_path / f"{number}.yaml"
        items = [ONE.replace("http://cloud/", part.format(n)) for n in range(1001)]
        more = "  routes: [{{name: 'r{0}', upstream: 'http://r{0}'}}]\n" if number else ""
        path.write_text("version: 1\ninteractions:" + "".join(one + more.format(n) for n, one in enumerate(items)))
        with pytest.raises(CassetteFormatError, match=r"more than 1000 (hosts|routes)"):
            load(path)


@pytest.mark.parametrize("bomb", [BOMB + "version: *i\ninteractions: []\n", BOMB + "version: 1\ncloudtape: *i\n"])
def test_a_version_that_is_no_number_is_not_looked_into(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(bomb)
    with pytest.raises(CassetteFormatError, match="is a list"):
        load(path)


def test_utf_16_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_bytes(("- " * 100_000).encode("utf-16"))
    with pytest.raises(CassetteFormatError, match="UTF-16"):
        load(path)


def test_a_cassette_that_never_ends_is_refused_at_once(tmp_path: Path) -> None:
    pipe, device, large = tmp_path / "pipe.yaml", tmp_path / "device.yaml", tmp_path / "large.yaml"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    with large.open("wb") as file:
        file.truncate(2 << 30)
    for path, complaint in ((pipe, "a pipe"), (device, "a device"), (large, "larger than 1024 MiB")):
        with pytest.raises(CassetteFormatError, match=complaint):
            load(path)


def test_an_interaction_has_a_limit_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("version: 1\ncloudtape: 1\ninteractions:" + ONE.replace("hello", "x" * (65 << 20)) + ONE)
    with pytest.raises(CassetteFormatError, match="interaction 1: has 65 MiB in one piece, more than 64"):
        load(path)


def test_a_cassette_of_vcrpy_is_read_item_by_item(tmp_path: Path) -> None:
    """So one that is wrong is named, and those before it cost no memory."""
    path = tmp_path / "vcr.yaml"
    path.write_text("interactions:" + ONE * 2 + ONE.replace("GET", "{}") + "version: 1\n")
    with pytest.raises(CassetteFormatError, match="interaction 3: method"):
        load(path)
    path.write_text("interactions:" + ONE + "version: 3\n")
    with pytest.raises(CassetteFormatError, match="version is '3'"):
        load(path)


def test_aliases_do_not_say_much_more_than_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    item = ONE.replace("- request", "- &one\n  request").replace("hello", "x" * (8 << 20))
    path.write_text("version: 1\ninteractions:" + item + "- *one\n" * 20)
    with pytest.raises(CassetteFormatError, match="aliases repeat adds up to more than 96 MiB"):
        load(path)
