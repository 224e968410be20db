"""Whose word a name is: the cloud's own, or made up by the client that was recorded.

`m1.small` comes from the cloud: a request for `m1.large` is another request. `vm-8f3a` stood in a create that the
client sent: the next run makes up another, and that one stands for it. So a word is the client's where some write of
the recording gives something this name, and the cloud's where answers tell it and no write does. Words are kept as
32-bit numbers.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

import msgspec

from cloudtape.cassettes.messages import Interaction, header
from cloudtape.matchers.requests.form import Form, Leaf
from cloudtape.matchers.requests.naming import Kind, is_distinctive
from cloudtape.matchers.requests.things import ACCOUNT, ID, is_write, word

# Members of an answer whose values name something.
NAMING = re.compile(
    rb'"[A-Za-z0-9_:.-]*(?:[nN]ame|[iI][dD]|login|email|address|addr|cidr|_ip)"\s*:\s*("(?:[^"\\]|\\.){1,255}")'
)
NUMBERED = re.compile(rb'"(?:id|[a-z_]+_id)"\s*:\s*(\d{1,20})\b')
IDS = re.compile(ID.pattern.encode())
CREATED = 201
LARGEST = 4 * 1024 * 1024
MOST_LINES = 10_000
JOINTS = re.compile(r"[-_.]")
NAMES = frozenset({Kind.NAME, Kind.ID, Kind.ADDRESS})


class Vocabulary:
    """`told` by answers, `made` by writes."""

    def __init__(self, told: Iterable[int] = (), made: Iterable[int] = ()) -> None:
        self._made = frozenset(made)
        self._clouds = frozenset(told) - self._made

    def is_clouds(self, name: str) -> bool:
        """Whether the cloud knew this name of its own accord."""
        return self.holds(word(name))

    def holds(self, number: int) -> bool:
        """The same for the number of a word."""
        return number in self._clouds

    def is_recorded(self, name: str) -> bool:
        """Whether the recording knows this name at all."""
        number = word(name)
        return number in self._clouds or number in self._made


def named_by(form: Form) -> tuple[int, ...]:
    """The numbers of the names in a request, in order."""
    return tuple(word(leaf.value) for leaf in form.leaves if leaf.kind in NAMES)


def owned(vocabulary: Vocabulary, named: Iterable[int]) -> int:
    """Which of the cloud's own words stand where among some names, as one number; 0 for none.

    Requests for which it differs name different things of the cloud: they cannot be unified.
    """
    own = [(at, number) for at, number in enumerate(named) if vocabulary.holds(number)]
    return word(repr(own)) if own else 0


class Words:
    """Collects the words of interactions, one after the other."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._made: set[str] = set()

    def add(self, interaction: Interaction, form: Form) -> None:
        self._told.update(told_by(interaction))
        if is_write(interaction.request) and interaction.response.status < 400:
            self._made.update(made_by(interaction, form))

    def told(self) -> array[int]:
        """Sorted numbers."""
        return array("I", sorted(map(word, self._told)))

    def made(self) -> array[int]:
        """Sorted numbers."""
        return array("I", sorted(map(word, self._made)))

    def derived(self) -> list[tuple[str, str]]:
        """What clients made, with what clouds made of it: `batch` and `batch-1`, where two servers were asked for."""
        found = ((told[: end.start()], told) for told in self._told - self._made for end in JOINTS.finditer(told))
        return sorted((made, told) for made, told in found if made in self._made and is_distinctive(made))


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


def made_by(interaction: Interaction, form: Form) -> Iterator[str]:
    """Names that a write gives: the thing's own (`body.server.name`), and the last in the path of a PUT that made it.

    A name further inside refers to something else: `body.server.security_groups[0].name`.
    """
    for leaf in form.leaves:
        if leaf.kind in NAMES and leaf.place.startswith("body"):
            own = leaf.place.count(".") <= 2 and leaf.place.count("[") <= leaf.place.startswith("body[")
            if leaf.kind is Kind.ADDRESS or (own and _gives(leaf, interaction)):
                yield leaf.value
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
    return leaf.kind is not Kind.ID or field.endswith("name")
