"""A secret that one exchange has told, in others in another spelling: nothing is left of it, and all else is as it was."""

import base64
import html
import json
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.messages import Headers, Interaction, Request, Response
from cloudtape.cassettes.scrubbing import disguises as disguises_module
from cloudtape.cassettes.scrubbing.disguises import LEVEL, Disguises
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from cloudtape.cassettes.scrubbing.spellings import is_distinctive

SECRET = 'Pl4nt"ed+V4lue/77'
PLAIN = "Pl4ntedV4lue77"
OTHER = "An0therV4lue"
WORDS = "sunflower"


def escaped(text: str, each: str) -> str:
    return "".join(each.format(ord(char)) for char in text)


def twice(text: str) -> str:
    return json.dumps(json.dumps(text)[1:-1])[1:-1]


def _in_base64(behind: int, secret: str) -> str:
    return base64.b64encode(b"\xff" * behind + secret.encode() + b"\0").decode()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "within a word": lambda secret: f"db{secret}x",
    "in capitals": str.upper,
    "in small letters": str.lower,
    "hex": lambda secret: secret.encode().hex(),
    "hex in capitals": lambda secret: secret.encode().hex().upper(),
    "hex behind 0x": lambda secret: "0x" + secret.encode().hex(),
    "hex in pairs": lambda secret: secret.encode().hex(":"),
    "amid longer hex": lambda secret: f"u:{secret}!".encode().hex(),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 without padding": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(f"u:{secret}".encode()).decode(),
    **{f"base64 behind {n} bytes": partial(_in_base64, n) for n in range(1, 4)},
    "percent": lambda secret: quote(secret, safe=""),
    "percent of every sign": lambda secret: escaped(secret, "%{:02X}"),
    "percent twice": lambda secret: escaped(secret, "%25{:02x}"),
    "JSON twice": twice,
    "JSON three times": lambda secret: json.dumps(twice(secret))[1:-1],
    "Unicode escapes": lambda secret: escaped(secret, "\\u{:04x}"),
    "Unicode escapes twice": lambda secret: escaped(secret, "\\\\u{:04X}"),
    "one Unicode escape": lambda secret: f"\\u{ord(secret[0]):04x}{secret[1:]}",
    "bytes of a printed text": lambda secret: escaped(secret, "\\x{:02x}"),
    "entities": lambda secret: escaped(secret, "&#{};"),
    "entities in hex": lambda secret: escaped(secret, "&#x{:x};"),
    "entities twice": lambda secret: html.escape(html.escape(f"<{secret}>")),
    "quoted-printable": lambda secret: escaped(secret, "={:02X}"),
    "cut by the end of a line": lambda secret: f"{secret[:6]}\n  {secret[6:]}",
    "cut by a line that goes on": lambda secret: f"{secret[:6]}\\\n{secret[6:]}",
    "cut by a soft end of a line": lambda secret: f"{secret[:6]}=\n{secret[6:]}",
    "a sum": lambda secret: f"'{secret[:6]}' + '{secret[6:]}'",
    "cut by what nobody sees": lambda secret: f"{secret[:6]}\u200b{secret[6:]}",
}
Place = Callable[[str], tuple[str, Headers, bytes]]
PLACES: dict[str, Place] = {
    "JSON": lambda text: ("/x", (), json.dumps({"note": text}).encode()),
    "JSON in UTF-8": lambda text: ("/x", (), json.dumps({"note": text}, ensure_ascii=False).encode()),
    "name in JSON": lambda text: ("/x", (), json.dumps({text: 1}).encode()),
    "JSON in JSON": lambda text: ("/x", (), json.dumps({"note": json.dumps([text])}).encode()),
    "text": lambda text: ("/x", (), f"see {text} there".encode()),
    "XML": lambda text: ("/x", (), f"<a><b>{html.escape(text)}</b></a>".encode()),
    "UTF-16": lambda text: ("/x", (), f"see {text} there".encode("utf-16")),
    "bytes": lambda text: ("/x", (), b"\0\1\2\xff" + text.encode() + b"\xfe\0"),
    "query": lambda text: (f"/x?q={quote(text, safe='')}", (), b""),
    "name in a form": lambda text: ("/x", (), f"a=b&{quote(text, safe='')}=c".encode()),
    "path": lambda text: (f"/x/{quote(text, safe='')}/y", (), b""),
    "field": lambda text: ("/x", (("X-Note", text),), b""),
}


def told(secret: str, others: int = 0) -> Scrubber:
    scrubber = Scrubber()
    for number in range(others):
        scrubber.scrub(exchange("/x", (), json.dumps({"password": f"{OTHER}{number}"}).encode()))
    scrubber.scrub(exchange("/x", (), json.dumps({"auth": {"user": {"name": "u", "password": secret}}}).encode()))
    return scrubber


def exchange(uri: str, headers: Headers, body: bytes) -> Interaction:
    return Interaction(Request("POST", f"http://c{uri}", headers, body), Response(200, "OK", (), b"{}"))


def kept(scrubber: Scrubber, said: tuple[str, Headers, bytes]) -> tuple[str, Headers, bytes]:
    request = scrubber.scrub(exchange(*said)).request
    assert isinstance(request.body, bytes)
    return request.uri.removeprefix("http://c"), request.headers, request.body


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("secret", [PLAIN, SECRET])
def test_a_known_secret_is_replaced_in_another_spelling(secret: str, spelling: str, place: str) -> None:
    text = SPELLINGS[spelling](secret)
    said, harmless = PLACES[place](text), PLACES[place](SPELLINGS[spelling]("Harm1essWords.77"))
    scrubber = told(secret)
    assert kept(scrubber, harmless) == harmless
    assert kept(scrubber, said) != said


@pytest.mark.parametrize("others", [LEVEL, 20 * LEVEL])
@pytest.mark.parametrize("spelling", ["within a word", "hex", "base64 behind 1 bytes"])
def test_it_is_found_among_many(spelling: str, others: int) -> None:
    disguises = Disguises()
    for number in range(others):
        disguises.add(f"{number}{OTHER}{number}", f"scrubbed-password-{number}", "password")
    disguises.add(PLAIN, "scrubbed-key-1", "key")
    text = SPELLINGS[spelling](PLAIN).encode()
    assert disguises.without(text) != text
    for number in (0, others // 2, others - 1):
        text = SPELLINGS[spelling](f"{number}{OTHER}{number}").encode()
        assert disguises.without(text) != text


@given(st.binary(max_size=9), st.binary(max_size=9), st.booleans(), st.sampled_from([PLAIN, "Pl4nted-V4lue", "x7" * 8]))
def test_base64_around_a_secret_stays_as_it_was(before: bytes, behind: bytes, url_safe: bool, secret: str) -> None:
    disguises = Disguises()
    disguises.add(secret, "scrubbed-password-1", "password")
    encode, decode = (
        (base64.urlsafe_b64encode, base64.urlsafe_b64decode) if url_safe else (base64.b64encode, base64.b64decode)
    )
    after = decode(disguises.without(encode(before + secret.encode() + behind)))
    assert after.startswith(before + b"scrubbed-password-1")
    assert after.endswith(behind)
    assert set(after[len(before + b"scrubbed-password-1") : len(after) - len(behind)]) <= {ord(".")}


def test_what_stands_instead_is_spelt_in_the_same_way() -> None:
    disguises = Disguises()
    disguises.add(PLAIN, "scrubbed-password-1", "password")
    assert disguises.without(PLAIN.encode().hex().encode()) == b"scrubbed-password-1".hex().encode()
    assert base64.b64decode(disguises.without(base64.b64encode(PLAIN.encode()))).startswith(b"scrubbed-password-1")
    assert disguises.without(f"a%50{PLAIN[1:]}%2Fb".encode()) == b"ascrubbed-password-1%2Fb"


@pytest.mark.parametrize(
    ("secret", "kind", "is_it"),
    [
        (PLAIN, "password", True),
        ("0123456789abcdef0123456789abcdef", "token", True),
        ("correct-horse-battery", "password", True),
        ("short7", "password", False),
        ("sunflower", "password", False),
        ("sunflower2", "password", False),
        ("compute-node-0042", "password", False),
        ("20261129", "passcode", False),
        ("2026-11-29T18:23:41Z", "token", False),
        ("tempest-user-1a2b3c", "user", False),
    ],
)
def test_only_what_no_harmless_text_holds_is_looked_for_within_words(secret: str, kind: str, is_it: bool) -> None:
    assert is_distinctive(secret, kind) == is_it


@pytest.mark.parametrize("text", ["sunflowers", "SUNFLOWER", "a-sunflowery-day", "c3VuZmxvd2Vyc3M=" + "x"])
def test_a_common_word_that_is_a_password_changes_no_longer_one(text: str) -> None:
    said = PLACES["JSON"](text)
    assert kept(told(WORDS), said) == said


@pytest.mark.parametrize("spelling", ["hex", "base64", "base64 without padding"])
def test_a_common_word_that_is_a_password_is_replaced_where_it_is_coded_as_a_whole(spelling: str) -> None:
    said = PLACES["JSON"](SPELLINGS[spelling](WORDS))
    assert kept(told(WORDS), said) != said


def test_a_secret_is_replaced_in_a_reason_and_in_a_fields_name() -> None:
    scrubber = told(PLAIN)
    request = Request("POST", "http://c/x", ((f"X-Meta-{PLAIN}", "1"),), b"")
    clean = scrubber.scrub(Interaction(request, Response(400, f"Bad {PLAIN}", (), b"{}")))
    assert PLAIN not in repr(clean)
    assert clean.scrubbed == ("request.headers", "response.reason")


def test_shapes_that_were_seen_before_hide_nothing_once_a_spelling_was_found() -> None:
    scrubber = told(PLAIN)
    first, second = (f"Pl4nted-V4lue-{n}" for n in "12")
    for secret in (first, second):
        scrubber.scrub(exchange("/x", (), json.dumps({"password": secret}).encode()))
    for secret in (first, second):
        said = PLACES["JSON"](f"xx{secret}yy")
        assert kept(scrubber, said) != said


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelling", ["hex", "hex in capitals", "hex in pairs", "amid longer hex"])
@pytest.mark.parametrize("is_known_first", [True, False])
def test_others_of_the_same_shape_hide_nothing(spelling: str, place: str, is_known_first: bool) -> None:
    """Checksums stand where a secret in hex may stand, and all hex of one length has one shape."""
    text = SPELLINGS[spelling](PLAIN)
    digits = "0123456789ABCDEF" if text.isupper() else "0123456789abcdef"
    others = [text.translate(str.maketrans(digits, digits[n:] + digits[:n])) for n in range(1, 16)]
    scrubber = told(PLAIN) if is_known_first else Scrubber()
    for other in others:
        assert kept(scrubber, PLACES[place](other)) == PLACES[place](other)
    if not is_known_first:
        scrubber.scrub(exchange("/x", (), json.dumps({"password": PLAIN}).encode()))
    for _ in range(3):
        said = PLACES[place](text)
        assert kept(scrubber, said) != said


def test_a_secret_that_repeats_itself_costs_no_more_where_a_text_does(monkeypatch: pytest.MonkeyPatch) -> None:
    secret, asked = "Pl4nted" + "0" * 60, 0
    whole = disguises_module._whole

    def counted(*given: Any) -> Any:
        nonlocal asked
        asked += 1
        return whole(*given)

    monkeypatch.setattr(disguises_module, "_whole", counted)
    disguises = Disguises()
    disguises.add(secret, "scrubbed-password-1", "password")
    text = b"0" * 100_000
    assert disguises.without(text) is text
    assert asked < 10
    assert disguises.without(text + f"x{secret}x".encode()) == text + b"xscrubbed-password-1x"


@pytest.mark.parametrize("secret", ["password-1", "scrubbed-pass"])
def test_a_secret_that_its_own_stand_in_says_is_found_in_other_spellings_too(secret: str) -> None:
    scrubber = Scrubber()
    kept = []
    for body in (f'{{"adminPass": "{secret}"}}', f"note {secret.encode().hex()} there"):
        request = Request("POST", "http://c/x", (), body.encode())
        kept.append(scrubber.scrub(Interaction(request, Response(200, "OK"))).request.body)
    assert kept[1] == f"note {b'scrubbed-password-1'.hex()} there".encode()
