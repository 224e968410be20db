"""Where objects are: asked for without a token."""

import msgspec
import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.synthesis.services.object_store.endpoints import endpoints


@pytest.mark.parametrize("path", ["/v1/endpoints", "/v1/endpoints/", "/v1/endpoints/AUTH_p/box/a/b"])
def test_endpoints_name_what_is_asked_for(path: str) -> None:
    made = endpoints(Request("GET", "http://swift" + path))
    assert made is not None
    assert made.status == 201
    assert isinstance(made.body, bytes)
    body = msgspec.json.decode(made.body)
    rest = path.removeprefix("/v1/endpoints").strip("/")
    assert len(body["endpoints"]) == 3
    assert all(one.endswith(rest) for one in body["endpoints"])


@pytest.mark.parametrize(("method", "path"), [("PUT", "/v1/endpoints"), ("GET", "/v1/endpoints2"), ("GET", "/info")])
def test_nothing_else_is_answered(method: str, path: str) -> None:
    assert endpoints(Request(method, "http://swift" + path)) is None
