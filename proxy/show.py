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
from cloudtape.cassettes.messages import Body, Headers, Interaction, Request, Response, StoredBody, Stream
from cloudtape.output import counted

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
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return _text(body)


def _text(body: Body) -> str:
    if isinstance(body, StoredBody):
        return f"<{body.size} bytes in {body.path.name}>"
    assert isinstance(body, bytes)
    try:
        return body.decode()
    except UnicodeDecodeError:
        return f"<{len(body)} bytes, not text>"


def print_table(console: Console, cassette: Cassette) -> None:
    table = Table(
        title=escape(f"{cassette.path} ({counted(len(cassette), 'interaction')})"), box=None, header_style="bold"
    )
    for name in ("#", "time", "elapsed", "service", "method", "path", "status", "size", "scrubbed"):
        table.add_column(
            name, justify="right" if name in ("#", "elapsed", "status", "size") else "left", overflow="fold"
        )
    for interaction in cassette:
        values = row(interaction)
        fields = sorted({place.rpartition(".")[2] for place in values["scrubbed"]})
        table.add_row(
            str(values["number"]),
            values["recorded_at"][11:19],
            f"{values['elapsed']:.3f}",
            *(escape(str(values[key])) for key in ("service", "method", "path", "status", "size")),
            escape(", ".join(fields)),
        )
    console.print(table)


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
