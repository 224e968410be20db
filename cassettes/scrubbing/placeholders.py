"""What stands in a secret's place: recognisable, and of the form that clients parse.

    text     scrubbed-password-1            UUID    5c7bbbed-0000-4000-8000-000000000001
    base64   of the text                    hex     5c7bbbed0000…01, as long as the secret
    number   5277700001                     PEM     a key of the same type, the same for all

A placeholder that is scrubbed again stays what it is.
"""

from __future__ import annotations

import base64
import binascii
import re

TEXT = re.compile(r"scrubbed-[a-z]+-\d+")
HEX_PREFIX = "5c7bbbed"
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
HEX = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")
NUMBER_BASE = 5277700000
NUMBER = re.compile(r"52777\d{5}")
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}|[A-Za-z0-9_-]+={0,2}")

# Keys made for this file and used nowhere; they guard nothing.
PEM_KEYS = {
    "PRIVATE KEY": """\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIKOnyo1XYK+kFZA1CwXWvaXu2yFMpEh3//JA5X88wMlu
-----END PRIVATE KEY-----
""",
    "RSA PRIVATE KEY": """\
-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDaHUWI0tQ86aLrZg0CAzsvbOHbF0OugcdzDjvpjjdE0IZdXFlc
MTnHy6cY0VX4QCCSrEvjaEzh32wBPR50n+IjKTrOXtsRFb1SJYceQ9igBIdMqJ66
kBF07QJpg2ugTmT+X11fA093WGI4GVPb6MgwtmtXEL/6XJDtRGhDH//HpQIDAQAB
AoGAIPcFmF1M6HvjPLKqyqAUZOGO7R8CArDopRIEqhLtdYASnq+jbdSex/yWn6Cb
3q5KfgB+Y7tSy1yKJVHIdZXohmJ6T+5gYwMsofA6r4zCE/W/wDTYd5iQHlfBjr4C
T9J8dRH4KNYalvJO8aqBdBWw2fPWdjtjEnS8jBzdql4gb4ECQQDs2BXwXg5qiaLR
/L5ylkRn75vEbcVJNc0mvJttKi46Jb8T8ppZhg7fpqgLg/tQyW/cOf6kEVV3TErk
RpwPSfPhAkEA68Fhzi+lCq85Pd2ngF9P6HuFP6rBttQIix1lRMa1pQArdcWeyu+A
y34uI7M5p1lZ5EmjbqN7oA2+BQF+pfKMRQJBAN3rLstVZg6fPkehmVVGxXvZwEtS
S3vohHxaVwv3bO8g9SQculFN0lvvDSAVH4M3668fTCCw+TLZ8oZoPsv4kCECQQDp
xB8PK/8i0QyZY6grilbZ12EQ+GiMuUKfbs5zm/WRXtG5PfNuln3HSZ7Gl3ibj+Wq
j7oWgtSaqAW7QPgr5I1hAkAjkb0eZ176YaI1XyFPwKTLPyP1QOFso8HQeEvAs4C5
uJFOoPQ+jXwU+FwmbjeWcC4b9w8lyjeUJwIgx/K5vwCx
-----END RSA PRIVATE KEY-----
""",
    "EC PRIVATE KEY": """\
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIIbMY2zwH8jWNfzl64uesObGNQi7Ks+snvtms2/ZQrKKoAoGCCqGSM49
AwEHoUQDQgAEXjYaZWxLKOg/HG98IM8nfpQgnqgGwgg+W+JMFgiVkCvYe3H8GpS5
KH9pCimpHlCRKJIvgl+YIep2th6m7mOgwQ==
-----END EC PRIVATE KEY-----
""",
    "OPENSSH PRIVATE KEY": """\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUx
OQAAACDDsX+PCp5If27Fbk/752PMclGDTDSTQ/WiJasdDM0YHgAAAIi6CeYfugnmHwAAAAtzc2gt
ZWQyNTUxOQAAACDDsX+PCp5If27Fbk/752PMclGDTDSTQ/WiJasdDM0YHgAAAECjp8qNV2CvpBWQ
NQsF1r2l7tshTKRId//yQOV/PMDJbsOxf48Knkh/bsVuT/vnY8xyUYNMNJND9aIlqx0MzRgeAAAA
AAECAwQF
-----END OPENSSH PRIVATE KEY-----
""",
}

# What is no secret although it stands in each key: no other words, which may be one.
HEADINGS = frozenset({"-----BEGIN", *(key.partition("\n")[0] for key in PEM_KEYS.values())})


def placeholder(kind: str, number: int, secret: str, as_base64: bool = False) -> str:
    """The stand-in for the `number`th secret of a kind."""
    text = f"scrubbed-{kind}-{number}"
    if UUID.fullmatch(secret.lower()):
        return f"{HEX_PREFIX}-0000-4000-8000-{number:012x}"
    if HEX.fullmatch(secret):
        return HEX_PREFIX + f"{number:x}".rjust(len(secret) - len(HEX_PREFIX), "0")
    if as_base64 and decoded_text(secret) is not None:
        return base64.b64encode(text.encode()).decode()
    return text


def pem(label: str) -> str:
    """A key under the label that the secret one had (`RSA PRIVATE KEY`)."""
    return PEM_KEYS.get(label, PEM_KEYS["PRIVATE KEY"])


def number(count: int) -> int:
    return NUMBER_BASE + count


def is_placeholder(text: str) -> bool:
    """Whether a value is a stand-in as a whole, or a key's first line, which is a part of one."""
    if text.replace("\\n", "\n").strip() in HEADINGS:
        return True
    if TEXT.fullmatch(text) or NUMBER.fullmatch(text):
        return True
    lower = text.lower()
    if lower.startswith(HEX_PREFIX) and (UUID.fullmatch(lower) or HEX.fullmatch(text)):
        return True
    if "PRIVATE KEY" in text:
        return text.replace("\\n", "\n").strip() in {key.strip() for key in PEM_KEYS.values()}
    inner = decoded_text(text)
    return inner is not None and bool(TEXT.fullmatch(inner))


def decoded_text(text: str) -> str | None:
    """What a base64 string says, where it is one and says text."""
    compact = "".join(text.split())
    if len(compact) < 8 or not BASE64.fullmatch(compact):
        return None
    try:
        data = base64.b64decode(compact.translate(URL_SAFE) + "=" * (-len(compact) % 4), validate=True)
        return data.decode()
    except (binascii.Error, ValueError):
        return None


URL_SAFE = str.maketrans("-_", "+/")
