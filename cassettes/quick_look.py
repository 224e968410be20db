"""A quick look at a text: whether it may hold a secret at all.

Most documents hold none, and a walk costs ten times as much. The look is never wrong the dangerous way: what it does
not know, it says may hold one. What it has judged innocent (names, link beginnings, punctuation) it remembers.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from cloudtape.cassettes.bodies import is_text
from cloudtape.cassettes.secrets import DEFAULT, RULES, Table
from cloudtape.cassettes.walk import BASE64_RUN, PLAIN_ID

# What a secret without a telling name begins with, and the escapes under which a name may hide.
MARKS = ("\\", "@", "-----BEGIN", "gAAAA", "eyJ", "KIA", "SIA", "earer ")
# Ids, times, addresses, numbers: no name and no base64 among them. A known secret may be: the vault is asked.
PLAIN = re.compile(r"(?:req-|tx)?[0-9a-fA-F:.TZ+-]*|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT")
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![0-9A-Za-z+/])[0-9a-f]{32}(?![0-9A-Za-z+/])")
# Too short to be base64 or a token: suspicious for a word in it alone.
SHORT_NAME = re.compile(r"[A-Za-z][\w.-]{0,18}")
NESTED_NAMES = frozenset(rule.words.replace(" ", "_") for rule in RULES if rule.under) | {DEFAULT}
ENCLOSING = re.compile(r'[^"]*"\s*:\s*[\[{]')
NAME_END = re.compile(r"[^\w.-]|$")
LONGEST_NAME = 80
MOST_REMEMBERED = 2_000
MOST_CLEARED = 200
LONGEST_CLEARED = 20_000


class QuickLook:
    """One for each table; `forget` when the table or what `mentions` finds has changed.

    `mentions`: the known secrets in a text.
    """

    def __init__(self, table: Table, mentions: Callable[[str], Collection[str]]) -> None:
        self._table, self._mentions = table, mentions
        self._innocent: set[str] = set()
        # Clients poll: the same document comes again and again.
        self._cleared: set[str] = set()

    def forget(self, secrets: Collection[str] = ("",)) -> None:
        """Judge again what mentions one of these; without them, everything."""
        self._cleared.clear()
        for secret in secrets:
            remembered = "\n".join(self._innocent)
            at = remembered.find(secret)
            while at != -1:
                begin, end = remembered.rfind("\n", 0, at) + 1, remembered.find("\n", at)
                self._innocent.discard(remembered[begin : end if end != -1 else None])
                at = remembered.find(secret, end) if end != -1 else -1

    def clears(self, texts: Collection[str], documents: Sequence[str]) -> bool:
        """Whether none of these holds or mentions a secret: single strings (header fields, a URL) and JSON texts.

        JSON without escapes falls into its strings and what is between them at the quotation marks.
        """
        unknown = list(texts)
        documents = [document for document in documents if document not in self._cleared]
        for document in documents:
            if document[0] not in "{[" or "\\" in document:
                return False
            unknown += set(document.split('"')) - self._innocent
        if self._mentions("\n".join(unknown)):
            return False
        odd = [text for text in unknown if text not in self._innocent and not PLAIN.fullmatch(text)]
        odd = [text for text in odd if not self._is_known_link(text)]
        if self._judge("\n".join(odd)):
            self._remember(odd)
            doubtful = []
        else:
            doubtful = [text for text in odd if not self._is_innocent(text)]
        if not all(map(SHORT_NAME.fullmatch, doubtful)):
            return False
        if any(self._names_a_secret(one) for one in documents if doubtful or self._encloses(one)):
            return False
        if len(self._cleared) > MOST_CLEARED:
            self._cleared.clear()
        self._cleared.update(one for one in documents if len(one) < LONGEST_CLEARED)
        return True

    def _encloses(self, document: str) -> bool:
        """Whether an object or array may stand under a name that makes its members secrets."""
        lower = document.lower()
        for under in self._table.unders:
            at = lower.find(under)
            while at != -1:
                if ENCLOSING.match(lower, at):
                    return True
                at = lower.find(under, at + 1)
        return False

    def _is_known_link(self, text: str) -> bool:
        """Whether an id stands behind what is innocent up to its last slash; remembers it for the next time."""
        cut = text.rfind("/") + 1
        if not cut or not ID.fullmatch(text, cut):
            return False
        return self._is_innocent(text[:cut])

    def _remember(self, innocent: Collection[str]) -> None:
        if len(self._innocent) > MOST_REMEMBERED:
            self._innocent.clear()
        self._innocent.update(innocent)

    def _names_a_secret(self, document: str) -> bool:
        """Whether a value of a JSON text stands under a secret's name: `password` alone may be the name of a method."""
        try:
            return self._holds_secret(msgspec.json.decode(document), "")
        except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
            return True

    def _holds_secret(self, value: Any, under: str) -> bool:
        if isinstance(value, list):
            return any(self._holds_secret(item, under) for item in value if isinstance(item, dict | list))
        return any(self._is_secret(name, member, under) for name, member in value.items())

    def _is_secret(self, name: str, member: Any, under: str) -> bool:
        rule = None if name in self._innocent and name.lower() not in NESTED_NAMES else self._table.rule(name, under)
        if isinstance(member, dict | list) and member:
            holds_scalars = isinstance(member, list) and not all(isinstance(item, dict | list) for item in member)
            return bool(rule and (rule.deep or holds_scalars)) or self._holds_secret(member, name)
        return rule is not None and bool(member) and not isinstance(member, bool)

    def is_innocent(self, text: str) -> bool:
        """The same for a single value, of a header say."""
        return text in self._innocent or self._is_innocent(text)

    def _is_innocent(self, part: str) -> bool:
        if PLAIN.fullmatch(part):
            return True
        shape = ID.sub("*", part)
        if shape in self._innocent:
            return True
        if not self._judge(shape) or self._mentions(shape):
            return False
        self._remember([shape])
        return True

    def _judge(self, text: str) -> bool:
        lower = text.lower()
        if len(lower) != len(text):
            return False
        for mark in MARKS:
            if mark in text:
                return False
        for stem in self._table.stems:
            if stem in lower and not self._stem_is_innocent(stem, text, lower):
                return False
        if any(name in text for name in self._table.hidden):
            return False
        return not any(may_hide(part) for run in BASE64_RUN.findall(text) for part in ID.split(run) if len(part) >= 20)

    def _stem_is_innocent(self, stem: str, text: str, lower: str) -> bool:
        at = lower.find(stem)
        while at != -1:
            if not self._table.innocent(_name_around(text, at)):
                return False
            at = lower.find(stem, at + len(stem))
        return True


def _name_around(text: str, at: int) -> str:
    """The name that the character at a position belongs to."""
    begin = at
    while begin > 0 and at - begin < LONGEST_NAME and (text[begin - 1].isalnum() or text[begin - 1] in "_.-"):
        begin -= 1
    end = NAME_END.search(text, at)
    return text[begin : end.start() if end else len(text)]


@lru_cache(maxsize=4096)
def may_hide(run: str) -> bool:
    """Whether a long word may be base64 of a text."""
    if PLAIN_ID.fullmatch(run):
        return False
    try:
        data = base64.b64decode(run.replace("-", "+").replace("_", "/") + "=" * (-len(run) % 4), validate=True)
    except ValueError:
        return False
    return data[:2] == b"\x1f\x8b" or is_text(data)
