"""Ceilometer's alarms, which are aodh's today: what they may be, their states, history and quotas.

Sources: aodh's `api/controllers/v2/alarms.py`, `quotas.py`; `threshold` and `combination` are of the releases before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.meter.queries import Term, fits, foreign, terms, wrong
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
ALARMS, QUOTAS = "meter/alarms", "meter/quotas"
STATES = ("ok", "alarm", "insufficient data")
SEVERITIES = ("low", "moderate", "critical")
TYPES = (
    "threshold",
    "combination",
    "composite",
    "event",
    "gnocchi_resources_threshold",
    "gnocchi_aggregation_by_metrics_threshold",
    "gnocchi_aggregation_by_resources_threshold",
    "loadbalancer_member_health",
    "prometheus",
)
RULES = tuple(f"{kind}_rule" for kind in TYPES)
ACTIONS = ("ok_actions", "alarm_actions", "insufficient_data_actions")
SCHEMES = frozenset({"http", "https", "log", "test", "trust+http", "trust+https", "zaqar", "trust+zaqar", "trust+heat"})
OF_OPERATORS = frozenset({"log", "test"})
NAMES = frozenset(
    {
        "alarm_id",
        "name",
        "description",
        "enabled",
        "repeat_actions",
        "type",
        "time_constraints",
        "project_id",
        "user_id",
    }
    | {"timestamp", "state", "state_timestamp", "state_reason", "severity", "evaluate_timestamp", *ACTIONS, *RULES}
)
ASKED = frozenset(
    {"all_projects", "user_id", "project_id", "type", "name", "enabled"}
    | {"state", "severity", "timestamp", "repeat_actions", "alarm_id"}
)
QUIET = frozenset({"timestamp", "state_timestamp"})
"""Changes that its history does not tell."""
DEFAULTS: Members = {"enabled": True, "repeat_actions": False, "severity": "low", "state": "insufficient data"}
"""What is so where it is not sent; also in a PUT, which says all of an alarm."""
MANUALLY = "Manually set via API"


# --- what an alarm may be -----------------------------------------------------------------------------------------


def _check(scene: Scene, sent: Members) -> None:
    """Raises Refused for what is no alarm."""
    if extra := sorted(name for name in sent if name not in NAMES):
        word = "attribute" if len(extra) == 1 else "attributes"
        raise Refused(400, f"Unknown {word} for argument data: {', '.join(extra)}")
    for name in ("name", "type"):
        if sent.get(name) is None:
            raise wrong(name, None, "Mandatory field missing.")
    for name, values in (("type", TYPES), ("state", STATES), ("severity", SEVERITIES)):
        if sent.get(name) is not None and sent[name] not in values:
            raise wrong(name, sent[name], f"Value should be one of: {', '.join(values)}")
    _check_rules(sent)
    for name in ACTIONS:
        for action in sent.get(name) or ():
            _check_action(scene, str(action))
    _check_times(sent.get("time_constraints") or ())


def _check_times(constraints: Iterable[Members]) -> None:
    names = set()
    for count, one in enumerate(constraints, 1):
        for name in ("name", "start", "duration"):
            if one.get(name) is None:
                raise wrong(name, None, "Mandatory field missing.")
        if not isinstance(one["duration"], int) or one["duration"] < 0:
            raise wrong("duration", one["duration"], "Value should be greater or equal to 0")
        names.add(one["name"])
        if len(names) < count:
            raise Refused(400, "Time constraint names must be unique for a given alarm.")


def _check_rules(sent: Members) -> None:
    kind = sent["type"]
    if not sent.get(f"{kind}_rule"):
        raise Refused(400, f"{kind}_rule must be set for {kind} type alarm")
    given = sorted(name for name in RULES if sent.get(name))
    if len(given) > 1:
        raise Refused(400, f"{given[0]} and {given[1]} cannot be set at the same time")


def _check_action(scene: Scene, action: str) -> None:
    scheme, host, *_ = urlsplit(action)
    if scheme not in SCHEMES:
        raise Refused(400, f"Unsupported action {action}")
    if scheme in OF_OPERATORS and not scene.call.token.is_admin:
        raise Refused(401, f"You are not authorized to create action: {action}")
    if scheme.startswith("trust+") and "@" in host:
        raise Refused(400, "trust URL cannot contain a trust ID.")


# --- making and changing ------------------------------------------------------------------------------------------


@HOOKS.on(ALARMS, "CREATE")
def _make(scene: Scene, one: Resource, sent: Members) -> None:
    _check(scene, sent)
    for aspect, own in (("user", scene.call.token.user), ("project", scene.call.project)):
        owner = sent.get(f"{aspect}_id")
        if owner and owner != own and not scene.call.token.is_admin:
            raise foreign(owner, aspect)
    limit = _limit(scene, one.project)
    if 0 <= limit < scene.world.count(ALARMS, scene.call.region, one.project):
        why = f"Alarm quota exceeded for user {scene.call.token.user} on project {one.project}"
        raise Refused(403, why)
    now = scene.now()
    _write(one, sent)
    one.set(timestamp=now, state_timestamp=now)
    _record(scene, one, "creation", _told(one))


def _write(one: Resource, sent: Members) -> None:
    """What an alarm becomes by what is sent, which says all of it."""
    values = {name: value if sent.get(name) is None else sent[name] for name, value in DEFAULTS.items()}
    values |= {name: list(dict.fromkeys(sent.get(name) or ())) for name in ACTIONS}
    values["description"] = sent.get("description") or f"{sent['type']} alarm rule"
    values["time_constraints"] = sent.get("time_constraints") or []
    one.set(**values, **{name: sent.get(name) for name in RULES if name in one.members or sent.get(name)})


def _told(one: Resource) -> Members:
    """What the history keeps of it: its rule is that of its type."""
    told = {name: value for name, value in one.members.items() if name[0] != "_" and name not in RULES}
    return {**told, "rule": one.members.get(f"{one.members['type']}_rule")}


def _record(scene: Scene, one: Resource, kind: str, detail: Members) -> None:
    """Write into its history, the newest first."""
    project = scene.call.project
    change: Members = {"event_id": scene.world.new_id(), "alarm_id": one.id, "type": kind, "detail": json.dumps(detail)}
    change |= {"user_id": scene.call.token.user, "project_id": project, "on_behalf_of": one.project}
    change |= {"timestamp": scene.now(), "severity": one.members.get("severity")}
    one.private["history"] = [change, *one.private.get("history", ())]
    one.private["told"] = _told(one)


@HOOKS.on(ALARMS, "UPDATE")
def _change(scene: Scene, one: Resource, sent: Members) -> None:
    """A PUT says all of an alarm; its history what has become another."""
    _check(scene, sent)
    before = one.private.get("told") or {}
    now = scene.now()
    _write(one, sent)
    one.set(timestamp=now)
    if before.get("state", one.members["state"]) != one.members["state"]:
        one.set(state_timestamp=now, state_reason=MANUALLY)
    told = _told(one)
    changed = {name: value for name, value in told.items() if before.get(name) != value and name not in QUIET}
    if changed:
        _record(scene, one, "rule change", changed)


@HOOKS.answer("meter.alarms.state.show")
def _state(scene: Scene) -> Answer:
    return Answer(200, item(scene, ALARMS, scene.call.ids[0]).members["state"], whole=True)


@HOOKS.answer("meter.alarms.state.update")
def _set_state(scene: Scene) -> Answer:
    one, state = item(scene, ALARMS, scene.call.ids[0]), scene.call.body
    if state is None:
        return Answer(200, one.members["state"], whole=True)
    if state not in STATES:
        raise Refused(400, "state invalid")
    one.set(state=state, state_timestamp=scene.now(), state_reason=MANUALLY)
    _record(scene, one, "state transition", {"state": state, "state_reason": MANUALLY})
    return Answer(200, state, whole=True)


@HOOKS.answer("meter.alarms.history.show")
def _history(scene: Scene) -> Answer:
    one = item(scene, ALARMS, scene.call.ids[0])
    return Answer(200, [each for each in one.private.get("history", ()) if fits(each, terms(scene.call))], whole=True)


# --- lists --------------------------------------------------------------------------------------------------------


@HOOKS.choose(ALARMS)
def _listed(scene: Scene) -> Callable[[Resource], bool]:
    call, found = scene.call, terms(scene.call)
    if (limit := call.asked("limit") or "").startswith("-"):
        raise wrong("limit", limit, "it should be a positive integer.")
    for term in found:
        if term.field not in ASKED:
            raise wrong("field", {term.field}, f"only fields {sorted(ASKED - {'alarm_id'})} are allowed")
        if term.op != "eq":
            raise wrong("op", {term.op}, "only operations {'eq'} are allowed")
        if term.field == "project_id" and term.value != call.project and not call.token.is_admin:
            raise foreign(term.value)
    meant = [term for term in found if term.field not in ("all_projects", "timestamp")]
    if any(term.field == "all_projects" and term.value.lower() in TRUE for term in found):
        _need_admin(scene)
    elif not any(term.field in ("project_id", "alarm_id") for term in found):
        meant.append(Term("project_id", "eq", call.project))
    return lambda one: fits(one.members, meant)


# --- quotas -------------------------------------------------------------------------------------------------------


def _limit(scene: Scene, project: str) -> int:
    kept = scene.world.documents.get((scene.call.region, QUOTAS, (project,)), {})
    return int(kept.get("alarms", -1))


def _quotas(scene: Scene, project: str) -> Members:
    return {"project_id": project, "quotas": [{"resource": "alarms", "limit": _limit(scene, project)}]}


@HOOKS.answer("meter.quotas.show")
def _show_quotas(scene: Scene) -> Answer:
    project = scene.call.asked("project_id") or scene.call.project
    if project != scene.call.project and not scene.call.token.is_admin:
        raise Refused(403, "RBAC Authorization Failed")
    return Answer(200, _quotas(scene, project), whole=True)


@HOOKS.answer("meter.quotas.set")
def _set_quotas(scene: Scene) -> Answer:
    _need_admin(scene)
    sent: Any = scene.call.body if isinstance(scene.call.body, dict) else {}
    if not sent.get("project_id"):
        raise wrong("project_id", None, "Mandatory field missing.")
    for one in sent.get("quotas") or ():
        if one.get("resource") != "alarms":
            raise wrong("resource", one.get("resource"), "Value should be one of: alarms")
        limit = one.get("limit")
        if not isinstance(limit, int) or limit < -1:
            raise wrong("limit", limit, "Value should be greater or equal to -1")
        scene.world.documents[scene.call.region, QUOTAS, (sent["project_id"],)] = {"alarms": limit}
    return Answer(201, _quotas(scene, sent["project_id"]), whole=True)


@HOOKS.answer("meter.quotas.delete")
def _delete_quotas(scene: Scene) -> Answer:
    _need_admin(scene)
    scene.world.documents.pop((scene.call.region, QUOTAS, (scene.call.ids[0],)), None)
    return Answer(204)


def _need_admin(scene: Scene) -> None:
    if not scene.call.token.is_admin:
        raise Refused(403, "RBAC Authorization Failed")
