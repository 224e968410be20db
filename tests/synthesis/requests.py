"""Makes a request for any operation of the reference: its template with ids of things that are there, its example's body."""

from __future__ import annotations

import asyncio
import copy
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from cloudtape.cassettes.messages import Headers, Request, Response
from cloudtape.matchers.requests.operations import PROJECT_VARIABLES
from cloudtape.openstack.operations import Operation
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.plans import Plan, Verb
from cloudtape.synthesis.engine.scene import Cloud, fresh
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.stocking.world_file import build, read_world
from cloudtape.synthesis.worlds.saved import Saved, restore, save
from cloudtape.synthesis.worlds.shelves import Resource
from cloudtape.synthesis.worlds.world import World

# Members of requests that name other resources.
NAMED = {
    "block-storage/volumes": "volume_id source_volid volumeId volume_uuid",
    "block-storage/snapshots": "",
    "block-storage/backups": "backup_id",
    "block-storage/types": "volume_type",
    "image/images": "imageRef image_id image_ref",
    "compute/flavors": "flavorRef flavor_ref",
    "compute/servers": "server_id instance_uuid serverId server",
    "network/networks": "network_id uuid net_id floating_network_id external_network_id networkId",
    "network/subnets": "subnet_id vip_subnet_id",
    "network/ports": "port_id",
    "network/routers": "router_id",
    "network/security-groups": "security_group_id parent_group_id remote_group_id",
    "identity/domains": "domain_id",
    "identity/services": "service_id",
    "identity/regions": "region region_id parent_region_id",
    "identity/projects": "project_id tenant_id tenantId default_project_id tenant",
    "shared-file-system/shares": "share_id",
    "orchestration/software_configs": "config_id",
}
KIND_OF = {member: kind for kind, members in NAMED.items() for member in members.split()}
BY_SERVICE = {
    ("block-storage", "snapshot_id"): "block-storage/snapshots",
    ("block-storage", "group_type"): "block-storage/group_types",
    ("block-storage", "volume_types"): "block-storage/types",
    ("block-storage", "group_id"): "block-storage/groups",
    ("data-processing", "flavor_id"): "compute/flavors",
    ("data-processing", "floating_ip_pool"): "network/networks",
    ("data-processing", "neutron_management_network"): "network/networks",
    ("data-processing", "node_group_template_id"): "data-processing/node-group-templates",
    ("data-processing", "cluster_template_id"): "data-processing/cluster-templates",
    ("data-processing", "cluster_id"): "data-processing/clusters",
    ("data-processing", "input_id"): "data-processing/data-sources",
    ("data-processing", "output_id"): "data-processing/data-sources",
    ("data-processing", "mains"): "data-processing/job-binaries",
    ("database", "configuration"): "database/configurations",
    ("shared-file-system", "snapshot_id"): "shared-file-system/snapshots",
    ("shared-file-system", "share_network_id"): "shared-file-system/share-networks",
    ("shared-file-system", "security_service_id"): "shared-file-system/security-services",
    ("block-storage", "source_replica"): "",
    ("identity", "user_id"): "identity/users",
    ("identity", "userId"): "identity/users",
    ("identity", "trustee_user_id"): "identity/users",
    ("compute", "tenant_id"): "identity/projects",
    ("load-balancer", "loadbalancer_id"): "load-balancer/lbaas/loadbalancers",
    ("load-balancer", "flavor_profile_id"): "load-balancer/lbaas/flavorprofiles",
    ("load-balancer", "availability_zone_profile_id"): "load-balancer/lbaas/availabilityzoneprofiles",
    ("load-balancer", "listener_id"): "load-balancer/lbaas/listeners",
    ("load-balancer", "pool_id"): "load-balancer/lbaas/pools",
}
# Kinds whose ids are other resources' names.
ALIKE = {
    "identity/domains/users": "identity/users",
    "identity/domains/groups": "identity/groups",
    "identity/projects/users": "identity/users",
    "identity/projects/groups": "identity/groups",
    "identity/groups/users": "identity/users",
}
LAST = {
    "users": "identity/users",
    "groups": "identity/groups",
    "roles": "identity/roles",
    "projects": "identity/projects",
    "domains": "identity/domains",
    "OS-KSADM": "identity/roles",
}


EVERYTHING = Path(__file__).parent / "everything.yaml"
AS_CLIENT = (("Accept", "application/json"),)


@functools.cache
def synthesizer_of(cloud: Cloud) -> Synthesizer:
    """It keeps nothing of a world."""
    return Synthesizer(unused, cloud)


@functools.cache
def everything(cloud: Cloud) -> Saved:
    """The world that each operation finds."""
    synthesizer = synthesizer_of(cloud)
    world = asyncio.run(build(synthesizer, *read_world(EVERYTHING)))
    return save(world)


async def unused(_: Synthesizer) -> World:
    raise AssertionError("its worlds are made by hand")


# What is sent where the reference has no example of a request.
BODIES: dict[str, Any] = {
    one: {"name": "hot", "type": "threshold", "threshold_rule": {"meter_name": "cpu_util", "threshold": 70.0}}
    for one in ("meter.alarms.create", "meter.alarms.update")
}
# What is asked for before, with the same body: the path is another one.
BEFORE = {"network.routers.remove-router-interface.remove": ("remove_router_interface", "add_router_interface")}
QUERIES = {
    "block-storage.scheduler-stats.get-pools.list": "?detail=true",
    "data-processing.clusters.show-progress": "?show_progress=true",
    "identity.v2.0.tenants.show": "?name=admin",
}
# Kinds of which only one that nothing else needs can be deleted.
NEEDED = frozenset(
    {"network/networks", "network/subnets", "network/security-groups", "identity/domains", "identity/regions"}
    | {"compute/os-networks", "compute/os-tenant-networks", "compute/os-security-groups"}
)
# Members that the resource must have before the operation.
STATES: dict[str, dict[str, Any]] = {
    "block-storage.volumes.extend": {"size": 1},
    "block-storage.volumes.unset-image-metadata": {"volume_image_metadata": {"ramdisk_id": "x"}},
    "block-storage.types.add-project-access": {"is_public": False},
    "block-storage.types.remove-project-access": {
        "is_public": False,
        "_shared_with": ["a1b2c3d4000040008000000000000001"],
    },
    "database.instances.resize": {"flavor": {"id": "another", "links": []}},
    "shared-file-system.shares.shrink": {"size": 2},
    "shared-file-system.types.add-project-access": {"os-share-type-access:is_public": False},
    "shared-file-system.types.remove-project-access": {
        "os-share-type-access:is_public": False,
        "_shared_with": ["818a3f48dcd644909b3fa2e45a399a27"],
    },
    "shared-file-system.types.share-type-access.show": {
        "os-share-type-access:is_public": False,
        "_shared_with": ["818a3f48dcd644909b3fa2e45a399a27"],
    },
    "block-storage.qos-specs.delete-keys": {"specs": {"a": "b"}},
    "block-storage.types.os-volume-type-access.show": {"is_public": False, "_shared_with": ["fake_tenant"]},
    "compute.aggregates.remove-host": {"hosts": ["bf1454b3d71145d49fca2101c56c728d"]},
    "identity.domains.delete": {"enabled": False},
    "compute.flavors.flavor-access.remove-tenant-access": {"_shared_with": ["fake_tenant"]},
    "image.metadefs.namespaces.delete": {"protected": False},
}


# What makes an item by a POST to it.
MAKES = frozenset({"image.metadefs.namespaces.tags.add"})
# What is not sent: it needs something that is not there yet (an earlier backup).
UNSENT = frozenset({"incremental"})
# What is sent in place of a value that could be right once, and is no id of something.
INSTEAD: dict[str, Callable[[Asker, str], str]] = {
    "trustor_user_id": lambda asker, _: asker.user.id,
    "expires_at": lambda _, __: "2099-01-01T00:00:00.000000Z",
    "availability_zone": lambda _, value: "nova" if value == "us-east1" else value,
    "prefixes": lambda _, __: "192.168.0.0/16",  # of all subnet pools, since an update takes none away
    "default_image_id": lambda asker, _: asker.registered_image(),
    "libs": lambda asker, _: asker.library(),
    "cidr": lambda _, value: "10.0.0.0/24" if value == "10.0.0.1" else value,  # as neutron recommends
}


def oauth_header(consumer: str, token: str = "", verifier: str = "") -> tuple[tuple[str, str], ...]:
    """The parameters of OAuth, as a consumer sends them."""
    sent = {"oauth_consumer_key": consumer, "oauth_signature_method": "HMAC-SHA1", "oauth_signature": "unproven"}
    sent |= {"oauth_token": token} if token else {}
    sent |= {"oauth_verifier": verifier} if verifier else {}
    return (("Authorization", "OAuth " + ", ".join(f'{name}="{value}"' for name, value in sent.items())),)


def access_token(asker: Asker, user_id: str) -> tuple[str, str]:
    """A consumer, and the access token that a user gives it."""
    kept, user = asker.token, asker.world.find("identity/users", user_id)
    assert user is not None
    path, project = "/v3/OS-OAUTH1", user.members["default_project_id"]
    made = asker.ask("POST", "identity", f"{path}/consumers", b'{"consumer": {"description": "x"}}')
    consumer = json_of(made)["consumer"]["id"]
    headers = (*oauth_header(consumer), ("Requested-Project-Id", project))
    asked = dict(parse_qsl(text_of(asker.ask("POST", "identity", f"{path}/request_token", headers=headers))))
    asker.token = token_for(
        asker.synthesizer.scene_of(asker.world), user, ["password"], {"project": {"id": project}}, {}
    )
    roles = msgspec.json.encode({"roles": [asker.token.document["roles"][0]]})
    given = asker.ask("PUT", "identity", f"{path}/authorize/{asked['oauth_token']}", roles)
    headers = oauth_header(consumer, asked["oauth_token"], json_of(given)["token"]["oauth_verifier"])
    made = asker.ask("POST", "identity", f"{path}/access_token", headers=headers)
    asker.token = kept
    return consumer, dict(parse_qsl(text_of(made)))["oauth_token"]


def json_of(response: Response) -> Any:
    assert isinstance(response.body, bytes)
    return msgspec.json.decode(response.body)


def text_of(response: Response) -> str:
    assert isinstance(response.body, bytes)
    return str(response.body, "ascii")


def _usage(asker: Asker) -> str:
    asker._thing("compute/servers", ())
    return asker.project


def _host(asker: Asker) -> str:
    asker._thing("compute/os-services", ())
    return "compute-1"


def _console(asker: Asker) -> str:
    server = asker._thing("compute/servers", ())
    sent = b'{"os-getVNCConsole": {"type": "novnc"}}'
    console = json_of(asker.ask("POST", "compute", f"/v2.1/servers/{server.id}/action", sent))["console"]
    return str(console["url"]).rpartition("%3D")[2]


def _sampled(asker: Asker, member: str) -> str:
    """A member of a sample that is there."""
    sample = {"counter_name": "instance", "counter_type": "gauge", "counter_unit": "instance", "counter_volume": 1.0}
    sent = msgspec.json.encode([{**sample, "resource_id": "bd9431c1-8d69-4ad3-803a-8d4a6b89fd36"}])
    return str(json_of(asker.ask("POST", "meter", "/v2/meters/instance", sent))[0][member])


# What stands in a path for things that are not found by the kind alone. Only an output with an error has all members of
# the example: clients take `output_error` for one.
SPECIAL: dict[str, Callable[[Asker], str]] = {
    "compute/os-console-auth-tokens": lambda asker: _console(asker),
    "compute/os-simple-tenant-usage": _usage,
    "compute/os-hosts": _host,
    "data-processing/images": lambda asker: asker.registered_image(),
    "data-processing/plugins": lambda asker: "2.7.1" if asker._ids else "vanilla",
    "meter/meters": lambda asker: _sampled(asker, "counter_name"),
    "meter/resources": lambda asker: _sampled(asker, "resource_id"),
    "orchestration/stacks/outputs": lambda _: "broken",
    "identity/OS-OAUTH1/users/access_tokens/roles": lambda asker: str(asker._resources[-1].private["roles"][0]["id"]),
}

# What is so before some operations, of what they are about.
GIVEN: dict[str, Callable[[Asker, Resource], None]] = {
    "database.instances.databases.create": lambda asker, one: asker._clear("database/instances/databases", one),
    "shared-file-system.shares.deny-access": lambda _, share: share.private.update(
        access=[{"id": "a25b2df3-90bd-4add-afa6-5f0dbbd50452"}]
    ),
    "shared-file-system.share-networks.remove-security-service": lambda asker, network: network.private.update(
        security_services=[asker._thing("shared-file-system/security-services", ()).id]
    ),
}


class Asker:
    """A world of its own with an admin in it."""

    def __init__(self, cloud: Cloud | None = None) -> None:
        self.synthesizer = synthesizer_of(cloud or default_cloud())
        self.world = World(self.synthesizer.kinds, seed=1)
        restore(self.world, copy.deepcopy(everything(self.synthesizer.cloud)))
        user = next(self.world.where("identity/users", name="admin"))
        user.private["password"] = "secret"
        self.project = str(user.members["default_project_id"])
        scene = self.synthesizer.scene_of(self.world)
        self.user: Resource = user
        self.token = token_for(scene, user, ["password"], {"project": {"id": self.project}}, {})

    def ask(self, method: str, service: str, path: str, body: bytes = b"", headers: Any = ()) -> Response:
        url = self.synthesizer.cloud.services[service].address() + path
        kind = () if any(key == "Content-Type" for key, _ in headers) else (("Content-Type", "application/json"),)
        asked = (*kind, ("X-Auth-Token", self.token.id), *headers)
        response = asyncio.run(self.synthesizer.answer_in(self.world, Request(method, url, asked, body)))
        assert response is not None
        return response

    def plan(self, operation: Operation) -> Plan:
        return self.synthesizer.kinds.planner.plan(operation.id)

    def operation(self, operation: Operation, headers: Any = (), body: bytes | None = None) -> Response:
        """Ask for an operation, with its request example as the body."""
        plan = self.plan(operation)
        path = self._path(plan)
        self._prepare(plan, path)
        self._bring_into_state(plan)
        sent = body if body is not None else self._body(plan)
        more: Headers = (("X-Subject-Token", self.token.id),)
        if operation.id == "identity.auth.tokens.show":
            # OAuth's parameters, which its chapter asks for in words.
            more += oauth_header(*access_token(self, self.user.id))
        return self.ask(operation.method, operation.service, path, sent, (*more, *headers))

    # --- paths -----------------------------------------------------------------------------------------------------

    def _path(self, plan: Plan) -> str:
        """The template with ids; a thing that is not there is made."""
        segments, done = plan.operation.path.strip("/").split("/"), []
        self._ids: list[str] = []
        self._resources: list[Resource] = []
        steps = [step for step in plan.steps if step.variable]
        for at, segment in enumerate(segments):
            if not segment.startswith("{"):
                done.append(segment)
            elif segment in PROJECT_VARIABLES and self._is_prefix(segments, at):
                done.append(self.project)
            elif segment == "{stack_name}":
                done.append(str(self._thing("orchestration/stacks", ()).members["stack_name"]))
                if at + 1 == len(segments) or segments[at + 1] != "{stack_id}":
                    self._ids.append(self._thing("orchestration/stacks", ()).id)
            else:
                step = steps[len(self._ids)]
                done.append(self._id(plan, step.kind, segment[1:-1]))
                self._ids.append(done[-1])
        path = "/" + "/".join(done) + ("/" if plan.operation.path.endswith("/") and done else "")
        return path + self._query(plan)

    def _query(self, plan: Plan) -> str:
        if plan.segments[-1:] == ("associate",):
            return "?vol_type_id=" + self._thing("block-storage/types", ()).id
        return QUERIES.get(plan.operation.id, "")

    def _is_prefix(self, segments: list[str], at: int) -> bool:
        return at == 1

    def _id(self, plan: Plan, kind: str, variable: str) -> str:
        name = ALIKE.get(kind) or LAST.get(kind.rpartition("/")[2] if kind.startswith("identity/") else "") or kind
        if variable == "tokenId":
            return self.token.id
        if "quota" in kind or (variable in ("project_id", "tenant_id", "tenantId") and kind.startswith("identity")):
            return self.project if variable != "user_id" else self.user.id
        if kind == "compute/servers/os-interface":
            sent = msgspec.json.encode({"interfaceAttachment": {"net_id": self._thing("network/networks", ()).id}})
            made = self.ask("POST", "compute", f"/v2.1/servers/{self._ids[0]}/os-interface", sent)
            return str(json_of(made)["interfaceAttachment"]["port_id"])
        if special := SPECIAL.get(kind):
            return special(self)
        parents = () if name != kind else tuple(self._ids)
        if (plan.verb is Verb.PUT or plan.operation.id in MAKES) and kind == plan.kind and name == kind:
            return "something-new"
        if name in self.synthesizer.kinds.planner.collections:
            one = self._thing(name, parents, new=kind in NEEDED and plan.verb in (Verb.DELETE, Verb.UPDATE))
            self._resources.append(one)
            return one.id
        return self._key(plan, kind, variable)

    def _key(self, plan: Plan, kind: str, variable: str) -> str:
        rule = self.synthesizer.kinds[kind].rule
        if rule.map and self._ids:
            above = self._resources[-1]
            values = above.members.setdefault(rule.map, {}) or {}
            sent = plan.sent if isinstance(plan.sent, dict) else {}
            inner = sent.get(rule.item) or sent.get(rule.wrapper) or sent
            key = next(iter(inner), "key") if isinstance(inner, dict) else "key"
            if above.kind == "image/images":
                above.members[key] = "value"
            above.members[rule.map] = {**(values if isinstance(values, dict) else {}), key: "value"}
            return key
        if plan.kind == "compute/servers/ips":
            return next(iter(self._resources[-1].members["addresses"]), "private")
        return {"tag": "tag", "value": "tag", "ip": "192.0.2.1", "before_timestamp": "2026-01-01"}.get(variable, "1")

    def _thing(self, kind: str, parents: tuple[str, ...], new: bool = False) -> Resource:
        """A resource of a kind: one that is there, or a new one."""
        windows = self.synthesizer.cloud.windows
        kind = windows[kind].of if kind in windows else kind
        shelf = self.world.shelf(kind, "", parents)
        if kind == "identity/OS-OAUTH1/users/access_tokens":
            access_token(self, parents[0])
        for one in shelf if not new else ():
            if kind != "identity/users" or one.id != self.user.id or len(shelf) == 1:
                return one
        of = self.synthesizer.kinds[kind]
        makes = [
            plan
            for plan in of.plans
            if plan.verb in (Verb.CREATE, Verb.PUT) and not plan.operation.id.endswith("bulk-create")
        ]
        lists = [plan for plan in of.plans if plan.verb is Verb.LIST] or [
            plan for plan in of.plans if plan.verb is Verb.SHOW
        ]
        if not of.is_made and not of.is_stocked and not len(shelf):
            return self._brought_along(of, parents)
        plan = (makes or lists)[0]
        ids, kept = iter([*parents, "something-new"]), getattr(self, "_ids", [])
        path = "/".join(
            self._fill(segment, at, ids) for at, segment in enumerate(plan.operation.path.strip("/").split("/"))
        )
        response = self.ask(plan.operation.method, of.service, "/" + path, self._body(plan))
        self._ids = kept
        if response.status >= 400 and not len(shelf):
            raise AssertionError(f"no {kind}: {response.status} {response.body!r}")
        if not len(shelf):
            raise AssertionError(f"no {kind}: {plan.operation.id} made none under {parents}: {response.body!r:.200}")
        return list(shelf)[-1]

    def _brought_along(self, kind: Kind, parents: tuple[str, ...]) -> Resource:
        """A resource that no client can make, and that is there as one of a recording is."""
        scene = self.synthesizer.scene_of(self.world)
        members = fresh(kind, scene)
        members |= {kind.key: "brought-along"} if kind.id_form == "sent" else {}
        return scene.add(kind.name, members, project=self.project, parents=parents)

    def _fill(self, segment: str, at: int, ids: Any) -> str:
        if not segment.startswith("{"):
            return segment
        if segment in PROJECT_VARIABLES and at == 1:
            return self.project
        if segment == "{stack_name}":
            return str(self._thing("orchestration/stacks", ()).members["stack_name"])
        return str(next(ids))

    # --- bodies ----------------------------------------------------------------------------------------------------

    def _body(self, plan: Plan) -> bytes:
        if plan.operation.id in self.synthesizer.cloud.services[plan.operation.service].open and plan.sent is not None:
            return msgspec.json.encode(self._login(plan))
        if plan.sent is None:
            return msgspec.json.encode(BODIES[plan.operation.id]) if plan.operation.id in BODIES else b""
        kept = getattr(self, "_ids", [])
        sent = self._named(plan.sent, plan)
        if (plan.kind, plan.verb) == ("compute/servers", Verb.CREATE) and "networks" not in sent["server"]:
            # By then there are several networks, so that one has to be named.
            sent["server"]["networks"] = [{"uuid": self._thing("network/networks", ()).id}]
        self._ids = kept
        return msgspec.json.encode(sent)

    def _named(self, value: Any, plan: Plan, name: str = "") -> Any:
        """A request example with ids of things that are there."""
        if isinstance(value, dict):
            return {key: self._named(one, plan, key) for key, one in value.items() if key not in UNSENT}
        if isinstance(value, list):
            return [self._named(one, plan, name) for one in value]
        if name == "pool":
            return next(self.world.where("network/networks", "", **{"router:external": True})).members["name"]
        if name == "auth_key" and self._resources:
            return self._resources[-1].private.get("auth_key", value)
        if isinstance(value, str) and (instead := self._instead(name, value, plan)):
            return instead
        service = plan.operation.service
        kind = BY_SERVICE.get((service, name), KIND_OF.get(name, ""))
        if name == "uuid" and plan.sent and "block_device_mapping_v2" in str(plan.sent):
            kind = "block-storage/volumes"
            self._thing(kind, ()).members["bootable"] = "true"
        itself = kind == plan.kind and plan.verb is Verb.CREATE and not name.startswith("parent_")
        if not isinstance(value, str) or not kind or itself:
            return value
        if kind == "identity/projects":
            return self.project
        if (kind, name) == ("block-storage/types", "volume_type") and service not in ("block-storage", "compute"):
            return value
        return self._thing(kind, ()).id if kind in self.synthesizer.kinds.planner.collections else value

    def _instead(self, name: str, value: str, plan: Plan) -> str:
        """What is sent for a value that names no resource by its kind alone; empty where nothing else is."""
        if plan.verb is Verb.UPDATE and self._resources and name in self.synthesizer.kinds[plan.kind].rule.immutable:
            return str(self._resources[-1].members.get(name) or "")
        return INSTEAD[name](self, value) if name in INSTEAD else ""

    def _login(self, plan: Plan) -> Any:
        """The credentials of somebody who is there, in the form of the API's version."""
        if plan.operation.version == "v2.0":
            return {"auth": {"passwordCredentials": {"username": "admin", "password": "secret"}, "tenantName": "admin"}}
        user = {"id": self.user.id, "password": "secret"}
        identity = {"methods": ["password"], "password": {"user": user}}
        return {"auth": {"identity": identity, "scope": {"project": {"id": self.project}}}}

    # --- what must be so before ------------------------------------------------------------------------------------

    def _prepare(self, plan: Plan, path: str) -> None:
        """What must have been granted, assigned or set before it can be looked at or taken away."""
        one = plan.operation
        if one.id in BEFORE:
            self.ask("PUT", one.service, path.replace(*BEFORE[one.id]), self._body(plan))
        if one.method in ("HEAD", "DELETE"):
            template = (one.service, one.version, plan.segments)
            for other in self.synthesizer.kinds.planner.kinds[plan.kind]:
                of = self.plan(other)
                if (
                    other.method == "PUT"
                    and (other.service, other.version, of.segments) == template
                    and of.sent is None
                ):
                    self.ask("PUT", one.service, path)
        if given := GIVEN.get(one.id):
            given(self, self._resources[-1])
        for member, value in STATES.get(one.id, {}).items():
            self._resources[-1].members[member] = [self.project] if value == ["fake_tenant"] else value

    def registered_image(self) -> str:
        """An image of glance's that sahara knows."""
        image = next(self.world.all("image/images"))
        path = f"/v1.1/{self.project}/images/{image.id}"
        assert self.ask("POST", "data-processing", path, b'{"username": "ubuntu"}').status == 202
        return image.id

    def library(self) -> str:
        """A binary of sahara's beside the one that is a job's main one."""
        sent = b'{"name": "library", "url": "swift://container/library.jar"}'
        made = self.ask("POST", "data-processing", f"/v1.1/{self.project}/job-binaries", sent)
        return str(json_of(made)["job_binary"]["id"])

    def _clear(self, kind: str, above: Resource) -> None:
        """Nothing of a kind is in a resource any more."""
        for one in list(self.world.shelf(kind, "", (above.id,))):
            self.world.remove(one, "")

    # --- states ----------------------------------------------------------------------------------------------------

    def _bring_into_state(self, plan: Plan) -> None:
        """The resource in a state in which the action may begin."""
        life = self.synthesizer.kinds[plan.kind].life
        if not life or not self._resources:
            return
        one = self._resources[-1]
        transition = life.actions.get(plan.operation.action)
        if plan.verb is Verb.DELETE:
            transition = life.delete
        if transition is not None and transition.states:
            one.pending = None
            one.members[life.member] = transition.states[0]
