"""The modes in which a process is killed: how it is started, what may be started after it, and when it is best killed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

CLIENT = Path(__file__).with_name("asking.py")
TEST = """
from tests.kill.asking import ask_and_note


def test_asks(cloudtape):
    ask_and_note(cloudtape.url)
"""
MOMENTS = ("time", "time", "acknowledged", "acknowledged", "middle", "middle", "start", "end")


@dataclass(frozen=True, slots=True)
class KillMode:
    """`words` start it, with {tape} and {cloud}. `is_old`: on a cassette that holds something already.

    `asks`: it brings a client of its own. `again`: what is started afterwards, `refuses`: unless nothing was kept, it
    says that a cassette is there. `stores`: its clients keep objects in a made-up cloud, which ends in the file {world}.
    `moments` are what its kills are made at, the more often the more they matter.
    """

    name: str
    words: tuple[str, ...]
    again: tuple[str, ...] = ()
    is_old: bool = False
    asks: bool = False
    refuses: bool = False
    replaces: bool = False
    stores: bool = False
    moments: tuple[str, ...] = MOMENTS


# What was asked is nothing of OpenStack's, and another answer must not stand for it.
EXACT = {"fill": ("--match", "exact")}


def _serving(mode: str) -> tuple[str, ...]:
    return (mode, "--cassette", "{tape}", "--upstream", "{cloud}", "--listen", "127.0.0.1:0", *EXACT.get(mode, ()))


def _running(mode: str) -> tuple[str, ...]:
    options = ("--cassette", "{tape}", "--upstream", "{cloud}", *EXACT.get(mode, ()))
    return ("run", "--mode", mode, *options, "--", sys.executable, "-IS", str(CLIENT))


def _testing(mode: str) -> tuple[str, ...]:
    options = ("-q", "-p", "no:cacheprovider", "-p", "cloudtape.pytest_plugin")
    return (
        "pytest",
        *options,
        "--cloudtape-mode",
        mode,
        "--cloudtape-upstream",
        "{cloud}",
        "--cloudtape-match",
        "exact",
    )


REPLAY = ("replay", "--cassette", "{tape}", "--listen", "127.0.0.1:0", "--match", "exact")
END = (*MOMENTS, *["end"] * 8)


def _made_up(*words: str) -> tuple[str, ...]:
    return (*words, "--save", "{world}", "--listen", "127.0.0.1:0")


DEMO = ("demo", "--world", "{world}", "--listen", "127.0.0.1:0")
MIXED = ("replay", "--synthesize", "--cassette", "{tape}")
MODES = {
    mode.name: mode
    for mode in (
        KillMode("record", _serving("record"), _serving("fill"), refuses=True),
        KillMode("fill", _serving("fill"), _serving("fill"), is_old=True),
        KillMode(
            "refresh",
            _serving("refresh"),
            _serving("refresh"),
            is_old=True,
            replaces=True,
            moments=END,
        ),
        KillMode("run", _running("record"), _running("fill"), asks=True, refuses=True),
        KillMode("pytest", _testing("record"), _testing("fill"), asks=True, refuses=True),
        KillMode("mixed", _made_up(*MIXED), _made_up(*MIXED), is_old=True, stores=True, moments=END),
        KillMode("demo", _made_up("demo"), _made_up("demo"), stores=True, moments=END),
        KillMode("index", REPLAY, REPLAY, is_old=True, moments=("start",)),
    )
}
