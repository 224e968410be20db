"""`cloudtape scan`: looking for secrets in cassettes and in what lies beside them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudtape.commands.options import FILE
from cloudtape.exits import DONE, FAILED, FINDING
from cloudtape.output import FORMAT, Screen, counted, loading_bar, print_json, say

if TYPE_CHECKING:
    from cloudtape.cassettes.scanning.findings import Finding, Outcome

CASSETTE = click.Path(path_type=Path)


@click.command()
@click.argument("paths", metavar="CASSETTE...", type=CASSETTE, nargs=-1, required=True)
@click.option("--scrub", "scrub_rules", type=FILE, help="More rules for what is a secret (YAML), as for recording.")
@click.option("--words", type=FILE, help="Names that must not occur: a text file, one a line.")
@FORMAT
def scan(paths: tuple[Path, ...], scrub_rules: Path | None, words: Path | None, form: str) -> None:
    """Look for secrets in cassettes, their body files and what lies beside them; list each with its place.

    The exit code is 1 when there is one; 2 when there is none, but something could not be looked at (a torn end, a
    missing body file, an encrypted archive), each of which is named; 0 when all was looked at and is clean.

    \b
    Example:
      cloudtape scan bug-1234.yaml --words customers.txt
    """
    from cloudtape.cassettes.scanning import ruleset
    from cloudtape.cassettes.scanning.look import Look
    from cloudtape.cassettes.scanning.names import Names, rows_of
    from cloudtape.cassettes.scanning.scan import scan_all
    from cloudtape.cassettes.scanning.words import NO_WORDS, words_of

    look = Look(Names(rows_of(scrub_rules) if scrub_rules else ()), words_of(words) if words else NO_WORDS)
    with loading_bar() as progress:
        outcomes = list(scan_all(paths, look, progress))
    _show(outcomes, form)
    found = sum(len(outcome.findings) for _, outcome in outcomes)
    whole = not any(outcome.unseen for _, outcome in outcomes) and ruleset.scanner() is not None
    if any(outcome.looked for _, outcome in outcomes):
        said = f"{counted(found, 'finding')} in {counted(len(paths), 'cassette')}" if found else "no secrets found"
        say(said + ("" if whole else " in what could be looked at"))
    sys.exit(FINDING if found else DONE if whole else FAILED)


def _show(outcomes: list[tuple[Path, Outcome]], form: str) -> None:
    from cloudtape.cassettes.scanning import ruleset

    if form == "json":
        print_json([_as_json(path, finding) for path, outcome in outcomes for finding in outcome.findings])
    elif any(outcome.findings for _, outcome in outcomes):
        _print_table(outcomes)
    for _, outcome in outcomes:
        for note in (*outcome.notes, *outcome.unseen):
            say(str(note))
    if ruleset.scanner() is None:
        say(f"tokens of vendors were not looked for, since their set of rules is not installed: {ruleset.INSTALL}")


def _as_json(path: Path, finding: Finding) -> dict[str, Any]:
    return {
        "cassette": str(path),
        "file": finding.file or str(path),
        "ordinal": finding.ordinal,
        "place": finding.place,
        "kind": finding.kind,
        "rule": finding.rule,
        "excerpt": finding.excerpt,
    }


def _print_table(outcomes: list[tuple[Path, Outcome]]) -> None:
    rows = [
        (one.file or str(path), str(one.ordinal) if one.ordinal else "-", one.place, one.kind, one.rule, one.excerpt)
        for path, outcome in outcomes
        for one in outcome.findings
    ]
    Screen().table(("cassette", "no.", "where", "kind", "rule", "secret"), rows, frozenset({"no."}), folded=True)
