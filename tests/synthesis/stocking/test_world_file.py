"""Worlds in files: what is made, what is wrong in them and where, and a world that is saved and comes back."""

import asyncio
import re
import textwrap
import time
from pathlib import Path

import openstack
import pytest
import yaml

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, SynthesisOptions
from cloudtape.errors import ConfigError
from cloudtape.modes import MODES
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.errors import WorldFileError
from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.stocking import world_file
from cloudtape.synthesis.stocking.world_file import DEFAULT_WORLD, build, read_world
from cloudtape.synthesis.worlds.world import World
from tests.clouds import access
from tests.synthesis.requests import unused
from tests.synthesis.test_answers import ask


def world_of(path: Path, seed: int = 0) -> World:
    return asyncio.run(build(Synthesizer(unused, default_cloud()), *read_world(path), seed=seed))


def test_the_small_world_has_what_a_demo_needs() -> None:
    world = world_of(DEFAULT_WORLD)
    counts = {
        "compute/servers": 2,
        "image/images": 2,
        "network/networks": 2,
        "network/routers": 1,
        "block-storage/volumes": 2,
    }
    assert {kind: len(list(world.all(kind))) for kind in counts} == counts
    assert len(list(world.all("compute/flavors"))) >= 3


def test_the_example_of_the_documentation_is_a_world(tmp_path: Path) -> None:
    example = (world_file.__doc__ or "").split("\n\n")[1]
    (tmp_path / "world.yaml").write_text(textwrap.dedent(example))
    world = world_of(tmp_path / "world.yaml")
    assert [one.members["name"] for one in world.all("network/subnets")] == ["private-subnet"]


def test_the_same_seed_makes_the_same_ids_and_another_one_others() -> None:
    ids = [[one.id for one in world_of(DEFAULT_WORLD, seed).all("compute/servers")] for seed in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]


WRONG = [
    ("users: [{name: x}]", 1, "missing required field `password`"),
    ("users:\n  - {name: a, password: b, project: c}\nresources:\n  - {make: compute/nothing}", 4, "nothing makes"),
    ("users:\n  - {name: a, password: b, project: c}\nresources:\n\n  - {}", 5, "either `make` or `ask`"),
    ("a: ]", 1, "it is no YAML"),
    ("users:\n- \0", 1, "it is no YAML"),
    ("users:\n- !!bool x", 2, "this is no bool"),
    ("users: " + "[" * 50_000, 1, "nest"),
    ("nobody: 1", 1, "unknown field `nobody`"),
    (
        "users:\n  - {name: a, password: b, project: c}\nresources:\n"
        "  - make: network/subnets\n    with:\n      subnet:\n        network_id: '@none'",
        7,
        "nothing was made before under the name none",
    ),
    (
        "users:\n  - {name: a, password: b, project: c}\nresources:\n  - {make: block-storage/volumes, with: {volume: {size: 0}}}",
        4,
        "400 Bad Request",
    ),
    ("resources:\n  - {make: network/networks, with: {}, by: ghost}", 2, "there is no user 'ghost'"),
    ("resources:\n  - {make: network/networks, with: {}}", 2, "the world has no `users`"),
    ("", 1, "it is empty"),
    ("# nothing yet\n", 1, "it is empty"),
    ("version: 1\ninteractions:\n- request: {}\n", 1, "it is a cassette, no world"),
]


@pytest.mark.parametrize(("text", "line", "why"), WRONG)
def test_an_error_names_its_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(text)
    with pytest.raises(WorldFileError, match=re.escape(why)) as error:
        world_of(path)
    assert (error.value.line, error.value.path) == (line, path)


def test_a_wrong_file_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text("nobody: 1")
    with pytest.raises(ConfigError, match="line 1"), BackgroundProxy(demo(world=path)):
        pass


def demo(**options: object) -> Config:
    return Config(MODES["synthesize"], synthesis=SynthesisOptions(**options))  # type: ignore[arg-type]


def test_a_saved_world_comes_back_with_its_passwords_states_and_data(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    make = ("POST", "/block-storage/v3/x/volumes", {"volume": {"name": "kept", "size": 3}})
    with BackgroundProxy(demo(save=path)) as proxy:
        [(_, made)] = ask(proxy, make)
        [(_, images)] = ask(proxy, ("GET", "/image/v2/images?name=cirros", None))
        [(_, data)] = ask(proxy, ("GET", images["images"][0]["file"].replace("/v2", "/image/v2", 1), None))
    assert path.stat().st_mode & 0o077 == 0  # passwords stand in it
    with BackgroundProxy(demo(world=path)) as proxy:
        [(_, again)] = ask(proxy, ("GET", f"/block-storage/v3/x/volumes/{made['volume']['id']}", None))
        [(_, servers)] = ask(proxy, ("GET", "/compute/v2.1/servers", None))
        [(_, same)] = ask(proxy, ("GET", images["images"][0]["file"].replace("/v2", "/image/v2", 1), None))
    assert (again["volume"]["name"], again["volume"]["size"]) == ("kept", 3)
    assert len(servers["servers"]) == 2
    assert same == data != ""


def saved_servers(path: Path) -> dict[str, str]:
    resources = yaml.safe_load(path.read_text())["saved"]["resources"]
    servers = [one["members"] for one in resources if one["kind"] == "compute/servers"]
    return {one["name"]: one["status"] for one in servers}


@pytest.mark.parametrize(
    ("pace", "status"), [("polls:1", "BUILD"), ("seconds:600", "BUILD"), ("seconds:0.1", "ACTIVE")]
)
def test_a_world_is_saved_as_far_as_time_has_brought_it(tmp_path: Path, pace: str, status: str) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    with BackgroundProxy(demo(save=first, lifecycle=pace)) as proxy:
        [(_, images)] = ask(proxy, ("GET", "/image/v2/images?name=cirros", None))
        server = {"name": "mine", "imageRef": images["images"][0]["id"], "flavorRef": "1"}
        [(code, _)] = ask(proxy, ("POST", "/compute/v2.1/servers", {"server": server}))
        time.sleep(0.15)
    assert code == 202
    assert saved_servers(first) == {"web-1": "ACTIVE", "db-1": "ACTIVE", "mine": status}
    with BackgroundProxy(demo(world=first, save=second, lifecycle=pace)):
        pass
    assert set(saved_servers(second).values()) == {"ACTIVE"}


def test_what_time_has_deleted_is_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    with BackgroundProxy(demo(save=path, lifecycle="seconds:0.1")) as proxy:
        [(_, servers)] = ask(proxy, ("GET", "/compute/v2.1/servers?name=web-1", None))
        ask(proxy, ("DELETE", f"/compute/v2.1/servers/{servers['servers'][0]['id']}", None))
        time.sleep(0.15)
    assert saved_servers(path) == {"db-1": "ACTIVE"}


def test_a_saved_world_comes_back_with_its_objects(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    with BackgroundProxy(demo(save=path)) as proxy:
        [(_, projects)] = ask(proxy, ("GET", "/identity/v3/auth/projects", None))
        place = f"/object-store/v1/AUTH_{projects['projects'][0]['id']}/documents"
        [(_, before)] = ask(proxy, ("GET", f"{place}/welcome.txt", None))
    with BackgroundProxy(demo(world=path)) as proxy:
        [(_, after)] = ask(proxy, ("GET", f"{place}/welcome.txt", None))
    assert after == before != ""


def test_what_is_saved_holds_no_token(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    with BackgroundProxy(demo(save=path)) as proxy:
        ask(proxy, ("GET", "/compute/v2.1/servers", None))
    assert "gAAAA" not in path.read_text()
    assert set(yaml.safe_load(path.read_text())) == {"objects", "regions", "saved", "users"}


@pytest.mark.filterwarnings("ignore")  # the client's own
def test_a_user_and_its_project_may_be_of_other_domains(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(
        "users:\n"
        "  - {name: demo, password: other, project: demo}\n"
        "  - {name: demo, password: secret, project: demo, domain: acme, project_domain: lab}\n"
    )
    with BackgroundProxy(demo(world=path)) as proxy:
        settings = yaml.safe_load(proxy.clouds_file.read_text())["clouds"]["cloudtape"]
        cloud = openstack.connect(load_envvars=False, load_yaml_config=False, **settings)
        login = access(cloud)
    assert (login.username, login.user_domain_name) == ("demo", "acme")
    assert (login.project_name, login.project_domain_name) == ("demo", "lab")


def test_each_region_has_servers_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text("regions: [North, South]\nusers:\n  - {name: demo, password: secret, project: demo}\n")
    with BackgroundProxy(demo(world=path)) as proxy:
        body = {"network": {"name": "here"}}
        ask(proxy, ("POST", "/network/v2.0/networks", body))
        ((_, north), (_, south)) = ask(
            proxy, ("GET", "/network/v2.0/networks", None), ("GET", "/network-South/v2.0/networks", None)
        )
    assert (len(north["networks"]), len(south["networks"])) == (1, 0)
