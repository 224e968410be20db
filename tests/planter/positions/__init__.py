"""Where in a conversation a kind can stand, and which kinds can stand where.

A position takes shapes: what only its name makes secret goes where there are names, a text where there is text. What one
line or a word without quotes has room for only, says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.planter.exchange import Exchange
from tests.planter.keys import KEYS, PUBLIC
from tests.planter.kinds import Fragment, Kind
from tests.planter.positions import documents, envelopes, native, pairs, texts

Build = Callable[[Fragment, Random], list[Exchange]]
PAIRS = frozenset({"member"})
# With signs that are quoted where there are quotes.
LONG = (KEYS.keys() | PUBLIC.keys()) - {
    "pkcs12",
    "jks",
    "pem-in-base64",
    "certificate-base64",
    "ssh-rsa",
    "ssh-ed25519",
}
QUOTED = ("quoted", "words", "sentence")


@dataclass(frozen=True, slots=True)
class Position:
    name: str
    build: Build
    takes: frozenset[str]
    one_line: bool = False
    bare: bool = False
    # Keeps method, path, and all that stands around it in life.
    native: bool = False
    # Whoever reads it cannot tell a harmless value from a secret one.
    opaque: bool = False

    def fits(self, kind: Kind) -> bool:
        if kind.shape not in self.takes or (kind.native and not self.native):
            return False
        return not any(self._too_much(side.maker, kind) for side in (kind.secret, kind.twin))

    def _too_much(self, maker: str, kind: Kind) -> bool:
        if self.bare and maker in QUOTED:
            return True
        many = kind.shape == "text" and "\n" in kind.secret.template + kind.twin.template
        return self.one_line and (many or kind.shape == "form" or maker in LONG)


def load() -> list[Position]:
    """All positions; each name is there once."""
    return [
        *(Position(name, build, takes, native=True) for name, build, takes in native.POSITIONS),
        *(Position(name, build, takes) for name, build, takes in documents.POSITIONS),
        *(Position(name, build, takes) for name, build, takes in envelopes.POSITIONS),
        *(Position(name, build, takes, one_line, bare=one_line) for name, build, takes, one_line in texts.POSITIONS),
        *(
            Position(name, build, PAIRS, one_line, bare, opaque=name == "pair-cookie")
            for name, build, one_line, bare in pairs.POSITIONS
        ),
    ]
