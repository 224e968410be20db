"""What an answer that was not made here shows of resources: which they are, and what they are made of.

Finds the resources in an answer's document by the plan of its operation. Knows nothing of worlds or cassettes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Response, header
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.worlds.shelves import Members

# Actions that make something else, by whose id they are answered, in a member or as where it is: its kind.
GIVES = dict.fromkeys(("createImage", "createBackup", "os-volume_upload_image"), "image/images")
GIVEN_AS = "image_id"
SHOWING = (Verb.SHOW, Verb.CREATE, Verb.PUT, Verb.UPDATE)
MAKING = (Verb.CREATE, Verb.PUT)


class Key(msgspec.Struct, frozen=True):
    """Where a resource stands in a world."""

    kind: str
    region: str
    parents: tuple[str, ...]
    id: str


class Sighting(msgspec.Struct, frozen=True):
    """A resource as one answer showed it to whoever made `call`."""

    key: Key
    members: Members
    call: Call

    @property
    def is_made(self) -> bool:
        """Whether this is the answer to the request that made it."""
        return self.call.plan.verb in MAKING


def sightings(kind: Kind, call: Call, document: Any) -> Iterator[Sighting]:
    """The resources that the document of a successful answer shows."""
    if not kind.is_collection:
        return
    if call.plan.verb is Verb.LIST:
        found = [unwrapped(kind, item) for item in list_in(kind, call, document) or ()]
    elif call.plan.verb in SHOWING:
        found = [_one_in(kind, call, document)]
    else:
        return
    for members in found:
        if members is not None and (id_ := _id(kind, call, members)):
            yield Sighting(Key(kind.name, call.region, call.parents, id_), _kept(kind, call, members), call)


def ids_given(call: Call, response: Response, document: Any) -> Members:
    """By kind, the id of what an action made that is not what it acted on."""
    kind = GIVES.get(call.plan.operation.action)
    if not kind:
        return {}
    told = document if isinstance(document, dict) else {}
    inner = next((one for one in told.values() if isinstance(one, dict)), told)
    where = (header(response.headers, "location") or "").rstrip("/").rpartition("/")[2]
    found = told.get(GIVEN_AS) or inner.get(GIVEN_AS) or where
    return {kind: found} if isinstance(found, str) and found else {}


def made_by(call: Call, kind: Kind) -> str:
    """The id that a request gives to what it is to make; empty where its service does."""
    if call.plan.verb is Verb.PUT:
        return call.id
    sent = call.sent if call.plan.verb is Verb.CREATE and isinstance(call.body, dict) else {}
    return str(sent.get(kind.key) or "")


def list_in(kind: Kind, call: Call, document: Any) -> list[Any] | None:
    """The items of a list, as they stand in its document; None where it holds none."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        for name in (call.plan.wrapper, kind.many):
            if isinstance(found := document.get(name), list):
                return found
    return None


def unwrapped(kind: Kind, item: Any) -> Members | None:
    """The members of an item of a list; None where it is no object."""
    inner = kind.item_wrapper
    found = item.get(inner, item) if isinstance(item, dict) and inner else item
    return found if isinstance(found, dict) else None


def texts_in(value: Any) -> Iterator[str]:
    """The texts in a JSON value, and the last segment of those that are URLs."""
    if isinstance(value, str):
        yield value
        if "://" in value:
            yield value.rstrip("/").rpartition("/")[2]
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts_in(one)


def id_in(kind: Kind, item: Any) -> str:
    """The id of an item of a list, empty where it has none."""
    members = unwrapped(kind, item)
    return str(members[kind.key]) if members and members.get(kind.key) is not None else ""


def _one_in(kind: Kind, call: Call, document: Any) -> Members | None:
    if not isinstance(document, dict):
        return None
    for name in (call.plan.wrapper, kind.wrapper):
        if name and isinstance(found := document.get(name), dict):
            return found
    return document if kind.key in document else None


def _id(kind: Kind, call: Call, members: Members) -> str:
    if members.get(kind.key) is not None:
        return str(members[kind.key])
    return call.id if call.plan.has_id and call.ids else ""


def _kept(kind: Kind, call: Call, members: Members) -> Members:
    """The members under the names that a resource keeps them by."""
    rule = kind.rule
    found = {
        rule.old.get(name, name): value
        for name, value in members.items()
        if name not in rule.hidden and _makes_sense(kind, name, value)
    }
    for name, newer in rule.newer.items():
        if name in found and call.micro >= newer.since:
            found[newer.take] = found.pop(name)
    return found


def _makes_sense(kind: Kind, name: str, value: Any) -> bool:
    """Not a number where a list or an object stands: clouds differ from the reference, but not in this."""
    return not (isinstance(value, int | float) and kind.types.get(name) in (dict, list))
