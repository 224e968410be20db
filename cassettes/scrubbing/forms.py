"""Secrets that are known by their own form, whatever name they stand under.

The forms of vendors' tokens are data, made of a public scanner's rules (data/README.md). Each has marks: one of them
stands in whatever has the form, so that a text without marks holds none. What no such scanner knows, because it is the
form of a hash or of OpenStack's own tokens, is in FORMS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

# A secret known by its own form, anywhere in a text: the group, or the whole.
FORMS = (
    (re.compile(r"\bgAAAA[A-Za-z0-9_-]{40,}(?:%3D|=){0,2}"), "token"),  # fernet (keystone's tokens)
    (  # JSON web token: of a run of its characters only the first place that may begin one is tried
        re.compile(
            r"(?<![A-Za-z0-9_-])(?>[A-Za-z0-9_-]*?\b(?=eyJ))"
            r"(eyJ[A-Za-z0-9_-]{10,}+\.[A-Za-z0-9_-]{10,}+\.[A-Za-z0-9_-]++)"
        ),
        "token",
    ),
    (re.compile(r"\b(?:Bearer|bearer)\s+([A-Za-z0-9._~+/-]{8,}=*)"), "token"),
    (re.compile(r"\bA[KS]IA[0-9A-Z]{16}\b"), "access"),  # AWS
    (re.compile(r"\bAUTH_tk[0-9a-f]{32}\b"), "token"),  # Swift's own auth
    # crypt(3), passlib, PHC strings: $6$salt$hash, $argon2id$v=19$m=65536,t=3,p=4$salt$hash
    (re.compile(r"(?<![A-Za-z0-9$])\$[a-z0-9-]{1,20}\$(?:[\w=,./+-]{1,64}\$){0,3}[A-Za-z0-9./+]{20,}={0,2}"), "hash"),
    (re.compile(r"\{(?:S?SHA|SMD5|CRYPT|PBKDF2)[A-Z0-9-]{0,12}\}[A-Za-z0-9+/.$=]{16,}"), "hash"),  # LDAP
    (re.compile(r"grub\.pbkdf2\.sha512\.\d+\.([0-9A-Fa-f.]{32,})"), "hash"),
    (re.compile(r"(?<![A-Za-z0-9*])\*[0-9A-F]{40}(?![0-9A-Za-z])"), "hash"),  # MySQL
    (re.compile(r":[0-9a-f]{32}:([0-9a-f]{32}):::"), "hash"),  # a dump of Windows' accounts
    (re.compile(r"(?<![A-Za-z0-9+/])AQ[A-Za-z0-9+/]{11}[BRhx]AA[A-Za-z0-9+/]{22}=="), "key"),  # cephx
    (re.compile(r"base64url\.bearer\.authorization\.k8s\.io\.([A-Za-z0-9_-]{8,})"), "token"),
    (re.compile(r"\bK10[0-9a-f]{64}::(?:[a-z-]+:)*[0-9A-Za-z.]+"), "token"),  # k3s
    (re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/_-]{20,})"), "token"),
    (re.compile(r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d+/[\w-]{30,})"), "token"),
    (
        re.compile(r"(?<![\w.:*-])[\w.*-]++:(?:\d{2,5}|\*):[\w*-]+:[\w*-]+:([^\s:/'\"][^\s:'\"]{5,})"),
        "password",
    ),  # .pgpass
    (re.compile(r"\bya29\.[A-Za-z0-9_-]{20,}"), "token"),  # Google: OAuth, clients
    (re.compile(r"\bGOCSPX-[A-Za-z0-9_-]{20,}"), "secret"),
    (re.compile(r"(?<![\w.-])s\.(?=[A-Za-z]*\d)(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{24}(?![\w.-])"), "token"),  # Vault, old
    (re.compile(r"(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])"), "token"),  # Telegram
    (re.compile(r"\b[MNO][A-Za-z\d]{23,27}={0,2}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])"), "token"),  # Discord
    (re.compile(r"(?<![\w-])key-[0-9a-f]{32}(?![\w-])"), "key"),  # Mailgun
    (re.compile(r"(?<![\w-])(?:NRAK|NRJS|NRII)-[A-Za-z0-9_-]{20,}"), "key"),  # New Relic
    (re.compile(r"(?<![\w-])sk-[A-Za-z0-9]{40,}"), "key"),
    (re.compile(r"(?<![\w-])hf_[A-Za-z0-9]{30,}"), "token"),
    (re.compile(r"(?<![\w-])tskey-[a-z]+-[A-Za-z0-9_-]{20,}"), "key"),
)

# What stands in each text that has one of the forms above.
FORM_MARKS = (
    "gAAAA", "eyJ", "earer ", "AUTH_tk", "{SHA", "{SSHA", "{SMD", "{CRYPT", "{PBKDF", "grub.pbkdf", ":::",
    "bearer.authorization", "ya29.", "GOCSPX-", "NRAK-", "NRJS-", "NRII-", "tskey-",
    "hooks.slack", "discord",
)  # fmt: skip
# The same where no fixed word is in the form, or one that names are full of. They hold for a text's shape (`shapes`),
# too: where a hex digit is spelt out, a zero may stand. Each begins with a character, not with a choice of them: then a
# search for any of them passes over most of a text without a try, which makes it twenty times as fast.
SHAPED_MARKS = (
    *(rf"{first}IA[0-9A-Z]{{16}}" for first in "KS"),
    r"K[10]0[0-9a-f]{64}::",
    r"k[e0]y-[0-9a-f]{32}",
    r"sk-[A-Za-z0-9]{40}",
    r"h[f0]_[A-Za-z0-9]{30}",
    r"\$[\w-]{1,20}\$",
    r"\*[0-9A-F]{40}",
    r"AQ[A-Za-z0-9+/]{36}==",
    r"s\.[A-Za-z0-9]{24}",
    r":AA[\w-]{33}",
    r":[0-9*]{1,5}:[\w*-]+:[\w*-]+:[^\s:/'\"][^\s:'\"]{5}",
    *(rf"{first}[A-Za-z0-9]{{23,27}}={{0,2}}\.[\w-]{{6}}\." for first in "MNO"),
)

# An escape under which a name may hide: `%3Ftoken%3D…` in a URL.
ENCODED_MARK = r"%[0-9A-Fa-f]{2}"

# The end of a token that is longer than the form says.
REST = r"[A-Za-z0-9_-]*={0,2}"
LEAST = 16
RUN = re.compile(rf"[A-Za-z0-9+/_.~=$:-]{{{LEAST},}}")


class KnownForm(msgspec.Struct, frozen=True):
    """A row of the data."""

    id: str
    marks: tuple[str, ...]
    pattern: str


@cache
def known_forms() -> tuple[KnownForm, ...]:
    lines = files(__package__).joinpath("data", "known_forms.jsonl").read_bytes().splitlines()
    return tuple(msgspec.json.decode(line, type=KnownForm) for line in lines)


@cache
def compiled(form: KnownForm) -> re.Pattern[str]:
    return re.compile(form.pattern + REST)


@cache
def _by_mark() -> dict[str, tuple[KnownForm, ...]]:
    """The forms of a mark, and of those that it begins with: of marks at one place the longest is found."""
    found: dict[str, tuple[KnownForm, ...]] = {}
    for form in known_forms():
        for mark in form.marks:
            found[mark] = (*found.get(mark, ()), form)
    return {
        mark: tuple(form for other, forms in found.items() if mark.startswith(other) for form in forms)
        for mark in found
    }


@cache
def _any_mark() -> re.Pattern[str]:
    return re.compile(any_of(_by_mark()))


def forms_in(text: str) -> Iterator[re.Pattern[str]]:
    """The forms whose mark stands in a text."""
    if not RUN.search(text):
        return
    seen: dict[KnownForm, None] = {}
    at = 0
    while found := _any_mark().search(text, at):  # marks may overlap
        seen.update(dict.fromkeys(_by_mark()[found[0]]))
        at = found.start() + 1
    yield from map(compiled, seen)


@cache
def _any_form_mark() -> re.Pattern[str]:
    return re.compile("|".join([any_of(FORM_MARKS), *SHAPED_MARKS]))


def may_have_form(text: str) -> bool:
    """Whether one of FORMS may be in a text."""
    return _any_form_mark().search(text) is not None


def has_mark(text: str) -> bool:
    """The same of all forms."""
    return may_have_form(text) or _any_mark().search(text) is not None


def has_form(text: str) -> bool:
    """Whether something in a text has the form of a secret."""
    if may_have_form(text) and any(form.search(text) for form, _ in FORMS):
        return True
    return any(form.search(text) for form in forms_in(text))


def any_of(words: Any) -> str:
    """A pattern for any of some words, by their first letters, where most places are given up."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words):
        by_first.setdefault(word[0], []).append(word)
    return "|".join(
        re.escape(first) + f"(?:{'|'.join([re.escape(one[1:]) for one in reversed(group)])})"
        for first, group in by_first.items()
    )
