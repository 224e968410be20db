import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtape.cassettes.files.codec import HEADER, encode
from cloudtape.cassettes.files.decoding import ItemError, decode
from cloudtape.cassettes.files.layout import is_whole
from cloudtape.cassettes.files.packing import pack
from cloudtape.cassettes.files.yaml_loader import Loader
from cloudtape.cassettes.files.yaml_text import body, scalar
from cloudtape.cassettes.messages import Interaction, Request, Response, StoredBody
from tests.cassettes.strategies import interactions, json_texts


def reread(item: bytes) -> Interaction:
    (only,) = yaml.load(HEADER + item, Loader)["interactions"]
    return decode(only, 1, Path("nowhere"))


def with_body(data: bytes) -> Interaction:
    return Interaction(Request("POST", "http://c/v2", (), data, "r"), Response(200, "OK", (), data), 1, "t", 0.5)


@given(interactions)
def test_an_interaction_comes_back_as_it_was(interaction: Interaction) -> None:
    assert reread(encode(interaction)) == interaction


@given(json_texts, st.sampled_from([(", ", ": "), (",", ":"), (", ", ":")]), st.sampled_from([None, 2]))
def test_a_json_body_comes_back_to_the_byte(value: object, separators: tuple[str, str], indent: int | None) -> None:
    data = json.dumps(value, separators=separators, indent=indent).encode()
    assert reread(encode(with_body(data))) == with_body(data)


@given(st.binary(max_size=200))
@example(b"\n")
@example(b" \n x\n\n")
@example(b"a\r\nb")
@example(b'a, "b\n')
@example(b' , "leading')
@example(b"---\n...\n")
def test_any_body_comes_back_to_the_byte(data: bytes) -> None:
    assert reread(encode(with_body(data))) == with_body(data)


def test_json_stands_with_a_member_on_each_line() -> None:
    text = body(b'{"server": {"id": "1", "name": "a"}, "links": [{"rel": "self"}, {"rel": "next"}]}', "  ")
    assert text.splitlines() == [
        " >-",
        '  {"server": {"id": "1",',
        '  "name": "a"},',
        '  "links": [{"rel": "self"},',
        '  {"rel": "next"}]}',
    ]


def test_compact_json_stands_with_a_member_on_each_line() -> None:
    assert len(body(b'{"a":"1","b":"2","c":"3"}', "  ").splitlines()) == 3


@pytest.mark.parametrize(
    "text", ["yes", "No", "null", "~", "1.0", "0x1f", "2020-01-01", "", "- a", "a: b", "a #b", "<<"]
)
def test_a_text_that_yaml_would_take_for_something_else_is_quoted(text: str) -> None:
    assert yaml.safe_load(scalar(text)) == text
    assert scalar(text)[0] in "'\""


def test_an_item_is_whole_only_with_its_last_line() -> None:
    item = encode(with_body(b"x"))
    assert item.endswith(b"\n  ordinal: 1\n")
    assert is_whole(item)
    assert not any(is_whole(item[:length]) for length in range(len(item) - 1))


@pytest.mark.parametrize("end", ["", "\n\n"])
def test_an_item_is_whole_whatever_an_editor_did_to_its_line_end(end: str) -> None:
    assert is_whole(encode(with_body(b"x")).rstrip() + end.encode())


def test_a_torn_end_is_found_in_one_pass_whatever_is_written_there() -> None:
    """It may be a stranger's: a search that goes on from each such line would take minutes."""
    assert not is_whole(b"- request:" + b"\n  recorded_at: x" * 200_000)
    assert not is_whole(b"- request:\n  recorded_at: x" + b"\n  ordinal: " * 200_000)


def test_an_item_of_which_a_digit_is_torn_off_lacks_nothing() -> None:
    item = encode(replace(with_body(b"x"), ordinal=12))
    torn = item.removesuffix(b"2\n")
    assert is_whole(torn)
    assert reread(torn) == reread(item)


@pytest.mark.parametrize("end", ["crc32: 0123abcd", "digest: 0123456789abcdef"])
def test_an_item_of_an_earlier_version_is_whole_only_with_its_checksum(end: str) -> None:
    lines = encode(with_body(b"x")).decode().replace("  ordinal: 1\n", "")
    item = lines.replace("  recorded_at:", "  ordinal: 1\n  recorded_at:") + f"  {end}\n"
    assert is_whole(item.encode())
    assert not any(is_whole(item[:length].encode()) for length in range(len(item) - 1))


def test_a_body_in_a_file_is_named_by_its_digest() -> None:
    stored = StoredBody(Path("nowhere") / ("a" * 64), 5, "a" * 64)
    interaction = Interaction(Request("PUT", "http://c/", (), stored), Response(201, "Created", (), b""), 1)
    assert reread(encode(interaction)).request.body == stored


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        {},
        {"request": {}},
        {"request": {"method": "GET", "uri": "/"}, "response": {"status": {"code": "200"}}},
        {"request": {"method": "GET", "uri": "/"}, "response": {"status": {"code": True}}},
        {"request": {"method": 1, "uri": "/"}, "response": {"status": {"code": 200}}},
        {"request": {"method": "GET", "uri": "/", "headers": []}, "response": {"status": {"code": 200}, "headers": 3}},
        {"request": {"method": "GET", "uri": "/", "body": [1]}, "response": {"status": {"code": 200}}},
        {
            "request": {"method": "GET", "uri": "/"},
            "response": {"status": {"code": 200}},
            "response_body": {"sha256": "../../etc/passwd", "size": 1},
        },
    ],
)
def test_what_is_no_interaction_is_refused(item: object) -> None:
    with pytest.raises(ItemError):
        decode(item, 1, Path("nowhere"))


@pytest.mark.parametrize("name", ["x" * 1000, "x" * 1001, "x" * 5000, "'" + "x" * 1023])
def test_a_long_name_of_a_field_comes_back(name: str) -> None:
    """YAML takes no key for one that is longer than 1,024 characters, unless a mark stands before it."""
    fields = ((name, "a"), (name, "b"), ("C", "d"), (name, "e"))
    one = with_body(b"")
    one = replace(one, request=replace(one.request, headers=fields), response=replace(one.response, headers=fields))
    assert reread(encode(one)) == one
    assert yaml.safe_load(HEADER + encode(one))["interactions"][0]["request"]["headers"][name] == ["a", "b", "e"]


def test_where_a_secret_was_may_be_a_member_whose_name_is_no_text() -> None:
    one = replace(with_body(b""), scrubbed=("request.body.\udcff",))
    assert pack(reread(encode(one)))


def test_half_a_character_in_the_name_of_a_place_is_said_otherwise() -> None:
    interaction = replace(with_body(b"x"), scrubbed=("request.body.a\ud808b",))
    assert reread(encode(interaction)).scrubbed == ("request.body.a?b",)
