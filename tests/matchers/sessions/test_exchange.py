import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.matchers.sessions.exchange import Text, WordExchange, kind_of

names = st.from_regex(r"[a-z]{2,8}[-_][0-9a-f]{4,8}", fullmatch=True)
any_names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=4, max_size=20
).map(lambda text: f"é {text}1")


def swapped(exchange: WordExchange, text: bytes, kind: Text | None = None) -> bytes:
    return exchange(text, kind or (Text.URL if text.startswith((b"/", b"http")) else kind_of(text)))


def exchange(*pairs: tuple[str, str], field: str = "name") -> WordExchange:
    made = WordExchange()
    for old, new in pairs:
        made.add(old, new, field)
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"name": "vm-1a2b"}', b'{"name": "live-9"}'),
        (b"http://c/v2/servers/vm-1a2b/ips", b"http://c/v2/servers/live-9/ips"),
        (b"/v1/AUTH_x/box%2Fvm-1a2b", b"/v1/AUTH_x/box%2Flive-9"),
        (b'"\\nvm-1a2b\\u0020vm-1a2b"', b'"\\nlive-9\\u0020live-9"'),
        (b'{"addresses": {"vm-1a2b": []}}', b'{"addresses": {"live-9": []}}'),
        (b"vm-1a2b vm-1a2b.example", b"live-9 live-9.example"),
        (b"my-vm-1a2b vm-1a2b-2 vm-1a2b_x xvm-1a2b", b"my-vm-1a2b vm-1a2b-2 vm-1a2b_x xvm-1a2b"),
    ],
)
def test_a_word_is_exchanged_as_a_whole_and_never_inside_another(text: bytes, expected: bytes) -> None:
    assert swapped(exchange(("vm-1a2b", "live-9")), text) == expected


def test_longer_words_go_first() -> None:
    swap = exchange(("box 12", "b"), ("box 12/a.txt", "other/a.txt"))
    assert swapped(swap, b"box 12/a.txt, box 12") == b"other/a.txt, b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"server": {"name": "server", "status": "server"}}', b'{"server": {"name": "web", "status": "server"}}'),
        (b'{"name":"server"}', b'{"name":"web"}'),
        (b"http://c/v2/server/server?x=server&y", b"http://c/v2/web/web?x=web&y"),
        (b"the server is down", b"the server is down"),
        (b"server", b"web"),
    ],
)
def test_a_common_word_is_exchanged_only_where_it_is_the_name(text: bytes, expected: bytes) -> None:
    assert swapped(exchange(("server", "web")), text) == expected


@pytest.mark.parametrize("value", ["1", "yes", "42", "ok"])
def test_short_values_stay_with_their_own_member(value: str) -> None:
    swap = exchange((value, "else"), field="colour")
    text = json.dumps({"colour": value, "size": value, "id": f"{value}-{value}"})
    assert json.loads(swapped(swap, text.encode())) == {"colour": "else", "size": value, "id": f"{value}-{value}"}


@given(any_names, any_names)
def test_every_spelling_of_a_word_is_known(old: str, new: str) -> None:
    swap = exchange((old, new))
    assert json.loads(swapped(swap, json.dumps({"a": old}).encode())) == {"a": new}
    assert json.loads(swapped(swap, json.dumps({"a": old}, ensure_ascii=False).encode())) == {"a": new}
    assert swapped(swap, f"/c/{quote(old, safe='')}?x".encode()) == f"/c/{quote(new, safe='')}?x".encode()


@given(st.dictionaries(names, names.map(lambda name: f"live-{name}"), max_size=5), st.lists(names), st.text())
def test_what_is_exchanged_and_exchanged_back_is_what_it_was(
    pairs: dict[str, str], words: list[str], text: str
) -> None:
    if len(set(pairs.values())) < len(pairs):
        return
    there, back = exchange(*pairs.items()), exchange(*((new, old) for old, new in pairs.items()))
    message = " ".join([text, *words, *pairs]).encode("utf-8", "surrogatepass")
    assert swapped(back, swapped(there, message, Text.PLAIN), Text.PLAIN) == message


def test_addresses_within_an_exchanged_network_move_with_it() -> None:
    swap = exchange(("10.7.3.0/24", "10.9.8.0/24"))
    text = b'{"cidr": "10.7.3.0/24", "gateway_ip": "10.7.3.1", "pools": ["10.7.3.254", "10.7.4.1", "110.7.3.1"]}'
    assert swapped(swap, text) == text.replace(b'"10.7.3.', b'"10.9.8.')


def test_nothing_to_exchange_is_the_text_itself() -> None:
    text = b'{"name": "something-1"}'
    assert swapped(exchange(("vm-1a2b", "live-9")), text) is text


@pytest.mark.parametrize(
    ("url", "exchanged"),
    [
        ("http://c/v1/AUTH_p?marker=2&limit=2", "http://c/v1/AUTH_p?marker=8&limit=2"),
        ("http://c/v1/AUTH_p?limit=2&marker=2", "http://c/v1/AUTH_p?limit=2&marker=8"),
        ("http://c/v2/things?thing_id=2&size=2", "http://c/v2/things?thing_id=8&size=2"),
        ("http://c/v2/things/2?page=2", "http://c/v2/things/8?page=2"),
        ("http://c/v2/things/2/2", "http://c/v2/things/8/8"),
    ],
)
def test_a_common_word_in_a_query_is_exchanged_where_a_thing_is_named(url: str, exchanged: str) -> None:
    exchange = WordExchange()
    exchange.add("2", "8", "marker")
    assert exchange(url.encode(), Text.URL).decode() == exchanged
