"""What a cloud must answer, by what it was asked before: a model of the things that one run makes, changes and deletes.

Judges from the outside. It knows HTTP and how OpenStack's APIs are laid out (a collection, and things in it), and nothing of how
an answer was found. What it says of the recordings themselves shows whether it is right: a real cloud is never wrong.

    made            what the answer to a create tells of a thing is true from then on: its id, and what the client has said of it
    not deleted     it is shown, and listed where its maker asks for all of them, once
    deleted         it is never shown, listed or deleted again (where deleting takes its time: once it was seen to be gone)
    changed         it is what the client said last
    uploaded        bytes come down as they went up
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from tests.scenarios.documents import OBJECT, address_of, differs, has_more, key_of, list_in, object_in, parted
from tests.scenarios.exchanges import TapedCall

TAKES_ITS_TIME = re.compile(r"/(servers|volumes|snapshots|backups|stacks|os-volume_attachments)$")
"""Collections of things that are still shown for a while after their deletion was accepted."""
NEUTRAL = frozenset({"format", "sort", "sort_key", "sort_dir", "fields", "all_tenants", "detail"})
"""Parameters that leave no thing out of a list."""
PAGING = frozenset({"limit", "marker", "page_size", "offset", "prefix", "delimiter", "end_marker"})
KEPT_BY_ACTIONS = frozenset({"name", "description"})
TOLD_OTHERWISE = (
    (re.compile(r"/flavors$"), "swap", 0, ""),  # before microversion 2.75
)
"""What services tell otherwise than it was said: where, which member, what was said, what is told."""


STABLE = frozenset(
    {"created", "created_at", "fingerprint", "mac_address", "network_id", "owner", "project_id", "tenant_id"}
)
"""Members that the cloud gives to a thing once: what was told of them is told again, of times the seconds."""
TO_THE_SECOND = len("2026-11-24T22:51:25")


class State(Enum):
    ALIVE = auto()
    DELETING = auto()
    GONE = auto()


@dataclass(slots=True)
class Thing:
    """`address` is where it is shown, `key` its id (or name) in lists.

    `said` is what its clients have said of it, `told` what they were told of what is stable.
    """

    address: str
    collection: str
    key: str
    maker: str
    said: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    state: State = State.ALIVE

    def belongs_to(self, other: Thing) -> bool:
        return _is_below(self.address, other.address) or other.key in self.said.values()


class Model:
    """Hears a run's exchanges in their order; what is wrong with each comes out of `hear`."""

    def __init__(self) -> None:
        self._things: dict[str, Thing] = {}
        self._contents: dict[str, bytes] = {}
        self._projects: dict[str, str] = {}

    def hear(self, exchange: TapedCall) -> Iterator[str]:
        address = address_of(exchange)
        if exchange.method == "POST" and address.endswith("/auth/tokens"):
            self._log_in(exchange)
            return
        hears: dict[str, Callable[[TapedCall, str], Iterator[str]]] = {
            "POST": self._post,
            "PUT": self._put,
            "PATCH": self._change,
            "DELETE": self._delete,
            "GET": self._get,
            "HEAD": self._get,
        }
        yield from hears[exchange.method](exchange, address)

    def made(self) -> set[str]:
        """The keys of all that was made so far."""
        return {thing.key for thing in self._things.values()}

    def _log_in(self, exchange: TapedCall) -> None:
        if exchange.status == 201:
            project = exchange.answer["token"].get("project", {}).get("id", "")
            self._projects[exchange.fields["x-subject-token"]] = project

    def _maker(self, exchange: TapedCall) -> str:
        return self._projects.get(exchange.token, exchange.token)

    # --- writes ------------------------------------------------------------------------------------------------------

    def _post(self, exchange: TapedCall, address: str) -> Iterator[str]:
        if not _is_good(exchange):
            return
        made = object_in(exchange.answer)
        key = key_of(made, address)
        if key and key not in address.split("/"):  # else it acts on the thing that its answer tells of
            yield from self._make(exchange, address, key, made)
        else:
            self._contents.pop(address, None)
            self._act(exchange, address)

    def _make(self, exchange: TapedCall, collection: str, key: str, made: dict[str, Any]) -> Iterator[str]:
        address = f"{collection}/{key}"
        known = self._things.get(address)
        if known and (known.state is not State.GONE or key != made.get("name")):
            yield f"{key} was made before"
        said = dict(object_in(exchange.asked) or {})
        if int(said.get("min_count") or 1) > 1:
            said.pop("name", None)
        thing = self._things[address] = Thing(address, collection, key, self._maker(exchange), said)
        yield from self._told(thing, made)

    def _act(self, exchange: TapedCall, address: str) -> None:
        """Something was done to a thing below its address: what it says of itself may be another now."""
        thing = self._of(address)
        if thing is None:
            return
        below = set(address.removeprefix(thing.address).split("/"))
        changed = object_in(exchange.asked) or {}
        kept = KEPT_BY_ACTIONS if "action" in below else thing.said.keys() - below
        thing.said = {name: changed.get(name, value) for name, value in thing.said.items() if name in kept}

    def _put(self, exchange: TapedCall, address: str) -> Iterator[str]:
        if not _is_good(exchange):
            return
        if exchange.status == 201 and address not in self._things:
            collection, key = parted(address)
            self._things[address] = Thing(address, collection, key, self._maker(exchange))
        elif exchange.status == 201:
            self._things[address].state = State.ALIVE
        else:
            yield from self._change(exchange, address)
        self._contents.pop(address, None)
        if exchange.sent and exchange.asked is None and not exchange.query:
            self._contents[address] = exchange.sent

    def _change(self, exchange: TapedCall, address: str) -> Iterator[str]:
        if not _is_good(exchange):
            return
        thing = self._things.get(address)
        if thing is None:
            self._act(exchange, address)
            return
        if isinstance(exchange.asked, list):  # a JSON patch
            for one in exchange.asked:
                thing.said.pop(one["path"].lstrip("/"), None)
                if "value" in one:
                    thing.said[one["path"].lstrip("/")] = one["value"]
        else:
            thing.said |= object_in(exchange.asked) or {}
        if key_of(shown := object_in(exchange.answer), thing.collection):
            yield from self._told(thing, shown)

    def _delete(self, exchange: TapedCall, address: str) -> Iterator[str]:
        thing = self._things.get(address)
        if thing is None:
            if _is_good(exchange):
                self._act(exchange, address)
            return
        if _is_good(exchange) and thing.state is State.GONE:
            yield f"{thing.key} is deleted a second time"
        elif exchange.status == 404 and self._is_there(thing, exchange):
            yield f"{thing.key} is there, and could be deleted"
        elif _is_good(exchange):
            thing.state = State.DELETING if TAKES_ITS_TIME.search(thing.collection) else State.GONE
            self._contents = {at: body for at, body in self._contents.items() if not _is_below(at, address)}
            for other in self._things.values():
                if other.state is State.ALIVE and other.belongs_to(thing):
                    other.state = State.DELETING  # it goes along, sooner or later, or never

    # --- reads -------------------------------------------------------------------------------------------------------

    def _get(self, exchange: TapedCall, address: str) -> Iterator[str]:
        thing = self._things.get(address)
        if thing:
            yield from self._seen(exchange, thing)
        if exchange.status == 200 and exchange.method == "GET":
            if address in self._contents and self._contents[address] != exchange.body:
                yield f"{len(exchange.body)} bytes came down, and are not the {len(self._contents[address])} that went up"
            listed = list_in(exchange.answer, address)
            if listed is not None:
                yield from self._listed(exchange, address.removesuffix("/detail"), listed)

    def _seen(self, exchange: TapedCall, thing: Thing) -> Iterator[str]:
        if exchange.status in (404, 410):
            if self._is_there(thing, exchange):
                yield f"{thing.key} was made, and is not there"
            if thing.state is State.DELETING:
                thing.state = State.GONE
        elif exchange.status == 200:
            if thing.state is State.GONE:
                yield f"{thing.key} was deleted, and is shown"
            elif shown := object_in(exchange.answer):
                yield from self._told(thing, shown)

    def _is_there(self, thing: Thing, exchange: TapedCall) -> bool:
        return thing.state is State.ALIVE and thing.maker == self._maker(exchange)

    def _listed(self, exchange: TapedCall, collection: str, listed: list[dict[str, Any]]) -> Iterator[str]:
        keys = [key_of(one, collection) for one in listed]
        for one, key in zip(listed, keys, strict=True):
            thing = self._things.get(f"{collection}/{key}")
            if thing and thing.state is State.GONE:
                yield f"{thing.key} was deleted, and is listed"
            elif thing:
                yield from self._told(thing, one)
        if PAGING.isdisjoint(name for name, _ in exchange.query) and not has_more(exchange.answer):
            yield from self._is_complete(exchange, collection, keys)
        for name in [value for parameter, value in exchange.query if parameter == "name"]:
            for one in listed:
                if name not in str(one.get("name", name)):
                    yield f"{one['name']} is listed among what is called {name}"

    def _is_complete(self, exchange: TapedCall, collection: str, keys: list[str]) -> Iterator[str]:
        """Each thing that no parameter leaves out is listed once; what is being deleted and is not any more, is gone."""
        for thing in [one for one in self._things.values() if one.collection == collection]:
            if self._passes(thing, exchange):
                if thing.state is State.DELETING and thing.key not in keys:
                    thing.state = State.GONE
                if self._is_there(thing, exchange) and keys.count(thing.key) != 1:
                    yield f"{thing.key} was made, and is listed {keys.count(thing.key)} times"

    def _passes(self, thing: Thing, exchange: TapedCall) -> bool:
        """Whether no parameter of a list leaves a thing out, for all that is known."""
        return all(name in NEUTRAL or str(thing.said.get(name)) == value for name, value in exchange.query)

    # --- what is told of a thing -------------------------------------------------------------------------------------

    def _told(self, thing: Thing, shown: dict[str, Any]) -> Iterator[str]:
        key = key_of(shown, thing.collection)
        if key and key != thing.key:
            yield f"{thing.key} was asked for, {key} is told"
        for name, said in thing.said.items():
            if name in shown and differs(said, shown[name]) and not _is_usual(thing, name, said, shown[name]):
                yield f"{thing.key} has {name} {shown[name]!r}, and was given {said!r}"
        for name in STABLE & shown.keys():
            now = str(shown[name])[:TO_THE_SECOND] if name.startswith("created") else shown[name]
            if thing.told.setdefault(name, now) != now and name not in thing.said:
                yield f"{thing.key} has {name} {now!r}, and had {thing.told[name]!r}"

    def _of(self, address: str) -> Thing | None:
        """The thing that an address lies below."""
        while "/" in address:
            if thing := self._things.get(address):
                return thing
            address = address.rpartition("/")[0]
        return None


def _is_usual(thing: Thing, *said: Any) -> bool:
    """Whether a service tells that member so."""
    return any(where.search(thing.collection) and said == tuple(row) for where, *row in TOLD_OTHERWISE)


def _is_good(exchange: TapedCall) -> bool:
    return 200 <= exchange.status < 300


def _is_below(address: str, other: str) -> bool:
    return address == other or (address.startswith(f"{other}/") and not OBJECT.fullmatch(other))
