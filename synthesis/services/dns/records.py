"""Designate: what a record of each type may say.

Source: designate's `objects/rrdata_*.py`. Types with a form of many parts are read by dnspython, as BIND writes them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.services.dns.kinds import invalid
from cloudtape.synthesis.services.dns.names import is_domain, is_host, is_service

Check = Callable[[str], bool]

MOST_16 = 0xFFFF
FINGERPRINT = re.compile(r"[0-9A-Fa-f]{10,40}|[0-9A-Fa-f]{64}")
PAIR = re.compile(r"\s*[A-Za-z0-9]+=[A-Za-z0-9]+")
MAIL = re.compile(r"mailto:[A-Za-z0-9_\-]+(?:\+[A-Za-z0-9_\-]+)?@(?P<host>.*)")
PAGE = re.compile(r"https?://(?P<host>[^/]*)/.*")
PORT_AND_PROTOCOL = re.compile(r"_(\d{1,5})\._[a-zA-Z]+\..*")
LONGEST_TEXT = 255


def _address(version: int) -> Check:
    def check(value: str) -> bool:
        try:
            return ipaddress.ip_address(value).version == version and "%" not in value
        except ValueError:
            return False

    return check


def _number(text: str, most: int = MOST_16) -> bool:
    number = whole(text)
    return number is not None and 0 <= number <= most


def _mail_exchange(value: str) -> bool:
    priority, _, host = value.partition(" ")
    return _number(priority) and str(int(priority)) == priority and is_domain(host)


def _service(value: str) -> bool:
    *numbers, target = value.split(" ")
    return len(numbers) == 3 and all(map(_number, numbers)) and is_domain(target)


def _fingerprint(value: str) -> bool:
    algorithm, kind, text = value.split(" ") if value.count(" ") == 2 else ("", "", "")
    return _number(algorithm, 4) and _number(kind, 2) and FINGERPRINT.fullmatch(text) is not None


def _authority(value: str) -> bool:
    flags, _, rest = value.partition(" ")
    tag, _, said = rest.partition(" ")
    said = said.strip('"')
    if not _number(flags, 1) or not said:
        return False
    if tag in ("issue", "issuewild"):
        domain, *pairs = said.split(";")
        return (is_domain(domain + ".") or domain == "") and all(PAIR.match(pair) for pair in pairs)
    found = (MAIL.fullmatch(said) or PAGE.fullmatch(said)) if tag == "iodef" else None
    return found is not None and is_domain(found["host"].partition(":")[0] + ".")


def _text(value: str) -> bool:
    """Words in quotes, or one without any; quotes within are escaped; what is too long for one string is in several."""
    if "\n" in value or value.endswith("\\") or not value:
        return False
    if not value.startswith('"') and not value.endswith('"'):
        return len(value) <= LONGEST_TEXT and not re.search(r"\s", value)
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
    whole = re.fullmatch(r'"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*', value)
    is_one = len(parts) == 1 or len(value) > LONGEST_TEXT
    return whole is not None and is_one and all(len(part) <= LONGEST_TEXT for part in parts)


def _as_bind_writes(kind: str) -> Check:
    def check(value: str) -> bool:
        from dns.exception import DNSException  # hardly anybody needs it, and each start would pay for it
        from dns.rdataset import from_text

        try:
            from_text("IN", kind, 0, value)
        except (DNSException, ValueError):
            return False
        return "\n" not in value

    return check


def _binding(kind: str) -> Check:
    """What binds a service to a host, whose name it must say."""
    reads = _as_bind_writes(kind)
    return lambda value: is_domain(value.split(" ")[1] if " " in value else "") and reads(value)


CHECKS: dict[str, Check] = {
    "A": _address(4),
    "AAAA": _address(6),
    "CAA": _authority,
    "CERT": _as_bind_writes("CERT"),
    "CNAME": is_domain,
    "HTTPS": _binding("HTTPS"),
    "MX": _mail_exchange,
    "NAPTR": _as_bind_writes("NAPTR"),
    "NS": is_domain,
    "PTR": is_domain,
    "SOA": _as_bind_writes("SOA"),
    "SPF": _text,
    "SRV": _service,
    "SSHFP": _fingerprint,
    "SVCB": _binding("SVCB"),
    "TLSA": _as_bind_writes("TLSA"),
    "TXT": _text,
}
"""By type (designate's `supported_record_type`), whether a record's data is right."""
NAMES: dict[str, Check] = {"SRV": is_service, "NS": is_domain}
"""Types whose recordsets are not named as hosts are."""


def check_recordset(kind: str, name: str, records: Sequence[object]) -> None:
    """Raises Refused where a recordset is none of its type."""
    if kind not in CHECKS:
        raise invalid(f"'{kind}' is not a supported record type")
    names: Check = NAMES.get(kind, is_host)
    if not names(name):
        raise invalid(f"Host name {name} does not end with a dot" if name[-1:] != "." else f"{name} is invalid")
    for one in records:
        if not isinstance(one, str) or not CHECKS[kind](one):
            raise invalid(f"'{one}' is not a '{kind}' Record")
    if kind == "TLSA":
        found = PORT_AND_PROTOCOL.fullmatch(name)
        if not found or not _number(found[1]):
            raise invalid("TLSA recordset name must follow the format _port._protocol.domain")
