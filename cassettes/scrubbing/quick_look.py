"""A quick look at a text: whether it may hold a secret at all.

Most documents hold none, and a walk costs ten times as much. The look is never wrong the dangerous way: what it does
not know, it says may hold one. What it has judged innocent it remembers: names and punctuation as they are, all else
by its shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from itertools import chain

import msgspec

from cloudtape.cassettes.scrubbing.json_walk import is_json
from cloudtape.cassettes.scrubbing.judged_strings import LONGEST_NAME, JudgedStrings
from cloudtape.cassettes.scrubbing.members import Member, NotPlain, members, parts_of, with_values
from cloudtape.cassettes.scrubbing.mentions import Runs
from cloudtape.cassettes.scrubbing.rows import DOCUMENTED, holds_value, says_name, unconditional
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.shapes import WHOLE, Cut, Shapes
from cloudtape.cassettes.scrubbing.spelled import as_bytes
from cloudtape.cassettes.scrubbing.walk import Walker

ENCLOSING = re.compile(r"\s*:\s*[\[{]")
# What stands behind a name that encloses nothing, and behind a string that is no name.
ENCLOSES_NOT = re.compile(r'[^"]*"\s*(?::\s*[^\s\[{]|[\]},]|$)')
MOST_WORK = 4 * 1024 * 1024
"""Bytes of a text, times its members that must be looked at: what each is, all that stands before it tells."""
MOST_PIECES = 2_000
MOST_STRANGE = 100
"""Pieces of a text; for each of more, to find out where it stands would cost more than a walk over all."""
LONGEST_PIECE = 400
OPENS = re.compile(r"\s*:\s*[\[{]")
LISTS = re.compile(r"\s*:\s*\[\s*[^\s{]")
OBJECTS = re.compile(r"\s*:\s*\[\s*\{")
# What a list holds behind an object or a list, and an object never.
MIXED = re.compile(r'[}\]]\s*,\s*(?:"[^"]*"\s*[,\]]|[-\d\[tfn])')


_decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
SAYS_NOTHING = frozenset({b"null", b"true", b"false", b'""'})


class Seen(msgspec.Struct, frozen=True):
    """A JSON text, the secrets among its members, and the other strings of its strange pieces.

    `enclosing`: how many names enclose others, so that one that says nothing may be a secret's there. `walked`: whether
    what stands below a secret's name must be walked.
    """

    cut: Cut
    document: str
    strings: Set[str]
    members: Sequence[Member]
    enclosing: int
    walked: bool = False

    def rest(self) -> bytes | str:
        """The text without its secrets."""
        return with_values(self.cut, self.members, [""] * len(self.members)) if self.members else self.document


NOTHING = Seen(WHOLE, "", frozenset(), (), 0)


class QuickLook:
    """One for each table; `forget` when it has changed, `learn` what `mentions` has come to know.

    `mentions`: the known secrets in a text.
    """

    def __init__(self, table: Table, mentions: Callable[[str], Collection[str]]) -> None:
        self._table = table
        self._shapes = Shapes(table, mentions)
        self._strings = JudgedStrings(table, mentions)
        # Members of JSON texts that were cleared although their shape is not harmless.
        self._pieces: set[bytes] = set()
        self._piece_runs = Runs()

    def learn(self, secrets: Collection[str]) -> None:
        """Judge again what mentions one of these."""
        self._shapes.learn(secrets)
        if any(map(self._piece_runs.may_mention, secrets)):
            plain = [as_bytes(secret) for secret in secrets]
            self._pieces = {one for one in self._pieces if not any(secret in one for secret in plain)}
        self._strings.learn(secrets)

    def take_fresh(self) -> list[bytes]:
        """What was looked at since this was asked last, but for what has a shape of which no known secret is, in any
        spelling."""
        fresh, self._shapes.fresh = self._shapes.fresh, []
        return fresh

    def forget(self) -> None:
        """Judge everything again: the table has changed."""
        self._pieces.clear()
        self._piece_runs.clear()
        self._shapes.forget()
        self._strings.forget()

    def is_innocent(self, text: str) -> bool:
        """Whether a single value, of a header say, neither holds nor mentions a secret."""
        return self._strings.is_innocent(text)

    def clears(self, document: str) -> bool:
        """Whether a JSON text neither holds nor mentions a secret."""
        return self.over((), [as_bytes(document)]) == [None]

    def over(self, texts: Sequence[str], documents: Sequence[bytes]) -> list[Seen | None] | None:
        """The plain members of each of some JSON texts that are secrets, or None for none; None where a walk must tell.

        `texts` are single strings (header fields, a URL) that must hold no secrets. What was found harmless before is
        enough for most exchanges, and costs little.
        """
        strange = self._shapes.strange(texts)
        cuts = [self._shapes.cut(document, self._pieces) for document in documents]
        if strange is None or None in cuts:
            return None
        if self._strings.innocent.issuperset(strange) and all(cut is WHOLE for cut in cuts):
            return [None] * len(documents)
        names = len(self._strings.guilty)
        try:
            seen = [self._seen(one, cut) for one, cut in zip(documents, cuts, strict=True) if cut]
        except NotPlain:
            return None
        if not self._are_plain(strange, seen):
            return None
        if len(self._strings.guilty) > names:  # so what stands under them is known to be one
            return self.over(texts, documents)
        for one in seen:
            if not one.members:
                self._clear([one.cut.pieces[at] for at in one.cut.strange])
        return [one if one.members else None for one in seen]

    def _are_plain(self, texts: Sequence[str], seen: Sequence[Seen]) -> bool:
        """Whether these texts hold no secret, and the documents none but the members that were found."""
        innocent = self._strings.innocent
        unknown = [text for text in texts if text not in innocent]
        for one in seen:
            unknown += one.strings - innocent
        strange = self._shapes.strange(unknown)
        if strange is None or (doubtful := self._strings.doubtful(strange)) is None:
            return False
        return not any(self._is_suspicious(one, doubtful) for one in seen)

    def _clear(self, pieces: Collection[bytes]) -> None:
        """Remember members of texts that hold no secrets, save those that make one of what they enclose."""
        if len(self._pieces) > MOST_PIECES:
            self._pieces.clear()
            self._piece_runs.clear()
        for piece in pieces:
            text = piece.decode()
            if len(piece) < LONGEST_PIECE and not self._may_enclose_in(text) and not self._tells_of_others(text):
                self._pieces.add(piece)
                self._piece_runs.add(text)

    def _may_enclose_in(self, piece: str) -> bool:
        lower = piece.lower()
        return any(not ENCLOSES_NOT.match(lower, at) for under in self._table.unders for at in _places(lower, under))

    def _tells_of_others(self, piece: str) -> bool:
        """Whether a secret's name in it makes secret what other pieces hold: a row's name, or one that encloses."""
        parts = piece.split('"')
        for at, part in enumerate(parts):
            if len(part) > LONGEST_NAME or not unconditional(self._table.rule(part)):
                continue
            behind = parts[at + 1] if at + 1 < len(parts) else ""
            before = parts[at - 1].rstrip() if at else ""
            if OPENS.match(behind) or (before.endswith("[") and not behind.lstrip().startswith("]")):
                return True
            if before.endswith(":") and (at < 2 or says_name(parts[at - 2])):
                return True
        return False

    def _is_suspicious(self, seen: Seen, doubtful: list[str]) -> bool:
        if seen.walked:
            return self._names_a_secret(seen)
        if doubtful and not seen.strings.isdisjoint(doubtful):
            return self._names_a_secret(seen)
        return bool(seen.enclosing) and self._encloses_a_secret(seen)

    def _seen(self, body: bytes, cut: Cut) -> Seen:
        """Raises NotPlain."""
        if cut is WHOLE:
            return NOTHING
        if len(cut.strange) > MOST_STRANGE:
            raise NotPlain
        document = _utf8(body)
        if document[0] not in "{[" or "\\" in document:
            raise NotPlain
        if len(cut.strange) * len(body) > MOST_WORK:
            raise NotPlain
        parts = [parts_of(cut, piece) for piece in cut.strange]
        strings = set(chain.from_iterable(parts))
        enclosing = sum(_times_enclosing(document, name) for name in self._strings.enclosing & strings)
        names = self._strings.guilty.keys() & strings
        if (names or enclosing) and not is_json(document):
            raise NotPlain
        found: list[Member] = []
        walked = self._encloses(document, [name for name in names if _opens(document, name)])
        for piece, some in zip(cut.strange, parts, strict=True):
            for member in members(piece, some, self._strings.guilty) if names else ():
                found.append(member)
                some[member.at] = ""
        return Seen(
            cut, document, set(chain.from_iterable(parts)) - names, found, enclosing, walked or self._says_row(parts)
        )

    def _encloses(self, document: str, names: Collection[str]) -> bool:
        """Whether what stands below some secrets' names may be secret, too."""
        if any(_opens(document, name, LISTS) for name in names):
            return True
        if MIXED.search(document) and any(_opens(document, name, OBJECTS) for name in names):
            return True
        rules = [rule for name in names if (rule := unconditional(self._strings.guilty[name]))]
        if all(rule.kind in DOCUMENTED for rule in rules):
            strings = {one for one in document.split('"') if len(one) < LONGEST_NAME} if rules else ()
            return any(re.search(rf'"{re.escape(one)}"\s*:', document) for one in strings if holds_value(one))
        return True

    def _says_row(self, parts: Sequence[Sequence[str]]) -> bool:
        """Whether a secret's name stands where a row says its own, or first in a list."""
        for some in parts:
            for at in [at for at, part in enumerate(some) if part in self._strings.guilty and 0 < at < len(some) - 1]:
                before = some[at - 1].rstrip()[-1:]
                if before == ":" and (at < 2 or says_name(some[at - 2])):
                    return True
                if before == "[" and not some[at + 1].lstrip().startswith("]"):
                    return True
        return False

    def _names_a_secret(self, seen: Seen) -> bool:
        """Whether a value stands under a secret's name: `password` alone may be the name of a method."""
        found: list[str] = []
        walker = Walker(self._table, lambda _rule, secret, _place: found.append(secret) or secret)  # type: ignore[func-returns-value]
        rest = seen.rest()
        walker.json(rest if isinstance(rest, str) else rest.decode(), "")
        return bool(found)

    def _encloses_a_secret(self, seen: Seen) -> bool:
        """The same where only names matter that enclose others: usually the outermost name, such as `token`."""
        try:
            outer = _decode_members(seen.rest())
            enclosing = [(name, value) for name, value in outer.items() if self._strings.may_enclose(name)]
            inner = [(name, _decode_members(value)) for name, value in enclosing]
        except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
            return self._names_a_secret(seen)
        if len(inner) < seen.enclosing:
            return self._names_a_secret(seen)
        return any(
            bytes(value) not in SAYS_NOTHING and self._table.rule(name, outer_name)
            for outer_name, members_of_it in inner
            for name, value in members_of_it.items()
        )


def _utf8(body: bytes) -> str:
    """Raises NotPlain for what is another encoding, of JSON in UTF-16 say."""
    try:
        if b"\0" not in body:
            return body.decode()
    except UnicodeDecodeError:
        pass
    raise NotPlain


def _opens(document: str, name: str, opening: re.Pattern[str] = OPENS) -> bool:
    """Whether an object or array stands under a name somewhere in a JSON text."""
    return any(opening.match(document, at + len(name) + 2) for at in _places(document, f'"{name}"'))


def _times_enclosing(document: str, name: str) -> int:
    """How often an object or array stands under a name in a JSON text."""
    quoted = f'"{name}"'
    return sum(bool(ENCLOSING.match(document, at + len(quoted))) for at in _places(document, quoted))


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at != -1:
        yield at
        at = text.find(part, at + 1)
