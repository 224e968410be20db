"""Interaction → YAML: what one item of a cassette looks like (`decoding` reads it again).

The outer shape is vcrpy's (`request` with method, uri, body and headers; `response` with status, headers and
body.string); what is ours stands in keys behind those two, which vcrpy ignores. The last key is `ordinal`: an item
that has it is whole. Knows nothing of files, save that a large body's bytes may be in one.
"""

from __future__ import annotations

from functools import lru_cache

from cloudtape.cassettes.files import yaml_text
from cloudtape.cassettes.messages import Body, Headers, Interaction, Route, StoredBody

VERSION = 1
HEADER = f"version: {VERSION}\ncloudtape: {VERSION}\ninteractions:\n".encode()


def encode(interaction: Interaction) -> bytes:
    """One item of the list `interactions`, ending in a line break."""
    request, response = interaction.request, interaction.response
    asked, asked_order = _headers(request.headers)
    answered, answered_order = _headers(response.headers)
    body = _body(request.body, "      ") if request.body else " null"
    lines = [
        f"- request:\n    method: {_word(request.method)}\n    uri: {yaml_text.scalar(request.uri)}\n    body:{body}"
        f"\n    headers:{asked}\n  response:\n    status:\n      code: {response.status}"
        f"\n      message: {_word(response.reason)}\n    headers:{answered}"
        f"\n    body:\n      string:{_body(response.body, '        ')}"
        f"\n  recorded_at: {yaml_text.scalar(interaction.recorded_at)}\n  elapsed: {interaction.elapsed:.6f}"
        f"\n  route: {_word(request.route)}\n"
    ]
    if interaction.operation:
        lines.append(f"  operation: {_word(interaction.operation)}\n")
    if interaction.scrubbed:
        lines.append(_scrubbed(interaction.scrubbed))
    if interaction.routes:
        lines.append("  routes:\n" + "".join(map(_route, interaction.routes)))
    lines.append(_of_message("request", request.body, asked_order))
    lines.append(_of_message("response", response.body, answered_order))
    if interaction.lost:
        lines.append(f"  lost: {_text(interaction.lost)}\n")
    lines.append(f"  ordinal: {interaction.ordinal}\n")
    return "".join(lines).encode()


def _body(body: Body, indent: str) -> str:
    if isinstance(body, bytes):
        return yaml_text.body(body, indent)
    assert isinstance(body, StoredBody), "a stream is no body to keep"
    return " ''"


def _headers(headers: Headers) -> tuple[str, Headers]:
    """The fields grouped by name, and the fields again where grouping has lost their order."""
    if not headers:
        return " {}", ()
    fields = {pair[0]: FIELDS[pair] for pair in headers}
    if len(fields) == len(headers):
        return "".join(fields.values()), ()
    grouped: dict[str, str] = {}
    before, apart = "", False
    for pair in headers:
        name, value = pair
        if name in grouped:
            grouped[name] += f"\n      - {_text(value)}"
            apart = apart or name != before
        else:
            grouped[name] = FIELDS[pair]
        before = name
    return "".join(grouped.values()), headers if apart else ()


class _Fields(dict[tuple[str, str], str]):
    """How a field is written; those that come again and again are remembered."""

    def __missing__(self, pair: tuple[str, str]) -> str:
        name, value = pair
        heading, is_fresh = _heading(name)
        written = heading + _text(value)
        if not is_fresh:
            if len(self) >= MOST_FIELDS:
                self.clear()
            self[pair] = written
        return written


MOST_FIELDS = 1024
LONGEST_KEY = 1000
"""Characters of a key that needs no mark before it (YAML 1.1, 7.4: at most 1,024)."""
FIELDS = _Fields()
# Fields with another value each time.
FRESH = frozenset({"x-compute-request-id", "x-openstack-request-id", "x-trans-id"})


@lru_cache(maxsize=1024)
def _heading(name: str) -> tuple[str, bool]:
    """What stands before a field's value, and whether that is another one each time."""
    written = _text(name)
    key = f"{written}:" if len(written) <= LONGEST_KEY else f"? {written}\n      :"
    return f"\n      {key}\n      - ", name.lower() in FRESH


def _text(value: str) -> str:
    """Bytes that are no UTF-8 travel in headers as surrogates; YAML holds them as base64."""
    try:
        return yaml_text.scalar(value)
    except ValueError:
        return yaml_text.body(value.encode("utf-8", "surrogateescape"), "        ").lstrip()


@lru_cache(maxsize=1024)
def _word(text: str) -> str:
    """What comes again and again."""
    return yaml_text.scalar(text)


@lru_cache(maxsize=1024)
def _scrubbed(places: tuple[str, ...]) -> str:
    """Names of members stand in places; JSON takes half characters in them, which are not to be found again."""
    said = [place.encode("utf-8", "replace").decode() for place in places]
    return "  scrubbed:\n" + "".join([f"  - {_text(place)}\n" for place in said])


def _of_message(key: str, body: Body, order: Headers) -> str:
    """What only some messages have: a body in a file, repeated fields that stand apart."""
    lines = ""
    if isinstance(body, StoredBody):
        lines += f"  {key}_body:\n    sha256: {body.sha256!r}\n    size: {body.size}\n"
    if order:
        lines += f"  {key}_fields:\n" + "".join([f"  - {_text(name)}\n" for name, _ in order])
    return lines


def _route(route: Route) -> str:
    name, service, upstream = map(yaml_text.scalar, (route.name, route.service, route.upstream))
    return f"  - name: {name}\n    service: {service}\n    upstream: {upstream}\n"
