"""Sahara: what its modules call its kinds, what a request may say of each, and how it words what it refuses.

Sources: sahara's `exceptions.py`, `service/validations`, of which the schemas are rows here, `utils/api_validator.py`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource

SERVICE = "data-processing"
CLUSTERS, PLUGINS, IMAGES = f"{SERVICE}/clusters", f"{SERVICE}/plugins", f"{SERVICE}/images"
NODE_GROUPS, TEMPLATES = f"{SERVICE}/node-group-templates", f"{SERVICE}/cluster-templates"
SOURCES, BINARIES = f"{SERVICE}/data-sources", f"{SERVICE}/job-binaries"
JOBS, EXECUTIONS = f"{SERVICE}/jobs", f"{SERVICE}/job-executions"
HOSTNAME = re.compile(r"(([a-zA-Z]|[a-zA-Z][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z]|[A-Za-z][A-Za-z0-9\-]*[A-Za-z0-9])")
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_.]*")
LONGEST_NAME = 50


class Schema(msgspec.Struct, frozen=True):
    """What may be sent of a kind, what must be, how it is named, and of which values members are one."""

    names: tuple[str, ...]
    required: tuple[str, ...] = ()
    hostname: bool = False
    of: dict[str, tuple[str, ...]] = {}


PUBLIC = ("name", "description", "is_public", "is_protected")
OF_TEMPLATES = (
    *PUBLIC,
    *("plugin_name", "hadoop_version", "default_image_id", "cluster_configs", "node_groups", "anti_affinity"),
    *("neutron_management_network", "shares", "use_autoconfig", "domain_name"),
)
OF_NODES = (
    *("flavor_id", "plugin_name", "hadoop_version", "node_processes", "image_id", "node_configs", "volumes_per_node"),
    *("volumes_size", "volume_type", "volumes_availability_zone", "volume_mount_prefix", "floating_ip_pool"),
    *("security_groups", "auto_security_group", "availability_zone", "is_proxy_gateway", "volume_local_to_instance"),
    *("shares", "use_autoconfig"),
)
JOB_TYPES = ("Hive", "Java", "MapReduce", "MapReduce.Streaming", "Pig", "Shell", "Spark", "Storm", "Storm.Pyleus")
VERSIONED = ("name", "plugin_name", "hadoop_version")
SCHEMAS = {
    NODE_GROUPS: Schema(
        (*PUBLIC, *OF_NODES), ("name", "flavor_id", "plugin_name", "hadoop_version", "node_processes"), True
    ),
    TEMPLATES: Schema(OF_TEMPLATES, VERSIONED, True),
    CLUSTERS: Schema(
        (*OF_TEMPLATES, "is_transient", "user_keypair_id", "cluster_template_id", "count"), VERSIONED, True
    ),
    SOURCES: Schema(
        (*PUBLIC, "type", "url", "credentials"),
        ("name", "type", "url"),
        of={"type": ("swift", "hdfs", "maprfs", "manila", "s3")},
    ),
    BINARIES: Schema((*PUBLIC, "url", "extra"), ("name", "url")),
    JOBS: Schema(
        (*PUBLIC, "type", "mains", "libs", "streaming", "interface"), ("name", "type"), of={"type": JOB_TYPES}
    ),
    EXECUTIONS: Schema(
        ("is_public", "is_protected", "cluster_id", "input_id", "output_id", "interface", "job_configs", "info")
    ),
}
CHANGES: dict[str, Schema] = {
    CLUSTERS: Schema((*PUBLIC, "verification", "shares"), hostname=True),
    JOBS: Schema(PUBLIC),
    EXECUTIONS: Schema(("is_public", "is_protected", "info")),
}
"""What a change may say, where that is less than what may be said at first."""


def invalid(why: str, name: str = "VALIDATION_ERROR") -> Refused:
    return Refused(400, why, name)


def reference(why: str) -> Refused:
    return invalid(why, "INVALID_REFERENCE")


def data(why: str) -> Refused:
    return invalid(why, "INVALID_DATA")


def check(kind: str, sent: Members, is_change: bool = False) -> None:
    """Raises Refused for what a schema does not take."""
    schema = (CHANGES.get(kind) if is_change else None) or SCHEMAS[kind]
    wrong = [repr(name) for name in sent if name not in schema.names]
    if wrong:
        verb = "was" if len(wrong) == 1 else "were"
        raise invalid(f"Additional properties are not allowed ({', '.join(wrong)} {verb} unexpected)")
    for name in () if is_change else schema.required:
        if name not in sent:
            raise invalid(f"{name!r} is a required property")
    _check_values(schema, sent)


def _check_values(schema: Schema, sent: Members) -> None:
    if "name" in sent:
        _check_name(sent["name"], schema.hostname)
    for name in ("is_public", "is_protected"):
        if not isinstance(sent.get(name), bool | None):
            raise invalid(f"{name}: {sent[name]!r} is not of type 'boolean', 'null'")
    for name, values in schema.of.items():
        if name in sent and sent[name] not in values:
            raise invalid(f"{name}: {sent[name]!r} is not one of {list(values)}")


def _check_name(value: Any, is_hostname: bool) -> None:
    if not isinstance(value, str):
        raise invalid(f"name: {value!r} is not of type 'string'")
    if not value:
        raise invalid(f"name: {value!r} is too short")
    if len(value) > LONGEST_NAME:
        raise invalid(f"name: {value!r} is too long")
    form, word = (HOSTNAME, "valid_name_hostname") if is_hostname else (NAME, "valid_name")
    if not form.fullmatch(value):
        raise invalid(f"name: {value!r} is not a '{word}'")


TAKEN = {CLUSTERS: "Cluster", TEMPLATES: "Cluster template", NODE_GROUPS: "NodeGroup template", SOURCES: "Data source"}
"""The kinds whose names sahara looks up, and its words for them; of the others, its database says so."""


def check_name_taken(scene: Scene, one: Resource) -> None:
    """Raises Refused for the name of another one in the project."""
    name = one.members["name"]
    if not any(other is not one and other.project == one.project for other in scene.where(one.kind, name=name)):
        return
    if word := TAKEN.get(one.kind):
        raise invalid(f"{word} with name '{name}' already exists", "NAME_ALREADY_EXISTS")
    why = f"Duplicate entry for {scene.kind(one.kind).label}: ['name', 'tenant_id']"
    raise invalid(why, "DB_DUPLICATE_ENTRY")


# --- what is protected, or somebody else's ------------------------------------------------------------------------


PROTECTED = "protected"


def remember_protection(one: Resource) -> None:
    """A change is judged when what was sent is among its members already."""
    one.private[PROTECTED] = bool(one.members.get("is_protected"))


def check_deleted(scene: Scene, one: Resource) -> None:
    """Raises Refused for what may not be deleted (`service/validations/acl.py`)."""
    why = f"{scene.kind(one.kind).label} with id '{one.id}' could not be deleted because"
    if one.project != scene.call.project:
        raise invalid(f"{why} it wasn't created in this tenant", "DELETION_FAILED")
    if one.members.get("is_protected"):
        raise invalid(f"{why} it's marked as protected", "DELETION_FAILED")


def check_changed(scene: Scene, one: Resource, sent: Members) -> None:
    """Raises Refused for what may not be changed, but for its protection itself."""
    was_protected = one.private.get(PROTECTED) if sent.get("is_protected") else one.members.get("is_protected")
    why = f"{scene.kind(one.kind).label} with id '{one.id}' could not be updated because"
    if one.project != scene.call.project:
        raise invalid(f"{why} it wasn't created in this tenant", "UPDATE_FAILED")
    if was_protected and sent.get("is_protected", True) and set(sent) - {"is_public"}:
        raise invalid(f"{why} it's marked as protected", "UPDATE_FAILED")
