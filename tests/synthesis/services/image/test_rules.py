"""Glance's own rules: who sees a shared image, what a list shows, which values and names there are."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.stocking.bootstrap import add_user
from tests.synthesis.requests import AS_CLIENT, Asker

OCTETS = ("Content-Type", "application/octet-stream")


class Glance(Asker):
    """`say` asks for something and gives the status and the document, where it is one."""

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = msgspec.json.encode(body) if body is not None else b""
        answer = self.ask(method, "image", "/v2" + path, sent, AS_CLIENT)
        assert isinstance(answer.body, bytes)
        return answer.status, msgspec.json.decode(answer.body) if answer.body[:1] == b"{" else None

    def image(self, **members: Any) -> str:
        status, body = self.say("POST", "/images", {"disk_format": "raw", "container_format": "bare", **members})
        assert status == 201, body
        return str(body["id"])

    def sees(self, id_: str, query: str = "") -> bool:
        return id_ in [one["id"] for one in self.say("GET", "/images" + query)[1]["images"]]

    def become(self, name: str) -> str:
        """Ask as a user who is no admin from now on; gives the project's id."""
        user = add_user(self.world, name, "secret", name, ["member"])
        self.token = token_for(self.synthesizer.scene_of(self.world), user, ["password"], None, {})
        return self.token.project


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"disk_format": "wrong"}, 400),
        ({"container_format": "wrong"}, 400),
        ({"visibility": "secret"}, 400),
        ({"min_disk": -1}, 400),
        ({"os_glance_foo": "bar"}, 403),
    ],
)
def test_what_glance_takes(members: dict[str, Any], status: int) -> None:
    assert Glance().say("POST", "/images", members)[0] == status


def test_a_reserved_property_cannot_be_added() -> None:
    glance = Glance()
    patch = [{"op": "add", "path": "/os_glance_foo", "value": "bar"}]
    assert glance.say("PATCH", f"/images/{glance.image()}", patch)[0] == 403


def test_an_admin_makes_an_image_for_another_project() -> None:
    glance = Glance()
    assert glance.say("GET", f"/images/{glance.image(owner='somebody')}")[1]["owner"] == "somebody"


def test_a_shared_image_is_listed_when_its_member_accepts_it() -> None:
    glance = Glance()
    owner, image = glance.token, glance.image(visibility="shared")
    guest = glance.become("guest")
    theirs, glance.token = glance.token, owner
    assert glance.say("POST", f"/images/{image}/members", {"member": guest})[1]["status"] == "pending"
    assert glance.say("POST", f"/images/{image}/members", {"member": guest})[0] == 409
    glance.token = theirs
    assert glance.say("GET", f"/images/{image}")[0] == 200
    assert (glance.sees(image), glance.sees(image, "?member_status=pending")) == (False, True)
    path = f"/images/{image}/members/{guest}"
    assert [glance.say("PUT", path, {"status": said})[0] for said in ("perhaps", "accepted")] == [400, 200]
    assert glance.sees(image)
    assert glance.say("DELETE", path)[0] == 403


def test_the_owner_does_not_accept_for_a_member_and_only_shared_images_have_any() -> None:
    glance = Glance()
    guest = glance.become("guest")
    glance.become("owner")
    shared, private = glance.image(visibility="shared"), glance.image(visibility="private")
    assert glance.say("POST", f"/images/{private}/members", {"member": guest})[0] == 403
    glance.say("POST", f"/images/{shared}/members", {"member": guest})
    assert glance.say("PUT", f"/images/{shared}/members/{guest}", {"status": "accepted"})[0] == 403


def test_a_list_leaves_out_what_is_hidden_or_of_the_community_until_it_is_asked_for() -> None:
    glance = Glance()
    hidden, common = glance.image(os_hidden=True), glance.image(visibility="community")
    assert (glance.sees(hidden), glance.sees(hidden, "?os_hidden=true")) == (False, True)
    glance.become("guest")
    assert (glance.sees(common), glance.sees(common, "?visibility=community")) == (False, True)


def test_a_list_is_of_images_of_a_size() -> None:
    glance = Glance()
    image = glance.image()
    glance.ask("PUT", "image", f"/v2/images/{image}/file", b"12345", (OCTETS,))
    assert [glance.sees(image, f"?size_min={low}&size_max=9") for low in (5, 6)] == [True, False]
    assert glance.say("GET", "/images?size_min=many")[0] == 400


def test_a_path_with_a_slash_behind_it_is_another_one() -> None:
    assert [Glance().say(method, "/images/")[0] for method in ("GET", "DELETE")] == [404, 404]


def test_a_copy_to_all_stores_leaves_the_data_as_it_is() -> None:
    glance = Glance()
    image = glance.image()
    glance.ask("PUT", "image", f"/v2/images/{image}/file", b"12345", (OCTETS,))
    assert (
        glance.say("POST", f"/images/{image}/import", {"method": {"name": "copy-image"}, "all_stores": True})[0] == 202
    )
    found = glance.say("GET", f"/images/{image}")[1]
    assert (found["size"], found["os_glance_importing_to_stores"]) == (5, "")


def test_data_is_in_the_one_store_of_a_made_up_cloud() -> None:
    glance = Glance()
    image = glance.image()
    assert glance.say("GET", "/info/stores")[1] == {"stores": [{"id": "file", "default": "true"}]}
    for store, status in (("other", 400), ("file", 204)):
        glance.ask("PUT", "image", f"/v2/images/{image}/stage", b"12345", (OCTETS,))
        glance.say("POST", f"/images/{image}/import", {"method": {"name": "glance-direct"}, "stores": [store]})
        assert glance.say("GET", f"/images/{image}")[1].get("stores") == ("file" if status == 204 else None)
    (task,) = glance.say("GET", f"/images/{image}/tasks")[1]["tasks"]
    assert (task["status"], task["input"]["backend"], task["image_id"]) == ("success", ["file"], image)
    assert [glance.say("DELETE", f"/stores/{store}/{image}")[0] for store in ("other", "file")] == [404, 403]


def test_definitions_of_metadata_are_renamed_and_protected() -> None:
    glance = Glance()
    glance.say("POST", "/metadefs/namespaces", {"namespace": "ns", "protected": True})
    assert glance.say("DELETE", "/metadefs/namespaces/ns")[0] == 403
    tags = "/metadefs/namespaces/ns/tags"
    assert [glance.say("POST", f"{tags}/{name}")[0] for name in ("old", "old", "other")] == [201, 409, 201]
    assert [glance.say("PUT", f"{tags}/old", {"name": name})[0] for name in ("other", "new")] == [409, 200]
    assert [glance.say("GET", f"{tags}/{name}")[0] for name in ("old", "new")] == [404, 200]
