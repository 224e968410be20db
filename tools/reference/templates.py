"""The URI template of an operation, from the three copies that the document prints.

What damages a copy: blanks, `<code>` around a cell, words hyphenated where the line was wrapped (`back-ups`), misread
letters (`os-soles`), a cell that is cut off. A hyphen goes where the document knows the word without it and not the
word with it; then the copy with the fewest unknown words wins, then the one that most others confirm.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tools.reference.document import Leaf, MethodRow

NOISE = re.compile(r"</?code>|\s")
MISREAD_COMMA = re.compile(r"(?<=[a-z_])\(([a-z_]+)\)(?=\})")
PATH = re.compile(r"/(?:[A-Za-z0-9._~/:-]|\{[A-Za-z0-9._-]+\})*")
TEMPLATE = re.compile(rf"(?P<path>{PATH.pattern})(?:\{{\?(?P<query>[A-Za-z0-9._,-]+)\}})?")
WORD = re.compile(r"[A-Za-z0-9_.]+(?:-[A-Za-z0-9_.]+)*")
VARIABLE = re.compile(r"\{([A-Za-z0-9._-]+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """`path` with its variables (`/v2/{tenant_id}/volumes`), `query` the names of its query in order.

    `confirmed`: a second copy in the document says the same.
    """

    path: str
    query: tuple[str, ...]
    confirmed: bool

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(VARIABLE.findall(self.path))


class Vocabulary:
    """The words that the document uses: `text` those of everything but its URIs, `uris` how often each in them."""

    def __init__(self, text: str, leaves: Iterable[Leaf]) -> None:
        rows = {row.uri for leaf in leaves for row in leaf.copies}
        prose = "\n".join(
            line for line in text.split("\n") if len(line.split("\t")) < 3 or line.split("\t")[1] not in rows
        )
        self._prose = Counter(word.strip(".-") for word in WORD.findall(prose))
        self._uris = Counter(word for uri in rows for word in WORD.findall(NOISE.sub("", uri)))

    def knows(self, word: str) -> bool:
        """Whether the text speaks of it, or other URIs hold it, too."""
        return self._prose[word] > 0 or self._uris[word] > 2

    def without_wraps(self, word: str) -> str:
        """The word without the hyphen that a line break put into it."""
        if self._prose[word]:
            return word
        joined = [word[:at] + word[at + 1 :] for at, letter in enumerate(word) if letter == "-"]
        whole = [other for other in joined if self._prose[other] or self._uris[other] > self._uris[word]]
        return max(whole, key=lambda other: self._prose[other]) if whole else word


def vote(copies: Sequence[MethodRow], vocabulary: Vocabulary) -> Template:
    """The template that the copies agree on, the operation's own copy first among equals."""
    read = [_read(row.uri, vocabulary) for row in copies]
    valid = [uri for uri in read if TEMPLATE.fullmatch(uri)] or read
    votes = Counter(read)
    best = min(valid, key=lambda uri: (_unknown(uri, vocabulary), -votes[uri], read.index(uri)))
    path, _, query = best.partition("{?")
    return Template(path, tuple(filter(None, query.rstrip("}").split(","))), votes[best] > 1)


def _read(uri: str, vocabulary: Vocabulary) -> str:
    plain = MISREAD_COMMA.sub(r",\1", NOISE.sub("", uri).replace("{{", "{").replace("}}", "}"))
    return WORD.sub(lambda word: vocabulary.without_wraps(word[0]), plain)


def _unknown(uri: str, vocabulary: Vocabulary) -> int:
    return sum(not vocabulary.knows(word) for word in WORD.findall(uri))
