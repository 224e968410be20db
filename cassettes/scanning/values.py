"""Which values may be secrets: what stands for one, what only refers to one, and what looks as if dice had made it."""

from __future__ import annotations

import re

from cloudtape.cassettes.scrubbing.placeholders import HEX_PREFIX, PEM_KEYS, TEXT, decoded_text, is_placeholder

LONGEST = 16 * 1024
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
HEX = re.compile(r"(?:0x)?(?:[0-9a-f]+|[0-9A-F]+)")
NOTHING = frozenset(
    [
        "none",
        "null",
        "nil",
        "true",
        "false",
        "yes",
        "no",
        "undefined",
        "unset",
        "empty",
        "redacted",
        "removed",
        "hidden",
        "masked",
        "filtered",
        "omitted",
        "password",
        "passwd",
        "secret",
        "token",
        "required",
        "optional",
        "invalid",
        "missing",
        "string",
        "text",
        "unknown",
        "anonymous",
        "username",
    ]
)
"""What stands for no value, and what a text says of one."""
SENTENCE = re.compile(
    r"\b(?:the|an?|is|are|was|were|been?|ha[sd]|have|must|should|may|can|could|not?|of|to|for|from|by|with|in|on|at|as|see"
    r"|and|or|but|than|that|this|which|your?|its|updated|changed|set|successfully)\b",
    re.IGNORECASE,
)
REFERENCE = re.compile(
    r"\$[\w{(].*|\{\{.*\}\}|\{.*\}|%\(.*|%[A-Z_]+%|<[^<>]*>|\*+|[xX]{3,}|\.{3}|-+|_+|\[.*\]"
    r"|(?i:SHA1|SHA-?256|SHA-?512|MD5|AES(?:-?\d+)?(?:-\w+)*)"
)
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s@]*")
DATED = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+)?(?:Z|[+-]\d\d:?\d\d)?")
NETWORK = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?:[:/]\d+)?|(?:[0-9a-f]{2}:){5,}[0-9a-f]{2}|[0-9a-f:]*::[0-9a-f:]*")
PATH = re.compile(r"(?:[a-zA-Z]:)?(?:[\\/][\w .+@-]*)+")
MAIL = re.compile(r"[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
HOST = re.compile(r"(?:[a-z0-9_-]+\.){2,}[a-z]{2,}(?::\d+)?")
PUBLIC = re.compile(
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-\S+) AAAA"
    r"|-----BEGIN (?:CERTIFICATE|PUBLIC KEY|PGP PUBLIC|RSA PUBLIC)"
)
SEGMENT = re.compile(r"[A-Za-z0-9]+")
RUNS = re.compile(r"[A-Z]+|[a-z]+|[0-9]+")
WORD_LIKE = re.compile(r"(?:[A-Z]?[a-z]{3,}+|[A-Z]{2,5}(?![a-z]))*\d*")
"""As names in programs are: `getServerByID2`."""
MIXED, PLAIN = 0.32, 0.22
"""Changes between capitals, small letters and digits, for each character: of letters alone, and of one case with
digits."""


def stands_for_secret(value: str) -> bool:
    """Whether a value is a placeholder of the scrubber, or is made of them."""
    if not value:
        return False
    if is_placeholder(value):
        return True
    rest, count = TEXT.subn("", value)
    if count:
        return not looks_random(rest.strip()) and len(rest) < 40
    if "PRIVATE KEY" in value:
        return _is_our_key(value)
    if value.startswith(HEX_PREFIX):
        return True
    inner = decoded_text(value)  # a user and a password, both placeholders
    return inner is not None and bool(TEXT.search(inner)) and stands_for_secret(inner)


def _is_our_key(value: str) -> bool:
    inner = _material(value)
    return bool(inner) and any(inner in ours for ours in OUR_KEYS)


def _material(pem: str) -> str:
    text = re.sub(r"-----[A-Z0-9 ]+(?:-----)?", "", pem)
    return re.sub(r"\\+[nrt]|[\s\\\"'+,]", "", text)


OUR_KEYS = tuple(_material(pem) for pem in PEM_KEYS.values())


def is_nothing(value: str) -> bool:
    """Whether a value under the name of a secret is none: a placeholder, a reference, an address, a word of the
    language."""
    stripped = value.strip().strip("\"'")
    if not stripped or stripped.lower() in NOTHING or REFERENCE.fullmatch(stripped) or ADDRESS.fullmatch(stripped):
        return True
    return bool(PUBLIC.match(stripped)) or stands_for_secret(value) or stands_for_secret(stripped)


def is_prose(value: str) -> bool:
    """Whether a sentence stands there: text of lines may look like YAML."""
    return value.count(" ") > 2 and bool(SENTENCE.search(value))


def is_identifier(value: str) -> bool:
    """An id or digest, an address, a date, a path: what is often long and seldom secret."""
    return any(form.fullmatch(value) for form in (UUID, HEX, DATED, NETWORK, PATH, MAIL, HOST, ADDRESS))


def looks_random(value: str, ids: bool = False) -> bool:
    """Whether dice seem to have made it. `ids`: what has the form of an id or a digest may be a secret here."""
    value = value.strip().strip(".,;:!?()[]")
    if ids:  # Shibboleth's begin with a line, to be names in XML
        value = value.removeprefix("_")
    if not 8 <= len(value) <= LONGEST or " " in value:
        return False
    if is_identifier(value):
        return ids and len(value) >= 16 and bool(UUID.fullmatch(value) or HEX.fullmatch(value))
    return any(map(_is_mixed, SEGMENT.findall(value))) or _is_signed(value)


def _is_mixed(segment: str) -> bool:
    if len(segment) < 8 or segment.isdigit():
        return False
    if segment.isalpha():
        return len(segment) >= 24 and _changes(segment) > MIXED
    if segment.lower() != segment and segment.upper() != segment:
        return not WORD_LIKE.fullmatch(segment)
    return _changes(segment) > PLAIN and len(RUNS.findall(segment)) > 2


def _changes(segment: str) -> float:
    return (len(RUNS.findall(segment)) - 1) / len(segment)


def _is_signed(value: str) -> bool:
    """Short pieces between signs, as in `aB3!x_9Zq+T1`."""
    joined = "".join(SEGMENT.findall(value))
    signs = len(value) - len(joined)
    if signs < 2 or not set(value) & set("!%+^~=/") or len(value) >= 200:
        return False
    return _is_mixed(joined) or (joined.isalpha() and len(joined) >= 16 and _changes(joined) > MIXED)
