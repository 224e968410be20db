"""The full walk with openstacksdk, in one process: a JSON line for each step. Runs in the clients' environment.

    clients/bin/python sdk_steps.py PREFIX

The cloud is the one of OS_CLOUD and OS_CLIENT_CONFIG_FILE. What is sent is fixed, as in the other walks.
"""

import json
import random
import sys
import traceback

import openstack

DATA = random.Random(8).randbytes(50_000)
POLL, LONGEST = 0.3, 60


def image_steps(cloud, name):
    image = cloud.create_image(name, data=DATA, disk_format="raw", container_format="bare", wait=True)
    yield "image create", image
    yield "image list", [one.name for one in cloud.image.images(name=name)]
    yield "image show", cloud.image.get_image(image.id)
    yield "image download", cloud.image.download_image(image.id).content == DATA
    yield "image delete", cloud.delete_image(image.id, wait=True)
    yield "image gone", cloud.image.find_image(name)


def volume_steps(cloud, name):
    volume = cloud.create_volume(1, name=name, wait=True)
    yield "volume create", volume
    yield "volume list", [one.name for one in cloud.block_storage.volumes(name=name)]
    yield "volume delete", cloud.delete_volume(volume.id, wait=True)


def network_steps(cloud, name):
    network = cloud.network.create_network(name=name)
    yield "network create", network
    subnet = cloud.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.88.0.0/24", name=name)
    yield "subnet create", subnet
    public = cloud.network.find_network("public")
    router = cloud.network.create_router(name=name, external_gateway_info={"network_id": public.id})
    yield "router create", router
    cloud.network.add_interface_to_router(router, subnet_id=subnet.id)
    yield "port create", cloud.network.create_port(network_id=network.id, name=name)
    yield "port list", len(list(cloud.network.ports(network_id=network.id)))
    group = cloud.network.create_security_group(name=name)
    yield "group create", group.name
    yield (
        "rule create",
        cloud.network.create_security_group_rule(
            security_group_id=group.id, direction="ingress", protocol="tcp", port_range_min=22, port_range_max=22
        ),
    )
    yield from server_steps(cloud, name, network)
    cloud.network.delete_security_group(group)
    cloud.network.delete_port(cloud.network.find_port(name))
    cloud.network.remove_interface_from_router(router, subnet_id=subnet.id)
    cloud.network.delete_router(router)
    cloud.network.delete_network(network)
    yield "network gone", cloud.network.find_network(name)


def server_steps(cloud, name, network):
    server = cloud.create_server(
        name, image="tiny", flavor="m1.nano", network=network.id, security_groups=[name], wait=True, auto_ip=False
    )
    yield "server create", server
    yield "server list", [one.name for one in cloud.compute.servers(name=name)]
    yield "server interfaces", len(list(cloud.compute.server_interfaces(server)))
    cloud.compute.stop_server(server)
    yield "server stop", wait_for(cloud, server, "SHUTOFF").status
    cloud.compute.start_server(server)
    yield "server start", wait_for(cloud, server, "ACTIVE").status
    yield "server delete", cloud.delete_server(server.id, wait=True)
    yield "server gone", cloud.get_server(server.id)


def wait_for(cloud, server, status):
    return cloud.compute.wait_for_server(cloud.compute.get_server(server.id), status, interval=POLL, wait=LONGEST)


def object_steps(cloud, name):
    cloud.create_container(name)
    yield "object create", cloud.create_object(name, "data", data=DATA)
    yield "object list", [(one.name, one.content_length) for one in cloud.object_store.objects(name)]
    yield "object download", cloud.object_store.download_object("data", container=name) == DATA
    yield "object headers", cloud.get_object_metadata(name, "data")
    yield "object delete", cloud.delete_object(name, "data")
    yield "container delete", cloud.delete_container(name)


def stack_steps(cloud, name):
    template = {"heat_template_version": "2018-08-31", "resources": {"net": {"type": "OS::Neutron::Net"}}}
    stack = cloud.orchestration.create_stack(name=name, template=template, timeout_mins=5)
    yield (
        "stack create",
        cloud.orchestration.wait_for_status(
            stack, "CREATE_COMPLETE", failures=["CREATE_FAILED"], interval=POLL, wait=LONGEST
        ).name,
    )
    yield "stack resources", [one.name for one in cloud.orchestration.resources(stack)]
    cloud.orchestration.delete_stack(stack)
    yield "stack delete", cloud.orchestration.wait_for_delete(stack, interval=POLL, wait=LONGEST).status


def walk(name):
    cloud = openstack.connect()
    yield "token", bool(cloud.auth_token)
    yield "catalog", sorted(entry["type"] for entry in cloud.service_catalog)
    for part in (image_steps, volume_steps, network_steps, object_steps, stack_steps):
        yield from part(cloud, name)


def main():
    try:
        for step, value in walk(f"{sys.argv[1]}-sdk"):
            print(json.dumps({"name": step, "value": value}, default=str, sort_keys=True), flush=True)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


if __name__ == "__main__":
    main()
