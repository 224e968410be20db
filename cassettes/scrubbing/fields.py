"""Header fields whose value has a form of its own, in which the secret is only a part."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from cloudtape.cassettes.scrubbing.prose import PARAMETER
from cloudtape.cassettes.scrubbing.secrets import Rule
from cloudtape.cassettes.scrubbing.walk import Walker

COOKIE_RULE, TOKEN_RULE, USER_RULE, PASSWORD_RULE = (Rule("", kind) for kind in ("cookie", "token", "user", "password"))
# Of AWS and Azure: an account and a signature.
SIGNED = re.compile(r"(?<![^\s:,=])[^\s:,=]+:([A-Za-z0-9+/]{20,}={0,2})")


def _authorization(walker: Walker, value: str, place: str) -> str:
    scheme, _, proof = value.partition(" ")
    if scheme.lower() == "basic":
        return f"{scheme} {_basic(walker, proof.strip(), place)}"
    if not proof:
        return walker.secret(TOKEN_RULE, value, place, 0)
    for told in [*PARAMETER.finditer(proof), *SIGNED.finditer(proof)]:  # each may be told again elsewhere
        walker.secret(TOKEN_RULE, told[1], place, 0)
    return f"{scheme} {walker.secret(TOKEN_RULE, proof.strip(), place, 0)}"


def _challenge(walker: Walker, value: str, place: str) -> str:
    """What a server asks with: an address, or a proof of its own."""
    scheme, _, proof = value.partition(" ")
    if scheme.lower() in ("negotiate", "kerberos", "ntlm") and proof:
        return f"{scheme} {walker.secret(TOKEN_RULE, proof.strip(), place, 0)}"
    return walker.leaf(value, place, 0)


def _basic(walker: Walker, proof: str, place: str) -> str:
    try:
        user, colon, password = base64.b64decode(proof, validate=True).decode("utf-8", "surrogateescape").partition(":")
    except ValueError:
        return walker.secret(TOKEN_RULE, proof, place, 0)
    user = walker.secret(USER_RULE, user, place, 0) if user else user
    password = walker.secret(PASSWORD_RULE, password, place, 0) if password else password
    return base64.b64encode(f"{user}{colon}{password}".encode("utf-8", "surrogateescape")).decode()


def _cookies(walker: Walker, value: str, place: str) -> str:
    return "; ".join(_cookie(walker, part, place) for part in value.split("; "))


def _cookie(walker: Walker, part: str, place: str) -> str:
    name, equals, secret = part.partition("=")
    return name + equals + (walker.secret(COOKIE_RULE, secret, place, 0) if secret else "")


def _set_cookie(walker: Walker, value: str, place: str) -> str:
    cookie, semicolon, attributes = value.partition(";")
    return _cookie(walker, cookie, place) + semicolon + attributes


FIELDS: tuple[tuple[frozenset[str], Callable[[Walker, str, str], str]], ...] = (
    (frozenset({"authorization", "proxy-authorization"}), _authorization),
    (frozenset({"www-authenticate", "proxy-authenticate"}), _challenge),
    (frozenset({"cookie"}), _cookies),
    (frozenset({"set-cookie"}), _set_cookie),
)
OWN_FORM = frozenset(name for names, _ in FIELDS for name in names)
