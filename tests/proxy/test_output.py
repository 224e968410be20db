import subprocess
import sys

import pytest

from cloudtape.output import counted, width_of, without_middle


@pytest.mark.parametrize(("number", "said"), [(0, "0 findings"), (1, "1 finding"), (2, "2 findings")])
def test_what_is_counted_is_told_in_its_number(number: int, said: str) -> None:
    assert counted(number, "finding") == said


def test_what_is_logged_is_shown_plainly() -> None:
    program = "from cloudtape.output import prepare; prepare(); import logging; logging.warning('a\\x1b[31m\\u202eb')"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert said.stderr == "a\\x1b[31m\\u202eb\n"


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("abcdefgh", 8, "abcdefgh"),
        ("abcdefghi", 8, "abcd…ghi"),
        ("\x1b[31mred\x1b[0m", 9, r"\x1b…b[0m"),
        ("日本日本日本", 7, "日 … 本"),
        ("ab", 1, "…"),
    ],
)
def test_a_text_without_room_loses_its_middle(text: str, room: int, shown: str) -> None:
    assert without_middle(text, room) == shown
    assert width_of(shown) <= room
