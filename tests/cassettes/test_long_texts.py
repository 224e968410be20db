"""What takes the square of its length: each text took seconds or hours once, and takes milliseconds.

The seconds are of CPU, and so many times what is needed that only another kind of growth comes near them.
"""

import time
from collections.abc import Callable

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scanning.forms import forms
from cloudtape.cassettes.scanning.phrases import phrases
from cloudtape.cassettes.scrubbing.masking import Mask
from cloudtape.cassettes.scrubbing.scrub import Scrubber

LENGTH = 100_000
MOST = 2.0


def as_field(text: str) -> None:
    Scrubber().scrub(Interaction(Request("GET", "http://c/x", (("Authorization", text),)), Response(200, "OK")))


def as_uri(text: str) -> None:
    Scrubber().scrub(Interaction(Request("GET", f"http://c/{text}"), Response(200, "OK")))


def as_body(text: str) -> None:
    headers = (("Content-Type", "application/json"),)
    Scrubber().scrub(Interaction(Request("POST", "http://c/x", headers, text.encode()), Response(200, "OK")))


def in_a_miss(text: str) -> None:
    Mask().uri(text)


def scanned(text: str) -> None:
    for rules in (forms(text), phrases(text, text.lower())):
        for _ in rules:
            pass


@pytest.mark.parametrize(
    ("read", "begin", "unit"),
    [
        (in_a_miss, "http://c/v2.%/", "245-4261-b0e0"),
        (as_field, "a: ", "a."),
        (as_field, "a: ", "\udcff"),
        (as_uri, "", "AUTH_tk"),
        (as_uri, "", "user_data"),
        (as_body, "", "passwd "),
        (as_body, "", "chpasswd "),
        (as_body, "", "passwords "),
        (as_body, "", "echo a:b "),
        (as_body, "virsh ", "secret-set-value "),
        (as_body, "htpasswd -", "b"),
        (as_body, "", '{"auth":'),
        (as_body, "", '{"password":"x","a":'),
        (as_body, "", '{"name":"password","value":['),
        (scanned, "", "://"),
        (scanned, "", "http://"),
        (scanned, "://", "a%3A"),
        (scanned, "", "eyJ"),
    ],
)
def test_a_long_text_takes_time_in_proportion(read: Callable[[str], None], begin: str, unit: str) -> None:
    read(begin + unit)  # compiles what is compiled once
    text = begin + unit * (LENGTH // len(unit))
    began = time.process_time()
    read(text)
    assert time.process_time() - began < MOST
