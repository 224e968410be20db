"""What a session has bound: recorded values, and the live ones that stand for them.

A recorded value stands for one live value at most, and a live one for one recorded value: what would break that is not
bound. Bound values are exchanged in requests (live → recorded) before they are looked up, and in answers (recorded →
live) before they are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv6Address

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.messages import Body, Headers, Request, Response
from cloudtape.matchers.requests.canonical import MATTERS
from cloudtape.matchers.requests.content import is_archive
from cloudtape.matchers.requests.naming import MAC as MAC_FORM
from cloudtape.matchers.sessions.exchange import Text, WordExchange, kind_of

MAC = re.compile(MAC_FORM)
# What no field may hold (RFC 9110, 5.5), whatever a client said elsewhere: a line end would begin another field.
NO_FIELD = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
NOTHING: Mapping[str, Sequence[str]] = {}


class Binding(msgspec.Struct, frozen=True):
    """`field` is the member under which the recorded value stood."""

    recorded: str
    live: str
    field: str


class Bindings:
    """Empty at the start of a session. `derived`: for recorded words, those that the cloud made of them."""

    def __init__(self, derived: Mapping[str, Sequence[str]] = NOTHING) -> None:
        self._derived = derived
        self._clear()

    def _clear(self) -> None:
        self._live_of: dict[str, str] = {}
        self._recorded_of: dict[str, str] = {}
        self._bound: list[Binding] = []
        self._loose: set[str] = set()
        self._inward, self._outward = WordExchange(), WordExchange()

    def __bool__(self) -> bool:
        return bool(self._live_of)

    def __iter__(self) -> Iterator[Binding]:
        """In the order in which they were bound."""
        return iter(self._bound)

    def fits(self, recorded: str, live: str) -> bool:
        """Whether a recorded value may stand for a live one, by what is bound already."""
        return self._live_of.get(recorded, live) == live and self._recorded_of.get(live, recorded) == recorded

    def is_taken(self, recorded: str) -> bool:
        """Whether a recorded value stands for some live one already."""
        return recorded in self._live_of

    def moves(self, recorded: str) -> bool:
        """Whether a recorded address lies in a network that is bound."""
        return self._outward.moves(recorded)

    def live_word(self, recorded: str) -> str:
        """What stands for a recorded word."""
        return self._live_of.get(recorded, recorded)

    def recorded_words(self, live: tuple[str, ...]) -> tuple[str, ...]:
        """Live words in the recording's."""
        return tuple([self._recorded_of.get(one, one) for one in live]) if self._recorded_of else live

    def is_bound(self, live: str) -> bool:
        """Whether a live value is stood for by some recorded one already."""
        return live in self._recorded_of

    def is_part_of_some(self, text: str) -> bool:
        """Whether some live word that is bound holds a text."""
        return any(text in live for live in self._recorded_of)

    def is_loose(self, recorded: str) -> bool:
        """Whether a recorded value was only asked about so far: it may still stand for something else."""
        return recorded in self._loose

    @property
    def are_loose(self) -> bool:
        """Whether any binding is still provisional."""
        return bool(self._loose)

    def settle(self, recorded: Iterable[str]) -> None:
        """Something was made or changed under these names: they stand for what they stand for."""
        self._loose.difference_update(recorded)

    def bind(self, bindings: Iterable[Binding], loosely: bool = False) -> None:
        """Bind values, in place of what the recorded ones stood for before."""
        for one in bindings:
            if self._live_of.get(one.recorded, one.live) != one.live:
                self._forget(one.recorded)
            if one.recorded != one.live and one.recorded not in self._live_of:
                self._live_of[one.recorded], self._recorded_of[one.live] = one.live, one.recorded
                if loosely:
                    self._loose.add(one.recorded)
                self._bound.append(one)
                self._exchange(one.recorded, one.live, one.field)
                for word in self._derived.get(one.recorded, ()):
                    self._exchange(word, word.replace(one.recorded, one.live), one.field)
                if MAC.fullmatch(one.recorded) and MAC.fullmatch(one.live):
                    self._exchange(interface_id(one.recorded), interface_id(one.live), one.field)

    def _forget(self, recorded: str) -> None:
        kept, loose = [one for one in self._bound if one.recorded != recorded], self._loose - {recorded}
        self._clear()
        self.bind(kept)
        self._loose = loose

    def _exchange(self, recorded: str, live: str, field: str) -> None:
        self._inward.add(live, recorded, field)
        self._outward.add(recorded, live, field)

    def exchange(self, ids: Iterable[tuple[str, str]], names: Sequence[tuple[str, str]]) -> None:
        """Let recorded values change places: what was live for the one is live for the other.

        An id that is not bound is live as it is; a name that is not bound is not live at all.
        """
        live, fields = dict(self._live_of), {one.recorded: one.field for one in self._bound}
        for old, new in ids:
            fields.setdefault(old, "id")
            fields.setdefault(new, "id")
            live[old], live[new] = live.get(new, new), live.get(old, old)
        for old, new in names:
            swapped = {new: live.pop(old, ""), old: live.pop(new, "")}
            live.update((recorded, value) for recorded, value in swapped.items() if value)
            fields.setdefault(new, fields.get(old, "name"))
            fields.setdefault(old, fields.get(new, "name"))
        swapped = {old: new for pair in names for old, new in (pair, pair[::-1])}
        loose = {swapped.get(one, one) for one in self._loose}
        self._clear()
        self.bind(Binding(old, new, fields.get(old, "name")) for old, new in live.items())
        self._loose = loose

    def recorded(self, request: Request) -> Request:
        """A live request in the recording's words; itself where it mentions nothing that is bound."""
        return _exchanged_request(self._inward, request) if self._live_of else request

    def live(self, response: Response, tokens: frozenset[bytes] | None = None) -> Response:
        """A recorded response in the session's words. `tokens` are those of its body, where known."""
        return exchanged(self._outward, response, tokens) if self._live_of else response


def exchanged(exchange: WordExchange, response: Response, tokens: frozenset[bytes] | None = None) -> Response:
    """A response with words exchanged in its headers and its body; bodies in files are left as they are."""
    headers = _headers(exchange, response.headers)
    body = _body(exchange, response.body, tokens)
    if headers is response.headers and body is response.body:
        return response
    return replace(response, headers=headers, body=body)


def _exchanged_request(exchange: WordExchange, request: Request) -> Request:
    address = request.uri.encode("utf-8", "surrogateescape")
    uri = exchange(address, Text.URL)
    body = request.body if is_archive(request) else _body(exchange, request.body)
    headers = request.headers
    if any(MATTERS.fullmatch(name.lower()) for name, _ in headers):
        headers = _headers(exchange, headers)
    if uri is address and body is request.body and headers is request.headers:
        return request
    return replace(request, uri=uri.decode("utf-8", "surrogateescape"), headers=headers, body=body)


def interface_id(mac: str) -> str:
    """The last half of the IPv6 addresses that are made from a MAC address (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", "").replace("-", ""))
    identifier = bytes((octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]))
    return str(IPv6Address(b"\x20\x01" + bytes(6) + identifier)).partition("::")[2]


def _kind(field: bytes) -> Text:
    return Text.URL if b"/" in field else Text.PLAIN


def _body(exchange: WordExchange, body: Body, tokens: frozenset[bytes] | None = None) -> Body:
    return exchange(body, kind_of(body), tokens) if isinstance(body, bytes) and body else body


def _headers(exchange: WordExchange, headers: Headers) -> Headers:
    fields = [(name, value, value.encode("utf-8", "surrogateescape")) for name, value in headers]
    changed = [(name, value, data, exchange(data, _kind(data), header=name)) for name, value, data in fields]
    if all(new is data for _, _, data, new in changed):
        return headers
    return tuple(
        (name, value if new is data or NO_FIELD.search(new) else new.decode("utf-8", "surrogateescape"))
        for name, value, data, new in changed
    )
