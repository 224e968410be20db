"""The tokens that a world has given: who is logged in, until when.

A token carries its own number and times under a seal, as Keystone's Fernet tokens do, so that nothing is kept for it.
What equal logins have in common (who, where, with which roles and catalog) is kept once, for as long as one of their
tokens is good. A token that was given elsewhere cannot carry anything; of such a one a number is kept until it ends.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from cloudtape.synthesis.worlds.shelves import Members

KEYSTONE_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
MARK = "gAAAAAB"
"""What the tokens of a real Keystone begin with."""
BODY = struct.Struct(">QQdd")
"""Number of the login, number of the token, issued at, expires at."""
SEAL_SIZE = 64
TEXT_SIZE = len(MARK) + (BODY.size + SEAL_SIZE) * 4 // 3
AUDIT_SIZE = 16
MOST_REMEMBERED = 256
"""Tokens whose reading is remembered: a client sends the same one with each request."""
SWEEP_SECONDS = 60.0
OWN = ("audit_ids", "issued_at", "expires_at")
"""What a token's document says of this token alone."""


class Token(msgspec.Struct, frozen=True):
    """Who asks. `roles` are names; `scope` is project, domain, system or empty. `expires` in seconds of the clock."""

    id: str
    user: str
    project: str
    roles: frozenset[str]
    expires: float
    document: Members
    scope: str = "project"

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles


class _Login(msgspec.Struct):
    """What equal logins have in common. `good` counts their tokens that nobody revoked; the last one ends at `ends`."""

    token: Token
    content: bytes
    good: int = 0
    ends: float = 0.0


class TokenBook:
    """`now` is the time of the world."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._key = secrets.token_bytes(SEAL_SIZE)
        self._count = 0
        self._logins: dict[int, _Login] = {}
        self._by_content: dict[bytes, int] = {}
        # By their number in this world, with the time at which they would have ended.
        self._revoked: dict[int, float] = {}
        # By the hash of a token that was given elsewhere, the number of its login and when it ends.
        self._adopted: dict[int, tuple[int, float]] = {}
        self._remembered: dict[str, Token] = {}
        self._swept = 0.0

    def issue(self, token: Token, at: datetime) -> Token:
        """The token as it is given: with an id, and its times in its document. Its `expires` says when it ends."""
        number = self._noted(token)
        self._count += 1
        body = BODY.pack(number, self._count, at.timestamp(), token.expires)
        seal = self._seal(body)
        return self._whole(number, MARK + base64.urlsafe_b64encode(body + seal).decode(), body, seal)

    def adopt(self, token: Token) -> None:
        """Let a token count that was given elsewhere, until it expires."""
        number = self._noted(token)
        before = self._adopted.get(hash(token.id))
        if before and before[0] in self._logins:
            self._logins[before[0]].good -= 1
        self._adopted[hash(token.id)] = number, token.expires
        self._remembered.pop(token.id, None)

    def get(self, id_: Any) -> Token | None:
        """A token that is good now."""
        if not isinstance(id_, str):
            return None
        token = self._remembered.get(id_) or self._read(id_)
        if token is None or token.expires <= self._now().timestamp():
            return None
        return token

    def knows(self, id_: Any) -> bool:
        """Whether a token was given or adopted here, be it good or not any more."""
        return isinstance(id_, str) and (hash(id_) in self._adopted or self._opened(id_) is not None)

    def revoke(self, id_: str) -> None:
        """Let a token count no more; one that was neither given nor adopted here never did."""
        self._remembered.pop(id_, None)
        adopted = self._adopted.pop(hash(id_), None)
        opened = None if adopted else self._opened(id_)
        if adopted:
            number = adopted[0]
        elif opened:
            number, serial, _, ends = BODY.unpack(opened[0])
            if serial in self._revoked:
                return
            self._revoked[serial] = ends
        else:
            return
        if login := self._logins.get(number):
            login.good -= 1
            if login.good <= 0:
                self._forget(number)

    def end(self, is_meant: Callable[[Token], bool]) -> None:
        """Revoke all tokens of some logins: of a user that is deleted, say."""
        for number in [number for number, login in self._logins.items() if is_meant(login.token)]:
            self._forget(number)
        self._remembered.clear()

    def good_until(self) -> float:
        """When the last good token expires, in seconds of the clock; in the past where nobody is logged in."""
        return max((login.ends for login in self._logins.values()), default=0.0)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _noted(self, token: Token) -> int:
        """The number of what a token has in common with equal ones."""
        self._sweep()
        common = {name: value for name, value in token.document.items() if name not in OWN}
        said = (token.user, token.project, token.scope, sorted(token.roles), common)
        content = hashlib.blake2b(msgspec.json.encode(said), digest_size=16).digest()
        number = self._by_content.get(content)
        if number is None:
            self._count += 1
            number = self._by_content[content] = self._count
            self._logins[number] = _Login(replace(token, document=common), content)
        login = self._logins[number]
        login.good += 1
        login.ends = max(login.ends, token.expires)
        return number

    def _read(self, id_: str) -> Token | None:
        if adopted := self._adopted.get(hash(id_)):
            number, ends = adopted
            login = self._logins.get(number)
            return replace(login.token, id=id_, expires=ends) if login else None
        opened = self._opened(id_)
        if opened is None:
            return None
        number, serial, _, _ = BODY.unpack(opened[0])
        if number not in self._logins or serial in self._revoked:
            return None
        return self._whole(number, id_, *opened)

    def _whole(self, number: int, id_: str, body: bytes, seal: bytes) -> Token:
        _, _, issued, ends = BODY.unpack(body)
        common = self._logins[number].token
        own = {
            "audit_ids": [base64.urlsafe_b64encode(seal[:AUDIT_SIZE]).decode().rstrip("=")],
            "issued_at": _text(issued),
            "expires_at": _text(ends),
        }
        token = replace(common, id=id_, expires=ends, document=common.document | own)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[id_] = token
        return token

    def _opened(self, id_: str) -> tuple[bytes, bytes] | None:
        """What a token carries, and its seal; None for what was not given here."""
        if len(id_) != TEXT_SIZE or not id_.startswith(MARK) or not id_.isascii():
            return None
        try:
            raw = base64.b64decode(id_[len(MARK) :], b"-_", validate=True)
        except ValueError:
            return None
        body, seal = raw[: BODY.size], raw[BODY.size :]
        return (body, seal) if secrets.compare_digest(seal, self._seal(body)) else None

    def _seal(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._key, digest_size=SEAL_SIZE).digest()

    def _forget(self, number: int) -> None:
        login = self._logins.pop(number)
        del self._by_content[login.content]

    def _sweep(self) -> None:
        """Once in a while, forget what has expired."""
        now = self._now().timestamp()
        if abs(now - self._swept) < SWEEP_SECONDS:
            return
        self._swept = now
        for number in [number for number, login in self._logins.items() if login.ends <= now]:
            self._forget(number)
        self._revoked = {serial: ends for serial, ends in self._revoked.items() if ends > now}
        self._adopted = {one: (number, ends) for one, (number, ends) in self._adopted.items() if ends > now}
        self._remembered = {id_: token for id_, token in self._remembered.items() if token.expires > now}


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(KEYSTONE_TIME)
