"""Templates of stacks, HOT and the older CloudFormation form, read into one shape.

Sources: heat's `common/template_format.py`, `engine/hot/template.py`, `engine/cfn/template.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import msgspec
import yaml

from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members

HOT_VERSIONS = (
    "2013-05-23",
    "2014-10-16",
    "2015-04-30",
    "2015-10-15",
    "2016-04-08",
    "2016-10-14",
    "2017-02-24",
    "2017-09-01",
    "2018-03-02",
    "2018-08-31",
    "2021-04-16",
)
CODE_NAMES = ("newton", "ocata", "pike", "queens", "rocky", "wallaby")
HOT, CFN, AWS = "heat_template_version", "HeatTemplateFormatVersion", "AWSTemplateFormatVersion"
VERSIONS = {HOT: (*HOT_VERSIONS, *CODE_NAMES), CFN: ("2012-12-12",), AWS: ("2010-09-09",)}
MOST_RESOURCES = 1000
LARGEST_TEMPLATE = 524_288
"""Bytes of a template's text: heat's `max_template_size`."""
MOST_VALUES = LARGEST_TEMPLATE
"""Values in a template: aliases can make more of them than there are bytes."""
DEEPEST = 60
SECTIONS = {
    HOT: ("description", "parameter_groups", "parameters", "resources", "outputs", "conditions"),
    CFN: ("Description", "ParameterGroups", "Parameters", "Mappings", "Resources", "Outputs", "Conditions"),
}
# What a definition's members are called in the two forms.
MEMBERS = (
    "type",
    "properties",
    "metadata",
    "depends_on",
    "deletion_policy",
    "update_policy",
    "description",
    "condition",
)
OLD_MEMBERS = {
    "Type": "type",
    "Properties": "properties",
    "Metadata": "metadata",
    "DependsOn": "depends_on",
    "DeletionPolicy": "deletion_policy",
    "UpdatePolicy": "update_policy",
    "Description": "description",
    "Condition": "condition",
}


class Definition(msgspec.Struct, frozen=True):
    """A resource as a template defines it."""

    type: str
    properties: Members = {}
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    condition: Any = None
    metadata: Any = None


class Template(msgspec.Struct, frozen=True):
    """`hot`: whether it has HOT's functions; else those of CloudFormation."""

    hot: bool = True
    description: str = "No description"
    parameters: dict[str, Members] = {}
    resources: dict[str, Definition] = {}
    outputs: dict[str, Members] = {}
    conditions: Members = {}
    mappings: Members = {}


class _Loader(yaml.CSafeLoader):
    """Dates stay text: the version of a template looks like one."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def parsed(text: str) -> Any:
    """What a text in YAML says. Raises Refused for one that is too large, YAMLError."""
    size = len(text.encode("utf-8", "replace"))
    if size > LARGEST_TEMPLATE:
        limit = f"Template size ({size} bytes) exceeds maximum allowed size ({LARGEST_TEMPLATE} bytes)."
        raise Refused(400, f"Request limit exceeded: {limit}", "RequestLimitExceeded")
    found = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is the safe one
    _check_depth(found)
    return found


def parse(text: str) -> Any:
    """What a template's text says. Raises Refused."""
    try:
        found = parsed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        why = getattr(error, "problem", None) or "it is no YAML"
        raise Refused(400, f"Template not in valid format: Error parsing template:{where}: {why}") from None
    if not isinstance(found, dict):
        raise Refused(400, "Template not in valid format: The template is not a JSON object or YAML mapping.")
    if not any(name in found for name in VERSIONS):
        raise Refused(400, "Template not in valid format: Template format version not found.")
    return found


def read(raw: Members) -> Template:
    """A template in one shape, whichever form it has. Raises Refused."""
    key = _version(raw)
    hot = key == HOT
    _check_sections(raw, key)
    _check_size(raw, "resources" if hot else "Resources")
    names = iter(SECTIONS[HOT if hot else CFN])
    description, _ = next(names), next(names)
    parameters = _section(raw, next(names))
    mappings = {} if hot else _section(raw, next(names))
    resources = _section(raw, next(names))
    outputs, conditions = _section(raw, next(names)), _section(raw, next(names))
    return Template(
        hot=hot,
        description=str(raw.get(description) or "No description"),
        parameters={name: _map(one, "parameters") for name, one in parameters.items()},
        resources={name: _definition(name, one, hot) for name, one in resources.items()},
        outputs={name: _output(one, hot) for name, one in outputs.items()},
        conditions=conditions,
        mappings=mappings,
    )


def _version(raw: Members) -> str:
    present = [name for name in VERSIONS if isinstance(raw.get(name), str)]
    if len(present) != 1:
        why = f"Ambiguous versions ({', '.join(present)})" if present else "Template version was not provided"
        raise Refused(400, f"The template version is invalid: {why}")
    (key,) = present
    if raw[key] not in VERSIONS[key]:
        known = VERSIONS[key]
        should = f"one of: {', '.join(sorted(known))}" if len(known) > 1 else known[0]
        should = f"should be {should}" if len(known) > 1 else f"should be: {should}"
        raise Refused(400, f'The template version is invalid: "{key}: {raw[key]}". "{key}" {should}')
    return key


def _check_sections(raw: Members, key: str) -> None:
    known = {*SECTIONS[HOT if key == HOT else CFN], key}
    for name in raw:
        if name not in known:
            raise Refused(400, f"The template section is invalid: {name}")


def _check_size(raw: Members, resources: str) -> None:
    """Raises Refused for more than heat takes, and for what nobody writes by hand."""
    if len(raw.get(resources) or ()) > MOST_RESOURCES:
        limit = "Maximum resources per stack exceeded."
        raise Refused(400, f"Request limit exceeded: {limit}", "RequestLimitExceeded")
    _check_depth(raw)


def _check_depth(raw: Any) -> None:
    level: list[Any] = [raw]
    count = 0
    for _ in range(DEEPEST):
        below = (one for value in level if isinstance(value, dict | list) for one in _below(value))
        level = list(islice(below, MOST_VALUES - count + 1))
        count += len(level)
        if count > MOST_VALUES:
            raise Refused(400, "Template not in valid format: its aliases make too many values.")
    if level:
        raise Refused(400, "Template not in valid format: it is nested too deeply.")


def _below(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _section(raw: Members, name: str) -> Members:
    found = raw.get(name) or {}
    if not isinstance(found, dict):
        raise Refused(400, f"The template section {name} must be a map.")
    return {str(key): one for key, one in found.items()}


def _map(one: Any, section: str) -> Members:
    if not isinstance(one, dict):
        kind = type(one).__name__
        raise Refused(400, f'"{section}" must contain a map of {section[:-1]} maps. Found a [{kind}] instead')
    return one


def _definition(name: str, one: Any, hot: bool) -> Definition:
    if not one:
        raise Refused(400, f"Each {'resource' if hot else 'Resource'} must contain a {'type' if hot else 'Type'} key.")
    if not isinstance(one, dict):
        raise Refused(400, f"Resources must contain Resource. Found a [{type(one).__name__}] instead")
    told: Members = {}
    for key, value in one.items():
        member = key if hot else OLD_MEMBERS.get(key, "")
        if member not in (*MEMBERS, "external_id"):
            raise Refused(400, f'"{key}" is not a valid keyword inside a resource definition')
        told[member] = value
    if not told.get("type"):
        raise Refused(400, f"Each {'resource' if hot else 'Resource'} must contain a {'type' if hot else 'Type'} key.")
    if not isinstance(told["type"], str):
        raise Refused(400, f"Resource {name} type type must be string")
    properties = told.get("properties") or {}
    if not isinstance(properties, dict):
        raise Refused(400, f"Resource {name} properties type must be map")
    before = told.get("depends_on") or ()
    return Definition(
        told["type"],
        properties,
        tuple(map(str, [before] if isinstance(before, str) else before)),
        str(told.get("deletion_policy") or "Delete").capitalize(),
        told.get("condition"),
        told.get("metadata"),
    )


def _output(one: Any, hot: bool) -> Members:
    value = "value" if hot else "Value"
    if not isinstance(one, dict) or value not in one:
        raise Refused(400, f"Each {'output' if hot else 'Output'} must contain a {value} key.")
    return {
        "value": one[value],
        "description": one.get("description") or one.get("Description") or "No description given",
        "condition": one.get("condition", one.get("Condition")),
    }
