"""Who may do what: the rules of Swift's keystoneauth, container ACLs, and what signed URLs grant.

An authority is asked once before a request is handled, and again with the container's ACL where the request might be
allowed by it. Sources: swift/common/middleware/keystoneauth.py and acl.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import msgspec

from cloudtape.synthesis.services.object_store.asks import Access, Ask

PREFIX = "AUTH_"
OPERATOR_ROLES = {"admin", "member", "swiftoperator"}
RESELLER_ROLE = "reselleradmin"
OWNERS_HEADERS = {
    "X-Container-Read",
    "X-Container-Write",
    "X-Container-Sync-Key",
    "X-Container-Sync-To",
    "X-Account-Meta-Temp-Url-Key",
    "X-Account-Meta-Temp-Url-Key-2",
    "X-Container-Meta-Temp-Url-Key",
    "X-Container-Meta-Temp-Url-Key-2",
    "X-Account-Access-Control",
}
"""Shown to, and set by, owners alone."""
REFERRERS = {".r", ".ref", ".referer", ".referrer"}


class Caller(msgspec.Struct, frozen=True):
    """Whom a token that has been checked belongs to. Names are for ACLs that use them."""

    project: str
    user: str = ""
    roles: tuple[str, ...] = ()
    project_name: str = ""
    user_name: str = ""
    project_domain: str = "default"


@dataclass(frozen=True, slots=True)
class Known:
    """A caller with a token."""

    caller: Caller
    status: int = 403

    @property
    def is_reseller(self) -> bool:
        return RESELLER_ROLE in self._roles

    @property
    def _roles(self) -> set[str]:
        return {role.lower() for role in self.caller.roles}

    def decide(self, ask: Ask, acl: str) -> Access:
        if ask.method == "OPTIONS":
            return Access.ALLOWED
        if self.is_reseller:
            return Access.OWNER
        if ask.method == "DELETE" and ask.target.level == "account":
            return Access.NONE  # not even one's own
        referrers, groups = parsed(acl)
        by_referrer = referrer_access(ask, referrers, groups)
        if self._named_in(groups) or by_referrer:
            return Access.ALLOWED
        if ask.target.account != PREFIX + self.caller.project:
            return Access.NONE
        if self._roles & OPERATOR_ROLES:
            return Access.OWNER
        if by_referrer is None and self._roles & {group.lower() for group in groups}:
            return Access.ALLOWED
        return Access.NONE

    def domain_of(self, account: str) -> str:
        return self.caller.project_domain if account == PREFIX + self.caller.project else "_unknown"

    def _named_in(self, groups: list[str]) -> bool:
        caller = self.caller
        projects = {caller.project, caller.project_name, "*"} - {""}
        users = {caller.user, caller.user_name, "*"} - {""}
        return any(f"{project}:{user}" in groups for project in projects for user in users)


@dataclass(frozen=True, slots=True)
class Anonymous:
    status: int = 401
    is_reseller: bool = False

    def decide(self, ask: Ask, acl: str) -> Access:
        if ask.method == "OPTIONS":
            return Access.ALLOWED
        return Access.ALLOWED if referrer_access(ask, *parsed(acl)) else Access.NONE

    def domain_of(self, _: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class SignedFor:
    """The holder of a signed URL or form: everything in an account, or in one of its containers."""

    account: str
    container: str = ""
    status: int = 401
    is_reseller: bool = False

    def decide(self, ask: Ask, acl: str) -> Access:  # noqa: ARG002 - what is signed needs no ACL
        inside = ask.target.account == self.account and self.container in ("", ask.target.container)
        return Access.ALLOWED if inside else Access.NONE

    def domain_of(self, _: str) -> str:
        return ""


def parsed(acl: str) -> tuple[list[str], list[str]]:
    """An ACL's referrers and its groups."""
    values = acl.split(",") if acl else []
    referrers = [value.removeprefix(".r:") for value in values if value.startswith(".r:")]
    return referrers, [unquote(value) for value in values if not value.startswith(".r:")]


def referrer_access(ask: Ask, referrers: list[str], groups: list[str]) -> bool | None:
    """None where the ACL says nothing about this referrer."""
    host = urlsplit(ask.headers.get("referer", "")).hostname or "unknown"
    allowed = False
    for pattern in referrers:
        wanted = pattern.removeprefix("-")
        if wanted == host or (wanted.startswith(".") and host.endswith(wanted)) or pattern == "*":
            allowed = not pattern.startswith("-")
    if not allowed:
        return None
    return bool(ask.target.object) or ".rlistings" in groups


def clean_acl(header: str, value: str) -> str:
    """An ACL in its tidy form. Raises ValueError, with Swift's words."""
    return ",".join(clean_element(header, one) for raw in value.split(",") if (one := raw.strip()))


def clean_element(header: str, raw: str) -> str:
    first, colon, second = (part.strip() for part in raw.partition(":"))
    if not colon or not first.startswith("."):
        return raw
    if first not in REFERRERS:
        raise ValueError(f"Unknown designator {first!r} in ACL: {raw!r}")
    if "write" in header:
        raise ValueError(f"Referrers not allowed in write ACL: {raw!r}")
    negation = "-" if second.startswith("-") else ""
    host = second.removeprefix("-").strip()
    if host != "*":
        host = host.removeprefix("*").strip()
    if host in ("", "."):
        raise ValueError(f"No host/domain value after referrer designation in ACL: {raw!r}")
    return f".r:{negation}{host}"
