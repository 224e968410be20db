"""What each row of the tables of secrets is for, as examples written by hand, and whether the code does as they say.

They are data: of scrubbing `scrubbing/data/examples.yaml` (a row each) and `rows.yaml`, of scanning `scanning/data/rows.yaml`.
The secret is between « and »; where there is none, nothing may be found.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scanning.forms import forms
from cloudtape.cassettes.scanning.look import Look, Seen
from cloudtape.cassettes.scanning.names import Names
from cloudtape.cassettes.scanning.phrases import phrases
from cloudtape.cassettes.scanning.scan import scan_interactions
from cloudtape.cassettes.scrubbing.binary_forms import BASE64_MARKS
from cloudtape.cassettes.scrubbing.commands import COMMAND_MARKS
from cloudtape.cassettes.scrubbing.forms import FORM_MARKS, SHAPED_MARKS, known_forms
from cloudtape.cassettes.scrubbing.payloads import asks_for_secret, decides_on_body, rule_for
from cloudtape.cassettes.scrubbing.quick_look import QuickLook
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.secrets import MARKS, PATH_MARKS, Table
from cloudtape.cassettes.scrubbing.walk import Walker
from tests.cassettes.scanning.test_rows import OF_FORMS, OF_PHRASES, TEXTS_OF_FORMS, TEXTS_OF_PHRASES
from tests.cassettes.scanning.test_rows import texts as texts_of

ANY_FORM_MARK = re.compile("|".join([*map(re.escape, FORM_MARKS), *SHAPED_MARKS]))
HERE = Path(__file__).parent
WHOLE_BODIES = ("payloads", "media")
WITHIN = b"sunflower7"
"""The secret of what is packed."""


def parts(text: str) -> tuple[str, str]:
    """An example without its marks, and the secret in it; empty where there is none."""
    begin, end = text.find("«"), text.find("»")
    return text.replace("«", "").replace("»", ""), text[begin + 1 : end] if begin >= 0 else ""


@cache
def of_scrubbing() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((HERE / "scrubbing" / "data" / "rows.yaml").read_text(), yaml.CSafeLoader)
    return loaded


@cache
def of_rows() -> list[tuple[str, str, str]]:
    text = (HERE / "scrubbing" / "data" / "examples.yaml").read_text()
    return [(table, str(row), text) for table, row, text in yaml.load(text, yaml.CSafeLoader)]


def faults(of: str = "") -> Iterator[str]:
    """The examples that are not as they say: all, or those of a module or file of tables."""
    is_scanned = of.startswith("scanning") or of in ("names.yaml", "phrases.yaml", "forms.yaml")
    for group in GROUPS:
        if not of or (group in (by_rule, by_scan)) == is_scanned:
            yield from group()


def _walked(text: str) -> str:
    return _walker().text(text, "")


@cache
def _walker() -> Walker:
    return Walker(Table(), lambda _rule, _secret, _place: "*")


def by_walk() -> Iterator[str]:
    texts = [text for table, _, text in of_rows() if table not in WHOLE_BODIES]
    for text in [*texts, *of_scrubbing()["walked"]]:
        plain, secret = parts(text)
        clean = _walked(plain)
        if secret in clean if secret else clean != plain:
            yield f"walk: {text}"


def by_quick_look() -> Iterator[str]:
    """It clears no document that holds a secret."""
    look = QuickLook(Table(), lambda _text: ())
    for table, _, text in of_rows():
        plain, _ = parts(text)
        body = plain if plain.startswith("{") else json.dumps({"note": plain}, ensure_ascii=False)
        if table not in WHOLE_BODIES and look.clears(body):
            yield f"quick look: {text}"
    for text in of_scrubbing()["looked"]:
        if look.clears(json.dumps({"note": parts(text)[0]}, ensure_ascii=False)):
            yield f"quick look: {text}"


def by_mark() -> Iterator[str]:
    """A text without a mark is not looked at for what the marks are of."""
    for text in of_scrubbing()["marked"]:
        if not any(mark in text for mark in (*MARKS, *BASE64_MARKS, *COMMAND_MARKS)):
            yield f"mark: {text}"
    for table, _, text in of_rows():
        marks = {"paths": PATH_MARKS, "programs": COMMAND_MARKS, "lines": COMMAND_MARKS}.get(table)
        if marks and not any(mark in text for mark in marks):
            yield f"mark: {text}"
        if table == "forms" and not ANY_FORM_MARK.search(parts(text)[0]):
            yield f"mark: {text}"


def by_bytes() -> Iterator[str]:
    tar = gzip.decompress(base64.b64decode(of_scrubbing()["tar"]))
    for data in [*map(base64.b64decode, of_scrubbing()["bytes"]), tar]:
        clean = _walker().data(data, "")
        if clean == data or (WITHIN in _unpacked(data) and WITHIN in _unpacked(clean)):
            yield f"bytes: {data[:40]!r}"


def _unpacked(data: bytes) -> bytes:
    """All that is packed in some bytes, by Python's own readers."""
    for unpack in (gzip.decompress, bz2.decompress, lzma.decompress):
        with suppress(OSError, EOFError, lzma.LZMAError):
            return _unpacked(unpack(data))
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as zipped:
        return b"".join(_unpacked(zipped.read(one)) for one in zipped.infolist())
    with suppress(tarfile.TarError), tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
        return b"".join(_unpacked(file.read()) for one in tar if (file := tar.extractfile(one)))
    return data


def by_form() -> Iterator[str]:
    known: dict[str, str] = yaml.load((HERE / "scrubbing" / "data" / "known_forms.yaml").read_text(), yaml.CSafeLoader)
    ids = {form.id for form in known_forms()}
    yield from (f"known form: {name}" for name in known if name not in ids)
    yield from (f"known form: {name}" for name, text in known.items() if text in _walked(f"see {text} there"))


def by_body() -> Iterator[str]:
    for table, _, text in of_rows():
        if table in WHOLE_BODIES:
            _, path, media, body = parts(text)[0].split(" ")
            request = Request("GET", f"http://c{path}")
            response = Response(200, "OK", (("Content-Type", media),), body.encode())
            may_be = asks_for_secret(request.uri) or any(map(decides_on_body, response.headers))
            if rule_for(request.uri, response) is None or not may_be:
                yield f"body: {text}"


def by_exchange() -> Iterator[str]:
    """Exchanges that one scrubber sees one after the other: texts that begin as base64 are bytes."""
    for texts in of_scrubbing()["exchanges"]:
        scrubber = Scrubber()
        for text in texts:
            plain, secret = parts(text)
            name, colon, value = plain.partition(": ")
            is_field = bool(colon) and name.replace("-", "").isalpha()
            body = b"" if is_field else base64.b64decode(plain[7:]) if plain.startswith("base64:") else plain.encode()
            secret_bytes = base64.b64decode(secret) if plain.startswith("base64:") else secret.encode()
            headers = ((name, value),) if is_field else ()
            kept = scrubber.scrub(
                Interaction(Request("GET", "http://c/x"), Response(200, "OK", headers, body))
            ).response
            assert isinstance(kept.body, bytes)
            said = kept.headers[0][1].encode() if is_field else kept.body
            if (secret_bytes in said) if secret else not is_field and said != body:
                yield f"exchange: {text}"


@cache
def of_scanning() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((HERE / "scanning" / "data" / "rows.yaml").read_text(), yaml.CSafeLoader)
    return loaded


def by_scan() -> Iterator[str]:
    look = Names()
    for text in of_scanning()["exchanges"]:
        plain, secret = parts(text)
        head, _, body = plain.partition("\n")
        method, uri, *field = head.split(" ", 2)
        name, _, value = (field[0] if field else "X-None: -").partition(": ")
        data = base64.b64decode(body[7:]) if body.startswith("base64:") else body.encode()
        exchange = Interaction(Request(method, f"http://c{uri}"), Response(200, "OK", ((name, value),), data))
        found = list(scan_interactions([exchange], Look(look)))
        if bool(found) != bool(secret):
            yield f"scan: {text} {found[:1]}"


def by_rule() -> Iterator[str]:
    names = Names()
    for name, kind in of_scanning()["kinds"].items():
        if (telling := names.judge(name)) is None or telling.kind != kind:
            yield f"kind: {name}"
    for text in of_scanning()["sealed"]:
        Look(names).stream(seen := Seen(1), io.BytesIO(base64.b64decode(text)), "body")
        if not seen.sealed:
            yield f"sealed: {text}"
    for rule in {**OF_PHRASES, **TEXTS_OF_PHRASES}:
        texts = texts_of(rule, OF_PHRASES, TEXTS_OF_PHRASES)
        if not any(rule == phrase.rule for text in texts for phrase, _ in phrases(text, text.lower())):
            yield f"phrase: {rule}"
    for rule in {**OF_FORMS, **TEXTS_OF_FORMS}:
        if not any(rule == form.rule for text in texts_of(rule, OF_FORMS, TEXTS_OF_FORMS) for form, _ in forms(text)):
            yield f"form: {rule}"


GROUPS: tuple[Callable[[], Iterator[str]], ...] = (
    *(by_walk, by_quick_look, by_mark, by_bytes, by_form, by_body, by_exchange),
    *(by_rule, by_scan),
)
