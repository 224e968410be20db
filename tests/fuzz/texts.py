"""Texts of strangers in bodies, fields and URIs: what holds secrets in every notation there is, damaged and repeated."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from cloudtape.cassettes.scrubbing.masking import Mask
from tests.fuzz import exchanges
from tests.fuzz.damage import damaged
from tests.fuzz.engine import next_task
from tests.fuzz.exchanges import exchange, keep_and_look

prepare = exchanges.prepare
PEM = b"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn\n-----END RSA PRIVATE KEY-----\n"
WHOLE: list[bytes] = [
    b"password: hunter2\nuser: a\n", b'{"password": "x", "adminPass": "Pl4nted!Value"}', b"password=a&token=b&user=c",
    b"#!/bin/sh\ncurl -u admin:S3cret -H 'X-Auth-Token: gAAAAABx' http://u:p4ss@h:1/x?token=abcdef0123\nmysql -pS3cret db\n",
    PEM, json.dumps({"key": PEM.decode()}).encode(), base64.b64encode(b"#!/bin/sh\npassword=Pl4nted\n" * 3),
    b"machine h login u password S3cretWord9\n", b"chpasswd:\n  list: |\n    root:Pl4nted9\n    b:c\n  expire: false\n",
    b"Authorization: Digest username=\"a\", response=\"0123456789abcdef\"\r\nCookie: a=b; c=d\r\n", b"the password is Abc12345 now",
    b"<user><password>x1y2z3</password><a b='c'/><![CDATA[d]]></user>", b"<form><input name='token' value='S3cret99'></form>",
    b"#cloud-config\nusers:\n- {name: a, passwd: $6$abc$def, ssh_authorized_keys: [x]}\n- *b\n? {c: d}\n: !!binary |\n  AAEC\n",
    b"mysql://nova:Pl4nted@db:3306/nova?charset=utf8", b"export OS_PASSWORD='it''s' OS_TOKEN=\"a\\\"b\"; set pw \"x", b"--password=a1b2c3d4 -p x9",
    b"token%3Dabc%26password%3D%22x%22", b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", b"ghp_" + b"a1B2" * 9,
    b"AGE-SECRET-KEY-1" + b"Q" * 58, b"$2b$12$" + b"a" * 53, b"{u'password': u'x1y2z3', 'b': ('c', 'd')}", b"name,password\na,b1c2d3e4\n",
    b"[default]\npassword = x1y2z3w4 ; c\n[b]\n", b"a" * 64, b"0123456789abcdef" * 4, b"4bf75f47-c245-4261-b0e0-2b376311cdb3",
    b'{"a": "{\\"b\\": \\"{\\\\\\"password\\\\\\": \\\\\\"x\\\\\\"}\\"}"}', b'{"Auths": {"h": {"auth": "dXNlcjpwYXNz"}}}', b"\xc3\xa9\xe2\x80\xae\xf0\x9f\x92\xa9",
    b'{"template": {"parameters": {"p": {"type": "string", "hidden": true, "default": "S3cret"}}}}', b"p: {hidden: true, default: x9y8}\n",
]  # fmt: skip
PIECES = [
    *(b"password", b"token", b"secret", b"=", b": ", b":", b'"', b"'", b'\\"', b"\\\\", b"\\", b"%22", b"%", b"%3D", b"&", b";", b"?"),
    *(b"\n", b"\r\n", b"\t", b" ", b"    ", b"-", b"--", b"- ", b".", b",", b"/", b"//", b"@", b"://", b"#", b"<", b"</", b"<a ", b">"),
    *(b"<!--", b"<![CDATA[", b"]]>", b"&#x41;", b"&lt;", b"{", b"}", b"[", b"]", b"(", b"|\n  ", b">-\n", b"*a", b"&a ", b"!!str ", b"? "),
    *(b"a", b"aB3", b"0", b"1a", b"_", b"a.", b"a-", b"a: b\n", b"a=b ", b"a=b&", b"x: {", b"'a': ", b'"a": ', b'"a", ', b"\0", b"\xff"),
    *(b"\xe2\x80\xae", b"\xed\xa0\x80", b"\\ud800", b"\\u0070", b"\\x70", b"=\n", b"==", b"AAAA", b"QUJD", b"Bearer ", b"Basic dTpw "),
    *(b"-----BEGIN ", b"-----END ", b" KEY-----", b"eyJ", b"gAAAAA", b"AUTH_tk", b"$6$", b"ssh-rsa ", b"curl -u ", b"mysql -p", b"is "),
    *(b"AKIA", b"ghp_", b"xoxb-", b"http://", b"http://u:p@h/", b"4bf75f47-", b"0123456789abcdef", b"Cookie: ", b"Authorization: "),
    *(b"hidden", b"user_data", b"name", b"value", b"\xff\xfe", b"p\0a\0s\0s\0", b"\x1b[31m", b"1e5", b"-1", b"null", b"echo ", b"passwd "),
]  # fmt: skip
TYPES = [
    "text/plain",
    "application/json",
    "application/x-www-form-urlencoded",
    "text/html",
    "application/xml",
    "text/yaml",
    "",
    "application/octet-stream",
]
MASK = Mask()


class Said(NamedTuple):
    sent: bytes
    answered: bytes
    kind: str
    field: bytes
    where: bytes


joined = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map(b"".join)
text = damaged(st.sampled_from(WHOLE) | joined, PIECES)
short = damaged(st.sampled_from([*PIECES, *WHOLE[:6]]), PIECES, most=2)
INPUTS = st.builds(Said, text, text, st.sampled_from(TYPES), short, short)
UNSAID = bytes.maketrans(b"\r\n\0", b"   ")


def attempt(one: Said, _folder: Path) -> None:
    value = one.field.translate(UNSAID)[:8000].decode("utf-8", "surrogateescape")
    where = one.where.translate(None, bytes(range(33)))[:60_000].decode("utf-8", "replace")
    headers = (("Content-Type", one.kind), ("X-Object-Meta-A", value), ("Authorization", value))
    keep_and_look(exchange(one.sent, one.answered, headers, f"http://controller:8774/v2.1/{where}"))
    for text in (value, where, one.sent.decode("utf-8", "surrogateescape")):
        MASK.text(text[:8000])
        next_task()
        MASK.uri(text)
        next_task()
