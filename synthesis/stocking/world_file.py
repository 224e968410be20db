"""A world in a YAML file: who there is, and what is made before the first client comes.

    users:
      - {name: demo, password: secret, project: demo, roles: [member]}
    resources:
      - {make: network/networks, with: {name: private}}
      - {make: network/subnets, with: {name: private-subnet, network_id: "@private", cidr: 10.0.0.0/24, ip_version: 4}}
      - {make: network/routers, with: {name: router}}
      - {ask: PUT network /v2.0/routers/@router/add_router_interface, with: {subnet_id: "@private-subnet"}}

A resource is made by the API, like one that a client makes, so it is what it would be then. `@name` is the id of what
was made under that name (`@kind:name` where several have it). A file that `save` wrote
holds all resources as they were.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cloudtape.cassettes.files.yaml_loader import Loader, NoYaml, loaded_rules
from cloudtape.cassettes.messages import Request, Response
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.errors import WorldFileError
from cloudtape.synthesis.lines import Lines
from cloudtape.synthesis.services.identity.core import PROJECTS, USERS, token_for
from cloudtape.synthesis.services.object_store.saved import SavedStore
from cloudtape.synthesis.stocking.bootstrap import DEFAULT_DOMAIN_NAME, REGION, add_project, add_user, bootstrap
from cloudtape.synthesis.worlds import saved, tokens
from cloudtape.synthesis.worlds.clock import Clock, Pace
from cloudtape.synthesis.worlds.lifecycle import settle
from cloudtape.synthesis.worlds.shelves import Members
from cloudtape.synthesis.worlds.world import World

DEFAULT_WORLD = Path(__file__).parent / "world.yaml"
CLOUD_OF_CASSETTE = "`cloudtape replay --synthesize --cassette FILE`"
REFERENCE = re.compile(r"@(?:(?P<kind>[a-z][\w/-]*):)?(?P<name>[\w.-]+)")


class User(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`domain` is a name; `project_domain` is that of the project where it has another one."""

    name: str
    password: str
    project: str
    roles: tuple[str, ...] = ("member",)
    domain: str = DEFAULT_DOMAIN_NAME
    project_domain: str = ""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"values": "with"}):
    """`make` is a kind, or `ask` a request: method, service, path. `by` is a user's name; `data` the body's bytes."""

    make: str = ""
    ask: str = ""
    by: str = ""
    under: str = ""
    values: Any = None
    data: str | None = None
    headers: dict[str, str] = {}


class WorldFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`token_life` in seconds; `objects` is what the object store holds."""

    users: tuple[User, ...] = ()
    projects: tuple[str, ...] = ()
    regions: tuple[str, ...] = (REGION,)
    token_life: float = 3600.0
    resources: tuple[Step, ...] = ()
    saved: saved.Saved | None = None
    objects: SavedStore | None = None


def read_world(path: Path = DEFAULT_WORLD) -> tuple[WorldFile, WorldLines]:
    """The file, and where in it everything stands. Raises WorldFileError."""
    try:
        text = path.read_bytes()
        document = loaded_rules(text)
    except OSError as error:
        raise WorldFileError(path, 1, f"it cannot be read: {error}") from error
    except NoYaml as error:
        raise WorldFileError(path, error.line, f"it is no YAML: {error.why}") from error
    lines = WorldLines(path, _node_of(text))
    if document is None:
        raise lines.error((), "it is empty; a world has at least `users`")
    if isinstance(document, dict) and "interactions" in document:
        raise lines.error((), f"it is a cassette, no world: {CLOUD_OF_CASSETTE} makes a cloud of one")
    try:
        return msgspec.convert(document, WorldFile), lines
    except msgspec.ValidationError as error:
        why, _, place = str(error).partition(" - at `$")
        raise lines.error(_steps(place.rstrip("`")), why) from error


def _steps(place: str) -> list[str | int]:
    """`.users[2].name` → users, 2, name."""
    return [int(number) if number else name for name, number in re.findall(r"\.([\w-]+)|\[(\d+)\]", place)]


class WorldLines(Lines):
    def error(self, place: Sequence[str | int], why: str) -> WorldFileError:
        return WorldFileError(self.path, self.line(place), why)


def _node_of(text: bytes) -> Any:
    """None for JSON that is no YAML."""
    try:
        return yaml.compose(text, Loader=Loader)
    except yaml.YAMLError:
        return None


async def build(
    synthesizer: Synthesizer,
    file: WorldFile,
    lines: WorldLines,
    *,
    seed: int = 0,
    pace: Pace | None = None,
    clock: Clock | None = None,
    session: str = "",
) -> World:
    """A world as a file describes it, all that was begun in it being done. Raises WorldFileError."""
    world = World(synthesizer.kinds, seed, Pace(), clock)
    world.token_life = timedelta(seconds=file.token_life)
    if file.saved is not None:
        saved.restore(world, file.saved)
    else:
        bootstrap(world, synthesizer.cloud.services, file.regions)
    for project in file.projects:
        add_project(world, project)
    for user in file.users:
        domains = user.domain, user.project_domain
        add_user(world, user.name, user.password, user.project, user.roles, *domains)
    maker = _Maker(synthesizer, world, file, lines, session)
    for at, step in enumerate(file.resources):
        await maker.make(at, step)
    world.tokens.end(lambda _: True)  # those that the resources were made with
    saved.arrive(world, settle)
    world.pace = pace or Pace()
    return world


async def stock(synthesizer: Synthesizer, world: World, known: Collection[str], session: str = "") -> None:
    """Add what every cloud has (flavors, images, a public network: what the admin of the default world makes), but for
    kinds of which something is known.
    """
    file, lines = read_world()
    maker = _Maker(synthesizer, world, file, lines, session)
    admin = file.users[0].name
    assert world.trusted, "who stocks a world knows whose it is"
    token = tokens.issue(
        world, {"roles": [{"name": "admin"}]}, user="", project=world.trusted.project, scope="projects"
    )
    maker.log_in(admin, token.id)
    for at, step in enumerate(file.resources):
        if step.by == admin and step.make not in known and maker.has_all_for(step):
            await maker.make(at, step)
    world.tokens.revoke(token.id)


class _Maker:
    """Makes the resources of a file, one after the other."""

    def __init__(
        self, synthesizer: Synthesizer, world: World, file: WorldFile, lines: WorldLines, session: str
    ) -> None:
        self._synthesizer, self._world, self._file, self._lines = synthesizer, world, file, lines
        self._session = session
        self._made: dict[str, str] = {}
        self._tokens: dict[str, str] = {}

    def log_in(self, name: str, token: str) -> None:
        """Use this token for what is made by a user of this name."""
        self._tokens[name] = token

    def has_all_for(self, step: Step) -> bool:
        """Whether all that a step names was made."""
        text = f"{step.ask} {step.under} {msgspec.json.encode(step.values).decode()}"
        return all(found["name"] in self._made for found in REFERENCE.finditer(text))

    async def make(self, at: int, step: Step) -> None:
        """Raises WorldFileError."""
        place: list[str | int] = ["resources", at]
        if bool(step.make) == bool(step.ask):
            raise self._lines.error(place, "a resource has either `make` or `ask`")
        method, service, path = self._request(place, step)
        url = f"http://{service}.cloud.invalid" + self._resolved(place, path)
        body = self._resolved([*place, "with"], step.values)
        data = step.data.encode() if step.data is not None else msgspec.json.encode(body) if body is not None else b""
        kind = "application/octet-stream" if step.data is not None else "application/json"
        headers = (("Content-Type", kind), ("X-Auth-Token", self._token(place, step.by)), *step.headers.items())
        request = Request(method, url, headers, data, service, self._session)
        response = await self._synthesizer.answer_in(self._world, request)
        if response is None:
            raise self._lines.error(place, f"there is no service {service}")
        if response.status >= 400:
            raise self._lines.error(place, f"{response.status} {response.reason}: {_said(response)}")
        self._remember(step, response)

    def _request(self, place: Sequence[str | int], step: Step) -> tuple[str, str, str]:
        if step.ask:
            words = step.ask.split()
            if len(words) != 3:
                raise self._lines.error([*place, "ask"], "a request is a method, a service and a path")
            return words[0], words[1], words[2].replace("{project}", self._project(step.by))
        kind = self._synthesizer.kinds[step.make]
        plan = next((plan for plan in kind.plans if plan.verb is Verb.CREATE), None)
        if plan is None:
            raise self._lines.error([*place, "make"], f"nothing makes a {step.make}")
        segments = [one if not one.startswith("{") else step.under or one for one in plan.segments]
        return "POST", kind.service, f"/{plan.operation.version}/" + "/".join(segments)

    def _resolved(self, place: Sequence[str | int], value: Any) -> Any:
        """A value with ids in place of `@name`."""
        if isinstance(value, str):
            return REFERENCE.sub(lambda found: self._id(place, found), value)
        if isinstance(value, dict):
            return {name: self._resolved([*place, name], one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._resolved([*place, at], one) for at, one in enumerate(value)]
        return value

    def _id(self, place: Sequence[str | int], found: re.Match[str]) -> str:
        name = f"{found['kind']}:{found['name']}" if found["kind"] else found["name"]
        if name not in self._made:
            raise self._lines.error(place, f"nothing was made before under the name {name}")
        return self._made[name]

    def _remember(self, step: Step, response: Response) -> None:
        body = msgspec.json.decode(response.body) if isinstance(response.body, bytes) and response.body else None
        inside = next(iter(body.values())) if isinstance(body, dict) and len(body) == 1 else body
        sent = step.values if isinstance(step.values, dict) else {}
        inside_sent = next(iter(sent.values())) if len(sent) == 1 else sent
        if isinstance(inside, dict) and inside.get("id") is not None and step.make:
            names: Members = (
                inside_sent if isinstance(inside_sent, dict) and "name" in inside_sent else {**sent, **inside}
            )
            name = names.get("name") or names.get("stack_name") or inside["id"]
            self._made[str(name)] = self._made[f"{step.make}:{name}"] = str(inside["id"])

    def _user(self, name: str) -> str:
        return name or (self._file.users[-1].name if self._file.users else "")

    def _project(self, by: str) -> str:
        user = next(self._world.where(USERS, name=self._user(by)), None)
        return str(user.members.get("default_project_id")) if user else ""

    def _token(self, place: Sequence[str | int], by: str) -> str:
        name = self._user(by)
        if not name:
            raise self._lines.error(place, "somebody has to make it, and the world has no `users`")
        if name not in self._tokens:
            user = next(self._world.where(USERS, name=name), None)
            if user is None:
                raise self._lines.error([*place, "by"], f"there is no user {name!r}")
            scene = self._synthesizer.scene_of(self._world)
            home = user.members.get("default_project_id")
            assert home
            assert self._world.find(PROJECTS, home)
            self._tokens[name] = token_for(scene, user, ["password"], {"project": {"id": home}}, {}).id
        return self._tokens[name]


def _said(response: Response) -> str:
    """The message in an error's answer."""
    text = response.body.decode(errors="replace") if isinstance(response.body, bytes) else ""
    found = re.search(r'"(?:message|detail|faultstring)":\s*"((?:[^"\\]|\\.)*)"', text)
    return found[1] if found else text
