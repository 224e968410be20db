"""The tokens that replayed logins give: each login has one of its own, as from a real cloud.

A recording has as many tokens as it has logins; a client that logs in more often, or a second client, would be given
the same one again, and nobody could tell who asks. So a token that was given before is replaced by a fresh one of its
form. What is said of a token later (validation) names it as it was given, and tells the times that it was given with.

Nothing is kept of a token once it has ended. Until then it costs two numbers: what is known of it is shared with those
that were given with the same times.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.json_text import JsonError, json_as
from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.clock import UNKNOWN, Times, end_of, retimed, times_from, told_times
from cloudtape.errors import TooManyLogins
from cloudtape.matchers.requests.things import READS
from cloudtape.matchers.sessions.bindings import exchanged
from cloudtape.matchers.sessions.exchange import WordExchange
from cloudtape.matchers.sessions.session import Session

SUBJECT_TOKEN = "x-subject-token"  # noqa: S105  (the name of a header)
MOST_GOOD = 1_000_000
"""Tokens that may be good at once; whoever logs in then is told to come again."""
LIFE = timedelta(hours=1)
"""Of a token whose answer does not tell when it ends."""
SWEEP = timedelta(minutes=1)
HEX = re.compile(r"[0-9a-f]{32}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IN_PATH = re.compile(r"/v2\.0/tokens/([^/?#]+)")


class _Alike(msgspec.Struct, frozen=True):
    """What equal logins have in common: their session, the recorded times, and those of the token it was made of."""

    session: str
    recorded: dict[str, str]
    source: Times = UNKNOWN

    def times(self, at: datetime) -> Times:
        """The times that a token was given with at a moment."""
        return times_from(self.recorded, at, self.source)


_Issued = tuple[_Alike, datetime]
"""A token: what it has in common with others, and when it was given."""


class IssuedTokens:
    """Which session each token was given in, by the hash of the token."""

    def __init__(self) -> None:
        self._given: dict[int, _Issued] = {}
        self._recorded: set[int] = set()
        """Those that were given as they were recorded: no other login is given them."""
        self._last: dict[str, tuple[_Alike, datetime]] = {}
        """Of each session the last login, and when the last token ends."""
        self._good: Counter[str] = Counter()
        self._count = 0
        self._latest: _Issued | None = None
        """Shared by equal logins within a second."""
        self._swept = datetime.min.replace(tzinfo=UTC)

    def session_of(self, request: Request) -> str:
        """The session that a request names, else the one that its token was given in."""
        if request.session or not self._given:
            return request.session
        token = header(request.headers, "x-auth-token")
        issued = self._given.get(hash(token)) if token else None
        return issued[0].session if issued else ""

    def held_until(self, session: str) -> datetime | None:
        """When the last token ends that was given in a session; None where nobody is logged in."""
        return self._last[session][1] if self._good[session] > 0 else None

    def forget(self, session: str) -> None:
        """Forget a session to which nobody is logged in."""
        self._last.pop(session, None)
        self._good.pop(session, None)

    def answer(self, session: Session, request: Request, response: Response, at: datetime) -> Response:
        """A recorded answer about a token: of a login with a token of its own, of a validation with what was given.

        As it is where it tells of no token. `at`: now, in UTC.
        """
        recorded = header(response.headers, SUBJECT_TOKEN) or _in_body(response)
        if request.method not in READS:
            if recorded:
                return self._issued(session, request, response, recorded, at)
            if request.method == "DELETE" and response.status < 300:
                self._revoke(header(request.headers, SUBJECT_TOKEN) or _in_path(request.uri))
            return _fresh(response, at)
        subject = header(request.headers, SUBJECT_TOKEN) or _in_path(request.uri)
        if not subject or not recorded:
            return _fresh(response, at)
        issued = self._given.get(hash(subject))
        if issued is None:  # not given here: what the first answer tells of it is told again
            issued = self._remember(subject, _Alike(request.session, _told(response)), at)
            session.issue(subject, recorded)
        login, given_at = issued
        return _retimed(_renamed(response, recorded, subject), login.times(given_at))

    def _issued(self, session: Session, request: Request, response: Response, recorded: str, at: datetime) -> Response:
        if len(self._given) >= MOST_GOOD:
            self._sweep(at)
            if len(self._given) >= MOST_GOOD:
                raise TooManyLogins(MOST_GOOD, LIFE.total_seconds())
        given = _like(recorded, self._count) if hash(recorded) in self._recorded else recorded
        source = self._given.get(hash(_made_of(request)))
        login = _Alike(request.session, _told(response), source[0].times(source[1]) if source else UNKNOWN)
        login, given_at = self._remember(given, login, at)
        self._recorded.add(hash(recorded))
        session.issue(given, recorded)
        return _retimed(_renamed(response, recorded, given), login.times(given_at))

    def _remember(self, token: str, login: _Alike, at: datetime) -> _Issued:
        if at - self._swept >= SWEEP:
            self._sweep(at)
        last, until = self._last.get(login.session, (login, at))
        if login == last:
            login = last
        self._revoke(token)
        issued = login, at.replace(microsecond=0)  # Keystone's tokens know no smaller part of time
        self._given[hash(token)] = issued = self._latest = self._latest if issued == self._latest else issued
        self._good[login.session] += 1
        self._last[login.session] = login, max(until, _end(issued))
        self._count += 1
        return issued

    def _revoke(self, token: str) -> None:
        if issued := self._given.pop(hash(token), None):
            self._good[issued[0].session] -= 1

    def _sweep(self, at: datetime) -> None:
        """Forget the tokens that have ended."""
        self._swept = at
        over = [one for one, issued in self._given.items() if _end(issued) <= at]
        for one in over:
            self._good[self._given.pop(one)[0].session] -= 1


def _end(issued: _Issued) -> datetime:
    login, at = issued
    return end_of(login.times(at)) or at + LIFE


def _told(response: Response) -> dict[str, str]:
    assert isinstance(response.body, bytes)
    return told_times(response.body)


def _retimed(response: Response, times: Times) -> Response:
    assert isinstance(response.body, bytes)
    return replace(response, body=retimed(response.body, times))


def _fresh(response: Response, at: datetime) -> Response:
    return _retimed(response, times_from(_told(response), at))


def _renamed(response: Response, recorded: str, given: str) -> Response:
    if not recorded or recorded == given:
        return response
    exchange = WordExchange()
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
        return json_as(_V2, response.body).access.token.id if isinstance(response.body, bytes) else ""
    except JsonError:
        return ""


def _made_of(request: Request) -> str:
    """The token that a login shows to be given another: `auth.identity.token.id`, in v2.0 `auth.token.id`."""
    try:
        auth = json_as(_LOGIN, request.body).auth if isinstance(request.body, bytes) else _Auth()
    except JsonError:
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
