"""Operations that have the same method and template: which of them a request is, where its body tells.

POST /v3/auth/tokens        with a body: a login, 201; without: OAuth's, 200
PUT  /v2.0/users/{userId}   with an id in the body: OS-KSADM's, 200; without: the core's, 201
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloudtape.synthesis.engine.kinds import sent_members
from cloudtape.synthesis.engine.plans import Plan


def told_apart(plan: Plan, others: Sequence[Plan], body: Any) -> Plan:
    """The operation among those alike whose example request a body is like; `plan` where none is more so.

    It makes a difference only where they are answered with different statuses.
    """
    for other in others:
        if not set(other.operation.statuses) & set(plan.operation.statuses) and _fits(other, plan, body):
            return other
    return plan


def _fits(other: Plan, plan: Plan, body: Any) -> bool:
    if body is None or other.sent is None:
        return body is None and other.sent is None and plan.sent is not None
    inside = body.get(other.request_wrapper) if isinstance(body, dict) else None
    if not isinstance(inside, dict):
        return False
    known = sent_members(other).keys()
    return inside.keys() <= known and not inside.keys() <= sent_members(plan).keys()
