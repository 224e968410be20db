"""What a recording shows gone, and nothing in it ended, is there until the client ends it."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from cloudtape.cassettes.messages import Request, Response
from cloudtape.synthesis.stocking.recorded.known import Known
from cloudtape.synthesis.stocking.recorded.mending import is_doubtful
from cloudtape.synthesis.stocking.recorded.objects import KnownObjects
from tests.synthesis.stocking.recorded.test_world import COMPUTE, JSON, SYNTHESIZER, ask, world_of

Row = tuple[str, str, int, Any]
ID, OTHER = "f1a40000-0000-4000-8000-000000000001", "f1a40000-0000-4000-8000-000000000002"
FLAVORS = f"{COMPUTE}/v2.1/flavors"
FLAVOR = {"id": ID, "name": "one", "ram": 64, "vcpus": 1, "disk": 1}
MADE: Row = ("POST", FLAVORS, 200, {"flavor": FLAVOR})
SHOWN: Row = ("GET", f"{FLAVORS}/{ID}", 200, {"flavor": FLAVOR})
GONE: Row = ("GET", f"{FLAVORS}/{ID}", 404, {})
LISTED: Row = ("GET", FLAVORS, 200, {"flavors": [FLAVOR]})
NONE: Row = ("GET", FLAVORS, 200, {"flavors": []})
DELETED: Row = ("DELETE", f"{FLAVORS}/{ID}", 202, None)
OTHER_DELETED: Row = ("DELETE", f"{FLAVORS}/{OTHER}", 202, None)
CHANGED: Row = ("PUT", f"{FLAVORS}/{ID}", 200, {"flavor": FLAVOR})
ACTED: Row = ("POST", f"{FLAVORS}/{ID}/action", 200, {})
CONTAINER = "http://object-store.cloud.invalid/v1/AUTH_p/c"


def read(*rows: Row) -> Known:
    known = Known()
    known.read(
        SYNTHESIZER,
        [
            (
                Request(method, url, (("X-Auth-Token", "t"),)),
                Response(status, "", JSON, b"" if document is None else msgspec.json.encode(document)),
            )
            for method, url, status, document in rows
        ],
    )
    return known


@pytest.mark.parametrize(
    ("rows", "lost"),
    [
        ((MADE, SHOWN, GONE), True),
        ((MADE, LISTED, NONE), True),
        ((MADE, SHOWN, DELETED, GONE), False),
        ((MADE, SHOWN, DELETED, SHOWN, GONE), False),
        ((MADE, SHOWN, OTHER_DELETED, GONE), False),
        ((MADE, SHOWN, OTHER_DELETED, SHOWN, GONE), False),
        ((MADE, SHOWN, CHANGED, GONE), True),
        ((MADE, SHOWN, ACTED, GONE), False),
        ((MADE, SHOWN, GONE, SHOWN), False),
        ((MADE, ("GET", f"{FLAVORS}?limit=1", 200, {"flavors": [FLAVOR]}), NONE), False),
        ((GONE,), False),
    ],
    ids=[
        "shown",
        "listed",
        "deleted",
        "deleted slowly",
        "by another one",
        "slowly by another",
        "changed",
        "acted on",
        "there again",
        "a page",
        "never",
    ],
)
def test_what_is_gone_is_lost_if_nothing_could_have_ended_it(rows: tuple[Row, ...], lost: bool) -> None:
    assert bool(read(*rows).endings.lost) == lost


def test_a_lost_thing_is_there_until_the_client_deletes_it() -> None:
    world = world_of(*((method, url, document, ()) for method, url, _, document in (MADE, SHOWN)))
    world.known.endings.lost |= read(MADE, SHOWN, GONE).endings.lost
    world.see(
        Request("GET", SHOWN[1], (("X-Auth-Token", "t"),)), Response(200, "", JSON, msgspec.json.encode(SHOWN[3]))
    )
    show, listing = (SYNTHESIZER.call(world, Request("GET", url)) for url in (GONE[1], FLAVORS))
    assert show
    assert listing
    assert is_doubtful(world, show, 404)
    assert world.mends(listing)
    assert ask(world, "DELETE", GONE[1]).status == 202
    assert not is_doubtful(world, show, 404)


@pytest.mark.parametrize(
    ("rows", "headers", "lost"),
    [
        ((("PUT", "/o", 201), ("HEAD", "/o", 404)), (), True),
        ((("PUT", "/o", 201), ("DELETE", "/o", 204), ("HEAD", "/o", 404)), (), False),
        ((("PUT", "/o", 201), ("POST", "?bulk-delete", 200), ("HEAD", "/o", 404)), (), False),
        ((("PUT", "/o", 201), ("HEAD", "/o", 404)), (("X-Delete-After", "1"),), False),
        ((("HEAD", "/o", 404),), (), False),
    ],
    ids=["put", "deleted", "deleted with others", "ends by itself", "never"],
)
def test_an_object_that_nothing_ended_is_lost_too(
    rows: tuple[tuple[str, str, int], ...], headers: tuple[tuple[str, str], ...], lost: bool
) -> None:
    known = KnownObjects()
    for method, path, status in rows:
        known.read(Request(method, CONTAINER + path, headers), Response(status, ""))
    assert bool(known.lost) == lost


def test_a_lost_object_is_there_once_the_client_has_put_it() -> None:
    world = world_of()
    assert world.trusted is not None
    account = f"AUTH_{world.trusted.project}"
    url = f"{CONTAINER}/o".replace("AUTH_p", account)
    world.objects._lost = {(account, "c", "o")}
    asked = Request("HEAD", url, (("X-Auth-Token", "t"),))
    assert not world.objects.is_doubtful(asked, 404, world.as_live)
    put = Request("PUT", url, (("X-Auth-Token", "t"),), b"12345")
    asyncio.run(world.objects.see(world, put, Response(201, "Created")))
    assert world.objects.is_doubtful(asked, 404, world.as_live)
    assert not world.objects.is_doubtful(asked, 503, world.as_live)
