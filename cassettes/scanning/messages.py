"""What a request and a response are made of, and what their parts tell of each other: method, path and media type of
a body, the scheme of a field.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO
from urllib.parse import unquote_plus, urlsplit

from cloudtape.cassettes.codings import CODINGS
from cloudtape.cassettes.scanning import unpacking
from cloudtape.cassettes.scanning.look import Look, Seen
from cloudtape.cassettes.scanning.names import Telling
from cloudtape.cassettes.scanning.trees import Node, Pairs

PASSWORD, TOKEN, SECRET = Telling("password"), Telling("token"), Telling("secret")
CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
WITH_NAMES = re.compile(r"(?i:digest|oauth|aws4-hmac-\S+|hawk|signature)\s")
FORM = re.compile(r"[^=&\s<>{}\"]{1,200}=[^&\s]*(?:&[^=&\s]{1,200}(?:=[^&\s]*)?)*\s*")
# Bodies that are secrets as a whole unless they are JSON.
SECRET_PATHS = (
    (re.compile(r"/secrets/[\w-]+(?:/payload)?/?\Z"), SECRET),
    (re.compile(r"/latest/(?:meta-data/)?password\Z"), PASSWORD),
)
ABOUT_A_SECRET = re.compile(r"json|html|xml", re.IGNORECASE)


class Message:
    """One of the two of an interaction."""

    def __init__(self, side: str, node: Pairs, path: str, status: int = 0) -> None:
        self.side, self.node, self.path, self.status = side, node, path, status
        self.headers = tuple(_fields(node.get("headers")))

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


def _fields(headers: Node) -> Iterator[tuple[str, str]]:
    """vcrpy writes one value without a list."""
    if isinstance(headers, Pairs):
        for name, values in headers:
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, bytes):
                    value = value.decode("utf-8", "replace")
                if isinstance(value, str | int | float):
                    yield name, str(value)


def uri(look: Look, seen: Seen, text: str, place: str) -> None:
    """An address: its query by names, and all of it as a text."""
    try:
        query = urlsplit(text).query
    except ValueError:
        query = text.partition("?")[2]
    _query(look, seen, query, place)
    look.text(seen, text, place)


def _query(look: Look, seen: Seen, query: str, place: str) -> None:
    for part in re.split("[&;]", query) if query else ():
        name, _, value = part.partition("=")
        name, value = unquote_plus(name), unquote_plus(value)
        if telling := look.names.judge(name[-200:]):
            look.value(seen, telling, value, f"{place}/{name[:100]}")
        look.text(seen, value, f"{place}/{name[:100]}", 1)


def headers(look: Look, seen: Seen, message: Message) -> None:
    for name, value in message.headers:
        place, lower = f"{message.side}.headers.{name}", name.lower()
        look.words(seen, name, place)
        if lower in CREDENTIALS:
            _credentials(look, seen, value, place)
        elif telling := look.names.judge(name):
            look.value(seen, telling, value, place)
        look.text(seen, value, place)
        look.listed(seen, f"{name}: {value}", place)


def _credentials(look: Look, seen: Seen, value: str, place: str) -> None:
    if not WITH_NAMES.match(value):
        look.value(seen, TOKEN, value.partition(" ")[2].strip() or value, place)


def body(look: Look, seen: Seen, message: Message, file: IO[bytes]) -> None:
    """What is said, without its content codings; a form field by field, and what is a secret as a whole."""
    place, media = f"{message.side}.body", message.header("content-type")
    names = [one.strip().lower() for one in message.header("content-encoding").split(",")]
    start = file.read(64 * 1024)
    file.seek(0)
    if _secret_body(look, seen, message, media, start, place):
        return
    if codings := [name for name in reversed(names) if name in CODINGS]:
        _decoded(look, seen, codings, file, place)
        file.seek(0)
    if len(start) < 64 * 1024 and ("urlencoded" in media or b"=" in start):
        text = start.decode("utf-8", "replace")
        if FORM.fullmatch(text):
            _query(look, seen, text.strip(), place)
    look.stream(seen, file, place)


def _secret_body(look: Look, seen: Seen, message: Message, media: str, start: bytes, place: str) -> bool:
    telling = next((telling for path, telling in SECRET_PATHS if path.search(message.path)), None)
    if telling is None or ABOUT_A_SECRET.search(media) or not start or message.status >= 300:
        return False
    before = len(seen.findings)
    look.value(seen, telling, start.decode("utf-8", "replace"), place, "path")
    return len(seen.findings) > before


def _decoded(look: Look, seen: Seen, codings: list[str], file: IO[bytes], place: str) -> None:
    """What a label says is coded may have been kept decoded, so that what it is not, is no fault."""
    plain = file
    for name in codings:
        plain = unpacking.undone(name, plain)
    if start := plain.read(1):
        look.stream(seen, unpacking.behind(start, plain), f"{place} {','.join(codings)}")


def inline(value: Node) -> bytes:
    """The body that stands in the YAML."""
    if isinstance(value, Pairs):
        value = value.get("string") if value.get("string") is not None else value.get("base64_string")
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return value if isinstance(value, bytes) else b""


def as_file(data: bytes) -> IO[bytes]:
    return io.BytesIO(data)
