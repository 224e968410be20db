"""Which epoch of a recording fits what a session has done, told in items that come, change and go."""

import pytest

from cloudtape.matchers.recordings.progress import PlayedWrites, Story

A, B = 1, 2
# Positions 10, 20, …: what is done to which item, and whether it ends it. Reads lie between them.
MADE_A, CHANGED_A, ENDED_A, MADE_B, ENDED_B = 10, 20, 30, 40, 50
STORY = Story(
    [MADE_A, CHANGED_A, ENDED_A, MADE_B, ENDED_B],
    [(A,), (A,), (A,), (B,), (B,)],
    ends=[False, False, True, False, True],
    makes=[True, False, False, True, False],
)
READS = [5, 15, 25, 35, 45, 55]


def read(*played: int) -> int:
    """The position of the read that fits after some writes."""
    progress = PlayedWrites(STORY)
    for position in played:
        progress.play(position)
    begin, end = next(progress.epochs(READS))
    assert end == begin + 1
    return READS[begin]


@pytest.mark.parametrize(
    ("played", "fits"),
    [
        ((), 5),
        ((MADE_A,), 15),
        ((MADE_A, CHANGED_A), 25),
        ((MADE_A, CHANGED_A, ENDED_A), 35),
        ((MADE_A, ENDED_A), 35),  # what the client left out does not hold up what follows
        ((MADE_B,), 45),  # what came and went in the recording never came here
        ((MADE_B, ENDED_B), 55),
        ((MADE_B, ENDED_B, MADE_A), 15),  # another order
        ((MADE_A, CHANGED_A, ENDED_A, MADE_B), 45),
    ],
)
def test_the_epoch_fits_what_was_done(played: tuple[int, ...], fits: int) -> None:
    assert read(*played) == fits


def test_what_was_done_last_weighs_most() -> None:
    assert read(MADE_A, MADE_B) == 45
    assert read(MADE_B, MADE_A) == 15


def test_what_is_taken_back_was_never_done() -> None:
    progress = PlayedWrites(STORY)
    for position in (MADE_A, CHANGED_A, MADE_B):
        progress.play(position)
    progress.take_back(MADE_B)
    assert READS[next(progress.epochs(READS))[0]] == 25


def test_a_story_knows_what_is_there_in_each_epoch() -> None:
    assert list(STORY.there) == [0, 1, 1, 0, 1, 0]
    assert [STORY.is_there(A, epoch) for epoch in range(6)] == [False, True, True, False, False, False]


@pytest.mark.parametrize(
    ("reads", "played", "fits"),
    [
        ([45, 55], (), 45),  # nothing was read as early as now
        ([5, 15, 55], (MADE_A, CHANGED_A, ENDED_A), 15),
        ([5, 35], (MADE_A, CHANGED_A), 35),
        ([5, 25], (MADE_A,), 5),  # as near on either side
    ],
)
def test_where_nothing_was_read_in_an_epoch_its_nearest_neighbour_fits(
    reads: list[int], played: tuple[int, ...], fits: int
) -> None:
    progress = PlayedWrites(STORY)
    for position in played:
        progress.play(position)
    assert reads[next(progress.epochs(reads))[0]] == fits


def test_what_was_done_last_weighs_more_than_all_before_it() -> None:
    """A read with the new thing alone fits better than one with both of the old."""
    items = [(1,), (2,), (1,), (2,), (3,)]
    ends = [False, False, True, True, False]
    progress = PlayedWrites(Story([10, 20, 30, 40, 50], items, ends, [not end for end in ends]))
    for position in (10, 20, 50):
        progress.play(position)
    reads = [25, 55]
    assert reads[next(progress.epochs(reads))[0]] == 55
