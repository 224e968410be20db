"""Designate: what a name may be, and an e-mail address.

Source: designate's `objects/fields.py` and `common/constants.py`.
"""

from __future__ import annotations

import re
from typing import Any

from cloudtape.synthesis.services.dns.kinds import invalid

LONGEST, LONGEST_LABEL = 255, 63
LABEL = r"(?!-)[A-Za-z0-9_\-]{1,63}(?<!-)"
DOMAIN_NAME = re.compile(rf"(?:{LABEL}\.)+")
HOST_NAME = re.compile(rf"(?:\*\.)?(?:{LABEL}\.)*")
SERVICE_NAME = re.compile(rf"(?:(?!-)_[A-Za-z0-9_\-]{{1,63}}\.){{2}}(?:{LABEL}\.)+")
TOP_LEVEL = re.compile(rf"{LABEL}(?:\.{LABEL})*")


def is_domain(value: Any) -> bool:
    """Whether it is the whole name of a domain, with the dot at its end."""
    return _fits(DOMAIN_NAME, value)


def is_host(value: Any) -> bool:
    """The same, or one with an asterisk for its first label."""
    return value != "" and _fits(HOST_NAME, value)


def is_service(value: Any) -> bool:
    """Whether it names a service of a domain (`_sip._tcp.zone.`)."""
    return _fits(SERVICE_NAME, value)


def is_top_level(value: Any) -> bool:
    return _fits(TOP_LEVEL, value)


def is_email(value: Any) -> bool:
    return isinstance(value, str) and value.count("@") == 1 and is_domain(value.replace("@", ".") + ".")


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and pattern.fullmatch(value) is not None


def check_domain(value: Any) -> None:
    """Raises Refused, and says why."""
    text = str(value)
    if long := next((label for label in text.split(".") if len(label) > LONGEST_LABEL), ""):
        raise invalid(f"Host {long} is too long")
    if not text.endswith("."):
        raise invalid(f"Domain {text} does not end with a dot")
    if not is_domain(value):
        raise invalid(f"Domain {text} is invalid")


def lies_in(name: str, zone: str) -> bool:
    """Whether a name is that of a zone, or lies below it."""
    name, zone = name.lower(), zone.lower()
    return name == zone or name.endswith("." + zone)


def below(name: str, zone: str) -> bool:
    return name.lower() != zone.lower() and lies_in(name, zone)
