"""How resources come to be what they are asked to be: their lives, and a small engine for them.

A transition shows one state at once (`via`) and another one later (`then`): when the resource was looked at so often,
or so many seconds are over, as the world's pace says. With no pace the next look already sees the end.

What a change goes through together (a load balancer and its listener) waits together: one `Wait`, which a look at any
of it brings nearer to its end.
"""

from __future__ import annotations

import msgspec

from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.clock import Clock, Pace
from cloudtape.synthesis.worlds.shelves import Members, Resource

GONE = "(gone)"
"""The state of what is no longer there."""
BEFORE = "(before)"
"""The state that was left by the last transition that keeps it."""
KEPT = "state_before"


class Transition(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`states`: those in which it may begin (none: any). `meanwhile` and `set`: members until then, and after.

    `keeps`: the state in which it begins is remembered, for this or a later transition that leads back to it. `called`:
    what a refusal calls the action, where not by its key in a request; `refusal` are words of its own, in place of the
    life's, and `status` is its own, too. `locked`: a resource whose member `locked` is true lets nobody but an
    administrator begin it. `logged`: the name under which its service records that it was begun.
    """

    states: tuple[str, ...] = ()
    via: str = ""
    then: str = ""
    meanwhile: Members = {}
    set: Members = {}
    keeps: bool = False
    called: str = ""
    refusal: str = ""
    status: int = 0
    locked: bool = False
    logged: str = ""


class Life(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`member` holds the state; `with_state` are the members that go with each. `refusal` says why a state is wrong, in
    the words of the member `told`, where that is another one. `waits`: what has begun comes to its end before anything
    else begins; without it, whoever deletes or acts finds it at that end.
    """

    member: str = "status"
    told: str = ""
    create: Transition = Transition()
    update: Transition = Transition()
    delete: Transition = Transition()
    actions: dict[str, Transition] = {}
    with_state: dict[str, Members] = {}
    refusal: str = "Cannot '{action}' {label} {id} while it is in {member} {state}"
    status: int = 409
    waits: bool = False


class Wait(msgspec.Struct):
    """How many looks there will be until the end, and when it is due."""

    polls: int
    due: float


class Pending(msgspec.Struct):
    transition: Transition
    life: Life
    wait: Wait


def check(life: Life, transition: Transition, one: Resource, action: str, label: str) -> None:
    """Raises Refused when the resource is in a state in which this cannot begin."""
    state = str(one.members.get(life.member, ""))
    if transition.states and state not in transition.states:
        told = life.with_state.get(state, {}).get(life.told) or one.members.get(life.told, state)
        why = (transition.refusal or life.refusal).format(
            action=transition.called or action, label=label, id=one.id, member=life.member, state=told
        )
        raise Refused(transition.status or life.status, why)


def begin(
    life: Life, transition: Transition, one: Resource, pace: Pace, clock: Clock, along: Resource | None = None
) -> None:
    """Start on the way to another state; at its end when `along` is at its own, if that is on its way."""
    if transition.keeps:
        one.private[KEPT] = one.members.get(life.member)
    if transition.via:
        _enter(life, transition.via, one)
    one.update(transition.meanwhile)
    if transition.then or transition.set:
        pending: Pending | None = along.pending if along is not None else None
        wait = pending.wait if pending else Wait(pace.polls, clock.ticks() + pace.seconds)
        one.pending = Pending(transition, life, wait)


def look(one: Resource, clock: Clock) -> bool:
    """What a look at it brings about; False when it is not there any more."""
    pending: Pending | None = one.pending
    if pending is not None and pending.wait.polls > 0:
        pending.wait.polls -= 1
        return True
    return catch_up(one, clock)


def catch_up(one: Resource, clock: Clock) -> bool:
    """Be what time has made of it, with nobody looking; False when it is not there any more."""
    pending: Pending | None = one.pending
    if pending is None or pending.wait.polls > 0 or pending.wait.due > clock.ticks():
        return True
    return _arrive(one, pending)


def settle(one: Resource) -> bool:
    """Be at the end of the way, whatever the pace."""
    return one.pending is None or _arrive(one, one.pending)


def is_going(one: Resource) -> bool:
    """Whether somebody has ended it, and it is on its way."""
    pending: Pending | None = one.pending
    return pending is not None and pending.transition.then == GONE


def _arrive(one: Resource, pending: Pending) -> bool:
    one.pending = None
    if pending.transition.then == GONE:
        return False
    before = one.revision
    if pending.transition.then:
        then = pending.transition.then
        _enter(pending.life, one.private.pop(KEPT, "") if then == BEFORE else then, one)
    one.update(pending.transition.set)
    one.drift += one.revision - before
    return True


def resume(life: Life, one: Resource, pace: Pace, clock: Clock) -> None:
    """Go on from a state that something passes through."""
    state = one.members.get(life.member)
    for transition in (life.create, life.update, life.delete, *life.actions.values()):
        if transition.via and transition.via == state and transition.then:
            begin(life, transition, one, pace, clock)
            return


def go_on(life: Life, transition: Transition, one: Resource) -> None:
    """Be on a way that was begun elsewhere; the next look sees its end."""
    one.pending = Pending(transition, life, Wait(0, 0.0))


def _enter(life: Life, state: str, one: Resource) -> None:
    one.update({life.member: state, **life.with_state.get(state, {})})
