"""The secrets that a recording has met, and what stands for each."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from threading import RLock
from urllib.parse import quote, quote_plus
from weakref import WeakSet

from cloudtape.cassettes.scrubbing.disguises import Disguises
from cloudtape.cassettes.scrubbing.mentions import FEW, Mentions, telling_run
from cloudtape.cassettes.scrubbing.placeholders import is_placeholder, pem, placeholder
from cloudtape.cassettes.scrubbing.secrets import EVERYDAY, SHORTEST, Rule
from cloudtape.cassettes.scrubbing.spelled import as_bytes

ONE_SPELLING = re.compile(r"[\w.~-]*", re.ASCII)
"""The same in a URL and in JSON."""
BEGIN = "-----BEGIN"
BEFORE = r"(?:(?<![A-Za-z0-9])|(?<=\\[abfnrtv])|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"
BEHIND = r"(?![A-Za-z0-9])"
"""No letter and no digit touches a word of its own, but those of an escape."""
BEFORE_WORD, AFTER_WORD = re.compile(BEFORE), re.compile(BEHIND)
LONG = 16 * 1024
"""Characters of a text that is not looked through once for each secret in it."""
LONGEST_EVERYDAY = max(map(len, EVERYDAY))
PART = re.compile(r"(?:AUTH_tk|_)([0-9a-f]{32,128})")
"""What a token's form puts something before, which is as good as the token: of swauth, of Shibboleth's cookies."""


class Vault:
    """The secrets that a recording has met, and what stands for each.

    `generation` grows with each new one; `news` are those that may stand in other places and that nobody has looked
    for yet. Several scrubbers on threads of their own may share one (`shared`), each with its own news.
    """

    def __init__(self, of: Vault | None = None) -> None:
        self._stand_ins: dict[str, str] = of._stand_ins if of else {}
        self._counts: Counter[str] = of._counts if of else Counter()
        self._anywhere: Mentions = of._anywhere if of else Mentions()
        """Those that are replaced wherever they stand, in all spellings."""
        self._disguises: Disguises = of._disguises if of else Disguises()
        self._log: list[tuple[Rule, str]] = of._log if of else []
        """Each secret that was met, in the order of their numbers: whoever repeats it has the same vault."""
        self._sharers: WeakSet[Vault] = of._sharers if of else WeakSet()
        self._lock: RLock = of._lock if of else RLock()
        self._sharers.add(self)
        self.news: list[str] = []
        self.is_disguising = False
        """Whether a secret has been found in another spelling, so that more are to be expected."""
        self.generation = 0

    def shared(self) -> Vault:
        """The same secrets for another scrubber."""
        with self._lock:
            return Vault(self)

    def take_news(self) -> list[str]:
        if not self.news:
            return []
        with self._lock:
            news, self.news = self.news, []
            return news

    def knows(self, secret: str) -> bool:
        return secret in self._stand_ins

    def stand_in(self, rule: Rule, secret: str) -> str:
        """The placeholder of a secret, the same each time."""
        known = self._stand_ins.get(secret)
        if known is not None:
            return known
        spellings = _spellings(secret)  # before anybody has to wait for it: a secret may be a megabyte
        with self._lock:
            if (known := self._stand_ins.get(secret)) is not None:
                return known
            self._log.append((rule, secret))
            return self._add(rule, secret, spellings)

    def told_since(self, number: int) -> list[tuple[Rule, str]]:
        """The secrets behind the first ones: what a `Replica` that knows those must be told."""
        return self._log[number:]

    def refresh(self) -> None:
        """Take in what was met elsewhere; here, everybody is told at once."""

    def _add(self, rule: Rule, secret: str, spellings: set[str]) -> str:
        self._counts[rule.kind] += 1
        count = self._counts[rule.kind]
        if secret.startswith(BEGIN):
            made = pem(secret[len(BEGIN) + 1 :].partition("-----")[0])
        else:
            made = placeholder(rule.kind, count, secret, rule.base64)
        self._stand_ins[secret] = made
        if spellings:
            for spelling in spellings:
                self._anywhere.add(spelling)
            self._stand_ins |= dict.fromkeys(spellings, made)
            # What its own stand-in says (the first line of a key) would be found there again and again.
            if "\n" not in secret and not is_placeholder(secret) and not (secret.startswith(BEGIN) and secret in made):
                self._disguises.add(secret, made.replace("\n", "\\n"), rule.kind)
            for one in self._sharers:
                one.news.extend(spellings)
        for one in self._sharers:
            one.generation += 1
        if (part := PART.fullmatch(secret)) and part[1] not in self._stand_ins:
            self._add(rule, part[1], _spellings(part[1]))
        return made

    def mentioned(self, text: str) -> list[str]:
        """The known secrets that stand in a text, longest first."""
        with self._lock:
            return sorted(self._anywhere.found_in(text), key=len, reverse=True)

    def without(self, text: str) -> str:
        """The text with all known secrets replaced where they stand as words of their own."""
        if len(text) > LONG and len(self._anywhere) > FEW:
            return self._without_many(text)
        for secret in self.mentioned(text):
            text = re.sub(f"{BEFORE}{re.escape(secret)}{BEHIND}", lambda found: self._stand_ins[found[0]], text)
        return text

    def are_disguised_in(self, *texts: bytes) -> bool:
        """Whether known secrets stand in some texts in another spelling, or within a longer word."""
        with self._lock:
            return self._disguises.are_in(*texts)

    def undisguised(self, data: bytes) -> bytes:
        """A text with placeholders in place of those."""
        with self._lock:
            clean = self._disguises.without(data)
        self.is_disguising = self.is_disguising or clean is not data
        return clean

    def _without_many(self, text: str) -> str:
        """The same in one pass, as it must be where a long text holds many secrets."""
        with self._lock:
            places = sorted(set(self._anywhere.places_in(text)), key=lambda place: (-len(place[1]), place[0]))
        taken = bytearray(len(text))
        found: list[tuple[int, str]] = []
        for at, secret in places:
            end = at + len(secret)
            if taken.find(1, at, end) == -1 and AFTER_WORD.match(text, end) and BEFORE_WORD.match(text, at):
                taken[at:end] = b"\1" * len(secret)
                found.append((at, secret))
        pieces, end = [], 0
        for at, secret in sorted(found):
            pieces += [text[end:at], self._stand_ins[secret]]
            end = at + len(secret)
        return "".join([*pieces, text[end:]])


def _spellings(secret: str) -> set[str]:
    """As what a secret is looked for everywhere; nothing for a word of everybody's."""
    if len(secret) < SHORTEST or (len(secret) <= LONGEST_EVERYDAY and secret.lower() in EVERYDAY):
        return set()
    spellings = {secret}
    if not ONE_SPELLING.fullmatch(secret):
        escaped = as_bytes(secret)
        spellings |= {quote(escaped, safe=""), quote_plus(escaped), json.dumps(secret)[1:-1]}
    for spelling in spellings:
        telling_run(spelling)  # which is remembered of a long one
    return spellings


Ask = Callable[[int, tuple[Rule, str] | None], list[tuple[Rule, str]]]
"""(how many are known, a secret that is new) → those behind them, among which it is by then."""


class Replica(Vault):
    """A vault that is the same as one elsewhere, of which `ask` tells: there each secret is given its number."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._ask = ask

    def stand_in(self, rule: Rule, secret: str) -> str:
        if secret not in self._stand_ins:
            self._repeat(self._ask(len(self._log), (rule, secret)))
        return self._stand_ins[secret]

    def refresh(self) -> None:
        self._repeat(self._ask(len(self._log), None))

    def _repeat(self, told: list[tuple[Rule, str]]) -> None:
        for rule, secret in told:
            super().stand_in(rule, secret)
