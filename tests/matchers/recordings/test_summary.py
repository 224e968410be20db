"""Whether a summary that lay beside a cassette can be that of its interactions, and what one tells of them."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from cloudtape.cassettes.messages import Interaction
from cloudtape.matchers.recordings.summary import ANY_NUMBER, ONE_EACH, Columns, Summariser, fits
from cloudtape.matchers.requests.naming import Naming
from tests.matchers.player import ID, get, post, said


def summary() -> memoryview:
    summariser = Summariser(Naming())
    summariser.add(Interaction(post("/servers", {"server": {"name": "vm-1a2b"}}), said({"server": {"id": ID}}, 201)))
    summariser.add(Interaction(get(f"/servers/{ID}"), said({"server": {"id": ID}})))
    return memoryview(summariser.close())


def changed(**columns: Callable[[Any], Any]) -> memoryview:
    found = msgspec.msgpack.decode(summary(), type=Columns)
    for name, change in columns.items():
        setattr(found, name, change(getattr(found, name)))
    return memoryview(msgspec.msgpack.encode(found))


def test_a_summary_fits_as_many_interactions_as_it_was_made_of() -> None:
    assert [fits(summary(), size) for size in (1, 2, 3)] == [False, True, False]
    assert fits(changed(), 2)


@pytest.mark.parametrize("name", ["flags", "keys", *ONE_EACH, *ANY_NUMBER])
def test_a_column_of_another_length_does_not_fit(name: str) -> None:
    assert not fits(changed(**{name: lambda column: bytes(column) + b"x"}), 2)


@pytest.mark.parametrize("name", ["flags", "keys", *ONE_EACH])
def test_a_column_with_one_number_too_many_does_not_fit(name: str) -> None:
    width = {"flags": 1, "keys": 16}.get(name, 4)
    assert not fits(changed(**{name: lambda column: bytes(column) + bytes(width)}), 2)


def test_things_that_no_write_counts_do_not_fit() -> None:
    assert not fits(changed(things=lambda column: bytes(column) + bytes(4)), 2)


@pytest.mark.parametrize(("position", "does"), [(0, True), (1, True), (2, False), (-1, False)])
def test_items_of_a_write_that_there_is_not_do_not_fit(position: int, does: bool) -> None:
    assert fits(changed(more_items=lambda _: [(position, [1])]), 2) is does


@pytest.mark.parametrize("text", [b"", b"\xc1", b"\x90\x90", b'{"flags": ""}', msgspec.msgpack.encode({"flags": b""})])
def test_what_is_no_summary_does_not_fit(text: bytes) -> None:
    assert not fits(memoryview(text), 0)
