"""Lives: what a resource passes through, at the pace that was asked for, and in which states something may begin."""

import pytest

from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.cloud import default_cloud, default_folders
from cloudtape.synthesis.worlds.clock import Clock, Pace, PaceError, pace_named
from cloudtape.synthesis.worlds.lifecycle import GONE, Life, Transition, begin, catch_up, check, look
from cloudtape.synthesis.worlds.shelves import Resource

FOUND = default_cloud().kinds["compute/servers"].life
assert FOUND is not None
LIFE = FOUND
assert LIFE


class Ticks(Clock):
    def __init__(self) -> None:
        super().__init__(ticks=lambda: self.at)
        self.at = 0.0


def server(status: str = "BUILD") -> Resource:
    return Resource("compute/servers", "1", {"id": "1", "status": status})


@pytest.mark.parametrize(
    ("text", "pace"), [("immediate", Pace()), ("polls:3", Pace(3)), ("seconds:1.5", Pace(0, 1.5)), ("polls:0", Pace())]
)
def test_paces_have_names(text: str, pace: Pace) -> None:
    assert pace_named(text) == pace


@pytest.mark.parametrize("text", ["", "slow", "polls:x", "seconds:-1"])
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(PaceError):
        pace_named(text)


@pytest.mark.parametrize(("pace", "seen"), [(Pace(), ["ACTIVE"]), (Pace(2), ["BUILD", "BUILD", "ACTIVE"])])
def test_a_server_is_built_for_as_many_looks_as_asked(pace: Pace, seen: list[str]) -> None:
    one, life, clock = server(), LIFE, Ticks()
    begin(life, life.create, one, pace, clock)
    assert one.members["status"] == "BUILD"
    looks = []
    for _ in seen:
        assert look(one, clock)
        looks.append(one.members["status"])
    assert looks == seen
    assert one.members["OS-EXT-STS:vm_state"] == "active"


def test_a_server_is_built_for_as_many_seconds_as_asked() -> None:
    one, life, clock = server(), LIFE, Ticks()
    begin(life, life.create, one, Pace(seconds=5), clock)
    clock.at = 4.9
    assert look(one, clock)
    assert one.members["status"] == "BUILD"
    clock.at = 5.0
    assert look(one, clock)
    assert one.members["status"] == "ACTIVE"


def test_what_is_deleted_is_gone_in_the_end() -> None:
    one, life, clock = server("ACTIVE"), LIFE, Ticks()
    begin(life, life.delete, one, Pace(1), clock)
    assert look(one, clock)
    assert not look(one, clock)
    assert life.delete.then == GONE


@pytest.mark.parametrize(
    ("action", "state"),
    [("os-start", "ACTIVE"), ("os-stop", "SHUTOFF"), ("confirmResize", "ACTIVE"), ("unpause", "ACTIVE")],
)
def test_an_action_in_the_wrong_state_is_a_conflict(action: str, state: str) -> None:
    life = LIFE
    with pytest.raises(Refused) as refused:
        check(life, life.actions[action], server(state), action, "Instance")
    assert refused.value.status == 409
    assert f"Cannot '{action.removeprefix('os-')}' instance" in refused.value.message


@pytest.mark.parametrize(
    ("state", "told"),
    [("VERIFY_RESIZE", "resized"), ("SHUTOFF", "stopped"), ("ERROR", "error"), ("ACTIVE", "active")],
)
def test_a_refusal_names_the_state_as_nova_does(state: str, told: str) -> None:
    life = LIFE
    with pytest.raises(Refused, match=f"while it is in vm_state {told}$"):
        check(life, life.actions["unpause"], server(state), "unpause", "Instance")


def test_a_refusal_names_the_state_below_a_passing_one() -> None:
    life, one = LIFE, server("HARD_REBOOT")
    one.set(**{"OS-EXT-STS:vm_state": "active"})
    with pytest.raises(Refused, match=r"while it is in vm_state active$"):
        check(life, life.actions["unpause"], one, "unpause", "Instance")


def test_a_refusal_of_its_own_may_have_a_status_of_its_own() -> None:
    life = Life(status=400)
    for transition, status in ((Transition(("ACTIVE",)), 400), (Transition(("ACTIVE",), status=403), 403)):
        with pytest.raises(Refused) as refused:
            check(life, transition, server(), "delete", "Server")
        assert refused.value.status == status


OF_DRIVERS = {
    "inactive",
    "error_deleting",
    "manage_error",
    "unmanage_error",
    "extending_error",
    "shrinking_error",
    "shrinking_possible_data_loss_error",
    "reverting_error",
}
"""States of shares into which a storage brings them, and a recording the made-up cloud."""


def test_every_state_that_is_named_can_be_reached() -> None:
    """A transition from a state into which none leads would be a slip of the pen."""
    told = {
        "ERROR",
        "error",
        "error_restoring",
        "error_extending",
        "error_managing",
        "attaching",
        "reserved",
        "RESTART_REQUIRED",
        *OF_DRIVERS,
    }
    lives = [life for folder in default_folders() for life in folder.file.lives.items()]
    for name, life in lives:
        transitions = [life.create, life.update, life.delete, *life.actions.values()]
        reached = {state for one in transitions for state in (one.via, one.then)} | told
        needed = {state for one in transitions for state in one.states} - {
            "in-use",
            "SHELVED",
            "SOFT_DELETED",
            "HARD_REBOOT",
        }
        assert needed <= reached, name


TOGETHER = Life(create=Transition(via="BUILD", then="ACTIVE"), update=Transition(via="BUSY", then="ACTIVE"))


def test_what_goes_along_arrives_with_the_other_whichever_is_looked_at() -> None:
    whole, part, clock = server("ACTIVE"), server(), Ticks()
    begin(TOGETHER, TOGETHER.update, whole, Pace(2), clock)
    begin(TOGETHER, TOGETHER.create, part, Pace(2), clock, along=whole)
    assert [look(whole, clock), look(part, clock)] == [True, True]
    assert (whole.members["status"], part.members["status"]) == ("BUSY", "BUILD")
    assert [catch_up(whole, clock), catch_up(part, clock)] == [True, True]
    assert (whole.members["status"], part.members["status"]) == ("ACTIVE", "ACTIVE")


def test_what_goes_along_with_something_that_rests_takes_its_own_time() -> None:
    whole, part, clock = server("ACTIVE"), server(), Ticks()
    begin(TOGETHER, TOGETHER.create, part, Pace(1), clock, along=whole)
    assert [look(part, clock) and part.members["status"] for _ in range(2)] == ["BUILD", "ACTIVE"]
