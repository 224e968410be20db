"""`cloudtape show`: a cassette as a table, or one of its interactions as a whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec

from cloudtape.cassettes.cassette import Cassette
from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Body, Interaction, Request, Response, StoredBody, Stream
from cloudtape.output import Screen, counted, width_of, without_middle

COLUMNS = ("#", "time", "elapsed", "service", "method", "path", "status", "size", "scrubbed")
NUMBERS = frozenset({"#", "elapsed", "status", "size"})
# What a narrow terminal does without, in this order, for the sake of the path.
GIVE_WAY = ("elapsed", "size", "time", "service", "status")
GAP = 2
SHORTEST_PATH, READABLE_PATH, LONGEST_PATH = 16, 48, 300
LONGEST_WORD = 32
"""Columns of a service's or a method's name that is shown whole."""
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


def print_table(screen: Screen, cassette: Cassette) -> None:
    """A line for each interaction: where there is no room, long paths are cut, and what matters less is left out."""
    rows = [_cells(interaction) for interaction in cassette]
    columns, room = _fitted(rows, screen.width)
    for cells in rows:
        cells["path"] = without_middle(cells["path"], max(1, min(room, LONGEST_PATH)))
    title = f"{cassette.path} ({counted(len(cassette), 'interaction')})"
    screen.table(columns, [[cells[name] for name in columns] for cells in rows], NUMBERS, title=title)


def _fitted(rows: list[dict[str, str]], width: int) -> tuple[list[str], int]:
    """The columns for which there is room, and the room for the path."""
    widths = {name: max(len(name), *(width_of(cells[name]) for cells in rows), 0) + GAP for name in COLUMNS}
    room = width - sum(widths.values()) + widths["path"] - GAP
    left_out = set()
    if room < min(widths["path"], READABLE_PATH):
        left_out.add("scrubbed")
        room += widths["scrubbed"]
    for name in GIVE_WAY:
        if room < min(widths["path"], SHORTEST_PATH):
            left_out.add(name)
            room += widths[name]
    return [name for name in COLUMNS if name not in left_out], room


def _cells(interaction: Interaction) -> dict[str, str]:
    values = row(interaction)
    fields = sorted({place.rpartition(".")[2] for place in values["scrubbed"]})
    return (
        {name: str(values[name]) for name in COLUMNS if name in values}
        | {
            "#": str(values["number"]),
            "time": values["recorded_at"][11:19],
            "elapsed": f"{values['elapsed']:.3f}",
            "service": without_middle(values["service"], LONGEST_WORD),
            "method": without_middle(values["method"], LONGEST_WORD),
            "scrubbed": ", ".join(fields),
        }
        | ({"status": "lost"} if interaction.lost else {})
    )


def print_whole(screen: Screen, interaction: Interaction) -> None:
    """The exchange as HTTP shows it, JSON laid out, long bodies cut with a note."""
    request, response = interaction.request, interaction.response
    screen.line(
        f"interaction {interaction.ordinal}  {interaction.recorded_at}  {interaction.elapsed:.3f} s",
        style="bold",
    )
    for route in interaction.routes:
        screen.line(f"route /{route.name} → {route.upstream}")
    if interaction.scrubbed:
        screen.line(f"scrubbed: {', '.join(interaction.scrubbed)}")
    if interaction.lost:
        screen.line(f"lost: what the cloud answered could not be kept: {interaction.lost}")
    _print(screen, f"{request.method} {request.uri}", request)
    _print(screen, f"{response.status} {response.reason}", response)


def _print(screen: Screen, first: str, message: Request | Response) -> None:
    screen.line()
    screen.line(first)
    for name, value in message.headers:
        screen.line(f"{name}: {value}")
    if size(message.body):
        screen.line()
        screen.block(_cut(_pretty(message.body)))


def _pretty(body: Body) -> str:
    if isinstance(body, bytes):
        try:
            return msgspec.json.format(body, indent=2).decode()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
    return _text(body)


def _cut(text: str) -> str:
    if len(text) <= LONGEST_BODY:
        return text
    return f"{text[:LONGEST_BODY]}\n… {len(text) - LONGEST_BODY} more characters (--format json prints all)"
