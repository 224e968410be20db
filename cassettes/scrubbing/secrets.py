"""What is a secret: the table.

A secret is found by the name it stands under (a JSON member, an XML element, a form field, a query parameter, a
header, `name=value` in text), by the path it is part of, or by its own form. A new service is a new row here and no
code. Sources: the APIs of the services, keystoneauth and openstacksdk (what they send), oslo.utils
`strutils.mask_password` (what the services mask in their logs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Rule:
    """A name, and the kind of secret that stands under it.

    `words` match the last words of a name, however it is written: `admin pass` matches adminPass, admin_pass and
    X-Admin-Pass. `under`: only where they are the whole name and the enclosing member has this one. `deep`: everything
    below is secret, too.
    `base64`: the placeholder must decode.
    """

    words: str
    kind: str
    under: str = ""
    deep: bool = False
    base64: bool = False


RULES = (
    # passwords
    Rule("password", "password"),
    Rule("passwd", "password"),
    Rule("passphrase", "password"),
    Rule("pwd", "password"),
    Rule("pass", "password"),
    Rule("auth key", "password"),  # Swift's v1 auth: X-Auth-Key
    Rule("auth username", "user"),  # CHAP, in connection_info
    # tokens
    Rule("token", "token"),
    Rule("token id", "token"),
    Rule("id", "token", under="token"),
    Rule("auth receipt", "token"),
    Rule("ticket", "token"),
    Rule("cookie", "cookie"),
    Rule("trust id", "trust"),
    Rule("id", "trust", under="trust"),
    # secrets and keys
    Rule("secret", "secret"),
    Rule("secret key", "secret"),
    Rule("secret access key", "secret"),
    Rule("private key", "key"),
    Rule("access key", "access"),
    Rule("access key id", "access"),
    Rule("amz credential", "access"),
    Rule("access", "access", under="credential"),
    Rule("access", "access", under="credentials"),
    Rule("blob", "secret", deep=True),
    Rule("api key", "key"),
    Rule("encryption key", "key"),
    Rule("sync key", "key"),
    Rule("url key", "key"),
    Rule("url key 2", "key"),
    Rule("signing key", "key"),
    Rule("session key", "key"),
    Rule("master key", "key"),
    Rule("fernet key", "key"),
    Rule("ssl key", "key"),
    Rule("payload", "secret"),  # barbican
    # what is put into machines
    Rule("user data", "data", base64=True),
    Rule("contents", "data", under="personality", base64=True),
    Rule("contents", "data", under="injected_files", base64=True),
    # proofs
    Rule("temp url sig", "signature"),
    Rule("signature", "signature"),
    Rule("sig", "signature"),
    Rule("oauth verifier", "token"),
    Rule("passcode", "passcode"),
    Rule("totp", "passcode"),
    Rule("assertion", "assertion"),
    Rule("saml response", "assertion"),
    Rule("saml request", "assertion"),
)

# A secret that is a segment of the path: the group.
PATHS = (
    (re.compile(r"/v2\.0/tokens/([^/?#]+)"), "token"),
    (re.compile(r"/OS-TRUST/trusts/([^/?#]+)"), "trust"),
    (re.compile(r"/credentials/OS-EC2/([^/?#]+)"), "access"),
    (re.compile(r"/webhooks/([^/?#]+)/trigger"), "token"),
    (re.compile(r"/OS-OAUTH1/access_tokens/([^/?#]+)"), "token"),
)

# Each path above holds one of these.
PATH_MARKS = ("/tokens/", "/trusts/", "/OS-EC2/", "/webhooks/", "/access_tokens/")

# A secret known by its own form, anywhere in a text: the group, or the whole.
FORMS = (
    (re.compile(r"\bgAAAA[A-Za-z0-9_-]{40,}(?:%3D|=){0,2}"), "token"),  # fernet (keystone's tokens)
    (re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+"), "token"),  # JSON web token
    (re.compile(r"\b(?:Bearer|bearer)\s+([A-Za-z0-9._~+/-]{8,}=*)"), "token"),
    (re.compile(r"\bA[KS]IA[0-9A-Z]{16}\b"), "access"),  # AWS
)

# What a secret without a telling name begins with, and the escapes under which a name may hide.
MARKS = ("\\", "@", "-----BEGIN", "gAAAA", "eyJ", "KIA", "SIA", "earer ")

PEM = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]*PRIVATE KEY)-----.*?(?:-----END (?P=label)-----|\Z)",
    re.DOTALL,
)
USER_INFO = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)"
    r"(?:(?P<user>[^/\s:@\"'<>?#]*):(?!\d+[/?#])(?P<password>[^\s@\"'<>]+)|(?P<token>[^/\s:@\"'<>?#]{16,}))@"
)

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
"""The words of a name: adminPass → admin Pass, X-Account-Meta-Temp-URL-Key-2 → … Temp URL Key 2."""


# Names written in one: dbpassword, clientsecret.
ENDS = (
    ("password", Rule("password", "password")),
    ("passwd", Rule("passwd", "password")),
    ("adminpass", Rule("pass", "password")),
    ("secret", Rule("secret", "secret")),
    ("secretkey", Rule("secret key", "secret")),
    ("accesskey", Rule("access key", "access")),
    ("accesskeyid", Rule("access key", "access")),
    ("privatekey", Rule("private key", "key")),
    ("apikey", Rule("api key", "key")),
    ("authtoken", Rule("token", "token")),
    ("userdata", Rule("user data", "data", base64=True)),
)
HIDDEN = Rule("", "parameter")
DEFAULT = "default"
"""Where a template declares a parameter, its value stands under this name, and the parameter's own name encloses it."""


class Table:
    """Rules made ready to be looked up.

    `hidden` are names of parameters that a template of this recording declared secret.
    """

    def __init__(self, rules: tuple[Rule, ...] = RULES, hidden: Iterable[str] = ()) -> None:
        self.hidden = set(hidden)
        self._by_words: dict[tuple[str, ...], list[Rule]] = {}
        for rule in rules:
            self._by_words.setdefault(tuple(rule.words.split()), []).append(rule)
        self.unders = tuple({rule.under for rule in rules if rule.under})
        self.stems = _stems(rules)
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

    def _lookup(self, name: str) -> tuple[Rule, ...]:
        words = tuple(word.lower() for word in WORD.findall(name))
        for length in range(min(self._longest, len(words)), 0, -1):
            rules = self._by_words.get(words[-length:], ())
            if found := tuple(rule for rule in rules if not rule.under or length == len(words)):
                return found
        last = words[-1] if words else ""
        return tuple(rule for end, rule in ENDS if last.endswith(end))[:1]


def _stems(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Lower-case strings of which each name that an unconditional rule speaks of holds at least one."""
    words = {max(rule.words.split(), key=len) for rule in rules if not rule.under} | {end for end, _ in ENDS}
    return tuple(word for word in words if not any(other in word for other in words - {word}))


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
        "compute",
        "network",
        "volume",
        "volumev3",
        "default",
        "project",
        "service",
        "services",
        "username",
        "nova-api",
    ]
)
