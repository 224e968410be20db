"""The services' own Python clients, put through what they can do in a demo cloud.

Each is a function of the cloud and of `do`, which makes a call and keeps what went wrong with it.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Iterable
from typing import Any

from cloudtape.background import BackgroundProxy
from tests.live.walk import PUBLIC_KEY

TEMPLATE = """
heat_template_version: 2018-08-31
parameters: {word: {type: string, default: zero}}
resources: {net: {type: OS::Neutron::Net}}
outputs: {answer: {value: 42}}
"""
Do = Callable[..., Any]


def all_of(call: Callable[..., Iterable[Any]], *given: Any) -> list[Any]:
    """The whole of a result that comes in pieces."""
    return list(call(*given))


def session_of(cloud: BackgroundProxy, name: str = "admin") -> Any:
    identity = importlib.import_module("keystoneauth1.identity.v3")
    password = identity.Password(
        cloud.auth_url,
        username=name,
        password="secret",
        project_name=name,
        user_domain_id="default",
        project_domain_id="default",
    )
    return importlib.import_module("keystoneauth1.session").Session(password)


def keystoneclient(cloud: BackgroundProxy, do: Do) -> None:
    keystone = importlib.import_module("keystoneclient.v3.client").Client(session=session_of(cloud))
    domain = do(keystone.domains.create, "acme", description="A domain")
    project = do(keystone.projects.create, "lab", domain, description="Of clients")
    user = do(keystone.users.create, "eve", domain, password="pw", email="eve@example.com", default_project=project)
    group = do(keystone.groups.create, "staff", domain)
    role = do(keystone.roles.create, "auditor")
    other = do(keystone.roles.create, "reader-too")
    do(keystone.users.add_to_group, user, group)
    do(keystone.users.check_in_group, user, group)
    do(keystone.roles.grant, role, user=user, project=project)
    do(keystone.roles.check, role, user=user, project=project)
    do(keystone.roles.list, user=user, project=project)
    do(keystone.role_assignments.list, user=user, include_names=True)
    do(keystone.inference_rules.create, role, other)
    do(keystone.inference_rules.list_inference_roles)
    do(keystone.inference_rules.get, role, other)
    do(keystone.inference_rules.delete, role, other)
    do(keystone.projects.add_tag, project, "green")
    do(keystone.projects.list_tags, project)
    do(keystone.projects.update_tags, project, ["red", "blue"])
    do(keystone.projects.delete_tag, project, "red")
    service = do(keystone.services.create, "billing", type="rating")
    endpoint = do(keystone.endpoints.create, service, "http://billing.example.com", interface="public")
    region = do(keystone.regions.create, "north")
    policy = do(keystone.policies.create, "{}", type="application/json")
    credential = do(keystone.credentials.create, user, "cert", "blob", project=project)
    registered = do(keystone.registered_limits.create, service, "widgets", 10)
    limit = do(keystone.limits.create, project, service, "widgets", 5)
    me = keystone.session.get_user_id()
    application = do(keystone.application_credentials.create, "robot", user=me)
    access = do(keystone.ec2.create, me, keystone.session.get_project_id())
    do(keystone.ec2.list, me)
    if access:
        do(keystone.ec2.delete, me, access.access)
    trust = do(
        keystone.trusts.create,
        user,
        me,
        role_names=["admin"],
        project=keystone.session.get_project_id(),
        impersonation=False,
    )
    mapping = do(
        keystone.federation.mappings.create,
        "rules",
        rules=[{"local": [{"user": {"name": "{0}"}}], "remote": [{"type": "NAME"}]}],
    )
    provider = do(keystone.federation.identity_providers.create, "idp", enabled=True)
    do(keystone.federation.protocols.create, "saml2", "idp", "rules")
    do(keystone.federation.protocols.list, "idp")
    do(keystone.federation.protocols.delete, "idp", "saml2")
    do(keystone.auth.projects)
    do(keystone.auth.domains)
    for manager, one in (
        (keystone.application_credentials, application),
        (keystone.trusts, trust),
        (keystone.limits, limit),
        (keystone.registered_limits, registered),
        (keystone.credentials, credential),
        (keystone.policies, policy),
        (keystone.endpoints, endpoint),
        (keystone.services, service),
        (keystone.regions, region),
        (keystone.groups, group),
        (keystone.users, user),
        (keystone.roles, role),
        (keystone.projects, project),
        (keystone.federation.mappings, mapping),
        (keystone.federation.identity_providers, provider),
    ):
        do(manager.list)
        if one is not None:
            do(manager.get, one.id)
            do(manager.delete, one.id)
    if domain:
        do(keystone.domains.update, domain, enabled=False)
        do(keystone.domains.delete, domain)


def novaclient(cloud: BackgroundProxy, do: Do) -> None:
    for micro in ("2.1", "2.96"):
        nova = importlib.import_module("novaclient.client").Client(micro, session=session_of(cloud))
        image, network = nova.glance.find_image("cirros"), nova.neutron.find_network("private")
        key = do(nova.keypairs.create, f"key {micro[2:]}", PUBLIC_KEY)
        flavor = do(nova.flavors.create, f"tiny-{micro}", 64, 1, 1, is_public=False)
        do(flavor.set_keys, {"hw:cpu": "1"})
        do(flavor.get_keys)
        do(flavor.unset_keys, ["hw:cpu"])
        do(nova.flavor_access.add_tenant_access, flavor, nova.client.session.get_project_id())
        do(nova.flavor_access.list, flavor=flavor)
        server = do(
            nova.servers.create,
            f"one-{micro}",
            image,
            flavor,
            key_name=key.name,
            nics=[{"net-id": network.id}],
            meta={"a": "b"},
        )
        do(nova.servers.get, server.id)
        do(nova.servers.list, detailed=False)
        do(nova.servers.list)
        do(server.update, name=f"two-{micro}")
        do(nova.servers.set_meta, server, {"c": "d"})
        do(nova.servers.delete_meta, server, ["c"])
        do(nova.servers.ips, server)
        for action in (
            "stop",
            "start",
            "reboot",
            "pause",
            "unpause",
            "suspend",
            "resume",
            "lock",
            "unlock",
            "shelve",
            "unshelve",
        ):
            do(getattr(server, action))
        do(server.rebuild, image)
        do(server.resize, "2")
        do(server.confirm_resize)
        do(server.create_image, f"snapshot-{micro}")
        do(server.get_console_output)
        do(server.get_vnc_console, "novnc")
        do(server.interface_list)
        do(server.interface_attach, None, network.id, None)
        do(server.diagnostics)
        do(server.list_security_group)
        do(nova.instance_action.list, server)
        do(server.delete)
        group = do(
            nova.server_groups.create,
            f"group-{micro}",
            **({"policies": ["affinity"]} if micro == "2.1" else {"policy": "affinity"}),
        )
        do(nova.server_groups.get, group.id)
        do(nova.server_groups.delete, group.id)
        aggregate = do(nova.aggregates.create, f"rack-{micro}", "nova")
        do(aggregate.set_metadata, {"ssd": "true"})
        do(aggregate.update, {"name": f"shelf-{micro}"})
        do(aggregate.delete)
        for manager in (
            nova.server_groups,
            nova.aggregates,
            nova.hypervisors,
            nova.services,
            nova.availability_zones,
            nova.migrations,
        ):
            do(manager.list)
        do(nova.limits.get)
        do(nova.quotas.get, nova.client.session.get_project_id())
        do(nova.quotas.defaults, nova.client.session.get_project_id())
        do(nova.quotas.update, nova.client.session.get_project_id(), cores=99)
        do(nova.quota_classes.get, "default")
        do(nova.versions.list)
        do(key.delete)
        do(flavor.delete)


def cinderclient(cloud: BackgroundProxy, do: Do) -> None:
    for micro in ("3.0", "3.70"):
        cinder = importlib.import_module("cinderclient.client").Client(micro, session=session_of(cloud))
        project = cinder.client.session.get_project_id()
        kind = do(cinder.volume_types.create, f"gold-{micro}", "Fast")
        do(kind.set_keys, {"volume_backend_name": "fast"})
        do(kind.get_keys)
        do(kind.unset_keys, ["volume_backend_name"])
        do(cinder.volume_encryption_types.create, kind, {"provider": "luks", "control_location": "front-end"})
        do(cinder.volume_encryption_types.get, kind)
        do(cinder.volume_encryption_types.delete, kind)
        volume = do(cinder.volumes.create, 1, name=f"one-{micro}", volume_type=kind.name, metadata={"a": "b"})
        do(cinder.volumes.get, volume.id)
        do(volume.update, name=f"two-{micro}")
        do(cinder.volumes.set_metadata, volume, {"c": "d"})
        do(cinder.volumes.delete_metadata, volume, ["c"])
        do(cinder.volumes.extend, volume, 2)
        do(cinder.volumes.set_bootable, volume, True)
        do(cinder.volumes.set_image_metadata, volume, {"os": "linux"})
        do(cinder.volumes.update_readonly_flag, volume, True)
        snapshot = do(cinder.volume_snapshots.create, volume.id, name="first")
        do(cinder.volume_snapshots.get, snapshot.id)
        do(snapshot.update, name="again")
        backup = do(cinder.backups.create, volume.id, name="saved")
        do(cinder.backups.get, backup.id)
        do(cinder.restores.restore, backup.id)
        transfer = do(cinder.transfers.create, do(cinder.volumes.create, 1, name="given").id, "gift")
        do(cinder.transfers.get, transfer.id)
        do(cinder.transfers.accept, transfer.id, transfer.auth_key)
        specs = do(cinder.qos_specs.create, f"slow-{micro}", {"iops": "10"})
        do(cinder.qos_specs.associate, specs, kind.id)
        do(cinder.qos_specs.get_associations, specs)
        do(cinder.qos_specs.disassociate, specs, kind.id)
        do(specs.delete)
        if micro != "3.0":
            group_type = do(cinder.group_types.create, "together")
            group = do(cinder.groups.create, group_type.id, kind.id, name="pile")
            do(cinder.groups.get, group.id)
            do(cinder.groups.delete, group.id, True)
            do(cinder.attachments.list)
            do(cinder.messages.list)
        for manager in (
            cinder.volumes,
            cinder.volume_snapshots,
            cinder.backups,
            cinder.volume_types,
            cinder.qos_specs,
            cinder.services,
            cinder.transfers,
            cinder.availability_zones,
        ):
            do(manager.list)
        do(cinder.limits.get)
        do(cinder.pools.list, True)
        do(cinder.quotas.get, project)
        do(cinder.quotas.get, project, usage=True)
        do(cinder.quotas.update, project, volumes=99)
        do(cinder.quota_classes.get, "default")
        do(backup.delete)
        do(snapshot.delete)
        do(volume.delete)


def glanceclient(cloud: BackgroundProxy, do: Do) -> None:
    glance = importlib.import_module("glanceclient").Client("2", session=session_of(cloud))
    image = do(glance.images.create, name="bits", disk_format="raw", container_format="bare", visibility="private")
    do(glance.images.upload, image.id, io.BytesIO(b"bits and bytes"))
    do(lambda: b"".join(glance.images.data(image.id)))
    do(glance.images.get, image.id)
    do(glance.images.update, image.id, name="pieces", os_distro="none")
    do(glance.images.update, image.id, remove_props=["os_distro"])
    do(all_of, glance.images.list)
    do(glance.image_tags.update, image.id, "old")
    do(glance.image_tags.delete, image.id, "old")
    do(glance.images.update, image.id, visibility="shared")
    do(glance.image_members.create, image.id, "0123456789abcdef0123456789abcdef")
    do(all_of, glance.image_members.list, image.id)
    do(glance.image_members.update, image.id, "0123456789abcdef0123456789abcdef", "accepted")
    do(glance.image_members.delete, image.id, "0123456789abcdef0123456789abcdef")
    do(glance.images.deactivate, image.id)
    do(glance.images.reactivate, image.id)
    do(glance.images.get_import_info)
    do(glance.images.get_stores_info)
    do(glance.schemas.get, "image")
    do(all_of, glance.tasks.list)
    do(glance.metadefs_namespace.create, namespace="Ours", display_name="Our own")
    do(all_of, glance.metadefs_namespace.list)
    do(glance.metadefs_namespace.get, "Ours")
    do(glance.metadefs_namespace.update, "Ours", description="What we say")
    do(glance.metadefs_property.create, "Ours", name="floor", title="Floor", type="integer")
    do(all_of, glance.metadefs_property.list, "Ours")
    do(glance.metadefs_property.get, "Ours", "floor")
    do(glance.metadefs_object.create, "Ours", name="room", properties={"w": {"title": "W", "type": "integer"}})
    do(all_of, glance.metadefs_object.list, "Ours")
    do(glance.metadefs_object.get, "Ours", "room")
    do(glance.metadefs_tag.create, "Ours", "tall")
    do(all_of, glance.metadefs_tag.list, "Ours")
    do(glance.metadefs_resource_type.associate, "Ours", name="OS::Nova::Server")
    do(glance.metadefs_resource_type.get, "Ours")
    do(all_of, glance.metadefs_resource_type.list)
    do(glance.metadefs_namespace.delete, "Ours")
    do(glance.images.delete, image.id)


def neutronclient(cloud: BackgroundProxy, do: Do) -> None:
    neutron = importlib.import_module("neutronclient.v2_0.client").Client(session=session_of(cloud))

    def made(kind: str, **members: Any) -> str:
        found = do(getattr(neutron, f"create_{kind}"), {kind: members})
        return str(found[kind]["id"]) if found else ""

    network = made("network", name="net")
    pool = made("subnetpool", name="pool", prefixes=["10.1.0.0/16"], default_prefixlen=24)
    subnet = made("subnet", network_id=network, cidr="10.9.0.0/24", ip_version=4, name="sub")
    port = made("port", network_id=network, name="port")
    router = made("router", name="router")
    do(neutron.add_interface_router, router, {"subnet_id": subnet})
    outside = do(neutron.list_networks, name="public")["networks"][0]["id"]
    do(neutron.add_gateway_router, router, {"network_id": outside})
    address = made("floatingip", floating_network_id=outside, port_id=port)
    do(neutron.update_floatingip, address, {"floatingip": {"port_id": None}})
    group = made("security_group", name="group")
    rule = made(
        "security_group_rule",
        security_group_id=group,
        direction="ingress",
        protocol="tcp",
        port_range_min=22,
        port_range_max=22,
    )
    scope = made("address_scope", name="scope", ip_version=4)
    policy = made("rbac_policy", object_type="network", object_id=network, action="access_as_shared", target_tenant="*")
    label = made("metering_label", name="label")
    qos = do(neutron.create_qos_policy, {"policy": {"name": "slow"}})["policy"]["id"]
    limit = do(neutron.create_bandwidth_limit_rule, qos, {"bandwidth_limit_rule": {"max_kbps": 100}})
    do(neutron.list_bandwidth_limit_rules, qos)
    do(neutron.delete_bandwidth_limit_rule, limit["bandwidth_limit_rule"]["id"], qos)
    do(neutron.list_qos_policies)
    do(neutron.delete_qos_policy, qos)
    trunk = made("trunk", port_id=port, name="trunk")
    do(neutron.add_tag, "networks", network, "blue")
    do(neutron.replace_tag, "networks", network, {"tags": ["red"]})
    do(neutron.remove_tag_all, "networks", network)
    for name in ("network", "subnet", "port", "router", "security_group", "subnetpool", "trunk"):
        (one, plural) = (
            {
                "network": network,
                "subnet": subnet,
                "port": port,
                "router": router,
                "security_group": group,
                "subnetpool": pool,
                "trunk": trunk,
            }[name],
            f"{name}s",
        )
        do(getattr(neutron, f"list_{plural}"))
        do(getattr(neutron, f"show_{name}"), one)
        do(getattr(neutron, f"update_{name}"), one, {name: {"name": "renamed"}})
    do(neutron.list_agents)
    do(neutron.list_extensions)
    do(neutron.list_service_providers)
    do(neutron.list_availability_zones)
    do(neutron.list_network_ip_availabilities)
    do(neutron.list_quotas)
    do(neutron.show_quota, neutron.httpclient.get_project_id())
    do(neutron.update_quota, neutron.httpclient.get_project_id(), {"quota": {"network": 99}})
    do(neutron.remove_gateway_router, router)
    do(neutron.remove_interface_router, router, {"subnet_id": subnet})
    for name, one in (
        ("trunk", trunk),
        ("floatingip", address),
        ("router", router),
        ("port", port),
        ("security_group_rule", rule),
        ("security_group", group),
        ("rbac_policy", policy),
        ("metering_label", label),
        ("address_scope", scope),
        ("subnet", subnet),
        ("subnetpool", pool),
        ("network", network),
    ):
        do(getattr(neutron, f"delete_{name}"), one)


def heatclient(cloud: BackgroundProxy, do: Do) -> None:
    heat = importlib.import_module("heatclient.client").Client(
        "1", session=session_of(cloud), service_type="orchestration"
    )
    do(heat.stacks.create, stack_name="pile", template=TEMPLATE, parameters={"word": "one"})
    stack = do(heat.stacks.get, "pile")
    do(all_of, heat.stacks.list)
    do(heat.stacks.update, stack.id, template=TEMPLATE, parameters={"word": "two"})
    do(heat.stacks.template, "pile")
    do(heat.stacks.environment, "pile")
    do(heat.stacks.output_list, "pile")
    do(heat.stacks.output_show, "pile", "answer")
    do(heat.stacks.validate, template=TEMPLATE)
    do(heat.stacks.preview, stack_name="other", template=TEMPLATE)
    do(heat.resources.list, "pile")
    do(heat.resources.get, "pile", "net")
    do(heat.resources.metadata, "pile", "net")
    do(heat.events.list, "pile")
    do(heat.actions.suspend, "pile")
    do(heat.actions.resume, "pile")
    do(heat.actions.check, "pile")
    do(heat.stacks.snapshot, "pile")
    do(heat.stacks.snapshot_list, "pile")
    do(all_of, heat.resource_types.list)
    do(heat.resource_types.get, "OS::Nova::Server")
    do(all_of, heat.template_versions.list)
    do(heat.build_info.build_info)
    do(heat.services.list)
    config = do(heat.software_configs.create, name="setup", config="#!/bin/sh", group="script")
    do(heat.software_configs.get, config.id)
    do(all_of, heat.software_configs.list)
    do(heat.software_configs.delete, config.id)
    do(heat.stacks.delete, "pile")


def manilaclient(cloud: BackgroundProxy, do: Do) -> None:
    for micro in ("2.0", "2.78"):
        manila = importlib.import_module("manilaclient.client").Client(
            micro, session=session_of(cloud), service_type="sharev2"
        )
        kind = do(manila.share_types.create, f"gold-{micro}", False, spec_snapshot_support=True)
        do(manila.share_types.list)
        share = do(manila.shares.create, "NFS", 1, name="one", share_type=kind.id)
        do(manila.shares.get, share.id)
        do(manila.shares.list)
        do(manila.shares.update, share, display_name="two")
        do(manila.shares.set_metadata, share, {"a": "b"})
        do(manila.shares.get_metadata, share)
        do(manila.shares.delete_metadata, share, ["a"])
        do(manila.shares.allow, share, "ip", "10.0.0.1", "rw")
        if micro == "2.0":
            do(manila.shares.access_list, share)
        do(manila.shares.extend, share, 2)
        do(manila.shares.shrink, share, 1)
        snapshot = do(manila.share_snapshots.create, share, name="first")
        do(manila.share_snapshots.get, snapshot.id)
        do(manila.share_snapshots.list)
        do(manila.share_snapshots.delete, snapshot)
        network = do(manila.share_networks.create, name="net")
        do(manila.share_networks.get, network.id)
        do(manila.share_networks.list)
        do(manila.share_networks.delete, network)
        service = do(manila.security_services.create, "ldap", name="users")
        do(manila.security_services.list)
        do(manila.security_services.delete, service)
        do(manila.services.list)
        do(manila.limits.get)
        do(manila.availability_zones.list)
        do(manila.quotas.get, manila.client.session.get_project_id() if hasattr(manila.client, "session") else "me")
        do(manila.shares.delete, share)
        do(manila.share_types.delete, kind)


def troveclient(cloud: BackgroundProxy, do: Do) -> None:
    trove = importlib.import_module("troveclient.client").Client(
        "1.0", session=session_of(cloud), service_type="database"
    )
    instance = do(
        trove.instances.create,
        "db",
        "1",
        volume={"size": 1},
        databases=[{"name": "one"}],
        users=[{"name": "eve", "password": "pw"}],
    )
    do(trove.instances.get, instance.id)
    do(trove.instances.list)
    do(trove.databases.create, instance.id, [{"name": "two"}])
    do(trove.databases.list, instance.id)
    do(trove.databases.delete, instance.id, "two")
    do(trove.users.create, instance.id, [{"name": "bob", "password": "pw", "databases": []}])
    do(trove.users.list, instance.id)
    do(trove.users.get, instance.id, "bob")
    do(trove.users.delete, instance.id, "bob")
    do(trove.root.create, instance.id)
    do(trove.instances.resize_volume, instance.id, 2)
    do(trove.instances.restart, instance.id)
    do(trove.flavors.list)
    do(trove.datastores.list)
    do(trove.users.grant, instance.id, "eve", ["one"])
    do(trove.users.list_access, instance.id, "eve")
    do(trove.users.revoke, instance.id, "eve", "one")
    group = do(trove.configurations.create, "slow", '{"max_connections": 10}')
    do(trove.configurations.get, group.id)
    do(trove.instances.update, instance.id, configuration=group.id)
    do(trove.configurations.instances, group.id)
    do(trove.instances.update, instance.id, remove_configuration=True)
    do(trove.configurations.delete, group.id)
    backup = do(trove.backups.create, "saved", instance.id)
    do(trove.backups.get, backup.id)
    do(trove.instances.backups, instance.id)
    do(trove.backups.delete, backup.id)
    do(trove.limits.list)
    do(trove.instances.delete, instance.id)


def saharaclient(cloud: BackgroundProxy, do: Do) -> None:
    sahara = importlib.import_module("saharaclient.api.client").Client(
        session=session_of(cloud), service_type="data-processing"
    )
    network = importlib.import_module("keystoneauth1.adapter").Adapter(session_of(cloud), "network")
    private = network.get("/v2.0/networks?name=private").json()["networks"][0]["id"]
    image = importlib.import_module("glanceclient").Client("2", session=session_of(cloud)).images
    cirros = next(image.list()).id
    do(sahara.plugins.list)
    do(sahara.plugins.get, "vanilla")
    do(sahara.plugins.get_version_details, "vanilla", "2.7.1")
    do(sahara.images.update_image, cirros, "ubuntu", "To run on")
    do(sahara.images.update_tags, cirros, ["vanilla", "2.7.1"])
    do(sahara.images.get, cirros)
    group = do(sahara.node_group_templates.create, "workers", "vanilla", "2.7.1", "1", node_processes=["datanode"])
    do(sahara.node_group_templates.get, group.id)
    do(sahara.node_group_templates.list)
    template = do(
        sahara.cluster_templates.create,
        "pile",
        "vanilla",
        "2.7.1",
        node_groups=[{"name": "workers", "node_group_template_id": group.id, "count": 1}],
    )
    do(sahara.cluster_templates.get, template.id)
    do(sahara.cluster_templates.list)
    do(sahara.cluster_templates.update, template.id, name="heap")
    cluster = do(
        sahara.clusters.create,
        "one",
        "vanilla",
        "2.7.1",
        cluster_template_id=template.id,
        default_image_id=cirros,
        net_id=private,
    )
    do(sahara.clusters.get, cluster.id)
    do(sahara.clusters.list)
    source = do(sahara.data_sources.create, "input", "", "swift", "swift://box/thing")
    sink = do(sahara.data_sources.create, "output", "", "swift", "swift://box/other")
    do(sahara.data_sources.list)
    binary = do(sahara.job_binaries.create, "script", "swift://box/script", "", {"user": "me", "password": "pw"})
    job = do(sahara.jobs.create, "count", "Pig", [binary.id], [], "")
    do(sahara.jobs.get, job.id)
    execution = do(sahara.job_executions.create, job.id, cluster.id, source.id, sink.id, {})
    do(sahara.job_executions.get, execution.id)
    do(sahara.job_executions.list)
    do(sahara.job_executions.delete, execution.id)
    do(sahara.jobs.delete, job.id)
    do(sahara.job_binaries.delete, binary.id)
    do(sahara.images.list)
    do(sahara.job_types.list)
    do(sahara.clusters.delete, cluster.id)
    do(sahara.cluster_templates.delete, template.id)
    do(sahara.node_group_templates.delete, group.id)
