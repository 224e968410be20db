import re

import pytest

from tools.reference.document import OPERATIONS, Caption, Part, PrintedExample, Table, read_document
from tools.reference.errors import DocumentError

# The last line of the table of contents.
CONTENTS_END = "19.5.1. List capabilities\t1635"


def test_every_operation_is_found_in_order(document: str) -> None:
    leaves = read_document(document)
    chapters = [leaf.chapter for leaf in leaves]
    assert [chapters.count(chapter) for chapter in dict.fromkeys(chapters)] == [n for n in OPERATIONS if n]
    assert len(leaves) == 974


def test_each_operation_has_its_row_three_times(document: str) -> None:
    for leaf in read_document(document):
        assert len({copy.method for copy in leaf.copies}) == 1, leaf.number


def test_the_text_of_an_operation_is_cut_into_blocks(document: str) -> None:
    leaf = next(one for one in read_document(document) if one.number == "1.4.2")
    kinds = [type(block) for block in leaf.blocks]
    assert {Table, Part, Caption, PrintedExample} <= set(kinds)
    assert [block.side for block in leaf.blocks if isinstance(block, Part)] == ["request", "response"]


@pytest.mark.parametrize("text", ["", "hello", "\n" * 50, '{"openapi": "3.0.0"}', "\x00" * 1000])
def test_another_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(DocumentError, match="not the OpenStack API Complete Reference"):
        read_document(text)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_document_that_is_cut_names_what_is_missing_and_where(document: str, share: float) -> None:
    with pytest.raises(DocumentError, match=r"^line \d+: .*(the text ends without|has \d+ rows)"):
        read_document(document[: int(len(document) * share)])


def test_a_document_cut_within_the_contents_is_refused(document: str) -> None:
    with pytest.raises(DocumentError, match="the table of contents lists the chapters"):
        read_document(document[: document.index("7. Identity API v3 extensions")])


@pytest.mark.parametrize("chapter", [1, 9, 19])
def test_a_missing_chapter_is_named(document: str, chapter: int) -> None:
    """The body without one chapter, the table of contents whole."""
    body = document.index(CONTENTS_END)
    start = document.index(f"\n{chapter}. ", body) + 1
    following = re.compile(rf"\n{chapter + 1}\. .* \((?:CURRENT|SUPPORTED|DEPRECATED)\)").search(document, start)
    end = following.start() if following else len(document)
    with pytest.raises(DocumentError, match=rf"without {chapter}\. "):
        read_document(document[:start] + document[end:])


def test_an_operation_without_its_row_is_named(document: str) -> None:
    damaged = document.replace("POST\t/v2/{tenant_id}/volumes\tCreates", "POST /v2/{tenant_id}/volumes Creates")
    with pytest.raises(DocumentError, match=r"^line \d+: the table of 1(\.4)? has \d+ rows for \d+ operations"):
        read_document(damaged)
