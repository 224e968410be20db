"""`cloudtape show` and `cloudtape scan`: looking at cassettes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudtape.errors import ConfigError
from cloudtape.output import FORMAT, Screen, counted, line, loading_bar, print_json, say

if TYPE_CHECKING:
    from cloudtape.cassettes.cassette import Cassette

FINDING, FAILED = 1, 2
CASSETTE = click.Path(path_type=Path)


def tell(cassette: Cassette) -> bool:
    """Say what a person should know who looks at a cassette; returns whether all of it is there."""
    from cloudtape.cassettes.errors import BodyMissing

    for note in cassette.notes:
        say(note)
    try:
        cassette.check_bodies()
    except BodyMissing as error:
        say(str(error))
        return False
    return not cassette.notes


@click.command()
@click.argument("path", metavar="CASSETTE", type=CASSETTE)
@click.argument("number", metavar="[N]", type=int, required=False)
@FORMAT
def show(path: Path, number: int | None, form: str) -> None:
    """List the interactions of CASSETTE or, with N, print one of them whole.

    A terminal that is too narrow shortens paths, then leaves columns out; in a pipe only paths of more than 300
    characters are shortened, and with --format json none. What a terminal would obey is spelled: \\x1b.

    \b
    Example:
      cloudtape show bug-1234.yaml 7
    """
    from cloudtape import show as view
    from cloudtape.cassettes.cassette import load

    with loading_bar() as progress:
        cassette = load(path, progress=progress, cached=False)  # the YAML itself
    tell(cassette)
    if number is not None and not 1 <= number <= len(cassette):
        raise ConfigError(f"{path} has no interaction {number} (it has {len(cassette)})")
    if form == "json":
        value = view.whole(cassette.interaction(number)) if number else [view.row(one) for one in cassette]
        print_json(value)
    elif number:
        view.print_whole(Screen(), cassette.interaction(number))
    else:
        view.print_table(Screen(), cassette)


@click.command()
@click.argument("paths", metavar="CASSETTE...", type=CASSETTE, nargs=-1, required=True)
@FORMAT
def scan(paths: tuple[Path, ...], form: str) -> None:
    """Look for secrets in cassettes; list each with its place and exit with 1 when there is one.

    What is not there (body files, a torn end) is not looked at, nor what lies beside a cassette and is no part of it;
    where the rest is clean, the exit code is then 2.

    \b
    Example:
      cloudtape scan bug-1234.yaml
    """
    from cloudtape.cassettes.cassette import load
    from cloudtape.cassettes.errors import BodyMissing
    from cloudtape.cassettes.files.strays import strays_of, told
    from cloudtape.cassettes.scrubbing.scan import scan as findings_of

    missing: list[BodyMissing] = []
    findings = []
    whole = True
    for path in paths:
        with loading_bar() as progress:
            cassette = load(path, progress=progress, cached=False)  # the YAML itself
        whole = tell(cassette) and whole
        for stray in told(strays := strays_of(path, cassette.body_names)):
            say(stray)
        whole = whole and not strays
        findings += [(path, finding) for finding in findings_of(cassette, missing)]
    if form == "json":
        print_json([{"cassette": str(path), **_fields(finding)} for path, finding in findings])
    else:
        for path, finding in findings:
            line(f"{path}: interaction {finding.ordinal}, {finding.place}: {finding.kind} ({finding.excerpt})")
        found = f"{counted(len(findings), 'finding')} in {counted(len(paths), 'cassette')}"
        say((found if findings else "no secrets found") + ("" if whole else " in what is there"))
    sys.exit(FINDING if findings else 0 if whole else FAILED)


def _fields(finding: Any) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in ("ordinal", "place", "kind", "excerpt")}
