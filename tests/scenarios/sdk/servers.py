"""Servers and what belongs to compute, with openstacksdk."""

from __future__ import annotations

from typing import Any

from openstack.connection import Connection

from tests.scenarios.checks import fields, listed, same
from tests.scenarios.scenario import Run, Scenario
from tests.scenarios.sdk.client import gone, into, member, names, refused
from tests.scenarios.sdk.volumes import available_volume

SCENARIOS: list[Scenario] = []
scenario = into(SCENARIOS)
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDsdxxXkP7sOxNhmkTtPZZP2vS5EJWMmNTt5sqOiMxVw scenarios"


def create_server(run: Run, cloud: Connection, name: str, flavor: str = "m1.nano", **members: Any) -> Any:
    """Asks for one, and returns what the answer holds; it is deleted at the end."""
    chosen, image = (
        cloud.compute.find_flavor(flavor, ignore_missing=False),
        cloud.image.find_image("tiny", ignore_missing=False),
    )
    members = {"networks": "none", **members}
    server = cloud.compute.create_server(name=name, flavor_id=chosen.id, image_id=image.id, **members)
    run.undo(delete_server, run, cloud, server)
    return server


def active_server(run: Run, cloud: Connection, name: str, flavor: str = "m1.nano", **members: Any) -> Any:
    server = create_server(run, cloud, name, flavor, **members)
    return has_become(run, cloud, server, "ACTIVE")


def has_become(run: Run, cloud: Connection, server: Any, status: str) -> Any:
    return run.until_status(lambda: cloud.compute.get_server(server.id), status)


def delete_server(run: Run, cloud: Connection, server: Any) -> None:
    cloud.compute.delete_server(server, ignore_missing=False)
    gone(run, cloud.compute.get_server, server.id)


@scenario(changed={"flavor": "m1.tiny"}, flavor="m1.nano")
def server_lives_and_goes(run: Run, cloud: Connection, flavor: str) -> None:
    name, renamed = run.name("server"), run.name("server-renamed")
    chosen, image = (
        cloud.compute.find_flavor(flavor, ignore_missing=False),
        cloud.image.find_image("tiny", ignore_missing=False),
    )
    server = cloud.compute.create_server(name=name, flavor_id=chosen.id, image_id=image.id, networks="none")
    delete = run.undo(cloud.compute.delete_server, server, ignore_missing=False)
    server = has_become(run, cloud, server, "ACTIVE")
    fields(server, name=name, vm_state="active", power_state=1, addresses={})
    fields(server.flavor, original_name=flavor)
    same(server.image.id, image.id, "the image")
    same(names(cloud.compute.servers(name=name)), [name], "the list")
    fields(cloud.compute.update_server(server, name=renamed), name=renamed)
    fields(cloud.compute.get_server(server.id), name=renamed)
    delete()
    gone(run, cloud.compute.get_server, server.id)
    refused(404, cloud.compute.delete_server, server.id, ignore_missing=False)
    same(names(cloud.compute.servers(name=renamed)), [], "the list when it is gone")


@scenario(changed={"prefix": "27"}, prefix="24")
def server_on_a_network_of_its_own(run: Run, cloud: Connection, prefix: str) -> None:
    name = run.make("tempest ServersTest-server")
    cidr = run.make(f"cidr {prefix}")
    network = cloud.network.create_network(name=run.make("tempest ServersTest-network"))
    run.undo(cloud.network.delete_network, network, ignore_missing=False)
    cloud.network.create_subnet(network_id=network.id, name=run.name("subnet"), ip_version=4, cidr=cidr)
    server = active_server(run, cloud, name, networks=[{"uuid": network.id}])
    same(list(server.addresses), [network.name], "the names of its networks")
    address = server.addresses[network.name][0]["addr"]
    same(address.rpartition(".")[0], cidr.rpartition(".")[0], "the address's network")
    [port] = cloud.network.ports(device_id=server.id)
    fields(port, network_id=network.id, device_owner="compute:nova", status="ACTIVE")
    same([one["ip_address"] for one in port.fixed_ips], [address], "the port's addresses")


@scenario(
    changed={"stop": "pause_server", "stopped": "PAUSED", "start": "unpause_server"},
    stop="stop_server",
    stopped="SHUTOFF",
    start="start_server",
)
def server_stops_and_starts(run: Run, cloud: Connection, stop: str, stopped: str, start: str) -> None:
    server = active_server(run, cloud, run.make("tempest ServerActionsTest-server"))
    getattr(cloud.compute, stop)(server)
    has_become(run, cloud, server, stopped)
    refused(409, getattr(cloud.compute, stop), server)
    getattr(cloud.compute, start)(server)
    fields(has_become(run, cloud, server, "ACTIVE"), name=server.name)


@scenario(changed={"kind": "HARD"}, kind="SOFT")
def server_reboots(run: Run, cloud: Connection, kind: str) -> None:
    server = active_server(run, cloud, run.name("reboot"))
    cloud.compute.reboot_server(server, kind)
    has_become(run, cloud, server, "ACTIVE")
    actions = {action.action for action in cloud.compute.server_actions(server)}
    same(actions, {"create", "reboot"}, "the actions")


@scenario(changed={"flavor": "m1.tiny"}, flavor="m1.micro")
def server_is_resized(run: Run, cloud: Connection, flavor: str) -> None:
    server = active_server(run, cloud, run.make("tempest ServerResizeTest-server"))
    cloud.compute.resize_server(server, cloud.compute.find_flavor(flavor, ignore_missing=False).id)
    has_become(run, cloud, server, "VERIFY_RESIZE")
    cloud.compute.confirm_server_resize(server)
    resized = has_become(run, cloud, server, "ACTIVE")
    fields(resized.flavor, original_name=flavor)


@scenario(changed={"metadata": {"step": "two", "by": "hand"}}, metadata={"step": "two"})
def server_is_rebuilt(run: Run, cloud: Connection, metadata: dict[str, str]) -> None:
    server = active_server(run, cloud, run.name("before"), metadata={"step": "one"})
    name, image = run.name("after"), cloud.image.find_image("tiny", ignore_missing=False)
    cloud.compute.rebuild_server(server, image=image.id, name=name, metadata=metadata)
    fields(has_become(run, cloud, server, "ACTIVE"), name=name, metadata=metadata)


@scenario(changed={"more": {"colour": "green"}}, more={"role": "web"})
def server_metadata_is_set_and_unset(run: Run, cloud: Connection, more: dict[str, str]) -> None:
    owner = run.name("owner")
    server = active_server(run, cloud, run.name("tagged"), metadata={"owner": owner})
    fields(server, metadata={"owner": owner})
    cloud.compute.set_server_metadata(server, **more)
    same(cloud.compute.get_server(server.id).metadata, {"owner": owner, **more}, "the metadata")
    cloud.compute.delete_server_metadata(server.id, ["owner"])
    same(cloud.compute.get_server(server.id).metadata, more, "the metadata after one key is gone")


@scenario(changed={"length": 7}, length=5)
def server_console_is_read(run: Run, cloud: Connection, length: int) -> None:
    server = active_server(run, cloud, run.make("hex"))
    said = cloud.compute.get_server_console_output(server, length=length)["output"]
    same(said.count("\n") + 1, length, "the lines of the console, the one after its last line end too")


@scenario(changed={"count": 3}, count=2)
def several_servers_in_one_request(run: Run, cloud: Connection, count: int) -> None:
    stem = run.name("batch")
    first = create_server(run, cloud, stem, min_count=count, max_count=count)
    made = list(cloud.compute.servers(name=stem))
    same(names(made), [f"{stem}-{number}" for number in range(1, count + 1)], "the names")
    for other in made:
        if other.id != first.id:
            run.undo(delete_server, run, cloud, other)
    for server in made:
        has_become(run, cloud, server, "ACTIVE")


@scenario(changed={"size": 21}, size=1)
def volume_is_attached_and_detached(run: Run, cloud: Connection, size: int) -> None:
    volume = available_volume(run, cloud, name=run.name("data"), size=size)
    server = active_server(run, cloud, run.name("with-data"))
    cloud.compute.create_volume_attachment(server, volume_id=volume.id)
    attached = run.until_status(lambda: cloud.block_storage.get_volume(volume.id), "in-use")
    same([one["server_id"] for one in attached.attachments], [server.id], "the servers of the volume")
    same([one.volume_id for one in cloud.compute.volume_attachments(server)], [volume.id], "the volumes of the server")
    refused(400, cloud.block_storage.delete_volume, volume, ignore_missing=False)
    cloud.compute.delete_volume_attachment(server, volume)
    detached = run.until_status(lambda: cloud.block_storage.get_volume(volume.id), "available")
    same(detached.attachments, [], "the attachments")


@scenario(changed={"policy": "soft-anti-affinity"}, policy="affinity")
def server_group_has_its_member(run: Run, cloud: Connection, policy: str) -> None:
    name = run.name("group")
    group = cloud.compute.create_server_group(name=name, policy=policy)
    delete = run.undo(cloud.compute.delete_server_group, group, ignore_missing=False)
    server = active_server(run, cloud, run.name("grouped"), scheduler_hints={"group": group.id})
    fields(cloud.compute.get_server_group(group.id), name=name, policy=policy, member_ids=[server.id])
    delete()
    refused(404, cloud.compute.get_server_group, group.id)


@scenario(changed={"with_owner": True}, with_owner=False)
def keypair_is_imported(run: Run, cloud: Connection, with_owner: bool) -> None:
    name = run.make("tempest KeyPairsTest-key")
    owner = {"user_id": cloud.current_user_id} if with_owner else {}
    asked = {"name": name, "public_key": PUBLIC_KEY, "type": "ssh", **owner}
    key = cloud.compute.create_keypair(**asked)
    delete = run.undo(cloud.compute.delete_keypair, key, ignore_missing=False)
    fields(cloud.compute.get_keypair(name), name=name, public_key=PUBLIC_KEY, fingerprint=key.fingerprint)
    same([one.name for one in cloud.compute.keypairs()].count(name), 1, "its count in the list")
    refused(409, cloud.compute.create_keypair, **asked)
    delete()
    refused(404, cloud.compute.get_keypair, name)
    same([one.name for one in cloud.compute.keypairs()].count(name), 0, "its count when it is gone")


@scenario(changed={"ram": 384}, ram=256)
def flavor_with_extra_specs(run: Run, cloud: Connection, ram: int) -> None:
    name = run.name("flavor")
    flavor = cloud.compute.create_flavor(name=name, ram=ram, vcpus=1, disk=1)
    delete = run.undo(cloud.compute.delete_flavor, flavor, ignore_missing=False)
    cloud.compute.create_flavor_extra_specs(flavor, {"hw:cpu_policy": "shared"})
    found = cloud.compute.find_flavor(name, get_extra_specs=True)
    fields(found, id=flavor.id, name=name, ram=ram, extra_specs={"hw:cpu_policy": "shared"})
    listed(cloud.compute.flavors(details=False), "flavors", has=[flavor.id])
    refused(409, cloud.compute.create_flavor, name=name, ram=ram, vcpus=1, disk=1)
    delete()
    refused(404, cloud.compute.get_flavor, flavor.id)


@scenario(changed={"vcpus": 3}, vcpus=2)
def flavor_for_one_project_alone(run: Run, cloud: Connection, vcpus: int) -> None:
    user, project = member(run, cloud)
    name = run.name("private-flavor")
    flavor = cloud.compute.create_flavor(name=name, ram=64, vcpus=vcpus, disk=1, is_public=False)
    run.undo(cloud.compute.delete_flavor, flavor, ignore_missing=False)
    same(user.compute.find_flavor(name), None, "the flavor, before access is given")
    cloud.compute.flavor_add_tenant_access(flavor, project.id)
    fields(user.compute.find_flavor(name), id=flavor.id, name=name, vcpus=vcpus)
    access = cloud.compute.get_flavor_access(flavor)
    same([one["tenant_id"] for one in access], [project.id], "the projects with access")
    cloud.compute.flavor_remove_tenant_access(flavor, project.id)
    same(user.compute.find_flavor(name), None, "the flavor, after access is taken")


@scenario(changed={"keys": ["ssd", "gpu"]}, keys=["ssd"])
def aggregate_with_metadata(run: Run, cloud: Connection, keys: list[str]) -> None:
    name, renamed = run.name("aggregate"), run.name("aggregate-renamed")
    aggregate = cloud.compute.create_aggregate(name=name)
    delete = run.undo(cloud.compute.delete_aggregate, aggregate, ignore_missing=False)
    cloud.compute.set_aggregate_metadata(aggregate, dict.fromkeys(keys, "true"))
    cloud.compute.update_aggregate(aggregate, name=renamed)
    found = cloud.compute.get_aggregate(aggregate.id)
    fields(found, name=renamed, metadata=dict.fromkeys(keys, "true"), hosts=[])
    delete()
    refused(404, cloud.compute.get_aggregate, aggregate.id)


@scenario(changed={"instances": 4}, instances=0)
def server_quota_is_kept(run: Run, cloud: Connection, instances: int) -> None:
    user, project = member(run, cloud)
    cloud.compute.update_quota_set(project, instances=instances, cores=0)
    fields(cloud.compute.get_quota_set(project), instances=instances, cores=0)
    flavor, image = (
        user.compute.find_flavor("m1.nano", ignore_missing=False),
        user.image.find_image("tiny", ignore_missing=False),
    )
    ask = {"flavor_id": flavor.id, "image_id": image.id, "networks": "none"}
    said = refused(403, user.compute.create_server, name=run.name("too-many"), **ask)
    same("Quota exceeded" in said, True, said)


@scenario(changed={"action": {"os-resetState": {"state": "active"}}}, action={"os-stop": None})
def missing_server_is_not_found(run: Run, cloud: Connection, action: dict[str, Any]) -> None:
    missing = run.make("uuid")
    said = refused(404, cloud.compute.get_server, missing)
    same(missing in said, True, f"{missing} in {said}")
    refused(404, cloud.compute.delete_server, missing, ignore_missing=False)
    answer = cloud.compute.post(f"/servers/{missing}/action", json=action)
    same(answer.status_code, 404, "the status")
    same(cloud.compute.find_server(run.name("nobody")), None, "what is found by a name that nobody has")
