"""The command `cloudtape`. Reads arguments, calls the part that does the work, turns errors into one line.

Exit codes: 0 done (Ctrl-C and SIGTERM are how serving ends); 1 a finding (`scan`), a miss (`run --strict`, `match`), an
interaction or a report that could not be kept; 2 it could not be done as asked; 130 and 143 it was ended by Ctrl-C or
SIGTERM before it was done; `run` otherwise passes on its child's.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from cloudtape import __version__
from cloudtape.cassettes.errors import CassetteError
from cloudtape.commands.configuring import config_of
from cloudtape.commands.demo import demo, mixing_options, synthesis_options
from cloudtape.commands.look import show
from cloudtape.commands.match import match
from cloudtape.commands.operations import operations
from cloudtape.commands.options import (
    LISTEN_OPTIONS,
    MATCHING_OPTIONS,
    RECORDING_OPTIONS,
    SESSION_OPTION,
    UPSTREAM_OPTIONS,
    ByMode,
    listen_option,
)
from cloudtape.commands.scan import scan
from cloudtape.config import (
    Config,
    mode_named,
)
from cloudtape.errors import ProxyError
from cloudtape.exits import FAILED, FINDING
from cloudtape.matchers.errors import MatcherError
from cloudtape.modes import MODES, Mode
from cloudtape.openstack.errors import OperationCatalogError
from cloudtape.output import prepare, say
from cloudtape.serving import announce, opened, run_loop, serve_until_ended, stop_on_error
from cloudtape.signals import end_on_signals

DEFAULT_LISTEN = "127.0.0.1:8780"

CASSETTE = click.Path(path_type=Path)


def main() -> None:
    """The console script. Errors that have a name end in one line and exit code 2."""
    prepare()
    end_on_signals()
    try:
        cli(prog_name="cloudtape")
    except (ProxyError, CassetteError, MatcherError, OperationCatalogError) as error:
        say(str(error))
        sys.exit(FAILED)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__)
def cli() -> None:
    """Record OpenStack traffic through a proxy, and replay it without the cloud."""


cli.add_command(operations)
cli.add_command(match)
cli.add_command(show)
cli.add_command(scan)
cli.add_command(demo)


# --- serving -------------------------------------------------------------------------------------------------------


def _serving_command(mode: Mode) -> click.Command:
    """The command of a mode: `cloudtape record`, `cloudtape replay`, ..."""

    def serve(**options: Any) -> None:
        cassettes = options.pop("cassettes", ())
        config, _ = config_of(mode, cassettes if isinstance(cassettes, tuple) else (cassettes,), options)
        sys.exit(run_loop(partial(serve_until_ended, config, options["verbose"], announce)))

    command: Any = listen_option(DEFAULT_LISTEN)(LISTEN_OPTIONS(serve))
    if mode.replays:
        command = MATCHING_OPTIONS(command)
    if mode.writes:
        command = RECORDING_OPTIONS(command)
    if mode.answers_alone:
        command = SESSION_OPTION(command)
    if mode.needs_upstream:
        command = UPSTREAM_OPTIONS(command)
    if mode.synthesizes:
        command = synthesis_options(command)
    elif mode.replays and not mode.needs_upstream:
        command = mixing_options(command)
    if mode.cassette:
        several = mode.writes is None
        words = "YAML file; may be given several times." if several else "YAML file."
        option = click.option("--cassette", "cassettes", type=CASSETTE, required=True, multiple=several, help=words)
        command = option(command)
    return click.command(mode.name, help=f"{mode.doc}\n\n\b\nExample:\n  {_example(mode)}")(command)


def _example(mode: Mode) -> str:
    words = ["cloudtape", mode.name]
    if mode.needs_upstream:
        words += ["--os-cloud", "mycloud"]
    if mode.cassette:
        words += ["--cassette", "bug-1234.yaml"]
    return " ".join(words)


for _mode in MODES.values():
    cli.add_command(_serving_command(_mode))


# --- run -----------------------------------------------------------------------------------------------------------


@cli.command(cls=ByMode)
@click.option("--mode", type=click.Choice(list(MODES)), default="replay", show_default=True)
@click.option("--cassette", "cassettes", type=CASSETTE, multiple=True, help="YAML file; to replay, also several times.")
@click.option("--strict", is_flag=True, help="Fail when a request was neither recorded nor made up nor forwarded.")
@click.option("--synthesize", is_flag=True, help="Make up answers to what was not recorded.")
@UPSTREAM_OPTIONS
@RECORDING_OPTIONS
@MATCHING_OPTIONS
@SESSION_OPTION
@synthesis_options
@listen_option("127.0.0.1:0", "a free port of 127.0.0.1")
@LISTEN_OPTIONS
@click.argument("command", nargs=-1, type=click.UNPROCESSED, required=True)
def run(
    mode: str,
    cassettes: tuple[Path, ...],
    strict: bool,
    command: tuple[str, ...],
    **options: Any,
) -> None:
    """Run COMMAND as a client of a proxy of its own, and pass on its exit code.

    The command finds OS_AUTH_URL set, and a clouds.yaml whose cloud `cloudtape` is the proxy. Who logs in is who did
    in the recording or, with a cloud, who --os-cloud says; with --upstream, who OS_USERNAME and its like say.

    \b
    Example:
      cloudtape run --cassette tests/servers.yaml -- pytest tests/
    """
    config, settings = config_of(mode_named(mode), cassettes, options)
    sys.exit(run_loop(partial(_run, config, settings, command, strict, options["verbose"])))


async def _run(config: Config, settings: dict[str, Any], command: tuple[str, ...], strict: bool, verbose: bool) -> int:
    from cloudtape.report import summary
    from cloudtape.run import lacks_credentials, run_command

    proxy = await opened(config, verbose)
    code, stopped = FAILED, asyncio.Event()
    stop_on_error(proxy, stopped)
    try:
        for note in (*proxy.notes, *proxy.warnings):
            say(note)
        code = await run_command(proxy, command, settings, stopped)
    finally:
        if code:
            proxy.fail()
        await proxy.__aexit__(None, None, None)
    for line in summary(proxy):
        say(line)
    if not any(proxy.journal.counts.values()) and lacks_credentials(proxy, settings):
        say("the command was given no credentials: take them from --os-cloud NAME, or set OS_USERNAME, OS_PASSWORD, …")
    if stopped.is_set():
        say("the command was stopped, since not all could be kept (--on-error stop)")
        return FINDING
    return code or (FINDING if proxy.journal.lost or (strict and proxy.journal.counts["missed"]) else 0)
