"""`cloudtape scan`: whether a cassette, its body files and what lies beside them still hold secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.messages import Interaction, Request, Response, StoredBody
from cloudtape.cassettes.scanning import cassettes, messages
from cloudtape.cassettes.scanning.cassettes import Progress
from cloudtape.cassettes.scanning.findings import Finding, Outcome, Unseen
from cloudtape.cassettes.scanning.look import Look, Seen
from cloudtape.cassettes.scanning.messages import Message
from cloudtape.cassettes.scanning.strays import strays
from cloudtape.cassettes.scanning.trees import Node, Pairs

MOST_SHOWN = 5
OWN = frozenset(
    {"request", "response", "request_body", "response_body", "operation", "ordinal", "elapsed", "recorded_at"}
)
"""Keys of an interaction that are looked at as what they are, or say nothing."""


def scan(path: Path, look: Look | None = None, progress: Progress | None = None) -> Outcome:
    """Raises CassetteNotFound, CassetteFormatError."""
    with closing(cassettes.opened(path)) as file:
        return _Scan(path, look or Look()).run(file, progress)


def scan_all(paths: tuple[Path, ...], look: Look, progress: Progress | None = None) -> Iterator[tuple[Path, Outcome]]:
    """Each with its outcome; of one that is no cassette, the outcome says so."""
    for path in paths:
        try:
            yield path, scan(path, look, progress)
        except CassetteError as error:
            yield path, Outcome(unseen=[Unseen(path, str(error).removeprefix(f"{path}: "))], looked=False)


def scan_interactions(interactions: Iterable[Interaction], look: Look | None = None) -> Iterator[Finding]:
    """The same of interactions that are in memory, or that another reader has read."""
    for interaction in interactions:
        scanning = _Scan(Path("memory.yaml"), look or Look())
        scanning.interaction(interaction.ordinal, _as_item(interaction))
        yield from scanning.outcome.findings


def _as_item(interaction: Interaction) -> Pairs:
    """An interaction as its YAML says it."""
    request, response = interaction.request, interaction.response
    routes: list[Node] = [Pairs([("name", one.name), ("upstream", one.upstream)]) for one in interaction.routes]
    return Pairs(
        [
            ("request", Pairs([("uri", request.uri), ("headers", _grouped(request)), ("body", _inline(request))])),
            ("response", Pairs([("headers", _grouped(response)), ("body", Pairs([("string", _inline(response))]))])),
            ("routes", routes),
            ("lost", interaction.lost),
        ]
    )


def _grouped(message: Request | Response) -> Pairs:
    return Pairs((name, [value]) for name, value in message.headers)


def _inline(message: Request | Response) -> bytes:
    body = message.body
    return body if isinstance(body, bytes) else body.path.read_bytes() if isinstance(body, StoredBody) else b""


class _Scan:
    def __init__(self, path: Path, look: Look) -> None:
        self._path, self._look = path, look
        self._folder = folder_of(path)
        self.outcome = Outcome()
        self._named: set[str] = set()
        self._excerpts: set[tuple[str, str]] = set()
        self._bodies_unseen: dict[tuple[Path, str], list[int]] = {}
        self._binary = 0

    def run(self, file: IO[bytes], progress: Progress | None) -> Outcome:
        self._cassette(file, progress)
        for text in cassettes.comments(file):
            self._comment(text)
        for stray in strays(self._path, self._named):
            self._stray(stray)
        for (where, why), numbers in self._bodies_unseen.items():
            self.outcome.unseen.append(Unseen(where, why, f"interaction{'s' * (len(numbers) > 1)} {_listed(numbers)}"))
        if self._binary:
            self.outcome.notes.append(
                f"{self._path}: {self._binary} pieces in an unknown binary format were looked through for readable text"
            )
        return self.outcome

    # --- the YAML ----------------------------------------------------------------------------------------------------

    def _cassette(self, file: IO[bytes], progress: Progress | None) -> None:
        last: Node = None
        try:
            for number, node in cassettes.items(file, progress):
                if number:
                    last = node
                    self.interaction(number, node)
                else:
                    cassettes.check_head(self._path, node)
                    self._other(node)
        except cassettes.Broken as error:
            if (listed := cassettes.from_json(file)) is not None:
                for number, node in listed:
                    self.interaction(number, node)
                return
            self._broken(file, error, last)
            return
        if isinstance(last, Pairs) and self._is_torn(last):
            self.outcome.unseen.append(Unseen(self._path, cassettes.TORN))

    def _is_torn(self, item: Pairs) -> bool:
        """Our recorder writes `recorded_at`, and other keys behind it."""
        keys = [key for key, _ in item]
        if "recorded_at" not in keys:
            return "request" not in keys or "response" not in keys
        return not set(keys[keys.index("recorded_at") :]) & cassettes.LAST_KEYS

    def _broken(self, file: IO[bytes], error: cassettes.Broken, last: Node) -> None:
        """What cannot be read as YAML is looked at as text."""
        where = f"line {error.line}" if error.line else ""
        if last is None:
            why = f"is no cassette in YAML: {error.why}; it was looked at as text only"
        else:
            why = f"{cassettes.TORN} (the YAML goes wrong: {error.why})"
        self.outcome.unseen.append(Unseen(self._path, why, where))
        file.seek(0)
        seen = Seen(0)
        self._look.stream(seen, file, "text")
        self._settle(seen, self._path)

    def _other(self, node: Node) -> None:
        """What stands beside the interactions."""
        seen = Seen(0)
        if isinstance(node, Pairs):
            for key, value in node:
                if key not in ("version", cassettes.LIST, "cloudtape"):
                    self._look.node(seen, Pairs([(key, value)]), "cassette")
        self._settle(seen, self._path)

    def _comment(self, text: str) -> None:
        """A text in a body may look like a comment; what was found there is not told twice."""
        seen = Seen(0)
        self._look.text(seen, text, "comment")
        found = self._look.settle(seen)
        new = [one for one in found if (one.kind, one.excerpt) not in self._excerpts]
        self.outcome.findings += new

    # --- interactions ------------------------------------------------------------------------------------------------

    def interaction(self, number: int, node: Node) -> None:
        seen = Seen(number)
        if isinstance(node, Pairs):
            request, response = node.get("request"), node.get("response")
            uri = self._uri(seen, request)
            for side, part in (("request", request), ("response", response)):
                if isinstance(part, Pairs):
                    self._message(seen, Message(side, part, uri, _status(part)), node.get(f"{side}_body"))
            others = Pairs((key, value) for key, value in node if key not in OWN)
            self._look.node(seen, others, "interaction")
        else:
            self._look.node(seen, [node], "interaction")
        self._settle(seen, self._path)

    def _uri(self, seen: Seen, request: Node) -> str:
        uri = request.get("uri") if isinstance(request, Pairs) else None
        if not isinstance(uri, str):
            return ""
        messages.uri(self._look, seen, uri, "request.uri")
        try:
            return urlsplit(uri).path
        except ValueError:
            return ""

    def _message(self, seen: Seen, message: Message, stored: Node) -> None:
        messages.headers(self._look, seen, message)
        named = Pairs(
            (key, value) for key, value in message.node if key not in ("uri", "headers", "body", "content", "method")
        )
        self._look.node(seen, named, message.side)
        value = message.node.get("body")
        data = messages.inline(value if value is not None else message.node.get("content"))
        if data:
            messages.body(self._look, seen, message, messages.as_file(data))
        if isinstance(value, Pairs):
            self._look.node(
                seen, Pairs((k, v) for k, v in value if k not in ("string", "base64_string")), f"{message.side}.body"
            )
        if stored is not None:
            self._body_file(seen, message, stored)

    def _body_file(self, seen: Seen, message: Message, stored: Node) -> None:
        try:
            found = cassettes.stored(stored, self._folder)
            if found is None:
                return
            path, size = found
            self._named.add(path.name)
            with closing(cassettes.body_file(path, size)) as file:
                if not cassettes.is_what_it_is_named_by(file, path.name):
                    self._body_unseen(seen, path, "the body file is not what was recorded")
                messages.body(self._look, seen, message, file)
        except cassettes.BodyUnseen as error:
            self._body_unseen(seen, self._folder, str(error))

    def _body_unseen(self, seen: Seen, path: Path, why: str) -> None:
        self._bodies_unseen.setdefault((path, why), []).append(seen.ordinal)

    # --- files beside it ---------------------------------------------------------------------------------------------

    def _stray(self, path: Path) -> None:
        seen = Seen(0, str(path))
        self.outcome.notes.append(f"{path}: lies beside the cassette and is no part of it")
        try:
            with closing(cassettes.regular(path, follow=False)) as file:
                self._look.stream(seen, file, "file")
        except OSError as error:
            self.outcome.unseen.append(Unseen(path, f"cannot be looked at: {error.strerror}"))
        self._settle(seen, path)

    def _settle(self, seen: Seen, path: Path) -> None:
        found = self._look.settle(seen)
        self._excerpts.update((one.kind, one.excerpt) for one in found)
        self.outcome.findings += found
        self._binary += seen.binary
        where = f"interaction {seen.ordinal}, " if seen.ordinal else ""
        self.outcome.unseen += [Unseen(path, why, f"{where}{place}") for place, why in seen.sealed]


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:MOST_SHOWN]))
    return shown if len(numbers) <= MOST_SHOWN else f"{shown} and {len(numbers) - MOST_SHOWN} more"


def _status(response: Pairs) -> int:
    status = response.get("status")
    code = str(status.get("code") if isinstance(status, Pairs) else status)
    return int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0
