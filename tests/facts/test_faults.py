"""The shapes of errors."""

import msgspec
import pytest

from cloudtape.openstack.faults import fault


@pytest.mark.parametrize(("status", "whose"), [(400, "Client"), (409, "Client"), (500, "Server"), (503, "Server")])
@pytest.mark.parametrize(("service", "wrapper"), [("load-balancer", ""), ("baremetal", "error_message")])
def test_wsme_says_whose_fault_it_is(service: str, wrapper: str, status: int, whose: str) -> None:
    body = msgspec.json.decode(fault(service, status, "It is immutable.").body)
    told = body[wrapper] if wrapper else body
    assert told == {"faultcode": whose, "faultstring": "It is immutable.", "debuginfo": None}
