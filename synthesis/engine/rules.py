"""What the reference's examples do not tell of a kind of resource: the rows `kinds` of `kinds.yaml`."""

from __future__ import annotations

from typing import Literal

import msgspec

from cloudtape.synthesis.engine.checks import Check
from cloudtape.synthesis.engine.services import Microversion
from cloudtape.synthesis.worlds.shelves import Members

Scope = Literal["", "project", "public", "global", "own"]

FIRST, LAST = (0, 0), (9999, 0)


class Told(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How some operations answer, from one microversion on and until another one.

    `by` names them by their verb (CREATE) or action (rebuild). `without` are members that these answers leave out.
    """

    by: tuple[str, ...]
    since: Microversion = FIRST
    until: Microversion = LAST
    status: int = 0
    without: tuple[str, ...] = ()


class Newer(msgspec.Struct, frozen=True, omit_defaults=True):
    """From a microversion on, a member takes the value of another one, which is never shown by itself."""

    since: Microversion
    take: str


class Rule(msgspec.Struct, frozen=True, omit_defaults=True, eq=False, forbid_unknown_fields=True):
    """A row of `kinds.yaml`.

    `label` is how the service speaks of one (`Instance`), `absent` what it says where there is none. `key` is the
    member that a path names (also `by`). `id` says how new ones are named: uuid, hex, int, or sent by the client.
    `members` are today's, with the values that nobody sent; `short` those of a list without details, `alone` those of
    no list, `made` those of the answer to a POST. `scope`: `project` belongs to one, `public` too but is seen by all
    where it says so, `global` to nobody, `own` to a user. `public` is the member that says so, `opens` are more of
    them. `admin`: what only an admin may do. `map`: it is a document that is this member of its parent, `item` what
    wraps one key of it, `echo`: a POST is answered with what was sent, not with all of it. `extra`: clients add members
    of their own. `inner`: its service keeps it, and no operation is about it. `either` are members that may be an
    object or a text, `optional` those of examples whose presence says something. `since` and `until` bound the
    microversions in which a member is shown. `keyed`: a list of it is an object, by the keys. `old`: what older
    versions call a member. `told`: how some operations answer. `admins`: members that only an admin is told. `whole`:
    members that need no completion, `said`: those that are told only where they have a value. `checks`: which values
    members may have. `renames`: an update may give it another key. `reserved`: members that only an admin may set.
    `oldest_first`: the order of its lists, where its service has another one. `patterns`: filters of its lists that are
    regular expressions, and not whole values; `globs`: those in which `*` stands for anything; `contains` are members
    of which `name~` asks for a part. `asks`: the members that filters of other names are about (`_image_id` is one that
    nobody is told), `at_least`: those whose numbers they bound from below. `filters`: all that may be asked of its
    lists, where anything else is refused. `takes`: the members that a client may send, where anything else is refused;
    `changes` those that an update may send; `updates` those that an update changes, where others are passed over.
    `unwrapped`: the status for a body in which the resource does not stand in its wrapper. `bodies`: by action, what
    the members of its body may be. `leads`: links that lead elsewhere, as paths behind the version, with members of the
    resource in braces. `judged`: members whose type and length an effect judges, in its service's words.

    `printed`: members whose printed values are the API's own words; the others of an example are lent empty. `*` are
    all, and of a collection that no client fills then the items, too. `items` is what such a collection holds instead.
    `maps`: members whose own members are data, and no structure.

    `order`: the names of effects, where several follow one event. `events` are those that services bring about
    themselves, beside the engine's.

    Of recorded answers: one that came along with another is the recorded one where the members `same_if` agree.
    `told_elsewhere` is a pattern of kinds, by their paths: what this one shows was said to those. `named` is the member
    that a client names it by.
    """

    label: str = ""
    absent: str = ""
    key: str = ""
    by: tuple[str, ...] = ()
    id: str = ""
    wrapper: str = ""
    many: str = ""
    patterns: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    asks: dict[str, str] = {}
    at_least: dict[str, str] = {}
    filters: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    unwrapped: int = 0
    bodies: dict[str, dict[str, Check]] = {}
    leads: dict[str, str] = {}
    members: Members = {}
    short: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    immutable: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scope: Scope = ""
    public: str = ""
    opens: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()
    life: str = ""
    links: str = ""
    renames: bool = False
    reserved: tuple[str, ...] = ()
    map: str = ""
    item: str = ""
    echo: bool = False
    extra: bool = False
    inner: bool = False
    collection: bool = False
    keyed: bool = False
    newest: bool = False
    oldest_first: bool = False
    quota: str = ""
    old: dict[str, str] = {}
    since: dict[str, Microversion] = {}
    until: dict[str, Microversion] = {}
    newer: dict[str, Newer] = {}
    told: tuple[Told, ...] = ()
    admins: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    checks: dict[str, Check] = {}
    same_if: tuple[str, ...] = ()
    told_elsewhere: str = ""
    named: str = "name"
    printed: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    items: tuple[Members, ...] = ()
    order: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
