"""What each name of a secret holds, so that a text without it is not looked at any further."""

import re

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scrubbing.names import ENDS, RULES
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.shapes import Shapes
from cloudtape.cassettes.scrubbing.stems import needed, pattern_of, stems_of

WORDS = [rule.words.split() for rule in RULES if not rule.under]
NAMES = sorted(
    {
        *("".join(word.title() for word in words) for words in WORDS),
        *("x" + "".join(word.title() for word in words) for words in WORDS),
        *(mark.join(words) for words in WORDS for mark in "_-"),
        *("my" + end for end, _ in ENDS),
    }
)
NEEDED = re.compile("|".join(map(pattern_of, needed(stems_of(RULES, ENDS)))))


def test_a_stem_is_in_each_name_that_a_rule_speaks_of() -> None:
    table = Table()
    spoken_of = [name for name in NAMES if not table.innocent(name)]
    assert len(spoken_of) > len(RULES)
    assert [name for name in spoken_of if not NEEDED.search(name.lower())] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_text_with_such_a_name_is_never_harmless_by_its_shape(name: str) -> None:
    if Table().innocent(name):
        return
    look = Shapes(Table(), lambda text: [])
    for _ in range(3):
        assert look.strange(["all is well", f"its {name} is known"]) == [f"its {name} is known"]


def test_a_word_that_is_a_secrets_name_only_behind_another_is_no_stem() -> None:
    look = Shapes(Table(), lambda text: [])
    assert look.strange(["walk-key", "key_name", "user_id", "shared", "custom", "request-id", "master"]) == []


@pytest.mark.parametrize(
    "name", ["api key", "the master key", "master  key", "api/key", "Shared:Key", "user\u00b7data"]
)
def test_the_words_of_a_name_may_stand_apart(name: str) -> None:
    body = f'{{"note": "well", "{name}": "s3cr3t-0f-0urs"}}'.encode()
    scrubber = Scrubber()
    for _ in range(3):
        scrubber.scrub(Interaction(Request("GET", "http://c/"), Response(200, "OK", (), b'{"note": "all is well"}')))
        kept = scrubber.scrub(Interaction(Request("GET", "http://c/"), Response(200, "OK", (), body))).response.body
        assert isinstance(kept, bytes)
        assert b"s3cr3t" not in kept
