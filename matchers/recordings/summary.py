"""What replaying needs to know of all interactions before one is read: a few numbers of each, in columns.

A cassette's index keeps these (`cloudtape.cassettes.cassette.load`); `SUMMARISED_BY` names what they are made by.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import msgspec

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Interaction, Request, header
from cloudtape.matchers.recordings.vocabulary import Vocabulary, Words, named_by, owned
from cloudtape.matchers.requests.canonical import KEY_SIZE, Canonical, canonical
from cloudtape.matchers.requests.form import form
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.requests.things import Thing, crc_of, is_login, is_write, thing_of, touched
from cloudtape.matchers.sessions.exchange import tokens_of

# Whatever decides what a summary says.
SUMMARISED_BY = (
    "cloudtape.cassettes",
    "cloudtape.cassettes.files",
    "cloudtape.cassettes.formats",
    "cloudtape.cassettes.scrubbing",
    "cloudtape.matchers.recordings",
    "cloudtape.matchers.requests",
    "cloudtape.matchers.sessions",
    "cloudtape.openstack",
)
CREATES, ENDS, REPEATS, MAKES, LOST = 1, 2, 4, 8, 16
Identity = tuple[str, ...]
"""Whose a token is: the ids of the user and of what the token is scoped to. Empty for an unknown token."""


CREATED = 201
EMPTY = memoryview(b"")


class Columns(msgspec.Struct, array_like=True):
    """What is known of all interactions: a number for each, as unsigned 32-bit in a row. Names are numbers, too.

    `keys` say what is the same request (`KEY_SIZE` bytes each). `places` stand for method and path, `families` for
    method and collection: where the nearest interactions of a miss are looked for. `abouts` are what a read is about
    (for a list of what has a name, the name), `counts` how many `things` each write may change the reads of (0: a
    read); these stand one after the other.

    `forms`, `shapes` and `stems` tell what unifies (`form`), `owns` which of the cloud's own words a request names (0:
    none), `askers` the token that it acted with, `items` the one thing that a write is on (0: none), `flags` (a byte
    each) add up `CREATES`, `ENDS`, `REPEATS` (a read was answered as the one before it to the same request), `MAKES`
    (what a write is on was not there before) and `LOST` (neither what was sent nor what was answered could be kept).
    `more_items` are pairs: the position of a write that made several things, and all but the first of them. `tokens`
    are pairs: a token that an answer gave, and whose it is. `told` and `made` are the words of the cloud's answers and
    of the client's writes, `invented` the client's values of a random form, `derived` the words that the cloud made of
    the client's (`vocabulary`). They are looked at where they were read, and never copied.
    """

    keys: memoryview = EMPTY
    places: memoryview = EMPTY
    families: memoryview = EMPTY
    abouts: memoryview = EMPTY
    counts: memoryview = EMPTY
    things: memoryview = EMPTY
    forms: memoryview = EMPTY
    shapes: memoryview = EMPTY
    owns: memoryview = EMPTY
    stems: memoryview = EMPTY
    askers: memoryview = EMPTY
    items: memoryview = EMPTY
    flags: memoryview = EMPTY
    tokens: list[tuple[int, Identity]] = []
    told: memoryview = EMPTY
    made: memoryview = EMPTY
    invented: memoryview = EMPTY
    more_items: list[tuple[int, list[int]]] = []
    derived: list[tuple[str, str]] = []


# Columns with a number for each interaction, and those with as many as there are.
ONE_EACH = ("places", "families", "abouts", "counts", "forms", "shapes", "owns", "stems", "askers", "items")
ANY_NUMBER = ("things", "told", "made", "invented")
NUMBER = 4


def fits(summary: memoryview, size: int) -> bool:
    """Whether a summary can be that of so many interactions: its columns are as long as they must be."""
    try:
        columns = msgspec.msgpack.decode(summary, type=Columns)
    except (msgspec.MsgspecError, ValueError):
        return False
    return (
        len(columns.flags) == size
        and len(columns.keys) == KEY_SIZE * size
        and all(len(getattr(columns, name)) == NUMBER * size for name in ONE_EACH)
        and all(len(getattr(columns, name)) % NUMBER == 0 for name in ANY_NUMBER)
        and sum(columns.counts.cast("I")) == len(columns.things) // NUMBER
        and all(0 <= position < size for position, _ in columns.more_items)
    )


class Summariser:
    """Goes through the interactions of one cassette, in order."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._keys = bytearray()
        self._places, self._families, self._abouts = array("I"), array("I"), array("I")
        self._counts, self._things = array("I"), array("I")
        self._forms, self._shapes, self._stems = array("I"), array("I"), array("I")
        self._askers = array("I")
        self._more_items: list[tuple[int, list[int]]] = []
        self._answers: dict[tuple[bytes, int], int] = {}
        """The last answer to a read, by who asked."""
        self._tokens: dict[int, Identity] = {}
        self._named: list[tuple[int, ...]] = []
        self._items, self._flags = array("I"), bytearray()
        self._words = Words()

    def add(self, interaction: Interaction) -> None:
        request = interaction.request
        same, thing = canonical(request), thing_of(request.uri)
        form_of = form(same, self._naming)
        self._keys += same.key
        self._places.append(place_of(same))
        self._families.append(family_of(same, thing))
        self._abouts.append(crc_of(thing.item or form_of.asked_by_name or thing.family))
        things = _changed(interaction, thing)
        self._counts.append(len(things))
        self._things.extend(things)
        self._forms.append(form_of.key)
        self._shapes.append(form_of.shape)
        self._stems.append(form_of.stem)
        self._askers.append(token_of(request))
        items = _items(interaction, thing)
        self._items.append(items[0] if items else 0)
        if len(items) > 1:
            self._more_items.append((len(self._items) - 1, items[1:]))
        self._flags.append(
            CREATES * (creates := is_create(interaction))
            + MAKES * (creates or makes(interaction, thing))
            + ENDS * ends(interaction, thing)
            + REPEATS * self._is_repeated(interaction, same.key)
            + LOST * (bool(interaction.lost) and is_write(request) and not request.body)
        )
        self._tokens.update(_issued(interaction))
        self._named.append(named_by(form_of))
        self._words.add(interaction, form_of)

    def _is_repeated(self, interaction: Interaction, key: bytes) -> bool:
        """Whether the same read was answered the same the last time."""
        body = interaction.response.body
        if is_write(interaction.request) or not isinstance(body, bytes):
            return False
        which, answer = (key, self._askers[-1]), crc32(body, interaction.response.status)
        before = self._answers.get(which)
        self._answers[which] = answer
        return before == answer

    def close(self) -> bytes:
        """The Columns, packed."""
        told, made, invented = self._words.told(), self._words.made(), self._words.invented()
        vocabulary = Vocabulary(told, made, invented)
        columns = Columns(
            keys=memoryview(self._keys),
            places=memoryview(self._places),
            families=memoryview(self._families),
            abouts=memoryview(self._abouts),
            counts=memoryview(self._counts),
            things=memoryview(self._things),
            forms=memoryview(self._forms),
            shapes=memoryview(self._shapes),
            owns=memoryview(array("I", (owned(vocabulary, words) for words in self._named))),
            stems=memoryview(self._stems),
            askers=memoryview(self._askers),
            items=memoryview(self._items),
            flags=memoryview(self._flags),
            tokens=list(self._tokens.items()),
            told=memoryview(told),
            made=memoryview(made),
            invented=memoryview(invented),
            more_items=self._more_items,
            derived=self._words.derived(),
        )
        return msgspec.msgpack.encode(columns)


def place_of(same: Canonical) -> int:
    return crc_of(f"{same.method} {same.place}")


def family_of(same: Canonical, thing: Thing) -> int:
    return crc_of(f"{same.method} {thing.family}")


def token_of(request: Request) -> int:
    """The token that a request acts with, as a number; 0 for none."""
    token = header(request.headers, "x-auth-token")
    return crc_of(token) if token else 0


def is_create(interaction: Interaction) -> bool:
    """Whether an interaction made something that the client learned the name of from the answer."""
    request, response = interaction.request, interaction.response
    if request.method != "POST" or not 200 <= response.status < 300 or is_login(request.method, request.uri):
        return False
    own = own_ids(response.body)
    asked = request.body if isinstance(request.body, bytes) else b""
    tokens = tokens_of(request.uri.encode("utf-8", "replace") + b" " + asked) if own else frozenset()
    return bool(own) and all(one.encode() not in tokens for one in own)


def _changed(interaction: Interaction, thing: Thing) -> list[int]:
    """Those whose reads a write may change; the collection's own lists change with every write on one of its items."""
    if not is_write(interaction.request):
        return []
    return sorted({crc_of(thing.family), *(crc_of(item) for item in touched(interaction))})


def makes(interaction: Interaction, thing: Thing) -> bool:
    """Whether what a write is on was not there before."""
    status = interaction.response.status
    if interaction.request.method == "PUT":
        return status == CREATED
    return interaction.request.method == "POST" and 200 <= status < 300 and not thing.item


def _items(interaction: Interaction, thing: Thing) -> list[int]:
    """What a write is on: the item in its path, or what it made (a key pair has a name and no id)."""
    if not is_write(interaction.request):
        return []
    body = interaction.response.body
    return [crc_of(item) for item in ([thing.item] if thing.item else own_ids(body) or own_ids(body, ("name",)))]


def ends(interaction: Interaction, thing: Thing) -> bool:
    """Whether a write leaves nothing of the item in its path (and not only of something that belongs to it)."""
    gone = interaction.response.status < 300 or interaction.response.status in (404, 410)
    return interaction.request.method == "DELETE" and gone and thing.is_whole


def own_thing(body: object) -> dict[str, Any]:
    """The one thing that an answer tells of, with or without a wrapper; empty where there is none."""
    document = _json(body)
    if len(document) == 1 and isinstance(inner := next(iter(document.values())), dict):
        return inner
    return document


def own_ids(body: object, names: Sequence[str] = ("id", "uuid", "image_id")) -> list[str]:
    """The ids of what an answer tells of: of one thing, or of a list and nothing else (`{"networks": [{…}, {…}]}`)."""
    document: Any = _json(body)
    if len(document) == 1:
        document = next(iter(document.values()))
    things = document if isinstance(document, list) else [document]
    ids = [_id(one, names) for one in things if isinstance(one, dict)]
    return ids if len(ids) == len(things) and all(ids) else []


def own_id(body: object) -> str:
    """The id of the one thing that an answer tells of, empty where there is none."""
    ids = own_ids(body)
    return ids[0] if len(ids) == 1 else ""


def _id(thing: dict[str, Any], names: Sequence[str]) -> str:
    return str(next((thing[name] for name in names if thing.get(name)), ""))


def _issued(interaction: Interaction) -> dict[int, Identity]:
    """A token that an answer gives, and whose it is: the user with the scope. Sources: Identity API v3 and v2.0."""
    request, response = interaction.request, interaction.response
    if not is_login(request.method, request.uri) or response.status >= 300:
        return {}
    document = _json(response.body)
    token, access = document.get("token"), document.get("access")
    if isinstance(token, dict):
        issued = header(response.headers, "x-subject-token") or ""
        scope = [token.get(name) for name in ("user", "project", "domain", "system", "OS-TRUST:trust")]
    elif isinstance(access, dict) and isinstance(token := access.get("token"), dict):
        issued, scope = str(token.get("id", "")), [access.get("user"), token.get("tenant")]
    else:
        return {}
    whose = (one.get("id", repr(one)) if isinstance(one, dict) else one for one in scope)
    return {crc_of(issued): tuple(str(one or "") for one in whose)}


def _json(body: object) -> dict[str, Any]:
    if not isinstance(body, bytes) or body[:1] != b"{":
        return {}
    try:
        document = json_value(body)
    except JsonError:
        return {}
    return document if isinstance(document, dict) else {}
