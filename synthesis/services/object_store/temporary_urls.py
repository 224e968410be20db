"""URLs that carry their own permission: `?temp_url_sig=…&temp_url_expires=…` (swift/common/middleware/tempurl.py)."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from time import strptime
from urllib.parse import quote

from cloudtape.synthesis.services.object_store.access import SignedFor
from cloudtape.synthesis.services.object_store.answers import Answer, page, said
from cloudtape.synthesis.services.object_store.asks import Ask, Inner
from cloudtape.synthesis.services.object_store.signatures import is_signed, keys, parsed
from cloudtape.synthesis.services.object_store.times import http_date

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
DISALLOWED = ("x-object-manifest", "x-symlink-target", "x-copy-from")
"""Headers with which an upload would lay hands on other objects."""
PASSED_ON = ("temp_url_sig", "temp_url_expires", "temp_url_prefix", "filename", "inline")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a temporary URL says. `expires` is 0 where it has expired or makes no sense."""

    signature: str
    expires: int
    prefix: str | None
    filename: str
    is_inline: bool
    ip_range: str


async def temporary_urls(ask: Ask, inner: Inner) -> Answer:
    if ask.method == "OPTIONS" or not {"temp_url_sig", "temp_url_expires"} & ask.params.keys():
        return await inner(ask)
    signed = signed_of(ask)
    authority = granted(ask, signed)
    if authority is None:
        return invalid(ask)
    if ask.method in ("PUT", "POST", "DELETE"):
        for name in DISALLOWED:
            if name in ask.headers:
                return said(400, f"The header {name.title()!r} is not allowed in this tempurl")
    params = {name: value for name, value in ask.params.items() if name in PASSED_ON}
    answer = await inner(replace(ask, authority=authority, params=params))
    return shown(ask, signed, answer)


def signed_of(ask: Ask) -> Signed:
    params = ask.params
    return Signed(
        params.get("temp_url_sig", ""),
        expiry(params.get("temp_url_expires", ""), ask.state.clock()),
        params.get("temp_url_prefix"),
        params.get("filename", ""),
        "inline" in params,
        params.get("temp_url_ip_range", ""),
    )


def expiry(value: str, now: float) -> int:
    """Seconds since 1970, from a number or a time of ISO 8601."""
    try:
        at = int(value)
    except ValueError:
        try:
            at = timegm(strptime(value, "%Y-%m-%dT%H:%M:%SZ"))
        except ValueError:
            return 0
    return at if at >= now else 0


def granted(ask: Ask, signed: Signed) -> SignedFor | None:
    target = ask.target
    if not signed.signature or not signed.expires or ask.method not in METHODS or target.version != "v1":
        return None
    if not target.object.strip("/") or not within(signed.ip_range, ask.headers):
        return None
    paths = [f"{mount}/v1/{target.account}/{target.container}/" for mount in dict.fromkeys(("", ask.mount))]
    if signed.prefix is None:
        paths = [path + target.object for path in paths]
    elif target.object.startswith(signed.prefix):
        paths = [f"prefix:{path}{signed.prefix}" for path in paths]
    else:
        return None
    try:
        digest, signature = parsed(signed.signature)
    except ValueError:
        return None
    methods = ("HEAD", "GET", "POST", "PUT") if ask.method == "HEAD" else (ask.method,)
    first = f"ip={signed.ip_range}\n" if signed.ip_range else ""
    messages = [f"{first}{method}\n{signed.expires}\n{path}" for method in methods for path in paths]
    for key, is_account in keys(ask):
        if is_signed(signature, digest, key, messages):
            return SignedFor(target.account, "" if is_account else target.container)
    return None


def within(ip_range: str, headers: Mapping[str, str]) -> bool:
    """Whether the client is where the URL says; its address is what the caller put into X-Forwarded-For."""
    if not ip_range:
        return True
    try:
        client = ip_address(headers.get("x-forwarded-for", "").split(",")[0].strip())
        return client in ip_network(ip_range)
    except ValueError:
        return False


def invalid(ask: Ask) -> Answer:
    answer = page(401, {"Www-Authenticate": 'Swift realm="unknown"'})
    answer.body = b"" if ask.method == "HEAD" else b"401 Unauthorized: Temp URL invalid\n"
    return answer


def shown(ask: Ask, signed: Signed, answer: Answer) -> Answer:
    """Without the object's metadata, but for the public; with a name for the file."""
    answer.headers = {name: value for name, value in answer.headers.items() if is_shown(name)}
    if ask.method in ("GET", "HEAD") and answer.is_success:
        answer.headers |= {
            "Content-Disposition": disposition(ask, signed, answer.headers.get("Content-Disposition", "")),
            "Expires": http_date(signed.expires),
        }
    return answer


def is_shown(name: str) -> bool:
    return not name.startswith("X-Object-Meta-") or name.startswith("X-Object-Meta-Public-")


def disposition(ask: Ask, signed: Signed, kept: str) -> str:
    """RFC 6266: what the URL asks for, else what is kept with the object, else its name."""
    if signed.is_inline:
        return named("inline", signed.filename) if signed.filename else "inline"
    if signed.filename:
        return named("attachment", signed.filename)
    return kept or named("attachment", ask.target.path.rstrip("/").rpartition("/")[2])


def named(kind: str, filename: str) -> str:
    return f"{kind}; filename=\"{quote(filename, safe=' /')}\"; filename*=UTF-8''{quote(filename)}"
