"""What clients ask, what the cloud answers, and a client that notes each answer that it has read to its end.

The standard library only: `run` starts this file as its command.
"""

import http.client
import json
import os
import random
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from urllib.parse import urlsplit

SECRET = "Zq7KilledSecret42x"
PLACEHOLDER = re.compile(rb"scrubbed-password-\d+")
BEGIN = "/identity/x"
USER = {"name": "admin", "domain": {"id": "default"}, "password": "secret"}
LOGIN = json.dumps(
    {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": USER}},
            "scope": {"project": {"name": "admin", "domain": {"id": "default"}}},
        }
    }
).encode()
KINDS = (*["small"] * 5, *["binary"] * 2, "text", "chunked", "upload", "upload", "large")
ASKED_OF_EACH = 7
CLIENTS = 3


def said(kind: str, number: int) -> tuple[str, bytes]:
    """The cloud's answer: its Content-Type and body, another one for each number."""
    secret = f"password: {SECRET}\n"
    match kind:
        case "text" | "chunked" | "large":
            lines = {"text": 1_000, "chunked": 3_000, "large": 62_000}[kind]
            return "text/yaml", (f"n: {number}\n{secret}" + "a: line of a text\n" * lines + "end: here\n").encode()
        case "binary":
            return "application/octet-stream", random.Random(number).randbytes(60_000)
        case _:
            document = {"n": number, "user": {"name": "u", "password": SECRET}}
            return "application/json", json.dumps(document).encode()


def asked(kind: str, number: int) -> tuple[str, bytes | None]:
    """Method and body of a request."""
    return (
        ("PUT", f"n: {number}\npassword: {SECRET}\n".encode() + b"a: b\n" * 5_000)
        if kind == "upload"
        else ("GET", None)
    )


def as_it_was(body: bytes) -> bytes:
    """With the secret in the place of what stands for it."""
    return PLACEHOLDER.sub(SECRET.encode(), body)


class Client:
    """One connection. `ask` gives the body, or None where the answer did not come whole or is none."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def ask(self, what: str) -> bytes | None:
        kind, number = what.split("/")
        method, body = asked(kind, int(number))
        try:
            self._connection.request(method, f"{BEGIN}/{what}", body, {"Content-Type": "text/yaml"} if body else {})
            answer = self._connection.getresponse()
            read = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        return read if answer.status == 200 else None

    def close(self) -> None:
        self._connection.close()


def things(seed: int, client: int) -> Iterator[str]:
    """What one client asks for: `small/17`."""
    chance = random.Random(seed * 100 + client)
    for at in range(ASKED_OF_EACH):
        yield f"{chance.choice(KINDS)}/{client * 100 + at + 1}"


def ask_all(url: str, seed: int, acknowledge: Callable[[str], object]) -> None:
    """All clients at once, until they have all or the proxy is gone; `acknowledge` hears of each whole answer."""

    def one(client: int) -> None:
        mine = Client(url)
        for what in things(seed, client):
            if mine.ask(what) != said(*_split(what))[1]:
                break
            acknowledge(what)
        mine.close()

    threads = [threading.Thread(target=one, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def store_all(url: str, seed: int, acknowledge: Callable[[str], None]) -> None:
    """One client of a made-up cloud, until it has stored all or the proxy is gone: what it reads back is what it sent."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    with suppress(OSError, http.client.HTTPException), closing(connection):

        def ask(method: str, path: str, body: bytes = b"", **fields: str) -> tuple[http.client.HTTPResponse, bytes]:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return answer, answer.read()

        answer, document = ask("POST", "/identity/v3/auth/tokens", LOGIN, **{"Content-Type": "application/json"})
        if answer.status != 201:
            return
        login = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
        catalog = json.loads(document)["token"]["catalog"]
        (store,) = (one["endpoints"][0]["url"] for one in catalog if one["type"] == "object-store")
        path = urlsplit(store).path
        ask("PUT", f"{path}/c", b"", **login)
        for what in things(seed, 0):
            body = said(*_split(what))[1]
            ask("PUT", f"{path}/c/{what}", body, **login)
            if ask("GET", f"{path}/c/{what}", b"", **login)[1] != body:
                break
            acknowledge(what)


def _split(what: str) -> tuple[str, int]:
    kind, number = what.split("/")
    return kind, int(number)


def ask_and_note(url: str) -> None:
    """For a client in a process of its own: a line in a file for each whole answer."""
    file = os.open(os.environ["KILL_ACKS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with suppress(BrokenPipeError):
        ask_all(url, int(os.environ["KILL_SEED"]), lambda what: os.write(file, f"{what}\n".encode()))
    os.write(file, b"end\n")


if __name__ == "__main__":
    ask_and_note(os.environ["OS_AUTH_URL"])
    sys.exit(0)
