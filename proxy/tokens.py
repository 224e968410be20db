"""The tokens that replayed logins give: each login has one of its own, as from a real cloud.

A recording has as many tokens as it has logins; a client that logs in more often, or a second client, would be given
the same one again, and nobody could tell who asks. So a token that was given before is replaced by a fresh one of its
form. What is said of a token later (validation) names it as it was given, and tells the times that it was given with.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.clock import UNKNOWN, Times, fresh, retimed
from cloudtape.matchers.requests.things import READS
from cloudtape.matchers.sessions.bindings import exchanged
from cloudtape.matchers.sessions.exchange import Exchange
from cloudtape.matchers.sessions.session import Session

SUBJECT_TOKEN = "x-subject-token"  # noqa: S105  (the name of a header)
MOST_REMEMBERED = 100_000
HEX = re.compile(r"[0-9a-f]{32}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IN_PATH = re.compile(r"/v2\.0/tokens/([^/?#]+)")


class _Issued(msgspec.Struct, frozen=True):
    """The session that a token was given in, and the times that it was given with."""

    session: str
    times: Times


class IssuedTokens:
    """Which session each token was given in."""

    def __init__(self) -> None:
        self._given: dict[str, _Issued] = {}
        self._count = 0

    def session_of(self, request: Request) -> str:
        """The session that a request names, else the one that its token was given in."""
        if request.session or not self._given:
            return request.session
        token = header(request.headers, "x-auth-token")
        issued = self._given.get(token) if token else None
        return issued.session if issued else ""

    def answer(self, session: Session, request: Request, response: Response, at: datetime) -> Response:
        """A recorded answer about a token: of a login with a token of its own, of a validation with what was given.

        As it is where it tells of no token. `at`: now, in UTC.
        """
        recorded = header(response.headers, SUBJECT_TOKEN) or _in_body(response)
        if request.method not in READS:
            return self._issued(session, request, response, recorded, at) if recorded else _fresh(response, at)
        subject = header(request.headers, SUBJECT_TOKEN) or _in_path(request.uri)
        if not subject or not recorded:
            return _fresh(response, at)
        if subject not in self._given:  # not given here: what the first answer tells of it is told again
            self._remember(subject, request.session, _times(response, at))
            session.issue(subject, recorded)
        return _retimed(_renamed(response, recorded, subject), self._given[subject].times)

    def _issued(self, session: Session, request: Request, response: Response, recorded: str, at: datetime) -> Response:
        given = _like(recorded, self._count) if recorded in self._given else recorded
        source = self._given.get(_made_of(request))
        times = _times(response, at, source.times if source else UNKNOWN)
        self._remember(given, request.session, times)
        session.issue(given, recorded)
        return _retimed(_renamed(response, recorded, given), times)

    def _remember(self, token: str, session: str, times: Times) -> None:
        self._given[token] = _Issued(session, times)
        self._count += 1
        if len(self._given) > MOST_REMEMBERED:
            del self._given[next(iter(self._given))]


def _times(response: Response, at: datetime, source: Times = UNKNOWN) -> Times:
    assert isinstance(response.body, bytes)
    return fresh(response.body, at, source)


def _retimed(response: Response, times: Times) -> Response:
    assert isinstance(response.body, bytes)
    return replace(response, body=retimed(response.body, times))


def _fresh(response: Response, at: datetime) -> Response:
    return _retimed(response, _times(response, at))


def _renamed(response: Response, recorded: str, given: str) -> Response:
    if not recorded or recorded == given:
        return response
    exchange = Exchange()
    exchange.add(recorded, given, "id")
    return exchanged(exchange, response)


# --- the token that a message names ----------------------------------------------------------------------------------


def _in_path(uri: str) -> str:
    """The token whose validation Identity API v2.0 is asked for."""
    found = IN_PATH.search(uri)
    return found[1] if found else ""


def _in_body(response: Response) -> str:
    """The token of Identity API v2.0: `access.token.id`."""
    try:
        return _V2.decode(response.body).access.token.id if isinstance(response.body, bytes) else ""
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""


def _made_of(request: Request) -> str:
    """The token that a login shows to be given another: `auth.identity.token.id`, in v2.0 `auth.token.id`."""
    try:
        auth = _LOGIN.decode(request.body).auth if isinstance(request.body, bytes) else _Auth()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    token = (auth.identity and auth.identity.token) or auth.token
    return token.id if token else ""


class _Token(msgspec.Struct):
    id: str


class _Access(msgspec.Struct):
    token: _Token


class _Answer(msgspec.Struct):
    access: _Access


class _Identity(msgspec.Struct):
    token: _Token | None = None


class _Auth(msgspec.Struct):
    identity: _Identity | None = None
    token: _Token | None = None


class _Login(msgspec.Struct):
    auth: _Auth


_V2 = msgspec.json.Decoder(_Answer)
_LOGIN = msgspec.json.Decoder(_Login)


def _like(token: str, number: int) -> str:
    if HEX.fullmatch(token):
        return uuid.uuid4().hex
    return str(uuid.uuid4()) if UUID.fullmatch(token) else f"{token}-{number}"
