"""Which of many values can still be read out of a folder of files, in whatever coding.

Every file is unwrapped (compression, archives, base64, percent, escapes, UTF-16, quoted-printable), a cassette also into its
strings, and each layer is searched for each value as it is and in the codings that need no unwrapping: base64 at all three
alignments, hex, percent, and the escapes of JSON.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import html
import io
import json
import lzma
import quopri
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote_to_bytes

import yaml

WINDOW = 8
DEPTH = 5
RUN = re.compile(rb"[A-Za-z0-9+/_-]{12,}(?:(?:\r?\n[ \t]*|\\n)[A-Za-z0-9+/_-]{2,})*={0,2}")
ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
SIMPLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"0": b"\0"}


def needles(value: str) -> list[str]:
    """What to look for: of a text of several lines (a key in PEM) a line behind its middle, which is its own alone."""
    lines = [
        line.strip() for line in value.splitlines() if len(line.strip()) >= WINDOW and not line.startswith("-----")
    ]
    return [lines[len(lines) * 3 // 4]] if len(lines) > 1 else [value.strip()]


def codings(value: str) -> set[bytes]:
    """Ways to write a value that a search of plain bytes can find."""
    raw = value.encode()
    found = {raw, quote(value, safe="").encode(), quote_plus(value).encode(), json.dumps(value)[1:-1].encode()}
    found |= {raw.hex().encode(), raw.hex().upper().encode(), html.escape(value).encode()}
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        # The first and last characters depend on the neighbours.
        inner = text[(0, 2, 3)[shift] :].rstrip(b"=")
        inner = inner[:-1] if (shift + len(raw)) % 3 else inner
        found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return {one for one in found if len(one) >= WINDOW}


class Search:
    """For values by their names; `found` has the names of those that were seen."""

    def __init__(self, values: dict[str, str]) -> None:
        self.found: dict[str, str] = {}
        self._by_start: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for name, value in values.items():
            for needle in needles(value):
                for coding in codings(needle):
                    self._by_start[coding[:WINDOW]].append((coding, name))

    def folder(self, folder: Path) -> dict[str, str]:
        """Names of the values that are in the files below `folder`, each with the file and what stands around it."""
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            content = path.read_bytes()
            # What a cassette holds is unwrapped string by string; all of it at once would be much, many times.
            for layer in layers(content, 1 if path.suffix == ".yaml" else 3):
                self._look(layer, path.relative_to(folder))
            if path.suffix == ".yaml":
                for text in strings(content):
                    for layer in layers(text):
                        self._look(layer, path.relative_to(folder))
        return self.found

    def _look(self, layer: bytes, where: Path) -> None:
        for start in range(0, len(layer), 1 << 20):
            part = layer[start : start + (1 << 20) + 4096]
            for key in self._by_start.keys() & {part[i : i + WINDOW] for i in range(len(part) - WINDOW + 1)}:
                for coding, name in self._by_start[key]:
                    if name not in self.found and (at := part.find(coding)) >= 0:
                        around = part[max(0, at - 60) : at + len(coding) + 20].decode("utf-8", "replace")
                        self.found[name] = f"{where}: {' '.join(around.split())}"


def strings(cassette: bytes) -> set[bytes]:
    """Every string of a YAML text, as bytes, each once; none where it cannot be loaded."""
    try:
        loaded = yaml.load(cassette, yaml.CSafeLoader)
    except yaml.YAMLError:
        return set()
    return {one for item in (loaded or {}).get("interactions", []) for one in _strings(item) if len(one) >= WINDOW}


def _strings(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield value.encode("utf-8", "surrogateescape")
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _strings(list(pair))
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def layers(content: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """`content`, and what is wrapped in it, each once."""
    seen = {content}
    queue = [(content, depth)]
    while queue:
        data, left = queue.pop()
        yield data
        if left:
            for inner in unwrapped(data):
                if len(inner) >= WINDOW and inner not in seen:
                    seen.add(inner)
                    queue.append((inner, left - 1))


def unwrapped(data: bytes) -> Iterator[bytes]:
    yield from _decompressed(data)
    yield from _zipped(data)
    yield from _based(data)
    if b"%" in data:
        yield unquote_to_bytes(data)
    if b"\\" in data:
        yield ESCAPE.sub(_unescape, data)
    if data.count(b"\0") * 3 > len(data):
        yield data.replace(b"\0", b"")
        for coding in ("utf-16-le", "utf-16-be"):
            yield data.decode(coding, "replace").encode("utf-8", "replace")
    if re.search(rb"=(?:[0-9A-F]{2}|\r?\n)", data):
        yield quopri.decodestring(data)
    if re.search(rb"&(?:#|amp|lt|gt|quot|apos)", data):
        yield html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogatepass")


def _unescape(match: re.Match[bytes]) -> bytes:
    if code := match[1] or match[2]:
        return chr(int(code, 16)).encode("utf-8", "surrogatepass")
    return SIMPLE.get(match[3], match[3])


def _decompressed(data: bytes) -> Iterator[bytes]:
    for magic, open_at in ((b"\x1f\x8b\x08", 31), (b"\x78\x9c", 15), (b"\x78\xda", 15), (b"\x78\x01", 15)):
        for match in re.finditer(re.escape(magic), data):
            with suppress(zlib.error):
                yield zlib.decompressobj(open_at).decompress(data[match.start() :], 1 << 24)
    with suppress(OSError, ValueError):
        if data.startswith(b"BZh"):
            yield bz2.decompress(data)
    with suppress(lzma.LZMAError):
        if data.startswith(b"\xfd7zXZ"):
            yield lzma.decompress(data)


def _zipped(data: bytes) -> Iterator[bytes]:
    if b"PK\x03\x04" not in data:
        return
    with (
        suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, zlib.error, OSError),
        zipfile.ZipFile(io.BytesIO(data)) as archive,
    ):
        for info in archive.infolist():
            yield archive.read(info)


def _based(data: bytes) -> Iterator[bytes]:
    """Runs in base64, also over several lines; not the hex and the plain words that look like it."""
    for match in RUN.finditer(data):
        run = re.sub(rb"\\n|\s", b"", match[0]).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
        if len(run) < 12 or re.fullmatch(rb"[0-9a-f-]+|[a-z_]+", run):
            continue
        with suppress(binascii.Error):
            yield base64.b64decode(run[: len(run) - (len(run) % 4 == 1)] + b"==")


def merged(found: Iterable[dict[str, str]]) -> dict[str, str]:
    return {name: where for one in found for name, where in one.items()}
