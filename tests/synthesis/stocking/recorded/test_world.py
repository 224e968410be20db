"""Worlds made from what answers show: from the reference's own examples, and from answers that make no sense."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtape.cassettes.messages import Request, Response
from cloudtape.openstack.catalog import default_catalog
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.services.object_store.service import ObjectService
from cloudtape.synthesis.stocking.recorded.known import Known
from cloudtape.synthesis.stocking.recorded.sightings import id_in, list_in
from cloudtape.synthesis.stocking.recorded.world import RecordedWorld
from tests.synthesis.requests import json_of, unused

JSON = (("Content-Type", "application/json"),)
SYNTHESIZER = Synthesizer(unused, default_cloud())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def world_of(*exchanges: tuple[str, str, Any, tuple[tuple[str, str], ...]]) -> RecordedWorld:
    """A world of recorded answers: (method, URL, document, headers) of each."""
    known = Known()
    known.read(
        SYNTHESIZER,
        [
            (
                Request(method, url, (("X-Auth-Token", "t"),)),
                Response(200, "OK", (*JSON, *more), msgspec.json.encode(document)),
            )
            for method, url, document, more in exchanges
        ],
    )
    return RecordedWorld(SYNTHESIZER, known, ObjectService())


def ask(world: RecordedWorld, method: str, url: str, token: str = "t", body: bytes = b"") -> Response:
    request = Request(method, url, (("X-Auth-Token", token), *JSON), body)
    if call := SYNTHESIZER.call(world, request):
        world.bring(call)
    response = asyncio.run(SYNTHESIZER.answer_in(world, request))
    assert response is not None
    return response


IDENTITY, COMPUTE = "http://identity.cloud.invalid", "http://compute.cloud.invalid"


@pytest.mark.parametrize(
    ("operation", "path"),
    [("identity.auth.tokens.authenticate", "/v3/auth/tokens"), ("identity.v2.0.tokens.authenticate", "/v2.0/tokens")],
)
def test_whoever_the_references_login_names_may_ask(operation: str, path: str) -> None:
    plan = SYNTHESIZER.kinds.planner.plan(operation)
    world = world_of(("POST", IDENTITY + path, plan.sample, (("X-Subject-Token", "subject"),)))
    told = plan.sample.get("token") or plan.sample["access"]
    assert world.trusted is not None
    assert world.trusted.user == told["user"]["id"]
    shown = ask(world, "GET", f"{IDENTITY}/v3/users/{world.trusted.user}", world.trusted.id)
    assert shown.status in (200, 403)


def test_a_cassette_without_logins_has_an_admin() -> None:
    world = world_of()
    assert world.trusted is not None
    assert world.trusted.is_admin
    assert ask(world, "GET", f"{COMPUTE}/v2.1/servers").status == 200


IMAGE = "http://image.cloud.invalid/v2"


def test_images_are_in_the_stores_that_were_recorded() -> None:
    stores = [{"id": "first", "default": "true"}, {"id": "second"}, {"id": "old", "read-only": "true"}]
    world = world_of(("GET", f"{IMAGE}/info/stores", {"stores": stores}, ()))
    image = json_of(ask(world, "POST", f"{IMAGE}/images", body=b'{"name": "one"}'))["id"]
    about = b'{"method": {"name": "glance-direct"}, "all_stores": true}'
    assert ask(world, "POST", f"{IMAGE}/images/{image}/import", body=about).status == 202
    for held in ("first,second", "second"):
        assert json_of(ask(world, "GET", f"{IMAGE}/images/{image}"))["stores"] == held
        gone = ask(world, "DELETE", f"{IMAGE}/stores/first/{image}")
        assert gone.status == (204 if held == "first,second" else 404)
    assert json_of(ask(world, "GET", f"{IMAGE}/info/stores")) == {"stores": stores}


SERVER = {"id": "5e49f8b0-0000-4000-8000-000000000001", "name": "one", "status": "ACTIVE"}
MADE = "1a9e0000-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("headers", "document"),
    [((("Location", f"http://image.cloud.invalid/images/{MADE}"),), None), ((), {"image_id": MADE})],
)
def test_the_image_that_a_replayed_action_made_has_its_recorded_id(
    headers: tuple[tuple[str, str], ...], document: Any
) -> None:
    world = world_of(("GET", f"{COMPUTE}/v2.1/servers/{SERVER['id']}", {"server": SERVER}, ()))
    action = b'{"createImage": {"name": "snapshot"}}'
    about = (("X-Auth-Token", "t"), *JSON)
    request = Request("POST", f"{COMPUTE}/v2.1/servers/{SERVER['id']}/action", about, action)
    body = msgspec.json.encode(document) if document else b""
    world.see(request, Response(202, "Accepted", (*JSON, *headers), body))
    listed = json_of(ask(world, "GET", f"{COMPUTE}/v2.1/images?server=x/servers/{SERVER['id']}"))
    assert [one["id"] for one in listed["images"]] == [MADE]


GROUP = {"id": MADE, "name": "web", "description": "", "rules": [], "tenant_id": "p"}


def test_what_is_made_through_another_service_has_its_recorded_id_there() -> None:
    world = world_of()
    url = f"{COMPUTE}/v2.1/os-security-groups"
    request = Request(
        "POST", url, (("X-Auth-Token", "t"), *JSON), b'{"security_group": {"name": "web", "description": ""}}'
    )
    world.see(request, Response(200, "OK", JSON, msgspec.json.encode({"security_group": GROUP})))
    for shown in (f"{url}/{MADE}", f"http://network.cloud.invalid/v2.0/security-groups/{MADE}"):
        assert ask(world, "GET", shown).status == 200


USER = {"id": "u-1234567", "name": "made", "domain_id": "default"}
PROJECT = {"id": "p-1234567", "name": "made", "domain_id": "default", "parent_id": "default"}
LOGIN = {
    "token": {
        "user": {"id": USER["id"], "name": "made", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": PROJECT["id"], "name": "made", "domain": {"id": "default", "name": "Default"}},
        "roles": [{"id": "r-1", "name": "member"}],
    }
}


def test_whom_the_recording_made_has_no_role_before_it_logged_in() -> None:
    made = [
        ("POST", f"{IDENTITY}/v3/projects", {"project": PROJECT}, ()),
        ("POST", f"{IDENTITY}/v3/users", {"user": USER}, ()),
        ("POST", f"{IDENTITY}/v3/auth/tokens", LOGIN, (("X-Subject-Token", "later"),)),
    ]
    world = world_of(*made)
    assert not [grant for grant in world.grants if grant.actor == USER["id"]]
    method, url, document, headers = made[-1]
    world.see(Request(method, url), Response(201, "", (*JSON, *headers), msgspec.json.encode(document)))
    assert [grant.role for grant in world.grants if grant.actor == USER["id"]] == ["r-1"]


LISTS = [
    one
    for one in default_catalog().operations
    if one.service != "object-store"
    and one.id not in SYNTHESIZER.cloud.answers
    and SYNTHESIZER.kinds.planner.plan(one.id).kind not in SYNTHESIZER.cloud.windows  # what another service has
    and not one.id.endswith("versions.list")
    and SYNTHESIZER.kinds.planner.plan(one.id).verb is Verb.LIST
    and SYNTHESIZER.kinds.planner.plan(one.id).sample is not None
    and "{" not in one.path.replace("{tenant_id}", "").replace("{project_id}", "")
]


def test_every_list_of_the_reference_is_a_recording_to_start_from() -> None:
    """What the example lists is what the world lists, by its ids."""
    wrong = {}
    for one in LISTS:
        path = one.path.replace("{tenant_id}", "p").replace("{project_id}", "p")
        url = SYNTHESIZER.cloud.services[one.service].address() + path
        plan = SYNTHESIZER.kinds.planner.plan(one.id)
        world = world_of(("GET", url, plan.sample, ()))
        call = SYNTHESIZER.call(world, Request("GET", url))
        assert call is not None
        answer = ask(world, "GET", f"{url}?all_tenants=1")
        kind = SYNTHESIZER.kinds[plan.kind]
        shown = json_of(answer) if answer.body else None
        there, wanted = ({id_in(kind, item) for item in list_in(kind, call, of) or ()} for of in (shown, plan.sample))
        if answer.status >= 400 or not wanted - {""} <= there:
            wrong[one.id] = (answer.status, wanted - there)
    assert not wrong


@settings(max_examples=150, deadline=None)
@given(
    document=VALUES,
    user=VALUES,
    members=st.dictionaries(st.sampled_from(["id", "name", "links", "flavor", "image"]), VALUES),
)
def test_answers_that_make_no_sense_make_a_world_all_the_same(document: Any, user: Any, members: Any) -> None:
    login = {"token": {"user": user, "catalog": document, "roles": document, "project": user}}
    named = {
        "token": {
            "user": {"id": "u", "domain": document},
            "catalog": [{"id": "s", "type": document, "endpoints": [members]}],
        }
    }
    world = world_of(
        ("POST", f"{IDENTITY}/v3/auth/tokens", login, (("X-Subject-Token", "a"),)),
        ("POST", f"{IDENTITY}/v3/auth/tokens", named, (("X-Subject-Token", "b"),)),
        ("GET", f"{COMPUTE}/v2.1/servers/detail", {"servers": [document, members]}, ()),
        ("GET", f"{COMPUTE}/v2.1/servers/x", {"server": document}, ()),
        ("GET", f"{COMPUTE}/v2.1/flavors", document, ()),
        ("GET", "http://object-store.cloud.invalid/v1/AUTH_p", document, ()),
        ("GET", "http://object-store.cloud.invalid/v1/AUTH_p/c", [members, document], ()),
    )
    for url in ("/v2.1/servers", "/v2.1/servers/detail", "/v2.1/servers/x", "/v2.1/flavors"):
        assert ask(world, "GET", COMPUTE + url).status < 500
