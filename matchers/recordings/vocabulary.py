"""Whose word a name is: the cloud's own, or made up by the client that was recorded.

`m1.small` comes from the cloud: a request for `m1.large` is another request. `vm-8f3a` stood in a create that the
client sent: the next run makes up another, and that one stands for it. So a word is the client's where some write of
the recording gives something this name, or where a value of a random form stands in a write before any answer has told
it; and it is the cloud's where answers tell it and it is not the client's. Words are kept as 32-bit numbers.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

import msgspec

from cloudtape.cassettes.messages import Interaction, header
from cloudtape.matchers.requests.form import Form, Leaf
from cloudtape.matchers.requests.naming import NameKind, has_random_run, is_distinctive
from cloudtape.matchers.requests.things import ACCOUNT, ID, crc_of, is_write, thing_of

# Members of an answer whose values name something.
NAMING = re.compile(
    rb'"[A-Za-z0-9_:.-]*(?:[nN]ame|[iI][dD]|login|email|address|addr|cidr|_ip)"\s*:\s*("(?:[^"\\]|\\.){1,255}")'
)
NUMBERED = re.compile(rb'"(?:id|[a-z_]+_id)"\s*:\s*(\d{1,20})\b')
IDS = re.compile(ID.pattern.encode())
DIGITS = re.compile(rb"\d{4,}")
LONGEST_TEXT = 100
"""How far from a run of digits the ends of the text are looked for that it stands in."""
CREATED = 201
LARGEST = 4 * 1024 * 1024
MOST_LINES = 10_000
NO_TEXT = re.compile(rb"[{}\[\],]|^\d{4}-\d\d-")
JOINTS = re.compile(r"[-_.]")
# `body.name`, `body.server.name`, `body[0].name`, `body.networks[0].name`; `body.tags[0]`.
OWN_MEMBER = re.compile(r"body(\[\d+\])?(\.[^.\[]*(\[\d+\])?)?(\.[^.\[]*)?")
RANDOM_KINDS = frozenset({NameKind.NAME, NameKind.OTHER})
NAMES = frozenset({NameKind.NAME, NameKind.ID, NameKind.ADDRESS})


class Vocabulary:
    """`told` by answers, `made` by writes, `invented` by writes whatever the member is called."""

    def __init__(self, told: Iterable[int] = (), made: Iterable[int] = (), invented: Iterable[int] = ()) -> None:
        self._invented = frozenset(invented)
        self._made = frozenset(made) | self._invented
        self._clouds = frozenset(told) - self._made

    def is_clouds(self, name: str) -> bool:
        """Whether the cloud knew this name of its own accord."""
        return self.holds(crc_of(name))

    def holds(self, number: int) -> bool:
        """The same for the number of a word."""
        return number in self._clouds

    def is_invented(self, value: str) -> bool:
        """Whether a value of a random form stood in a write of the client before the cloud told it."""
        return crc_of(value) in self._invented

    def is_recorded(self, name: str) -> bool:
        """Whether the recording knows this name at all."""
        number = crc_of(name)
        return number in self._clouds or number in self._made


def named_by(form: Form) -> tuple[int, ...]:
    """The numbers of the names in a request, in order."""
    return tuple(crc_of(leaf.value) for leaf in form.leaves if leaf.kind in NAMES)


def owned(vocabulary: Vocabulary, named: Iterable[int]) -> int:
    """Which of the cloud's own words stand where among some names, as one number; 0 for none.

    Requests for which it differs name different things of the cloud: they cannot be unified.
    """
    own = [(at, number) for at, number in enumerate(named) if vocabulary.holds(number)]
    return crc_of(repr(own)) if own else 0


class Words:
    """Collects the words of interactions, one after the other."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._made: set[str] = set()
        self._invented: set[str] = set()
        self._numbers: dict[tuple[str, str], str] = {}
        """The numbers in granted writes: the last one by the URI and the place in the body."""
        self._random: set[bytes] = set()
        """Texts of a random form that answers have told under whatever name."""

    def add(self, interaction: Interaction, form: Form) -> None:
        if is_write(interaction.request):
            is_granted = interaction.response.status < 400
            self._made.update(made_by(interaction, form) if is_granted else ())
            invented = invented_by(form, interaction)
            self._invented.update(value for value in invented if not self._has_told(value))
            if is_granted and interaction.request.method != "POST":  # that makes another thing each time
                self._invented.update(self._changed_numbers(interaction.request.uri, form))
        self._told.update(told_by(interaction))
        self._random.update(random_texts_in(interaction))

    def _changed_numbers(self, uri: str, form: Form) -> Iterator[str]:
        """Of numbers that the client has written another time under the same name of the same thing, both."""
        for leaf in form.leaves:
            if leaf.is_number and leaf.kind is NameKind.OTHER:
                before = self._numbers.setdefault((uri, leaf.place), leaf.value)
                if before != leaf.value:
                    self._numbers[uri, leaf.place] = leaf.value
                    yield from (changed_number(leaf, value) for value in (before, leaf.value))

    def _has_told(self, value: str) -> bool:
        return value in self._told or value.encode("utf-8", "surrogateescape") in self._random

    def told(self) -> array[int]:
        """Sorted numbers."""
        return array("I", sorted(map(crc_of, self._told)))

    def made(self) -> array[int]:
        """Sorted numbers."""
        return array("I", sorted(map(crc_of, self._made)))

    def invented(self) -> array[int]:
        """Sorted numbers."""
        return array("I", sorted(map(crc_of, self._invented)))

    def derived(self) -> list[tuple[str, str]]:
        """What clients made, with what clouds made of it: `batch` and `batch-1`, where two servers were asked for;
        `ssd-4711` and the quota `gigabytes_ssd-4711`.
        """
        random = (one.decode("utf-8", "replace") for one in self._random)
        found = ((made, told) for told in {*self._told, *random} - self._made for made in parts_of(told))
        return sorted({(made, told) for made, told in found if made in self._made and is_distinctive(made)})


def told_by(interaction: Interaction) -> Iterator[str]:
    """Names and ids in an answer; a refusal tells of what was asked for, not of what there is."""
    body = interaction.response.body
    if interaction.response.status >= 400 or not isinstance(body, bytes) or not body or len(body) > LARGEST:
        return
    if body[:1] in b"{[":
        yield from map(_plain, NAMING.findall(body))
        yield from (found.decode() for found in NUMBERED.findall(body))
        yield from (found.decode() for found in IDS.findall(body))
    elif "/AUTH_" in interaction.request.uri and _is_listing(interaction):
        yield from body.decode("utf-8", "replace").split("\n")[:MOST_LINES]


def changed_number(leaf: Leaf, value: str = "") -> str:
    """Stands for a number under its name."""
    return f"{leaf.place}={value or leaf.value}"


def parts_of(word: str) -> Iterator[str]:
    """What stands before and behind each joint of a word."""
    for joint in JOINTS.finditer(word):
        yield word[: joint.start()]
        yield word[joint.end() :]


def invented_by(form: Form, interaction: Interaction) -> Iterator[str]:
    """The values of a random form in a write, and the ids in one that was granted.

    An id in a path is of something that is there, unless the write has made that.
    """
    status = interaction.response.status
    has_made = interaction.request.method == "PUT" and status == CREATED
    for leaf in form.leaves:
        if leaf.kind is NameKind.ID:
            if status < 400 and (has_made or not leaf.place.startswith("path")):
                yield leaf.value
        elif leaf.kind in RANDOM_KINDS and has_random_run(leaf.value):
            yield leaf.value


def random_texts_in(interaction: Interaction) -> Iterator[bytes]:
    """The JSON texts in an answer in which digits run, and the numbers; a moment is none."""
    body = interaction.response.body
    if interaction.response.status >= 400 or not isinstance(body, bytes) or len(body) > LARGEST:
        return
    for found in DIGITS.finditer(body):
        start = body.rfind(b'"', max(0, found.start() - LONGEST_TEXT), found.start()) + 1
        end = body.find(b'"', found.end(), found.end() + LONGEST_TEXT)
        text = body[start:end]
        if start and end > 0 and not NO_TEXT.search(text):
            yield text
        else:
            yield found[0]


def _is_listing(interaction: Interaction) -> bool:
    return interaction.response.status == 200 and (
        header(interaction.response.headers, "content-type") or ""
    ).startswith("text/plain")


def _plain(quoted: bytes) -> str:
    if b"\\" not in quoted:
        return quoted[1:-1].decode("utf-8", "replace")
    try:
        decoded: str = msgspec.json.decode(quoted, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return quoted[1:-1].decode("utf-8", "replace")
    return decoded


def shown_by(interaction: Interaction) -> set[int]:
    """The numbers of what an answer shows: of the thing that was asked for, and of what stands in its body.

    In an object store a listing tells what is below the path that was asked.
    """
    if interaction.response.status >= 300:
        return set()
    thing = thing_of(interaction.request.uri)
    told = set(told_by(interaction))
    return {crc_of(one) for one in (thing.item, *told, *(f"{thing.item}/{one}" for one in told if thing.item))}


def made_by(interaction: Interaction, form: Form) -> Iterator[str]:
    """Names that a write gives: the thing's own (`body.server.name`, of several `body.networks[1].name`), the last in
    the path of a PUT that made it, and where a COPY goes to.

    A name further inside refers to something else: `body.server.security_groups[0].name`.
    """
    for leaf in form.leaves:
        if leaf.kind in NAMES and leaf.place.startswith("body"):
            own = bool(OWN_MEMBER.fullmatch(leaf.place))
            if leaf.kind is NameKind.ADDRESS or (own and _gives(leaf, interaction)):
                yield leaf.value
    if interaction.request.method == "COPY":
        yield from (leaf.value for leaf in form.leaves if leaf.field == "destination")
    if interaction.request.method == "PUT":
        segments = [unquote(segment) for segment in urlsplit(interaction.request.uri).path.split("/") if segment]
        account = next((at for at, segment in enumerate(segments) if ACCOUNT.match(segment)), None)
        if account is not None:
            yield from segments[account + 1 :]
            yield "/".join(segments[account + 2 :])
        elif segments and interaction.response.status == CREATED and not ID.fullmatch(segments[-1]):
            yield segments[-1]


def _gives(leaf: Leaf, interaction: Interaction) -> bool:
    """Whether a member gives the thing its name, or an id that the client chose; any other id refers to something."""
    field = leaf.field.lower()
    if field == "id":
        return interaction.request.method == "POST" and leaf.value not in interaction.request.uri
    return leaf.kind is not NameKind.ID or field.endswith("name")
