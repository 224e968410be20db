"""What the demo cloud says to requests that are wrong, and to many at once. Over a real socket."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudtape.background import BackgroundProxy

Call = Callable[..., Awaitable[tuple[int, Any, Any]]]


def ask(demo: BackgroundProxy, *calls: tuple[str, str, Any], user: str = "demo") -> list[tuple[int, Any]]:
    """Status and body of each request, all with a token of the user."""

    async def main() -> list[tuple[int, Any]]:
        async with aiohttp.ClientSession(demo.url) as session:
            token = await log_in(session, user)
            return [await one(session, token, *call) for call in calls]

    return asyncio.run(main())


async def log_in(session: aiohttp.ClientSession, user: str, password: str = "secret") -> str:
    named = {"name": user, "domain": {"id": "default"}, "password": password}
    identity = {"methods": ["password"], "password": {"user": named}}
    scope = {"project": {"name": user, "domain": {"id": "default"}}}
    async with session.post(
        "/identity/v3/auth/tokens", json={"auth": {"identity": identity, "scope": scope}}
    ) as answer:
        return answer.headers.get("X-Subject-Token", "")


async def one(session: aiohttp.ClientSession, token: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Accept": "application/json", **({"X-Auth-Token": token} if token else {})}
    async with session.request(method, path, json=body, headers=headers, allow_redirects=False) as answer:
        text = await answer.text(errors="replace")
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text


ENVELOPES = (
    ("GET", "/compute/v2.1/servers/none", 404, "itemNotFound"),
    ("GET", "/block-storage/v3/x/volumes/none", 404, "itemNotFound"),
    ("GET", "/network/v2.0/networks/none", 404, "NeutronError"),
    ("GET", "/orchestration/v1/x/stacks/none", 404, "explanation"),
    ("GET", "/shared-file-system/v2/shares/none", 404, "itemNotFound"),
    ("GET", "/compute/v2.1/nothing/here", 404, "itemNotFound"),
    ("PATCH", "/compute/v2.1/servers", 405, "badMethod"),
    ("GET", "/identity/v3/users", 403, "error"),
    ("GET", "/compute/v2.1/os-hypervisors", 403, "forbidden"),
)


@pytest.mark.parametrize(("method", "path", "status", "envelope"), ENVELOPES)
def test_errors_come_in_the_envelope_of_their_service(
    demo: BackgroundProxy, method: str, path: str, status: int, envelope: str
) -> None:
    [(got, body)] = ask(demo, (method, path, None))
    assert got == status
    assert envelope in body


def test_images_and_pages_of_html_say_what_is_missing(demo: BackgroundProxy) -> None:
    [(status, body)] = ask(demo, ("GET", "/image/v2/images/none", None))
    assert status == 404
    assert "none could not be found" in body


@pytest.mark.parametrize(
    "path", ["/compute/v2.1/servers", "/network/v2.0/networks", "/image/v2/images", "/identity/v3/users"]
)
def test_without_a_token_nothing_is_told(demo: BackgroundProxy, path: str) -> None:
    async def main() -> tuple[int, Any]:
        async with aiohttp.ClientSession(demo.url) as session:
            return await one(session, "", "GET", path)

    assert asyncio.run(main())[0] == 401


def test_a_wrong_password_is_no_login(demo: BackgroundProxy) -> None:
    async def main() -> str:
        async with aiohttp.ClientSession(demo.url) as session:
            return await log_in(session, "demo", "wrong")

    assert asyncio.run(main()) == ""


@pytest.mark.parametrize(
    ("path", "body", "member"),
    [
        ("/compute/v2.1/servers", {"server": {"name": "x"}}, "flavorRef"),
        ("/network/v2.0/subnets", {"subnet": {"name": "x"}}, "network_id"),
        ("/block-storage/v3/x/snapshots", {"snapshot": {"name": "x"}}, "volume_id"),
        ("/compute/v2.1/os-keypairs", {"keypair": {}}, "name"),
    ],
)
def test_a_missing_member_is_named(demo: BackgroundProxy, path: str, body: Any, member: str) -> None:
    [(status, answer)] = ask(demo, ("POST", path, body))
    assert status == 400
    assert member in json.dumps(answer)


def test_a_name_that_is_taken_is_a_conflict(demo: BackgroundProxy) -> None:
    body = {"project": {"name": "admin"}}
    [(status, _)] = ask(demo, ("POST", "/identity/v3/projects", body), user="admin")
    assert status == 409


def test_more_than_the_quota_is_refused(demo: BackgroundProxy) -> None:
    [(_, project)] = ask(demo, ("GET", "/identity/v3/auth/projects", None))
    id_ = project["projects"][0]["id"]
    ask(demo, ("PUT", f"/compute/v2.1/os-quota-sets/{id_}", {"quota_set": {"key_pairs": 0}}), user="admin")
    [(status, body)] = ask(demo, ("POST", "/compute/v2.1/os-keypairs", {"keypair": {"name": "one-more"}}))
    ask(demo, ("DELETE", f"/compute/v2.1/os-quota-sets/{id_}", None), user="admin")
    assert (status, "Quota exceeded" in json.dumps(body)) == (403, True)


def test_a_microversion_that_is_not_there_is_not_acceptable(demo: BackgroundProxy) -> None:
    async def main() -> int:
        async with aiohttp.ClientSession(demo.url) as session:
            headers = {"X-Auth-Token": await log_in(session, "demo"), "OpenStack-API-Version": "compute 2.999"}
            async with session.get("/compute/v2.1/servers", headers=headers) as answer:
                return answer.status

    assert asyncio.run(main()) == 406


def test_another_project_sees_nothing_of_mine(demo: BackgroundProxy) -> None:
    [(_, mine)] = ask(demo, ("GET", "/compute/v2.1/servers", None))
    id_ = mine["servers"][0]["id"]
    ((listed, theirs), (shown, _)) = ask(
        demo, ("GET", "/compute/v2.1/servers", None), ("GET", f"/compute/v2.1/servers/{id_}", None), user="admin"
    )
    assert (listed, theirs["servers"]) == (200, [])
    assert shown == 200  # an admin may look at it, who knows its id


NUMBERS = range(1000)


def test_a_thousand_clients_at_once_lose_and_mix_nothing(demo: BackgroundProxy) -> None:
    async def client(session: aiohttp.ClientSession, token: str, number: int) -> bool:
        name = f"crowd-{number}"
        base = "/block-storage/v3/x/volumes"
        made = await one(session, token, "POST", base, {"volume": {"name": name, "size": 1 + number % 5}})
        id_ = made[1]["volume"]["id"]
        listed = await one(session, token, "GET", f"{base}/detail?name={name}")
        mine = [(volume["id"], volume["size"]) for volume in listed[1]["volumes"]]
        gone = await one(session, token, "DELETE", f"{base}/{id_}")
        after = await one(session, token, "GET", f"{base}/{id_}")
        return (made[0], mine, gone[0], after[0]) == (202, [(id_, 1 + number % 5)], 202, 404)

    async def main() -> list[bool]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(demo.url, connector=connector) as session:
            tokens = [await log_in(session, user) for user in ("demo", "admin")]
            return await asyncio.gather(*(client(session, tokens[number % 2], number) for number in NUMBERS))

    assert all(asyncio.run(main()))


WORDS = [
    "server", "network", "name", "flavorRef", "networks", "security_groups", "subnet", "cidr", "network_id", "volume",
    "size", "metadata", "auth", "identity", "methods", "password", "stack", "template", "port", "fixed_ips", "router",
    "external_gateway_info", "os-start", "resize", "reboot", "user", "project", "keypair", "floatingip", "image",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
PATHS = st.sampled_from(
    [
        "/compute/v2.1/servers", "/compute/v2.1/servers/x/action", "/network/v2.0/networks", "/network/v2.0/ports",
        "/network/v2.0/subnets", "/network/v2.0/routers", "/network/v2.0/floatingips", "/block-storage/v3/x/volumes",
        "/identity/v3/auth/tokens", "/identity/v3/users", "/image/v2/images", "/orchestration/v1/x/stacks",
        "/shared-file-system/v2/shares", "/compute/v2.1/os-keypairs", "/database/v1.0/x/instances", "/identity/v2.0/tokens",
        "/data-processing/v1.1/x/clusters", "/meter/v2/alarms", "/compute/v2.1/flavors", "/identity/v3/projects",
    ]
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(st.sampled_from(["POST", "PUT", "GET", "PATCH", "DELETE"]), PATHS, JSON), max_size=30))
def test_nothing_that_is_sent_gives_a_500(demo: BackgroundProxy, calls: list[tuple[str, str, Any]]) -> None:
    for (method, path, body), (status, answer) in zip(calls, ask(demo, *calls, user="admin"), strict=True):
        assert status < 500, (method, path, body, answer)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=30), max_size=20))
def test_no_path_gives_a_500(demo: BackgroundProxy, paths: list[str]) -> None:
    calls = [("GET", "/compute/" + quote(path, safe="/?&="), None) for path in paths]
    assert all(status < 500 for status, _ in ask(demo, *calls))


def test_a_tag_of_definitions_is_made_by_a_post_with_its_name(demo: BackgroundProxy) -> None:
    ours = "/image/v2/metadefs/namespaces"
    told = ask(
        demo,
        ("POST", ours, {"namespace": "Ours"}),
        ("POST", f"{ours}/Ours/tags/tall", None),
        ("GET", f"{ours}/Ours/tags", None),
        ("POST", f"{ours}/Ours/properties", {"name": "floor", "title": "Floor", "type": "integer"}),
        ("GET", f"{ours}/Ours/properties", None),
    )
    assert [status for status, _ in told] == [201, 201, 200, 201, 200]
    assert [one["name"] for one in told[2][1]["tags"]] == ["tall"]
    assert told[4][1]["properties"]["floor"]["title"] == "Floor"


def test_a_stack_takes_its_template_as_an_object_or_as_text(demo: BackgroundProxy) -> None:
    text = "heat_template_version: 2018-08-31\nresources: {net: {type: OS::Neutron::Net}}\n"
    tree = {"heat_template_version": "2018-08-31", "resources": {"net": {"type": "OS::Neutron::Net"}}}
    stacks = "/orchestration/v1/x/stacks"
    told = ask(
        demo,
        ("POST", stacks, {"stack_name": "as-text", "template": text}),
        ("POST", stacks, {"stack_name": "as-object", "template": tree}),
        ("GET", f"{stacks}/as-text/resources", None),
    )
    assert [status for status, _ in told[:2]] == [201, 201]


def test_datastores_and_a_user_of_a_database_can_be_looked_at(demo: BackgroundProxy) -> None:
    instance = {"name": "db", "flavorRef": "1", "volume": {"size": 1}, "users": [{"name": "eve", "password": "pw"}]}
    (_, listed), (_, made) = ask(
        demo,
        ("GET", "/database/v1.0/x/datastores", None),
        ("POST", "/database/v1.0/x/instances", {"instance": instance}),
    )
    of = f"/database/v1.0/x/instances/{made['instance']['id']}/users"
    _, (status, shown) = ask(
        demo, ("POST", of, {"users": [{"name": "bob", "password": "pw"}]}), ("GET", f"{of}/bob", None)
    )
    assert listed["datastores"][0]["name"] == "mysql"
    assert (status, shown["user"]["name"]) == (200, "bob")


def test_the_links_of_an_event_lead_to_its_stack_and_to_its_resource(demo: BackgroundProxy) -> None:
    tree = {"heat_template_version": "2018-08-31", "resources": {"net": {"type": "OS::Neutron::Net"}}}
    stacks = "/orchestration/v1/x/stacks"
    ((_, made),) = ask(demo, ("POST", stacks, {"stack_name": "linked", "template": tree}))
    place = f"{stacks}/linked/{made['stack']['id']}"
    ((_, told),) = ask(demo, ("GET", f"{place}/events", None))
    event = next(one for one in told["events"] if one["resource_name"] == "net")
    links = {link["rel"]: link["href"] for link in event["links"]}
    assert links["stack"].endswith(f"/linked/{made['stack']['id']}")
    assert links["self"].endswith(f"/resources/net/events/{event['id']}")


@pytest.mark.parametrize(
    "action",
    [
        {"os-set_image_metadata": {"metadata": [1]}},
        {"os-set_image_metadata": {"metadata": "x"}},
        {"os-set_image_metadata": {"metadata": {"a": {"b": 1}}}},
        {"os-set_image_metadata": {}},
        {"os-unset_image_metadata": {"key": {"a": 1}}},
        {"os-unset_image_metadata": {"key": [1]}},
    ],
)
def test_image_metadata_of_a_volume_are_texts_by_name(demo: BackgroundProxy, action: dict[str, Any]) -> None:
    [(_, made)] = ask(demo, ("POST", "/block-storage/v3/volumes", {"volume": {"size": 1}}))
    path = f"/block-storage/v3/volumes/{made['volume']['id']}/action"
    [(status, said), (good, _)] = ask(
        demo, ("POST", path, action), ("POST", path, {"os-set_image_metadata": {"metadata": {"a": "b"}}})
    )
    assert (status, good) == (400, 200)
    assert "Invalid input for field/attribute" in said["badRequest"]["message"]
