import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.openstack.operations import ELSEWHERE, LETTER
from tools.reference.misreads import Letters, Misreads

WHOLE = "4867d92e-cc7b-4cde-9a1a-149e91caa491"
PROJECT = "e4f50856753b4dc6afee5fa6b9b6c550"


FAR = "5bbcc3c4-1da2-4437-a48a-66f15b1b13f9"
TEXT = f"The cgsnapshot of a cloudpipe. Each cgsnapshot and cloudpipe is <thing id='{FAR}'/>, no cloupipe cgssnapshot, hadoop_version."


def restored(value: Any) -> tuple[Any, tuple[str, ...]]:
    return Misreads([{"id": WHOLE, "tenant_id": PROJECT}], Letters(TEXT)).restored(value)


@pytest.mark.parametrize(
    ("misread", "whole", "what"),
    [
        ("36flefde-90f9-41c1-b409-aalcf9623e3e", "36f1efde-90f9-41c1-b409-aa1cf9623e3e", LETTER),
        ("16elab15c35a457e9c2b2aa189f544e1", "16e1ab15c35a457e9c2b2aa189f544e1", LETTER),
        ("e4f50856753b4dc6af5fa6b9b6c550", PROJECT, ELSEWHERE),
        ("http://h/servers/4867d92e-cc7b-4cde-9a1a-149e91ca491", f"http://h/servers/{WHOLE}", ELSEWHERE),
        ("5bcc3c4-1da2-4437-a48a-66f15b1b13f9", FAR, ELSEWHERE),
        ("stacks%2Fa%2F4867d92e-cc7b-4cde-9ala-149e91caa491%2F", f"stacks%2Fa%2F{WHOLE}%2F", LETTER),
        ("d7ffffe9c-3b42-46a9-8be8-e98f586fa7a9", "d7fffe9c-3b42-46a9-8be8-e98f586fa7a9", LETTER),
        ("2014-06-10T20:55:l6Z", "2014-06-10T20:55:16Z", LETTER),
        ("fa:16:3e:4c:2c:3O", "fa:16:3e:4c:2c:30", LETTER),
    ],
)
def test_an_id_or_time_is_restored_from_its_form_or_from_elsewhere(misread: str, whole: str, what: str) -> None:
    assert restored({"a": [misread]}) == ({"a": [whole]}, (what,))


@pytest.mark.parametrize(
    ("misread", "whole"),
    [
        ("cloupipe", "cloudpipe"),
        ("source_cgssnapshot_member_id", "source_cgsnapshot_member_id"),
        (".hadoop_version", "hadoop_version"),
    ],
)
def test_a_key_has_the_letters_that_its_words_have_elsewhere(misread: str, whole: str) -> None:
    assert restored({misread: misread}) == ({whole: misread}, (LETTER,))


@pytest.mark.parametrize(
    "misread",
    [
        "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-([0-9a-fA-F]{4}-([0-9a-fA-F]{4}-([0-9a-fA-F]{12})$",
        "^( [0-9a-fA-F] ){8} - ( [0-9a-fA-F] ){4} - ( [0-9a-fA-F] ){4} - ( [0-9a-fA-F] ){4} - ( [0-9a-fA-F] ){12} $",
    ],
)
def test_the_pattern_of_an_id_is_restored(misread: str) -> None:
    value, _ = restored(misread)
    assert re.fullmatch(value, WHOLE)


@pytest.mark.parametrize("text", ["8195065cfea4-4d57-b93f-5c5c63fe90e8", WHOLE.replace("-", ""), "201406-10T20:55:16Z"])
def test_a_hyphen_is_not_put_in(text: str) -> None:
    assert restored(text) == (text, ())


@pytest.mark.parametrize(
    "text", [WHOLE, PROJECT, "2014-06-10T20:55:16Z", "illegal", "volume", "fa:16:3e:4c:2c:30", "c" * 20]
)
def test_what_is_whole_stays(text: str) -> None:
    assert restored(text) == (text, ())


def test_what_cannot_be_known_stays() -> None:
    lost = "7449e332-9715-4185-b191-1cf91d75d48"
    assert restored(lost) == (lost, ())


def test_of_two_as_near_none_is_taken() -> None:
    misreads = Misreads([{"a": PROJECT[:-1] + "1", "b": PROJECT[:-1] + "2"}], Letters(""))
    assert misreads.restored(PROJECT[:-1]) == (PROJECT[:-1], ())


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_short_texts_are_never_touched(value: Any) -> None:
    assert Misreads([], Letters("")).restored(value) == (value, ())
