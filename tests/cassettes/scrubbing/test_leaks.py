"""Nothing planted as a secret is in anything that the scrubber lets through: kinds by positions."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import brotlicffi
import pytest

from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, StoredBody
from cloudtape.cassettes.scanning.scan import scan_interactions as scan
from cloudtape.cassettes.scrubbing.scrub import Scrubber

PLANTED = 'Pl4nted"Secr&t+Value/77 <é>'
SIMPLE = "Pl4ntedSimpleSecretValue77"

NAMES = (
    "password", "adminPass", "admin_pass", "original_password", "newPassword", "passphrase", "user_passwd",
    "secret", "client_secret", "application_credential_secret", "secret_key", "aws_secret_access_key",
    "access_key", "private_key", "api_key", "apikey", "encryption_key", "auth_token", "access_token", "refresh_token",
    "token", "id_token", "oauth_verifier", "oauth_signature", "temp_url_key", "temp_url_sig", "passcode", "trust_id",
    "user_data", "payload", "assertion", "SAMLResponse", "db_password", "rootPassword", "sslKey", "cookie",
)  # fmt: skip
HEADERS = (
    "X-Auth-Token", "X-Subject-Token", "X-Service-Token", "X-Storage-Token", "X-Auth-Key", "Authorization", "Cookie",
    "X-Account-Meta-Temp-URL-Key", "X-Account-Meta-Temp-URL-Key-2", "X-Container-Meta-Temp-Url-Key",
    "X-Container-Sync-Key", "OpenStack-Auth-Receipt", "X-Amz-Security-Token", "Proxy-Authorization",
)  # fmt: skip

JSON, FORM, TEXT = "application/json", "application/x-www-form-urlencoded", "text/plain"
Body = Callable[[str, str], tuple[str, bytes]]


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _multipart(name: str, secret: str) -> bytes:
    part = f'--b0undary\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{secret}\r\n'
    return (part + "--b0undary--\r\n").encode()


POSITIONS: dict[str, Body] = {
    "json": lambda name, secret: (JSON, json.dumps({name: secret}).encode()),
    "compact ascii json": lambda name, secret: (
        JSON,
        json.dumps({"a": 1, name: secret}, separators=(",", ":")).encode(),
    ),
    "utf-8 json": lambda name, secret: (JSON, json.dumps({name: secret}, ensure_ascii=False).encode()),
    "json at depth": lambda name, secret: (JSON, json.dumps({"a": [{"b": {"c": [1, {name: secret}]}}]}).encode()),
    "json list": lambda name, secret: (JSON, json.dumps([{name: [secret, secret]}]).encode()),
    "escaped name": lambda name, secret: (
        JSON,
        json.dumps({name: secret}).replace(f'"{name}"', '"' + "".join(f"\\u{ord(c):04x}" for c in name) + '"').encode(),
    ),
    "json in a string": lambda name, secret: (JSON, json.dumps({"blob_text": json.dumps({name: secret})}).encode()),
    "json in json in a string": lambda name, secret: (
        JSON,
        json.dumps({"x": json.dumps({"y": json.dumps({name: secret})})}).encode(),
    ),
    "base64 of json": lambda name, secret: (JSON, json.dumps({"x": _b64(json.dumps({name: secret}))}).encode()),
    "url-safe base64": lambda name, secret: (
        JSON,
        json.dumps({"x": base64.urlsafe_b64encode(json.dumps({name: secret}).encode()).decode()}).encode(),
    ),
    "base64 in base64": lambda name, secret: (JSON, json.dumps({"x": _b64(_b64(json.dumps({name: secret})))}).encode()),
    "gzip in base64": lambda name, secret: (
        JSON,
        json.dumps({"x": base64.b64encode(gzip.compress(json.dumps({name: secret}).encode())).decode()}).encode(),
    ),
    "form": lambda name, secret: (FORM, f"a=b&{quote_plus(name)}={quote_plus(secret)}".encode()),
    "xml element": lambda name, secret: ("application/xml", f"<s><{name}>{escape(secret)}</{name}></s>".encode()),
    "xml attribute": lambda name, secret: ("application/xml", f"<s {name}={quoteattr(secret)}/>".encode()),
    "namespaced xml": lambda name, secret: ("text/xml", f"<n:s><n:{name}>{escape(secret)}</n:{name}></n:s>".encode()),
    "multipart": lambda name, secret: ("multipart/form-data; boundary=b0undary", _multipart(name, secret)),
    "json in multipart": lambda name, secret: (
        "multipart/form-data; boundary=b0undary",
        _multipart("document", json.dumps({name: secret})),
    ),
    "torn json": lambda name, secret: (JSON, json.dumps({"a": 1, name: secret, "b": 2}).encode()[:-4]),
    "wrong content type": lambda name, secret: ("application/octet-stream", json.dumps({name: secret}).encode()),
}
WORD_POSITIONS: dict[str, Body] = {
    "ini": lambda name, secret: (TEXT, f"[DEFAULT]\n{name} = {secret}\nother = 1\n".encode()),
    "yaml": lambda name, secret: (TEXT, f"a: 1\nb:\n  {name}: {secret}\n".encode()),
    "quoted yaml in json": lambda name, secret: (
        JSON,
        json.dumps({"template": f"x:\n  {name}: '{secret}'\n"}).encode(),
    ),
    "url query in json": lambda name, secret: (JSON, json.dumps({"url": f"http://c/x?a=b&{name}={secret}"}).encode()),
    "script in user data": lambda name, secret: (
        JSON,
        json.dumps({"server": {"user_data": _b64(f"#!/bin/sh\nexport {name.upper()}={secret}\n")}}).encode(),
    ),
    "user info": lambda _, secret: (
        JSON,
        json.dumps({"c": f"mysql+pymysql://nova:{secret}@10.0.0.1:3306/nova"}).encode(),
    ),
    "personality": lambda name, secret: (
        JSON,
        json.dumps({"server": {"personality": [{"path": "/x", "contents": _b64(f"{name}={secret}")}]}}).encode(),
    ),
    "credential blob": lambda _, secret: (
        JSON,
        json.dumps({"credential": {"type": "ec2", "blob": json.dumps({"access": "abc", "other": secret})}}).encode(),
    ),
    "hidden heat parameter": lambda _, secret: (
        JSON,
        json.dumps(
            {
                "template": "parameters:\n  plain_name:\n    type: string\n    hidden: true\n    default: "
                + secret
                + "\n",
                "parameters": {"plain_name": secret},
            }
        ).encode(),
    ),
}


def shapes(secret: str) -> set[bytes]:
    """A secret as it could still be read by somebody."""
    raw = secret.encode()
    found = {
        raw,
        quote(secret, safe="").encode(),
        quote_plus(secret).encode(),
        escape(secret).encode(),
        raw.hex().encode(),
    }
    found |= {json.dumps(secret)[1:-1].encode(), json.dumps(json.dumps(secret))[3:-3].encode(), raw[::-1]}
    for shift in range(3):
        found.add(base64.b64encode(b"\0" * shift + raw)[4 : -4 or None])
    return found


def kept(interaction: Interaction, tmp_path: Path) -> bytes:
    """Everything that the recorder would have written."""
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    clean = Scrubber(folder=tmp_path).scrub(interaction)
    writer.append(clean)
    assert list(scan([clean])) == []
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    return b"\n".join(file.read_bytes() for file in files) + repr(clean).encode()


def exchange(body: bytes = b"", content_type: str = "", headers: Headers = (), uri: str = "http://c/x") -> Interaction:
    fields = (*headers, *((("Content-Type", content_type),) if content_type else ()))
    return Interaction(Request("POST", uri, fields, body), Response(200, "OK", fields, body))


def assert_clean(found: bytes, secret: str) -> None:
    assert not [shape for shape in shapes(secret) if shape in found]


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_left_in_a_body(name: str, position: str, tmp_path: Path) -> None:
    content_type, body = POSITIONS[position](name, PLANTED)
    assert_clean(kept(exchange(body, content_type), tmp_path), PLANTED)


@pytest.mark.parametrize("position", WORD_POSITIONS)
@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_left_in_a_text(name: str, position: str, tmp_path: Path) -> None:
    content_type, body = WORD_POSITIONS[position](name, SIMPLE)
    assert_clean(kept(exchange(body, content_type), tmp_path), SIMPLE)


@pytest.mark.parametrize("position", ["json", "form", "xml element"])
@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotlicffi.compress)]
)
def test_no_secret_is_left_under_a_content_coding(
    coding: str, pack: Callable[[bytes], bytes], position: str, tmp_path: Path
) -> None:
    content_type, body = POSITIONS[position]("adminPass", PLANTED)
    packed = pack(body)
    found = kept(exchange(packed, content_type, (("Content-Encoding", coding),)), tmp_path)
    assert_clean(found, PLANTED)
    assert packed not in found


@pytest.mark.parametrize("name", HEADERS)
def test_no_secret_is_left_in_a_header(name: str, tmp_path: Path) -> None:
    values = {"Authorization": f"Bearer {SIMPLE}", "Cookie": f"sid={SIMPLE}; other={SIMPLE}"}
    assert_clean(kept(exchange(headers=((name, values.get(name, SIMPLE)),)), tmp_path), SIMPLE)


def test_no_secret_is_left_in_basic_authorization(tmp_path: Path) -> None:
    found = kept(exchange(headers=(("Authorization", f"Basic {_b64('somebody:' + SIMPLE)}"),)), tmp_path)
    assert_clean(found, SIMPLE)


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_left_in_a_query(name: str, tmp_path: Path) -> None:
    uri = f"http://c/x?limit=1&{name}={quote(PLANTED, safe='')}"
    headers = (("Location", uri), ("Link", f"<{uri}>; rel=next"))
    assert_clean(kept(exchange(uri=uri, headers=headers), tmp_path), PLANTED)


@pytest.mark.parametrize(
    "uri",
    [
        f"http://c/v2.0/tokens/{SIMPLE}",
        f"http://c/v3/OS-TRUST/trusts/{SIMPLE}",
        f"http://c/v3/users/u/credentials/OS-EC2/{SIMPLE}",
        f"http://user:{SIMPLE}@c/x",
        f"http://c/v1/AUTH_p/c/o?temp_url_sig={SIMPLE}&temp_url_expires=1",
    ],
)
def test_no_secret_is_left_in_an_address(uri: str, tmp_path: Path) -> None:
    assert_clean(kept(exchange(uri=uri, body=json.dumps({"self": uri}).encode()), tmp_path), SIMPLE)


FORMS = {
    "fernet token": "gAAAAABmPl4nted" + "x" * 60,
    "json web token": "eyJhbGciOiJub25lIn0.eyJwbDRudGVkIjoxfQ.UGw0bnRlZFNpZ25hdHVyZQ",
    "rsa key": "-----BEGIN RSA PRIVATE KEY-----\nUGw0bnRlZA==\nUGw0bnRlZEtleU1hdGVyaWFs\n-----END RSA PRIVATE KEY-----",
    "torn key": "-----BEGIN OPENSSH PRIVATE KEY-----\nUGw0bnRlZEtleU1hdGVyaWFs\n",
    "aws key": "AKIAPL4NTEDPL4NTED12",
}


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("carry", ["plain", "json", "base64", "header"])
def test_what_has_the_form_of_a_secret_needs_no_name(secret: str, carry: str, tmp_path: Path) -> None:
    bodies = {
        "plain": (TEXT, f"see {secret} there".encode()),
        "json": (JSON, json.dumps({"note": f"see {secret}"}).encode()),
        "base64": (JSON, json.dumps({"note": _b64(f"see {secret}")}).encode()),
        "header": (TEXT, b""),
    }
    content_type, body = bodies[carry]
    headers = (("X-Object-Meta-Note", secret),) if carry == "header" and "\n" not in secret else ()
    telling = b"UGw0bnRlZEtleU1hdGVyaWFs" if "KEY-----" in secret else secret.encode()[-16:]
    found = kept(exchange(body, content_type, headers), tmp_path)
    assert telling not in found


@pytest.mark.parametrize("padding", ["", "=", "=="])
def test_a_token_that_ends_with_signs_of_equality_is_no_form(padding: str, tmp_path: Path) -> None:
    token = FORMS["fernet token"] + padding
    found = kept(exchange(token.encode(), TEXT, uri=f"http://c/x?{token}"), tmp_path)
    assert FORMS["fernet token"].encode() not in found


@pytest.mark.parametrize("position", ["json", "json in a string", "base64 of json", "form", "xml element"])
def test_no_secret_is_left_in_a_large_text(position: str, tmp_path: Path) -> None:
    """Larger than what is looked at in one piece, with secrets at both ends and at the seams."""
    content_type, piece = POSITIONS[position]("adminPass", PLANTED)
    filler = {
        "form": b"&filler=" + b"x" * 997,
        "xml element": b"<filler>" + b"x" * 997 + b"</filler>",
    }.get(position, b',{"filler": "' + b"x" * 997 + b'"}')
    joint = {"form": b"&", "xml element": b""}.get(position, b",")
    whole = piece + (filler * 20 + joint + piece) * 300
    whole = b"[" + whole + b"]" if position not in ("form", "xml element") else whole
    path = tmp_path / "large"
    path.write_bytes(whole)
    body = StoredBody(path, len(whole), "0" * 64)
    interaction = Interaction(
        Request("PUT", "http://c/x", (("Content-Type", content_type),), body), Response(201, "OK")
    )
    clean = Scrubber(folder=tmp_path).scrub(interaction).request.body
    assert isinstance(clean, StoredBody)
    assert clean.size == clean.path.stat().st_size
    assert_clean(clean.path.read_bytes(), PLANTED)
    assert clean.path.read_bytes().count(b"scrubbed-") >= (1 if position == "base64 of json" else 301) * (
        position != "base64 of json"
    )


def test_a_secret_vanishes_from_the_request_when_the_response_gives_it_away(tmp_path: Path) -> None:
    asked = json.dumps({"note": f"call it {SIMPLE} please"}).encode()
    answered = json.dumps({"adminPass": SIMPLE}).encode()
    fields = (("Content-Type", JSON),)
    found = kept(
        Interaction(Request("POST", "http://c/", fields, asked), Response(200, "OK", fields, answered)), tmp_path
    )
    assert_clean(found, SIMPLE)


def test_a_secret_of_an_earlier_exchange_vanishes_from_later_ones() -> None:
    scrubber = Scrubber()
    scrubber.scrub(exchange(headers=(("X-Auth-Token", SIMPLE),)))
    later = scrubber.scrub(
        exchange(json.dumps({"n": f"x {SIMPLE} y"}).encode(), JSON, (("X-Other", SIMPLE),), f"http://c/{SIMPLE}")
    )
    assert SIMPLE not in repr(later)
    assert repr(later).count("scrubbed-token-1") == 5
