"""When a recorded answer can no longer be true, since the client changed what it tells of."""

from __future__ import annotations

import pytest

from cloudtape.cassettes.messages import Request, Response
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.stocking.recorded.mending import ended, has_ended, is_doubtful, is_news, is_unheard_of, note
from cloudtape.synthesis.stocking.recorded.world import RecordedWorld
from tests.synthesis.stocking.recorded.test_world import COMPUTE, IDENTITY, SYNTHESIZER, ask, world_of

NETWORK, VOLUME = "http://network.cloud.invalid/v2.0", "http://block-storage.cloud.invalid/v3"
NET = "9e700000-0000-4000-8000-000000000001"
OTHER = "9e700000-0000-4000-8000-000000000002"
DOMAIN = "d0000000000040008000000000000001"


def call_of(world: RecordedWorld, method: str, url: str, body: bytes = b"") -> Call:
    call = SYNTHESIZER.call(world, Request(method, url, (("X-Auth-Token", "t"),), body))
    assert call is not None
    return call


def change(world: RecordedWorld, method: str, url: str, body: bytes = b"") -> int:
    """Have the made-up cloud answer a request, as none was recorded; gives its status."""
    answer = ask(world, method, url, body=body)
    note(world, call_of(world, method, url, body))
    return answer.status


def test_a_recorded_deletion_of_what_the_clients_own_things_need_is_none() -> None:
    networks = [{"id": one, "name": "", "status": "ACTIVE"} for one in (NET, OTHER)]
    world = world_of(("GET", f"{NETWORK}/networks", {"networks": networks}, ()))
    deletions = [call_of(world, "DELETE", f"{NETWORK}/networks/{one}") for one in (NET, OTHER)]
    assert [is_news(world, call) for call in deletions] == [False, False]
    assert change(world, "POST", f"{NETWORK}/ports", b'{"port": {"network_id": "%s"}}' % NET.encode()) == 201
    assert [is_news(world, call) for call in deletions] == [True, False]


@pytest.mark.parametrize(
    ("quotas", "body", "created", "status"),
    [
        (f"{NETWORK}/quotas/%s", b'{"quota": {"network": 3}}', f"{NETWORK}/networks", 409),
        (f"{VOLUME}/os-quota-sets/%s", b'{"quota_set": {"volumes": 3}}', f"{VOLUME}/volumes", 413),
        (f"{VOLUME}/os-quota-class-sets/default", b'{"quota_class_set": {"volumes": 3}}', f"{VOLUME}/volumes", 413),
        (f"{COMPUTE}/v2.1/os-quota-sets/%s", b'{"quota_set": {"cores": 3}}', f"{COMPUTE}/v2.1/servers", 403),
    ],
)
def test_a_recorded_refusal_is_doubtful_once_the_client_has_changed_the_quota(
    quotas: str, body: bytes, created: str, status: int
) -> None:
    world = world_of()
    creation = call_of(world, "POST", created)
    project = creation.token.project
    assert not is_doubtful(world, creation, status)
    assert change(world, "PUT", quotas.replace("%s", project), body) == 200
    assert is_doubtful(world, creation, status)
    assert not is_doubtful(world, creation, 400)
    assert not is_doubtful(world, call_of(world, "GET", created), status)


def test_only_the_clients_own_roles_make_lists_of_assignments_news() -> None:
    world = world_of(("GET", f"{IDENTITY}/v3/domains", {"domains": [{"id": DOMAIN, "name": "d", "enabled": True}]}, ()))
    assert world.trusted is not None
    user = world.trusted.user
    role = next(grant.role for grant in world.grants)
    asked = call_of(world, "GET", f"{IDENTITY}/v3/role_assignments?user.id={user}")
    assert (
        change(world, "PUT", f"{IDENTITY}/v3/domains/{DOMAIN}/config", b'{"config": {"identity": {"driver": "x"}}}')
        == 201
    )
    assert not is_news(world, asked)
    assert change(world, "PUT", f"{IDENTITY}/v3/domains/{DOMAIN}/users/{user}/roles/{role}") == 204
    assert is_news(world, asked)


@pytest.mark.parametrize("path", ["limits", "os-quota-sets/%s", "os-quota-sets/%s/defaults"])
def test_what_says_quotas_again_is_news_once_the_client_has_changed_their_class(path: str) -> None:
    world = world_of()
    assert world.trusted is not None
    asked = call_of(world, "GET", f"{VOLUME}/{path}".replace("%s", world.trusted.project))
    assert not is_news(world, asked)
    change(world, "PUT", f"{VOLUME}/os-quota-class-sets/default", b'{"quota_class_set": {"volumes": 3}}')
    assert is_news(world, asked)


def test_what_another_thing_was_answered_is_not_true_of_one_that_is_gone() -> None:
    world = world_of(("GET", f"{NETWORK}/networks", {"networks": [{"id": NET, "name": "", "status": "ACTIVE"}]}, ()))
    deletion, show = (call_of(world, method, f"{NETWORK}/networks/{NET}") for method in ("DELETE", "GET"))
    assert not has_ended(world, show, f"/v2.0/networks/{OTHER}")
    ended(world, deletion, f"/v2.0/networks/{NET}")
    assert not has_ended(world, show, f"/v2.0/networks/{OTHER}")
    world.see(deletion.request, Response(204, "No Content"))
    paths = (f"/v2.0/networks/{OTHER}", f"/v2.0/networks/{NET}", f"/v2.0/networks/{NET}/tags")
    assert [has_ended(world, show, path) for path in paths] == [True, False, False]


def test_a_thing_that_nobody_has_made_or_shown_is_unheard_of() -> None:
    world = world_of(("GET", f"{NETWORK}/networks", {"networks": [{"id": NET, "name": "", "status": "ACTIVE"}]}, ()))
    shows = [call_of(world, "GET", f"{NETWORK}/networks/{one}") for one in (NET, OTHER)]
    assert [is_unheard_of(world, show) for show in shows] == [False, True]
    assert not is_unheard_of(world, call_of(world, "DELETE", f"{NETWORK}/networks/{OTHER}"))
    assert not is_unheard_of(world, call_of(world, "GET", f"{NETWORK}/networks/public"))
