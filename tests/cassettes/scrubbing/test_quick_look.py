"""What the quick look lets through is what a walk would let through, whatever was seen before."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import EVERYDAY, SHORTEST, Table
from cloudtape.cassettes.scrubbing.walk import Walker

NAMES = (
    "password", "adminPass", "secret", "user_data", "token", "access_token", "blob", "trust", "trusts", "credential",
    "personality", "api_key", "id", "access", "contents", "default", "name", "server", "methods", "description",
    "value", "key", "type", "cookies", "code", "user_id", "accessIPv4", "block", "links", "password, ", "trusted_image_certificates", "key_name", "metadata",
)  # fmt: skip
HARMLESS = st.sampled_from(
    [
        *("", "password", "secret", "kind", "x, ", "token", "bloc", "default", "é", "2026-11-23T00:33:20.000000"),
        *("0342b7fe4aa24e009e12a22e490cacdb", "1166b6d0-000a-4000-8000-0000000007d0"),
        "http://c/v3/volumes/1166b6d0-000a-4000-8000-0000000007d0",
    ]
)
PLANTED = st.integers(0, 9).map(lambda n: f"Pl4nted-{n}-V4lue")
HEX_PLANTED = st.integers(0, 9).map(lambda n: f"{n}badc0de" * 4)
# Of many shapes, so that little of what was judged before tells anything of them.
ODD_PLANTED = st.from_regex(r"[A-Z][a-z0-9]{3,6}[-_]?[a-zA-Z0-9]{6,9}", fullmatch=True)
LEAVES = ODD_PLANTED | HARMLESS | PLANTED | HEX_PLANTED | st.none() | st.booleans() | st.integers(10**7, 10**7 + 9)
VALUES = st.recursive(
    LEAVES, lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=4) | st.lists(inner, max_size=3)
)
DOCUMENTS = st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=4)
LAYOUTS = st.sampled_from([{}, {"separators": (",", ":")}, {"indent": 1}, {"ensure_ascii": False}])


def secrets_in(text: str) -> set[str]:
    """What a walk finds by names and forms, and what must vanish everywhere from then on."""
    found: set[str] = set()
    walker = Walker(Table(), lambda _rule, secret, _place: found.add(secret) or secret)  # type: ignore[func-returns-value]
    walker.text(text, "")
    return {one for one in found if len(one) >= SHORTEST and one not in EVERYDAY and not one.isdigit()}


def stands_in(secret: str, text: str) -> bool:
    """As a word: within a longer one it is another (`A000000000` in `A0000000000`)."""
    return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])", text))


def exchange(asked: bytes, answered: bytes = b"") -> Interaction:
    fields = (("Content-Type", "application/json"),)
    return Interaction(Request("POST", "http://c/x", fields, asked), Response(200, "OK", fields, answered))


@given(st.lists(st.tuples(DOCUMENTS, LAYOUTS), min_size=1, max_size=8))
def test_a_scrubber_that_has_seen_much_lets_no_more_through(seen: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    scrubber, known = Scrubber(), set[str]()
    for value, layout in seen:
        text = json.dumps(value, **layout)
        clean = scrubber.scrub(exchange(text.encode())).request.body
        assert isinstance(clean, bytes)
        known |= secrets_in(text)
        assert not [secret for secret in known if stands_in(secret, clean.decode())]


@given(st.lists(DOCUMENTS, min_size=1, max_size=8), DOCUMENTS)
def test_what_was_seen_before_changes_nothing_but_the_numbers(seen: list[dict[str, Any]], last: dict[str, Any]) -> None:
    texts = [json.dumps(value).encode() for value in (*seen, last)]
    scrubber = Scrubber()
    warm = [scrubber.scrub(exchange(text)) for text in texts][-1]
    cold = Scrubber().scrub(exchange(texts[-1]))
    assert set(warm.scrubbed) >= set(cold.scrubbed)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ('{"token": {"methods": ["password"], "x": null}}', '{"token": {"id": "Pl4nted-V4lue"}}'),
        ('{"a": {"default": "x"}, "password": null}', '{"password": {"default": "Pl4nted-V4lue"}}'),
        ('{"methods": ["password"]}', '[section]\n"password" = "Pl4nted-V4lue"\n'),
        ('{"methods": ["a", "password", "b"]}', '{"a": "b", "password": "Pl4nted-V4lue"}'),
        ('{"password": null}', '{"password": ["Pl4nted-V4lue"]}'),
        ('{"blob": null}', '{"blob": {"x": "Pl4nted-V4lue"}}'),
        ('{"access": "x"}', '{"credentials": [{"access": "Pl4nted-V4lue"}]}'),
        ('{"password": null}', '{"a": 1, "password": "Pl4nted-V4lue'),
        ('{"trusted": null}', '{"trust": {"id": "Pl4nted-V4lue"}}'),
        ('{"block-storage": 1}', '{"a": "blob=1", "x": "password=Pl4nted-V4lue"}'),
        ('{"x": "p1ss"}', '{"x1": "y", "pass": "Pl4nted-V4lue"}'),
    ],
)
def test_a_harmless_text_vouches_for_no_other(before: str, text: str) -> None:
    scrubber = Scrubber()
    for _ in range(2):
        scrubber.scrub(exchange(before.encode(), before.encode()))
    assert b"Pl4nted" not in repr(scrubber.scrub(exchange(text.encode()))).encode()


@pytest.mark.parametrize("text", ['{"a": 1, "password', '{"password": ', '["password"', "{", '{"token', "[]", '{"a'])
def test_torn_texts_are_kept_as_they_are(text: str) -> None:
    scrubber = Scrubber()
    scrubber.scrub(exchange(b'{"password": null, "token": {"a": 1}}'))
    assert scrubber.scrub(exchange(text.encode())).request.body == text.encode()


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize(
    "secret", ["0badc0de" * 4, "5dd5f1b0-76f5-4e3a-9d2b-0f9a2c1b7e44", "S0me-Oth3r-S3cret", "a-b-c.d-e-f"]
)
def test_a_secret_is_found_in_texts_whose_shape_was_harmless_before(secret: str, times: int) -> None:
    scrubber = Scrubber()
    told = json.dumps({"note": f"see {secret}", "link": f"http://c/{secret}/x"}).encode()
    for _ in range(times):
        assert scrubber.scrub(exchange(told)).request.body == told
    scrubber.scrub(exchange(json.dumps({"adminPass": secret}).encode()))
    assert secret not in repr(scrubber.scrub(exchange(told, told)))


def test_json_in_another_encoding_is_walked() -> None:
    scrubber = Scrubber()
    scrubber.scrub(exchange(b'{"a": "b"}'))
    told = json.dumps({"adminPass": "Pl4nted-V4lue"}).encode("utf-16-le")
    clean = scrubber.scrub(exchange(told)).request.body
    assert isinstance(clean, bytes)
    assert "Pl4nted" not in clean.decode("utf-16-le")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"adminPass": "Pl4nted-V4lue"}', "adminPass"),
        ('{"a": {"b": [1, "c", {"d": 1}]}, "server": {"x": "y", "adminPass": "Pl4nted-V4lue"}}', "server.adminPass"),
        ('{"servers": [{"links": [{"rel": "a"}, {"rel": "b"}], "secret": "Pl4nted-V4lue"}]}', "servers.servers.secret"),
        ('{"servers":[{"links":[{"rel":"a"},{"rel":"b"}],"secret":"Pl4nted-V4lue"}]}', "servers.servers.secret"),
        ('{"methods": ["password"], "password": {"user": {"password": "Pl4nted-V4lue"}}}', "password.user.password"),
        ('{"password": "Pl4nted-V4lue", "x, ": "y, ", "z": {"w": "v"}}', "password"),
    ],
)
def test_a_plain_member_is_replaced_as_a_walk_would(text: str, place: str) -> None:
    scrubber = Scrubber()
    for _ in range(3):
        clean = scrubber.scrub(exchange(text.encode(), text.encode()))
        assert clean.scrubbed == (f"request.body.{place}", f"response.body.{place}")
        kind = "secret" if "secret" in place else "password"
        assert clean.request.body == text.replace("Pl4nted-V4lue", f"scrubbed-{kind}-1").encode()


@pytest.mark.parametrize("before", ["{}", '{"a": [1]}, null', "{}, {}, 1", "[]"])
def test_a_secret_is_found_in_a_list_behind_what_is_none(before: str) -> None:
    text = f'{{"secret": [{before}, "A000000000"]}}'.encode()
    scrubber = Scrubber()
    for _ in range(3):
        clean = scrubber.scrub(exchange(text)).request.body
        assert isinstance(clean, bytes)
        assert b"A000000000" not in clean
