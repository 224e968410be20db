"""What bytes that are no text are, by what they begin with: keys that are secret as a whole, and what is packed."""

from __future__ import annotations

import re

# Private keys and stores of them: PKCS#12, PKCS#8 (plain, encrypted), RSA, EC, Java's two stores, Kerberos' keytab.
KEYS = (
    re.compile(rb"\x30(?:\x82..|\x83...|\x84....|\x81.|\x80)\x02\x01\x03\x30", re.DOTALL),
    re.compile(rb"\x30(?:\x82..|\x81.|.)\x02\x01[\x00\x01]\x30.\x06", re.DOTALL),
    re.compile(rb"\x30(?:\x82..|\x81.|.)\x30.\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05", re.DOTALL),
    re.compile(rb"\x30\x82..\x02\x01\x00\x02\x82", re.DOTALL),
    re.compile(rb"\x30.\x02\x01\x01\x04[\x20\x30\x42]", re.DOTALL),
    re.compile(rb"\xfe\xed\xfe\xed\x00\x00\x00[\x01\x02]"),
    re.compile(rb"\xce\xce\xce\xce\x00\x00\x00[\x01\x02]"),
    re.compile(rb"\x05\x02\x00\x00\x00[\x20-\xff]\x00\x01"),
)
# What base64 of one of these, or of something packed, begins with.
BASE64_MARKS = (
    "MII",
    "MHcC",
    "MIG",
    "MC4C",
    "/u3+7",
    "_u3-7",
    "H4sI",
    "UEsDB",
    "QlpoO",
    "/Td6W",
    "_Td6W",
    "KLUv",
    "BQIAAAB",
)


def is_key(data: bytes) -> bool:
    return any(form.match(data) for form in KEYS)
