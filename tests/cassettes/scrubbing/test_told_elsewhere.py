"""A secret that one place tells by name, and another one says again, whole or its own part of it."""

import json

import pytest

from cloudtape.cassettes.messages import Headers, Interaction, Request, Response
from cloudtape.cassettes.scrubbing.scrub import Scrubber

HEX = "7b016cb0fa3e7be59c3281551e4e88c5"
SIGNATURE = "4L5JM2BKbMFtj4aP/ao2QaZpchg="


def exchange(body: str, headers: Headers = ()) -> Interaction:
    return Interaction(Request("POST", "http://c/x"), Response(200, "OK", headers, body.encode()))


@pytest.mark.parametrize(
    ("field", "secret"),
    [
        (("X-Storage-Token", f"AUTH_tk{HEX}"), HEX),
        (("Set-Cookie", f"_shibsession_64656661=_{HEX}; path=/"), HEX),
        (("Authorization", f"AWS ab12cd34:{SIGNATURE}"), SIGNATURE),
        (("Authorization", f"SharedKeyLite account:{SIGNATURE}"), SIGNATURE),
        (("Authorization", f'Digest username="root", uri="/", response="{HEX}"'), HEX),
        (("Authorization", f'Hawk id="dh37", ts="1", mac="{SIGNATURE}"'), SIGNATURE),
    ],
)
def test_the_part_of_a_field_that_is_the_secret_vanishes_from_later_texts(field: tuple[str, str], secret: str) -> None:
    scrubber = Scrubber()
    scrubber.scrub(exchange("{}", (field,)))
    assert secret not in repr(scrubber.scrub(exchange(json.dumps({"output": f"seen {secret} there"}))))


@pytest.mark.parametrize("others", [0, 40])
@pytest.mark.parametrize("before", ["\\n", "\\t", "\\x0a", "\\u000a", "%0A", "%22", "_", "-"])
def test_an_escape_before_a_known_secret_does_not_hide_it(before: str, others: int) -> None:
    scrubber = Scrubber()
    for number in range(others):
        scrubber.scrub(exchange(json.dumps({"password": f"Another{number}Value{number}"})))
    scrubber.scrub(exchange(json.dumps({"password": "Pl4ntedV4lue77"})))
    for body in (f"a line{before}Pl4ntedV4lue77 there", json.dumps({"output": f"a line{before}Pl4ntedV4lue77 there"})):
        assert "Pl4ntedV4lue77" not in repr(scrubber.scrub(exchange(body)))


@pytest.mark.parametrize(
    "line",
    [
        f'Authorization: Digest username="root", realm="bmc", nonce="abc", uri="/", response="{HEX}" (exit 0)',
        f'{{"Authorization": "Digest username=\\"root\\", response=\\"{HEX}\\""}} was sent',
        f'curl -H \'Authorization: OAuth oauth_consumer_key="k", oauth_signature="{HEX}"\' http://c/',
    ],
)
def test_authorization_with_fields_is_none_in_a_text(line: str) -> None:
    assert HEX not in repr(Scrubber().scrub(exchange(f"ran {line} in 0.3 s")))
