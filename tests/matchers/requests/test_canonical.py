import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.canonical import at_hand, canonical, differences, unread
from tests.cassettes.strategies import json_texts

JSON = (("Content-Type", "application/json"),)


def get(uri: str, *headers: tuple[str, str]) -> Request:
    return Request("GET", uri, headers)


def post(body: Any, content_type: str = "application/json") -> Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", "http://c/x", (("Content-Type", content_type),), data)


def same(first: Request, second: Request) -> bool:
    assert (canonical(first).key == canonical(second).key) == (not differences(canonical(first), canonical(second)))
    return canonical(first).key == canonical(second).key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (get("http://c/a?x=1&y=2&x=3"), get("http://c/a?y=2&x=3&x=1")),
        (get("http://c/a?name=a%20b"), get("http://c/a?name=a+b")),
        (get("http://c/a?id=in%3Ax%2Cy&id=in:b"), get("http://c/a?id=in:b&id=in:y,x")),
        (get("http://C:80/a%7eb/%c3%A9"), get("http://c/a~b/%C3%a9")),
        (
            get("http://c/a", ("Accept", "application/json;q=1"), ("User-Agent", "y")),
            get("http://c/a", ("Accept", "*/*")),
        ),
        (get("http://c/a", ("Accept", "text/plain, a/b")), get("http://c/a", ("accept", "a/b,text/plain;q=0.5"))),
        (
            get("http://c/a", ("X-Container-Meta-Temp-URL-Key", "x")),
            get("http://c/a", ("x-container-meta-temp-url-key", "y")),
        ),
        (get("http://c/a", ("X-Object-Meta-Mtime", "1")), get("http://c/a", ("X-Object-Meta-Mtime", "2"))),
        (
            get("http://c/a", ("OpenStack-API-Version", "compute 2.1")),
            get("http://c/a", ("openstack-api-version", "compute 2.1")),
        ),
        (post({"a": 1, "b": [1.0, {"c": None}]}), post(b'{"b":[1,{"c":null}],\n"a":1.0}')),
        (post(b"a=1&b=2", "application/x-www-form-urlencoded"), post(b"b=2&a=1", "application/x-www-form-urlencoded")),
        (post({"adminPass": "one"}), post({"adminPass": "two"})),
        (post({"adminPass": "scrubbed-password-3"}), post({"adminPass": "live"})),
        (post({"keypair": {"public_key": "ssh-rsa one"}}), post({"keypair": {"public_key": "ssh-rsa two"}})),
        (get("http://c/v2.0/tokens/one"), get("http://c/v2.0/tokens/scrubbed-token-1")),
        (get("http://c/o?temp_url_sig=1&x=2"), get("http://c/o?temp_url_sig=2&x=2")),
    ],
)
def test_the_same_request_in_another_spelling(first: Request, second: Request) -> None:
    assert same(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (get("http://c/a"), Request("HEAD", "http://c/a")),
        (get("http://c/a"), get("http://c/a/")),
        (get("http://c/a%2Fb"), get("http://c/a/b")),
        (get("http://c/a?x=1&x=1"), get("http://c/a?x=1")),
        (get("http://c/a?x="), get("http://c/a")),
        (get("http://c/a?id=in:x,y"), get("http://c/a?id=in:x,z")),
        (get("http://c/a?id=x,y"), get("http://c/a?id=y,x")),
        (get("http://c:8080/a"), get("http://c/a")),
        (get("http://c/a", ("X-OpenStack-Nova-API-Version", "2.1")), get("http://c/a")),
        (get("http://c/a", ("Accept", "text/plain")), get("http://c/a", ("Accept", "application/xml"))),
        (get("http://c/a", ("Range", "bytes=0-1")), get("http://c/a")),
        (get("http://c/a", ("If-None-Match", "x")), get("http://c/a", ("If-None-Match", "y"))),
        (get("http://c/a", ("X-Object-Meta-Color", "x")), get("http://c/a", ("X-Object-Meta-Color", "y"))),
        (get("http://c/a", ("X-Copy-From", "c/x")), get("http://c/a", ("X-Copy-From", "c/y"))),
        (post(b"{}", "application/json"), post(b"{}", "application/openstack-images-v2.1-json-patch")),
        (post(b'{"a":1}', "application/octet-stream"), post(b'{"a": 1}', "application/octet-stream")),
        (post({"a": 1}), post({"a": "1"})),
        (post({"a": True}), post({"a": 1})),
        (post({"a": [1, 2]}), post({"a": [2, 1]})),
        (post({"a": None}), post({})),
        (post({"password": "x"}), post({"passcode": "x"})),
        (post(b"\x00\x01"), post(b"\x00\x02")),
        (
            post({"template": "parameters:\n  a:\n    hidden: true\n", "parameters": {"a": "1", "b": "2"}}),
            post({"template": "parameters:\n  a:\n    hidden: true\n", "parameters": {"a": "1", "b": "3"}}),
        ),
    ],
)
def test_another_request(first: Request, second: Request) -> None:
    assert not same(first, second)


@given(json_texts, st.randoms())
def test_the_order_of_members_does_not_matter(value: Any, shuffle: Any) -> None:
    def shuffled(inner: Any) -> Any:
        if isinstance(inner, dict):
            pairs = [(key, shuffled(member)) for key, member in inner.items()]
            shuffle.shuffle(pairs)
            return dict(pairs)
        return [shuffled(member) for member in inner] if isinstance(inner, list) else inner

    assert canonical(post({"v": value})).key == canonical(post({"v": shuffled(value)})).key


@pytest.mark.parametrize(
    "body", [b"{" * 100_000, b'{"a": ', b"[1, 2", b'{"a": "\xff"}', b"[" * 5000 + b"]" * 5000, b'{"a": 1e999}']
)
def test_what_cannot_be_read_is_compared_as_bytes(body: bytes) -> None:
    assert same(post(body), post(body))
    assert not same(post(body), post(body + b" "))


def test_differences_are_told_in_words() -> None:
    recorded = Request("POST", "http://c/a?limit=10", JSON, b'{"server": {"name": "a", "tags": [1], "old": true}}')
    asked = Request("POST", "http://c/a?limit=20&new=1", JSON, b'{"server": {"name": "b", "tags": [1, 2]}}')
    assert differences(canonical(recorded), canonical(asked)) == [
        "query limit: recorded 10, asked 20",
        "query new: recorded nothing, asked 1",
        'body.server.name: recorded "a", asked "b"',
        "body.server.old: recorded true, asked nothing",
        "body.server.tags: recorded [1], asked [1,2]",
    ]


def test_what_cannot_be_looked_through_is_compared_by_its_digest() -> None:
    request = Request("POST", "http://c/v2/x?a=1", JSON, b'{"a": 1}')
    assert unread(request).body.startswith(b"text:")
    assert unread(request) == unread(request)
    assert unread(request).key != unread(replace(request, body=b'{"a": 2}')).key
    assert replace(unread(request), body=b"") == replace(canonical(request), body=b"")
    empty = replace(request, body=b"")
    assert unread(empty) == canonical(empty)


def test_a_form_that_is_at_hand_is_not_made_again() -> None:
    request, other = (Request("POST", f"http://c/v2/{name}", JSON, b'{"a": 1}') for name in "xy")
    form = replace(canonical(request), body=b"made elsewhere")
    with at_hand(request, form):
        assert canonical(request) is form
        assert canonical(replace(request)) is form, "another object that says the same"
        assert canonical(other) != form
    assert canonical(request) != form
