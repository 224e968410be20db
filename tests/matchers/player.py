"""A recording in memory and one session on it: what is asked, what is given, by which rung."""

import json
from typing import Any

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.recordings.summary import Summariser
from cloudtape.matchers.requests.things import is_write
from cloudtape.matchers.sessions.ladder import Ladder
from cloudtape.matchers.sessions.lists import with_body
from cloudtape.matchers.sessions.rungs import DEFAULT, Found, Matching

JSON = (("Content-Type", "application/json"),)
ID = "5d3983d4-6d41-478b-8238-8f0f8fc90b9c"
OTHER = "11111111-6d41-478b-8238-8f0f8fc90b9c"
NOVA = "http://nova/v2.1"


def get(path: str, *headers: tuple[str, str]) -> Request:
    return Request("GET", path if "://" in path else NOVA + path, headers)


def send(method: str, path: str, body: Any = None, *headers: tuple[str, str]) -> Request:
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(method, path if "://" in path else NOVA + path, (*JSON, *headers), data)


def post(path: str, body: Any = None, *headers: tuple[str, str]) -> Request:
    return send("POST", path, body, *headers)


def said(body: Any = "", status: int = 200, *headers: tuple[str, str]) -> Response:
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(status, "", headers, text.encode())


def token(value: str) -> tuple[str, str]:
    return ("X-Auth-Token", value)


class Player:
    def __init__(self, *recorded: tuple[Request, Any], matching: Matching = DEFAULT) -> None:
        self.interactions = [
            Interaction(request, answer if isinstance(answer, Response) else said(answer))
            for request, answer in recorded
        ]
        self._matching = matching
        self.record()

    def record(self, *more: Interaction) -> None:
        """Have more in the recording; the session is a new one."""
        self.interactions += more
        summariser = Summariser(self._matching.naming)
        for one in self.interactions:
            summariser.add(one)
        self.recording = Recording([memoryview(summariser.close())])
        self.ladder = Ladder(self.recording, self.interactions.__getitem__, self._matching)
        self.session = self.ladder.session()

    def find(self, request: Request) -> Found | None:
        return self.ladder.find(self.session, request)

    def ask(self, request: Request) -> str:
        """The body of the answer, in the session's words."""
        answer = self.answer(request)
        if answer is None:
            return "miss"
        assert isinstance(answer.body, bytes)
        return answer.body.decode()

    def answer(self, request: Request) -> Response | None:
        """As a replayer gives it."""
        found = self.find(request)
        if found is None:
            return None
        response, own = self.interactions[found.position].response, None
        session = self.session
        if found.body is not None:
            response = with_body(response, found.body)
        response = session.told.mended(response)
        if is_write(request):
            recorded = self._request(found.position)
            own = session.echoes.note(found.position, recorded, request, response, session.bindings)
        return session.echoes.live(request, response, session.bindings, self._request, own)

    def _request(self, position: int) -> Request:
        return self.interactions[position].request

    def rung(self, request: Request) -> str:
        found = self.find(request)
        return found.rung.value if found else "miss"
