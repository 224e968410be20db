"""Octavia: L7 policies and their rules. Source: octavia's `validate`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.patterns import PatternError, is_in
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.listeners import check_childless, check_pool
from cloudtape.synthesis.services.load_balancer.populating import make_rules
from cloudtape.synthesis.services.load_balancer.reading import wrong
from cloudtape.synthesis.services.load_balancer.tree import (
    LISTENERS,
    POLICIES,
    RULES,
    balancer_of,
    begun,
    below,
    changed,
    dismiss,
    held,
    hold,
    join,
    need,
    policies_of,
    relist,
    those,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
# By action, the member that says where to.
WHERE = {
    "REDIRECT_TO_POOL": "redirect_pool_id",
    "REDIRECT_TO_URL": "redirect_url",
    "REDIRECT_PREFIX": "redirect_prefix",
}
MOST_RULES = 50
TEXTS = ("STARTS_WITH", "ENDS_WITH", "CONTAINS", "EQUAL_TO", "REGEX")
# By the type of a rule, the comparisons that it can make.
COMPARES = {
    "COOKIE": TEXTS,
    "HEADER": TEXTS,
    "HOST_NAME": TEXTS,
    "PATH": TEXTS,
    "FILE_TYPE": ("EQUAL_TO", "REGEX"),
    "SSL_CONN_HAS_CERT": ("EQUAL_TO",),
    "SSL_VERIFY_RESULT": ("EQUAL_TO",),
    "SSL_DN_FIELD": TEXTS,
}
KEYED = ("COOKIE", "HEADER", "SSL_DN_FIELD")
"""Types of rules that look at something that has a name."""
NAME = re.compile(r"[a-zA-Z0-9!#$%&'*+.^_`|~-]+")


@HOOKS.on(POLICIES, "CREATE")
def _policy(scene: Scene, one: Resource, sent: Members) -> Outcome:
    balancer, listener = join(scene, one), need(scene, LISTENERS, one.members["listener_id"])
    check_childless(listener)
    _aim(scene, one, sent, listener)
    said = begun(scene, one)
    _order(scene, listener, one)
    try:
        with held(balancer):
            make_rules(scene, one, sent)
    except Refused:
        _number([each for each in policies_of(scene, listener) if each is not one])
        raise
    relist(scene, balancer)
    return said


@HOOKS.on(POLICIES, "UPDATE")
def _policy_changes(scene: Scene, one: Resource, sent: Members) -> Outcome:
    balancer, listener = balancer_of(scene, one), need(scene, LISTENERS, one.members["listener_id"])
    _aim(scene, one, sent, listener)
    said = changed(scene, one)
    if "position" in sent:
        _order(scene, listener, one)
    relist(scene, balancer)
    return said


@HOOKS.on(POLICIES, "DELETE")
def _policy_goes(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer, listener, said = (
        balancer_of(scene, one),
        need(scene, LISTENERS, one.members["listener_id"]),
        hold(scene, one),
    )
    for each in list(below(scene, one)):
        dismiss(scene, each, balancer)
    _number([each for each in policies_of(scene, listener) if each is not one])
    relist(scene, balancer, one)
    return said


def _order(scene: Scene, listener: Resource, one: Resource) -> None:
    """Put a policy where it wants to be among the others of its listener."""
    others = [each for each in policies_of(scene, listener) if each is not one]
    others.insert(min(int(one.members["position"]) - 1, len(others)), one)
    _number(others)


def _number(policies: list[Resource]) -> None:
    for at, each in enumerate(policies, 1):
        if each.members["position"] != at:
            each.set(position=at)


def _aim(scene: Scene, one: Resource, sent: Members, listener: Resource) -> None:
    """Have a policy lead to the one place that its action says. Raises Refused."""
    said = [action for action, member in WHERE.items() if sent.get(member)]
    if len(said) > 1 and "REDIRECT_TO_POOL" in said:
        why = "Cannot specify redirect_pool_id and redirect_url or redirect_prefix at the same time"
        raise Refused(400, f"Invalid L7 Policy arguments: {why}")
    action = said[-1] if said else one.members["action"]
    member = WHERE.get(str(action), "")
    if member and not one.members[member]:
        raise Refused(400, f"Invalid L7 Policy arguments: {member} must not be None")
    one.update({name: None for name in WHERE.values() if name != member})
    if action == "REDIRECT_TO_POOL":
        check_pool(scene, listener, one.members[member])
    elif member and not _is_url(str(one.members[member])):
        raise wrong(member, one.members[member], "Value must be a valid URL string")
    led = action in ("REDIRECT_TO_URL", "REDIRECT_PREFIX")
    one.set(action=action, redirect_http_code=(one.members["redirect_http_code"] or 302) if led else None)


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\x00-\x20\x7f-\x9f]", text)


# --- rules --------------------------------------------------------------------------------------------------------


@HOOKS.on(RULES, "CREATE")
def _rule(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer = join(scene, one)
    _check_rule(one.members)
    if len(those(scene, need(scene, POLICIES, one.parents[0]), RULES)) > MOST_RULES:
        raise Refused(409, f"Too many rules on L7 policy {one.parents[0]}")
    said = begun(scene, one)
    relist(scene, balancer)
    return said


@HOOKS.on(RULES, "UPDATE")
def _rule_changes(scene: Scene, one: Resource, _: Members) -> Outcome:
    _check_rule(one.members)
    return changed(scene, one)


@HOOKS.on(RULES, "DELETE")
def _rule_goes(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer, said = balancer_of(scene, one), hold(scene, one)
    relist(scene, balancer, one)
    return said


def _check_rule(members: Members) -> None:
    """Raises Refused for what does not go together."""
    kind, key, value = str(members["type"]), members["key"], str(members["value"])
    if members["compare_type"] not in COMPARES[kind]:
        raise _unreadable("invalid comparison type for rule type")
    if kind in KEYED and not key:
        raise _unreadable("L7 rule type requires a key")
    if kind in ("COOKIE", "HEADER") and not NAME.fullmatch(str(key)):
        raise _unreadable("Invalid characters in key")
    if re.search(r"[\r\n]", value):
        raise wrong("value", value, "Value should match the pattern ^[^\\r\\n]*$")
    if members["compare_type"] == "REGEX":
        try:
            is_in(value, "")
        except PatternError as error:
            raise _unreadable(f"Unable to parse regular expression: {error}") from error


def _unreadable(why: str) -> Refused:
    return Refused(400, f"Error parsing L7Rule: {why}")
