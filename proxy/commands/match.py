"""`cloudtape match`: what a cassette answers to one request, and why."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from shlex import quote as quoted
from string import punctuation
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import click

from cloudtape.commands.look import tell
from cloudtape.errors import BadRequest, ConfigError
from cloudtape.output import FORMAT, line, print_json

if TYPE_CHECKING:
    from cloudtape.cassettes.messages import Headers, Request
    from cloudtape.matchers.sessions.likeness import Fit, Mismatch
    from cloudtape.replayer import Replayer
    from cloudtape.routes import Routes

MISSED = 1
MOST_WEIGHED = 5
LARGEST_BODY = 16 * 1024 * 1024
ORIGIN = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


@click.command()
@click.argument("path", metavar="CASSETTE", type=click.Path(path_type=Path))
@click.argument("method")
@click.argument("url")
@click.option("--body", type=click.File("rb"), help="File with the request's body; - for standard input.")
@click.option(
    "--header",
    "fields",
    metavar="'NAME: VALUE'",
    multiple=True,
    help="A header field, as of a microversion; may come often.",
)
@FORMAT
def match(path: Path, method: str, url: str, body: Any, fields: tuple[str, ...], form: str) -> None:
    """Say what CASSETTE answers to a request: its route, its operation, and the interaction, or what comes nearest.

    URL is the cloud's own, or the proxy's: as a client printed it, or the path alone (/compute/v2.1/servers). Exits
    with 1 where nothing answers.

    \b
    Example:
      cloudtape match bug-1234.yaml GET /compute/v2.1/servers/detail
    """
    from cloudtape.cassette_routes import routes_of
    from cloudtape.matchers.requests.naming import Naming
    from cloudtape.operation_names import OperationNames
    from cloudtape.replayer import Replayer, load_for_replay

    cassette = load_for_replay(path, Naming())
    tell(cassette)
    routes = routes_of([cassette])
    names = OperationNames(routes)
    url = _url(url)
    request = _request(routes, method.upper(), url, _headers(fields), _read(body))
    facts = _facts(routes, names.operation_of(request), Replayer([cassette], names), request)
    if request.route and (origin := ORIGIN.match(url)) and not routes.serving(url):
        facts["proxy"] = origin[0]
    if form == "json":
        print_json(facts)
    else:
        _print(facts)
    sys.exit(0 if facts["interactions"] else MISSED)


def _url(text: str) -> str:
    """As clients send what is not ASCII."""
    url = quote(text.encode("utf-8", "surrogateescape"), safe=punctuation)
    try:
        urlsplit(url)
    except ValueError as error:
        raise ConfigError(f"{url} is no URL: {error}") from error
    return url


def _request(routes: Routes, method: str, url: str, headers: Headers, body: bytes) -> Request:
    from cloudtape.addressing import Client, locate
    from cloudtape.cassettes.messages import Request

    origin = ORIGIN.match(url)
    if origin and (route := routes.serving(url)):
        return Request(method, url, headers, body, route.name)
    # What the client of a proxy prints is known by its path alone.
    target = url[origin.end() :] if origin else url
    try:
        place = locate(Client("/" + target.lstrip("/"), "http", "proxy", 0), routes, {})
    except BadRequest as error:
        if origin:
            return Request(method, url, headers, body)
        known = ", ".join(f"/{one.name}" for one in routes) or "none"
        raise ConfigError(f"{url} begins with no route of the cassette; its routes are {known}") from error
    return Request(method, place.uri, headers, body, place.route.name)


def _headers(fields: tuple[str, ...]) -> Headers:
    pairs = [field.partition(":") for field in fields]
    for name, colon, _ in pairs:
        if not colon or not name.strip():
            raise ConfigError(f"a header field is written 'Name: value', not {name!r}")
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _read(body: Any) -> bytes:
    if body is None:
        return b""
    read: bytes = body.read(LARGEST_BODY + 1)
    if len(read) > LARGEST_BODY:
        raise ConfigError(f"the body is larger than {LARGEST_BODY >> 20} MiB")
    return read


def _facts(routes: Routes, operation: str, replayer: Replayer, request: Request) -> dict[str, Any]:
    from cloudtape.matchers.requests.address import address_of
    from cloudtape.matchers.requests.canonical import canonical

    route = routes.named(request.route)
    preview = replayer.preview(request)
    found: dict[str, Any] = {
        "method": request.method,
        "uri": request.uri,
        "route": f"/{route.name}" if route else None,
        "service": route.service if route else None,
        "operation": operation or None,
        "template": address_of(request.method, canonical(request).place).template,
        "rung": preview.found.rung if preview.found else None,
        "interactions": preview.same or ([preview.found.position + 1] if preview.found else []),
        "bound": [{"recorded": one.recorded, "live": one.live, "as": one.field} for one in preview.bound],
        "weighed": [_weighed(number, verdict) for number, verdict in preview.weighed[:MOST_WEIGHED]],
    }
    if not preview.found:
        miss = replayer.explain(request).facts()
        found |= {"reason": miss["reason"] if route else _unknown(routes), "nearest": miss["nearest"]}
    return found


def _unknown(routes: Routes) -> str:
    known = ", ".join(f"/{one.name} at {one.upstream}" for one in routes) or "none"
    return f"the host is none of the cassette's, and the path begins with no route of the proxy (known: {known})"


def _weighed(number: int, verdict: Fit | Mismatch) -> dict[str, Any]:
    """What was thought of one recorded request: what it costs to take it, or why it was not taken."""
    from cloudtape.matchers.sessions.likeness import Mismatch

    if isinstance(verdict, Mismatch):
        return {"interaction": number, "refused": verdict.reason, "lacks": [list(field) for field in verdict.lacks]}
    return {"interaction": number, "cost": round(verdict.cost, 3), "binds": len(verdict.bindings)}


def _print(facts: dict[str, Any]) -> None:
    host = urlsplit(facts["uri"]).netloc
    line(f"{facts['method']} {facts['uri']}")
    if "proxy" in facts:
        line(f"proxy      {facts['proxy']} is no address of the cassette's cloud; taken for the proxy's")
    line(f"route      {facts['route'] or 'none is known for ' + host}")
    learned = f"none of the reference; taken for {facts['template']}"
    line(f"operation  {facts['operation'] or learned}")
    if facts["interactions"]:
        numbers = ", ".join(map(str, facts["interactions"]))
        several = " (by the session's past)" if "," in numbers else ""
        line(f"answer     {facts['rung']}: interaction {numbers}{several}")
    else:
        line(f"answer     none: {facts['reason']}")
    for one in facts["bound"]:
        line(f"bound      {one['as']}: recorded {one['recorded']}, live {one['live']}")
    for one in facts["weighed"]:
        said = f"refused: {one['refused']}" if "refused" in one else f"cost {one['cost']}, binds {one['binds']}"
        line(f"weighed    interaction {one['interaction']}: {said}")
        if one.get("lacks"):
            line(
                "             try " + " ".join(f"--header {quoted(f'{name}: {value}')}" for name, value in one["lacks"])
            )
    for near in facts.get("nearest", ()):
        line(f"nearest    interaction {near['interaction']}: {near['method']} {near['uri']}")
        for difference in near["differences"]:
            line(f"             {difference}")
