"""Parameters of a stack: which values they have, and whether their definitions allow them.

Sources: heat's `engine/parameters.py`, `engine/constraints.py`, `engine/hot/parameters.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.synthesis.engine.patterns import PatternError, fits
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.orchestration.templates import Template
from cloudtape.synthesis.worlds.shelves import Members

TYPES = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
    "json": "json",
    "comma_delimited_list": "list",
    "String": "string",
    "Number": "number",
    "Json": "json",
    "CommaDelimitedList": "list",
    "Boolean": "boolean",
}
TRUE, FALSE = frozenset({"t", "true", "on", "y", "yes", "1"}), frozenset({"f", "false", "off", "n", "no", "0"})
HIDDEN = "******"
LEAST, MOST = "min", "max"


def values_of(template: Template, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> Members:
    """The value of each parameter. Raises Refused, in heat's words."""
    for name in given:
        if name not in template.parameters:
            raise Refused(400, f"The Parameter ({name}) was not defined in template.")
    found: Members = {}
    for name, about in template.parameters.items():
        raw = given.get(name)
        raw = raw if raw is not None else defaults.get(name, about.get("default", about.get("Default")))
        if raw is None:
            raise Refused(400, f"The Parameter ({name}) was not provided.")
        try:
            found[name] = _parsed(_type(about), raw)
            _check(about, found[name])
        except (ValueError, TypeError) as error:
            raise Refused(400, f"Parameter '{name}' is invalid: {error}") from None
    return found


def _type(about: Members) -> str:
    told = about.get("type", about.get("Type", "string"))
    if not isinstance(told, str) or told not in TYPES:
        raise ValueError(f"Invalid type ({told})")
    return TYPES[told]


def _parsed(kind: str, raw: Any) -> Any:
    match kind:
        case "number":
            return number(raw)
        case "boolean":
            return boolean(raw)
        case "list":
            return list(map(str, raw)) if isinstance(raw, list) else [one.strip() for one in str(raw).split(",")]
        case "json":
            return _json(raw)
        case _:
            return raw if isinstance(raw, str) else json.dumps(raw) if isinstance(raw, dict | list) else str(raw)


def number(raw: Any) -> int | float:
    """Raises ValueError for what is no number."""
    if isinstance(raw, int | float):
        return raw
    try:
        return int(raw)
    except (TypeError, ValueError):
        return float(raw)


def boolean(raw: Any) -> bool:
    """Raises ValueError for what is neither."""
    text = str(raw).strip().lower()
    if text not in TRUE | FALSE:
        known = ", ".join(f"'{one}'" for one in sorted(TRUE | FALSE))
        raise ValueError(f"Unrecognized value '{raw}', acceptable values are: {known}")
    return text in TRUE


def _json(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        return json_value(raw) if raw else raw
    except JsonError as error:
        raise ValueError(f"Value must be valid JSON: {error}") from None


# --- constraints --------------------------------------------------------------------------------------------------


def _check(about: Members, value: Any) -> None:
    """Raises ValueError for a value that a definition does not allow."""
    for one in about.get("constraints") or ():
        if isinstance(one, dict):
            _constrain(one, value, one.get("description"))
    old = {
        "length": _limits(about, "MinLength", "MaxLength"),
        "range": _limits(about, "MinValue", "MaxValue"),
        "allowed_values": about.get("AllowedValues"),
        "allowed_pattern": about.get("AllowedPattern"),
    }
    _constrain(old, value, about.get("ConstraintDescription"))


def _limits(about: Members, least: str, most: str) -> Members | None:
    return {LEAST: about.get(least), MOST: about.get(most)} if least in about or most in about else None


def _constrain(rule: Members, value: Any, why: Any) -> None:
    for name, check in CONSTRAINTS.items():
        wanted = rule.get(name)
        if wanted is not None and (wrong := check(wanted, value)):
            raise ValueError(str(why) if why else wrong)


def _within(limits: Any, size: int | float, shown: str) -> str:
    least, most = (None if limits.get(name) is None else number(limits[name]) for name in (LEAST, MOST))
    if (least is not None and size < least) or (most is not None and size > most):
        return f"{shown} is out of range (min: {least}, max: {most})"
    return ""


def _length(limits: Any, value: Any) -> str:
    return _within(limits, len(value), f"length ({len(value)})")


def _range(limits: Any, value: Any) -> str:
    return _within(limits, number(value), str(value))


def _modulo(rule: Any, value: Any) -> str:
    step, offset = rule.get("step", 1), rule.get("offset", 0)
    if step and number(value) % step == offset:
        return ""
    return f"{value} is not a multiple of {step} with an offset of {offset})"


def _allowed(values: Any, value: Any) -> str:
    mine = value if isinstance(value, list) else [value]
    if all(one in values or str(one) in map(str, values) for one in mine):
        return ""
    return f"{value} is not an allowed value [{', '.join(map(str, values))}]"


def _pattern(pattern: Any, value: Any) -> str:
    try:
        if fits(str(pattern), str(value)):
            return ""
    except PatternError as error:
        return f'"{pattern}" is not a pattern that can be checked: {error}'
    return f'"{value}" does not match pattern "{pattern}"'


CONSTRAINTS = {
    "length": _length,
    "range": _range,
    "modulo": _modulo,
    "allowed_values": _allowed,
    "allowed_pattern": _pattern,
}


# --- as they are shown --------------------------------------------------------------------------------------------


def is_hidden(about: Members) -> bool:
    told = about.get("hidden", about.get("NoEcho"))
    return str(told).lower() in TRUE


def as_text(value: Any, about: Members) -> str:
    """A parameter's value as a stack shows it."""
    if is_hidden(about):
        return HIDDEN
    if isinstance(value, list) and TYPES.get(str(about.get("type", about.get("Type")))) == "list":
        return ",".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
