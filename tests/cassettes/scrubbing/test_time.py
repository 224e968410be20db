"""What is looked for costs time that grows with the text alone, whatever the text repeats."""

import json
import re
import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scrubbing.hidden import hidden_names
from cloudtape.cassettes.scrubbing.json_rows import JSON_TOKEN
from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.prose import ENCODED, LINE_PAIR
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.vault import Vault

SIZE = 64 * 1024
LIMIT = 20
"""Seconds, for what takes some tenths, and took minutes when its cost grew with the square of the size."""
TEXTS = {
    "blanks in a line": ("a: ", "b ", '"'),
    "marks of hidden parameters": ("", "hidden: true\n", ""),
    "marks in one line": ("", "hidden: true ", ""),
    "blanks before a hidden default": ("p:\n  a:\n    hidden: true\n    default: ", " ", 'x"\n'),
    "blanks behind a hidden default": ("p:\n  a:\n    hidden: true\n    default: x", " ", '"\n'),
    "lines before a hidden default": ("p:\n  a:\n    hidden: true\n", "\n", "    default: x\n"),
    "anchors": ("a: ", "&!", " b\nhidden: true"),
    "backslashes": ("hidden", "\\", ""),
    "escaped quotes": ("", '"\\', ""),
    "beginnings of tokens": ("", "eyJ-", ""),
    "pairs": ("", "chpasswd:", ""),
    "commands": ("", "=chpasswd", ""),
    "an option of one letter": ("htpasswd -", "b", ""),
    "expected words": ('expect "', "passw", ""),
    "a word, and a percent sign": ("% ", "a", ""),
    "options without a digit": ("", "-a=", ""),
    "brackets that close": ("password a1", ")", ""),
    "a word before an at": ("", "a", "@"),
    "addresses before an at": ("", "a://a:", "@"),
    "addresses without an at": ("http://u:p@h ", "a://a:", ""),
    "secrets in an object each": ("[", '{"adminPass": "s3cr3t", "a": {}}, ', "1]"),
}


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_takes_long(name: str) -> None:
    before, again, behind = TEXTS[name]
    body = (before + again * (SIZE // len(again)) + behind).encode()
    Scrubber().scrub(Interaction(Request("POST", "http://c/v2/x", (), body), Response(200, "OK")))


@pytest.mark.parametrize("again", ["z", "zB", "word ", "a-", "\\", "%41"])
def test_no_secret_takes_long(again: str) -> None:
    """To be learnt, whatever it is made of; 12345678 is more digits than a name has."""
    scrubber, secret = Scrubber(), again * (4 * SIZE // len(again)) + "12345678"
    body = json.dumps({"adminPass": secret}).encode()
    kept = scrubber.scrub(Interaction(Request("POST", "http://c/v2/x", (), body), Response(200, "OK")))
    assert isinstance(kept.request.body, bytes)
    assert secret[:100].encode() not in kept.request.body


def test_many_secrets_in_a_long_text_are_replaced_in_one_pass() -> None:
    vault = Vault()
    secrets = [f"s3cr3t{number:06}Value" for number in range(10_000)]
    made = [vault.stand_in(Rule("", "password"), secret) for secret in secrets]
    assert vault.without(" ".join(secrets)) == " ".join(made)
    assert vault.without("-".join([*secrets, "xs3cr3t000001Value"])).endswith("-xs3cr3t000001Value")
    assert vault.without("\\n".join(secrets)) == "\\n".join(made)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pass word: a b", None),
        ("password: a b", "a b"),
        ("password: a  \tb c \t\r\n", "a  \tb c"),
        ("password: ab\n", None),
        ("password: a b = c\n", None),
        ("- password= a b\nc", "a b"),
        ("password: a\x0bb\n", None),
    ],
)
def test_a_line_that_is_a_pair(text: str, value: str | None) -> None:
    found = LINE_PAIR.search(text)
    assert (found["value"] if found else None) == value


def test_percent_encoded_words_are_found_whole() -> None:
    assert re.findall(ENCODED, "a%41b%42 c d%43 %zz e%4") == ["a%41b%42", "d%43"]


def test_strings_of_json_end_where_the_text_does() -> None:
    assert JSON_TOKEN.findall('{"a": "b\\"') == ["{", '"a"', '"b\\"']
    assert JSON_TOKEN.findall('"a\\') == ['"a\\']


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a:\n  b:\n    x: 1\n\n    hidden: true\n", {"b"}),
        ("a:\n  b:\n    c:\n      d: 1\n    hidden: true\n", {"b"}),
        ('{"a": {"b": {"x": {}, "hidden": true}}}', {"b"}),
        ("a:\n  hidden:\n   true\nb:\n  NoEcho: yes", {"a", "b"}),
        ("a: &anchor {\n  hidden: true}", {"a"}),
        ("hidden: true", set()),
    ],
)
def test_hidden_parameters(text: str, names: set[str]) -> None:
    assert hidden_names(text) == names
