import json

import pytest

from cloudtape.cassettes.scanning.look import LAYERED, TOO_DEEP, Look, Seen


def looked_at(text: str) -> Seen:
    seen = Seen(1)
    Look().text(seen, text, "response.body")
    return seen


def nested(depth: int, inner: str) -> str:
    return '{"a":' * depth + inner + "}" * depth


@pytest.mark.parametrize("depth", [1, 150, 190])
def test_a_secret_is_found_however_deep_it_stands(depth: int) -> None:
    assert looked_at(nested(depth, '{"password": "hunter2hunter2X9"}')).findings


@pytest.mark.parametrize("depth", [200, 250, 900])
def test_what_stands_too_deep_to_be_looked_at_is_told(depth: int) -> None:
    seen = looked_at(nested(depth, '{"name": "db_password", "value": "hunter2hunter2X9"}'))
    assert seen.findings or ("response.body", TOO_DEEP) in seen.sealed


def test_too_many_texts_within_texts_are_told() -> None:
    text = '{"name": "db_password", "value": "hunter2hunter2X9"}'
    for _ in range(10):
        text = json.dumps({"note": text})
    assert any(why == LAYERED for _, why in looked_at(text).sealed)


def test_objects_in_a_text_are_looked_at_however_many_there_are() -> None:
    lines = [json.dumps({"level": number}) for number in range(1_000)]
    lines.append('{"name": "db_password", "value": "hunter2hunter2X9"}')
    assert looked_at("log:\n" + "\n".join(lines)).findings


def test_what_a_key_holds_that_has_members_is_looked_at() -> None:
    assert looked_at("---\na: b\n? {name: db_password, value: hunter2hunter2X9}\n: c\n").findings


def test_keys_within_keys_take_no_more_room_than_they_say() -> None:
    looked_at("? " * 190 + "x\n")
