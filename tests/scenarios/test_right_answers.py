"""No answer of a replay is wrong: each is held against a model of what was asked, and against the run that was recorded.

The model is held against the recordings first, in which a real cloud answers, and then against answers made wrong.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.exchanges import TapedCall, recorded, tapped
from tests.scenarios.strangers import Strangers
from tests.scenarios.test_replay import CASSETTES, run
from tests.scenarios.world_model import Model

Run = list[TapedCall]
WAYS = {
    "in order": (),
    "in another order": ("--order", "shuffled:11"),
    "in the opposite order": ("--order", "reversed"),
}


def wrong(exchanges: Run) -> list[str]:
    model = Model()
    return [f"{number} {one}: {said}" for number, one in enumerate(exchanges, 1) for said in model.hear(one)]


@pytest.fixture(scope="module")
def sequential() -> Run:
    return list(recorded(CASSETTES / "sequential.yaml"))


@pytest.fixture(scope="module")
def parallel() -> Run:
    return list(recorded(CASSETTES / "parallel.yaml"))


# --- a real cloud is never wrong -------------------------------------------------------------------------------------


def test_a_real_cloud_is_never_wrong(sequential: Run, parallel: Run) -> None:
    assert (wrong(sequential), wrong(parallel)) == ([], [])


def test_two_runs_against_a_real_cloud_know_nothing_of_each_other(sequential: Run, parallel: Run) -> None:
    strangers = Strangers(sequential)
    assert (len(strangers.words) > 200, len(strangers.ids) > 100) == (True, True)
    assert list(strangers.among(parallel)) == []


# --- nor is a replay -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_no_answer_of_a_replay_is_wrong(way: str, sequential: Run, tmp_path: Path) -> None:
    heard = tmp_path / "heard.jsonl"
    tap = (sys.executable, "-m", "tests.scenarios.tap", str(heard))
    cassette = str(CASSETTES / "sequential.yaml")
    played = run("replay", WAYS[way], tmp_path, "--strict", "--cassette", cassette, through=tap)
    assert (played.failed, played.code) == ({}, 0), played.said
    exchanges = tapped(heard)
    assert len(exchanges) > 1500
    found = wrong(exchanges) + [f"{one}: {said}" for one, said in Strangers(sequential).among(exchanges)]
    assert found == []


# --- what is wrong is found ------------------------------------------------------------------------------------------


def at(exchanges: Run, pattern: str, behind: int = 0) -> int:
    """The first exchange behind some other that is like this."""
    return next(n for n in range(behind, len(exchanges)) if re.search(pattern, str(exchanges[n])))


def answering(exchanges: Run, number: int, **changed: Any) -> Run:
    return [*exchanges[:number], replace(exchanges[number], **changed), *exchanges[number + 1 :]]


def saying(exchanges: Run, number: int, old: str, new: str) -> Run:
    """The same with other words in the body of an answer."""
    body, times = re.subn(old.encode(), new.encode(), exchanges[number].body)
    assert times
    return answering(exchanges, number, body=body)


def made(exchanges: Run, collection: str) -> tuple[int, str]:
    """Where the first thing of a collection is made that is shown later, and its id."""
    shown = rf"^GET [^ ]*/{collection}/([0-9a-f-]{{36}}) → 200"
    for number, one in enumerate(exchanges):
        if re.search(rf"^POST [^ ]*/{collection} → 20", str(one)):
            [thing] = one.answer.values()
            if any(re.search(shown.replace("[0-9a-f-]{36}", thing["id"]), str(later)) for later in exchanges[number:]):
                return number, thing["id"]
    raise LookupError(collection)


def another_id(exchanges: Run) -> Run:
    number, key = made(exchanges, "servers")
    return saying(exchanges, at(exchanges, f"^GET [^ ]*/servers/{key} → 200", number), key, "0" * 8 + key[8:])


def another_name(exchanges: Run) -> Run:
    number, key = made(exchanges, "volumes")
    return saying(
        exchanges, at(exchanges, f"^GET [^ ]*/volumes/{key} → 200", number), r'"name": "[^"]*"', '"name": "x"'
    )


def another_size(exchanges: Run) -> Run:
    number, key = made(exchanges, "volumes")
    return saying(exchanges, at(exchanges, f"^GET [^ ]*/volumes/{key} → 200", number), r'"size": 1', '"size": 2')


def another_birthday(exchanges: Run) -> Run:
    number, key = made(exchanges, "networks")
    shown = at(exchanges, f"^GET [^ ]*/networks/{key} → 200", number)
    return saying(exchanges, shown, r'"created_at":"20', '"created_at":"19')


def name_of_before(exchanges: Run) -> Run:
    """The name that a thing had before it was changed."""
    number = at(exchanges, r"^PUT [^ ]*/servers/[^/ ]+ → 200")
    key = exchanges[number].address.rpartition("/")[2]
    new = exchanges[number].asked["server"]["name"]
    return saying(exchanges, at(exchanges, f"^GET [^ ]*/servers/{key} → 200", number), new, "as-it-was")


def deleted(exchanges: Run, collection: str) -> tuple[int, str, int]:
    """Where a thing is seen to be gone, its id, and where it was shown last."""
    number, key = made(exchanges, collection)
    gone = at(
        exchanges, f"^(DELETE|GET) [^ ]*/{collection}/{key} → {'404' if collection == 'servers' else '204'}", number
    )
    shown = max(n for n in range(gone) if re.search(f"^GET [^ ]*/{collection}/{key} → 200", str(exchanges[n])))
    return gone, key, shown


def shown_after_it_was_deleted(exchanges: Run) -> Run:
    gone, _, shown = deleted(exchanges, "networks")
    return [*exchanges[: gone + 1], exchanges[shown], *exchanges[gone + 1 :]]


def shown_after_it_was_seen_to_be_gone(exchanges: Run) -> Run:
    gone, _, shown = deleted(exchanges, "servers")
    return [*exchanges[: gone + 1], exchanges[shown], *exchanges[gone + 1 :]]


def listed_after_it_was_deleted(exchanges: Run) -> Run:
    gone, key, shown = deleted(exchanges, "networks")
    one = exchanges[shown]
    body = json.dumps({"networks": [one.answer["network"]]}).encode()
    return [*exchanges[: gone + 1], replace(one, url=one.url.replace(f"/{key}", ""), body=body), *exchanges[gone + 1 :]]


def deleted_twice(exchanges: Run) -> Run:
    number = at(exchanges, "^DELETE [^ ]*/networks/[^ ]* → 204")
    return [*exchanges[: number + 1], exchanges[number], *exchanges[number + 1 :]]


def deleted_twice_after_it_was_gone(exchanges: Run) -> Run:
    gone, key, _ = deleted(exchanges, "servers")
    number = at(exchanges, f"^DELETE [^ ]*/servers/{key} → 204")
    return [*exchanges[: gone + 1], exchanges[number], *exchanges[gone + 1 :]]


def not_there(exchanges: Run) -> Run:
    number, key = made(exchanges, "networks")
    return answering(exchanges, at(exchanges, f"^GET [^ ]*/networks/{key} → 200", number), status=404)


def cannot_be_deleted(exchanges: Run) -> Run:
    return answering(exchanges, at(exchanges, "^DELETE [^ ]*/networks/[^ ]* → 204"), status=404)


def listing(exchanges: Run) -> int:
    """Where something made is listed by its name."""
    return at(exchanges, r"^GET [^ ]*/volumes/detail\?name=[^&]* → 200")


def not_listed(exchanges: Run) -> Run:
    return answering(exchanges, listing(exchanges), body=b'{"volumes": []}')


def listed_twice(exchanges: Run) -> Run:
    number = listing(exchanges)
    [volume] = exchanges[number].answer["volumes"]
    return answering(exchanges, number, body=json.dumps({"volumes": [volume, volume]}).encode())


def listed_among_others(exchanges: Run) -> Run:
    number = listing(exchanges)
    [volume] = exchanges[number].answer["volumes"]
    other = {**volume, "id": "0" * 32, "name": "somebody-elses"}
    return answering(exchanges, number, body=json.dumps({"volumes": [volume, other]}).encode())


def made_with_the_id_of_another(exchanges: Run) -> Run:
    number, key = made(exchanges, "networks")
    second = at(exchanges, "^POST [^ ]*/networks → 201", number + 1)
    return saying(exchanges, second, exchanges[second].answer["network"]["id"], key)


def other_bytes(exchanges: Run) -> Run:
    number = at(exchanges, "^PUT [^ ]*/images/[^ ]*/file → 204")
    down = at(exchanges, f"^GET {re.escape(exchanges[number].url)} → 200", number)
    return answering(exchanges, down, body=exchanges[down].body[::-1])


PLANTED: dict[Callable[[Run], Run], str] = {
    another_id: "was asked for, 00000000",
    another_name: "has name 'x', and was given",
    another_size: "has size 2, and was given 1",
    another_birthday: "has created_at '19",
    name_of_before: "has name 'as-it-was', and was given",
    shown_after_it_was_deleted: "was deleted, and is shown",
    shown_after_it_was_seen_to_be_gone: "was deleted, and is shown",
    listed_after_it_was_deleted: "was deleted, and is listed",
    deleted_twice: "is deleted a second time",
    deleted_twice_after_it_was_gone: "is deleted a second time",
    not_there: "was made, and is not there",
    cannot_be_deleted: "is there, and could be deleted",
    not_listed: "was made, and is listed 0 times",
    listed_twice: "was made, and is listed 2 times",
    listed_among_others: "somebody-elses is listed among what is called",
    made_with_the_id_of_another: "was made before",
    other_bytes: "bytes came down, and are not the",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.replace("_", " "))
def test_a_wrong_answer_is_found(plant: Callable[[Run], Run], sequential: Run) -> None:
    found = wrong(plant(sequential))
    assert found
    assert PLANTED[plant] in found[0]


def foreign(run: Run, word: str) -> Iterator[TapedCall]:
    """The run, with a word in its first list of servers."""
    number = at(run, "^GET [^ ]*/servers/detail[^ ]* → 200")
    body = json.dumps({"servers": [{"id": word, "name": word}]}).encode()
    yield from answering(run, number, body=body)


def test_what_belongs_to_the_recorded_run_is_found_in_another(sequential: Run, parallel: Run) -> None:
    strangers = Strangers(sequential)
    for word in (min(strangers.ids), min(one for one in strangers.words if one.startswith("tempest-"))):
        found = list(strangers.among(list(foreign(parallel, word))))
        assert len(found) == 1
        assert found[0][1].startswith(f"{word} was made")


def test_what_was_given_to_this_run_is_its_own(sequential: Run) -> None:
    number, key = made(sequential, "networks")
    shown = at(sequential, f"^GET [^ ]*/networks/{key} → 200", number)
    early = [*sequential[:number], sequential[shown]]
    asked = replace(early[-1], url=early[-1].url.replace(key, "named"))
    strangers = Strangers(sequential)
    said = [said for _, said in strangers.among([*early[:-1], asked])]
    assert f"{key} was made by the recorded run, and not by this one" in said
    assert list(strangers.among(sequential)) == []
