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
from cloudtape.matchers.form import Form
from cloudtape.matchers.naming import Kind
from cloudtape.matchers.things import ACCOUNT, ID, is_write, word

# Members of an answer whose values name something.
NAMING = re.compile(
    rb'"[A-Za-z0-9_:.-]*(?:[nN]ame|[iI][dD]|login|email|address|addr|cidr|_ip)"\s*:\s*("(?:[^"\\]|\\.){1,255}")'
)
IDS = re.compile(ID.pattern.encode())
LARGEST = 4 * 1024 * 1024
MOST_LINES = 10_000
NAMES = frozenset({Kind.NAME, Kind.ID, Kind.ADDRESS})


class Vocabulary:
    """`told` by answers, `made` by writes."""

    def __init__(self, told: Iterable[int] = (), made: Iterable[int] = ()) -> None:
        self._made = frozenset(made)
        self._clouds = frozenset(told) - self._made

    def is_clouds(self, name: str) -> bool:
        """Whether the cloud knew this name of its own accord."""
        return word(name) in self._clouds

    def is_recorded(self, name: str) -> bool:
        """Whether the recording knows this name at all."""
        number = word(name)
        return number in self._clouds or number in self._made


class Words:
    """Collects the words of interactions, one after the other."""

    def __init__(self) -> None:
        self._told: set[int] = set()
        self._made: set[int] = set()

    def add(self, interaction: Interaction, form: Form) -> None:
        self._told.update(map(word, told_by(interaction)))
        if is_write(interaction.request) and interaction.response.status < 400:
            self._made.update(map(word, made_by(interaction, form)))

    def numbers(self) -> tuple[bytes, bytes]:
        """What was told, what was made; sorted 32-bit numbers."""
        return array("I", sorted(self._told)).tobytes(), array("I", sorted(self._made)).tobytes()


def told_by(interaction: Interaction) -> Iterator[str]:
    """Names and ids in an answer."""
    body = interaction.response.body
    if not isinstance(body, bytes) or not body or len(body) > LARGEST:
        return
    if body[:1] in b"{[":
        yield from map(_plain, NAMING.findall(body))
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
    """Names that a write gives: the thing's own (`body.server.name`), and those in the path of a PUT.

    A name further inside refers to something else: `body.server.security_groups[0].name`.
    """
    for leaf in form.leaves:
        if leaf.kind in NAMES and leaf.place.startswith("body"):
            own = leaf.place.count(".") <= 2 and leaf.place.count("[") <= leaf.place.startswith("body[")
            if (own and (leaf.kind is not Kind.ID or leaf.field.lower().endswith("name"))) or leaf.kind is Kind.ADDRESS:
                yield leaf.value
    if interaction.request.method == "PUT":
        segments = [unquote(segment) for segment in urlsplit(interaction.request.uri).path.split("/") if segment]
        account = next((at for at, segment in enumerate(segments) if ACCOUNT.match(segment)), None)
        if account is not None:
            yield from segments[account + 1 :]
            yield "/".join(segments[account + 2 :])
        elif segments and not ID.fullmatch(segments[-1]):
            yield segments[-1]
