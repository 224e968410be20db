import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.naming import NameKind, Naming, NamingRow
from cloudtape.matchers.requests.said import LARGEST, Looseness, Saying, looseness, said_by
from tests.matchers.player import get, post, send

OBJECT = "http://swift/v1/AUTH_p/c/o"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
NONE, TEXTS, FREE = Looseness


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (post("/servers", {"server": {"name": "vm-1", "flavorRef": "1"}}), NONE),
        (post("/servers", {"server": {"name": "vm-1", "adminPass": "p"}}), FREE),
        (post("/servers", {"server": {"metadata": {"a": "b"}}}), TEXTS),
        (post("/servers", {"server": {"description": "d", "until": "2026-11-30T10:00:00Z"}}), FREE),
        (post("/os-keypairs", {"keypair": {"public_key": "ssh-rsa AAAA"}}), FREE),
        (post("http://keystone/v3/auth/tokens", {"auth": {"password": "p"}}), NONE),
        (get("/servers?changes-since=2026-11-30"), NONE),
        (send("DELETE", "/servers/1"), NONE),
        (Request("PUT", OBJECT, (("X-Object-Meta-Mtime", "1"),)), FREE),
        (Request("PUT", OBJECT, (("X-Delete-At", "1"),)), FREE),
        (Request("PUT", OBJECT, (("X-Object-Meta-Color", "red"),)), TEXTS),
        (Request("POST", OBJECT, (("X-Auth-Token", "t"), ("X-OpenStack-Nova-API-Version", "2.1"))), NONE),
        (post("/servers", {"password": "p" * LARGEST}), NONE),
    ],
)
def test_what_a_write_may_say_otherwise(request_: Request, expected: Looseness) -> None:
    assert looseness(request_, Naming()) is expected


def test_own_rules_say_what_is_loose_too() -> None:
    request = post("/builds", {"build": {"stamp": "T-17"}})
    assert looseness(request, Naming()) is NONE
    assert looseness(request, Naming([NamingRow(NameKind.VOLATILE, "stamp")])) is FREE


def test_each_value_has_its_place() -> None:
    body = {"a": [{"b": "x"}, {"b": 2}], "blob": '{"in": "y"}', "none": None, "is": True}
    assert said_by(post("/things", body, ("X-Auth-Token", "t"), ("X-Kept", "z"))) == {
        ("header", "x-kept"): Saying("x-kept", "z"),
        ("body", "a", 0, "b"): Saying("b", "x"),
        ("body", "a", 1, "b"): Saying("b", 2),
        ("body", "blob"): Saying("blob", '{"in": "y"}'),
        ("body", "blob", "within", "in"): Saying("in", "y"),
    }


def test_the_value_of_a_patch_is_named_by_its_path() -> None:
    patch = [{"op": "replace", "path": "/os/admin_pass", "value": "x"}]
    assert said_by(send("PATCH", "/images/1", patch))["body", 0, "value"] == Saying("admin_pass", "x")


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"a": ', b"[" * 100_000, b""])
def test_what_is_no_document_says_nothing(body: bytes) -> None:
    assert said_by(Request("POST", "http://nova/v2.1/x", (("Content-Type", "application/json"),), body)) == {}


def test_a_form_says_its_pairs() -> None:
    said = said_by(Request("POST", "http://keystone/v3/x", (FORM,), b"b=2&a=%31"))
    assert list(said.values()) == [Saying("a", "1"), Saying("b", "2")]


def test_an_object_says_nothing_but_its_fields() -> None:
    request = Request("PUT", OBJECT, (("Content-Type", "application/json"), ("X-Delete-At", "1")), b'{"password": "p"}')
    assert list(said_by(request)) == [("header", "x-delete-at")]
