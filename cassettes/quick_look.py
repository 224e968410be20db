"""A quick look at a text: whether it may hold a secret at all.

Most documents hold none, and a walk costs ten times as much. The look is never wrong the dangerous way: what it does
not know, it says may hold one. What it has judged innocent (names, link beginnings, punctuation) it remembers.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection
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
NAME_END = re.compile(r"[^\w.-]|$")
LONGEST_NAME = 80
MOST_REMEMBERED = 4_000


class QuickLook:
    """One for each table; `forget` when the table or what `mentions` finds has changed.

    `mentions`: the known secrets in a text.
    """

    def __init__(self, table: Table, mentions: Callable[[str], Collection[str]]) -> None:
        self._table, self._mentions = table, mentions
        self._innocent: set[str] = set()

    def forget(self, secrets: Collection[str] = ("",)) -> None:
        """Judge again what mentions one of these; without them, everything."""
        remembered = "\n".join(self._innocent)
        if any(secret in remembered for secret in secrets):
            self._innocent = {text for text in self._innocent if not any(secret in text for secret in secrets)}

    def unknown_parts(self, document: str) -> list[str] | None:
        """The parts of a JSON text that may mention a known secret; None where the text must be walked.

        JSON without escapes falls into its strings and what is between them at the quotation marks.
        """
        if document[0] not in "{[" or "\\" in document:
            return None
        parts = set(document.split('"'))
        parts -= self._innocent
        suspicious = [part for part in parts if not self._is_innocent(part)]
        if not all(map(SHORT_NAME.fullmatch, suspicious)):
            return None
        lower = document.lower()
        if suspicious or any(under in lower for under in self._table.unders):
            return None if self._names_a_secret(document) else list(parts)
        return list(parts)

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
        if len(self._innocent) < MOST_REMEMBERED:
            self._innocent.add(shape)
        return True

    def _judge(self, text: str) -> bool:
        lower = text.lower()
        if len(lower) != len(text) or any(mark in text for mark in MARKS):
            return False
        if any(name in text for name in self._table.hidden):
            return False
        if not all(self._stem_is_innocent(stem, text, lower) for stem in self._table.stems):
            return False
        return not any(may_hide(run) for run in BASE64_RUN.findall(text))

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
