"""Which requests change something, and which only ask."""

from pathlib import Path

import pytest

from cloudtape.cassettes.messages import Request, StoredBody
from cloudtape.matchers.requests.things import is_login, is_write
from tests.matchers.player import ID, get, post

TOKENS = "http://keystone/v3/auth/tokens"


@pytest.mark.parametrize(
    ("method", "uri", "is_it"),
    [
        ("POST", TOKENS, True),
        ("POST", "http://keystone/v2.0/tokens", True),
        ("GET", TOKENS, False),
        ("DELETE", TOKENS, False),
        ("POST", f"http://nova/v2.1/servers/{ID}/action", False),
    ],
)
def test_a_post_that_asks_for_a_token_is_a_login(method: str, uri: str, is_it: bool) -> None:
    assert is_login(method, uri) is is_it


def test_an_action_that_lies_in_a_file_is_a_write() -> None:
    """What asks for something is small, and in memory."""
    asked = post(f"/servers/{ID}/action", {"os-getConsoleOutput": {}})
    stored = StoredBody(Path("nowhere"), 5, "a" * 64)
    assert not is_write(asked)
    assert is_write(Request(asked.method, asked.uri, asked.headers, stored))
    assert not is_write(get(f"/servers/{ID}"))
