"""One text or body, and what is packed in it, layer by layer: whether a secret stands in it.

A text that is a document is judged member by member, any other one by pairs and phrases; both by forms, by the set of
rules and by a user's words. Then come its layers: base64, percent signs, escapes, archives. Limits keep a hostile
body from taking all the memory or the day; what they cut off is told.
"""

from __future__ import annotations

import io
import re
from bisect import bisect
from dataclasses import dataclass, field
from typing import IO

from cloudtape.cassettes.scanning import layers, parsing, ruleset, unpacking
from cloudtape.cassettes.scanning.findings import Finding, excerpt
from cloudtape.cassettes.scanning.forms import forms
from cloudtape.cassettes.scanning.names import Names, Telling
from cloudtape.cassettes.scanning.pairs import pairs
from cloudtape.cassettes.scanning.phrases import phrases
from cloudtape.cassettes.scanning.trees import DEEPEST as MEMBERS_DEEPEST
from cloudtape.cassettes.scanning.trees import Leaf, Node, Pairs, leaves
from cloudtape.cassettes.scanning.values import HEX, UUID, is_nothing, is_prose, looks_random, stands_for_secret
from cloudtape.cassettes.scanning.words import NO_WORDS, Words

DEEPEST = 8
LAYERED = f"holds more than {DEEPEST} layers within each other"
TOO_DEEP = f"nests members deeper than {MEMBERS_DEEPEST}"
"""Layers within each other."""
UNPACKED = 256 * 1024 * 1024
"""Bytes that one body may unpack to."""
WHOLE = 16 * 1024 * 1024
"""A body of more bytes is looked at in windows, as running text."""
WINDOW, OVERLAP = 4 * 1024 * 1024, 64 * 1024
REMEMBERED = 200_000
PLAIN = re.compile(r"[a-z0-9 ]{0,24}")
FIELD = re.compile(r"[^=&?#\s]{1,200}=[^&#\s]*(?:&[^=&\s]{1,200}=[^&\s]*)*")


@dataclass(slots=True)
class Seen:
    """What looking at one interaction, or one file, has brought so far."""

    ordinal: int
    file: str = ""
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    sealed: dict[tuple[str, str], None] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    listed: int = 0
    left: int = field(default_factory=lambda: UNPACKED)
    binary: int = 0

    def note(self, place: str, kind: str, rule: str, secret: str) -> None:
        # A part of what was found at the same place already is not another one.
        key = (place.split(" ")[0], secret)
        if key not in self.findings:
            self.findings[key] = Finding(self.ordinal, place, kind, rule, excerpt(secret), self.file)


class Look:
    """Knows the rules, and the texts that were found clean before."""

    def __init__(self, names: Names | None = None, words: Words = NO_WORDS) -> None:
        self.names, self._words = names or Names(), words
        self._clean: set[int] = set()

    # --- values ------------------------------------------------------------------------------------------------------

    def value(
        self, seen: Seen, telling: Telling, value: str, place: str, rule: str = "name", loose: bool = False
    ) -> None:
        """What stands under a telling name."""
        if loose or not telling.sure:
            if not looks_random(value, telling.ids or telling.sure) or stands_for_secret(value):
                return
        elif (telling.many and value.isdigit()) or (rule == "yaml" and is_prose(value)):
            return
        if not is_nothing(value):
            seen.note(place, telling.kind, rule, value)

    # --- bytes -------------------------------------------------------------------------------------------------------

    def stream(self, seen: Seen, file: IO[bytes], place: str, depth: int = 0) -> None:
        """All that a file holds, packed or not."""
        if depth > DEEPEST:
            seen.sealed[place, LAYERED] = None
            return
        try:
            self._stream(seen, file, place, depth)
        except unpacking.Sealed as error:
            seen.sealed[place, str(error)] = None
        except unpacking.READ_FAULTS as error:
            seen.sealed[place, f"cannot be unpacked to its end: {type(error).__name__}"] = None

    def _stream(self, seen: Seen, file: IO[bytes], place: str, depth: int) -> None:
        start = self._read(seen, file, WINDOW, depth)
        opened = unpacking.opener(start[: unpacking.HEAD])
        if opened:
            again = unpacking.behind(start, file) if not file.seekable() else file
            if file.seekable():
                file.seek(0)
            try:
                for packed in opened(again):
                    inner = packed.file
                    if not isinstance(getattr(inner, "raw", None), unpacking.Pieces):
                        inner = unpacking.as_file(unpacking.pieces(inner))
                    self.stream(seen, inner, f"{place} {packed.name}", depth + 1)
            except unpacking.READ_FAULTS:
                self.data(seen, start, place, depth)
                raise
            return
        while len(start) <= WHOLE and (more := self._read(seen, file, WINDOW, depth)):
            start += more
        self.data(seen, start, place, depth)
        tail = start[-OVERLAP:]
        while more := self._read(seen, file, WINDOW, depth):
            self.data(seen, tail + more, place, depth)
            tail = more[-OVERLAP:]
        if fault := unpacking.fault_of(file):
            raise unpacking.Sealed(fault)

    def _read(self, seen: Seen, file: IO[bytes], size: int, depth: int) -> bytes:
        data = file.read(size)
        if depth:
            seen.left -= len(data)
            if seen.left < 0:
                raise unpacking.Sealed(f"unpacks to more than {UNPACKED} bytes")
        return data

    def data(self, seen: Seen, data: bytes, place: str, depth: int = 0) -> None:
        """Bytes that are no container, or part of a long text."""
        if not data:
            return
        text, is_text = layers.as_text(data)
        if not is_text:
            seen.binary += 1
            if node := parsing.of_msgpack(data):
                self._tree(seen, node, f"{place} msgpack", depth)
        self.text(seen, text, place, depth)

    # --- text --------------------------------------------------------------------------------------------------------

    def text(self, seen: Seen, text: str, place: str, depth: int = 0) -> None:
        """A text as it stands, and its layers."""
        if len(text) < 4:
            return
        if depth > DEEPEST:
            seen.sealed[place, LAYERED] = None
            return
        known = hash(text)
        if known in self._clean:
            return
        before = len(seen.findings) + len(seen.sealed)
        self.words(seen, text, place)
        if node := parsing.of_json(text):
            self._tree(seen, node, place, depth)
        else:
            self._running(seen, text, place, depth)
        if len(seen.findings) + len(seen.sealed) == before and len(self._clean) < REMEMBERED:
            self._clean.add(known)

    def words(self, seen: Seen, text: str, place: str) -> None:
        """Only whether a name occurs that must not."""
        for word in self._words.found(text):
            seen.note(place, "word", "words", word)

    def _running(self, seen: Seen, text: str, place: str, depth: int) -> None:
        self._by_form(seen, text, place)
        self.listed(seen, text, place)
        for node in parsing.of_yaml(text):
            self._tree(seen, node, f"{place} yaml" if depth else place, depth, "yaml")
        for node in parsing.within(text) if "{" in text or "[" in text else ():
            self._tree(seen, node, place, depth)
        for pair in pairs(text, self.names):
            self.value(seen, pair.telling, pair.value, f"{place}/{pair.name}", "name in text", pair.loose)
        for phrase, secret in phrases(text, text.lower()):
            self.value(
                seen, Telling(phrase.kind, not phrase.loose, ids=True), secret, f"{place} {phrase.rule}", phrase.rule
            )
        self._layers(seen, text, place, depth)

    def _layers(self, seen: Seen, text: str, place: str, depth: int) -> None:
        for name, inner in layers.texts_in(text):
            if inner != text:
                self._charge(seen, len(inner))
                self.text(seen, inner, f"{place} {name}", depth + 1)
        for name, data in layers.bytes_in(text):
            if len(data) >= 8 and (unpacking.opener(data) or _says_something(data)):
                self._charge(seen, len(data))
                self.stream(seen, io.BytesIO(data), f"{place} {name}", depth + 1)

    def _charge(self, seen: Seen, size: int) -> None:
        seen.left -= size
        if seen.left < 0:
            raise unpacking.Sealed(f"unpacks to more than {UNPACKED} bytes")

    def node(self, seen: Seen, node: Node, place: str) -> None:
        """A document that was parsed already."""
        self._tree(seen, node, place, 0)

    def _tree(self, seen: Seen, node: Node, place: str, depth: int, rule: str = "name") -> None:
        if not isinstance(node, Pairs | list):
            return
        for leaf in leaves(node, self.names, lambda: seen.sealed.setdefault((place, TOO_DEEP))):
            where = place + leaf.pointer
            if isinstance(leaf.value, bytes):
                self.stream(seen, io.BytesIO(leaf.value), where, depth + 1)
                continue
            if leaf.telling:
                self.value(seen, leaf.telling, leaf.value, where, rule)
            if not PLAIN.fullmatch(leaf.value):
                self._leaf(seen, leaf, where, depth)

    def _leaf(self, seen: Seen, leaf: Leaf, where: str, depth: int) -> None:
        text = str(leaf.value)
        if UUID.fullmatch(text) or (HEX.fullmatch(text) and len(text) < 64) or hash(text) in self._clean:
            if self._words is not NO_WORDS:
                self.text(seen, text, where, depth + 1)
            return
        if leaf.name and len(text) < 4096:
            self.listed(seen, f"{leaf.name}: {text}", where)
        self.text(seen, text, where, depth + 1)

    # --- forms and rules ---------------------------------------------------------------------------------------------

    def _by_form(self, seen: Seen, text: str, place: str) -> None:
        for form, secret in forms(text):
            if not stands_for_secret(secret):
                seen.note(f"{place} {form.rule}" if " " in place else place, form.kind, form.rule, secret)

    def listed(self, seen: Seen, text: str, place: str) -> None:
        """Kept for the set of rules, which is asked once for many texts."""
        seen.lines.append(text)
        seen.places.append(place)
        seen.listed += len(text)
        if seen.listed > WINDOW:
            self._ask(seen)

    def settle(self, seen: Seen) -> list[Finding]:
        """What there is when all was looked at."""
        self._ask(seen)
        return list(seen.findings.values())

    def _ask(self, seen: Seen) -> None:
        """Ask the set of rules."""
        starts: list[int] = []
        at = 0
        encoded = [line.replace("\0", " ") for line in seen.lines]
        for line in encoded:
            starts.append(at)
            at += len(line.encode("utf-8", "replace")) + 2
        if starts:
            for rule, secret, offset in ruleset.broken("\n\n".join(encoded)):
                place = seen.places[bisect(starts, offset) - 1]
                if not is_nothing(secret):
                    seen.note(place, "secret", rule, secret)
        seen.lines.clear()
        seen.places.clear()
        seen.listed = 0


def _says_something(data: bytes) -> bool:
    """Whether what base64 decoded to is more than chance: a text, msgpack, or a long piece of one."""
    text, is_text = layers.as_text(data)
    if is_text:
        return sum(map(str.isprintable, text)) + text.count("\n") + text.count("\t") + text.count("\r") > 0.95 * len(
            text
        )
    return len(data) >= 64 and len(max(layers.PRINTABLE.findall(data), default=b"")) >= 16
