"""Whose fault it is when answering a request trips over something that no check of ours stood before.

It is the client's where its body is not what the operation takes, as the example of the reference shows that: a member
of another type, or one that is missing. Else it is ours.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from cloudtape.cassettes.messages import Request
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.plans import Plan
from cloudtape.synthesis.errors import Refused

logger = logging.getLogger(__name__)

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


class Asking:
    """What is known of a request by the time that it is answered, or trips over something."""

    __slots__ = ("call", "id", "micro", "operation")

    def __init__(self, id_: str) -> None:
        self.id, self.operation, self.micro = id_, "", (0, 0)
        self.call: Call | None = None


def blamed(request: Request, call: Call | None) -> Refused:
    """What is said of a request that tripped over something that no check of ours stood before."""
    if call is not None and (why := misfit(call.plan, call.body)):
        logger.info("%s %s does not fit: %s", request.method, request.uri, why, exc_info=True)
        return Refused(400, f"Invalid input: {why}", "HTTPBadRequest")
    logger.error("%s %s: a fault of ours", request.method, request.uri, exc_info=True)
    return Refused(500, "The server has either erred or is incapable of performing the requested operation.")
