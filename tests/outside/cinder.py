"""The schemas of cinder's answers, written from the samples of answers that its package ships with its tests.

A folder of samples has one for each microversion that changed an answer. An answer has the members of the sample and
no others, and values of their types; what the sample shows as null may be anything.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.outside.expected import Expected, Microversion
from tests.outside.services import NEVER, Schema, number, plain

# Method, path behind the project, folder and name of the sample.
SAMPLES = """
GET /volumes volumes/volumes-list
GET /volumes/detail volumes/volumes-list-detailed
POST /volumes volumes/volume-create
GET /volumes/{id} volumes/volume-show
PUT /volumes/{id} volumes/volume-update
GET /snapshots snapshots/snapshots-list
GET /snapshots/detail snapshots/snapshots-list-detailed
POST /snapshots snapshots/snapshot-create
GET /snapshots/{id} snapshots/snapshot-show
PUT /snapshots/{id} snapshots/snapshot-update
GET /backups backups/backups-list
GET /backups/detail backups/backups-list-detailed
POST /backups backups/backup-create
GET /backups/{id} backups/backup-show
PUT /backups/{id} backups/backup-update
POST /backups/{id}/restore backups/backup-restore
GET /clusters clusters/clusters-list
GET /clusters/detail clusters/clusters-list-detailed
GET /clusters/{id} clusters/cluster-show
GET /limits limits/limits-show
GET /qos-specs qos/qos-list
POST /qos-specs qos/qos-create
GET /qos-specs/{id} qos/qos-show
GET /os-quota-class-sets/{id} quota_classes/quota-classes-show
PUT /os-quota-class-sets/{id} quota_classes/quota-classes-update
GET /os-quota-sets/{id} quota_sets/quotas-show
GET /os-quota-sets/{id}/defaults quota_sets/quotas-show-defaults
PUT /os-quota-sets/{id} quota_sets/quotas-update
GET /os-volume-transfer volume_transfer/volume-transfers-list
GET /os-volume-transfer/detail volume_transfer/volume-transfers-list-detailed
POST /os-volume-transfer volume_transfer/volume-transfer-create
GET /os-volume-transfer/{id} volume_transfer/volume-transfer-show
POST /os-volume-transfer/{id}/accept volume_transfer/volume-transfer-accept
POST /volume-transfers volume_transfers/volume-transfers-create
GET /volume-transfers/{id} volume_transfers/volume-transfers-show
POST /volume-transfers/{id}/accept volume_transfers/volume-transfers-accept
GET /types volume_type/volume-types-list
POST /types volume_type/volume-type-create
GET /types/{id} volume_type/volume-type-show
PUT /types/{id} volume_type/volume-type-update
GET /types/default volume_type/volume-type-default
POST /types/{id}/encryption volume_type/encryption-type-create
GET /types/{id}/os-volume-type-access volume_type/volume-type-access-list
"""
# Objects whose members are the client's.
FREE = frozenset({"metadata", "extra_specs", "specs", "volume_image_metadata", "volume_metadata"})
# What is answered only when it is asked for, or to an administrator.
SOMETIMES = {
    "count",
    "cluster_name",
    "migration_status",
    "os-backup-project-attr:project_id",
    "os-vol-host-attr:host",
    "os-vol-mig-status-attr:migstat",
    "os-vol-mig-status-attr:name_id",
    "provider_id",
    "qos_specs_id",
}
# What is answered for some volumes, and not for those of the samples.
OFTEN = ("volume_image_metadata",)
KINDS = {bool: "boolean", int: "integer", str: "string"}


def cinder() -> Iterator[Expected]:
    tests = importlib.import_module("cinder.tests.functional.api_sample_tests")
    root = Path(str(tests.__file__)).parent / "samples"
    for line in SAMPLES.split("\n"):
        if line:
            method, path, sample = line.split()
            for first, last, file in _versions(root, sample):
                schema = _schema(_example(file))
                yield Expected("block-storage", "v3", method, path, plain(schema), first=first, last=last)


def _versions(root: Path, sample: str) -> Iterator[tuple[Microversion, Microversion, Path]]:
    folder, name = (root / sample).parent, f"{Path(sample).name}-response.json.tpl"
    found = {number(file.parent.name.lstrip("v"), (3, 0)): file for file in folder.glob(f"**/{name}")}
    firsts = sorted(found)
    for first, after in zip(firsts, [*firsts[1:], NEVER], strict=True):
        yield first, (after[0], after[1] - 1) if after is not NEVER else NEVER, found[first]


def _example(file: Path) -> Any:
    """A template of an answer, its placeholders as texts."""
    return json.loads(re.sub(r'(?<!["\w/-])%\((\w+)\)s(?!["\w/-])', "1", file.read_text()))


def _schema(value: Any, name: str = "") -> Schema:
    if isinstance(value, dict):
        if name in FREE:
            return {"type": "object"}
        if name in (
            "quota_set",
            "quota_class_set",
        ):  # there are more for each type of volumes, and objects where usage is asked for
            return {"type": "object", "required": sorted(value)}
        members = {key: _schema(one, key) for key, one in value.items()}
        links: dict[str, Any] = {key: {} for key in (*(f"{key}_links" for key in members), *OFTEN)}
        return {
            "type": "object",
            "required": sorted(members.keys() - SOMETIMES),
            "properties": {**links, **members},
            "additionalProperties": False,
        }
    if isinstance(value, list):
        return {"type": "array", "items": _schema(value[0])} if value else {"type": "array"}
    if value is None:
        return {}
    return {"type": [KINDS[type(value)], "null"]}
