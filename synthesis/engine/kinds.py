"""A kind of resource: what its members are, who sets them, and how it is named.

What the reference's examples tell is the default; its `Rule` says what they do not: what today's services answer
besides, what must be sent, what is unique, whose it is.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from typing import Any

from cloudtape.synthesis.engine.lending import NOTHING, Lending, lent
from cloudtape.synthesis.engine.plans import Plan, Planner, Verb, shape_of
from cloudtape.synthesis.engine.rules import Rule, Scope
from cloudtape.synthesis.worlds.lifecycle import Life
from cloudtape.synthesis.worlds.shelves import Members

WHOLE = (Verb.SHOW, Verb.CREATE, Verb.UPDATE, Verb.PUT)


class Kind:
    """One kind. Everything is worked out when it is first asked for."""

    def __init__(
        self,
        name: str,
        planner: Planner,
        rule: Rule,
        life: Life | None,
        is_regional: bool,
        lending: Lending = NOTHING,
    ) -> None:
        self.name, self.rule, self.life, self.is_regional = name, rule, life, is_regional
        self.service, _, self.path = name.partition("/")
        self.lending = lending.and_of(rule.printed, rule.maps)
        self._planner = planner
        self._lent: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"Kind({self.name})"

    @property
    def by(self) -> tuple[str, ...]:
        """The members by which a path may name one, too."""
        return self.rule.by

    @property
    def named(self) -> str:
        """The member that a client names one by."""
        return self.rule.named

    @functools.cached_property
    def plans(self) -> list[Plan]:
        """Its operations, those of the newest version first."""
        return [self._planner.plan(one.id) for one in self._planner.kinds.get(self.name, ())]

    @functools.cached_property
    def is_collection(self) -> bool:
        return self.name in self._planner.collections

    @functools.cached_property
    def is_made(self) -> bool:
        """Whether a client can make one."""
        return self.rule.newest or any(plan.verb in (Verb.CREATE, Verb.PUT) for plan in self.plans)

    @functools.cached_property
    def scope(self) -> Scope:
        """Whose it is: of nobody where no client can make one."""
        return self.rule.scope or ("project" if self.is_made else "global")

    @functools.cached_property
    def newest(self) -> str:
        """The version whose examples say what a resource is made of."""
        return next((plan.operation.version for plan in self.plans if plan.sample is not None), "")

    @functools.cached_property
    def wrapper(self) -> str:
        """The member that holds one of it."""
        if self.rule.wrapper:
            return self.rule.wrapper
        found = [plan.wrapper for plan in self.plans if plan.verb in WHOLE and plan.wrapper and not plan.many]
        return found[0] if found else ""

    @functools.cached_property
    def many(self) -> str:
        """The member that holds a list of it."""
        found = next((plan.wrapper for plan in self.plans if plan.many and plan.wrapper), "")
        return self.rule.many or found or self.path.rpartition("/")[2].replace("-", "_")

    @functools.cached_property
    def alone(self) -> str:
        """The member in which an example of its list prints one of it; empty where no example does.

        Another example of the same list has all (networks with their provider attributes, Networking API v2.0).
        """
        lists = {shape_of(plan) for plan in self.plans if plan.many}
        ones = [plan for plan in self.plans if plan.verb is Verb.LIST and not plan.many and shape_of(plan) in lists]
        return next((plan.wrapper for plan in ones if plan.wrapper and plan.wrapper == self.wrapper), "")

    @functools.cached_property
    def label(self) -> str:
        word = self.rule.label or self.wrapper or self.path.rpartition("/")[2].rstrip("s")
        return word if self.rule.label else word.replace("_", " ").replace("-", " ").removeprefix("os ").capitalize()

    @functools.cached_property
    def samples(self) -> list[Members]:
        """One of it, as each example shows it: the most telling ones first."""
        order = (Verb.SHOW, Verb.LIST, Verb.UPDATE, Verb.CREATE, Verb.PUT)
        plans = [plan for verb in order for plan in self.plans if plan.verb is verb and self._tells(plan)]
        return [one for plan in plans for one in self._items(plan)]

    def _items(self, plan: Plan) -> list[Members]:
        """The resources in an example answer, those that stand in an object by their keys, too."""
        found = items_in(plan)
        if not self.rule.keyed or plan.verb is not Verb.LIST:
            return found
        return [one for all_ in found for one in all_.values() if isinstance(one, dict)]

    def _tells(self, plan: Plan) -> bool:
        return plan.operation.version == self.newest and plan.sample is not None

    @functools.cached_property
    def client(self) -> frozenset[str]:
        """The members that a client may set."""
        sent = [sent_members(plan) for plan in self.plans if plan.verb in (Verb.CREATE, Verb.UPDATE, Verb.PUT)]
        return frozenset(name for members in sent for name in members) - set(self.rule.server)

    @functools.cached_property
    def types(self) -> dict[str, type]:
        """What each member is, where it can be only one of object, list and text."""
        samples = [sent_members(plan) for plan in self.plans if plan.operation.version == self.newest]
        found: dict[str, set[type]] = {}
        for members in [*samples, {**self._shown, **self.rule.members}]:
            for name, value in members.items():
                if value is not None:
                    found.setdefault(name, set()).add(type(value))
        return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1 and kinds <= {dict, list, str}}

    @functools.cached_property
    def template(self) -> Members:
        """All members with the values of one that nobody set anything of."""
        found = {name: lent(value, name, self.lending) for name, value in self._shown.items()}
        return {**found, **self.rule.members}

    @functools.cached_property
    def _shown(self) -> Members:
        """All members that examples show, as the most telling one prints them; none where rows say them all."""
        found: Members = {}
        for sample in self.samples if not self.rule.newest else ():
            for name, value in sample.items():
                found.setdefault(name, value)
        return found

    @property
    def is_stocked(self) -> bool:
        """Whether there is something before anybody has made it: what rows or, where they say so, examples list."""
        return bool(self.rule.items) or (not self.is_made and self.lending.is_all)

    def lent(self, plan: Plan) -> Any:
        """The structure of an operation's example, with no value that is somebody else's."""
        if plan.operation.id not in self._lent:
            self._lent[plan.operation.id] = lent(plan.sample, "", self.lending)
        return self._lent[plan.operation.id]

    def lent_item(self, plan: Plan) -> Members:
        """The members of a resource in an operation's example, each empty; none where it shows no resource."""
        key = f"{plan.operation.id} item"
        if key not in self._lent:
            items = self._items(plan) if isinstance(plan.sample, dict | list) else []
            self._lent[key] = lent(items[0], "", self.lending) if items else {}
        found: Members = self._lent[key]
        return found

    @functools.cached_property
    def key(self) -> str:
        """The member that a path names."""
        if self.rule.key:
            return self.rule.key
        variables = [plan.steps[-1].variable for plan in self.plans if plan.has_id]
        singular = self.path.rpartition("/")[2].rstrip("s").replace("-", "_")
        for name in ("id", *variables, f"{singular}_id", "name", "alias", "uuid", "key"):
            if any(name in sample for sample in self.samples[:1] or [self.rule.members]):
                return name
        return "id"

    @functools.cached_property
    def id_form(self) -> str:
        """How a new one is named: uuid, hex, int or sent."""
        if self.rule.id:
            return self.rule.id
        if self.key not in ("id", "uuid") and not self.key.endswith("_id"):
            return "sent"
        value = next((sample[self.key] for sample in self.samples if self.key in sample), "")
        if isinstance(value, int):
            return "int"
        return "hex" if isinstance(value, str) and len(value) == 32 and "-" not in value else "uuid"

    @functools.cached_property
    def short(self) -> frozenset[str]:
        """The members in a list without details; empty: all of them."""
        if self.rule.short:
            return frozenset(self.rule.short)
        plans = [plan for plan in self.plans if plan.many and plan.operation.version == self.newest]
        if not any(plan.detailed for plan in plans):
            return frozenset()
        listed = next((plan for plan in plans if not plan.detailed), None)
        return frozenset(name for one in items_in(listed) for name in one) if listed else frozenset()

    @functools.cached_property
    def place(self) -> tuple[str, ...]:
        """The template of the path of one, behind the version and the project; empty where none is known."""
        named = [plan.segments for plan in self.plans if plan.has_id and plan.segments[-1][0] == "{"]
        own = [one for one in named if "/".join(part for part in one if part[0] != "{") == self.path]
        return own[0] if own else ()

    @functools.cached_property
    def item_wrapper(self) -> str:
        """What each item of a list is wrapped in (`keypair` in a list of key pairs)."""
        listed = next((plan for plan in self.plans if plan.many), None)
        return _inner(listed) if listed else ""


def items_in(plan: Plan) -> list[Members]:
    """The resources in an example answer."""
    inside = plan.sample[plan.wrapper] if plan.wrapper else plan.sample
    if not plan.many:
        several = _several(inside) if plan.verb is Verb.CREATE else []
        return several or ([inside] if isinstance(inside, dict) else [])
    inner = _inner(plan)
    found = [one[inner] if inner else one for one in inside if isinstance(one, dict)]
    return [one for one in found if isinstance(one, dict)]


def _several(inside: Any) -> list[Members]:
    """The resources of a request or an answer that is about several (`{"limits": [{…}]}`)."""
    only = next(iter(inside.values())) if isinstance(inside, dict) and len(inside) == 1 else None
    return only if isinstance(only, list) and all(isinstance(one, dict) for one in only) else []


def _inner(plan: Plan) -> str:
    inside = plan.sample[plan.wrapper] if plan.wrapper else plan.sample
    names = {tuple(one) for one in inside if isinstance(one, dict)}
    if len(names) != 1:
        return ""
    (only,) = names
    return only[0] if len(only) == 1 and all(isinstance(one[only[0]], dict) for one in inside) else ""


def sent_members(plan: Plan) -> Members:
    """The members of the resource in an example request."""
    sent = plan.sent
    inside = sent.get(plan.request_wrapper) if isinstance(sent, dict) and plan.request_wrapper else sent
    several = _several(inside)
    return several[0] if several else inside if isinstance(inside, dict) else {}


NO_RULE = Rule()


class Kinds:
    """All kinds, by name. `rules` and `lives` are by service and name; `shared` are the services that all regions
    share; `lending` is by service what its rows say of all examples.
    """

    def __init__(
        self,
        planner: Planner,
        rules: Mapping[str, Rule],
        lives: Mapping[str, Life],
        shared: Collection[str],
        lending: Mapping[str, Lending] | None = None,
    ) -> None:
        self.planner = planner
        self._rules, self._lives, self._shared = rules, lives, shared
        self._lending = lending or {}
        self._kinds: dict[str, Kind] = {}

    def __getitem__(self, name: str) -> Kind:
        kind = self._kinds.get(name)
        if kind is None:
            rule, service = self._rules.get(name, NO_RULE), name.partition("/")[0]
            life = self._lives[f"{service}/{rule.life}"] if rule.life else None
            lending = self._lending.get(service, NOTHING)
            kind = Kind(name, self.planner, rule, life, service not in self._shared, lending)
            self._kinds[name] = kind
        return kind

    def counted(self, service: str) -> list[Kind]:
        """The kinds of a service that a quota counts."""
        return [self[name] for name, rule in self._rules.items() if rule.quota and name.startswith(service + "/")]
