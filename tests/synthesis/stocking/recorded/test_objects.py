"""Which recorded answers about objects can still be true."""

from __future__ import annotations

import pytest

from cloudtape.cassettes.messages import Request, Response
from tests.synthesis.stocking.recorded.test_world import world_of

ACCOUNT = "http://object-store.cloud.invalid/v1/AUTH_p"


@pytest.mark.parametrize(
    ("method", "path", "headers", "is_news"),
    [
        ("HEAD", "/c/o", {}, True),
        ("HEAD", "/c/other", {}, False),
        ("PUT", "/d/copy", {"X-Copy-From": "/c/o"}, True),
        ("PUT", "/d/copy", {"X-Copy-From": "c/o%20"}, False),
        ("PUT", "/d/copy", {"X-Copy-From": "c/o", "X-Copy-From-Account": "AUTH_q"}, False),
        ("COPY", "/c/o", {"Destination": "/d/copy"}, True),
    ],
)
def test_a_request_about_a_changed_object_or_a_copy_of_it_is_news(
    method: str, path: str, headers: dict[str, str], is_news: bool
) -> None:
    objects = world_of().objects
    asked = Request(method, ACCOUNT + path, tuple(headers.items()))
    assert not objects.is_news(asked)
    objects.changed(Request("POST", f"{ACCOUNT}/c/o", (("X-Object-Meta-Colour", "red"),)), Response(202, "Accepted"))
    assert objects.is_news(asked) == is_news
