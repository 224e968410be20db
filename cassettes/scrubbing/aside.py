"""Large interactions, scrubbed in processes of their own: what is found is the same, and has the same placeholders.

    here                                         there
    interaction, its open files     ────────>    a Scrubber with a Replica of our vault
    number a new secret             <── ask ──   one that the replica does not know
    those behind the ones it knows  ────────>    repeats them, and goes on
                                    <───────     the interaction as it may be kept, its open files

So secrets are numbered in one place, in the order in which they are met, whoever meets them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.files.private import HeldFile
from cloudtape.cassettes.messages import Body, Interaction, StoredBody
from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.vault import Vault
from cloudtape.cassettes.workers import Channel, WorkerGone, Workers


class Aside:
    """Called on any thread. `rules` are those of `table`, whose hidden names and `vault` are shared with others."""

    def __init__(self, rules: tuple[Rule, ...], table: Table, vault: Vault, folder: Path) -> None:
        self._rules, self._table, self._vault, self._folder = rules, table, vault, folder
        self._workers = Workers("cloudtape.cassettes.scrubbing.aside_worker", self._begin)

    def close(self) -> None:
        self._workers.close()

    def __call__(self, interaction: Interaction) -> Interaction:
        """Raises ScrubError."""
        sent, files = packed(interaction)
        try:
            with self._workers.one() as channel:
                channel.send(sent, files)
                kind, told = self._asked(channel)
        except WorkerGone as error:
            raise ScrubError(f"the process that looks for them {error}") from None
        if kind == "failed":
            raise ScrubError(told)
        scrubbed: Interaction = told
        return scrubbed

    def _begin(self, channel: Channel) -> None:
        channel.send((self._rules, self._folder))

    def _asked(self, channel: Channel) -> tuple[str, Any]:
        """Answer questions until there is a result."""
        while True:
            (kind, told), files = channel.receive()
            if kind == "done":
                return kind, unpacked(told, files)
            if kind == "failed":
                return kind, told
            known, secret, hidden = told
            self._table.hidden |= hidden
            if secret:
                self._vault.stand_in(*secret)
            channel.send((self._vault.told_since(known), self._table.hidden - hidden))


NUMBER = "\0"
"""Before the number of an open file; no path has it."""


def packed(interaction: Interaction) -> tuple[Interaction, list[int]]:
    """An interaction to be sent, and the open files that its bodies lie in: in place of a path stands which one."""
    files: list[int] = []

    def numbered(body: Body) -> Body:
        if isinstance(body, StoredBody) and isinstance(body.path, HeldFile):
            files.append(body.path.fd)
            return replace(body, path=Path(f"{NUMBER}{len(files) - 1}"))
        return body

    return _with(interaction, numbered), files


def unpacked(interaction: Interaction, files: list[int]) -> Interaction:
    held = [HeldFile.of(fd) for fd in files]

    def named(body: Body) -> Body:
        if isinstance(body, StoredBody) and body.path.name.startswith(NUMBER):
            return replace(body, path=held[int(body.path.name.removeprefix(NUMBER))])
        return body

    return _with(interaction, named)


def _with(interaction: Interaction, change: Callable[[Body], Body]) -> Interaction:
    request, response = interaction.request, interaction.response
    return replace(
        interaction,
        request=replace(request, body=change(request.body)),
        response=replace(response, body=change(response.body)),
    )
