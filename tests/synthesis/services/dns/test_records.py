"""What a record of each type may say. Designate's own objects (`RecordSet.validate`) agree with both tables."""

import pytest

from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.dns.records import CHECKS, check_recordset

RIGHT = {
    "A": ["192.0.2.1"],
    "AAAA": ["2001:db8::1"],
    "CAA": ["0 issue ca.test", "0 issuewild ca.test; x=y", "0 iodef mailto:a@ca.test", "0 iodef https://ca.test/x"],
    "CERT": ["PGP 1 RSASHA256 KR1L0GbocaIOOim1+qdHtOSrDcOsGiI2NCcxuX2/Tqc="],
    "CNAME": ["www.test."],
    "HTTPS": ["1 www.test. alpn=h2", "0 www.test."],
    "MX": ["10 mail.test."],
    "NAPTR": ['0 0 "S" "SIP+D2U" "!^.*$!sip:a@b.test!" _sip._udp.test.'],
    "NS": ["ns.test."],
    "PTR": ["www.test."],
    "SOA": ["ns.test. a.test. 1 2 3 4 5"],
    "SPF": ['"v=spf1 -all"'],
    "SRV": ["10 0 5060 sip.test."],
    "SSHFP": ["4 2 " + "ab" * 32, "1 1 " + "0" * 40],
    "SVCB": ["1 svc.test. alpn=h2 port=53"],
    "TLSA": ["3 1 1 " + "ab" * 32],
    "TXT": ["word", '"two words"', '"' + "x" * 200 + '" "' + "y" * 200 + '"', '"an \\"escaped\\" quote"'],
}
WRONG = {
    "A": ["192.0.2", "2001:db8::1", "www.test.", "192.0.2.256", ""],
    "AAAA": ["192.0.2.1", "2001:db8::g"],
    "CAA": ["2 issue ca.test", "0 other ca.test", "0 iodef ca.test", "0", "0 issue"],
    "CERT": ["x"],
    "CNAME": ["www.test", "-a.test.", "a..test."],
    "HTTPS": ["1 . alpn=h2", "x www.test."],
    "MX": ["mail.test.", "10 mail.test", "70000 mail.test.", "010 mail.test.", "-1 mail.test."],
    "NAPTR": ["0 0"],
    "NS": ["ns.test"],
    "PTR": ["192.0.2.1"],
    "SOA": ["none"],
    "SPF": ["two words"],
    "SRV": ["10 0 sip.test.", "10 0 70000 sip.test.", "10 0 5060 sip.test"],
    "SSHFP": ["5 2 " + "ab" * 32, "4 3 " + "ab" * 32, "4 2 xyz"],
    "SVCB": ["svc.test."],
    "TLSA": ["3 1", "none"],
    "TXT": ["two words", '"open', "end\\", "x" * 256, '"a "b" c"', "line\nbreak", '"in" "parts"'],
}
NAMES = {"SRV": "_sip._tcp.test.", "TLSA": "_443._tcp.test."}


def test_each_type_of_records_is_tried() -> None:
    assert CHECKS.keys() == RIGHT.keys() == WRONG.keys()


@pytest.mark.parametrize(("kind", "record"), [(kind, one) for kind, all_ in RIGHT.items() for one in all_])
def test_a_right_record_is_taken(kind: str, record: str) -> None:
    check_recordset(kind, NAMES.get(kind, "www.test."), [record])


@pytest.mark.parametrize(("kind", "record"), [(kind, one) for kind, all_ in WRONG.items() for one in all_])
def test_a_wrong_record_is_refused(kind: str, record: str) -> None:
    with pytest.raises(Refused) as caught:
        check_recordset(kind, NAMES.get(kind, "www.test."), [record])
    assert (caught.value.status, caught.value.kind) == (400, "InvalidObject")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("A", "www.test"),
        ("A", "w*w.test."),
        ("SRV", "www.test."),
        ("TLSA", "www.test."),
        ("NS", "*.test."),
        ("XX", "www.test."),
    ],
)
def test_a_wrong_name_or_type_is_refused(kind: str, name: str) -> None:
    with pytest.raises(Refused):
        check_recordset(kind, name, [])


def test_any_host_may_be_an_asterisk() -> None:
    check_recordset("A", "*.test.", ["192.0.2.1"])
