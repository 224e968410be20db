"""Which names tell that what stands under them is secret: the rows of `data/names.yaml`, and those of a user."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cloudtape.cassettes.errors import ScrubRulesError
from cloudtape.cassettes.files.yaml_loader import rules_in
from cloudtape.cassettes.scanning.rows import table


@dataclass(frozen=True, slots=True)
class Telling:
    """`ids`: what has the form of an id counts, too. `under`: only within a member of this name. `deep`: all below."""

    kind: str
    sure: bool = True
    ids: bool = False
    under: str = ""
    deep: bool = False
    many: bool = False


GLUED = re.compile(
    r".*(?:password|passwd|passphrase|passwort|secret|apikey|secretkey|privatekey|accesskeysecret|authkey|sessionkey|authtoken|token"
    r"|(?<!by)(?<!com)(?<!tres)(?<!sur)(?<!en)pass|pwd|presharedkey|encryptionkey)s?"
)
GLUED_UNSURE = re.compile(r".*(?:session|sessionid)")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
TAIL = re.compile(r"[\d_.\-\[\]]+$")
STEMS = tuple(table("names.yaml")["stems"])
"""One of these, in small letters, is in every telling name."""


def _table() -> dict[tuple[str, ...], Telling | None]:
    listed = table("names.yaml")
    found: dict[tuple[str, ...], Telling | None] = {}
    for group, sure, ids in (("sure", True, False), ("unsure", False, False), ("unsure_ids", False, True)):
        for kind, names in listed[group].items():
            for name in names:
                found[tuple(name.split())] = Telling(
                    kind, sure, ids, many=name.endswith("s") and not name.endswith("ss")
                )
    return found | dict.fromkeys((tuple(name.split()) for name in listed["harmless"]), None)


class Names:
    """What names tell; `more` are the rows of a user."""

    def __init__(self, more: tuple[tuple[tuple[str, ...], Telling], ...] = ()) -> None:
        self._rows = _table()
        self._under = [(words, telling) for words, telling in more if telling.under]
        self._rows.update({words: telling for words, telling in more if not telling.under})
        self.stems = STEMS + tuple({max(words, key=len) for words, _ in more})
        self._longest = max(map(len, self._rows))
        self.judge = lru_cache(maxsize=32768)(self._judge)

    def under(self, name: str, owner: str) -> Telling | None:
        """What a name tells within a member named `owner`."""
        if found := self.judge(name):
            return found
        lower = name.lower()
        if lower == "id" and owner.lower() in ("token", "auth_token"):
            return TOKEN_ID
        if self._under:
            words = tuple(word.lower() for word in WORD.findall(name))
            for rule, telling in self._under:
                if words == rule and telling.under in owner.lower():
                    return telling
        return None

    def _judge(self, name: str) -> Telling | None:
        if len(name) > 200:
            name = name[-200:]
        return self._of(TAIL.sub("", name)) or self._of(name)

    def _of(self, name: str) -> Telling | None:
        words = tuple(word.lower() for word in WORD.findall(name))
        while words and words[-1].isdigit():
            words = words[:-1]
        if not words:
            return None
        for length in range(min(self._longest, len(words)), 0, -1):
            row = words[-length:]
            if row in self._rows:
                return self._rows[row]
        if GLUED.fullmatch(words[-1]):
            return Telling(
                "token" if words[-1].rstrip("s").endswith("token") else "password", many=words[-1].endswith("s")
            )
        return Telling("token", sure=False, ids=True) if GLUED_UNSURE.fullmatch(words[-1]) else None


TOKEN_ID = Telling("token")


# --- rules of a user -------------------------------------------------------------------------------------------------


def rows_of(path: Path) -> tuple[tuple[tuple[str, ...], Telling], ...]:
    """The rows in a file of rules as `--scrub` takes it. Raises ScrubRulesError."""
    listed = rules_in(path, ScrubRulesError)
    return tuple(_row(path, number, item) for number, item in enumerate(listed, 1))


def _row(path: Path, number: int, item: Any) -> tuple[tuple[str, ...], Telling]:
    match item:
        case {"words": str(words), "kind": str(kind), **rest} if words.split() and re.fullmatch("[a-z]+", kind):
            under, deep = rest.get("under", ""), rest.get("deep", False)
            if isinstance(under, str) and isinstance(deep, bool):
                return tuple(words.lower().split()), Telling(kind, under=under.lower(), deep=deep)
    raise ScrubRulesError(path, "needs words, and a kind of lower-case letters", f"rule {number}")
