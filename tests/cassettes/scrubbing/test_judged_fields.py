import json

import pytest

from cloudtape.cassettes.messages import Headers, Interaction, Request, Response
from cloudtape.cassettes.scrubbing.judged_fields import MOST, JudgedFields
from cloudtape.cassettes.scrubbing.scrub import Scrubber

TEMPLATE = {"template": {"parameters": {"door": {"type": "string", "hidden": True}}}}


def kept(scrubber: Scrubber, value: str, body: object = None) -> Headers:
    """The fields of a request as they are kept: one with this value, among those that any request has."""
    headers = (("Accept", "application/json"), ("X-Note", value), ("Content-Type", "application/json"))
    data = json.dumps(body).encode() if body else b""
    return scrubber.scrub(Interaction(Request("PUT", "http://c/x", headers, data), Response(204, ""))).request.headers


@pytest.mark.parametrize("times", range(4))
def test_a_field_that_came_before_is_judged_again_when_it_turns_out_to_mention_a_secret(times: int) -> None:
    scrubber = Scrubber()
    for _ in range(times):
        assert ("X-Note", "as Pl4ntedValue says") in kept(scrubber, "as Pl4ntedValue says")
    kept(scrubber, "new", {"server": {"adminPass": "Pl4ntedValue"}})
    assert ("X-Note", "as scrubbed-password-1 says") in kept(scrubber, "as Pl4ntedValue says")


@pytest.mark.parametrize("times", range(4))
def test_a_field_that_came_before_is_judged_again_when_a_parameter_is_declared_hidden(times: int) -> None:
    scrubber = Scrubber()
    for _ in range(times):
        assert ("X-Note", "door=Pl4ntedValue") in kept(scrubber, "door=Pl4ntedValue")
    kept(scrubber, "new", TEMPLATE)
    assert "Pl4ntedValue" not in str(kept(scrubber, "door=Pl4ntedValue"))


def test_an_innocent_field_is_known_when_it_has_come_twice() -> None:
    fields = JudgedFields()
    fields.add_innocent([("Accept", "*/*"), ("X-Id", "1")])
    assert not fields.clean
    fields.add_innocent([("Accept", "*/*"), ("X-Id", "2")])
    assert fields.clean == {("Accept", "*/*")}


def test_no_more_fields_are_remembered_than_are_of_use() -> None:
    fields = JudgedFields()
    for number in range(3 * MOST):
        one = ("X-Id", str(number))
        fields.add(one, one)
        fields.add_innocent([one])
    assert len(fields.clean) <= len(fields.without) <= MOST
