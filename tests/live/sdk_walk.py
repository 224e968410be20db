"""The walk with openstacksdk in one process: what it saw, a line each, on stdout."""

import hashlib
import random

import openstack

NAME = "walk-sdk"
DATA = random.Random(8).randbytes(30_000)


def main() -> None:
    cloud = openstack.connect()
    print("project", bool(cloud.current_project_id))
    image = cloud.create_image(NAME, data=DATA, disk_format="raw", container_format="bare", wait=True)
    assert image is not None
    print("image", image.status, image.size, hashlib.md5(cloud.image.download_image(image.id).content).hexdigest())
    volume = cloud.create_volume(1, name=NAME, wait=True)
    print("volume", volume.status, [one.name for one in cloud.block_storage.volumes() if one.name == NAME])
    network = cloud.network.create_network(name=NAME)
    subnet = cloud.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.88.0.0/24", name=NAME)
    router = cloud.network.create_router(name=NAME)
    cloud.network.add_interface_to_router(router, subnet.id)
    print("network", network.status, subnet.cidr, router.status, len(list(cloud.network.ports(network_id=network.id))))
    server = cloud.create_server(NAME, image="tiny", flavor="m1.nano", network=network.id, wait=True, auto_ip=False)
    print("server", server.status, sorted(server.addresses))
    cloud.compute.stop_server(server.id)
    stopped = cloud.compute.wait_for_server(cloud.compute.get_server(server.id), "SHUTOFF", interval=0.3, wait=60)
    print("stopped", stopped.status)
    print("deleted", cloud.delete_server(server.id, wait=True), cloud.get_server(server.id))
    cloud.create_container(NAME)
    cloud.create_object(NAME, "data", data=DATA)
    print("object", cloud.object_store.download_object("data", container=NAME) == DATA)
    print("cleaned", cloud.delete_object(NAME, "data"), cloud.delete_container(NAME))
    cloud.network.remove_interface_from_router(router, subnet.id)
    cloud.network.delete_router(router)
    cloud.network.delete_network(network)
    print("gone", cloud.delete_volume(volume.id, wait=True), cloud.delete_image(image.id))


if __name__ == "__main__":
    main()
