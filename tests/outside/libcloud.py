"""Apache Libcloud: compute, volumes, networks and images, object storage, and identity, in a demo cloud."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from typing import Any

from cloudtape.background import BackgroundProxy
from tests.live.walk import PUBLIC_KEY


def libcloud(cloud: BackgroundProxy, do: Callable[..., Any]) -> None:
    named = {
        "ex_force_auth_url": cloud.auth_url,
        "ex_force_auth_version": "3.x_password",
        "ex_tenant_name": "admin",
        "ex_domain_name": "Default",
        "ex_tenant_domain_id": "default",
    }
    nova = importlib.import_module("libcloud.compute.drivers.openstack").OpenStackNodeDriver(
        "admin", "secret", api_version="2.2", ex_force_service_region="RegionOne", **named
    )
    sizes = do(nova.list_sizes)
    images = do(nova.list_images)
    nets = do(nova.ex_list_networks)
    do(nova.list_locations)
    private = next(one for one in nets if one.name == "private")
    node = do(nova.create_node, name="one", size=sizes[0], image=images[0], networks=[private])
    do(nova.list_nodes)
    do(nova.ex_get_node_details, node.id)
    do(nova.wait_until_running, [node], ssh_interface="private_ips", wait_period=0.2)
    do(nova.reboot_node, node)
    do(nova.ex_set_metadata, node, {"a": "b"})
    do(nova.ex_get_metadata, node)
    do(nova.ex_set_server_name, node, "two")
    do(nova.ex_stop_node, node)
    do(nova.ex_start_node, node)
    do(nova.ex_pause_node, node)
    do(nova.ex_unpause_node, node)
    do(nova.ex_suspend_node, node)
    do(nova.ex_resume_node, node)
    do(nova.ex_get_console_output, node)
    do(nova.ex_get_size, sizes[0].id)
    do(nova.ex_get_size_extra_specs, sizes[0].id)
    do(nova.get_image, images[0].id)
    do(nova.list_key_pairs)
    key = do(nova.create_key_pair, "k")
    do(nova.import_key_pair_from_string, "k2", PUBLIC_KEY)
    do(nova.get_key_pair, "k")
    do(nova.delete_key_pair, key)
    volume = do(nova.create_volume, 1, "vol")
    do(nova.list_volumes)
    do(nova.ex_get_volume, volume.id)
    do(nova.attach_volume, node, volume, "/dev/vdb")
    volume = do(nova.ex_get_volume, volume.id)
    do(nova.detach_volume, volume)
    snapshot = do(nova.create_volume_snapshot, volume, "snap")
    do(nova.list_volume_snapshots, volume)
    do(nova.ex_list_snapshots)
    do(nova.destroy_volume_snapshot, snapshot)
    network = do(nova.ex_create_network, "net")
    subnet = do(nova.ex_create_subnet, "sub", network, "10.7.0.0/24", ip_version=4)
    do(nova.ex_list_subnets)
    do(nova.ex_get_network, network.id)
    router = do(nova.ex_create_router, "r", external_gateway_info={})
    do(nova.ex_list_routers)
    do(nova.ex_add_router_subnet, router, subnet)
    do(nova.ex_del_router_subnet, router, subnet)
    do(nova.ex_delete_router, router)
    port = do(nova.ex_create_port, network, name="p")
    do(nova.ex_list_ports)
    do(nova.ex_get_port, port.id)
    do(nova.ex_update_port, port, description="x")
    do(nova.ex_attach_port_interface, node, port)
    do(nova.ex_detach_port_interface, node, port)
    do(nova.ex_delete_port, port)
    group = do(nova.ex_create_security_group, "g", "desc")
    rule = do(nova.ex_create_security_group_rule, group, "tcp", 22, 22, "0.0.0.0/0")
    do(nova.ex_list_security_groups)
    do(nova.ex_get_node_security_groups, node)
    do(nova.ex_delete_security_group_rule, rule)
    do(nova.ex_delete_security_group, group)
    pools = do(nova.ex_list_floating_ip_pools)
    address = do(pools[0].create_floating_ip)
    do(nova.ex_list_floating_ips)
    do(nova.ex_attach_floating_ip_to_node, node, address)
    do(nova.ex_detach_floating_ip_from_node, node, address)
    do(nova.ex_delete_floating_ip, address)
    do(nova.ex_delete_subnet, subnet)
    do(nova.ex_delete_network, network)
    do(nova.ex_list_server_groups)
    together = do(nova.ex_add_server_group, "sg", "affinity")
    do(nova.ex_get_server_group, together.id)
    do(nova.ex_del_server_group, together)
    do(nova.ex_get_quota_set, "0")
    do(nova.ex_get_volume_quotas, "0")
    do(nova.ex_get_network_quotas, "0")
    image = do(nova.create_image, node, "img")
    do(nova.ex_update_image, image.id, [{"op": "replace", "path": "/visibility", "value": "shared"}])
    do(nova.ex_create_image_member, image.id, "1" * 32)
    do(nova.ex_list_image_members, image.id)
    do(nova.delete_image, image)
    do(nova.ex_resize, node, sizes[1])
    do(nova.ex_confirm_resize, node)
    do(nova.ex_rebuild, node, images[0])
    do(nova.destroy_node, node)
    do(nova.destroy_volume, volume)

    # --- object storage ---
    swift = importlib.import_module("libcloud.storage.drivers.cloudfiles").OpenStackSwiftStorageDriver(
        "admin", "secret", ex_force_service_region="RegionOne", region="RegionOne", **named
    )
    box = do(swift.create_container, "box")
    do(swift.list_containers)
    do(swift.get_container, "box")
    thing = do(swift.upload_object_via_stream, io.BytesIO(b"data"), box, "thing")
    do(swift.list_container_objects, box)
    do(swift.get_object, "box", "thing")
    do(lambda: b"".join(swift.download_object_as_stream(thing)))
    do(swift.ex_get_meta_data)
    do(swift.delete_object, thing)
    do(swift.delete_container, box)

    # --- identity ---
    keystone = importlib.import_module("libcloud.common.openstack_identity").OpenStackIdentity_3_0_Connection(
        auth_url=cloud.auth_url.removesuffix("/v3"),
        user_id="admin",
        key="secret",
        tenant_name="admin",
        domain_name="Default",
        tenant_domain_id="default",
        token_scope="project",
    )
    do(keystone.authenticate)
    do(keystone.list_supported_versions)
    do(keystone.list_projects)
    do(keystone.list_users)
    do(keystone.list_roles)
    do(keystone.list_domains)
    user = do(keystone.create_user, "u@e", "pw", "u")
    do(keystone.get_user, user.id)
    domain = keystone.get_domain("default")
    do(keystone.list_user_projects, user)
    do(keystone.disable_user, user)
    do(keystone.enable_user, user)
    do(keystone.grant_domain_role_to_user, domain, keystone.list_roles()[0], user)
    do(keystone.list_user_domain_roles, domain, user)
    do(keystone.revoke_domain_role_from_user, domain, user, keystone.list_roles()[0])
