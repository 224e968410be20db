"""`cloudtape show`: looking at cassettes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cloudtape.errors import ConfigError
from cloudtape.output import FORMAT, Screen, loading_bar, print_json, say

if TYPE_CHECKING:
    from cloudtape.cassettes.cassette import Cassette

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
