"""What a service says of its own answers: a schema for each call, found by method, path, action and microversion.

It knows no service: `services` and `neutron` collect the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Microversion = tuple[int, int]
Validator = Callable[[Any], Iterable[str]]
"""What is wrong with a body, in words."""


@dataclass(frozen=True)
class Expected:
    """`path` is a template behind the version; `action` the only member of the request, where the path has several.
    `of_others`: what is expected of an answer to somebody who may be no administrator, where that is less.
    """

    service: str
    version: str
    method: str
    path: str
    validate: Validator
    action: str = ""
    first: Microversion = (0, 0)
    last: Microversion = (9999, 0)
    of_others: Validator | None = None


@dataclass(frozen=True)
class JudgedCall:
    """One answered request. `template` is its operation's, behind the version; `sent` and `answer` are JSON values.
    `by_admin`: it is known that an administrator asked.
    """

    service: str
    version: str
    method: str
    template: str
    micro: Microversion
    sent: Any
    status: int
    answer: Any
    by_admin: bool = False


class Expectations:
    """All rows, and the one for an exchange."""

    def __init__(self, rows: Iterable[Expected]) -> None:
        self._rows: dict[tuple[str, str, str, int], list[tuple[tuple[str, ...], Expected]]] = {}
        for row in rows:
            segments = _segments(row.path)
            self._rows.setdefault((row.service, row.version, row.method, len(segments)), []).append((segments, row))

    def of(self, exchange: JudgedCall) -> Expected | None:
        """The row with the same template; a project may stand before that in the path."""
        whole = _segments(exchange.template)
        for path in (whole, whole[1:]) if whole and whole[0][0] == "{" else (whole,):
            key = (exchange.service, exchange.version, exchange.method, len(path))
            for template, row in self._rows.get(key, ()):
                if _fits(template, path) and row.first <= exchange.micro <= row.last and _acts(row, exchange.sent):
                    return row
        return None


def _segments(path: str) -> tuple[str, ...]:
    return tuple(one for one in path.partition("?")[0].split("/") if one)


def _fits(template: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return all(one == two or one[0] == two[0] == "{" for one, two in zip(template, other, strict=True))


def _acts(row: Expected, sent: Any) -> bool:
    return not row.action or (isinstance(sent, dict) and row.action in sent)
