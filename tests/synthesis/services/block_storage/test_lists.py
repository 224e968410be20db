"""Lists of cinder: their order, their pages, and what they are asked for."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.synthesis.services.block_storage.asker import Cinder
from tests.synthesis.services.teller import NONE


@pytest.fixture(scope="module")
def cinder() -> Cinder:
    """One with three volumes and their snapshots."""
    cinder = Cinder()
    for name, size in (("b", 3), ("a", 1), ("c", 2)):
        cinder.snapshot(cinder.volume(name=name, size=size, metadata={"of": name}, description="d"), name=name)
    return cinder


@pytest.mark.parametrize("kind", ["volumes", "snapshots"])
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "cab"),
        ("sort=name", "cba"),
        ("sort=name:asc", "abc"),
        ("sort=size:desc", "bca"),
        ("sort_key=name&sort_dir=asc", "abc"),
        ("limit=2", "ca"),
        ("limit=1&offset=1", "a"),
        ("limit=0", ""),
        ("name=a", "a"),
        ("name=none", ""),
        ("status=available", "cab"),
        ("status=error", ""),
    ],
)
def test_a_list_is_in_the_order_and_of_the_things_that_were_asked_for(
    cinder: Cinder, kind: str, query: str, names: str
) -> None:
    assert cinder.names(f"/{kind}/detail?{query}") == list(names)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=-1", 400),
        ("limit=x", 400),
        ("offset=x", 400),
        ("sort=colour", 400),
        ("sort=name:up", 400),
        ("sort_key=colour", 400),
        ("sort=name&sort_key=name", 400),
        (f"marker={NONE}", 404),
    ],
)
def test_a_list_is_not_of_what_makes_no_sense(cinder: Cinder, query: str, status: int) -> None:
    assert cinder.refused("GET", f"/volumes?{query}")[0] == status


def test_pages_lead_to_the_next_until_there_is_none(cinder: Cinder) -> None:
    path, seen = "/volumes?limit=2&sort=name:asc", []
    for _ in range(5):
        told = cinder.say("GET", path)[1]
        seen.append([one["name"] for one in told["volumes"]])
        links = told.get("volumes_links", [])
        if not links:
            break
        assert links[0]["rel"] == "next"
        path = links[0]["href"].partition(cinder.project)[2]
    assert seen == [["a", "b"], ["c"]]


def test_a_marker_is_the_last_one_seen(cinder: Cinder) -> None:
    first = cinder.show("/volumes?sort=name:asc&limit=1")[0]
    assert cinder.names(f"/volumes?sort=name:asc&marker={first['id']}") == ["b", "c"]


def test_a_list_without_details_is_short(cinder: Cinder) -> None:
    assert [set(one) for one in cinder.show("/volumes")] == [{"id", "name", "links"}] * 3
    assert "size" in cinder.show("/volumes/detail")[0]


def test_metadata_filters(cinder: Cinder) -> None:
    assert cinder.names("/volumes?metadata=" + quote("{'of': 'a'}")) == ["a"]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("volumes", "Volume"),
        ("snapshots", "Snapshot"),
        ("backups", "Backup"),
        ("types", "Volume type"),
        ("volume-transfers", "Transfer"),
        ("groups", "Group"),
        ("group_types", "Group type"),
        ("group_snapshots", "GroupSnapshot"),
        ("messages", "Message"),
        ("consistencygroups", "ConsistencyGroup"),
    ],
)
def test_what_is_not_there_is_named(path: str, label: str) -> None:
    cinder = Cinder()
    assert cinder.refused("GET", f"/{path}/{NONE}") == (404, f"{label} {NONE} could not be found.")
