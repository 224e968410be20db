"""The sessions of a replay: which are kept, and which goes when there is no room for another."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable

from cloudtape.clock import Now
from cloudtape.errors import TooManySessions
from cloudtape.matchers.sessions.session import Session
from cloudtape.tokens import IssuedTokens

LONGEST_WAIT = 24 * 3600.0
logger = logging.getLogger(__name__)


class Sessions:
    """`most` is for sessions with a name: the default one stays."""

    def __init__(self, make: Callable[[], Session], tokens: IssuedTokens, clock: Now, most: int) -> None:
        self._make, self._tokens, self._clock, self.most = make, tokens, clock, most
        self._default = make()
        self._named: OrderedDict[str, Session] = OrderedDict()
        self.is_held: Callable[[str], bool] = lambda _: False
        """Whether a session may not go for another reason than that somebody is logged in."""

    def of(self, name: str) -> Session:
        """The session of this name, or a new one that is not kept yet."""
        if not name:
            return self._default
        found = self._named.get(name)
        if found is None:
            return self._make()
        self._named.move_to_end(name)
        return found

    def keep(self, name: str, session: Session) -> None:
        """Keep a session from `of`. Raises TooManySessions where there is no room."""
        if not name or name in self._named:
            return
        if len(self._named) >= self.most:
            self._make_room()
        self._named[name] = session

    def _make_room(self) -> None:
        """Forget the least recently used session to which nobody is logged in."""
        now, waits = self._clock(), [float("inf")]
        for name in self._named:
            until = self._tokens.held_until(name)
            if until is not None and until > now:
                waits.append((until - now).total_seconds())
            elif not self.is_held(name):
                logger.warning("the session %s is given up: there are %d newer ones", name, self.most)
                del self._named[name]
                self._tokens.forget(name)
                return
        raise TooManySessions(self.most, min(min(waits), LONGEST_WAIT))
