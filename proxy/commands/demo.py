"""`cloudtape demo`: a cloud with no cloud, and what a client needs to use it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from cloudtape.commands.options import FILE, REPORT, SESSION_OPTION, listen_option
from cloudtape.config import Config, Report, SynthesisOptions, allowed_hosts, listen_address
from cloudtape.modes import MODES
from cloudtape.output import line, say
from cloudtape.serving import run_loop, serve_until_ended

if TYPE_CHECKING:
    from cloudtape.application import Application

DEFAULT_LISTEN = "127.0.0.1:8780"


def synthesis_options(command: Any) -> Any:
    """The options of whatever makes up a cloud, from a file."""
    world = click.option("--world", type=FILE, help="What is there at the start (YAML); else a small world.")
    return world(pace_options(command))


def mixing_options(command: Any) -> Any:
    """The options of what replays, and makes up what was not recorded."""
    mix = click.option("--synthesize", is_flag=True, help="Make up answers to what was not recorded, as `demo` does.")
    return mix(pace_options(command))


def pace_options(command: Any) -> Any:
    """The options of whatever makes up a cloud."""
    options = (
        click.option("--save", type=click.Path(path_type=Path), help="Write the world here at the end, for --world."),
        click.option("--seed", type=int, default=0, show_default=True, help="Another number, other ids."),
        click.option(
            "--lifecycle",
            default="immediate",
            show_default=True,
            metavar="PACE",
            help="How long things take: immediate, polls:N or seconds:S.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@listen_option(DEFAULT_LISTEN)
@synthesis_options
@SESSION_OPTION
@click.option("--verbose", "-v", is_flag=True, help="Print a line for each request.")
@click.option("--report", type=REPORT, help="Write a line of JSON here for each request.")
def demo(
    listen: str,
    allow_hosts: tuple[str, ...],
    world: Path | None,
    save: Path | None,
    seed: int,
    lifecycle: str,
    max_sessions: int,
    verbose: bool,
    report: Path | None,
) -> None:
    """Be an OpenStack that unmodified clients believe, with no cloud and no cassette.

    What they create lives in memory until the command ends. A clouds.yaml is written, with a cloud for each user, and
    how to use it printed.

    \b
    Example:
      cloudtape demo --lifecycle seconds:5
    """
    host, port = listen_address(listen)
    options = SynthesisOptions(world, save, seed, lifecycle)
    told = Report(report) if report else None
    config = Config(
        MODES["synthesize"],
        host=host,
        port=port,
        allow_hosts=allowed_hosts(allow_hosts),
        report=told,
        synthesis=options,
        most_sessions=max_sessions,
    )
    sys.exit(run_loop(partial(serve_until_ended, config, verbose, _announce)))


def _announce(proxy: Application, files: ExitStack) -> None:
    """Say how to use it, as each of its users; the clouds.yaml has an entry for every one of them."""
    from cloudtape.clouds import cloud_names, clouds_yaml
    from cloudtape.run import client_files

    part = proxy.synthesis
    assert part is not None
    clouds = Path(str(files.enter_context(client_files(proxy, {}))["OS_CLIENT_CONFIG_FILE"]))
    named = cloud_names([(user.name, user.project) for user in part.users])
    others = {name: part.settings_of(user) for name, user in zip(named[:-1], part.users, strict=False)}
    clouds.write_text(clouds_yaml(proxy.auth_url, part.settings, others))
    say(f"a cloud is at {proxy.auth_url} (Ctrl-C ends it)")
    if proxy.listening != proxy.url:
        say(f"listening on {proxy.listening}")
    for note in (*proxy.notes, *proxy.warnings):
        say(note)
    for name, user in zip(named, part.users, strict=True):
        say(f"  OS_CLOUD={quote(name)} is user {user.name}, password {user.password}, project {user.project}")
    say("use it:")
    line(f"  export OS_CLIENT_CONFIG_FILE={clouds} OS_CLOUD=cloudtape", err=True)
    line("  openstack server list", err=True)
