from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.packing import MOST_NAMES, Packer, Unpacker
from tests.cassettes.strategies import interactions

FOLDER = Path("tape.bodies")
JSON = ("Content-Type", "application/json")


def answering(*headers: tuple[str, str]) -> Interaction:
    return Interaction(Request("GET", "http://cloud/"), Response(200, "OK", headers))


@given(st.lists(interactions, max_size=6))
def test_what_was_packed_comes_back_whole_and_in_part(several: list[Interaction]) -> None:
    packer = Packer()
    pieces = [packer(one) for one in several + several]
    unpacker = Unpacker(packer.names, FOLDER)
    for one, (answered, asked) in zip(several + several, pieces, strict=True):
        assert unpacker.interaction(answered, asked, one.ordinal) == one
        recorded = unpacker.recorded(answered)
        assert (recorded.uri, recorded.operation) == (one.request.uri, one.operation)
        assert recorded.response == one.response


def test_names_that_come_again_are_kept_once() -> None:
    packer = Packer()
    pieces = [packer(answering(JSON, ("X-Id", str(number))))[0] for number in range(2)]
    assert packer.names == [("Content-Type", "X-Id"), ()]
    first, last = (Unpacker(packer.names, FOLDER).recorded(piece) for piece in pieces)
    assert first.names is last.names
    assert (first.values, last.values) == (("application/json", "0"), ("application/json", "1"))


def test_names_that_are_always_others_do_not_fill_the_table() -> None:
    packer = Packer()
    pieces = [packer(answering((f"X-Container-Meta-{number}", "yes")))[0] for number in range(MOST_NAMES + 2)]
    assert len(packer.names) == MOST_NAMES
    last = Unpacker(packer.names, FOLDER).recorded(pieces[-1])
    assert last.response.headers == ((f"X-Container-Meta-{MOST_NAMES + 1}", "yes"),)
