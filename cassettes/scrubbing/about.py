"""Values under the name of a secret that are none: what refers to one, what computes one, what a sentence says of one.

password = os.environ['DB_PASSWORD']
password: '{{ vault_password }}'
password: must have at least eight characters
kubectl get secret web-tls
"""

from __future__ import annotations

import re

# As a whole: a variable of a shell or a template, with no text of its own.
REFERENCE = re.compile(r"\$\{[A-Za-z_]\w*\}|\{\{[^{}\"']*\}\}|%\([A-Za-z_]\w*\)s")
BEGINS_REFERENCE = ("$", "{", "%")
# A call or an item, in code: what stands between the quotes is an argument.
COMPUTED = re.compile(r"[A-Za-z_][\w.]*(?:\[|\()(?:[\"']|&(?:#x27|#39|quot|#34|apos);)")
# What a sentence goes on with that says something of a secret.
SAID = re.compile(
    r"(?:(?:password|passphrase|secret|token|key)[ \t]+)?"
    r"(?:must|should|may|can|cannot|could|will|is|was|has|had|have|see|updated|changed|reset|expired|revoked|rotated"
    r"|required|invalid|incorrect|missing|does|did|not)[ \t]+(?=[a-z]+(?:[ \t,.;:]|$)|https?://)"
)
# The name of an object of the cloud or cluster stands behind what is done to it.
DONE_TO_OBJECT = re.compile(r"\b(?:get|describe|delete|edit|label|annotate|patch|create|show)[ \t]+(?:secrets?/?)?$")
LONGEST_VERB = 40
# As a whole, in small letters: what is set or not, the type of a value, the head of a block of YAML.
NOTHING = frozenset(
    [
        *("true", "false", "null", "none", "~", "yes", "no", "on", "off"),
        *("str", "string"),
        *("|", ">", "|-", ">-"),
    ]
)


def is_nothing(value: str) -> bool:
    return value.lower() in NOTHING


def is_reference(value: str) -> bool:
    return value[:1] in BEGINS_REFERENCE and REFERENCE.fullmatch(value) is not None


def is_computed(text: str, at: int) -> bool:
    """Whether code stands at a place of a text that gives the value."""
    return COMPUTED.match(text, at) is not None


def is_said(text: str, at: int) -> bool:
    """Whether what begins at a place of a text goes on as a sentence about a secret."""
    return SAID.match(text, at) is not None


def is_object_name(text: str, at: int) -> bool:
    """Whether the word `secret` at a place of a text is what a command does something to, so that a name follows."""
    return DONE_TO_OBJECT.search(text[max(0, at - LONGEST_VERB) : at]) is not None
