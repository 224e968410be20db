"""The other side of `aside`: a process that scrubs what it is sent, until nobody sends any more."""

from __future__ import annotations

from cloudtape.cassettes.content import size_of
from cloudtape.cassettes.errors import ScrubError
from cloudtape.cassettes.scrubbing.aside import packed, unpacked
from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.vault import Replica
from cloudtape.cassettes.workers import Channel, allow

SECONDS, FOR_EACH_MIB = 60.0, 10.0
"""Seconds that this process works on one interaction: for its size as it came, so that little costs little whatever it
becomes when it is unpacked.
"""
MIB = 1024 * 1024


def serve(channel: Channel) -> None:
    (rules, folder), _ = channel.receive()
    table = Table(rules)

    def ask(known: int, secret: tuple[Rule, str] | None) -> list[tuple[Rule, str]]:
        channel.send(("ask", (known, secret, set(table.hidden))))
        (told, hidden), _ = channel.receive()
        table.hidden |= hidden
        news: list[tuple[Rule, str]] = told
        return news

    vault = Replica(ask)
    scrubber = Scrubber(table, folder, vault)
    while True:
        sent, files = channel.receive()
        allow(SECONDS + FOR_EACH_MIB * (size_of(sent.request.body) + size_of(sent.response.body)) / MIB)
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
