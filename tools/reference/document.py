"""The reference document as a tree: chapters, sections, operations, and the blocks of text of each operation.

    table of contents   says which chapters, sections and operations there are, and what they are called
    body                the same headings again, each followed by its text

    chapter  ── rows: method, URI and description of all its operations
     └ section  ── the same rows again
        └ operation  ── its own row, then blocks: headings, tables, fenced pages of examples, paragraphs

A text that is not that document, or not all of it, is refused. What the blocks say is read by other modules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tools.reference.errors import DocumentError

TITLE = "API Complete Reference"
CONTENTS = "Table of Contents"
HEADING = re.compile(r"(?P<number>\d+(?:\.\d+)*)\.\s+(?P<title>.+?)(?:\t\d+)?")
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "COPY"})
FENCE = "```"
PART = re.compile(r"(?:\d+\.){3,}\d+\.?\s*(?P<side>Request|Response)(?P<rest>.*)")

# How much of a title has to stand in a heading of the body, for a line such as `1. Install the client` to be none.
ALIKE = 0.6

# Operations of each chapter, 1 to 19. Chapter 18 is empty.
OPERATIONS = (80, 26, 223, 27, 57, 79, 37, 4, 15, 48, 60, 11, 21, 133, 16, 48, 72, 0, 17)


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One row of a method table, its cells as they are printed."""

    method: str
    uri: str
    description: str


@dataclass(frozen=True, slots=True)
class Part:
    """The heading `Request` or `Response` of an operation."""

    side: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `caption` is the paragraph before it."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Caption:
    """`Example 1.15. List volumes: JSON response`, without the number."""

    text: str


@dataclass(frozen=True, slots=True)
class PrintedExample:
    """The lines between two fences: an example, or the part of one that stood on one page."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of prose."""

    text: str


Block = Part | Table | Caption | PrintedExample | Paragraph


@dataclass(frozen=True, slots=True)
class Leaf:
    """One operation. `copies` are its row as it stands here, in its section's table and in its chapter's."""

    number: str
    title: str
    section: str
    chapter: str
    copies: tuple[MethodRow, MethodRow, MethodRow]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Heading:
    number: str
    title: str
    line: int  # of the body, from 0


def read_document(text: str) -> tuple[Leaf, ...]:
    """All operations, in order. Raises DocumentError."""
    lines = text.split("\n")
    titles = _contents(lines)
    headings = _headings(lines, titles)
    ends = [heading.line for heading in headings[1:]] + [len(lines)]
    texts = {one.number: lines[one.line + 1 : end] for one, end in zip(headings, ends, strict=True)}
    leaves = tuple(_leaves(titles, texts, {one.number: one.line for one in headings}))
    _check_counts(leaves)
    return leaves


# --- the skeleton ----------------------------------------------------------------------------------------------------


def _contents(lines: list[str]) -> dict[str, str]:
    """Number → title, as the table of contents says it."""
    if not any(TITLE in line for line in lines[:40]):
        raise DocumentError(f"this is not the OpenStack {TITLE}: its title is not among the first 40 lines")
    if CONTENTS not in lines:
        raise DocumentError("no table of contents")
    titles: dict[str, str] = {}
    for line in lines[lines.index(CONTENTS) + 1 :]:
        found = HEADING.fullmatch(line)
        if found and found["number"] in titles:
            break  # the body begins with the first chapter's heading again
        if found:
            titles[found["number"]] = found["title"]
    chapters = [number for number in titles if "." not in number]
    expected = [str(number) for number in range(1, len(OPERATIONS) + 1)]
    if chapters != expected:
        raise DocumentError(f"the table of contents lists the chapters {', '.join(chapters) or 'none'}, not 1 to 19")
    return titles


def _headings(lines: list[str], titles: dict[str, str]) -> list[_Heading]:
    """The headings of the body: each number once, in the order of the table of contents."""
    wanted = list(titles)
    found: list[_Heading] = []
    at = lines.index(CONTENTS)
    for line, text in enumerate(lines):
        match = HEADING.fullmatch(text)
        number = wanted[len(found)]
        if line > at and match and match["number"] == number and _alike(match["title"], titles[number], text):
            found.append(_Heading(match["number"], titles[match["number"]], line))
            if len(found) == len(wanted):
                return found
    missing = wanted[len(found)]
    last = found[-1] if found else _Heading("", "its beginning", at)
    raise DocumentError(
        f"the text ends without {missing}. {titles[missing]}, which the table of contents lists; "
        f"the last heading found is {last.number}. {last.title}",
        last.line + 1,
    )


def _alike(printed: str, title: str, line: str) -> bool:
    """Whether a line is the heading that the table of contents calls `title`; some are damaged, none is numbered."""
    return not line.rpartition("\t")[2].isdecimal() and SequenceMatcher(None, printed, title).ratio() > ALIKE


def _leaves(titles: dict[str, str], texts: dict[str, list[str]], lines: dict[str, int]) -> Iterator[Leaf]:
    numbers = [number for number in titles if number.count(".") == 2]
    by_chapter = _rows_in_order(numbers, texts, 1, lines)
    by_section = _rows_in_order(numbers, texts, 2, lines)
    for number in numbers:
        chapter, section, _ = number.split(".")
        rows = list(_rows(texts[number]))
        if len(rows) != 1:
            raise DocumentError(
                f"{number}. {titles[number]} has {len(rows)} rows of methods, not one", lines[number] + 1
            )
        yield Leaf(
            number,
            titles[number],
            titles[f"{chapter}.{section}"],
            titles[chapter],
            (rows[0], by_section[number], by_chapter[number]),
            tuple(_blocks(texts[number])),
        )


def _rows_in_order(
    numbers: Sequence[str], texts: dict[str, list[str]], depth: int, lines: dict[str, int]
) -> dict[str, MethodRow]:
    """The row of each operation in the table of its section or chapter: the n-th row is that of the n-th operation."""
    below: dict[str, list[str]] = {}
    for number in numbers:
        below.setdefault(".".join(number.split(".")[:depth]), []).append(number)
    found: dict[str, MethodRow] = {}
    for parent, children in below.items():
        rows = list(_rows(texts[parent]))
        if len(rows) != len(children):
            raise DocumentError(
                f"the table of {parent} has {len(rows)} rows for {len(children)} operations", lines[parent] + 1
            )
        found.update(zip(children, rows, strict=True))
    return found


def _rows(lines: Sequence[str]) -> Iterator[MethodRow]:
    for line in lines:
        cells = line.split("\t")
        if len(cells) == 3 and cells[0] in METHODS:
            yield MethodRow(*cells)


def _check_counts(leaves: Sequence[Leaf]) -> None:
    for chapter, expected in enumerate(OPERATIONS, 1):
        count = sum(leaf.number.startswith(f"{chapter}.") for leaf in leaves)
        if count != expected:
            raise DocumentError(f"chapter {chapter} has {count} operations, not {expected}")


# --- the text of one operation ---------------------------------------------------------------------------------------


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    at, before = 0, ""
    while at < len(lines):
        line = lines[at]
        end = at + 1
        if line.startswith(FENCE):
            while end < len(lines) and not lines[end].startswith(FENCE):
                end += 1
            yield PrintedExample(tuple(lines[at + 1 : end]))
            end += 1
        elif "\t" in line:
            while end < len(lines) and "\t" in lines[end]:
                end += 1
            table = [tuple(row.split("\t")) for row in lines[at:end]]
            yield Table(before, table[0], tuple(table[1:]))
        elif line.strip():
            before = line
            yield from _line(line)
        at = end


def _line(line: str) -> Iterator[Block]:
    """A heading, a caption or a paragraph; a caption may be glued to the heading before it."""
    if found := PART.match(line):
        yield Part(found["side"].lower())
        line = found["rest"].strip("* ")
    if found := re.match(r"Example \d+\.\d+\.\s*(.*)", line):
        yield Caption(found[1].strip("* "))
    elif line:
        yield Paragraph(line)
