"""`cloudtape match`: what a cassette answers to one request, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from string import punctuation
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import click

from cloudtape.errors import ConfigError
from cloudtape.output import FORMAT, print_json

if TYPE_CHECKING:
    from cloudtape.cassettes.messages import Headers, Request
    from cloudtape.replayer import Replayer
    from cloudtape.routes import Routes

MISSED = 1
LARGEST_BODY = 16 * 1024 * 1024


@click.command()
@click.argument("path", metavar="CASSETTE", type=click.Path(path_type=Path))
@click.argument("method")
@click.argument("url")
@click.option("--body", type=click.File("rb"), help="File with the request's body; - for standard input.")
@click.option("--header", "fields", metavar="'NAME: VALUE'", multiple=True, help="A header field; may come often.")
@FORMAT
def match(path: Path, method: str, url: str, body: Any, fields: tuple[str, ...], form: str) -> None:
    """Say what CASSETTE answers to a request: its route, its operation, and the interaction, or what comes nearest.

    URL is the cloud's own, or the path on the proxy (/compute/v2.1/servers). Exits with 1 where nothing answers.

    \b
    Example:
      cloudtape match bug-1234.yaml GET /compute/v2.1/servers/detail
    """
    from cloudtape.cassette_routes import routes_of
    from cloudtape.cassettes.cassette import load
    from cloudtape.matchers.summary import SUMMARY_VERSION, summarise
    from cloudtape.operation_names import OperationNames
    from cloudtape.replayer import Replayer

    cassette = load(path, summarise, SUMMARY_VERSION)
    routes = routes_of([cassette])
    names = OperationNames(routes)
    request = _request(routes, method.upper(), url, _headers(fields), _read(body))
    facts = _facts(routes, names.operation_of(request), Replayer([cassette], names), request)
    if form == "json":
        print_json(facts)
    else:
        _print(facts)
    sys.exit(0 if facts["interactions"] else MISSED)


def _request(routes: Routes, method: str, url: str, headers: Headers, body: bytes) -> Request:
    from cloudtape.cassettes.messages import Request

    # As clients send what is not ASCII.
    url = quote(url.encode("utf-8", "surrogateescape"), safe=punctuation)
    if "://" in url:
        route = routes.serving(url)
        return Request(method, url, headers, body, route.name if route else "")
    name, _, rest = url.lstrip("/").partition("/")
    # A query may follow the route's name at once.
    name, mark, query = name.partition("?")
    route = routes.named(name)
    if route is None:
        known = ", ".join(f"/{one.name}" for one in routes) or "none"
        raise ConfigError(f"{url} begins with no route of the cassette; its routes are {known}")
    below = f"/{rest}" if rest or url.endswith("/") else ""
    return Request(method, f"{route.upstream}{below}{mark}{query}", headers, body, route.name)


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
    route = routes.named(request.route)
    interactions = replayer.recorded(request)
    found: dict[str, Any] = {
        "method": request.method,
        "uri": request.uri,
        "route": f"/{route.name}" if route else None,
        "service": route.service if route else None,
        "operation": operation or None,
        "rung": "exact" if interactions else None,
        "interactions": interactions,
    }
    if not interactions:
        found |= {
            key: value for key, value in replayer.explain(request).facts().items() if key in ("reason", "nearest")
        }
    return found


def _print(facts: dict[str, Any]) -> None:
    host = urlsplit(facts["uri"]).netloc
    click.echo(f"{facts['method']} {facts['uri']}")
    click.echo(f"route      {facts['route'] or 'none is known for ' + host}")
    click.echo(f"operation  {facts['operation'] or 'none of the reference'}")
    if facts["interactions"]:
        numbers = ", ".join(map(str, facts["interactions"]))
        click.echo(
            f"answer     {facts['rung']}: interaction {numbers}"
            + (" (by the session's past)" if "," in numbers else "")
        )
        return
    click.echo(f"answer     none: {facts['reason']}")
    for near in facts["nearest"]:
        click.echo(f"nearest    interaction {near['interaction']}: {near['method']} {near['uri']}")
        for difference in near["differences"]:
            click.echo(f"             {difference}")
