"""Texts that a terminal obeys, and a cassette full of them."""

import re
import unicodedata
from pathlib import Path

from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response, Route

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180e\u180f\u200b\u200c\u200d\u2028\u2029\u2060\u2064\u3164"
    "\ufe00\ufe0f\ufeff\uffa0\U000e0001\U000e0041\U000e0100"
)
CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
SURROGATES = "\ud800\udfff\udc80\udcff"
OBEYED = [*CONTROLS, *BIDI, *INVISIBLE, *SURROGATES]
SEQUENCES = (
    *("\x1b[2J\x1b[H", "\x1b[31mred", "\x1b]0;owned\x07", "\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "\x1b[6n"),
    *("\x9b31mred", "\x9d0;owned\x9c", "\x90q\x9c", "\x1bPq\x1b\\", "\x1bc", "\x1b(0lqk", "\r0 missed\x1b[K", "\b\b\b"),
    *("[red]markup[/red]", "[bold", "\\[x]", ":cat:", "[link=http://evil]x[/link]"),
)
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\r?\x1b\[(1A\x1b\[)?2K")
"""The sequences that we write ourselves: colours, and what the bar of a cassette under way needs."""


def is_obeyed(character: str) -> bool:
    return character in OBEYED or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def obeyed_in(output: str) -> list[str]:
    """What in an output is not shown as it is, but for our own sequences and line ends."""
    return [one for one in OURS.sub("", output).replace("\r\n", "\n").replace("\n", "") if is_obeyed(one)]


IN_PATHS = BIDI + INVISIBLE + "\x80\x9b31m日本"
IN_TEXTS = CONTROLS + BIDI + INVISIBLE + "".join(SEQUENCES)
NAME = f"compute{BIDI}\x9b31m\x7f[red]"


def hostile_cassette(path: Path) -> Path:
    """Each place of a cassette that a person is shown holds what a terminal would obey."""
    route = Route(NAME, NAME, f"http://c:8774/{IN_PATHS}")
    fields = (("Content-Type", f"text/plain;{BIDI}[red]"), ("X-Evil", IN_PATHS + BIDI + "\x1b[2J\x9b31m\x7f"))
    writer = CassetteWriter.create(path)
    for number, body in enumerate(
        (IN_TEXTS.encode(), b'{"a": "\xe2\x80\xae\x7f\xc2\x9b31m", "b": "\\u202e\\u001b[2J"}')
    ):
        writer.append(
            Interaction(
                Request("POST", f"http://c:8774/v2.1/{IN_PATHS}/{number}?a={IN_PATHS}", fields, body, NAME),
                Response(200, f"OK{BIDI}\x9b31m", fields, body),
                recorded_at="2026-01-01T00:00:00.000Z",
                operation=f"x{BIDI}\x9b31m",
                scrubbed=(f"request.headers.{NAME}",),
                routes=(route,) if number == 0 else (),
                lost=IN_TEXTS if number else "",
            )
        )
    writer.append(Interaction(Request("DELETE", "http://c:8774/v2.1/servers/1"), Response(204, "No Content")))
    writer.close()
    return path
