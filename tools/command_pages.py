"""Writes `docs/commands/`: a page for each command, made from the command itself.

`python tools/command_pages.py` writes them; a test holds the pages against the commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from cloudtape.cli import cli

FOLDER = Path(__file__).parent.parent / "docs" / "commands"
WIDTH = 100
HOME = re.compile(re.escape(str(Path.home())))


def pages() -> dict[str, str]:
    """Each page's text by its file name."""
    commands = sorted(cli.commands.items())
    return {"README.md": _index(commands), **{f"{name}.md": _page(name, command) for name, command in commands}}


def _index(commands: list[tuple[str, click.Command]]) -> str:
    rows = (f"| [`cloudtape {name}`]({name}.md) | {command.get_short_help_str(200)} |" for name, command in commands)
    return "\n".join(["# Commands", "", "| command | what it does |", "| --- | --- |", *rows, ""])


def _page(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"cloudtape {name}", max_content_width=WIDTH, terminal_width=WIDTH)
    usage = command.get_usage(context).removeprefix("Usage: ")
    return "\n".join(
        [f"# cloudtape {name}", "", "```text", usage, "```", "", *_text(command), *_options(command, context)]
    )


def _text(command: click.Command) -> Iterator[str]:
    """click's marker `\\b` keeps the lines of a paragraph: examples, which are shell here."""
    for paragraph in (command.help or "").strip().split("\n\n"):
        lines = paragraph.strip().splitlines()
        if lines and lines[0] == "\b":
            title = [line for line in lines[1:] if line.endswith(":")]
            yield from (*title, "", "```sh", *(line.strip() for line in lines[1:] if line not in title), "```", "")
        else:
            yield from (*(line.strip() for line in lines), "")


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [one for parameter in command.get_params(context) if (one := parameter.get_help_record(context))]
    yield from ("| option | what it does |", "| --- | --- |")
    for names, said in records:
        yield f"| `{_cell(names)}` | {_cell(HOME.sub('~', ' '.join(said.split())))} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
