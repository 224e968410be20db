"""The schemas of neutron's answers, written from neutron-lib's definitions of its API.

A definition says which members an extension adds to which resources, which of them an answer shows, and what each
may be. An answer has all members of the extensions that the cloud lists, and no others; a member that has a policy of its
own (neutron's `get_router:ha`) only where that lets whoever asks see it.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from typing import Any

from tests.outside.answers import Listener
from tests.outside.expected import Expected
from tests.outside.services import Schema, plain

ATTR_NOT_SPECIFIED = importlib.import_module("neutron_lib.constants").ATTR_NOT_SPECIFIED
TYPES: dict[str, Schema] = {
    "boolean": {"type": "boolean"},
    "dict": {"type": "object"},
    "fixed_ips": {"type": "array", "items": {"type": "object", "required": ["subnet_id", "ip_address"]}},
    "hostroutes": {"type": "array", "items": {"type": "object", "required": ["destination", "nexthop"]}},
    "integer": {"type": "integer"},
    "ip_address": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
    "ip_pools": {"type": "array", "items": {"type": "object", "required": ["start", "end"]}},
    "mac_address": {"type": "string", "pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$"},
    "nameservers": {"type": "array"},
    "non_negative": {"type": "integer", "minimum": 0},
    "port_range": {"type": ["integer", "string"]},
    "string": {"type": "string"},
    "name_string": {"type": "string"},
    "not_empty_string": {"type": "string", "minLength": 1},
    "subnet": {"type": "string", "pattern": "/"},
    "subnet_list": {"type": "array"},
    "uuid": {"type": "string", "format": "uuid"},
    "uuid_list": {"type": "array", "items": {"type": "string", "format": "uuid"}},
}
# What definitions leave open, and the service always answers.
IDS = {"id": "uuid", "tenant_id": "string", "project_id": "string"}


def neutron() -> Iterator[Expected]:
    listener = Listener(newest=False)
    listener.ask("GET", "network", "/v2.0/extensions")
    offered = {one["alias"] for one in listener.heard[-1].answer["extensions"]}
    definitions = importlib.import_module("neutron_lib.api.definitions")._ALL_API_DEFINITIONS
    groups = importlib.import_module("neutron.extensions.securitygroup")
    resources = {("", name): dict(members) for name, members in groups.RESOURCE_ATTRIBUTE_MAP.items()}
    for one in sorted(definitions, key=lambda one: one.ALIAS):
        if one.ALIAS not in offered and one.ALIAS not in CORE:
            continue
        prefix = getattr(one, "API_PREFIX", "")
        for name, members in (one.RESOURCE_ATTRIBUTE_MAP or {}).items():
            key = next((key for key in resources if key[1] == name), (prefix, name))
            resources.setdefault(key, {}).update(members)
        for name, sub in (getattr(one, "SUB_RESOURCE_ATTRIBUTE_MAP", None) or {}).items():
            path = f"{prefix}/{sub['parent']['collection_name']}/{{parent_id}}" if "parent" in sub else ""
            key = (path, name) if path else next(key for key in resources if key[1] == name)
            resources.setdefault(key, {}).update(sub["parameters"])
    for name, members in groups.EXTENDED_ATTRIBUTES_2_0.items():
        resources["", name].update(members)
    for (prefix, name), members in resources.items():
        if "id" not in members or "-" in name:
            continue
        yield from _of_resource(f"{prefix}/{name.replace('_', '-')}", name, members)
        if "_" in name:
            yield from _of_resource(f"{prefix}/{name}", name, members)


CORE = frozenset({"network", "port", "subnet", "subnetpool"})
# What extensions add to all resources that can have them, and what stands for the same.
STANDARD = ("shared", "created_at", "updated_at", "revision_number", "description", "tags", "project_id", "tenant_id")
# Several segments of a network are shown, one is its `provider:` members.
SOMETIMES = {"segments"}


@functools.cache
def admins() -> frozenset[str]:
    """The policies that let administrators alone see a member."""
    rules = importlib.import_module("neutron.conf.policies").list_rules()
    return frozenset(rule.name for rule in rules if rule.check_str == "rule:admin_only")


def _of_resource(path: str, name: str, members: dict[str, Any]) -> Iterator[Expected]:
    singular = SINGULAR.get(name, name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s"))
    shown = {member: _schema(rule, member) for member, rule in members.items() if rule.get("is_visible")}
    allowed = {**{member: {} for member in STANDARD}, **shown}
    required = shown.keys() - SOMETIMES
    of_all = {member for member in required if f"get_{singular}:{member}" not in admins()}
    strict, lenient = (
        {"type": "object", "required": sorted(names), "properties": allowed, "additionalProperties": False}
        for names in (required, of_all)
    )
    whole, whole_of_others = (
        plain({"type": "object", "required": [singular], "properties": {singular: one}}) for one in (strict, lenient)
    )
    every, every_of_others = (
        plain({"type": "object", "required": [name], "properties": {name: {"type": "array", "items": one}}})
        for one in (strict, lenient)
    )
    for method, template, validate, of_others, action in (
        ("GET", path, every, every_of_others, ""),
        ("POST", path, every, every_of_others, name),
        ("POST", path, whole, whole_of_others, ""),
        ("GET", path + "/{id}", whole, whole_of_others, ""),
        ("PUT", path + "/{id}", whole, whole_of_others, ""),
    ):
        yield Expected("network", "v2.0", method, template, validate, action, of_others=of_others)


SINGULAR = {"policies": "policy", "rbac_policies": "rbac_policy", "address_scopes": "address_scope"}


def _schema(rule: dict[str, Any], name: str) -> Schema:
    """What a member may be: of the first rule for clients that says something of answers, too."""
    kinds = [kind.removeprefix("type:") for kind in rule.get("validate") or ()]
    kind = next(iter(kinds), IDS.get(name, ""))
    known = kind.removesuffix("_or_none").removesuffix("_or_empty").removesuffix("_or_nodata")
    schema = dict(TYPES.get(known, {}))
    if kind == "values" and None not in rule["validate"]["type:values"]:
        schema = {"enum": list(rule["validate"]["type:values"])}
    if getattr(rule.get("convert_to"), "__name__", "") == "convert_to_boolean":
        schema = {"type": "boolean"}
    empty = kind != known or rule.get("default", "") in (None, ATTR_NOT_SPECIFIED) or not rule.get("allow_post", True)
    return {"anyOf": [schema, {"type": "null"}, {"const": ""}]} if schema and empty else schema
