"""Ids and words of the run that was recorded, which have no place in another run.

Whose a word is, is decided by who has said it first. An id that the cloud gave to something which the recorded run made
is this run's own once it was given to this run. A random word that the recorded run's client made up is nobody's here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tests.scenarios.exchanges import TapedCall
from tests.scenarios.world_model import Model

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]")
RANDOM = re.compile(r"(?=.*\d).*(?:[0-9a-f]{6}|\d{5}|\d+\.\d+\.\d+\.\d+).*")
SHORTEST_ID = 16
"""Characters; what is shorter (a number) may stand for anything."""
OWN_FIELDS = re.compile(r"date|x-cloudtape-.*|x-.*request-id|x-trans-id|etag|content-length|x-timestamp|last-modified")


def words_of(text: str) -> set[str]:
    return set(WORD.findall(text))


def _sent(exchange: TapedCall) -> set[str]:
    return words_of(exchange.url) | words_of(exchange.sent.decode("utf-8", "replace"))


def _told(exchange: TapedCall) -> set[str]:
    fields = [value for name, value in exchange.fields.items() if not OWN_FIELDS.fullmatch(name)]
    return words_of("\n".join([*fields, exchange.body.decode("utf-8", "replace")]))


class Strangers:
    """What one run has made, and has made up."""

    def __init__(self, run: Iterable[TapedCall]) -> None:
        model, known = Model(), set[str]()
        self.words: set[str] = set()
        for exchange in run:
            self.words |= {word for word in _sent(exchange) - known if RANDOM.fullmatch(word)}
            known |= _told(exchange) | self.words
            for _ in model.hear(exchange):
                pass
        self.ids = {key for key in model.made() if len(key) >= SHORTEST_ID} - self.words

    def among(self, run: list[TapedCall]) -> Iterator[tuple[TapedCall, str]]:
        """Where another run meets them."""
        model, said = Model(), set[str]()
        own = set[str]().union(*map(_sent, run))
        for exchange in run:
            said |= _sent(exchange)
            for _ in model.hear(exchange):
                pass
            told = _told(exchange) - said
            for word in sorted(told & (self.words - own)):
                yield exchange, f"{word} was made up by the recorded run"
            for word in sorted((told & self.ids) - model.made()):
                yield exchange, f"{word} was made by the recorded run, and not by this one"
