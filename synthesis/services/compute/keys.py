"""SSH keys for key pairs: fingerprints of those that clients send, and new ones.

A key that the world makes is for show: it has the form of an Ed25519 key (RFC 8709; `PROTOCOL.key` of OpenSSH), but
is derived from a seed, so that a run can be repeated.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cloudtape.synthesis.errors import Refused

KIND = b"ssh-ed25519"


def fingerprint(public: str) -> str:
    """The MD5 of a public key, as nova prints it. Raises Refused for what is none."""
    words = public.split()
    try:
        data = base64.b64decode(words[1], validate=True) if len(words) > 1 else b""
    except (binascii.Error, ValueError):
        data = b""
    if not data or data[4 : 4 + len(words[0])] != words[0].encode():
        raise Refused(400, "Keypair data is invalid: failed to generate fingerprint")
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def new_key(seed: str) -> tuple[str, str]:
    """A public and a private key, as text."""
    secret = hashlib.sha256(seed.encode()).digest()
    point = hashlib.sha256(secret).digest()
    public = _string(KIND) + _string(point)
    check = secret[:4] * 2
    private = check + _string(KIND) + _string(point) + _string(secret + point) + _string(b"cloudtape")
    private += bytes(range(1, 1 + -len(private) % 8))
    blob = (
        b"openssh-key-v1\0" + _string(b"none") * 2 + _string(b"") + (1).to_bytes(4) + _string(public) + _string(private)
    )
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    name = "OPENSSH PRIVATE KEY"
    whole = "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])
    return f"ssh-ed25519 {base64.b64encode(public).decode()} cloudtape", whole


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data
