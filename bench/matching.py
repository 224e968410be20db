"""What it costs to find the recorded answer, without sockets: one process, one session, recordings of two sizes.

The recording is a suite's: tests that make a server with a name of their own, read it, and delete it. It is asked as
recorded (exact), and by a second run with other random names: what makes and first names something is unified, the rest
is bound.
"""

from __future__ import annotations

import gc
import json
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from cloudtape.cassettes.cassette import Cassette
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.sessions.ladder import Ladder
from cloudtape.matchers.sessions.rungs import Rung
from cloudtape.replayer import load_for_replay

STEPS = 5
ASKED = 20  # tests of the recording that are asked for, spread over it
JSON = (("Content-Type", "application/json"), ("X-Auth-Token", "scrubbed-token-1"))
SERVERS = "http://nova:8774/v2.1/servers"
NAMESPACE = uuid.UUID(int=0)


def recorded(size: int, folder: Path) -> Cassette:
    """A cassette of `size` interactions."""
    writer = CassetteWriter.create(folder / f"matching-{size}.yaml")
    for number in range(size // STEPS):
        for one in _test(number, "1c"):
            writer.append(one)
    writer.close()
    return load_for_replay(writer.path, Naming())


def microseconds(cassette: Cassette) -> dict[Rung, float]:
    """For each rung, the mean over the requests that it answered, after one round that warms up."""
    recording = Recording([cassette.summary])
    ladder = Ladder(recording, lambda at: cassette.interaction(at + 1))
    tests = len(cassette) // STEPS
    chosen = range(0, tests, max(1, tests // ASKED))
    spent: defaultdict[Rung, list[float]] = defaultdict(list)
    for run in ("1c", "f7", "1c", "f8"):
        session = ladder.session()
        spent.clear() if run == "1c" else None
        gc.collect()
        gc.freeze()  # as the server does: a large recording is not looked through again and again
        for request in [one.request for number in chosen for one in _test(number, run)]:
            start = time.thread_time()  # of this thread alone: the machine may be busy with others
            found = ladder.find(session, request)
            took = time.thread_time() - start
            assert found is not None, request
            spent[found.rung].append(took)
    return {rung: sum(times) / len(times) * 1e6 for rung, times in spent.items()}


def _test(number: int, run: str) -> Iterator[Interaction]:
    """What one test says and is told; `run` is in its random name."""
    name, made = f"tempest-server-{number:05x}{run}", str(uuid.uuid5(NAMESPACE, str(number)))
    body = {"server": {"name": name, "flavorRef": "42", "imageRef": str(NAMESPACE), "networks": "auto"}}
    server = {"server": {"id": made, "name": name, "status": "ACTIVE", "links": [{"href": f"{SERVERS}/{made}"}]}}
    yield _said("GET", f"{SERVERS}?name={name}", {"servers": []})
    yield _said("POST", SERVERS, server, body)
    yield _said("GET", f"{SERVERS}/{made}", server)
    yield _said("GET", f"{SERVERS}?name={name}", {"servers": [server["server"]]})
    yield _said("DELETE", f"{SERVERS}/{made}", None)


def _said(method: str, uri: str, answer: object, body: object = None) -> Interaction:
    asked, given = (json.dumps(one).encode() if one is not None else b"" for one in (body, answer))
    return Interaction(Request(method, uri, JSON, asked), Response(200 if answer else 204, "", JSON[:1], given))
