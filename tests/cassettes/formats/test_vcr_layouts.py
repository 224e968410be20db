"""Cassettes as earlier versions of vcrpy wrote them; the first two are of the form of its own fixtures for migration."""

import json
from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import CassetteFormatError
from cloudtape.cassettes.messages import Interaction, header

EARLY_YAML = r"""
- request: !!python/object:vcr.request.Request
    body: null
    headers: !!python/object/apply:__builtin__.frozenset
    - - !!python/tuple [accept-encoding, 'gzip, deflate']
      - !!python/tuple [accept, '*/*']
    host: cloud
    method: GET
    path: /v3?a=b
    port: 5000
    protocol: http
  response:
    body: {string: !!python/unicode "{\n  \"version\": 3\n}"}
    headers: [!!python/unicode "vary: A\r\n", !!python/unicode "content-type:
        application/json\r\n", !!python/unicode "vary: B: C\r\n"]
    status: {code: 200, message: OK}
"""
EARLY_JSON = json.dumps(
    [
        {
            "request": {
                "body": None,
                "protocol": "http",
                "method": "GET",
                "headers": {"accept-encoding": "gzip, deflate", "accept": "*/*"},
                "host": "cloud",
                "path": "/v3?a=b",
                "port": 5000,
            },
            "response": {
                "status": {"message": "OK", "code": 200},
                "headers": ["vary: A\r\n", "content-type: application/json\r\n", "vary: B: C\r\n"],
                "body": {"string": '{\n  "version": 3\n}'},
            },
        }
    ],
    indent=4,
)


def only(tmp_path: Path, text: str) -> Interaction:
    path = tmp_path / "old.yaml"
    path.write_text(text)
    (found,) = load(path)
    return found


@pytest.mark.parametrize("text", [EARLY_YAML, EARLY_YAML.replace("__builtin__", "builtins"), EARLY_JSON])
def test_a_bare_list_is_read(tmp_path: Path, text: str) -> None:
    found = only(tmp_path, text)
    assert (found.request.method, found.request.uri) == ("GET", "http://cloud:5000/v3?a=b")
    assert header(found.request.headers, "accept") == "*/*"
    assert found.response.headers == (("vary", "A"), ("vary", "B: C"), ("content-type", "application/json"))
    assert (found.response.status, found.response.reason, found.response.body) == (200, "OK", b'{\n  "version": 3\n}')


@pytest.mark.parametrize(
    ("scheme", "port", "origin"),
    [("http", 80, "http://cloud"), ("https", 443, "https://cloud"), ("https", 80, "https://cloud:80")],
)
def test_a_usual_port_is_not_told(tmp_path: Path, scheme: str, port: int, origin: str) -> None:
    text = EARLY_YAML.replace("port: 5000", f"port: {port}").replace("protocol: http", f"protocol: {scheme}")
    assert only(tmp_path, text).request.uri == f"{origin}/v3?a=b"


ITEM = "version: 1\ninteractions:\n- request: {{method: PUT, uri: 'http://c/', body: {asked}, headers: {{a: b}}}}\n  response: {answered}\n"
PLAIN = "{status: {code: 200, message: OK}, headers: {}, body: {string: x}}"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("x", "{status: 200, headers: {}, body: x}"),
        ("{string: x}", "{status: {code: 200}, headers: {a: [b, c]}, body: {string: !!binary eA==}}"),
        ("!!binary eA==", "{status_code: 200, http_version: HTTP/1.1, headers: {}, content: x}"),  # for httpx
        ("!!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary eA==, 0, null]}", PLAIN),
        ("!!python/str 'x'", "{status: {code: 200, message: null}, headers: {}, body: {base64_string: eA==}}"),
    ],
)
def test_other_forms_of_the_same(tmp_path: Path, asked: str, answered: str) -> None:
    found = only(tmp_path, ITEM.format(asked=asked, answered=answered))
    assert (found.request.body, found.response.status, found.response.body) == (b"x", 200, b"x")


def test_json_with_characters_that_yaml_would_not_take(tmp_path: Path) -> None:
    body = "\U0001f600\t\x7f/"
    item = {
        "request": {"method": "GET", "uri": "http://c/", "body": None, "headers": {}},
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": body}},
    }
    document = json.dumps({"version": 1, "interactions": [item]}, indent="\t").replace('/"', '\\/"')
    assert only(tmp_path, document).response.body == body.encode()


@pytest.mark.parametrize(
    "text",
    [
        EARLY_YAML.replace("vcr.request.Request", "os.system"),
        EARLY_YAML.replace("__builtin__.frozenset", "os.system"),
        EARLY_YAML.replace("host: cloud", "host: [x]").replace("port: 5000", "port: {}"),
        "[{request: 1}]",
        "[{request: {}}]",
        '[{"request": {"headers": [[[]]]}, "response": {}}]',
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
)  # fmt: skip
def test_what_only_looks_like_one_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CassetteFormatError):
        only(tmp_path, text)
