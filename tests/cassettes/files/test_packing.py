from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.files.packing import pack, unpack
from cloudtape.cassettes.messages import Interaction, Request, Response, StoredBody
from tests.cassettes.strategies import interactions

FOLDER = Path("tape.bodies")
FILE = StoredBody(FOLDER / ("0" * 64), 7, "0" * 64)


@given(interactions)
def test_what_was_packed_comes_back(one: Interaction) -> None:
    body, rest = pack(one)
    assert body == one.response.body
    assert unpack(body, rest, one.ordinal, FOLDER) == one


@given(st.sampled_from([b"", b"text", FILE]), st.sampled_from([b"", b"text", FILE]))
def test_bodies_in_files_come_back(asked: bytes | StoredBody, answered: bytes | StoredBody) -> None:
    one = Interaction(Request("PUT", "http://cloud/", (), asked), Response(200, "OK", (), answered), 1)
    assert unpack(*pack(one), 1, FOLDER) == one
