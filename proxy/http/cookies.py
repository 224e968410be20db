"""Cookies of the cloud as a client of the proxy must get them (RFC 6265, 4.1).

The client knows another host, maybe no TLS, and other paths than the cloud spoke of; a cookie that insists on the
cloud's own would never come back.
"""

from __future__ import annotations

from collections.abc import Callable

SET_COOKIE = "set-cookie"
# Attributes that browsers take only together with `Secure`.
NEEDS_TLS = frozenset({"secure", "partitioned"})


def for_client(cookie: str, is_secure: bool, own_path: Callable[[str], str]) -> str:
    """The value of a `Set-Cookie`; `is_secure`: whether the client uses TLS, `own_path` makes a path the client's."""
    pair, *attributes = cookie.split(";")
    kept = [_attribute(one, own_path) for one in attributes if _is_kept(one, is_secure)]
    return ";".join([pair, *kept])


def _is_kept(attribute: str, is_secure: bool) -> bool:
    name, _, value = (part.strip().lower() for part in attribute.partition("="))
    if name == "domain":
        return False
    return is_secure or not (name in NEEDS_TLS or (name, value) == ("samesite", "none"))


def _attribute(attribute: str, own_path: Callable[[str], str]) -> str:
    name, equals, value = attribute.partition("=")
    if name.strip().lower() != "path" or value.strip() in ("", "/"):  # the latter is the whole host, whosever it is
        return attribute
    return name + equals + own_path(value.strip())
