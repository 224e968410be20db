"""Hooks that are for nothing, or at odds with one another, are refused with file and line."""

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Protocol

import pytest

from cloudtape.openstack.catalog import default_catalog
from cloudtape.synthesis.engine.building import assembled
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hook_checks import hook_complaints
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene, Window
from cloudtape.synthesis.services.cloud import default_folders, default_hooks
from cloudtape.synthesis.worlds.shelves import Members, Resource

NETWORKS = "network/networks"


class Needs(Protocol):
    def unheard_of(self) -> None: ...


def _effect(_: Scene, __: Resource, ___: Members) -> Outcome | None:
    return None


def _answer(_: Scene) -> Answer:
    return Answer(200)


def _chooses(_: Scene) -> Callable[[Resource], bool]:
    return lambda _: True


def _words(_: Scene, members: Members) -> Members:
    return members


# What is added to the hooks of networks, and what is said of it.
WRONG: dict[str, Callable[[Hooks], Any]] = {
    "there is no kind network/nets": lambda hooks: hooks.on("network/nets", "CREATE")(_effect),
    "nothing brings about MADE of network/networks": lambda hooks: hooks.on(NETWORKS, "MADE")(_effect),
    "nothing brings about os-start of network/networks": lambda hooks: hooks.on(NETWORKS, "os-start")(_effect),
    "nothing brings about CREATE of network/extensions": lambda hooks: hooks.on("network/extensions", "CREATE")(
        _effect
    ),
    "several effects follow CREATE of network/routers, and its row says no `order`": lambda hooks: [
        hooks.on("network/routers", "CREATE")(effect) for effect in (_effect, _effect)
    ],
    "it does not say when effect follows CREATE: give it a place in `order`": lambda hooks: hooks.on(
        NETWORKS, "CREATE"
    )(_effect),
    "no effect of networks has the name segment": lambda hooks: hooks.effects.pop((NETWORKS, "CREATE")),
    "there is no operation network.networks.paint": lambda hooks: hooks.answer("network.networks.paint")(_answer),
    "network.networks.list is answered by _answer, too": lambda hooks: [
        hooks.answer("network.networks.list")(answer) for answer in (_answer, _answer)
    ],
    "there is no kind network/lists": lambda hooks: hooks.choose("network/lists")(_chooses),
    "_chooses chooses what lists of network/networks show, too": lambda hooks: [
        hooks.choose(NETWORKS)(choice) for choice in (_chooses, _chooses)
    ],
    "there is no kind network/walls": lambda hooks: hooks.windows.update({"network/walls": Window(NETWORKS, _words)}),
    "network needs unheard_of of image, which does not offer it": lambda hooks: setattr(
        hooks, "needs", {"image": Needs}
    ),
}


@pytest.mark.parametrize("why", WRONG)
def test_a_hook_that_does_not_fit_is_refused(why: str) -> None:
    folders, hooks = default_folders(), default_hooks()
    changed = Hooks(hooks["network"].offers, {}).joined(hooks["network"])
    WRONG[why](changed)
    hooks["network"] = changed
    cloud = assembled(folders, default_catalog(), hooks)
    found = {error.why: error for error in hook_complaints(cloud, folders, hooks)}
    assert why in found
    assert found[why].line > 1


def test_what_is_refused_is_named_by_the_line_of_its_function() -> None:
    folders, hooks = default_folders(), default_hooks()
    hooks["network"].joined()
    extra = Hooks()
    extra.answer("network.networks.paint")(_answer)
    hooks["network"] = Hooks(hooks["network"].offers).joined(hooks["network"], extra)
    (error,) = hook_complaints(assembled(folders, default_catalog(), hooks), folders, hooks)
    assert (error.path, error.line) == (__file__, inspect.getsourcelines(_answer)[1])


def test_effects_come_in_the_order_that_the_row_says_whoever_was_imported_first() -> None:
    folders, hooks = default_folders(), default_hooks()
    ports = ("network/ports", "UPDATE")
    backwards = Hooks(hooks["network"].offers).joined(hooks["network"])
    backwards.effects[ports].reverse()
    turned = assembled(folders, default_catalog(), {**hooks, "network": backwards})
    assert turned.effects[ports] == assembled(folders, default_catalog(), hooks).effects[ports]
    assert len(turned.effects[ports]) > 1


def test_joining_hooks_leaves_what_was_joined_as_it_was() -> None:
    one = Hooks(offers=SimpleNamespace())
    one.on(NETWORKS, "CREATE")(_effect)
    one.joined(one)
    assert one.effects[NETWORKS, "CREATE"] == [_effect]
