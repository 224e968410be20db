"""Private and public keys in the forms that files have them in.

What is random in them is new each time; the rest is the head that such a key has. Keys on curves are real ones.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from random import Random

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Maker = Callable[[Random], str]


def wrapped(data: bytes, width: int = 64) -> str:
    text = base64.b64encode(data).decode()
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def pem(label: str, head: bytes, count: int, notes: str = "") -> Maker:
    """A block of `count` random bytes behind `head`."""
    return lambda dice: (
        f"-----BEGIN {label}-----\n{notes}{wrapped(head + dice.randbytes(count))}\n-----END {label}-----"
    )


def ec_key(encoding: serialization.PrivateFormat) -> Maker:
    def make(dice: Random) -> str:
        key = ec.derive_private_key(dice.getrandbits(250) + 1, ec.SECP256R1())
        return key.private_bytes(serialization.Encoding.PEM, encoding, serialization.NoEncryption()).decode().strip()

    return make


def counted(*parts: bytes) -> bytes:
    return b"".join(len(one).to_bytes(4, "big") + one for one in parts)


def openssh(dice: Random) -> str:
    """Ed25519, without a passphrase; laid out by hand, since a library has dice of its own in it."""
    seed, check = dice.randbytes(32), dice.randbytes(4)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    secret = check + check + counted(b"ssh-ed25519", public, seed + public, b"root@web")
    secret += bytes(range(1, 9))[: -len(secret) % 8]
    blob = counted(b"ssh-ed25519", public)
    data = b"openssh-key-v1\0" + counted(b"none", b"none", b"") + (1).to_bytes(4, "big") + counted(blob, secret)
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{wrapped(data, 70)}\n-----END OPENSSH PRIVATE KEY-----"


def putty(dice: Random) -> str:
    public, private = wrapped(dice.randbytes(270)), wrapped(dice.randbytes(460))
    return (
        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: imported\n"
        f"Public-Lines: {public.count(chr(10)) + 1}\n{public}\nPrivate-Lines: {private.count(chr(10)) + 1}\n{private}"
    )


def one_line(head: bytes, count: int) -> Maker:
    return lambda dice: base64.b64encode(head + dice.randbytes(count)).decode()


RSA = b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00"
PKCS8 = b"\x30\x82\x04\xbe\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x82\x04\xa8"
SSH_RSA = b"\0\0\0\x07ssh-rsa\0\0\0\x03\1\0\1\0\0\1\1\0"
CERTIFICATE = b"\x30\x82\x03\x5f\x30\x82\x02\x47\xa0\x03\x02\x01\x02\x02\x14"
AES = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,7E2A9C1B5D3F40618293A4B5C6D7E8F9\n\n"

KEYS: dict[str, Maker] = {
    "rsa-key": pem("RSA PRIVATE KEY", RSA, 1180),
    "rsa-key-encrypted": pem("RSA PRIVATE KEY", b"", 1192, AES),
    "dsa-key": pem("DSA PRIVATE KEY", b"\x30\x82\x01\xbb\x02\x01\x00\x02\x81\x81\x00", 440),
    "ec-key": ec_key(serialization.PrivateFormat.TraditionalOpenSSL),
    "pkcs8-ec-key": ec_key(serialization.PrivateFormat.PKCS8),
    "pkcs8-key": pem("PRIVATE KEY", PKCS8, 1190),
    "pkcs8-encrypted-key": pem("ENCRYPTED PRIVATE KEY", b"\x30\x82\x05\x0e\x30\x40\x06\x09\x2a\x86\x48", 1290),
    "openssh-key": openssh,
    "openssh-rsa-key": pem("OPENSSH PRIVATE KEY", b"openssh-key-v1\0\0\0\0\4none\0\0\0\4none\0\0\0\0\0\0\0\1", 1790),
    "ssh2-key": pem("SSH2 ENCRYPTED PRIVATE KEY", b"\x3f\x6f\xf9\xeb\0\0", 700),
    "putty-key": putty,
    "pgp-key": pem("PGP PRIVATE KEY BLOCK", b"\x95\x03\x98\x04", 900, "Version: GnuPG v2\n\n"),
    "pkcs12": one_line(
        b"\x30\x82\x0a\x2f\x02\x01\x03\x30\x82\x09\xf5\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 900
    ),
    "jks": one_line(b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\1\0\7mykey", 900),
    "key-base64": one_line(b"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA", 0),
}
KEYS["pem-in-base64"] = lambda dice: base64.b64encode((KEYS["rsa-key"](dice) + "\n").encode()).decode()
del KEYS["key-base64"]

PUBLIC: dict[str, Maker] = {
    "public-key": pem(
        "PUBLIC KEY", b"\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 270
    ),
    "certificate": pem("CERTIFICATE", CERTIFICATE, 850),
    "request": pem("CERTIFICATE REQUEST", b"\x30\x82\x02\x8a\x30\x82\x01\x72\x02\x01\x00", 640),
    "pgp-public": pem("PGP PUBLIC KEY BLOCK", b"\x99\x01\x0d\x04", 600, "Version: GnuPG v2\n\n"),
    "ssh-rsa": lambda dice: f"ssh-rsa {base64.b64encode(SSH_RSA + dice.randbytes(256)).decode()} alice@laptop",
    "ssh-ed25519": lambda dice: (
        f"ssh-ed25519 {base64.b64encode(bytes([0, 0, 0, 11]) + b'ssh-ed25519' + bytes([0, 0, 0, 32]) + dice.randbytes(32)).decode()} bob@desk"
    ),
    "certificate-base64": lambda dice: base64.b64encode(CERTIFICATE + dice.randbytes(850)).decode(),
}
