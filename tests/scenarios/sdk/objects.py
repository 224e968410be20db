"""Containers and objects, with openstacksdk."""

from __future__ import annotations

import hashlib
import random
from typing import Any
from urllib.parse import quote

from openstack.connection import Connection

from tests.scenarios.checks import fields, same
from tests.scenarios.scenario import Run, Scenario
from tests.scenarios.sdk.client import into, names, refused

SCENARIOS: list[Scenario] = []
scenario = into(SCENARIOS)


def content(size: int = 700) -> bytes:
    """Other bytes in each run."""
    return random.randbytes(size)


def create_container(run: Run, cloud: Connection, name: str) -> str:
    cloud.object_store.create_container(name)
    run.undo(cloud.object_store.delete_container, name, ignore_missing=False)
    return name


def create_object(run: Run, cloud: Connection, container: str, name: str, data: bytes) -> None:
    cloud.object_store.create_object(container, name, data=data)
    run.undo(cloud.object_store.delete_object, name, container=container, ignore_missing=False)


@scenario(changed={"key": "Colour"}, key="Purpose")
def container_lives_and_goes(run: Run, cloud: Connection, key: str) -> None:
    name, value = run.name("container"), run.name("value")
    cloud.object_store.create_container(name)
    delete = run.undo(cloud.object_store.delete_container, name, ignore_missing=False)
    answer = cloud.object_store.post(f"/{name}", headers={f"X-Container-Meta-{key}": value})
    same(answer.status_code, 204, "the status")
    found = cloud.object_store.head(f"/{name}")
    same(found.headers[f"X-Container-Meta-{key}"], value, "the metadata")
    same(found.headers["X-Container-Object-Count"], "0", "the count of objects")
    same(names(cloud.object_store.containers(prefix=name)), [name], "the list")
    delete()
    same(cloud.object_store.head(f"/{name}").status_code, 404, "the status when it is gone")
    refused(404, cloud.object_store.delete_container, name, ignore_missing=False)
    same(names(cloud.object_store.containers(prefix=name)), [], "the list when it is gone")


@scenario(changed={"headers": {"Content-Type": "image/png"}}, headers={})
def object_goes_up_and_comes_down(run: Run, cloud: Connection, headers: dict[str, Any]) -> None:
    container, name, data = create_container(run, cloud, run.name("container")), run.name("object"), content()
    cloud.object_store.create_object(container, name, data=data, **headers)
    delete = run.undo(cloud.object_store.delete_object, name, container=container, ignore_missing=False)
    found = cloud.object_store.get_object_metadata(name, container)
    fields(found, etag=hashlib.md5(data).hexdigest(), content_length=len(data))
    same(cloud.object_store.download_object(name, container), data, "what comes down")
    same(names(cloud.object_store.objects(container)), [name], "the list")
    refused(409, cloud.object_store.delete_container, container, ignore_missing=False)
    delete()
    refused(404, cloud.object_store.download_object, name, container)
    refused(404, cloud.object_store.delete_object, name, container=container, ignore_missing=False)
    same(names(cloud.object_store.objects(container)), [], "the list when it is gone")


@scenario(changed={"delimiter": "-"}, delimiter="/")
def object_names_with_slashes(run: Run, cloud: Connection, delimiter: str) -> None:
    container, folder = create_container(run, cloud, run.name("tree")), run.name("a")
    wanted = [f"{folder}/b/{run.name('leaf')}", f"{folder}/{run.name('leaf')}", run.name("root")]
    for name in wanted:
        create_object(run, cloud, container, name, b"leaf")
    same(names(cloud.object_store.objects(container)), sorted(wanted), "all objects")
    same(names(cloud.object_store.objects(container, prefix=f"{folder}/")), sorted(wanted[:2]), "those of the folder")
    answer = cloud.object_store.get(f"/{container}", params={"format": "json", "delimiter": delimiter})
    same(answer.status_code, 200, "the status of the list")
    listed = answer.json()
    cut = {name.partition(delimiter)[0] + delimiter if delimiter in name else name for name in wanted}
    same({row.get("subdir", row.get("name")) for row in listed}, cut, "the top")
    same(cloud.object_store.download_object(wanted[0], container), b"leaf", "what comes down")


@scenario(changed={"type_": "text/markdown"}, type_="text/plain")
def object_names_in_any_script(run: Run, cloud: Connection, type_: str) -> None:
    container = create_container(run, cloud, run.name("größe"))
    for stem in ("mit leerzeichen", "naïve café", "日本語", "100% + & =?#"):
        name = run.name(stem)
        path = quote(name)  # the client quotes no more than a URL must
        answer = cloud.object_store.put(f"/{container}/{path}", data=b"script", headers={"Content-Type": type_})
        same(answer.status_code, 201, "the status")
        delete = run.undo(cloud.object_store.delete_object, path, container=container, ignore_missing=False)
        same(names(cloud.object_store.objects(container)), [name], "the list")
        found = cloud.object_store.get_object_metadata(path, container)
        fields(found, content_type=type_, content_length=6)
        same(cloud.object_store.download_object(path, container), b"script", "what comes down")
        delete()


@scenario(changed={"keys": ("author", "year")}, keys=("author",))
def object_metadata_is_set(run: Run, cloud: Connection, keys: tuple[str, ...]) -> None:
    container, name = create_container(run, cloud, run.make("hex")), run.name("object")
    create_object(run, cloud, container, name, b"metadata")
    wanted = {key: run.name("value") for key in keys}
    cloud.object_store.set_object_metadata(name, container, **wanted)
    found = cloud.object_store.get_object_metadata(name, container)
    same(found.metadata, wanted, "the metadata")


@scenario(changed={"condition": "If-Match", "status": 200}, condition="If-None-Match", status=304)
def object_is_read_in_part(run: Run, cloud: Connection, condition: str, status: int) -> None:
    container, name, data = create_container(run, cloud, run.name("container")), run.name("object"), content()
    last = random.randrange(11, len(data))
    create_object(run, cloud, container, name, data)
    part = cloud.object_store.get(f"/{container}/{name}", headers={"Range": f"bytes=10-{last}"})
    same((part.status_code, part.content), (206, data[10 : last + 1]), "the part")
    etag = hashlib.md5(data).hexdigest()
    known = cloud.object_store.get(f"/{container}/{name}", headers={condition: etag})
    same(known.status_code, status, "the status of what is known")


@scenario(changed={"key": "Colour"}, key="Kind")
def object_is_copied(run: Run, cloud: Connection, key: str) -> None:
    container = create_container(run, cloud, run.make("tempest Objects"))
    source, copy, data = run.name("source"), run.name("copy"), content()
    create_object(run, cloud, container, source, data)
    headers = {"X-Copy-From": f"/{container}/{source}", f"X-Object-Meta-{key}": "copy"}
    same(cloud.object_store.put(f"/{container}/{copy}", headers=headers).status_code, 201, "the status")
    run.undo(cloud.object_store.delete_object, copy, container=container, ignore_missing=False)
    same(cloud.object_store.download_object(copy, container), data, "what the copy holds")
    same(cloud.object_store.get_object_metadata(copy, container).metadata, {key.lower(): "copy"}, "its metadata")
    same(names(cloud.object_store.objects(container)), sorted([copy, source]), "the list")


@scenario(changed={"parts": 3}, parts=2)
def object_in_segments(run: Run, cloud: Connection, parts: int) -> None:
    container, name = create_container(run, cloud, run.name("segments")), run.name("large")
    segments = [content(50) for _ in range(parts)]
    for number, data in enumerate(segments):
        create_object(run, cloud, container, f"{name}/{number:08}", data)
    answer = cloud.object_store.put(f"/{container}/{name}", headers={"X-Object-Manifest": f"{container}/{name}/"})
    same(answer.status_code, 201, "the status")
    run.undo(cloud.object_store.delete_object, name, container=container, ignore_missing=False)
    same(cloud.object_store.download_object(name, container), b"".join(segments), "what comes down")
