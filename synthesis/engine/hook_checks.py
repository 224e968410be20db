"""Holds the hooks of services against what operations and rows say: each is for something that there is.

What does not fit is a ServiceDataError, with the file and the line of the function, or of the row that is at odds with
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cloudtape.synthesis.engine.checking import ANY, Known
from cloudtape.synthesis.engine.folders import KINDS, Folder
from cloudtape.synthesis.engine.hooks import Hooks, name_of
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.rules import Rule
from cloudtape.synthesis.engine.scene import LOGGED, SEEN, Cloud, Effect
from cloudtape.synthesis.errors import ServiceDataError

# By event, the verbs of operations that bring it about; those of the engine itself have none.
BY_VERB = {
    "CREATE": (Verb.CREATE, Verb.PUT),
    "UPDATE": (Verb.UPDATE, Verb.PUT),
    "DELETE": (Verb.DELETE, Verb.CLEAR, Verb.ACTION),
    "LISTED": (Verb.LIST,),
    "READ": (Verb.READ,),
    "WRITE": (Verb.WRITE,),
    LOGGED: (Verb.ACTION,),
    SEEN: tuple(Verb),
}


def hook_complaints(cloud: Cloud, folders: Sequence[Folder], hooks: Mapping[str, Hooks]) -> Iterator[ServiceDataError]:
    """All that does not fit."""
    known = Known(cloud.kinds.planner)
    rules = {f"{one.service.type}/{path}": rule for one in folders for path, rule in one.file.kinds.items()}
    whole = Hooks().joined(*(hooks[kind] for kind in cloud.services if kind in hooks))
    yield from _of_answers(known, whole)
    yield from _of_effects(known, rules, whole)
    yield from _of_lists(known, whole)
    yield from _of_needs(cloud, hooks)
    for folder in folders:
        yield from _of_orders(folder, whole)


def _at(hook: Callable[..., Any], why: str) -> ServiceDataError:
    code = hook.__code__
    return ServiceDataError(code.co_filename, code.co_firstlineno, why)


def _of_answers(known: Known, hooks: Hooks) -> Iterator[ServiceDataError]:
    for operation, answers in hooks.answers.items():
        if operation not in known.operations:
            yield _at(answers[0], f"there is no operation {operation}")
        for other in answers[1:]:
            yield _at(other, f"{operation} is answered by {answers[0].__name__}, too")


def _of_effects(known: Known, rules: Mapping[str, Rule], hooks: Hooks) -> Iterator[ServiceDataError]:
    for (kind, event), effects in hooks.effects.items():
        rule = rules.get(kind, Rule())
        if kind not in known.kinds and not rule.inner:
            yield _at(effects[0], f"there is no kind {kind}")
        elif not _comes(known, kind, event, rule):
            yield _at(effects[0], f"nothing brings about {event} of {kind}")
        if len(effects) > 1 and not rule.order:
            yield _at(effects[0], f"several effects follow {event} of {kind}, and its row says no `order`")


def _comes(known: Known, kind: str, event: str, rule: Rule) -> bool:
    if event in rule.events:
        return True
    if event in BY_VERB:
        return bool(known.verbs(kind) & set(BY_VERB[event]))
    return bool({event, ANY} & known.actions(kind))


def _of_lists(known: Known, hooks: Hooks) -> Iterator[ServiceDataError]:
    for kind, choices in hooks.choices.items():
        if kind not in known.kinds:
            yield _at(choices[0], f"there is no kind {kind}")
        for other in choices[1:]:
            yield _at(other, f"{choices[0].__name__} chooses what lists of {kind} show, too")
    for kind, window in hooks.windows.items():
        for one in (kind, window.of):
            if one not in known.kinds:
                yield _at(window.told, f"there is no kind {one}")


def _of_needs(cloud: Cloud, hooks: Mapping[str, Hooks]) -> Iterator[ServiceDataError]:
    for service in cloud.services:
        for other, protocol in (hooks[service].needs if service in hooks else {}).items():
            for name, wanted in vars(protocol).items():
                if name[0] != "_" and other in cloud.services and not hasattr(cloud.offers.get(other), name):
                    yield _at(wanted, f"{service} needs {name} of {other}, which does not offer it")


def _of_orders(folder: Folder, hooks: Hooks) -> Iterator[ServiceDataError]:
    """Each name of an order is an effect, and each of several effects that follow one event has a place in it."""
    for path, rule in folder.file.kinds.items():
        kind = f"{folder.service.type}/{path}"
        place = ["kinds", path, "order"]
        events = {event: names(found) for (of, event), found in hooks.effects.items() if of == kind}
        for name in rule.order:
            if not any(name in found for found in events.values()):
                yield folder.error(KINDS, place, f"no effect of {path} has the name {name}")
        for event, found in events.items() if rule.order else ():
            for name in found if len(found) > 1 else ():
                if name not in rule.order:
                    yield folder.error(
                        KINDS, place, f"it does not say when {name} follows {event}: give it a place in `order`"
                    )
                if found.count(name) > 1:
                    yield folder.error(KINDS, place, f"several effects that follow {event} have the name {name}")


def names(effects: Iterable[Effect]) -> list[str]:
    return [name_of(effect) for effect in effects]
