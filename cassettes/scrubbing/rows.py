"""Secrets whose name does not stand right before them: in another member of the same row, or around the whole.

{"key": "password", "value": "s3cr3t"}    a row: one member is the name, another the value
{"op": "add", "path": "/password", "value": "s3cr3t"}
["password", "s3cr3t"]                    a row in a list of rows
{"password": {"value": "s3cr3t"}}         below the name
"""

from __future__ import annotations

from functools import lru_cache

from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.secrets import WORD, Table

# Members that say a row's name, by their last word.
NAMES = frozenset(
    [
        "name",
        "key",
        "parameter",
        "param",
        "option",
        "variable",
        "var",
        "property",
        "attribute",
        "setting",
        "header",
        "field",
        "path",
        "id",
        "label",
        "type",
        "kind",
        "k",
    ]
)
# Members that hold what the name is for, by their last word.
VALUES = frozenset(
    [
        "value",
        "values",
        "val",
        "v",
        "default",
        "content",
        "contents",
        "data",
        "text",
        "string",
        "raw",
        "plain",
        "plaintext",
        "cleartext",
        "current",
        "new",
        "old",
        "previous",
        "original",
        "encoded",
        "literal",
        "input",
    ]
)
# Below the name of a secret these say something of it, and are none; by their last word.
ABOUT = frozenset(
    [
        "name",
        "id",
        "ids",
        "type",
        "types",
        "kind",
        "description",
        "label",
        "title",
        "href",
        "rel",
        "link",
        "links",
        "ref",
        "refs",
        "url",
        "uri",
        "algorithm",
        "alg",
        "format",
        "encoding",
        "mode",
        "method",
        "methods",
        "domain",
        "user",
        "username",
        "project",
        "email",
        "length",
        "size",
        "bits",
        "min",
        "max",
        "count",
        "limit",
        "pattern",
        "regex",
        "status",
        "state",
        "version",
        "required",
        "hidden",
        "immutable",
        "constraints",
        "enum",
        "at",
        "created",
        "updated",
        "expires",
        "expiration",
        "expiry",
        "region",
        "interface",
        "path",
        "use",
        "ops",
        "protocol",
        "group",
        "rounds",
        "iterations",
        "hint",
        "placeholder",
        "autocomplete",
        "enabled",
        "e",
        "n",
        "x",
        "y",
        "kid",
        "crv",
        "fingerprint",
        "public",
        "roles",
        "catalog",
        "range",
        "custom",
        "constraint",
        "policy",
        "entropy",
        "strength",
        "reason",
        "message",
        "comment",
        "note",
    ]
)
# What stands for a value below any name: functions of templates, references of clusters.
REFERENCES = frozenset(
    [
        "get_param",
        "get_attr",
        "get_resource",
        "fn::getatt",
        "fn::importvalue",
        "valuefrom",
    ]
)
# Kinds below whose names nothing but VALUES is secret: what stands there is a document about it.
DOCUMENTED = frozenset({"token", "secret", "trust", "access", "cookie", "signature", "assertion"})
LONGEST, MOST_BLANKS = 80, 3


@lru_cache(maxsize=16384)
def last_word(name: str) -> str:
    words = WORD.findall(name)
    return words[-1].lower() if words else ""


def says_name(member: str) -> bool:
    return last_word(member) in NAMES


def holds_value(member: str) -> bool:
    return last_word(member) in VALUES


def named(table: Table, name: str) -> Rule | None:
    """The rule for a row that says this name."""
    if len(name) > LONGEST or name.count(" ") > MOST_BLANKS:
        return None
    return unconditional(table.rule(name.rpartition("/")[2] or name))


def unconditional(rule: Rule | None) -> Rule | None:
    return None if rule is None or rule.under or rule.like else rule


@lru_cache(maxsize=16384)
def is_value_below(kind: str, member: str) -> bool:
    """Whether a member is secret because a name of this kind encloses it."""
    word = last_word(member)
    if member.lower() in REFERENCES:
        return False
    return word in VALUES or (kind not in DOCUMENTED and word not in ABOUT)
