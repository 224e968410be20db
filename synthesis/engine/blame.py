"""Whose fault it is when answering a request trips over something that no check of ours stood before.

It is the client's where its body is not what the operation takes, as the example of the reference shows that: a member
of another type, or one that is missing. Else it is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudtape.synthesis.engine.plans import Plan

NAMES = {dict: "an object", list: "a list", str: "a text", bool: "a truth", int: "a number", float: "a number"}


def misfit(plan: Plan, body: Any) -> str:
    """What a client has sent otherwise than the operation takes it; empty where that is nothing."""
    if plan.sent is None:
        return "" if body is None else "The operation takes no body."
    return next(_misfits(plan.sent, body, ""), "")


def _misfits(example: Any, sent: Any, place: str) -> Iterator[str]:
    if example is None:
        return
    wanted = NAMES[type(example)]
    if sent is None or NAMES[type(sent)] != wanted:
        yield f"{place or 'The body'} is not {wanted}."
    elif isinstance(example, dict):
        for name, value in example.items():
            inside = f"{place}.{name}" if place else name
            if name not in sent:
                yield f"{inside} is a required property."
            else:
                yield from _misfits(value, sent[name], inside)
    elif isinstance(example, list) and example:
        for at, one in enumerate(sent):
            yield from _misfits(example[0], one, f"{place}[{at}]")
