"""Recorded answers with what the client has sent in the place of what was recorded for it.

Knows no session: it is told what was sent (`Rows`), and of which thing.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from msgspec.structs import replace

from cloudtape.cassettes.messages import Headers, Response
from cloudtape.cassettes.scrubbing.json_leaves import Holder, JsonLeaf, leaves_in
from cloudtape.cassettes.scrubbing.placeholders import is_placeholder
from cloudtape.matchers.requests.moments import moment, respelled
from cloudtape.matchers.requests.naming import is_distinctive
from cloudtape.matchers.requests.said import FIELD, Place, Saying
from cloudtape.matchers.sessions.bindings import Bindings
from cloudtape.matchers.sessions.exchange import Text, kind_of, tokens_of
from cloudtape.matchers.sessions.subjects import IDENTITY, IDS, subjects_of

Value = str | int | float
METADATA = re.compile(r"x-[a-z]+-meta-(property-)?")
"""What was sent in a field may be told in a member (Image API v1: `x-image-meta-property-os` and `os`)."""
MARK = f"echo{secrets.token_hex(12)}"
"""Stands for what was sent until names are exchanged: no word in it may be taken for a recorded one."""


class Rows:
    """What was recorded of one thing, and what was sent in its place. Later rows replace earlier ones.

    `words`: of each recorded value a token that any answer has which tells it.
    """

    def __init__(self) -> None:
        self._members: dict[tuple[str, Value], Value] = {}
        self._anywhere: dict[Value, Value | None] = {}
        """By the value alone, where no other one looks like it; None where it stands for two."""
        self._moments: dict[tuple[str, str], str] = {}
        self._fields: dict[tuple[str, str], str] = {}
        self.words: set[bytes] = set()

    @property
    def has_fields(self) -> bool:
        """Whether something was sent in header fields."""
        return bool(self._fields)

    def may_be_in(self, body: bytes) -> bool:
        """Whether a recorded answer may tell some of it."""
        return any(word in body for word in self.words)

    def add_all(self, was: Mapping[Place, Saying], sent: Mapping[Place, Saying]) -> Rows:
        for place, one in sent.items():
            if place in was:
                self.add(place, was[place], one)
        return self

    def add(self, place: Place, recorded: Saying, live: Saying) -> None:
        old, new = recorded.value, live.value
        if place[0] == FIELD:
            self._fields[recorded.field, str(old)] = str(new)
        field = _plain(METADATA.sub("", recorded.field))
        self._members[field, old] = new
        text = str(old)
        self.words.add(max(tokens_of(text.encode("utf-8", "surrogatepass")), key=len, default=b""))
        if is_distinctive(text) or is_placeholder(text):
            self._anywhere[old] = new if self._anywhere.get(old, new) == new else None
        if isinstance(old, str) and isinstance(new, str) and moment(old):
            self._moments[field, old] = new
            self.words |= _words_of_moment(old)

    def member(self, field: str, value: Value) -> Value | None:
        """What was sent where the recording tells this value of the thing; None where nothing was."""
        field = _plain(field)
        found = self._members.get((field, value))
        if found is None:
            found = self._anywhere.get(value)
        if found is None and self._moments and isinstance(value, str) and moment(value):
            return next(self._told_as(field, value), None)
        return found

    def _told_as(self, field: str, value: str) -> Iterator[str]:
        """A moment as it may have been meant: in the same member first, for two may be one in the recording."""
        for rows in (
            (one for one in self._moments if one[0] == field),
            (one for one in self._moments if one[0] != field),
        ):
            for row in rows:
                if told := respelled(row[1], value, self._moments[row]):
                    yield told

    def field(self, name: str, value: str) -> str | None:
        return self._fields.get((name.lower(), value))

    def secrets_in(self, text: str) -> list[tuple[str, str]]:
        """Placeholders that stand within a longer text, and what was sent for them; the longest first."""
        found = [
            (old, new)
            for old, new in self._anywhere.items()
            if isinstance(old, str) and isinstance(new, str) and old in text and is_placeholder(old)
        ]
        return sorted(found, key=lambda pair: len(pair[0]), reverse=True)


class Mender:
    """For one answer. `rows_of` gives what was sent of the thing with a key; `uri` is the live request's."""

    def __init__(self, uri: str, bindings: Bindings, rows_of: Callable[[str], Rows | None]) -> None:
        self._uri, self._bindings, self._rows_of = uri, bindings, rows_of
        self._sent: list[Value] = []
        self._rows_in: dict[Holder, Rows | None] = {}

    def mended(self, response: Response, base: Rows | None, looks_within: bool) -> Response:
        """The recorded answer in the session's words, but for what was sent.

        `base`: what was sent of the thing that the whole answer is about. The body is left where not `looks_within`.
        """
        marked = response
        if looks_within and isinstance(response.body, bytes) and response.body:
            marked = replace(response, body=self._marked(response.body, base))
        live = self._bindings.live(marked)
        if self._sent and isinstance(live.body, bytes):
            live = replace(live, body=self._unmarked(live.body))
        return replace(live, headers=_fields(response.headers, live.headers, base)) if base else live

    # --- bodies ------------------------------------------------------------------------------------------------------

    def _marked(self, body: bytes, base: Rows | None) -> bytes:
        text = body.decode("utf-8", "surrogateescape")
        if kind_of(body) is not Text.JSON:
            return self._marked_within(text, base).encode("utf-8", "surrogateescape") if base else body
        pieces, end = [], 0
        for leaf in leaves_in(text, IDENTITY):
            rows = self._rows_at(leaf.holder, base)
            if rows is not None and (marked := self._marked_leaf(leaf, rows, text[leaf.start : leaf.end])):
                pieces += [text[end : leaf.start], marked]
                end = leaf.end
        return "".join([*pieces, text[end:]]).encode("utf-8", "surrogateescape") if pieces else body

    def _rows_at(self, holder: Holder, base: Rows | None) -> Rows | None:
        """What was sent of the thing that an object tells of, or that it is a part of."""
        if holder not in self._rows_in:
            self._rows_in[holder] = self._found_at(holder, base)
        return self._rows_in[holder]

    def _found_at(self, holder: Holder, base: Rows | None) -> Rows | None:
        for key in subjects_of(holder.members, self._uri, self._bindings.live_word):
            if rows := self._rows_of(key):
                return rows
        if any(name in holder.members for name in IDS):
            return None  # another thing
        return self._rows_at(holder.above, base) if holder.above else base

    def _marked_leaf(self, leaf: JsonLeaf, rows: Rows, token: str) -> str:
        """What stands in a leaf's place; nothing where it stays."""
        sent = rows.member(leaf.field, leaf.value)
        if sent is not None:
            return f'"{self._mark(sent)}"'
        within = self._marked_within(token, rows)
        return within if within != token else ""

    def _marked_within(self, text: str, rows: Rows | None) -> str:
        for old, new in rows.secrets_in(text) if rows else ():
            word = rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])"
            text = re.sub(word, self._mark(new), text)
        return text

    def _mark(self, sent: Value) -> str:
        self._sent.append(sent)
        return f"{MARK}{len(self._sent):x}x"

    def _unmarked(self, body: bytes) -> bytes:
        is_json, is_ascii = kind_of(body) is Text.JSON, body.isascii()
        for number, sent in enumerate(self._sent, 1):
            mark = f"{MARK}{number:x}x".encode()
            if not is_json:
                body = body.replace(mark, str(sent).encode("utf-8", "surrogateescape"))
                continue
            quoted = json.dumps(sent, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
            body = body.replace(b'"%b"' % mark, quoted)
            body = body.replace(mark, quoted[1:-1])
        return body


def _fields(recorded: Headers, live: Headers, rows: Rows) -> Headers:
    """The fields, with what was sent in those that told it in the recording."""
    pairs = zip(recorded, live, strict=True)
    return tuple([(name, sent) if (sent := rows.field(name, old)) else (name, new) for (name, old), (_, new) in pairs])


def _plain(field: str) -> str:
    """`OS-EXT-SRV-ATTR:user_data` and `userData` are `userdata`."""
    return field.rpartition(":")[2].lower().replace("_", "").replace("-", "")


def _words_of_moment(text: str) -> set[bytes]:
    """Words that any spelling of a moment has: its day and hour, here and in UTC, in one word or in two."""
    one = moment(text)
    assert one is not None
    times = [one.wall]
    with suppress(OverflowError):
        times.append(one.wall - one.offset)
    return {time.isoformat()[:end].encode() for time in times for end in (10, 13)}
