"""What a scan finds in a cassette, in its body files and beside it, and what it says that it could not look at."""

import base64
import gzip
import hashlib
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, Route
from cloudtape.cassettes.scanning.findings import Finding, excerpt
from cloudtape.cassettes.scanning.look import Look
from cloudtape.cassettes.scanning.names import Names, rows_of
from cloudtape.cassettes.scanning.scan import scan, scan_all, scan_interactions
from cloudtape.cassettes.scanning.words import Words
from cloudtape.cassettes.scrubbing.placeholders import PEM_KEYS

SECRET = "Pl4nted-S3cret9"
TEXT: Headers = (("Content-Type", "text/plain"),)
HEAD = "version: 1\ncloudtape: 1\ninteractions:\n"
ITEM = """- request:
    method: GET
    uri: http://cloud/servers
    body: null
    headers: {}
  response:
    status:
      code: 200
      message: OK
    headers: {}
    body:
      string: '%s'
  recorded_at: '2026-11-23T22:20:42.623Z'
  ordinal: 1
"""


def findings(body: bytes | str, headers: Headers = TEXT, uri: str = "http://cloud/x", **look: Any) -> list[Finding]:
    data = body.encode() if isinstance(body, str) else body
    exchange = Interaction(Request("GET", uri), Response(200, "OK", headers, data), 3)
    return list(scan_interactions([exchange], Look(**look)))


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    path = tmp_path / "tape.yaml"
    path.write_text(HEAD + ITEM % "nothing")
    return path


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("secret", "… (fewer than 12 characters)"),
        ("qwertzuiopa", "… (fewer than 12 characters)"),
        ("qwertzuiopas", "q… (12 characters)"),
        ("qwertzuiopasdfgh", "qw… (16 characters)"),
        ("qwertzuiop" * 10, "qwe… (100 characters)"),
    ],
)
def test_a_finding_shows_no_more_of_a_secret_than_its_length_allows(secret: str, shown: str) -> None:
    assert excerpt(secret) == shown


def test_a_finding_says_where_it_is() -> None:
    (one,) = findings(json.dumps({"server": {"adminPass": SECRET}}))
    assert (one.ordinal, one.place, one.kind, one.rule) == (3, "response.body/server/adminPass", "password", "name")
    (one,) = findings("", (("X-Subject-Token", SECRET),))
    assert one.place == "response.headers.X-Subject-Token"
    packed = gzip.compress(json.dumps({"db": {"password": SECRET}}).encode(), mtime=0)
    (one,) = findings(packed)
    assert one.place == "response.body gzip/db/password"


def test_a_password_in_the_address_of_a_route_is_found() -> None:
    route = Route("compute", "compute", f"http://me:{SECRET}@cloud/v2.1")
    (one,) = scan_interactions([Interaction(Request("GET", "http://cloud/"), Response(200, "OK"), routes=(route,))])
    assert (one.place, one.kind) == ("interaction/routes/0/upstream user-info", "password")


@pytest.mark.parametrize("end", [b"tail", None])
def test_a_secret_in_a_body_that_was_kept_in_its_coding_is_found(end: bytes | None) -> None:
    packed = gzip.compress(f"password={SECRET}".encode(), mtime=0)
    found = findings(packed + end if end else packed[:-4], (*TEXT, ("Content-Encoding", "gzip")))
    assert {one.kind for one in found} == {"password"}


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_clean_cassette_is_clean(tape: Path) -> None:
    outcome = scan(tape)
    assert (outcome.findings, outcome.unseen, outcome.notes) == ([], [], [])


@pytest.mark.parametrize(
    "text",
    [
        HEAD + f"# password: {SECRET}\n" + ITEM % "x",
        HEAD + ITEM % "x" + f"notes:\n  password: {SECRET}\n",
        HEAD + ITEM % "x" + f"  remark: 'password={SECRET}'\n",
        HEAD + ITEM % f"password={SECRET}",
        f"version: 1\ninteractions:\n- request: {{uri: http://cloud/, password: {SECRET}}}\n  response: {{}}\n",
        json.dumps(
            {"interactions": [{"request": {"uri": "http://c/", "body": f"\U0001f600 password={SECRET}"}}], "version": 1}
        ),
    ],
    ids=["comment", "beside the list", "unknown key", "body", "vcrpy's", "JSON with surrogates"],
)
def test_all_of_the_yaml_is_looked_at(tape: Path, text: str) -> None:
    tape.write_text(text)
    assert SECRET[:1] in {one.excerpt[:1] for one in scan(tape).findings}


def test_no_index_is_believed(tape: Path) -> None:
    tape.write_text(HEAD + ITEM % f"password={SECRET}")
    tape.with_name("tape.yaml.index").write_bytes(b"a forged one")
    assert len(scan(tape).findings) == 1


@pytest.mark.parametrize("cut", [5, 60, 190])
def test_a_torn_end_is_told_and_looked_at(tape: Path, cut: int) -> None:
    tape.write_text(HEAD + ITEM % "x" + (ITEM % f"password={SECRET}")[:-cut])
    outcome = scan(tape)
    assert any("not written to its end" in str(one) for one in outcome.unseen)
    assert bool(outcome.findings) == (cut < 100)


@pytest.mark.parametrize("text", ["x", "version: 9\ninteractions: []", "version: 1", "- - -\n: :", "{", "[" * 5000])
def test_what_is_no_cassette_is_told(tape: Path, text: str) -> None:
    tape.write_text(text)
    (outcome,) = [outcome for _, outcome in scan_all((tape,), Look())]
    assert outcome.unseen


# --- body files ------------------------------------------------------------------------------------------------------


def with_body(tape: Path, data: bytes, digest: str = "", size: int | None = None) -> Path:
    """A cassette that names a body file with this content."""
    digest = digest or hashlib.sha256(data).hexdigest()
    item = ITEM % "" + f"  response_body:\n    sha256: {digest}\n    size: {len(data) if size is None else size}\n"
    tape.write_text(HEAD + item)
    folder = tape.with_name("tape.bodies")
    folder.mkdir()
    (folder / digest).write_bytes(data)
    return folder / digest


def test_a_body_file_is_looked_at(tape: Path) -> None:
    with_body(tape, b"x" * 100_000 + f"\npassword={SECRET}\n".encode() + b"y" * 100_000)
    outcome = scan(tape)
    assert [one.place for one in outcome.findings] == ["response.body/password"]
    assert not outcome.unseen


@pytest.mark.parametrize("before", [100, 4000, 7999, 8100])
def test_a_large_body_file_is_looked_at_in_windows(tape: Path, monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    for name, size in (("WHOLE", 200_000), ("WINDOW", 100_000), ("OVERLAP", 1000)):
        monkeypatch.setattr(f"cloudtape.cassettes.scanning.look.{name}", size)
    line = b"nothing to see in this line of a long log, as in all of them\n"
    with_body(tape, line * before + f"password={SECRET}\n".encode() + line * 1000)
    assert [one.kind for one in scan(tape).findings] == ["password"]


@pytest.mark.parametrize("what", ["gone", "other size", "other content", "link", "pipe", "name"])
def test_a_body_file_that_is_not_what_it_should_be_is_told(tape: Path, tmp_path: Path, what: str) -> None:
    digest = {"other content": "0" * 64, "name": "../../etc/passwd"}.get(what, "")
    if what == "name":
        tape.write_text(HEAD + ITEM % "" + "  response_body:\n    sha256: ../../etc/passwd\n    size: 1\n")
    else:
        file = with_body(tape, b"some bytes", digest, 3 if what == "other size" else None)
        if what in ("gone", "link", "pipe"):
            file.unlink()
        if what == "link":
            file.symlink_to(tmp_path / "elsewhere")
            (tmp_path / "elsewhere").write_bytes(b"some bytes")
        if what == "pipe":
            os.mkfifo(file)
    (one,) = scan(tape).unseen
    assert "interaction 1" in str(one)


# --- what lies beside it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["tape.yaml~", ".tape.yaml.swp", "#tape.yaml#", "tape.yaml.index", "tape.yaml.orig", "tape.bak", "tape.bodies/.incoming-x",
     "tape.bodies/deep/er", "tape.bodies.old/x", ".tape.yaml.new"],
)  # fmt: skip
def test_strays_are_told_and_looked_at(tape: Path, name: str) -> None:
    stray = tape.parent / name
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_text(f"password={SECRET}\n")
    outcome = scan(tape)
    (one,) = outcome.findings
    assert (one.ordinal, one.file) == (0, str(stray))
    assert any(str(stray) in note for note in outcome.notes)


@pytest.mark.parametrize("name", ["other.yaml", "other.yaml~", "other.bodies/x", "tapes.txt", "my-tape.yml"])
def test_files_of_others_are_left_alone(tape: Path, name: str) -> None:
    stray = tape.parent / name
    stray.parent.mkdir(exist_ok=True)
    stray.write_text(f"password={SECRET}\n")
    assert scan(tape).findings == []


def test_a_link_beside_the_cassette_is_not_followed(tape: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(f"password={SECRET}\n")
    tape.with_name("tape.yaml~").symlink_to(tmp_path / "elsewhere")
    outcome = scan(tape)
    assert outcome.findings == []
    assert len(outcome.unseen) == 1


# --- what it cannot look at ------------------------------------------------------------------------------------------


def encrypted_zip() -> bytes:
    """One that says of its file that it is encrypted."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x" * 50)
    data = bytearray(file.getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (encrypted_zip(), "encrypted zip"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "to its end"),
    ],
)
def test_what_cannot_be_opened_is_told(tape: Path, body: bytes, why: str) -> None:
    with_body(tape, body)
    (one,) = scan(tape).unseen
    assert why in str(one)


def test_a_bomb_is_told(tape: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudtape.cassettes.scanning.look.UNPACKED", 1_000_000)
    with_body(tape, gzip.compress(gzip.compress(b"\0" * 20_000_000, mtime=0), mtime=0))
    (one,) = scan(tape).unseen
    assert "unpacks to more than 1000000 bytes" in str(one)


# --- rules and words of a user ---------------------------------------------------------------------------------------


def test_rules_for_scrubbing_are_known(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {words: licence, kind: licence}\n- {words: code, kind: code, under: customer}\n")
    look: dict[str, Any] = {"names": Names(rows_of(rules))}
    assert [one.kind for one in findings('{"site_licence": "abc"}', **look)] == ["licence"]
    assert [one.kind for one in findings('{"customer": {"code": "abc"}}', **look)] == ["code"]
    assert findings('{"shop": {"code": "abc"}}', **look) == []
    assert findings('{"site_licence": "abc"}') == []


@pytest.mark.parametrize(
    "body",
    [
        "in ACME's cloud",
        '{"x": "\\u0041cme"}',
        "name=%41cme",
        json.dumps({"user_data": "aGVsbG8gd29ybGQsIGhlcmUgaXMgYWNtZSBDb3Jw"}),
        json.dumps({"a": json.dumps({"acmeworks": 1})}),
        gzip.compress(b"it is acme", mtime=0),
        "it is acme".encode("utf-16"),
        "<a>&#65;cme</a>",
    ],
)
def test_words_are_found_in_whatever_they_are_packed(body: bytes | str) -> None:
    found = findings(body, words=Words(["acme"]))
    assert {(one.kind, one.rule) for one in found} == {("word", "words")}
    assert findings(body) == []


@pytest.mark.parametrize("place", ["uri", "header name", "header", "key"])
def test_words_are_found_in_every_part_of_a_message(place: str) -> None:
    headers = {"header name": (("X-Acme", "1"),), "header": (("X-A", "acme"),)}.get(place, ())
    uri = "http://acme.example.org/" if place == "uri" else "http://cloud/"
    body = '{"acme": 1}' if place == "key" else "{}"
    assert findings(body, headers, uri, words=Words(["Acme"]))


# --- what it must not take for a secret ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "\n".join(PEM_KEYS.values()),
        json.dumps({"private_key": PEM_KEYS["RSA PRIVATE KEY"]}),
        json.dumps({"token": "scrubbed-token-1", "password": "5c7bbbed-0000-4000-8000-000000000001"}),
        "http://scrubbed-user-1:scrubbed-password-1@cloud/",
        json.dumps({"methods": ["password", "token"], "password_policy": "strong", "key_name": "k-7f3a2b91c4"}),
        json.dumps({"etag": "9c655cd0d29a96344a37873760f8ca2e", "id": "453ea2ac-3c1f-4c55-8a1e-1f2e3d4c5b6a"}),
        base64.b64encode(b"\x89PNG\r\n\x1a\n" + hashlib.sha512(b"x").digest() * 300).decode(),
    ],
)
def test_placeholders_and_harmless_values_are_no_secrets(body: str) -> None:
    assert findings(body) == []


def test_a_placeholder_in_basic_credentials_is_no_secret() -> None:
    pair = base64.b64encode(b"scrubbed-user-1:scrubbed-password-1").decode()
    assert findings("", (("Authorization", f"Basic {pair}"), ("X-Auth-Token", "scrubbed-token-2"))) == []
