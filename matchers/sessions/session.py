"""One client run: what it has replayed, what it has bound and uploaded, and the tokens that it was given."""

from __future__ import annotations

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.recordings.recording import Group, Recording
from cloudtape.matchers.recordings.summary import Identity, token_of
from cloudtape.matchers.requests.things import crc_of
from cloudtape.matchers.sessions.bindings import Bindings
from cloudtape.matchers.sessions.echoes import Echoes
from cloudtape.matchers.sessions.past import Asker, Past, Polling, Shows, shows_itself
from cloudtape.matchers.sessions.swaps import Exchanged
from cloudtape.matchers.sessions.told import Told
from cloudtape.matchers.sessions.uploads import Uploads

MOST_TOKENS = 100_000


class Session:
    """`begins`: where in each group of alike requests the first stands that is not spent."""

    def __init__(self, recording: Recording, polling: Polling = Polling.DISTINCT, shows: Shows = shows_itself) -> None:
        self._recording = recording
        self.past = Past(recording, polling, shows)
        self.bindings = Bindings(recording.derived)
        self.echoes = Echoes()
        self.told = Told()
        self.uploads = Uploads()
        self.begins: dict[Group, int] = {}
        self._tokens: dict[int, Identity] = {}
        self._identities: dict[Identity, Identity] = {}

    def issue(self, given: str, recorded: str) -> None:
        """Note a token that was given for a recorded one: whose it is, in live words."""
        whose = self._recording.identity(crc_of(recorded))
        live = tuple(self.bindings.live_word(one) for one in whose)
        self._tokens[crc_of(given)] = self._identities.setdefault(live, live)
        if len(self._tokens) > MOST_TOKENS:
            del self._tokens[next(iter(self._tokens))]

    def asker(self, request: Request) -> Asker:
        token = token_of(request)
        issued = self._tokens.get(token)
        return Asker(token, self.bindings.recorded_words(issued) if issued else self._recording.identity(token))

    def exchange(self, swapped: Exchanged) -> None:
        """Let things change places."""
        self.past.exchange(swapped.positions)
        self.uploads.exchange(swapped.positions)
        self.bindings.exchange(swapped.ids, swapped.names)
        self.told.exchange(swapped.things)
        self.echoes.exchange(swapped.positions)
        self.begins.clear()
