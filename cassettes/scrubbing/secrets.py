"""What is a secret: the table, made ready to be looked up.

A secret is found by the name it stands under (a JSON member, an XML element, a form field, a query parameter, a
header, `name=value` in text: `names`), by the path it is part of, or by its own form (`forms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cloudtape.cassettes.scrubbing.binary_forms import BASE64_MARKS
from cloudtape.cassettes.scrubbing.forms import FORM_MARKS
from cloudtape.cassettes.scrubbing.forms import FORMS as FORMS
from cloudtape.cassettes.scrubbing.names import ENDS, NO_ENDS, RULES
from cloudtape.cassettes.scrubbing.names import Rule as Rule
from cloudtape.cassettes.scrubbing.stems import any_stem, pattern_of, stems_of

# A secret that is a segment of the path: the group.
PATHS = (
    (re.compile(r"/v2\.0/tokens/([^/?#]+)"), "token"),
    (re.compile(r"/OS-TRUST/trusts/([^/?#]+)"), "trust"),
    (re.compile(r"/credentials/OS-EC2/([^/?#]+)"), "access"),
    (re.compile(r"/webhooks/([^/?#]+)/trigger"), "token"),
    (re.compile(r"/OS-OAUTH1/access_tokens/([^/?#]+)"), "token"),
    # of consoles' and others' proxies
    (re.compile(r"/token/([\w.~%-]{16,})"), "token"),
    (re.compile(r"/ticket/([\w.~%-]{16,})"), "token"),
    (re.compile(r"/invite/([\w.~%-]{16,})"), "token"),
    (re.compile(r"/reset-password/([\w.~%-]{16,})"), "token"),
)

# Each path above holds one of these.
PATH_MARKS = (
    *("/tokens/", "/trusts/", "/OS-EC2/", "/webhooks/", "/access_tokens/"),
    *("/token/", "/ticket/", "/invite/", "/reset-password/"),
)

# What a secret without a telling name begins with, and the escapes under which a name may hide.
MARKS = (
    *("NoEcho", 'hidden": true', 'hidden":true'),
    *("\\", "@", "-----BEGIN", "---- BEGIN", "PuTTY-User-Key"),
    *(*BASE64_MARKS, *FORM_MARKS),
)

PEM = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?)-----.*?(?:-----END (?P=label)-----|\Z)"
    r"|---- BEGIN (?P<ssh>[A-Z0-9 ]*PRIVATE KEY) ----.*?(?:---- END (?P=ssh) ----|\Z)"
    r"|PuTTY-User-Key-File-\d:.*?(?:Private-MAC: [0-9a-f]+|\Z)",
    re.DOTALL,
)
# What may stand before a host's `@`: only there it is worth looking for a user.
BEFORE_AT = re.compile(r"(?<![^\s@\"'<>])[^\s@\"'<>]++@")
# A scheme has fewer than 32 characters; of a longer word its end is one.
USER_INFO = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,31}://)"
    r"(?:(?P<user>[^/\s:@\"'<>?#]*):(?!\d+[/?#])(?P<password>[^\s@\"'<>]+)|(?P<token>[^/\s:@\"'<>?#]{16,}))@"
)

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
"""The words of a name: adminPass → admin Pass, X-Account-Meta-Temp-URL-Key-2 → … Temp URL Key 2."""


HIDDEN = Rule("", "parameter")
DEFAULT = "default"
"""Where a template declares a parameter, its value stands under this name, and the parameter's own name encloses it."""


class Table:
    """Rules made ready to be looked up.

    `hidden` are names of parameters that a template of this recording declared secret.
    """

    def __init__(
        self,
        rules: tuple[Rule, ...] = RULES,
        hidden: Iterable[str] = (),
        ends: tuple[tuple[str, Rule], ...] = ENDS,
    ) -> None:
        self.hidden = set(hidden)
        self._by_words: dict[tuple[str, ...], list[Rule]] = {}
        for rule in rules:
            self._by_words.setdefault(tuple(rule.words.split()), []).append(rule)
        self.unders = tuple({rule.under for rule in rules if rule.under})
        self.stems = stems_of(rules, ends)
        self.any_stem = re.compile(any_stem(map(pattern_of, self.stems)))
        self._ends = ends
        self._longest = max(map(len, self._by_words))
        self._named = lru_cache(maxsize=16384)(self._lookup)

    def rule(self, name: str, under: str = "") -> Rule | None:
        """The rule for what stands under a name, itself enclosed by another."""
        for rule in self._named(name):
            if not rule.under or rule.under in under.lower():
                return rule
        if name.lower() == DEFAULT and under:
            return self.rule(under)
        return HIDDEN if name in self.hidden else None

    def innocent(self, name: str) -> bool:
        """Whether no rule speaks of this name, save those that hold only under one of `unders`."""
        unconditional = any(not rule.under for rule in self._named(name))
        return not unconditional and name.lower() != DEFAULT and name not in self.hidden

    def minds_value(self, name: str) -> bool:
        """Whether it depends on the value if what stands under a name is a secret."""
        return all(rule.like for rule in self._named(name)) and name not in self.hidden

    def _lookup(self, name: str) -> tuple[Rule, ...]:
        words = tuple(word.lower() for word in WORD.findall(name))
        for length in range(min(self._longest, len(words)), 0, -1):
            rules = self._by_words.get(words[-length:], ())
            if found := tuple(rule for rule in rules if not (rule.under or rule.like) or length == len(words)):
                return found
        last = words[-1] if words else ""
        return tuple(rule for end, rule in self._ends if last.endswith(end))[:1] if last not in NO_ENDS else ()


# Values that stand under such names and say nothing: a secret this short or this common is replaced in its own place
# only,
# because elsewhere the same letters mean something else.
SHORTEST = 8
EVERYDAY = frozenset(
    [
        "password",
        "passw0rd",
        "changeme",
        "changeit",
        "openstack",
        "devstack",
        "administrator",
        "adminpass",
        "secretsecret",
        "supersecret",
        "identity",
        "volumev3",
        "services",
        "username",
        "nova-api",
    ]
)
