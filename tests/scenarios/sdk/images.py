"""Images and their data, with openstacksdk."""

from __future__ import annotations

import hashlib
import random
from typing import Any

from openstack.connection import Connection

from tests.clouds import images
from tests.scenarios.checks import fields, listed, same
from tests.scenarios.scenario import Run, Scenario
from tests.scenarios.sdk.client import into, member, names, refused

SCENARIOS: list[Scenario] = []
scenario = into(SCENARIOS)
SIZE = 3000


def content() -> bytes:
    """Other bytes in each run."""
    return random.randbytes(SIZE)


def create_image(run: Run, cloud: Connection, **members: Any) -> Any:
    image = images(cloud).create_image(**{"disk_format": "raw", "container_format": "bare", **members})
    run.undo(images(cloud).delete_image, image, ignore_missing=False)
    return image


@scenario(changed={"disk_format": "iso"}, disk_format="raw")
def image_data_goes_up_and_comes_down(run: Run, cloud: Connection, disk_format: str) -> None:
    name, data = run.name("image"), content()
    image = images(cloud).create_image(
        name, data=data, disk_format=disk_format, container_format="bare", validate_checksum=True
    )
    delete = run.undo(images(cloud).delete_image, image, ignore_missing=False)
    image = run.until_status(lambda: images(cloud).get_image(image.id), "active")
    fields(image, name=name, size=SIZE, checksum=hashlib.md5(data).hexdigest(), disk_format=disk_format)
    same(images(cloud).download_image(image).content, data, "what comes down")
    same(names(images(cloud).images(name=name)), [name], "the list")
    delete()
    refused(404, images(cloud).get_image, image.id)
    refused(404, images(cloud).delete_image, image.id, ignore_missing=False)
    same(names(images(cloud).images(name=name)), [], "the list when it is gone")


@scenario(changed={"disk_format": "ploop"}, disk_format="aki")
def image_waits_for_its_data(run: Run, cloud: Connection, disk_format: str) -> None:
    name = run.make("tempest ImagesTest-image")
    container = {"aki": "aki"}.get(disk_format, "bare")
    image = create_image(run, cloud, name=name, disk_format=disk_format, container_format=container)
    fields(image, name=name, status="queued", disk_format=disk_format, size=None)
    same(images(cloud).get(f"/images/{image.id}/file").status_code, 204, "the status of data that is not there")
    answer = images(cloud).put(
        f"/images/{image.id}/file", data=content(), headers={"Content-Type": "application/octet-stream"}
    )
    same(answer.status_code, 204, "the status of the upload")
    fields(images(cloud).get_image(image.id), name=name, status="active", size=SIZE)


@scenario(changed={"properties": {"os_distro": "none", "arch": "none"}}, properties={"os_distro": "none"})
def image_properties_are_changed(run: Run, cloud: Connection, properties: dict[str, str]) -> None:
    name, renamed = run.name("image"), run.name("image-renamed")
    image = create_image(run, cloud, name=name)
    images(cloud).update_image(image, name=renamed, min_ram=32, **properties)
    found = images(cloud).get_image(image.id)
    fields(found, name=renamed, min_ram=32)
    same(
        {key: found.toDict().get(key) or found.properties.get(key) for key in properties}, properties, "the properties"
    )


@scenario(changed={"tags": 3}, tags=2)
def image_tags(run: Run, cloud: Connection, tags: int) -> None:
    image = create_image(run, cloud, name=run.make("hex"))
    wanted = sorted(run.name("tag") for _ in range(tags))
    for tag in wanted:
        images(cloud).add_tag(image, tag)
    same(sorted(images(cloud).get_image(image.id).tags), wanted, "the tags")
    listed(images(cloud).images(tag=wanted[0]), "images with the tag", has=[image.id])
    images(cloud).remove_tag(image, wanted[0])
    same(sorted(images(cloud).get_image(image.id).tags), wanted[1:], "the tags after one is gone")


@scenario(changed={"status": "rejected"}, status="accepted")
def image_is_shared(run: Run, cloud: Connection, status: str) -> None:
    user, project = member(run, cloud)
    image = create_image(run, cloud, name=run.name("shared"), visibility="shared")
    refused(404, images(user).get_image, image.id)
    images(cloud).add_member(image, member_id=project.id)
    fields(images(user).get_image(image.id), name=image.name)
    images(user).update_member(project.id, image, status=status)
    same([(one.member_id, one.status) for one in images(cloud).members(image)], [(project.id, status)], "the members")
    images(cloud).remove_member(project.id, image, ignore_missing=False)
    refused(404, images(user).get_image, image.id)


@scenario(changed={"min_disk": 2}, min_disk=1)
def image_with_a_chosen_id(run: Run, cloud: Connection, min_disk: int) -> None:
    chosen, name = run.make("uuid"), run.name("image")
    image = create_image(run, cloud, id=chosen, name=name, min_disk=min_disk, is_protected=True)
    fields(image, id=chosen, name=name, min_disk=min_disk)
    refused(409, images(cloud).create_image, id=chosen, name=name, disk_format="raw", container_format="bare")
    refused(403, images(cloud).delete_image, chosen, ignore_missing=False)
    images(cloud).update_image(image, is_protected=False)


@scenario(changed={"disk_format": "iso"}, disk_format="raw")
def image_is_deactivated(run: Run, cloud: Connection, disk_format: str) -> None:
    user, _ = member(run, cloud)
    data = content()
    image = create_image(run, user, name=run.name("image"), data=data, disk_format=disk_format)
    run.until_status(lambda: images(user).get_image(image.id), "active")
    images(cloud).deactivate_image(image.id)
    fields(images(user).get_image(image.id), status="deactivated")
    same(images(user).get(f"/images/{image.id}/file").status_code, 403, "the status of its data")
    images(cloud).reactivate_image(image.id)
    same(images(user).download_image(image.id).content, data, "what comes down")
