"""What a client sent comes back to it, about the thing that it sent it for and about no other."""

import base64
import json
from typing import Any

import pytest

from cloudtape.cassettes.messages import Request, header
from tests.matchers.player import ID, OTHER, Player, get, post, said, send

KEYSTONE, SWIFT = "http://keystone/v3", "http://swift/v1/AUTH_p"
HASH = "5133525196c38e5be6972d909253fb388f6d9eaaac5db7f4886f3d84387cfe57"
MOMENT, LATER = "2026-11-30T10:07:05.123456", "2030-01-02T03:04:05.678901"


class Client(Player):
    def told(self, request: Request) -> Any:
        return json.loads(self.ask(request))

    def fields(self, request: Request, *names: str) -> tuple[str | None, ...]:
        """Those of the answer's header."""
        answer = self.answer(request)
        assert answer
        return tuple(header(answer.headers, name) for name in names)


def credential(blob: str, made: str = HASH) -> dict[str, Any]:
    return {"credential": {"blob": blob, "id": made}}


def create(blob: str) -> Request:
    return post(f"{KEYSTONE}/credentials", {"credential": {"blob": blob, "type": "ec2"}})


SCRUBBED = '{"access": "scrubbed-secret-1", "secret": "scrubbed-secret-2"}'
LIVE, LIVE_TOO = '{"access": "acc-1", "secret": "s\\"cr\u00e9t"}', '{"access": "acc-2", "secret": "other"}'


def test_a_secret_that_was_sent_comes_back_in_every_later_answer_about_its_thing() -> None:
    shown = get(f"{KEYSTONE}/credentials/{HASH}")
    listed = get(f"{KEYSTONE}/credentials")
    one = Client(
        (create(SCRUBBED), credential(SCRUBBED)),
        (shown, credential(SCRUBBED)),
        (listed, {"credentials": [credential(SCRUBBED)["credential"], {"id": OTHER, "blob": SCRUBBED}]}),
    )
    assert one.told(create(LIVE)) == one.told(shown) == credential(LIVE)
    assert [each["blob"] for each in one.told(listed)["credentials"]] == [LIVE, SCRUBBED]


def test_two_things_recorded_with_one_secret_keep_their_own() -> None:
    one = Client(
        (create(SCRUBBED), credential(SCRUBBED, ID)),
        (create(SCRUBBED), credential(SCRUBBED, OTHER)),
        (get(f"{KEYSTONE}/credentials/{ID}"), credential(SCRUBBED, ID)),
        (get(f"{KEYSTONE}/credentials/{OTHER}"), credential(SCRUBBED, OTHER)),
    )
    sent = {one.told(create(blob))["credential"]["id"]: blob for blob in (LIVE, LIVE_TOO)}
    assert set(sent) == {ID, OTHER}
    for made, blob in sent.items():
        assert one.told(get(f"{KEYSTONE}/credentials/{made}")) == credential(blob, made)


def test_what_was_changed_last_counts_also_where_it_was_changed_to_what_was_recorded() -> None:
    def change(blob: str) -> Request:
        return send("PATCH", f"{KEYSTONE}/credentials/{HASH}", {"credential": {"blob": blob}})

    shown = get(f"{KEYSTONE}/credentials/{HASH}")
    recorded = [(create("scrubbed-secret-1"), credential("scrubbed-secret-1"))]
    recorded += [(change(f"scrubbed-secret-{n}"), credential(f"scrubbed-secret-{n}")) for n in (2, 1)]
    one = Client(*recorded, (shown, credential("scrubbed-secret-1")))
    one.told(create("first"))
    assert one.told(change("second")) == credential("second")
    assert one.told(change("scrubbed-secret-1")) == one.told(shown) == credential("scrubbed-secret-1")


def application_credential(expires: str | None, made: str = ID, **more: Any) -> dict[str, Any]:
    return {"application_credential": {"name": "ac-1a2b", "expires_at": expires, "id": made, **more}}


@pytest.mark.parametrize(
    ("told", "tells"), [(MOMENT, LATER), (f"{MOMENT}Z", f"{LATER}Z"), ("2026-11-30T10:07:05Z", "2030-01-02T03:04:05Z")]
)
def test_a_moment_that_was_sent_comes_back_as_the_cloud_spells_it(told: str, tells: str) -> None:
    def make(expires: str) -> Request:
        return post(f"{KEYSTONE}/users/u/application_credentials", {"application_credential": {"expires_at": expires}})

    created = "2026-11-30T10:07:06.000000"
    shown = get(f"{KEYSTONE}/users/u/application_credentials/{ID}")
    answer = application_credential(told, created_at=created)
    one = Client((make(MOMENT), answer), (shown, answer))
    assert one.told(make(LATER)) == one.told(shown) == application_credential(tells, created_at=created)


def test_two_moments_that_were_one_in_the_recording_are_two() -> None:
    def lease(start: str, end: str) -> dict[str, Any]:
        return {"lease": {"start_date": start, "end_date": end}}

    answer = {"lease": {"id": ID, "end_date": f"{MOMENT}Z", "start_date": f"{MOMENT}Z"}}
    one = Client((post("/leases", lease(MOMENT, MOMENT)), answer))
    told = one.told(post("/leases", lease(LATER, "2031-01-01T00:00:00.000000")))["lease"]
    assert (told["start_date"], told["end_date"]) == (f"{LATER}Z", "2031-01-01T00:00:00.000000Z")


def test_user_data_comes_back_under_the_name_that_the_cloud_has_for_it() -> None:
    def boot(data: str, password: str) -> Request:
        return post("/servers", {"server": {"name": "vm", "user_data": data, "adminPass": password}})

    scrubbed, data = (base64.b64encode(text).decode() for text in (b"scrubbed-data-1", b"#!/bin/sh -x"))
    shown = get(f"/servers/{ID}")
    one = Client(
        (boot(scrubbed, "scrubbed-password-1"), {"server": {"id": ID, "adminPass": "scrubbed-password-1"}}),
        (shown, {"server": {"OS-EXT-SRV-ATTR:user_data": scrubbed, "id": ID, "image": {"id": OTHER}}}),
    )
    assert one.told(boot(data, "chosen"))["server"]["adminPass"] == "chosen"
    assert one.told(shown)["server"]["OS-EXT-SRV-ATTR:user_data"] == data


def test_a_secret_within_a_longer_text_comes_back() -> None:
    def stack(password: str) -> Request:
        return post("/stacks", {"stack_name": "s", "parameters": {"db_password": password}})

    outputs = [{"output_key": "dsn", "output_value": "mysql://root:scrubbed-password-1@host/db, scrubbed-password-12"}]
    shown = get(f"/stacks/s/{ID}")
    one = Client(
        (stack("scrubbed-password-1"), {"stack": {"id": ID}}), (shown, {"stack": {"id": ID, "outputs": outputs}})
    )
    one.told(stack('it"s'))
    told = one.told(shown)["stack"]["outputs"][0]["output_value"]
    assert told == 'mysql://root:it"s@host/db, scrubbed-password-12'


def test_a_key_pair_has_its_name_for_an_id() -> None:
    def pair(name: str, key: str) -> dict[str, Any]:
        return {"keypair": {"name": name, "public_key": key}}

    names = ("key-1a2b", "key-3c4d")
    recorded = [(post("/os-keypairs", pair(name, "ssh-rsa AAAA")), pair(name, "ssh-rsa AAAA")) for name in names]
    one = Client(*recorded, (get("/os-keypairs"), {"keypairs": [pair(name, "ssh-rsa AAAA") for name in names]}))
    sent = {"key-9f9f": "ssh-rsa BBBB", "key-8e8e": "ssh-rsa CCCC"}
    for name, key in sent.items():
        assert one.told(post("/os-keypairs", pair(name, key))) == pair(name, key)
    assert one.told(get("/os-keypairs")) == {"keypairs": [pair(name, key) for name, key in sent.items()]}


def test_of_several_things_made_at_once_each_keeps_its_own() -> None:
    def users(*passwords: str) -> Request:
        return post("/users", {"users": [{"kind": "u", "password": one} for one in passwords]})

    made = {"users": [{"id": ID, "password": "scrubbed-password-1"}, {"id": OTHER, "password": "scrubbed-password-1"}]}
    one = Client((users("scrubbed-password-1", "scrubbed-password-1"), made), (get("/users"), made))
    told = [one.told(request)["users"] for request in (users("first", "second"), get("/users"))]
    assert [[each["password"] for each in users] for users in told] == [["first", "second"]] * 2


def test_a_thing_that_is_known_by_a_link_alone() -> None:
    secrets = "http://barbican/v1/secrets"
    shown = get(f"{secrets}/{ID}/payload")
    one = Client(
        (post(secrets, {"payload": "scrubbed-secret-1"}), {"secret_ref": f"{secrets}/{ID}"}),
        (shown, said("scrubbed-secret-1", 200, ("Content-Type", "text/plain"))),
    )
    assert one.told(post(secrets, {"payload": "pay < load"}))
    assert one.ask(shown) == "pay < load"


def put(path: str, *headers: tuple[str, str]) -> Request:
    return Request("PUT", f"{SWIFT}/{path}", headers)


def test_fields_that_are_kept_with_an_object_come_back() -> None:
    def fields(mtime: str, delete_at: str) -> tuple[tuple[str, str], ...]:
        return ("X-Object-Meta-Mtime", mtime), ("X-Delete-At", delete_at)

    recorded = [(put(f"c/{name}", *fields("1", "2000000000")), said("", 201)) for name in "ab"]
    kept = said("", 200, *fields("1", "2000000000"), ("X-Timestamp", "1"))
    one = Client(*recorded, *((Request("HEAD", f"{SWIFT}/c/{name}"), kept) for name in "abc"))
    for name in "ab":
        one.answer(put(f"c/{name}", *fields(f"17.{name}", "2100000000")))
    told = ("x-object-meta-mtime", "x-delete-at", "x-timestamp")
    answers = [one.fields(Request("HEAD", f"{SWIFT}/c/{name}"), *told) for name in "abc"]
    assert answers == [("17.a", "2100000000", "1"), ("17.b", "2100000000", "1"), ("1", "2000000000", "1")]


def test_a_key_of_an_account_comes_back() -> None:
    key = "X-Account-Meta-Temp-URL-Key"
    account = Request("POST", SWIFT, ((key, "scrubbed-key-1"),))
    one = Client((account, said("", 204)), (Request("HEAD", SWIFT), said("", 204, (key.title(), "scrubbed-key-1"))))
    one.answer(Request("POST", SWIFT, ((key, "mine"),)))
    assert one.fields(Request("HEAD", SWIFT), key.lower()) == ("mine",)


def test_a_property_that_was_sent_in_a_field_is_told_in_a_member() -> None:
    def upload(os: str) -> Request:
        return Request("POST", "http://glance/v1/images", (("X-Image-Meta-Property-Os", os),))

    shown = Request("HEAD", f"http://glance/v1/images/{ID}")
    kept = said("", 200, ("X-Image-Meta-Property-Os", "linux"), ("X-Image-Meta-Name", "linux"))
    one = Client((upload("linux"), {"image": {"id": ID, "properties": {"os": "linux"}}}), (shown, kept))
    assert one.told(upload("bsd"))["image"]["properties"] == {"os": "bsd"}
    assert one.fields(shown, "x-image-meta-property-os", "x-image-meta-name") == ("bsd", "linux")


def test_a_part_of_a_thing_is_not_taken_for_one_by_a_name_in_it() -> None:
    def metadata(key: str) -> dict[str, Any]:
        return {"metadata": {"api_key": key, "name": "x"}}

    shown, part = get(f"/servers/{ID}"), get(f"/servers/{ID}/metadata/api_key")
    one = Client(
        (post(f"/servers/{ID}/metadata", metadata("scrubbed-key-1")), metadata("scrubbed-key-1")),
        (shown, {"server": {"name": "vm", "id": ID, **metadata("scrubbed-key-1")}}),
        (part, {"meta": {"api_key": "scrubbed-key-1"}}),
    )
    assert one.told(post(f"/servers/{ID}/metadata", metadata("mine"))) == metadata("mine")
    assert one.told(shown)["server"]["metadata"]["api_key"] == one.told(part)["meta"]["api_key"] == "mine"


def test_what_cannot_be_bound_is_told_of_its_own_thing() -> None:
    def network(made: str, text: str) -> dict[str, Any]:
        return {"network": {"id": made, "description": text}}

    def make(text: str) -> Request:
        return post("/networks", {"network": {"description": text}})

    recorded: list[tuple[Request, Any]] = [(make("for a test"), network(made, "for a test")) for made in (ID, OTHER)]
    recorded += [(get(f"/networks/{made}"), network(made, "for a test")) for made in (ID, OTHER)]
    for texts in (("one", "two"), ("one", "for a test"), ("for a test", "two")):
        one = Client(*recorded)
        sent = {one.told(make(text))["network"]["id"]: text for text in texts}
        assert {made: one.told(get(f"/networks/{made}"))["network"]["description"] for made in sent} == sent


def test_what_was_sent_is_given_back_to_the_letter_although_a_name_in_it_is_bound() -> None:
    user = {"user": {"name": "user-1a2b", "password": "scrubbed-password-1"}}
    made = {"user": {"id": ID, "name": "user-1a2b", "password": "scrubbed-password-1"}}
    one = Client((post("/users", user), made))
    live = {"user": {"name": "user-9f9f", "password": "not user-1a2b"}}
    assert one.told(post("/users", live))["user"] == {"id": ID, **live["user"]}


def test_a_number_that_was_sent_comes_back_as_one() -> None:
    def make(pin: int) -> Request:
        return post("/things", {"thing": {"password": pin}})

    one = Client((make(5277700001), {"thing": {"id": ID, "password": 5277700001}}))
    assert one.told(make(1234)) == {"thing": {"id": ID, "password": 1234}}


def test_what_was_refused_is_not_kept() -> None:
    shown = get(f"{KEYSTONE}/credentials/{HASH}")
    one = Client((create(SCRUBBED), said({"error": SCRUBBED}, 409)), (shown, credential(SCRUBBED)))
    one.told(create(LIVE))
    assert one.told(shown) == credential(SCRUBBED)


def test_what_was_sent_moves_along_when_things_change_places() -> None:
    def make(name: str, text: str) -> Request:
        return post("/users", {"user": {"name": name, "password": text}})

    def user(made: str, name: str, text: str) -> dict[str, Any]:
        return {"user": {"id": made, "name": name, "password": text}}

    def enter(made: str, group: str) -> Request:
        return send("PUT", f"/users/{made}/groups/{group}")

    one = Client(
        (make("user-1a2b", "scrubbed-password-1"), user(ID, "user-1a2b", "scrubbed-password-1")),
        (make("user-3c4d", "scrubbed-password-2"), user(OTHER, "user-3c4d", "scrubbed-password-2")),
        (enter(OTHER, "admins"), said("", 204)),
        (get(f"/users/{ID}"), user(ID, "user-1a2b", "scrubbed-password-1")),
        (get(f"/users/{OTHER}"), user(OTHER, "user-3c4d", "scrubbed-password-2")),
    )
    first = one.told(make("user-9f9f", "one"))["user"]
    second = one.told(make("user-8e8e", "two"))["user"]
    one.answer(enter(first["id"], "admins"))
    assert [one.told(get(f"/users/{each['id']}"))["user"] for each in (first, second)] == [first, second]


def test_an_answer_may_tell_what_was_sent_of_its_thing_in_its_body_or_in_its_fields() -> None:
    """What is given as it was recorded must be none of these."""
    shown = get(f"{KEYSTONE}/credentials/{HASH}")
    box = f"{SWIFT}/box-1a2b3c4d"
    one = Client(
        (create(SCRUBBED), credential(SCRUBBED)),
        (shown, credential(SCRUBBED)),
        (send("PUT", box, None, ("X-Container-Meta-Colour", "dark-red-1")), said("", 201)),
        (get(box), said("", 204, ("X-Container-Meta-Colour", "dark-red-1"))),
    )

    def concerns(request: Request, body: bytes) -> bool:
        return one.session.echoes.concern(request, body, one._request)

    assert not concerns(shown, SCRUBBED.encode())
    one.told(create(LIVE))
    one.ask(send("PUT", box, None, ("X-Container-Meta-Colour", "bright-blue-2")))
    assert concerns(shown, json.dumps(credential(SCRUBBED)).encode())
    assert not concerns(shown, b"[]")
    assert concerns(get(box), b"")
    assert not concerns(get(f"{SWIFT}/another"), b"")
