"""`replay --synthesize`: recordings of a real cloud, and a made-up one for what they do not hold, to real clients."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openstack
import pytest
from openstack.connection import Connection
from swiftclient.client import ClientException
from swiftclient.client import Connection as SwiftConnection

from cloudtape.background import BackgroundProxy
from cloudtape.cassette_routes import routes_of
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, header
from cloudtape.config import Config, SynthesisOptions, mode_named
from cloudtape.errors import ConfigError
from cloudtape.operation_names import OperationNames
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.services.cloud import default_cloud
from tests.clouds import access, identity

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own

SAMPLES = Path("examples/cassettes")
# By the SDK's name of the service: the collections of which the recordings have lists with whole members.
LISTS = {
    "compute": {"servers/detail": "servers", "flavors/detail": "flavors"},
    "image": {"images": "images"},
    "network": {
        name: name.replace("-", "_") for name in ("networks", "subnets", "ports", "routers", "security-groups")
    },
    "block_storage": {"volumes/detail": "volumes"},
}


NAMES = {path.stem: OperationNames(routes_of([load(path)])) for path in SAMPLES.glob("*.yaml")}


def is_list(one: Interaction) -> bool:
    operation = NAMES["cli"].operation_of(one.request)
    return bool(operation) and default_cloud().kinds.planner.plan(operation).verb is Verb.LIST


def written(source: str, path: Path, keep: Callable[[Interaction], bool]) -> Path:
    """A cassette of some of the interactions of a sample, and its logins and version documents."""
    writer = CassetteWriter.create(path)
    for one in load(SAMPLES / f"{source}.yaml"):
        about = urlsplit(one.request.uri).path.strip("/")
        if one.routes or "/" not in about or about.endswith("auth/tokens") or keep(one):
            writer.append(one)
    writer.close()
    return path


@pytest.fixture
def mixed() -> Iterator[Callable[..., BackgroundProxy]]:
    with ExitStack() as stack:

        def start(*cassettes: Path, **options: Any) -> BackgroundProxy:
            mode = mode_named("replay").synthesizing()
            return stack.enter_context(BackgroundProxy(Config(mode, cassettes, **options)))

        yield start


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    return written("sdk", tmp_path / "lists.yaml", is_list)


def connected(proxy: BackgroundProxy, monkeypatch: pytest.MonkeyPatch) -> Connection:
    for name, value in proxy.env.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    return openstack.connect(cloud="cloudtape")


@pytest.fixture
def cloud(mixed: Callable[..., BackgroundProxy], lists: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    return connected(mixed(lists), monkeypatch)


def source(response: Any) -> str:
    return str(response.headers["X-Cloudtape-Source"])


def listed(path: Path, name: str, collection: str) -> Iterator[tuple[dict[str, Any], str | None]]:
    """The items of the recorded lists of a collection, each with the microversion in which it was shown last."""
    found: dict[str, tuple[dict[str, Any], str | None]] = {}
    for one in load(path):
        if is_list(one) and one.response.status == 200 and urlsplit(one.request.uri).path.endswith(f"/{collection}"):
            body = json.loads(one.response.body)  # type: ignore[arg-type]
            micro = header(one.request.headers, "openstack-api-version")
            found |= {item["id"]: (item, micro.split()[1] if micro else None) for item in body.get(name, [])}
    yield from found.values()


def without_links(value: Any) -> Any:
    """Links lead to the proxy, and are looked at elsewhere."""
    if isinstance(value, dict):
        return {name: without_links(one) for name, one in value.items() if name != "links"}
    return [without_links(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("sample", ["cli", "sdk"])
def test_an_item_never_fetched_is_what_the_recorded_list_said(
    mixed: Callable[..., BackgroundProxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: str
) -> None:
    path = written(sample, tmp_path / "lists.yaml", is_list)
    cloud = connected(mixed(path), monkeypatch)
    asked = 0
    for service, collections in LISTS.items():
        for collection, name in collections.items():
            for item, micro in listed(path, name, collection):
                where = f"/{collection.removesuffix('/detail')}/{item['id']}"
                answer = getattr(cloud, service).get(where, microversion=micro)
                assert (answer.status_code, source(answer)) == (200, "synthesized")
                shown = answer.json()
                shown = without_links(shown.get(name.removesuffix("s"), shown))
                assert {key: shown.get(key) for key in item if key != "links"} == without_links(item)
                asked += 1
    assert asked > 5


def test_what_the_client_creates_joins_the_recorded_list(cloud: Connection) -> None:
    before = [one.id for one in cloud.network.networks()]
    made = cloud.network.create_network(name="made-here")
    after = [one.id for one in cloud.network.networks()]
    answer = cloud.network.get("/networks")
    assert after == [*before, made.id]
    assert before
    assert source(answer) == "replayed"
    assert "mended" in answer.headers["X-Cloudtape-Match"]
    cloud.network.delete_network(made)
    assert [one.id for one in cloud.network.networks()] == before


def test_a_server_is_made_of_what_was_recorded_and_comes_first(cloud: Connection) -> None:
    before = [one.id for one in cloud.compute.servers()]
    image, flavor = next(iter(cloud.image.images())), next(iter(cloud.compute.flavors()))
    network = cloud.network.create_network(name="made-here")
    cloud.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.9.0.0/24")
    made = cloud.compute.create_server(
        name="vm", image_id=image.id, flavor_id=flavor.id, networks=[{"uuid": network.id}]
    )
    made = cloud.compute.wait_for_server(made)
    assert made.image.id == image.id
    assert [one["addr"] for one in made.addresses["made-here"]] == ["10.9.0.2"]
    assert [one.id for one in cloud.compute.servers()] == [made.id, *before]


def test_a_change_of_a_recorded_resource_shows_everywhere(cloud: Connection) -> None:
    before = [(one.id, one.name) for one in cloud.network.networks()]
    (id_, _), *others = before
    cloud.network.update_network(id_, name="renamed")
    assert cloud.network.get_network(id_).name == "renamed"
    assert [(one.id, one.name) for one in cloud.network.networks()] == [(id_, "renamed"), *others]


def test_a_recorded_server_is_acted_on(
    mixed: Callable[..., BackgroundProxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = connected(mixed(written("cli", tmp_path / "lists.yaml", is_list)), monkeypatch)
    server = next(iter(cloud.compute.servers()))
    flavor = next(one for one in cloud.compute.flavors() if one.name != server.flavor.original_name)
    cloud.compute.resize_server(server.id, flavor.id)
    cloud.compute.confirm_server_resize(server.id)
    cloud.compute.stop_server(server.id)
    (shown,) = cloud.compute.servers()
    assert (shown.id, shown.status, shown.flavor.original_name) == (server.id, "SHUTOFF", flavor.name)


def test_a_recorded_resource_that_the_client_deleted_is_gone(cloud: Connection) -> None:
    volume = next(iter(cloud.block_storage.volumes()))
    cloud.block_storage.delete_volume(volume.id)
    assert [one.id for one in cloud.block_storage.volumes()] == []
    assert cloud.block_storage.find_volume(volume.id) is None


def test_a_page_of_a_changed_list_is_one_of_the_whole(cloud: Connection) -> None:
    names = [f"n{number}" for number in range(4)]
    for name in names:
        cloud.network.create_network(name=name)
    paged = [one.name for one in cloud.network.networks(limit=2)]
    assert paged[-4:] == names
    assert len(paged) == len(set(paged)) > 4


def test_what_a_recording_made_is_not_there_before(
    mixed: Callable[..., BackgroundProxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    creates = written("sdk", tmp_path / "sdk.yaml", lambda one: one.request.method == "POST")
    made = next(one for one in load(creates) if one.request.uri.endswith("/networks"))
    name = json.loads(made.request.body)["network"]["name"]  # type: ignore[arg-type]
    cloud = connected(mixed(creates), monkeypatch)
    assert [one.name for one in cloud.network.networks()] == []
    network = cloud.network.create_network(name=name)
    assert [one.id for one in cloud.network.networks()] == [network.id]
    assert json.loads(made.response.body)["network"]["id"] == network.id  # type: ignore[arg-type]


def test_a_replayed_deletion_is_one(
    mixed: Callable[..., BackgroundProxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletes = written("sdk", tmp_path / "sdk.yaml", lambda one: one.request.method in ("DELETE", "POST"))
    cloud = connected(mixed(deletes), monkeypatch)
    network = cloud.network.create_network(name="walk-sdk")
    assert source(cloud.network.get(f"/networks/{network.id}")) == "synthesized"
    assert source(cloud.network.delete(f"/networks/{network.id}")) == "replayed"
    assert cloud.network.get(f"/networks/{network.id}").status_code == 404


@pytest.mark.parametrize("collection", ["networks", "subnets", "ports", "security-groups"])
def test_a_thing_is_deleted_once(
    mixed: Callable[..., BackgroundProxy], monkeypatch: pytest.MonkeyPatch, collection: str
) -> None:
    """The recording has deletions of others like it, some of them refused."""
    cassette = Path("tests/scenarios/cassettes/sequential.yaml")
    cloud = connected(mixed(cassette), monkeypatch)
    made = next(one for one in load(cassette) if one.request.method == "POST" and one.request.uri.endswith(collection))
    parent = next(one for one in load(cassette) if one.request.uri.endswith("/networks") and one.response.status == 201)
    for one in (parent, made):
        answer = cloud.network.post(f"/{one.request.uri.rpartition('/')[2]}", json=json.loads(one.request.body))  # type: ignore[arg-type]
    (thing,) = answer.json().values()
    path = f"/{collection}/{thing['id']}"
    assert [cloud.network.delete(path).status_code for _ in range(4)] == [204, 404, 404, 404]
    assert cloud.network.get(path).status_code == 404
    assert thing["id"] not in cloud.network.get(f"/{collection}").text
    assert thing["id"] not in cloud.network.get(f"/{collection}", params={"name": thing["name"]}).text


def test_a_client_may_make_what_the_recording_made_under_the_same_name(
    mixed: Callable[..., BackgroundProxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = Path("tests/scenarios/cassettes/sequential.yaml")
    cloud = connected(mixed(cassette), monkeypatch)
    made = next(one for one in load(cassette) if one.request.uri.endswith("/os-keypairs") and one.response.status < 300)
    name = json.loads(made.request.body)["keypair"]["name"]  # type: ignore[arg-type]
    answers = [cloud.compute.post("/os-keypairs", json={"keypair": {"name": name}}) for _ in range(2)]
    assert [source(one) for one in answers] == ["synthesized", "synthesized"]
    assert [one.status_code for one in answers] == [200, 409]


def test_a_recorded_user_may_ask_for_what_was_never_recorded(cloud: Connection) -> None:
    answer = cloud.session.get(
        "/auth/projects", endpoint_filter={"service_type": "identity", "interface": "public"}, raise_exc=False
    )
    assert source(answer) == "synthesized"
    assert [one["id"] for one in answer.json()["projects"]] == [cloud.current_project_id]


def test_a_login_never_recorded_is_one_of_the_recorded_user(cloud: Connection) -> None:
    unscoped = cloud.connect_as(project_name=None, project_id=None, system_scope=None)
    assert unscoped.session.get_user_id() == cloud.current_user_id
    assert unscoped.session.get_token() != cloud.session.get_token()


def test_whom_the_client_made_logs_in_as_itself(
    mixed: Callable[..., BackgroundProxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = Path("tests/scenarios/cassettes/sequential.yaml")
    cloud = connected(mixed(cassette), monkeypatch)
    project = identity(cloud).create_project(name="alpha", description="never recorded", is_enabled=True, tags=["new"])
    user = identity(cloud).create_user(name="alice", password="first", description="new", default_project_id=project.id)
    role = identity(cloud).find_role("member", ignore_missing=False)
    identity(cloud).assign_project_role_to_user(project, user, role)
    alice = cloud.connect_as(username="alice", password="first", project_name="alpha")
    assert (alice.current_user_id, alice.current_project_id) == (user.id, project.id)


def test_sessions_have_worlds_of_their_own(mixed: Callable[..., BackgroundProxy], lists: Path) -> None:
    proxy = mixed(lists)
    counts = []
    for name in ("a", "b"):
        cloud = openstack.connect(
            auth_url=proxy.auth_url.replace("/identity", f"/_session/{name}/identity"),
            username="demo",
            password="x",
            project_name="demo",
            user_domain_id="default",
            project_domain_id="default",
            region_name="RegionOne",
        )
        cloud.network.create_network(name=name)
        counts.append([one.name for one in cloud.network.networks() if len(one.name) == 1])
    assert counts == [["a"], ["b"]]


def test_what_nobody_knows_is_a_miss(cloud: Connection, mixed: Callable[..., BackgroundProxy], lists: Path) -> None:
    answer = cloud.compute.get("/os-there-is-no-such-thing")
    assert answer.status_code == 501
    assert "no recorded answer" in answer.text


# --- object storage --------------------------------------------------------------------------------------------------


@pytest.fixture
def swift(mixed: Callable[..., BackgroundProxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SwiftConnection:
    """A client of a recording of listings alone, the first one of each."""
    seen: set[str] = set()

    def is_first(one: Interaction) -> bool:
        fresh = one.request.uri not in seen
        seen.add(one.request.uri)
        return fresh and one.request.method == "GET" and is_listing(one)

    path = written("swift", tmp_path / "swift.yaml", is_first)
    cloud = connected(mixed(path), monkeypatch)
    return SwiftConnection(session=cloud.session, retries=0)


def is_listing(one: Interaction) -> bool:
    return len(urlsplit(one.request.uri).path.strip("/").split("/")) < 4


def test_objects_that_were_only_listed_are_known_but_for_their_bytes(swift: SwiftConnection) -> None:
    _, containers = swift.get_account()
    _, objects = swift.get_container(containers[0]["name"])
    for one in objects:
        head = swift.head_object(containers[0]["name"], one["name"])
        assert (int(head["content-length"]), head["etag"]) == (one["bytes"], one.get("slo_etag", one["hash"]))
    assert len(objects) == 2
    with pytest.raises(ClientException) as missed:
        swift.get_object(containers[0]["name"], objects[0]["name"])
    assert missed.value.http_status == 501


def test_objects_that_the_client_puts_join_the_recorded_listings(swift: SwiftConnection) -> None:
    _, containers = swift.get_account()
    name = containers[0]["name"]
    _, before = swift.get_container(name)
    swift.put_object(name, "a-new-one", io.BytesIO(b"hello"))
    swift.put_container("zz-new")
    _, after = swift.get_container(name)
    account, there = swift.get_account()
    assert [one["name"] for one in after] == sorted([*(one["name"] for one in before), "a-new-one"])
    assert [one["name"] for one in there] == [*(one["name"] for one in containers), "zz-new"]
    assert int(account["x-account-container-count"]) == len(containers) + 1
    assert swift.get_object(name, "a-new-one")[1] == b"hello"


def test_a_recorded_world_is_saved_for_the_demo(lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "world.yaml"
    replaying = Config(mode_named("replay").synthesizing(), (lists,), synthesis=SynthesisOptions(save=path))
    with BackgroundProxy(replaying) as proxy:
        cloud = connected(proxy, monkeypatch)
        cloud.network.create_network(name="made-here")
        names, who = [one.name for one in cloud.network.networks()], cloud.current_user_id
    again = Config(mode_named("synthesize"), synthesis=SynthesisOptions(world=path))
    with BackgroundProxy(again) as demo:
        cloud = connected(demo, monkeypatch)
        assert [one.name for one in cloud.network.networks()] == names
        assert cloud.current_user_id == who
        assert cloud.connect_as(password="any other").current_user_id == who


def test_a_recording_in_which_nobody_logged_in_has_somebody_who_can(
    mixed: Callable[..., BackgroundProxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = CassetteWriter.create(tmp_path / "lists.yaml")
    for one in load(SAMPLES / "sdk.yaml"):
        if is_list(one):
            writer.append(one)
    writer.close()
    cloud = connected(mixed(tmp_path / "lists.yaml"), monkeypatch)
    assert access(cloud).username == "admin"


# --- asking for it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["record", "refresh", "fill", "passthrough"])
def test_a_mode_that_asks_a_cloud_makes_nothing_up(mode: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="goes with replay"):
        Config(mode_named(mode).synthesizing(), (tmp_path / "tape.yaml",), "http://cloud.example/v3")


def test_a_world_file_and_a_cassette_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="starts from the cassette"):
        Config(
            mode_named("replay").synthesizing(),
            (tmp_path / "tape.yaml",),
            synthesis=SynthesisOptions(tmp_path / "world.yaml"),
        )
