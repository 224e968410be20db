"""Base64 that stands in a text, in one word or in lines: what it is of is walked over, too."""

from __future__ import annotations

import base64
import binascii
import re

from cloudtape.cassettes.files.bodies import is_text
from cloudtape.cassettes.scrubbing.base64_runs import BASE64_RUN, PLAIN_ID
from cloudtape.cassettes.scrubbing.binary import PACKED as PACKERS
from cloudtape.cassettes.scrubbing.binary_forms import is_key
from cloudtape.cassettes.scrubbing.walking import Walking

WRAPPED = re.compile(r"(?:[A-Za-z0-9+/]{60,76}\r?\n[ \t]*)+[A-Za-z0-9+/]+={0,2}")
LINE = 76
URL_SAFE = str.maketrans("+/", "-_")
PACKED = tuple(magic for magic, _ in PACKERS if magic != b"ustar")


def base64_in(walker: Walking, text: str, place: str, depth: int) -> str:
    """The text, with what the walker replaces in what its base64 is of."""
    if "\n" in text:
        text = WRAPPED.sub(lambda found: _wrapped(walker, found[0], place, depth), text)
    return BASE64_RUN.sub(lambda found: _run(walker, found[0], place, depth), text)


def _wrapped(walker: Walking, text: str, place: str, depth: int) -> str:
    """Base64 in lines."""
    compact = "".join(text.split())
    replaced = _run(walker, compact, place, depth)
    if replaced == compact:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    return end.join(replaced[at : at + LINE] for at in range(0, len(replaced), LINE))


def _run(walker: Walking, text: str, place: str, depth: int) -> str:
    """Base64 whose content, text or gzip of a text, holds a secret."""
    if PLAIN_ID.fullmatch(text):
        return text
    url_safe = "-" in text or "_" in text
    try:
        data = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return text
    if not (is_text(data) or data.startswith(PACKED) or is_key(data)):
        return text
    replaced = walker.data(data, place, depth + 1)
    if replaced == data:
        return text
    encoded = base64.b64encode(replaced).decode()
    return encoded.translate(URL_SAFE) if url_safe else encoded
