"""Which parameters a template declares hidden, however it is written."""

import json
from urllib.parse import quote

import pytest
import yaml

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scrubbing.hidden import hidden_names
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from tests.cassettes.scrubbing.test_quick_look import exchange

TEMPLATE = {
    "parameters": {
        "pin": {"type": "string", "constraints": [{"length": {"min": 6}}], "hidden": True},
        "size": {"type": "string", "hidden": False},
        "word": {"Type": "String", "NoEcho": "true"},
    },
    "resources": {"hidden": {"type": "OS::Nova::Server"}},
}
PRETTY = json.dumps(TEMPLATE, indent=2)
FLOW = yaml.safe_dump(TEMPLATE, default_flow_style=True)
BLOCK = yaml.safe_dump(TEMPLATE)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TEMPLATE),
        json.dumps(TEMPLATE, separators=(",", ":")),
        PRETTY,
        BLOCK,
        FLOW,
        repr(TEMPLATE),
        json.dumps({"stack": {"template": BLOCK}}),
        json.dumps({"stack": json.dumps({"template": PRETTY})}),
        quote(json.dumps(TEMPLATE)),
        quote(BLOCK),
        "".join(f"# {line}\n" for line in BLOCK.splitlines()),
    ],
    ids=lambda text: text[:40],
)
def test_the_names_of_hidden_parameters_are_found(text: str) -> None:
    assert hidden_names(text) == {"pin", "word"}


@pytest.mark.parametrize("text", ["hidden: true", '{"hidden": true}', "a: {b: c}\nhidden: yes\n", "no hidden: truth"])
def test_what_encloses_nothing_declares_nothing(text: str) -> None:
    assert hidden_names(text) == set()


def test_a_hidden_parameter_of_a_query_is_hidden_elsewhere_in_it() -> None:
    filters = json.dumps({"template": {"parameters": {"pin": {"hidden": True}}}, "parameters": {"pin": "4711-0815"}})
    asked = Interaction(Request("GET", f"http://c/x?f={quote(filters)}"), Response(200, "OK"))
    assert "4711-0815" not in Scrubber().scrub(asked).request.uri


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_hidden_parameter_is_found_in_any_encoding(encoding: str) -> None:
    template = {"parameters": {"magic": {"type": "string", "hidden": True, "default": "4711-0815"}}}
    kept = Scrubber().scrub(exchange(json.dumps(template).encode(encoding))).request.body
    assert isinstance(kept, bytes)
    assert "4711-0815" not in kept.decode(encoding)


@pytest.mark.parametrize("text", [json.dumps(TEMPLATE | {"values": {"pin": "4711-0815"}}), BLOCK + "pin: 4711-0815\n"])
def test_a_parameter_that_an_answer_declares_hidden_is_so_in_it(text: str) -> None:
    scrubber = Scrubber()
    for _ in range(2):
        scrubber.scrub(exchange(b"{}", b'{"size": "large", "default": "none"}'))
    assert "4711-0815" not in repr(scrubber.scrub(exchange(b"{}", text.encode())))
