from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.messages import Interaction, Recorded, Request, Response
from cloudtape.cassettes.packing import MOST_VALUES, Packer, Unpacker
from tests.cassettes.strategies import interactions

FOLDER = Path("tape.bodies")
JSON = ("Content-Type", "application/json")


def answering(*headers: tuple[str, str]) -> Interaction:
    return Interaction(Request("GET", "http://cloud/"), Response(200, "OK", headers))


@given(st.lists(interactions, max_size=6))
def test_what_was_packed_comes_back_whole_and_in_part(several: list[Interaction]) -> None:
    packer = Packer()
    pieces = [packer(one) for one in several + several]
    unpacker = Unpacker(packer.fields, FOLDER)
    for one, (answered, asked) in zip(several + several, pieces, strict=True):
        assert unpacker.interaction(answered, asked, one.ordinal) == one
        assert unpacker.recorded(answered) == Recorded(one.request.uri, one.operation, one.response)


def test_a_field_that_comes_again_is_kept_once() -> None:
    packer = Packer()
    pieces = [packer(answering(JSON, ("X-Id", str(number))))[0] for number in range(5)]
    assert packer.fields == [JSON]
    assert len(pieces[-1]) < len(pieces[0])
    first, last = (Unpacker(packer.fields, FOLDER).recorded(pieces[at]).response.headers[0] for at in (-2, -1))
    assert first is last


def test_a_field_with_many_values_does_not_fill_the_table() -> None:
    packer = Packer()
    for number in range(5 * MOST_VALUES):
        packer(answering(("Date", str(number // 2))))
    packer(answering(JSON))
    packer(answering(JSON))
    assert len(packer.fields) == MOST_VALUES + 1
