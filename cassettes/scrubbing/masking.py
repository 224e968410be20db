"""Requests with the kind of each secret in its place, so that two can be compared although their secrets differ.

A recorded request holds placeholders where the live one holds passwords and tokens; both become `<password>`,
`<token>`. A request's headers are left as they are: few are compared, each by `masked_field`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from cloudtape.cassettes.messages import Request
from cloudtape.cassettes.scrubbing.hidden import hidden_names
from cloudtape.cassettes.scrubbing.names import RULES, Rule
from cloudtape.cassettes.scrubbing.payloads import may_be_whole, rule_for
from cloudtape.cassettes.scrubbing.secrets import PATH_MARKS, Table
from cloudtape.cassettes.scrubbing.walk import Walker

# No secrets, but made anew by clients on each run; compared by kind as well.
VOLATILE = (Rule("public key", "public-key"),)
RULES_COMPARED = RULES + VOLATILE
TABLE = Table(RULES_COMPARED)
NAME = re.compile(rb'"([^"\\]{1,80})"\s*:')


# What stands for a secret that had no name, a token in a text say.
STAND_IN = re.compile(r"scrubbed-([a-z]+)-\d+")

SECRET_PATH = re.compile("|".join(map(re.escape, PATH_MARKS)))
SECRET_IN_URI = re.compile(rf"[?@]|{SECRET_PATH.pattern}")


UNDERS = tuple(under.encode() for under in TABLE.unders)


def _kind(rule: Rule, _secret: str, _place: str) -> str:
    return f"<{rule.kind}>"


WALKER = Walker(TABLE, _kind)


def masked(request: Request) -> Request:
    """The request with secrets in its URI and body replaced by their kind."""
    uri, body = masked_uri(request.uri), request.body
    if isinstance(body, bytes) and body and may_be_whole(request) and (whole := rule_for(request.uri, request)):
        body = f"<{whole.kind}>".encode()
    elif isinstance(body, bytes) and body and not _is_innocent(body):
        text = body.decode("utf-8", "surrogateescape")
        text = STAND_IN.sub(r"<\1>", _walker_for(text).text(text, ""))
        body = text.encode("utf-8", "surrogateescape")
    if uri is request.uri and body is request.body:
        return request
    return replace(request, uri=uri, body=body)


def _walker_for(text: str) -> Walker:
    """One that knows the parameters which a template in this text declares hidden."""
    names = hidden_names(text)
    return Walker(Table(RULES_COMPARED, hidden=names), _kind) if names else WALKER


def masked_uri(uri: str) -> str:
    """The URI itself where it holds no secret."""
    return uri if "?" not in uri and "@" not in uri and not SECRET_PATH.search(uri) else _masked_uri(uri)


@lru_cache(maxsize=4096)
def _masked_uri(uri: str) -> str:
    found = _walker_for(uri).uri(uri, "")
    return uri if found == uri else found


OUR_WORDS = frozenset({"recorded", "asked"})
"""What stands behind the name of a secret where a difference is told: `query X-Auth-Token: recorded nothing`."""


def _kind_in_prose(rule: Rule, secret: str, place: str) -> str:
    return secret if secret in OUR_WORDS else _kind(rule, secret, place)


class Mask:
    """Texts for a person to read, with the kind of each secret in its place. `rules`: more of what is a secret."""

    def __init__(self, rules: tuple[Rule, ...] = ()) -> None:
        table = Table((*rules, *RULES))
        self._walker, self._prose = Walker(table, _kind), Walker(table, _kind_in_prose)

    def uri(self, uri: str) -> str:
        return self.text(self._walker.uri(uri, "") if SECRET_IN_URI.search(uri) else uri)

    def text(self, text: str) -> str:
        """Without what is a secret by its form, or by the name before it."""
        return self._prose.leaf(text, "", 0)

    def value(self, name: str, value: str) -> str:
        """What stands under a name."""
        return self._walker.value(name, value, "", "", 0)


@lru_cache(maxsize=4096)
def masked_field(name: str, value: str) -> str:
    """The value of a header, or the kind of secret that it is."""
    rule = TABLE.rule(name)
    return f"<{rule.kind}>" if rule else value


def _is_innocent(body: bytes) -> bool:
    """Whether a JSON body has only names that say nothing, and no text within its texts."""
    # Loops, where a generator would cost as much as all the rest.
    if body[:1] not in (b"{", b"[") or b"\\" in body or b"@" in body or b"=" in body or b"scrubbed-" in body:
        return False
    lower = body.lower()
    for under in UNDERS:
        if under in lower:
            return False
    for name in NAME.findall(body):  # noqa: SIM110
        if not _innocent_name(name):
            return False
    return True


@lru_cache(maxsize=4096)
def _innocent_name(name: bytes) -> bool:
    return TABLE.innocent(name.decode("utf-8", "replace"))
