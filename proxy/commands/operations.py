"""`cloudtape operations`: the operation catalog as a table or JSON, one operation with its examples, its health."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from cloudtape.errors import ConfigError
from cloudtape.output import FORMAT, Screen, counted, line, print_json, say

if TYPE_CHECKING:
    from cloudtape.openstack.catalog import OperationCatalog
    from cloudtape.openstack.operations import Example, Operation, Parameter


@click.group(invoke_without_command=True)
@click.option("--service", metavar="TYPE", help="A service type or one of its aliases: compute, volumev3, network, …")
@click.option("--method", metavar="METHOD", help="GET, POST, …")
@click.option(
    "--path", metavar="PATH", help="A request's path (object-store's with --service), or a part of a URI template."
)
@click.option("--health", "only_health", is_flag=True, help="How far the catalog can be trusted, by chapter.")
@FORMAT
@click.pass_context
def operations(
    context: click.Context, service: str | None, method: str | None, path: str | None, only_health: bool, form: str
) -> None:
    """List the API calls that the OpenStack API reference documents; where nothing fits, exit with 2.

    \b
    Examples:
      cloudtape operations --service compute --method POST
      cloudtape operations --path /v2.1/servers/detail
      cloudtape operations show compute.servers.create
      cloudtape operations --health
    """
    if context.invoked_subcommand:
        return
    from cloudtape.openstack.catalog import default_catalog

    catalog = default_catalog()
    if only_health:
        _print_health(catalog, form)
        return
    found = _chosen(catalog, service, method, path)
    if form == "json":
        print_json([_fields(catalog, one) for one in found])
    else:
        _print_table(found)


@operations.command()
@click.argument("operation_id", metavar="ID")
@FORMAT
def show(operation_id: str, form: str) -> None:
    """One operation, by its id or the number of its section, with its parameters and examples."""
    from cloudtape.openstack.catalog import default_catalog

    catalog = default_catalog()
    by_section = {one.section: one for one in catalog.operations}
    operation = by_section.get(operation_id) or catalog.get(operation_id)
    examples = catalog.examples_of(operation)
    if form == "json":
        import msgspec

        whole = msgspec.to_builtins(operation)
        print_json(whole | {"examples": [_example_fields(one) for one in examples]})
    else:
        _print_whole(Screen(), operation, examples)


def _chosen(catalog: OperationCatalog, service: str | None, method: str | None, path: str | None) -> list[Operation]:
    found = list(catalog.operations)
    wanted = _service_type(catalog, service) if service else ""
    if wanted:
        found = [one for one in found if one.service == wanted]
    fitting = {one.id for one in _fitting(found, path.partition("?")[0], wanted)} if path else set()
    if method:
        known = dict.fromkeys(one.method for one in catalog.operations)
        if method.upper() not in known:
            raise ConfigError(f"the reference has no method {method}; it has {', '.join(known)}")
        found = [one for one in found if one.method == method.upper()]
    if path:
        found = [one for one in found if one.id in fitting or path.partition("?")[0] in one.template]
    if not found:
        asked = {"--service": service, "--method": method, "--path": path}
        words = " ".join(f"{name} {value}" for name, value in asked.items() if value)
        raise ConfigError(f"the reference has no operation for {words}")
    return found


def _fitting(among: Sequence[Operation], path: str, service: str) -> Iterable[Operation]:
    """The operations of a path, whatever their method; `/servers/detail` is no `/servers/{server_id}`."""
    from cloudtape.matchers.requests.operations import OperationFinder, literals

    finder = OperationFinder(among)
    methods = dict.fromkeys(one.method for one in among)
    found = [one for method in methods for one in finder.candidates(method, path, service)]
    most = max(map(literals, found), default=0)
    return [one for one in found if literals(one) == most]


def _service_type(catalog: OperationCatalog, name: str) -> str:
    from cloudtape.openstack.service_types import official_type

    known = dict.fromkeys(one.service for one in catalog.operations)
    if (official := official_type(name)) in known:
        return official
    raise ConfigError(f"the reference has no service {name}; it has {', '.join(known)}")


def _fields(catalog: OperationCatalog, one: Operation) -> dict[str, Any]:
    """What a line of the list says; JSON examples as values, None for one that was given up."""
    examples = [example for example in catalog.examples_of(one) if example.format == "json"]
    return {
        "section": one.section,
        "id": one.id,
        "title": one.title,
        "service": one.service,
        "version": one.version,
        "method": one.method,
        "path": one.path,
        "query": [parameter.name for parameter in one.query],
        "path_params": [parameter.name for parameter in one.path_params],
        "statuses": list(one.statuses),
        "request_examples": [example.value for example in examples if example.side == "request"],
        "response_examples": [example.value for example in examples if example.side == "response"],
    }


def _example_fields(example: Example) -> dict[str, Any]:
    return {
        "side": example.side,
        "name": example.name,
        "format": example.format,
        "start": example.start,
        "headers": example.headers,
        "provenance": example.provenance,
        "value": example.value,
    }


# --- printing --------------------------------------------------------------------------------------------------------


def _print_table(found: Sequence[Operation]) -> None:
    rows = [
        (one.section, one.id, one.method, one.template + (f"  [{one.action}]" if one.action else "")) for one in found
    ]
    Screen().table(("section", "id", "method", "template"), rows, folded=True)
    say(counted(len(found), "operation"))


def _print_health(catalog: OperationCatalog, form: str) -> None:
    import msgspec

    from cloudtape.openstack.health import health

    rows = [msgspec.to_builtins(row) for row in health(catalog)]
    if form == "json":
        print_json(rows)
        return
    columns = [name.replace("_", " ") for name in rows[0]]
    cells = [[str(value) for value in row.values()] for row in rows]
    Screen().table(columns, cells, frozenset(columns) - {"chapter"}, folded=True, bold_end=True)
    line(
        "confirmed: a second copy of the template in the document says the same. JSON examples: clean, as printed; "
        "rewritten, words joined or letters restored; rebuilt, brackets or members put in or left out; "
        "given up, no value. other: XML and text.",
        err=True,
    )


def _print_whole(screen: Screen, one: Operation, examples: Sequence[Example]) -> None:
    screen.line(f"{one.section}. {one.title}", style="bold")
    screen.line(f"{one.id}  ({one.service} {one.version})")
    screen.line(f"{one.method} {one.template}" + (f"  with {one.action} in the body" if one.action else ""))
    screen.line(f"normal: {', '.join(map(str, one.statuses)) or 'not said'}")
    if one.faults:
        screen.line("errors: " + ", ".join(f"{fault.code} {fault.name}".strip() for fault in one.faults))
    for title, parameters in (
        ("path", one.path_params),
        ("query", one.query),
        ("request headers", one.request_headers),
        ("request body", one.request_body),
        ("response headers", one.response_headers),
        ("response body", one.response_body),
    ):
        if parameters:
            screen.line(f"{title}: " + ", ".join(_parameter(parameter) for parameter in parameters))
    for example in examples:
        screen.line()
        screen.line(f"{example.name}  ({example.provenance})", style="bold")
        for text in (example.start, *(f"{name}: {value}" for name, value in example.headers)):
            if text:
                screen.line(text)
        if example.body is not None:
            screen.block(_pretty(example))


def _parameter(parameter: Parameter) -> str:
    words = [word for word in (parameter.type, "required" if parameter.required else "") if word]
    return parameter.name + (f" ({', '.join(words)})" if words else "")


def _pretty(example: Example) -> str:
    import msgspec

    body = example.body or ""
    return msgspec.json.format(body, indent=2) if example.format == "json" else body
