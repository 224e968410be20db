"""The options of the commands that serve, and which modes they belong to.

Which option does something in which mode is a table; an option that would do nothing is refused, and the help of `run`,
which takes them all, is laid out by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from cloudtape.config import MOST_SESSIONS, Match, OnError
from cloudtape.errors import ConfigError
from cloudtape.modes import MODES, Mode

F = TypeVar("F", bound=Callable[..., Any])


class ReadableFile(click.Path):
    """A file to be read whole: a pipe is one, `/dev/zero` is not."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, exists=True, dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path: Any = super().convert(value, param, ctx)
        if path.is_char_device() or path.is_block_device():
            self.fail(f"File {str(path)!r} is a device.", param, ctx)
        return path


FILE = ReadableFile()
REPORT = click.Path(path_type=Path, dir_okay=False)
SPOOL = click.Path(path_type=Path, exists=True, file_okay=False, writable=True)


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Options, by their parameters' names, that do something in the same modes."""

    options: frozenset[str]
    belongs_to: Callable[[Mode], bool]

    @property
    def modes(self) -> str:
        """`record, refresh, fill, passthrough`; `replay` where both `replay` and `replay --synthesize` are meant."""
        names = (name for name, mode in ASKED_FOR.items() if self.belongs_to(mode))
        return ", ".join(name for name in names if name in MODES or not self.belongs_to(MODES[ASKED_FOR[name].name]))


def _can_be_mixed(mode: Mode) -> bool:
    return mode.replays and not mode.needs_upstream


ASKED_FOR = MODES | {f"{mode.name} --synthesize": mode.synthesizing() for mode in MODES.values() if _can_be_mixed(mode)}
"""The modes, by how a user asks for them."""
GROUPS = (
    OptionGroup(frozenset({"cassettes"}), lambda mode: mode.cassette),
    OptionGroup(
        frozenset(
            {
                *("upstream", "os_cloud", "allow_upstream", "proxy", "cacert", "insecure", "cert", "key"),
                *("connect_timeout", "read_timeout"),
            },
        ),
        lambda mode: mode.needs_upstream,
    ),
    OptionGroup(
        frozenset({"scrub_rules", "no_scrub", "record_errors", "durable", "on_error", "spool"}),
        lambda mode: mode.writes is not None,
    ),
    OptionGroup(frozenset({"max_sessions"}), lambda mode: mode.answers_alone),
    OptionGroup(frozenset({"match", "polling", "match_rules"}), lambda mode: mode.replays),
    OptionGroup(frozenset({"synthesize"}), _can_be_mixed),
    OptionGroup(frozenset({"world"}), lambda mode: mode.synthesizes and not mode.replays),
    OptionGroup(frozenset({"save", "seed", "lifecycle"}), lambda mode: mode.synthesizes),
)


def refuse_idle(context: click.Context, mode: Mode) -> None:
    """Raises ConfigError for an option that was given and does nothing in this mode."""
    for option in context.command.params:
        given = context.get_parameter_source(option.name or "") is click.core.ParameterSource.COMMANDLINE
        group = next((group for group in GROUPS if option.name in group.options), None)
        if given and group and not group.belongs_to(mode):
            raise ConfigError(f"{option.opts[0]} does nothing in the mode {mode.name}; it is for {group.modes}")


class ByMode(click.Command):
    """A command whose help lists the options by the modes that they belong to."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        sections |= {f"Options for {group.modes}": [] for group in GROUPS}
        for option in self.get_params(ctx):
            group = next((group for group in GROUPS if option.name in group.options), None)
            if isinstance(option, click.Option) and (record := option.get_help_record(ctx)):
                sections[f"Options for {group.modes}" if group else "Options"].append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


def _all(options: list[Callable[[F], F]]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


UPSTREAM_OPTIONS = _all(
    [
        click.option(
            "--upstream", metavar="AUTH_URL", help="The cloud's auth URL, as in OS_AUTH_URL; without credentials."
        ),
        click.option(
            "--os-cloud",
            metavar="NAME",
            help="Take auth URL, TLS settings and, for `run`, credentials from this cloud of clouds.yaml.",
        ),
        click.option(
            "--allow-upstream",
            metavar="HOST|NETWORK",
            multiple=True,
            help="A loopback, link-local or metadata address that the cloud's service catalog may lead to although its "
            "auth URL is elsewhere; may be repeated.",
        ),
        click.option("--cacert", type=FILE, help="CA certificates (PEM) that the cloud's certificate is checked with."),
        click.option("--insecure", is_flag=True, help="Do not check the cloud's certificate."),
        click.option("--cert", type=FILE, help="Client certificate (PEM) shown to the cloud."),
        click.option("--key", type=FILE, help="Its key (PEM), where the certificate file does not hold it."),
        click.option(
            "--proxy",
            metavar="URL",
            help="Forward proxy on the way to the cloud, http://[USER:PASSWORD@]HOST:PORT, whatever HTTP_PROXY, "
            'HTTPS_PROXY and NO_PROXY say; "" for none.',
        ),
        click.option("--connect-timeout", type=float, default=10.0, show_default=True, help="Seconds."),
        click.option("--read-timeout", type=float, default=300.0, show_default=True, help="Seconds of silence."),
    ]
)
RECORDING_OPTIONS = _all(
    [
        click.option("--scrub", "scrub_rules", type=FILE, help="More rules for what is a secret (YAML)."),
        click.option(
            "--no-scrub",
            is_flag=True,
            help="Keep secrets in the cassette, which only you can read then. Never share such a file.",
        ),
        click.option(
            "--record-errors", is_flag=True, help="Record 502 and 504, too, when the cloud cannot be reached."
        ),
        click.option(
            "--on-error",
            type=click.Choice(get_args(OnError)),
            default="continue",
            show_default=True,
            help="When an interaction cannot be kept: go on for its client's sake, or stop at once.",
        ),
        click.option(
            "--durable",
            is_flag=True,
            help="Have each interaction on disk (fsync) before its client has the end of the answer.",
        ),
        click.option(
            "--spool",
            type=SPOOL,
            help="Folder for large bodies under way, best on the cassette's disk; else $TMPDIR or /var/tmp.",
        ),
    ]
)
MATCHING_OPTIONS = _all(
    [
        click.option(
            "--match",
            type=click.Choice(get_args(Match)),
            default="unified",
            show_default=True,
            help="The most lenient rung that may answer: how far a recorded request may differ.",
        ),
        click.option(
            "--polling",
            type=click.Choice(["distinct", "as-recorded", "collapse"]),
            default="distinct",
            show_default=True,
            help="Of the answers to a client that polled: each state once, all, or the last one at once.",
        ),
        click.option("--match-rules", type=FILE, help="More rules for what may differ from run to run (YAML)."),
    ]
)
SESSION_OPTION = _all(
    [
        click.option(
            "--max-sessions",
            type=click.IntRange(min=1),
            default=MOST_SESSIONS,
            show_default=True,
            help="Client runs that are told apart at once; a new one is refused while somebody is logged in to each.",
        )
    ]
)
LISTEN_OPTIONS = _all(
    [
        click.option(
            "--layout",
            type=click.Choice(["prefix", "ports"]),
            default="prefix",
            show_default=True,
            help="A path prefix for each service, or a port of its own.",
        ),
        click.option("--verbose", "-v", is_flag=True, help="Print a line for each request."),
        click.option("--report", type=REPORT, help="Write a line of JSON here for each request."),
    ]
)


def listen_option(address: str, shown: str | bool = True) -> Callable[[F], F]:
    return _all(
        [
            click.option("--listen", default=address, show_default=shown, metavar="HOST:PORT", help="Where to listen."),
            click.option(
                "--allow-host",
                "allow_hosts",
                metavar="NAME",
                multiple=True,
                help="A name that clients may know the proxy by (*.example.org: all below); repeatable. "
                "Without it, a proxy that listens on this machine only answers to this machine's names, else to any.",
            ),
        ]
    )
