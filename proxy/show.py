"""`cloudtape show`: a cassette as a table, or one of its interactions as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cloudtape.cassettes.cassette import Cassette
from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Body, Headers, Interaction, Request, Response, StoredBody, Stream
from cloudtape.output import counted

COLUMNS = ("#", "time", "elapsed", "service", "method", "path", "status", "size", "scrubbed")
NUMBERS = frozenset({"#", "elapsed", "status", "size"})
GAP = 2
SHORTEST_PATH, READABLE_PATH, LONGEST_PATH = 10, 48, 300
LONGEST_BODY = 4000
"""Characters of a body that are printed; the rest is counted."""


def row(interaction: Interaction) -> dict[str, Any]:
    """One interaction in a line: plain values, for JSON and for the table."""
    request, response = interaction.request, interaction.response
    parts = urlsplit(request.uri)
    return {
        "number": interaction.ordinal,
        "recorded_at": interaction.recorded_at,
        "elapsed": interaction.elapsed,
        "service": request.route,
        "method": request.method,
        "path": parts.path + (f"?{parts.query}" if parts.query else ""),
        "status": response.status,
        "size": size(response.body),
        "scrubbed": list(interaction.scrubbed),
        "lost": interaction.lost,
    }


def size(body: Body) -> int:
    """Bytes."""
    if isinstance(body, StoredBody):
        return body.size
    return body.length or 0 if isinstance(body, Stream) else len(body)


def whole(interaction: Interaction) -> dict[str, Any]:
    """An interaction with nothing cut, as plain values; a body that is no text is a note in angle brackets."""
    return row(interaction) | {
        "uri": interaction.request.uri,
        "operation": interaction.operation,
        "routes": [msgspec.to_builtins(route) for route in interaction.routes],
        "request": {"headers": interaction.request.headers, "body": _value(interaction.request.body)},
        "response": {
            "reason": interaction.response.reason,
            "headers": interaction.response.headers,
            "body": _value(interaction.response.body),
        },
    }


def _value(body: Body) -> Any:
    """JSON as its value, text as a string."""
    if isinstance(body, bytes) and body:
        try:
            return json_value(body)
        except JsonError:
            pass
    return _text(body)


def _text(body: Body) -> str:
    if isinstance(body, StoredBody):
        lacking = "" if body.path.exists() else ", which is not there"
        return f"<{body.size} bytes in {body.path.parent.name}/{body.path.name}{lacking}>"
    assert isinstance(body, bytes)
    try:
        return body.decode()
    except UnicodeDecodeError:
        return f"<{len(body)} bytes, not text>"


def print_table(console: Console, cassette: Cassette) -> None:
    """A line for each interaction: where there is no room, long paths are cut, and what was scrubbed is left out."""
    rows = [_cells(interaction) for interaction in cassette]
    widths = {name: max(len(name), *(len(cells[name]) for cells in rows), 0) + GAP for name in COLUMNS}
    room = console.width - sum(widths.values()) + widths["path"] - GAP
    columns = list(COLUMNS)
    if room < min(widths["path"], READABLE_PATH):
        columns.remove("scrubbed")
        room += widths["scrubbed"]
    table = Table(
        title=escape(f"{cassette.path} ({counted(len(cassette), 'interaction')})"), box=None, header_style="bold"
    )
    for name in columns:
        table.add_column(name, justify="right" if name in NUMBERS else "left", overflow="ellipsis", no_wrap=True)
    for cells in rows:
        cells["path"] = _elided(cells["path"], max(SHORTEST_PATH, min(room, LONGEST_PATH)))
        table.add_row(*(escape(cells[name]) for name in columns))
    console.print(table)


def _cells(interaction: Interaction) -> dict[str, str]:
    values = row(interaction)
    fields = sorted({place.rpartition(".")[2] for place in values["scrubbed"]})
    return (
        {name: str(values[name]) for name in COLUMNS if name in values}
        | {
            "#": str(values["number"]),
            "time": values["recorded_at"][11:19],
            "elapsed": f"{values['elapsed']:.3f}",
            "scrubbed": ", ".join(fields),
        }
        | ({"status": "lost"} if interaction.lost else {})
    )


def _elided(path: str, room: int) -> str:
    """Without its middle: the begin says what kind of thing it is, the end what is done to it."""
    if len(path) <= room:
        return path
    end = (room - 1) // 2
    return f"{path[: room - 1 - end]}…{path[len(path) - end :]}"


def print_whole(console: Console, interaction: Interaction) -> None:
    """The exchange as HTTP shows it, JSON laid out, long bodies cut with a note."""
    request, response = interaction.request, interaction.response
    console.print(
        f"interaction {interaction.ordinal}  {interaction.recorded_at}  {interaction.elapsed:.3f} s",
        style="bold",
    )
    for route in interaction.routes:
        _print(console, f"route /{route.name} → {route.upstream}")
    if interaction.scrubbed:
        _print(console, f"scrubbed: {', '.join(interaction.scrubbed)}")
    if interaction.lost:
        _print(console, f"lost: what the cloud answered could not be kept: {interaction.lost}")
    console.print()
    for line in _lines(f"{request.method} {request.uri}", request):
        _print(console, line)
    console.print()
    for line in _lines(f"{response.status} {response.reason}", response):
        _print(console, line)


def _print(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(first: str, message: Request | Response) -> Iterator[str]:
    yield first
    yield from _fields(message.headers)
    if size(message.body):
        yield ""
        yield _cut(_pretty(message.body))


def _fields(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        yield f"{name}: {value}"


def _pretty(body: Body) -> str:
    if isinstance(body, bytes):
        try:
            return msgspec.json.format(body, indent=2).decode()
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return _text(body)


def _cut(text: str) -> str:
    if len(text) <= LONGEST_BODY:
        return text
    return f"{text[:LONGEST_BODY]}\n… {len(text) - LONGEST_BODY} more characters (--format json prints all)"
