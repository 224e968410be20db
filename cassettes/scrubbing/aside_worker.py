"""The other side of `aside`: a process that scrubs what it is sent, until nobody sends any more."""

from __future__ import annotations

from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.scrubbing.aside import packed, unpacked
from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.vault import Replica
from cloudtape.cassettes.workers import Channel, allow

LONGEST = 60.0
"""Seconds of this process for what lies between two questions: a window of a large text, or a part of a smaller one."""


def serve(channel: Channel) -> None:
    (rules, folder), _ = channel.receive()
    table = Table(rules)

    def ask(known: int, secret: tuple[Rule, str] | None) -> list[tuple[Rule, str]]:
        allow(LONGEST)
        channel.send(("ask", (known, secret, set(table.hidden))))
        (told, hidden), _ = channel.receive()
        table.hidden |= hidden
        news: list[tuple[Rule, str]] = told
        return news

    vault = Replica(ask)
    scrubber = Scrubber(table, folder, vault)
    while True:
        sent, files = channel.receive()
        vault.refresh()
        try:
            scrubbed = scrubber.scrub(unpacked(sent, files))  # whose files are open as long as it is there
            vault.refresh()  # which tells what is hidden from now on, too
        except ScrubError as error:
            channel.send(("failed", error.why))
        else:
            done, held = packed(scrubbed)
            channel.send(("done", done), held)
            del sent, scrubbed
