import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.clouds import recorded

LOGIN = b'{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "password": "x"}}}}}'


def login(uri: str, status: int = 201) -> Interaction:
    return Interaction(Request("POST", uri, (), LOGIN), Response(status, "", (), b"{}"))


@pytest.mark.parametrize("path", ["/v3/auth/tokens", "/v3/auth/tokens?nocatalog", "/identity/v3/auth/tokens"])
def test_who_logs_in_is_who_did_in_the_recording(path: str) -> None:
    refused = login(f"http://c{path}", 401)
    assert recorded([refused, login(f"http://c{path}")])["auth"]["username"] == "demo"
    assert recorded([refused]) == {}
