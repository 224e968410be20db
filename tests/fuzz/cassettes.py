"""Cassettes of strangers: recorded ones, mutated in their text, their body files and the index that was made of them.

Each is loaded, replayed, matched, shown and scanned, as an engineer would with one that came in a bug report.
"""

import asyncio
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.console import Console

from cloudtape import show
from cloudtape.addressing import Place
from cloudtape.cassette_routes import auth_path, routes_of
from cloudtape.cassettes.cassette import Cassette, load
from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.faults import fault
from cloudtape.cassettes.files.codec import HEADER
from cloudtape.cassettes.messages import Request, Response, Route, StoredBody, Stream
from cloudtape.cassettes.scanning.look import Look
from cloudtape.cassettes.scanning.scan import scan_all
from cloudtape.errors import ProxyError
from cloudtape.http.framing import head, pieces
from cloudtape.http.outward import outward
from cloudtape.http.ready import Answer
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.sessions.rungs import Matching, Rung
from cloudtape.operation_names import OperationNames
from cloudtape.output import Screen
from cloudtape.replayer import Replayer, load_for_replay
from cloudtape.rewrite import Rewriter
from tests.fuzz import exchanges
from tests.fuzz.engine import in_one_line

ROOT = Path(__file__).parents[2]
RECORDED = [ROOT / "examples" / "cassettes" / f"{name}.yaml" for name in ("swift", "sdk", "cli")]
LARGEST_ITEM, ITEMS_OF_EACH = 16_000, 60
LARGEST = 500_000
"""Bytes of an input."""
EXPECTED = (CassetteError, ProxyError, ConnectionError)
ASKED = 6
"""Interactions of a cassette that are asked for."""

# What may stand where a value did.
VALUES: list[bytes] = [
    b"true", b"null", b"''", b"-1", b"0", b"100", b"999", b"1e400", b".nan", b"-.inf", b"9" * 400, b"0x" + b"f" * 5000,
    b"1:" * 400 + b"1", b"99999-01-01T00:00:00Z", b"2026-02-30T25:61:61Z", b"'0000-00-00'", b"!!binary '%%%'",
    b"!!binary AAEC/w==", b"!!timestamp x", b"!!int ''", b"!!float x", b"!!bool x", b"!!set {a}", b"!!omap [a: 1]",
    b"!!python/object/apply:os.system [id]", b"!!python/tuple [a, b]", b"*nowhere", b"&a [*a]", b"&b {c: *b}",
    b"<<: {a: b}", b"[" * 120 + b"]" * 120, b"{a: " * 120 + b"}" * 120, b"'" + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"'",
    b"'" + b"[" * 5000 + b"]" * 5000 + b"'", b"- " * 80 + b"x", b'"\\ud800"', b'"\\0\\x1b[2J\\u202e"', b'"a\\r\\nX-Evil: b"',
    b"'http://[::1'", b"'http://a:99999/'", b"'http://a" + b"/b" * 3000 + b"'", b"'//'", b"'" + b"x" * 300_000 + b"'",
    b"{}", b"[]", b"[a, [b]]", b"{a: {b: c}}", b"{1: 2, null: 3, 1.5: x}", b"[*x, *x]", b"\xff\xfe", b"\xef\xbb\xbf", b"\x85",
    b"../../../../etc/passwd", b"/etc/passwd", b"'" + b"0" * 64 + b"'", b"gzip", b"application/json", b"bytes 0-1/99999999999",
    b"HEAD", b"GET", b"PUT", b"application/xml", b"multipart/form-data; boundary=x", b"Thu, 99 Foo 99999 00:00:00 GMT",
]  # fmt: skip
BYTES = [
    b"\0",
    b"\xff",
    b"\t",
    b"\r",
    b"\n",
    b"'",
    b'"',
    b":",
    b"- ",
    b"[",
    b"}",
    b"#",
    b"&a ",
    b"*a",
    b"|",
    b"\n---\n",
    b"\n...\n",
]
VALUE = re.compile(rb"^( *(?:- )?[\w-]+:)( .+)?$", re.MULTILINE)


@dataclass(frozen=True)
class Hostile:
    """`bodies`: what is in the place of the body files, `index` the damage to the index: where, and what."""

    text: bytes
    bodies: str
    index: tuple[tuple[int, bytes], ...]


@cache
def items() -> list[bytes]:
    """Items of recorded cassettes, a few of each kind."""
    found: list[bytes] = []
    for path in RECORDED:
        parts = re.split(rb"^(?=- request:)", path.read_bytes(), flags=re.MULTILINE)[1:]
        small = [one for one in parts if len(one) <= LARGEST_ITEM]
        found += small[:: max(1, len(small) // ITEMS_OF_EACH)]
        found += [one for one in small if b"_body:\n    sha256" in one]
    return found


def as_vcrpys(text: bytes) -> bytes:
    """The same as vcrpy would have written it."""
    document = yaml.load(text, yaml.CSafeLoader)
    for item in document["interactions"]:
        for key in item.keys() - {"request", "response"}:
            del item[key]
    kept = {"interactions": document["interactions"], "version": 1}
    return yaml.dump(kept, Dumper=yaml.CSafeDumper, encoding="utf-8")


def as_json(text: bytes) -> bytes:
    document = yaml.load(as_vcrpys(text), yaml.CSafeLoader)
    return json.dumps(document, default=lambda value: value.decode("latin-1")).encode()


@st.composite
def cassettes(draw: st.DrawFn) -> Hostile:
    recorded = items()
    chosen = draw(st.lists(st.integers(0, len(recorded) - 1), min_size=1, max_size=4))
    text = HEADER + b"".join(recorded[one] for one in chosen)
    as_is: Callable[[bytes], bytes] = bytes
    text = draw(st.sampled_from([as_is, as_is, as_vcrpys, as_json]))(text)
    for _ in range(draw(st.integers(0, 5))):
        text = draw(st.sampled_from(MUTATIONS))(draw, text)[:LARGEST]
    damage = st.tuples(st.integers(0, 1 << 16), st.sampled_from([b"", b"\0", b"\xff\xff\xff\xff", b"\xc1", b"\x93"]))
    return Hostile(text, draw(st.sampled_from(sorted(FILES))), tuple(draw(st.lists(damage, max_size=3))))


def _at(draw: st.DrawFn, text: bytes) -> int:
    return draw(st.integers(0, max(len(text) - 1, 0)))


def _value(draw: st.DrawFn, text: bytes) -> bytes:
    """One value by another."""
    found = list(VALUE.finditer(text))
    if not found:
        return text
    match = found[draw(st.integers(0, len(found) - 1))]
    return text[: match.end(1)] + b" " + draw(st.sampled_from(VALUES)) + text[match.end() :]


def _insert(draw: st.DrawFn, text: bytes) -> bytes:
    at = _at(draw, text)
    return text[:at] + draw(st.sampled_from(BYTES + VALUES)) + text[at:]


def _flip(draw: st.DrawFn, text: bytes) -> bytes:
    at = _at(draw, text)
    return text[:at] + bytes([draw(st.integers(0, 255))]) + text[at + 1 :]


def _cut(draw: st.DrawFn, text: bytes) -> bytes:
    return text[: _at(draw, text)]


def _line_less(draw: st.DrawFn, text: bytes) -> bytes:
    lines = text.splitlines(keepends=True)
    begin, end = sorted(draw(st.tuples(*[st.integers(0, len(lines))] * 2)))
    return b"".join(lines[:begin] + lines[min(end, begin + 5) :])


def _line_twice(draw: st.DrawFn, text: bytes) -> bytes:
    lines = text.splitlines(keepends=True)
    at = draw(st.integers(0, max(len(lines) - 1, 0)))
    line = b"".join(lines[at : at + 1])
    times = min(draw(st.sampled_from([2, 3, 1500])), LARGEST // max(len(line), 1))
    return b"".join([*lines[:at], line * times, *lines[at + 1 :]])


def _recode(draw: st.DrawFn, text: bytes) -> bytes:
    codec = draw(st.sampled_from(["utf-16", "utf-16-be", "utf-8-sig", "latin-1", "utf-32"]))
    return text.decode("utf-8", "replace").encode(codec, "replace")


MUTATIONS = [_value, _value, _value, _value, _insert, _flip, _cut, _line_less, _line_twice, _recode]


# --- what is done with one -------------------------------------------------------------------------------------------


def attempt(one: Hostile, folder: Path) -> None:
    path = folder / "tape.yaml"
    path.write_bytes(one.text)
    _place_bodies(one, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        for _ in range(2):
            try:
                _replayed(load_for_replay(path, Naming()))
            except EXPECTED as error:
                in_one_line(error)
            _damage(one, folder)
        try:
            _looked_at(load(path, cached=False))
        except EXPECTED as error:
            in_one_line(error)


def _place_bodies(one: Hostile, folder: Path) -> None:
    names = {name.decode() for name in re.findall(rb"sha256: '?([0-9a-f]{64})\b", one.text)}
    bodies = folder / "tape.bodies"
    if names:
        bodies.mkdir()
    for name in names:
        FILES[one.bodies](bodies / name, next(_recorded_bodies(name), b"x"))
    if names and one.bodies == "linked folder":
        bodies.symlink_to(bodies.rename(folder / "elsewhere"))


def _link(place: Path, data: bytes) -> None:
    (place.parent / "elsewhere").write_bytes(data)
    place.symlink_to("elsewhere")


FILES: dict[str, Callable[[Path, bytes], object]] = {
    "same": Path.write_bytes,
    "gone": lambda place, data: None,
    "empty": lambda place, data: place.touch(),
    "other bytes": lambda place, data: place.write_bytes(bytes([data[0] ^ 1]) + data[1:]),
    "longer": lambda place, data: place.write_bytes(data + b"x"),
    "link": _link,
    "link to a device": lambda place, data: place.symlink_to("/dev/zero"),
    "pipe": lambda place, data: os.mkfifo(place),
    "folder": lambda place, data: place.mkdir(),
    "linked folder": Path.write_bytes,
}


def _recorded_bodies(name: str) -> Iterator[bytes]:
    for path in RECORDED:
        file = path.with_suffix(".bodies") / name
        if file.exists():
            yield file.read_bytes()


def _damage(one: Hostile, folder: Path) -> None:
    for entry in (folder / "cache").rglob("*.index"):
        data = bytearray(entry.read_bytes())
        for at, damage in one.index:
            at %= len(data) + 1
            data[at:] = damage + data[at + len(damage) :] if damage else b""
        if one.index:
            entry.write_bytes(data)


def _replayed(cassette: Cassette) -> None:
    cassette.check_bodies()
    routes = routes_of([cassette])
    auth_path([cassette])
    for matching in (Matching(), Matching(most=Rung.ADAPTED)):
        replayer = Replayer([cassette], OperationNames(routes), matching=matching)
        try:
            for number in range(1, min(len(cassette), ASKED) + 1):
                request = cassette.interaction(number).request
                body = request.body if isinstance(request.body, bytes) else b"{}"
                for asked in (request, replace(request, uri=request.uri + "x", body=body + b" ")):
                    ask(replayer, replace(asked, body=asked.body if isinstance(asked.body, bytes) else b""))
        finally:
            replayer.close()
        replayer.unused()


def ask(replayer: Replayer, request: Request) -> None:
    replayer.preview(request)
    try:
        answer = asyncio.run(replayer(request))
    except EXPECTED as error:
        in_one_line(error)
        return
    if answer is None:
        miss = replayer.explain(request)
        _written(fault("compute", 501, str(miss), miss.facts()), request)
        msgspec.json.encode(miss.facts())
    else:
        _written(answer, request)


def _written(answer: Answer, request: Request) -> None:
    """As the edge writes it."""
    route = Route("compute", "compute", "http://cloud")
    place = Place(request.uri, route, "", "http://127.0.0.1:1")
    if isinstance(answer, Response):
        answer = outward(answer, Rewriter([("http://cloud", "http://127.0.0.1:1/compute")]), place)
    head(answer, request.method, modern=True, close=False)
    if isinstance(answer.body, StoredBody | Stream):
        asyncio.run(_drained(answer.body))


async def _drained(body: StoredBody | Stream) -> None:
    async for _ in pieces(body):
        pass


def _looked_at(cassette: Cassette) -> None:
    screen = Screen(Console(file=io.StringIO(), width=100))
    show.print_table(screen, cassette)
    for interaction in cassette:
        show.print_whole(screen, interaction)
        msgspec.json.encode(show.whole(interaction))
    for _, outcome in scan_all((cassette.path,), Look()):
        assert all(finding.place for finding in outcome.findings)


INPUTS, prepare = cassettes(), exchanges.prepare
