"""The secrets that a recording has met, and what stands for each."""

from __future__ import annotations

import json
import re
from collections import Counter
from threading import RLock
from urllib.parse import quote, quote_plus
from weakref import WeakSet

from cloudtape.cassettes.scrubbing.mentions import Mentions
from cloudtape.cassettes.scrubbing.placeholders import pem, placeholder
from cloudtape.cassettes.scrubbing.secrets import EVERYDAY, SHORTEST, Rule
from cloudtape.cassettes.scrubbing.spelled import as_bytes

ONE_SPELLING = re.compile(r"[\w.~-]*", re.ASCII)
"""The same in a URL and in JSON."""
BEGIN = "-----BEGIN"
BEFORE = r"(?:(?<![A-Za-z0-9])|(?<=\\[abfnrtv])|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"
BEHIND = r"(?![A-Za-z0-9])"
"""No letter and no digit touches a word of its own, but those of an escape."""
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
        self._sharers: WeakSet[Vault] = of._sharers if of else WeakSet()
        self._lock: RLock = of._lock if of else RLock()
        self._sharers.add(self)
        self.news: list[str] = []
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
        with self._lock:
            return self._stand_ins.get(secret) or self._add(rule, secret)

    def _add(self, rule: Rule, secret: str) -> str:
        self._counts[rule.kind] += 1
        count = self._counts[rule.kind]
        if secret.startswith(BEGIN):
            made = pem(secret[len(BEGIN) + 1 :].partition("-----")[0])
        else:
            made = placeholder(rule.kind, count, secret, rule.base64)
        self._stand_ins[secret] = made
        if len(secret) >= SHORTEST and secret.lower() not in EVERYDAY:
            spellings = {secret}
            if not ONE_SPELLING.fullmatch(secret):
                escaped = as_bytes(secret)
                spellings |= {quote(escaped, safe=""), quote_plus(escaped), json.dumps(secret)[1:-1]}
            for spelling in spellings:
                self._anywhere.add(spelling)
            self._stand_ins |= dict.fromkeys(spellings, made)
            for one in self._sharers:
                one.news.extend(spellings)
        for one in self._sharers:
            one.generation += 1
        if (part := PART.fullmatch(secret)) and part[1] not in self._stand_ins:
            self._add(rule, part[1])
        return made

    def mentioned(self, text: str) -> list[str]:
        """The known secrets that stand in a text, longest first."""
        with self._lock:
            return sorted(self._anywhere.found_in(text), key=len, reverse=True)

    def without(self, text: str) -> str:
        """The text with all known secrets replaced where they stand as words of their own."""
        for secret in self.mentioned(text):
            text = re.sub(f"{BEFORE}{re.escape(secret)}{BEHIND}", lambda found: self._stand_ins[found[0]], text)
        return text
