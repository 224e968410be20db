"""What scrubbing leaves as it is, and what it puts in a secret's place. What it must not leave: test_leaks."""

import base64
import gzip
import hashlib
import json
import random
import re
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotlicffi
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.content import decoded_interaction
from cloudtape.cassettes.errors import ScrubError, ScrubRulesError
from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, StoredBody, header
from cloudtape.cassettes.scanning.scan import scan_interactions as scan
from cloudtape.cassettes.scrubbing.names import RULES
from cloudtape.cassettes.scrubbing.placeholders import PEM_KEYS, is_placeholder
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.user_rules import load_rules
from tests.cassettes.strategies import interactions, json_texts

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

JSON = (("Content-Type", "application/json"),)


def exchange(body: Any, headers: Headers = JSON) -> Interaction:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Interaction(Request("POST", "http://c/x", headers, data), Response(200, "OK", headers, b""))


def scrubbed(body: Any, headers: Headers = JSON) -> Any:
    data = Scrubber().scrub(exchange(body, headers)).request.body
    assert isinstance(data, bytes)
    return json.loads(data)


def test_a_placeholder_keeps_the_form_that_clients_parse() -> None:
    before = {
        "adminPass": "Pl4nted!Value",
        "user_data": base64.b64encode(b"#!/bin/sh\necho Pl4nted").decode(),
        "trust_id": "0b27b52e-b65d-4909-8b14-a7d9cb3e54d4",
        "token": "9168b536cd404630b43fb259807c6e87",
        "passcode": 123456,
        "connection": "mysql://nova:Pl4nted@db:3306/nova?charset=utf8",
        "blob": json.dumps({"access": "Pl4ntedAccess", "secret": "Pl4ntedSecret"}),
    }
    after = scrubbed(before)
    assert after["adminPass"] == "scrubbed-password-1"
    assert base64.b64decode(after["user_data"]) == b"scrubbed-data-1"
    assert re.fullmatch(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", after["trust_id"])
    assert re.fullmatch(r"[0-9a-f]{32}", after["token"])
    assert isinstance(after["passcode"], int | str)
    assert after["connection"] == "mysql://scrubbed-user-1:scrubbed-password-2@db:3306/nova?charset=utf8"
    assert json.loads(after["blob"]).keys() == {"access", "secret"}
    assert is_placeholder(after["trust_id"])
    assert is_placeholder(after["token"])


@pytest.mark.parametrize("label", PEM_KEYS)
def test_a_private_key_is_still_a_private_key(label: str) -> None:
    key = f"-----BEGIN {label}-----\nUGw0bnRlZA==\n-----END {label}-----\n"
    after = scrubbed({"keypair": {"private_key": key}})["keypair"]["private_key"].encode()
    load = load_ssh_private_key if label.startswith("OPENSSH") else load_pem_private_key
    assert load(after, None)
    assert b"UGw0bnRlZA" not in after


def test_nothing_but_the_secret_changes() -> None:
    body = b'{ "a" : [1 ,2.50, "\\u00e9", "x\\/y"],\n\t"adminPass":"Pl4nted!Value" ,"z":null}'
    after = Scrubber().scrub(exchange(body)).request.body
    assert after == body.replace(b"Pl4nted!Value", b"scrubbed-password-1")


def test_names_that_only_sound_like_secrets_stay() -> None:
    innocent = {
        "password_expires_at": "2026-01-01", "methods": ["password"], "key_name": "mine", "public_key": "ssh-rsa AAAA",
        "token": {"methods": ["token"], "audit_ids": ["x"]}, "secret_ref": "http://barbican/v1/secrets/1",
        "user_id": "0cc4f8890d4840ddb782530ae920bd10", "next": "http://c/x?marker=1", "compass": "north",
    }  # fmt: skip
    assert scrubbed(innocent) == innocent


def test_an_everyday_word_is_replaced_in_its_own_place_only() -> None:
    after = scrubbed({"user": {"name": "demo", "password": "demo"}, "note": "the password of demo"})
    assert after == {"user": {"name": "demo", "password": "scrubbed-password-1"}, "note": "the password of demo"}


@given(interactions)
def test_scrubbing_what_was_scrubbed_changes_nothing(interaction: Interaction) -> None:
    once = Scrubber().scrub(interaction)
    again = Scrubber().scrub(once)
    assert (again.request, again.response) == (once.request, once.response)


@given(json_texts, st.sampled_from(["adminPass", "token", "user_data", "name"]))
def test_json_keeps_its_structure(value: Any, name: str) -> None:
    def shape(inner: Any) -> Any:
        if isinstance(inner, dict):
            return {key: shape(member) for key, member in inner.items()}
        return [shape(member) for member in inner] if isinstance(inner, list) else None

    document = {name: value, "other": [value]}
    assert shape(scrubbed(document)) == shape(document)


def test_what_is_no_text_stays(tmp_path: Path) -> None:
    image = bytes(range(256)) * 10
    assert Scrubber().scrub(exchange(image, (("Content-Type", "application/octet-stream"),))).request.body == image


def test_an_object_that_was_stored_in_a_coding_stays_in_it() -> None:
    packed = gzip.compress(b'{"a": 1}')
    headers = (("Content-Encoding", "gzip"), *JSON, ("ETag", hashlib.md5(packed).hexdigest()))
    kept = Scrubber().scrub(Interaction(Request("GET", "http://c/"), Response(200, "OK", headers, packed))).response
    assert (kept.body, kept.headers) == (packed, headers)


def answered(body: bytes, coding: str, status: int = 200, content_type: str = "application/json") -> Response:
    headers = (("Content-Encoding", coding), ("Content-Type", content_type))
    return Scrubber().scrub(Interaction(Request("GET", "http://c/"), Response(status, "", headers, body))).response


SECRET = b'{"adminPass": "Pl4nted"}'
CLEAN = b'{"adminPass": "scrubbed-password-1"}'


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotlicffi.compress), ("zstd", zstd.compress)],
)
def test_a_coding_is_undone(coding: str, pack: Callable[[bytes], bytes]) -> None:
    assert answered(pack(SECRET), coding).body == CLEAN
    assert answered(gzip.compress(pack(SECRET)), f"{coding}, gzip").body == CLEAN


@pytest.mark.parametrize("coding", ["utf-8", "UTF-8", "none", "binary", "iso-8859-1", "aws-chunked", "made-up"])
def test_a_name_that_is_no_coding_says_nothing_of_a_text(coding: str) -> None:
    kept = answered(SECRET, coding)
    assert (kept.body, header(kept.headers, "content-encoding")) == (CLEAN, coding)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "gzip, br"])
def test_a_text_that_is_labelled_as_coded_and_is_not_stays_one(coding: str) -> None:
    kept = answered(SECRET, coding)
    assert (kept.body, header(kept.headers, "content-encoding")) == (CLEAN, coding)


@pytest.mark.parametrize("tail", [b"\0" * 100, b"more", b"\x1f"])
def test_what_is_coded_and_has_a_tail_stays_as_it_came(tail: bytes) -> None:
    packed = gzip.compress(b'{"a": 1}') + tail
    kept = answered(packed, "gzip")
    assert (kept.body, header(kept.headers, "content-encoding")) == (packed, "gzip")


def test_of_a_large_body_with_a_tail_only_what_is_kept_is_left(tmp_path: Path) -> None:
    packed = gzip.compress(random.Random(1).randbytes(400_000)) + b"tail"
    stored = StoredBody(tmp_path / "body", len(packed), hashlib.sha256(packed).hexdigest())
    stored.path.write_bytes(packed)
    headers = (("Content-Encoding", "gzip"), ("Content-Type", "application/octet-stream"))
    interaction = Interaction(Request("GET", "http://c/"), Response(200, "", headers, stored))
    for kept in (Scrubber(folder=tmp_path).scrub(interaction), decoded_interaction(interaction, tmp_path)):
        assert kept.response == interaction.response
        assert list(tmp_path.iterdir()) == [stored.path]


def test_a_tail_is_dropped_with_a_secret_in_either_part() -> None:
    assert answered(gzip.compress(SECRET) + b"tail", "gzip").body == CLEAN
    assert answered(gzip.compress(b"{}") + b"password=Pl4nted", "gzip").body == b"{}"


@pytest.mark.parametrize("status", [200, 206])
@pytest.mark.parametrize("part", [slice(None, -3), slice(40, None), slice(10, 60)])
def test_a_part_of_what_is_coded_stays_as_it_came(status: int, part: slice) -> None:
    packed = gzip.compress(random.Random(1).randbytes(500))[part]
    assert answered(packed, "gzip", status).body == packed


def test_a_whole_that_is_told_as_a_part_stays_as_it_came() -> None:
    packed = gzip.compress(b'{"a": 1}')
    assert answered(packed, "gzip", 206).body == packed


@pytest.mark.parametrize(
    ("body", "coding", "status"),
    [
        (gzip.compress(SECRET, mtime=0)[:-3], "gzip", 200),  # who decodes as much as there is sees it
        (gzip.compress(SECRET, mtime=0), "gzip", 206),
        (zlib.compress(SECRET), "gzip", 200),  # another label
        (b"\x1f\x9d\x90{\0", "compress", 200),
        (bytes(range(256)), "made-up", 200),
    ],
)
def test_a_text_that_cannot_be_looked_into_is_not_kept(body: bytes, coding: str, status: int) -> None:
    with pytest.raises(ScrubError) as refused:
        answered(body, coding, status)
    assert "Pl4nted" not in str(refused.value)


def test_what_is_no_text_is_kept_in_any_coding() -> None:
    body = bytes(range(256))
    assert answered(body, "compress", content_type="application/octet-stream").body == body


@pytest.mark.parametrize(
    "body", [b"{" * 50_000, b'{"a":' * 5000, b"[" * 300_000 + b"]" * 300_000, b'{"password": "' + b"\\" * 99_999]
)
def test_hostile_bodies_neither_crash_nor_hang(body: bytes) -> None:
    assert Scrubber().scrub(exchange(body))


def test_a_users_own_rules(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {words: site code, kind: code}\n")
    scrubber = Scrubber(Table((*load_rules(rules), *RULES)))
    body = scrubber.scrub(exchange({"siteCode": "Pl4nted", "code": "free"})).request.body
    assert body == b'{"siteCode": "scrubbed-code-1", "code": "free"}'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- {words: x", "line"),
        ("x", "no list"),
        ("- {kind: x}", "rule 1"),
        ("- {words: x, kind: Y}", "rule 1"),
        ("- {words: x, kind: y, z: 1}", "z"),
    ],
)
def test_a_bad_rule_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(text)
    with pytest.raises(ScrubRulesError, match=complaint) as refused:
        load_rules(rules)
    assert str(refused.value).startswith(str(rules))


def test_scan_says_where_and_shows_little() -> None:
    found = list(
        scan([exchange({"server": {"adminPass": "Pl4nted!Value"}}, (*JSON, ("X-Auth-Token", "Pl4ntedToken")))])
    )
    assert ("request.body/server/adminPass", "password") in {(one.place, one.kind) for one in found}
    assert ("request.headers.X-Auth-Token", "token") in {(one.place, one.kind) for one in found}
    assert "Pl4nted!Value" not in repr(found)


@pytest.mark.parametrize("others", [1, 100])
def test_a_known_secret_is_found_beside_an_underscore_among_many_others(others: int) -> None:
    scrubber = Scrubber()
    for number in range(others):
        scrubber.scrub(exchange({"password": f"An0ther-S3cret{number:04}"}))
    scrubber.scrub(exchange({"password": "Th1sS3cret"}))
    assert "Th1sS3cret" not in repr(scrubber.scrub(exchange({"name": "vm_Th1sS3cret_1"})))


def test_what_stands_for_a_key_in_a_field_is_one_line() -> None:
    """Else the cassette would not load, and who replays it would say a field that nobody has recorded."""
    headers = (("X-Key", "-----BEGIN RSA PRIVATE KEY----- MIIEowIBAAKCAQEA -----END RSA PRIVATE KEY-----"),)
    (clean,) = Scrubber().scrub(exchange(b"", headers)).request.headers
    assert clean != headers[0]
    assert "\n" not in clean[1]
    assert "MIIEowIBAAKCAQEA" not in clean[1]


@pytest.mark.parametrize(
    "body",
    [
        b'{"password": "Pl4nted\\ud800!Value"}',
        b'password: "Pl4nted\xff!Value"',
        b'{"a": {"password": "Pl4nted\\udaa2\\ud800"}, "b": "password=x1y2z3w4"}',
        b'{"a": "Cookie: a=Pl4nted\xff!Value"',
        '{"password": "Pl4nted!Value", "a": "\ud800"}'.encode("utf-16-le", "surrogatepass"),
    ],
)
def test_half_characters_are_no_reason_to_keep_nothing(body: bytes) -> None:
    clean = Scrubber().scrub(exchange(body, (("Content-Type", "text/plain"),))).request.body
    assert isinstance(clean, bytes)
    assert b"Pl4nted" not in clean.replace(b"\0", b"")


@pytest.mark.parametrize(
    "heading", ["-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\\n", "-----BEGIN "]
)
def test_the_first_line_of_a_key_is_no_secret(heading: str) -> None:
    """It stands in each stand-in of a key, where it would be replaced again and again."""
    scrubber = Scrubber()
    for body in (PEM_KEYS["RSA PRIVATE KEY"].encode(), heading.encode(), b"none"):
        kept = scrubber.scrub(exchange(body, (("X-Note", heading.strip()), ("Authorization", heading.strip()))))
        for _, value in kept.request.headers:
            assert "\n" not in value
            assert value.count("BEGIN") == 1


@pytest.mark.parametrize(
    "query", ["password=\udcb2x", "\udcffvalue%20tokenA1b2", "http://u:\udcbbp%2540@h/=1", "a=b+\udcff"]
)
def test_bytes_of_an_address_that_are_no_text_are_no_hindrance(query: str) -> None:
    body = f"x=1&{query}".encode("utf-8", "surrogateescape")
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    request = Request("POST", f"http://c/x?{query}", (*form, ("Location", f"http://c/y?{query}")), body)
    kept = Scrubber().scrub(Interaction(request, Response(200, "OK"))).request
    assert isinstance(kept.body, bytes)
    assert ("\udcb2x" not in kept.uri) or "password" not in query
