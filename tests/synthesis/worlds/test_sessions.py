"""Who has a world, who is given one, and which goes."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from cloudtape.synthesis.errors import SessionsFull
from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.worlds.clock import Clock
from cloudtape.synthesis.worlds.sessions import Worlds
from cloudtape.synthesis.worlds.token_book import Token
from cloudtape.synthesis.worlds.world import World

T = TypeVar("T")


class Made:
    def __init__(self, most: int) -> None:
        self.at, self.count = datetime(2026, 1, 1, tzinfo=UTC), 0
        self.worlds = Worlds(self.make, most, lambda: self.at.timestamp())

    async def make(self) -> World:
        self.count += 1
        return World(default_cloud().kinds, clock=Clock(lambda: self.at))

    def log_in(self, world: World, life: int = 3600) -> Token:
        ends = world.clock.now().timestamp() + life
        return world.tokens.issue(Token("", "u", "p", frozenset(), ends, {}), world.clock.now())


def run(made: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(made)


def test_before_somebody_is_given_a_world_all_share_the_spare_one() -> None:
    made = Made(2)

    async def ask() -> None:
        first = await made.worlds.of("a")
        assert await made.worlds.of("b") is first
        assert not made.worlds.owns("a", first)
        assert await made.worlds.own("b") is first
        assert made.worlds.owns("b", first)
        assert await made.worlds.of("a") is not first

    run(ask())
    assert made.count == 2


def test_the_least_recently_used_goes_to_which_nobody_is_logged_in() -> None:
    made = Made(2)

    async def ask() -> None:
        held, used = await made.worlds.own("held"), await made.worlds.own("used")
        made.log_in(held)
        token = made.log_in(used)
        with pytest.raises(SessionsFull) as full:
            await made.worlds.own("new")
        assert full.value.seconds == 3600
        used.tokens.revoke(token.id)
        await made.worlds.own("new")
        assert made.worlds.get("used") is None
        assert made.worlds.get("held") is held

    run(ask())


def test_among_those_that_nobody_holds_the_oldest_goes() -> None:
    made = Made(2)

    async def ask() -> None:
        await made.worlds.own("a")
        await made.worlds.own("b")
        made.worlds.get("a")
        await made.worlds.own("c")
        assert made.worlds.get("b") is None
        assert made.worlds.get("a") is not None

    run(ask())


def test_a_session_is_held_until_its_last_token_ends() -> None:
    made = Made(1)

    async def ask() -> None:
        made.log_in(await made.worlds.own("a"), life=60)
        assert made.worlds.is_held("a")
        made.at += timedelta(seconds=60)
        assert not made.worlds.is_held("a")
        await made.worlds.own("b")
        assert made.worlds.get("a") is None

    run(ask())


def test_the_default_session_stays_and_takes_no_place() -> None:
    made = Made(1)

    async def ask() -> None:
        default = await made.worlds.own("")
        await made.worlds.own("a")
        await made.worlds.own("b")
        assert made.worlds.get("") is default
        assert made.worlds.is_held("")

    run(ask())


def test_in_a_world_that_trusts_tokens_whoever_used_one_is_logged_in() -> None:
    made = Made(1)

    async def ask() -> None:
        (await made.worlds.own("a")).trusted = Token("t", "u", "p", frozenset(), 0.0, {})
        assert made.worlds.is_held("a")
        with pytest.raises(SessionsFull):
            await made.worlds.own("b")
        made.at += timedelta(hours=1)
        await made.worlds.own("b")

    run(ask())


def test_requests_that_come_together_have_the_same_world() -> None:
    made = Made(2)

    async def ask() -> set[World]:
        return set(await asyncio.gather(*(made.worlds.of("") for _ in range(5))))

    assert len(run(ask())) == 1
