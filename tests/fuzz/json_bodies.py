"""JSON of strangers: what the reference's examples and recorded bodies hold, with other values, and damaged as text."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Response
from cloudtape.clock import fresh, now, retimed, told_times
from cloudtape.leading import leads_away
from cloudtape.service_catalog import endpoints_in
from cloudtape.synthesis.services.cloud import default_cloud
from tests.fuzz import exchanges
from tests.fuzz.damage import damaged
from tests.fuzz.exchanges import exchange, keep_and_look
from tests.fuzz.odd_requests import OddRequests

prepare = exchanges.prepare
LARGEST = 30_000
PIECES = [
    *(b"{", b"}", b"[", b"]", b":", b",", b'"', b'"a":', b'{"a":', b"[[", b'"\\ud800"', b'"\\u0000"', b'"\\', b"\\u", b"1e999", b"-0"),
    *(b"9" * 400, b"1." + b"0" * 300, b"NaN", b"Infinity", b"true", b"null", b" ", b"\n", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf"),
    *(b'{"password": "x"}', b'"password"', b'"adminPass":', b'{"key": "password", "value": "S3cret99"},', b'"name": "secret", "value": 5'),
    *(b'"id": 1, "id": 2', b'"auth": {"identity": {}}', b'"access": {"token": []}', b'"catalog": [{"endpoints": 1}]', b'"links": [{}]'),
    *(b'"{\\"password\\": \\"x\\"}"', b'"eyJhIjogMX0="', b"'", b"/*", b'{"":{"":{"":', b'"2026-01-01T00:00:00Z"', b'"http://[::1"'),
]  # fmt: skip


class Bodies(NamedTuple):
    sent: bytes
    answered: bytes
    kind: str


@cache
def whole() -> list[bytes]:
    """Examples, each with a few spoilt ones of it."""
    odd = OddRequests(default_cloud().kinds.planner, 1)
    odd.random = random.Random(1)
    values = [value for one in odd.examples for value in (one, odd.spoilt(one), odd.spoilt(one))]
    return [text for value in values if len(text := odd.dumped(value)) < LARGEST]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "password", "name", "", "value"]), inner, max_size=4)
    ),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode())
text = damaged(st.deferred(lambda: st.sampled_from(whole())) | plain, PIECES)
INPUTS = st.builds(
    Bodies, text, text, st.sampled_from(["application/json", "application/json; charset=utf-16", "text/plain", ""])
)


def attempt(one: Bodies, _folder: Path) -> None:
    headers = (("Content-Type", one.kind), ("X-Subject-Token", "x"))
    for body in (one.sent, one.answered):
        with suppress(JsonError):
            json_value(body)
        answer = Response(201, "Created", headers, body)
        for endpoint in endpoints_in(answer):
            assert endpoint.url
        leads_away(answer, lambda _: False)
        told_times(body)
        retimed(body, fresh(body, now()))
    keep_and_look(exchange(one.sent, one.answered, headers, "http://controller:5000/v3/auth/tokens"))
