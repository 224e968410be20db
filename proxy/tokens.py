"""The tokens that replayed logins give: each login has one of its own, as from a real cloud.

A recording has as many tokens as it has logins; a client that logs in more often, or a second client, would be given
the same one again, and nobody could tell who asks. So a token that was given before is replaced by a fresh one of its
form.
"""

from __future__ import annotations

import re
import uuid

import msgspec

from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.matchers.sessions.bindings import exchanged
from cloudtape.matchers.sessions.exchange import Exchange
from cloudtape.matchers.sessions.session import Session

SUBJECT_TOKEN = "x-subject-token"  # noqa: S105  (the name of a header)
MOST_REMEMBERED = 100_000
HEX = re.compile(r"[0-9a-f]{32}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class IssuedTokens:
    """Which session each token was given in."""

    def __init__(self) -> None:
        self._sessions: dict[str, str] = {}
        self._issued = 0

    def session_of(self, request: Request) -> str:
        """The session that a request names, else the one that its token was given in."""
        if request.session or not self._sessions:
            return request.session
        token = header(request.headers, "x-auth-token")
        return self._sessions.get(token, "") if token else ""

    def issue(self, name: str, session: Session, response: Response) -> Response:
        """The answer to a login with a token of its own; as it is where it gives none."""
        recorded = header(response.headers, SUBJECT_TOKEN) or _in_body(response)
        if not recorded:
            return response
        given = recorded
        if recorded in self._sessions:
            given = _like(recorded, self._issued)
            exchange = Exchange()
            exchange.add(recorded, given, "id")
            response = exchanged(exchange, response)
        self._sessions[given] = name
        self._issued += 1
        if len(self._sessions) > MOST_REMEMBERED:
            del self._sessions[next(iter(self._sessions))]
        session.issue(given, recorded)
        return response


def _in_body(response: Response) -> str:
    """The token of Identity API v2.0: `access.token.id`."""
    try:
        return _V2.decode(response.body).access.token.id if isinstance(response.body, bytes) else ""
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""


class _Token(msgspec.Struct):
    id: str


class _Access(msgspec.Struct):
    token: _Token


class _Answer(msgspec.Struct):
    access: _Access


_V2 = msgspec.json.Decoder(_Answer)


def _like(token: str, number: int) -> str:
    if HEX.fullmatch(token):
        return uuid.uuid4().hex
    return str(uuid.uuid4()) if UUID.fullmatch(token) else f"{token}-{number}"
