import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.matchers.recordings.vocabulary import Vocabulary, Words
from cloudtape.matchers.requests.canonical import canonical
from cloudtape.matchers.requests.form import form
from cloudtape.matchers.requests.naming import Naming
from tests.matchers.player import ID, get, post, said, send

NAMING = Naming()


def vocabulary(*recorded: tuple[Request, Response]) -> Vocabulary:
    words = Words()
    for request, response in recorded:
        words.add(Interaction(request, response), form(canonical(request), NAMING))
    return Vocabulary(words.told(), words.made())


CREATE = post("/servers", {"server": {"name": "vm-1", "security_groups": [{"name": "default"}], "key_name": "mine"}})
ANSWER = said({"server": {"id": ID, "name": "vm-1", "security_groups": [{"name": "default"}], "flavor": {"id": "42"}}})


@pytest.mark.parametrize(
    ("word", "clouds", "recorded"),
    [("vm-1", False, True), ("default", True, True), (ID, True, True), ("42", True, True), ("else", False, False)],
)
def test_a_name_is_the_clients_where_a_write_gave_it(word: str, clouds: bool, recorded: bool) -> None:
    known = vocabulary((CREATE, ANSWER))
    assert (known.is_clouds(word), known.is_recorded(word)) == (clouds, recorded)


def test_a_name_that_an_answer_told_first_is_still_the_clients() -> None:
    assert not vocabulary((get("/servers"), ANSWER), (CREATE, ANSWER)).is_clouds("vm-1")


def test_a_write_that_failed_made_nothing() -> None:
    conflict = said({"conflict": {"name": "vm-1"}}, 409)
    assert vocabulary((CREATE, conflict), (get("/servers"), ANSWER)).is_clouds("vm-1")


def test_escaped_names_are_read_as_they_are_meant() -> None:
    assert vocabulary((get("/servers"), said('{"name": "caf\\u00e9 \\"x\\""}'))).is_clouds('café "x"')


def test_containers_and_objects_are_made_by_their_paths() -> None:
    account = f"http://swift/v1/AUTH_{'a' * 32}"
    listing = Response(200, "", (("Content-Type", "text/plain"),), b"old\nbox\n")
    inner = Response(200, "", (("Content-Type", "text/plain"),), b"a/b\na/c\n")
    known = vocabulary(
        (send("PUT", f"{account}/box/a/b"), said("", 201)), (get(account), listing), (get(f"{account}/box"), inner)
    )
    assert [known.is_clouds(word) for word in ("box", "a/b", "old", "a/c")] == [False, False, True, True]
