"""JSON of strangers: a depth that does not hang on the interpreter, and one error."""

import sys
from typing import Any

import msgspec
import pytest

from cloudtape.cassettes.json_text import DEEPEST, JsonError, check_depth, json_as, json_value


class Empty(msgspec.Struct):
    """Skips all that it is given."""


def nested(depth: int, form: str = "[{}]") -> bytes:
    begin, end = form.split("{}")
    return (begin * depth + "1" + end * depth).encode()


@pytest.mark.parametrize("form", ["[{}]", '{"a":{}}', '[ {}, "]"]'])
def test_the_depth_is_ours_however_deep_the_caller_stands(form: str) -> None:
    json_value(nested(DEEPEST, form))
    for depth in (DEEPEST + 1, 5000, 200_000):
        with pytest.raises(JsonError, match="deeply"):
            json_value(nested(depth, form))
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(100_000)
        try:
            with pytest.raises(JsonError, match="deeply"):
                json_value(nested(depth, form))
        finally:
            sys.setrecursionlimit(limit)


@pytest.mark.parametrize("decoder", [msgspec.json.Decoder(dict[str, msgspec.Raw]), msgspec.json.Decoder(Empty)])
def test_the_depth_holds_for_what_a_decoder_skips(decoder: msgspec.json.Decoder[Any]) -> None:
    json_as(decoder, b'{"a": ' + nested(DEEPEST - 1) + b"}")
    for depth in (DEEPEST, 5000, 200_000):
        with pytest.raises(JsonError, match="deeply"):
            json_as(decoder, b'{"a": ' + nested(depth) + b"}")


@pytest.mark.parametrize(
    "text", [b'["' + b"[" * 5000 + b'"]', b'{"' + b"{" * 5000 + b'\\"[[": 1}', b"[" + b"[]," * 5000 + b"1]"]
)
def test_brackets_in_texts_and_beside_one_another_do_not_count(text: bytes) -> None:
    json_value(text)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"nul", b"1" * 5000, b"1e400", b'"\xff"', b'"\\ud800"', b"[1] [2]", b"NaN", "{", "[" * 5000]
)
def test_whatever_is_no_json_is_one_error(text: bytes | str) -> None:
    with pytest.raises(JsonError):
        json_value(text)


def test_half_a_megabyte_of_brackets_costs_little() -> None:
    for text in (b"[" * 500_000, b"][" * 250_000, b"[}" * 250_000, b'"' + b"[" * 500_000):
        try:
            check_depth(text)
        except JsonError:
            continue
