"""Messages whose whole body is a secret, by what they ask for and by what they say their body is."""

from __future__ import annotations

import re
from functools import lru_cache

from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.cassettes.scrubbing.names import Rule

SECRET, PASSWORD = Rule("", "secret"), Rule("", "password")
JSON = re.compile(r"application/(?:[\w.-]+\+)?json", re.IGNORECASE)
# Paths, and whether a body that is JSON is a secret there, too.
PATHS: tuple[tuple[re.Pattern[str], Rule, bool], ...] = (
    (re.compile(r"/secrets/[^/?#]+/payload/?$"), SECRET, True),  # barbican
    (re.compile(r"/secrets/[^/?#]+/?$"), SECRET, False),  # the same, as of old, and PUT
    (re.compile(r"/latest/password/?$"), PASSWORD, True),  # nova's metadata service
)
# Media types of keys and stores of them, whatever is asked for.
MEDIA_TYPES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (re.compile(r"application/(?:x-)?pkcs-?12\b", re.IGNORECASE), Rule("", "key")),
    (re.compile(r"application/pkcs8\b", re.IGNORECASE), Rule("", "key")),
    (re.compile(r"application/(?:x-)?java-keystore\b", re.IGNORECASE), Rule("", "key")),
    (re.compile(r"application/(?:x-)?keytab\b", re.IGNORECASE), Rule("", "key")),
    (re.compile(r"application/(?:jwt|jose)\b", re.IGNORECASE), Rule("", "token")),
)
MEDIA_MARKS = re.compile(r"pkcs|java-keystore|keytab|/jwt|/jose", re.IGNORECASE)


def asks_for_secret(uri: str) -> bool:
    """Whether an address may be one whose bodies are secrets as a whole: cheap, and true more often."""
    return "/secrets/" in uri or "/latest/password" in uri


def decides_on_body(field: tuple[str, str]) -> bool:
    """Whether a header field may make the body another one than it seems: coded, or a secret as a whole."""
    name = field[0].lower()
    return name == "content-encoding" or (name == "content-type" and _is_odd(field[1]))


def may_be_whole(message: Request) -> bool:
    """Whether `rule_for` may find a rule: cheap, and true more often."""
    return asks_for_secret(message.uri) or _is_odd(header(message.headers, "content-type"))


@lru_cache(maxsize=1024)
def _is_odd(content_type: str | None) -> bool:
    return content_type is not None and MEDIA_MARKS.search(content_type) is not None


def rule_for(
    uri: str,
    message: Request | Response,
    paths: tuple[tuple[re.Pattern[str], Rule, bool], ...] = PATHS,
    media_types: tuple[tuple[re.Pattern[str], Rule], ...] = MEDIA_TYPES,
) -> Rule | None:
    """The rule by which the whole body is a secret. `uri`: what was asked for."""
    if isinstance(message, Response) and message.status >= 300:
        return None
    content_type = header(message.headers, "content-type") or ""
    for pattern, rule in media_types:
        if pattern.match(content_type):
            return rule
    path = uri.partition("?")[0]
    is_json = bool(JSON.match(content_type))
    return next((rule for pattern, rule, always in paths if pattern.search(path) and (always or not is_json)), None)
