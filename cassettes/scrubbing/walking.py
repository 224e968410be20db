"""What a part of a walk (`walk`) asks the whole of it, which knows the other parts."""

from __future__ import annotations

from typing import Protocol

from cloudtape.cassettes.scrubbing.patterns import Patterns
from cloudtape.cassettes.scrubbing.secrets import Rule, Table


class Walking(Protocol):
    """`place` tells where something stands, `depth` in how many texts."""

    @property
    def table(self) -> Table: ...
    @property
    def patterns(self) -> Patterns: ...
    def replace(self, rule: Rule, secret: str, place: str) -> str:
        """What stands in a secret's place."""

    def text(self, text: str, place: str, depth: int = 0) -> str:
        """A text of unknown kind."""

    def json(self, text: str, place: str, depth: int = 0) -> str:
        """A text that begins as JSON does."""

    def data(self, data: bytes, place: str, depth: int = 0) -> bytes:
        """Bytes of unknown kind."""

    def name(self, name: str, place: str) -> str:
        """A member's name, which may be a secret itself."""

    def value(self, name: str, value: str, under: str, place: str, depth: int) -> str:
        """What stands under a name, itself `under` another."""

    def secret(self, rule: Rule, value: str, place: str, depth: int) -> str:
        """A value that is a secret as a whole."""

    def leaf(self, text: str, place: str, depth: int) -> str:
        """A value under a name that says nothing."""

    def is_clean(self, text: str) -> bool:
        """Whether a leaf holds nothing, as far as is known at once."""

    def known(self, text: str) -> str:
        """A text without the secrets that are known."""
