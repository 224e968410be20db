"""What the answer of an operation tells of a resource: its status, and which members it leaves out, by microversion.

The rows are those of `kinds.yaml`. Knows nothing of resources.
"""

from __future__ import annotations

import functools

import msgspec

from cloudtape.synthesis.engine.plans import Plan, Verb
from cloudtape.synthesis.engine.rules import Rule
from cloudtape.synthesis.engine.services import Microversion

HIDDEN = "_"
"""Members whose names begin so are never shown."""


class Form(msgspec.Struct, frozen=True):
    """`status` is 0 where it is the documented one; `barred` are members that are not told.

    `replaced` are those that have another value in this microversion, `whole` those that need no completion,
    `optional` those that are told only where the resource has them.
    """

    status: int
    barred: frozenset[str]
    replaced: frozenset[str]
    whole: frozenset[str]
    optional: frozenset[str]

    def tells(self, name: str) -> bool:
        return name[:1] != HIDDEN and name not in self.barred

    def completes(self, name: str) -> bool:
        """Whether a member of the example is told where the resource has none."""
        return self.tells(name) and name not in self.optional


def form_of(rule: Rule, plan: Plan, micro: Microversion, is_admin: bool = True, as_printed: bool = False) -> Form:
    """The form of the answer of an operation on a kind; `as_printed`: the reference's, whatever came later."""
    if as_printed:
        return _printed(rule)
    return _form(rule, plan.verb, plan.operation.action, micro, is_admin)


@functools.lru_cache(4096)
def _printed(rule: Rule) -> Form:
    nothing = frozenset[str]()
    return Form(0, frozenset(rule.hidden), nothing, nothing, nothing)


@functools.lru_cache(4096)
def _form(rule: Rule, verb: Verb, action: str, micro: Microversion, is_admin: bool) -> Form:
    found = [one for one in rule.told if {verb.name, action} & set(one.by) and one.since <= micro < one.until]
    barred = set[str]().union(*(one.without for one in found))
    barred |= {name for name, first in rule.since.items() if micro < first}
    barred |= {name for name, end in rule.until.items() if micro >= end}
    if verb not in (Verb.CREATE, Verb.PUT):
        barred |= set(rule.hidden)
    if not is_admin:
        barred |= set(rule.admins)
    ends = rule.until.get
    replaced = frozenset(name for name, one in rule.newer.items() if one.since <= micro < ends(name, (9999, 0)))
    whole = replaced.union(rule.whole)
    status = next((one.status for one in found if one.status), 0)
    return Form(status, frozenset(barred), replaced, whole, frozenset(rule.optional))
