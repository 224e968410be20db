"""Which parts of a request may differ from run to run: the table.

A leaf (a segment of the path, a value of the query, of a header or of a JSON body) is told by its position, the name it
stands under and the form of its value. Enums, sizes, booleans and structure are compared as they are.
A new service is a new row here and no code; a user's own rows go first.

    name       names a thing; binds where the client made it up, not where it is the cloud's own
    id         as a cloud gives them; likewise
    address    chosen by the client: a CIDR, an IP or MAC address; likewise
    text       said to people: descriptions, metadata; not compared, and given back with the thing that it was said of
    who        who logs in; binds even where the cloud knew the recorded one
    bytes      data that the client uploads: other data is another upload of the same thing
    part       which part of some data is asked for: any, where the session knows the data
    volatile   differs on each run and means nothing: moments, sizes of steps; not compared
    fixed      compared as it is
    other      what no row speaks of: compared as it is, but where a random generator has made it (`likeness`)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

import msgspec

from cloudtape.matchers.requests.things import ID
from cloudtape.openstack.numbers import whole


class NameKind(StrEnum):
    NAME = "name"
    ID = "id"
    ADDRESS = "address"
    TEXT = "text"
    WHO = "who"
    BYTES = "bytes"
    PART = "part"
    VOLATILE = "volatile"
    FIXED = "fixed"
    OTHER = "other"


COMPARED = frozenset({NameKind.FIXED, NameKind.OTHER})
"""What is compared by its value."""


class Position(StrEnum):
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"
    LOGIN = "login"  # the body of a request for a token
    CONTENT = "content"  # bytes that are no document: a body, or a part of a form by its name


class NamingRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`field` is a pattern for the whole name in lower case, without case or `_`, `-`; `form` one for the whole value.

    `under`: only below a member of this name, at any depth. `positions` empty: anywhere. `numbers`: numbers, too.
    """

    kind: NameKind
    field: str = ".*"
    form: str = ""
    under: str = ""
    positions: frozenset[Position] = frozenset()
    numbers: bool = False


BODY = frozenset({Position.BODY})
LOGIN = frozenset({Position.LOGIN})
QUERY = frozenset({Position.QUERY})
HEADER = frozenset({Position.HEADER})

UUID_OR_HEX = ID.pattern
ETAG = r'"?[0-9a-f]{32}"?'
DIGEST = r"[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}"
MOMENT = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?"
NUMBER = r"-?\d+(\.\d+)?"
IPV4 = r"\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?"
IPV6 = r"[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*(/\d{1,3})?"
ADDRESSES = r"(cidr|prefixes|gatewayip|.*ipaddress|dnsnameservers|start|end|nexthop|destination|address)"
MAC = r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}"

ROWS = (
    # What is uploaded (`content`), and what of it is asked for.
    NamingRow(NameKind.BYTES, positions=frozenset({Position.CONTENT})),
    NamingRow(NameKind.PART, r"range", r"bytes=[0-9, -]+", positions=HEADER),
    # Keystone: who logs in, by name or id (Identity API v3 "auth", v2.0 "passwordCredentials").
    NamingRow(NameKind.FIXED, r"methods", positions=LOGIN),
    NamingRow(NameKind.WHO, r".*(name|id)", positions=LOGIN),
    NamingRow(NameKind.WHO, r"(project|tenant|user|owner)(id)?|ownerid|userid", UUID_OR_HEX),
    # Names that only look like one.
    NamingRow(
        NameKind.FIXED,
        r"(interface|binary|service|backend|driver|algorithm|protocol|type|typename)name",
        positions=BODY,
    ),
    NamingRow(NameKind.FIXED, r"(sort.*|fields?|limit|detail|alltenants|allprojects)", positions=QUERY),
    NamingRow(NameKind.VOLATILE, r"(changes(since|before)|start|end|since|before)", MOMENT, positions=QUERY),
    # Until when a form or a URL that was signed holds (Object Storage API v1, "formpost", "tempurl").
    NamingRow(NameKind.VOLATILE, r"(tempurl)?expires", r"\d{9,11}", positions=BODY | QUERY),
    # What is named. An id of its own form is one (region "RegionOne"); of the form that clouds give, see below.
    NamingRow(NameKind.ID, r"id", UUID_OR_HEX, positions=BODY),
    # Numbers, too (Compute API: flavors).
    NamingRow(NameKind.NAME, r"id", positions=BODY, numbers=True),
    NamingRow(NameKind.NAME, r"(.*name|login|email|mail|hostname|dnsname|dnsdomain|title|fqdn|name~)"),
    NamingRow(NameKind.NAME, r"(marker|prefix|path|endmarker|container|object|q|search)", positions=QUERY),
    NamingRow(NameKind.NAME, r"", under="tags", positions=BODY),
    NamingRow(
        NameKind.NAME,
        r"(xcopyfrom|destination|xsymlinktarget|xobjectmanifest|xversionslocation|xhistorylocation)",
        positions=HEADER,
    ),
    NamingRow(NameKind.ID, r"if(none)?match|ifrange", ETAG, positions=HEADER),
    # A moment of this run (RFC 9110, 13.1.3 and 13.1.4; asctime among its obsolete forms).
    NamingRow(NameKind.VOLATILE, r"if(un)?modifiedsince", r"[A-Za-z]{3,9},? .*\d\d:\d\d:\d\d.*", positions=HEADER),
    # What is said to people.
    NamingRow(NameKind.TEXT, r"(.*description|comments?|reason|.*reason|note|notes)", positions=BODY),
    NamingRow(NameKind.TEXT, under="metadata", positions=BODY),
    NamingRow(NameKind.TEXT, under="meta", positions=BODY),
    NamingRow(NameKind.TEXT, r"x(object|container|account)meta.*", positions=HEADER),
    # What a client may choose (Networking API: subnets, ports; Compute API: fixed_ip).
    NamingRow(NameKind.ADDRESS, ADDRESSES, IPV4),
    NamingRow(NameKind.ADDRESS, ADDRESSES, IPV6),
    NamingRow(NameKind.ADDRESS, r"(macaddress|mac|address)", MAC),
    # Last, what the form alone tells.
    NamingRow(NameKind.ID, form=UUID_OR_HEX),
    NamingRow(NameKind.ID, form=DIGEST),
    NamingRow(NameKind.VOLATILE, form=MOMENT, positions=BODY),
)

# What a random generator leaves in a value whatever its member is called; shorter runs are counts, versions and sizes.
# A run of hex digits is looked at from its begin alone: a long text must not cost its square.
HEX_RUN = r"(?<![0-9a-f])(?=[a-f]*\d)[0-9a-f]"
RANDOM_RUN = re.compile(rf"{UUID_OR_HEX}|{HEX_RUN}{{6,}}|\d{{4,}}", re.IGNORECASE)
# A name with a random or counted part, as tests make them: `vol-8f3a`, `tempest-server-1234567`, `vm-2`.
RANDOM_OR_COUNTED = re.compile(rf"{UUID_OR_HEX}|{HEX_RUN}{{4,}}|\d+", re.IGNORECASE)
SHORT, LONG = 4, 16
LONG_NUMBER = 6
ROUND = (64, 100)  # what sizes are multiples of
WORDS_ONLY = re.compile(r"[A-Za-z]*")


class Naming:
    """The table made ready. `digest` differs where the rows do: what was derived with others must be made again."""

    def __init__(self, own: Iterable[NamingRow] = ()) -> None:
        rows = (*own, *ROWS)
        self._rows = [(row, re.compile(row.field or ".*"), re.compile(row.form or "(?s:.*)")) for row in rows]
        self.digest = blake2b(msgspec.json.encode(rows, order="sorted"), digest_size=6).hexdigest()
        self._cached = lru_cache(maxsize=4096)(self._rows_for)

    def kind(
        self, position: Position, field: str, value: str, under: tuple[str, ...] = (), is_number: bool = False
    ) -> NameKind:
        """What a leaf is. `under` names the members that enclose it, the outermost first."""
        for row, form in self._cached(position, field, under):
            if form.fullmatch(value) and (row.numbers or not is_number):
                return row.kind
        return NameKind.OTHER

    def _rows_for(
        self, position: Position, field: str, under: tuple[str, ...]
    ) -> tuple[tuple[NamingRow, re.Pattern[str]], ...]:
        plain = field.lower().replace("_", "").replace("-", "")
        return tuple(
            (row, form)
            for row, names, form in self._rows
            if (not row.positions or position in row.positions)
            and (not row.under or row.under in under)
            and names.fullmatch(plain)
        )


def stem(name: str) -> str:
    """A name without what a random generator put into it: two runs of a test give names with one stem."""
    return RANDOM_RUN.sub("#", name)


def loose_stem(name: str) -> str:
    """A name without what is random or counts in it."""
    return RANDOM_OR_COUNTED.sub("#", name)


def has_random_run(value: str) -> bool:
    return bool(RANDOM_RUN.search(value))


def are_of_one_random_form(one: str, other: str) -> bool:
    """Whether two values are equal but for runs of digits or hex digits that a random generator may have made."""
    return has_random_run(one) and stem(one) == stem(other)


def is_random_number(text: str) -> bool:
    """Whether a number is one that a random generator gives and that no size is: long, and not round."""
    number = whole(text)
    return number is not None and len(text) >= LONG_NUMBER - 1 and all(number % round_one for round_one in ROUND)


def is_distinctive(name: str) -> bool:
    """Whether a name is hardly a word that stands elsewhere for something else (`server`, `active`, `test`)."""
    if len(name) >= LONG or (name.isdecimal() and len(name) >= LONG_NUMBER):
        return True
    return len(name) >= SHORT and not WORDS_ONLY.fullmatch(name) and not re.fullmatch(NUMBER, name)
