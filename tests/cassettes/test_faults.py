"""Errors as the clients read them: by openstacksdk's and keystoneauth's own code."""

import html
from typing import Any

import msgspec
import pytest
import requests
from keystoneauth1.exceptions import HttpError
from keystoneauth1.exceptions.http import from_response
from openstack.exceptions import HttpException, raise_from_response

from cloudtape.cassettes.faults import fault
from cloudtape.cassettes.messages import Response
from cloudtape.openstack.faults import SHAPE_OF

SERVICES = [*SHAPE_OF, "never-heard-of"]
MESSAGE = 'no <recorded> answer to GET "x"'


def as_client_sees_it(service: str, status: int) -> requests.Response:
    made = fault(service, status, MESSAGE, {"reason": "because", "nearest": []})
    assert isinstance(made.body, bytes)
    response = requests.Response()
    response.status_code, response.reason = made.status, made.reason
    response._content = made.body
    response.headers.update(dict(made.headers))
    response.url = "http://cloud/x"
    return response


@pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 501, 502, 504])
@pytest.mark.parametrize("service", sorted({*SERVICES} - {"placement", "container-infrastructure-management"}))
def test_openstacksdk_prints_the_message(service: str, status: int) -> None:
    with pytest.raises(HttpException) as caught:
        raise_from_response(as_client_sees_it(service, status))
    assert html.unescape(str(caught.value.details)).endswith(MESSAGE)


@pytest.mark.parametrize("service", ["identity", "placement", "container-infrastructure-management", "never-heard-of"])
def test_keystoneauth_prints_the_message(service: str) -> None:
    error = from_response(as_client_sees_it(service, 501), "GET", "http://cloud/x")
    assert isinstance(error, HttpError)
    assert MESSAGE in f"{error.message} {error.details}"


def test_the_facts_stand_beside_the_message() -> None:
    assert as_client_sees_it("compute", 501).json()["cloudtape"] == {"reason": "because", "nearest": []}


@pytest.mark.parametrize("service", ["compute", "network", "object-store", "x"])
def test_what_a_client_sent_that_is_no_text_is_said_with_a_mark_in_its_place(service: str) -> None:
    said = fault(service, 404, "no server \udcff\ud800", {}).body
    assert isinstance(said, bytes)
    assert b"no server ??" in said


def test_a_fault_is_named_in_the_words_of_its_service_and_says_which_request_it_was() -> None:
    made = fault("dns", 404, MESSAGE, kind="ZoneNotFound", request_id="req-1")
    assert _json_of(made) == {
        "code": 404,
        "type": "zone_not_found",
        "message": MESSAGE,
        "request_id": "req-1",
    }
    assert _json_of(fault("dns", 413, MESSAGE))["type"] == "over_quota"
    assert "request_id" not in _json_of(fault("network", 404, MESSAGE, request_id="req-1"))


def _json_of(made: Response) -> Any:
    assert isinstance(made.body, bytes)
    return msgspec.json.decode(made.body)
