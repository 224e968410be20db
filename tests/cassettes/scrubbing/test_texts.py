"""Which bytes are a text."""

import random

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.texts import text_of


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("text", ['{"name": "wéb"}', "пароль: 4711\n", "名前\r\n"])
def test_a_text_of_wide_characters_is_read_in_its_order(text: str, mark: str, encoding: str) -> None:
    if mark or text.isascii():
        assert text_of((mark + text).encode(encoding), False) == (mark + text, encoding)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_noise_that_begins_with_a_mark_is_no_text_and_a_secret_amid_it_is_found(mark: bytes) -> None:
    noise = bytes(random.Random(1).choices([0, 1, 2, 27, 133, 200, 254, 255], k=900))
    data = mark + noise + b'\n{"adminPass": "Pl4nted-V4lue-77"}\n' + noise
    assert text_of(data, False) is None
    kept = Scrubber().scrub(Interaction(Request("PUT", "http://c/o", (), data), Response(201, "Created")))
    assert b"Pl4nted" not in bytes(kept.request.body)  # type: ignore[arg-type]
