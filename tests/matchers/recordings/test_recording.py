"""What a recording knows of its interactions, from the smallest that has it."""

from cloudtape.cassettes.messages import Interaction, Request
from cloudtape.matchers.recordings.summary import makes
from cloudtape.matchers.requests.canonical import canonical
from cloudtape.matchers.requests.form import form
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.requests.things import crc_of, thing_of
from tests.matchers.player import ID, OTHER, Player, get, post, said, send, token


def test_writes_of_a_form_are_found_by_what_they_touch() -> None:
    resize, rename = post(f"/servers/{ID}/action", {"resize": {}}), send("PUT", f"/servers/{ID}", {"name": "vm"})
    recording = Player((resize, ""), (rename, ""), (post(f"/servers/{OTHER}/action", {"resize": {}}), "")).recording
    key = form(canonical(resize), Naming()).key
    assert recording.of_form(key, [crc_of(ID)], 9) == [0]
    assert recording.of_form(key, [crc_of(OTHER), crc_of(ID)], 9) == [2, 0]
    assert recording.of_form(key, [crc_of("unheard-of")], 9) == []


def test_a_write_has_the_items_that_it_is_on_and_a_read_has_none() -> None:
    two = {"networks": [{"id": ID}, {"id": OTHER}]}
    asked = (
        (get(f"/servers/{ID}"), ""),
        (send("DELETE", f"/servers/{ID}"), ""),
        (post("/networks", two), said(two, 201)),
    )
    recording = Player(*asked).recording
    assert [recording.items(position) for position in range(3)] == [(), (crc_of(ID),), (crc_of(ID), crc_of(OTHER))]


def test_a_token_of_the_identity_api_2_0_is_its_users_and_its_tenants() -> None:
    body = {"access": {"token": {"id": "t1", "tenant": {"id": "a-project"}}, "user": {"id": "a-user"}}}
    login = post("http://keystone/v2.0/tokens", {"auth": {"passwordCredentials": {"username": "u"}}})
    recording = Player((login, body), (get("/servers", token("t1")), "")).recording
    assert recording.identity(crc_of("t1")) == ("a-user", "a-project")
    assert recording.identity(recording.asker(1)) == ("a-user", "a-project")


def made(request: Request, status: int) -> bool:
    return makes(Interaction(request, said("", status)), thing_of(request.uri))


def test_a_post_to_a_collection_and_a_put_that_says_so_make_what_was_not_there() -> None:
    put, in_collection, of_item = send("PUT", "/boxes/b"), post("/servers"), post(f"/servers/{ID}/action")
    assert [made(put, status) for status in (200, 201, 202, 404)] == [False, True, False, False]
    assert [made(in_collection, status) for status in (199, 200, 202, 299, 300, 409)] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]
    assert not made(of_item, 202)
    assert not made(send("DELETE", "/servers"), 204)
