"""HMAC signatures of temporary URLs and forms (swift/common/digest.py)."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable

from cloudtape.synthesis.services.object_store.asks import Ask

DIGESTS = {40: "sha1", 64: "sha256", 128: "sha512"}
"""By the length of the hex digest."""
KEYS = ("Temp-Url-Key", "Temp-Url-Key-2")


def parsed(signature: str) -> tuple[str, str]:
    """The digest's name and its hex form, from either of the two ways to write it. Raises ValueError."""
    name, colon, value = signature.partition(":")
    if colon:
        padded = value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)
        name, signature = name, binascii.hexlify(base64.b64decode(padded, validate=True)).decode()
    else:
        binascii.unhexlify(signature)
        name = DIGESTS.get(len(signature), "")
    if name not in DIGESTS.values():
        raise ValueError(signature)
    return name, signature


def keys(ask: Ask) -> list[tuple[str, bool]]:
    """The keys that may have signed, and whether each is the account's."""
    account, container = ask.state.account(ask.target.account), ask.container
    own = account.headers if account else {}
    inner = container.headers if container else {}
    found = [(own.get(f"X-Account-Meta-{name}"), True) for name in KEYS]
    found += [(inner.get(f"X-Container-Meta-{name}"), False) for name in KEYS]
    return [(key, is_account) for key, is_account in found if key]


def is_signed(signature: str, digest: str, key: str, messages: Iterable[str]) -> bool:
    secret = key.encode("utf-8", "surrogateescape")
    made = (hmac.new(secret, one.encode("utf-8", "surrogateescape"), digest).hexdigest() for one in messages)
    return any(hmac.compare_digest(signature.encode(), one.encode()) for one in made)
