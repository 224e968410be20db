"""The examples of an operation as they are printed: which pages belong together, and the HTTP head before a body.

What is wrong with a body is for others to find out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.reference.document import Block, Caption, Leaf, Paragraph, Part, PrintedExample, Table

JSON, XML, TEXT = "json", "xml", "text"

START = re.compile(r"HTTP/1\.[01] \d{3}|(?:GET|POST|PUT|PATCH|DELETE|HEAD|COPY) \S|Headers:$")
FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]*):\s*(.*)")
BODY = re.compile(r"\s*[{\[<]")
# A caption says whose example it is where no heading does: `Create volume: JSON request`.
SIDE = re.compile(r"\b(request|response)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Printed:
    """One example. `start` is its start line of HTTP, with `headers`; `pages` the lines of its body on each page."""

    side: str
    name: str
    format: str
    start: str
    headers: tuple[tuple[str, str], ...]
    pages: tuple[tuple[str, ...], ...]


def printed_examples(leaf: Leaf) -> Iterator[Printed]:
    """The examples of one operation in order. Fences without a caption (commands of curl, fragments) are prose."""
    for side, name, pages in _captioned(leaf.blocks):
        start, headers, body = _without_head(pages)
        yield Printed(side, name, _format(body), start, headers, body)


def _captioned(blocks: Sequence[Block]) -> Iterator[tuple[str, str, list[tuple[str, ...]]]]:
    side = ""
    found: tuple[str, str, list[tuple[str, ...]]] | None = None
    for block in blocks:
        if isinstance(block, Caption):
            if found:
                yield found
            said = SIDE.search(block.text)
            found = (side or (said[1].lower() if said else "response"), block.text, [])
        elif isinstance(block, PrintedExample) and found:
            found[2].append(block.lines)
        elif isinstance(block, Paragraph) and found and found[2] and FIELD.fullmatch(block.text):
            found[2].append((block.text,))  # a field of the head that fell out of its fence
        elif isinstance(block, Part | Table) or (found and found[2]):
            if found:
                yield found
            side, found = block.side if isinstance(block, Part) else side, None
    if found:
        yield found


def _without_head(
    pages: Sequence[tuple[str, ...]],
) -> tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, ...], ...]]:
    """The start line, the header fields, and the pages without them."""
    rest = list(pages)
    while rest and rest[0] and not rest[0][0].strip():
        rest[0] = rest[0][1:]
    if not rest or not rest[0] or not START.match(rest[0][0].strip()):
        return "", (), tuple(rest)
    head: list[str] = []
    while rest and (not rest[0] or not BODY.match(rest[0][0])):
        line, rest[0] = (rest[0][0].strip(), rest[0][1:]) if rest[0] else ("", ())
        if line and head and not FIELD.fullmatch(line):
            head[-1] += line if head[-1].endswith("/") else " " + line
        elif line:
            head.append(line)
        if not rest[0]:
            rest.pop(0)
    fields = tuple((found[1], found[2]) for line in head[1:] if (found := FIELD.fullmatch(line)))
    return head[0].removesuffix("Headers:"), fields, tuple(rest)


def _format(pages: Sequence[tuple[str, ...]]) -> str:
    first = next((line.strip() for page in pages for line in page if line.strip()), "")
    return JSON if first[:1] in ("{", "[") and first else XML if first.startswith("<") else TEXT
