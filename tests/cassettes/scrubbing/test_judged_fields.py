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


def test_a_request_that_comes_again_is_judged_again_when_it_mentions_what_became_known() -> None:
    scrubber = Scrubber()
    fields = (("X-Auth-Token", "gAAAAABmabcdefgh1234567890"), ("X-Note", "made by tr0ub4dor-3"))

    def kept(body: bytes) -> Request:
        return scrubber.scrub(Interaction(Request("POST", "http://c/x", fields, body), Response(200, "OK"))).request

    first, again = kept(b"{}"), kept(b"{}")
    for _ in range(3):
        again = kept(b"{}")
    assert again.headers == first.headers
    assert ("X-Note", "made by tr0ub4dor-3") in again.headers
    kept(b'{"adminPass": "tr0ub4dor-3"}')
    assert ("X-Note", "made by scrubbed-password-1") in kept(b"{}").headers
    assert again.headers[0][1].startswith("scrubbed-token")


def test_where_something_was_replaced_is_told_each_time() -> None:
    scrubber = Scrubber()
    fields = (("X-Auth-Token", "gAAAAABmabcdefgh1234567890"),)
    for _ in range(4):
        one = Interaction(Request("GET", "http://c/x", fields), Response(200, "OK", (), b"{}"))
        assert scrubber.scrub(one).scrubbed == ("request.headers.X-Auth-Token",)
