"""Keystone: logins by a passcode, in several steps, and in somebody else's place.

Sources: keystone's `auth/plugins/totp.py`, `receipt/`, `trust/`, `models/token_model.py`; RFC 6238 for passcodes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.token_book import KEYSTONE_TIME

TRUSTS, USERS, PROJECTS = "identity/OS-TRUST/trusts", "identity/users", "identity/projects"
RECEIPTS, RECEIPT_HEADER = "identity/receipts", "Openstack-Auth-Receipt"
PERIOD, DIGITS = 30, 6
RECEIPT_LIFE = timedelta(minutes=5)

# --- passcodes ----------------------------------------------------------------------------------------------------


def passcode(secret: str, seconds: float) -> str:
    """The passcode of a secret in base32 at a time. Raises ValueError for a secret that is none."""
    try:
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    digest = hmac.new(key, struct.pack(">Q", int(seconds // PERIOD)), hashlib.sha1).digest()
    at = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[at : at + 4])
    return str((number & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)


def is_passcode_of(scene: Scene, user: Resource, code: Any) -> bool:
    """Whether a passcode is that of now, or of the period before."""
    return isinstance(code, str) and code in set(_passcodes(scene, user))


def _passcodes(scene: Scene, user: Resource) -> Iterator[str]:
    now = scene.world.clock.now().timestamp()
    for one in scene.where("identity/credentials", user_id=user.id, type="totp"):
        for seconds in (now, now - PERIOD):
            try:
                yield passcode(str(one.members["blob"]), seconds)
            except ValueError:
                break


# --- several steps ------------------------------------------------------------------------------------------------


def missing_methods(user: Resource, done: Collection[str]) -> list[list[str]]:
    """The ways in which a login must go on; empty where it is done."""
    options = user.members.get("options") or {}
    rules = [rule for rule in options.get("multi_factor_auth_rules") or () if isinstance(rule, list)]
    if not options.get("multi_factor_auth_enabled") or not rules or any(set(rule) <= set(done) for rule in rules):
        return []
    return rules


def receipt_for(scene: Scene, user: Resource, methods: list[str], rules: list[list[str]]) -> tuple[str, Members]:
    """A receipt for the steps that are done: its id, and what is told of it."""
    now, id_ = scene.world.clock.now(), "gAAAAAB" + scene.world.secret(120)
    ends = now + RECEIPT_LIFE
    kept = {"user": user.id, "methods": methods, "expires": ends.timestamp()}
    scene.world.documents["", RECEIPTS, (id_,)] = kept
    about = {
        "methods": methods,
        "user": {"id": user.id, "name": user.members["name"], "domain": {"id": user.members["domain_id"]}},
        "issued_at": now.strftime(KEYSTONE_TIME),
        "expires_at": ends.strftime(KEYSTONE_TIME),
    }
    return id_, {"receipt": about, "required_auth_methods": rules}


def methods_before(scene: Scene, id_: str | None, user: Resource) -> list[str]:
    """The steps that a receipt is for. Raises Refused for one that is not good."""
    if not id_:
        return []
    kept = scene.world.documents.get(("", RECEIPTS, (id_,)))
    if kept is None or kept["user"] != user.id or kept["expires"] <= scene.world.clock.now().timestamp():
        raise Refused(401, "The request you have made requires authentication.")
    return list(kept["methods"])


# --- trusts -------------------------------------------------------------------------------------------------------


def by_trust(scene: Scene, user: Resource, id_: Any) -> tuple[Resource, Members]:
    """Whom a trust makes of its trustee, and what their token says besides. Raises Refused."""
    trust = scene.find(TRUSTS, id_)
    if trust is None:
        raise Refused(404, f"Could not find trust: {id_}.")
    told = trust.members
    if told["trustee_user_id"] != user.id:
        raise Refused(403, "User is not a trustee.")
    if (ends := told.get("expires_at")) and _is_over(scene, str(ends)):
        raise Refused(404, f"Could not find trust: {id_}.")
    trustor = scene.need(USERS, told["trustor_user_id"], 403)
    if not trustor.members.get("enabled", True):
        raise Refused(403, "Trustor is disabled.")
    _use(trust)
    about = {
        "id": trust.id,
        "impersonation": bool(told.get("impersonation")),
        "trustee_user": {"id": user.id},
        "trustor_user": {"id": trustor.id},
    }
    roles = [{"id": role["id"], "name": role["name"]} for role in told.get("roles") or ()]
    more = {"OS-TRUST:trust": about, "_project": told.get("project_id"), "_roles": roles, "_trustor": trustor.id}
    return (trustor if about["impersonation"] else user), more


def _use(trust: Resource) -> None:
    left = trust.members.get("remaining_uses")
    if left is None:
        return
    if left <= 0:
        raise Refused(403, f"No remaining uses for trust: {trust.id}.")
    trust.set(remaining_uses=left - 1)


def _is_over(scene: Scene, text: str) -> bool:
    try:
        ends = datetime.fromisoformat(text)
    except ValueError:
        return False
    now = scene.world.clock.now()
    return ends.timestamp() <= now.timestamp() if ends.tzinfo else ends <= now.replace(tzinfo=None)
