"""Ceilometer: samples, and the meters, resources and statistics that follow from them.

Sources: ceilometer's `api/controllers/v2` (`meters.py`, `samples.py`, `resources.py`) of the releases that had an API.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.amendments import is_client
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.meter.queries import (
    Term,
    checked,
    fits,
    flat,
    limit_of,
    time_of,
    wrong,
)
from cloudtape.synthesis.worlds.shelves import Members

HOOKS = Hooks()
SAMPLES, RESOURCES = "meter/samples", "meter/resources"
TYPES = ("gauge", "delta", "cumulative")
LONGEST_PERIOD = 10 * 366 * 86_400
"""Seconds; all samples are within a longer one, too."""
OLD = {
    "message_id": "id",
    "counter_name": "meter",
    "counter_type": "type",
    "counter_unit": "unit",
    "counter_volume": "volume",
    "resource_metadata": "metadata",
}
"""What a sample of a meter calls the members of a sample."""
SAME = ("user_id", "project_id", "resource_id", "source", "timestamp", "recorded_at")
MUST = ("counter_name", "counter_type", "counter_unit", "counter_volume", "resource_id")
OF_SAMPLES = ("meter", "user", "user_id", "project", "project_id", "resource", "resource_id", "source", "message_id")
OF_METERS = ("user", "user_id", "project", "project_id", "resource", "resource_id", "source")
GROUPS = frozenset({"user_id", "resource_id", "project_id", "source", "resource_metadata.instance_type"})


# --- what is sent -------------------------------------------------------------------------------------------------


@HOOKS.answer("meter.meters.add")
def _add(scene: Scene) -> Answer:
    """The reference prints one sample by today's names of its members; clients send a list, by the old ones."""
    sent = scene.call.body
    if isinstance(sent, dict) and sent:
        sent = {OLD_OF.get(name, name): value for name, value in sent.items() if name not in ("id", "recorded_at")}
        return Answer(scene.call.plan.status, _kept(scene, sent))
    if not isinstance(sent, list) or not sent:
        raise Refused(400, "Samples should be included in request body")
    for one in sent:
        _check(scene, one)
    return Answer(201, [_old(_kept(scene, one)) for one in sent], whole=True)


OLD_OF = {new: old for old, new in OLD.items()}


def _check(scene: Scene, sent: Any) -> None:
    """Raises Refused for a sample that is none of this meter."""
    if not isinstance(sent, dict):
        raise wrong("samples", sent, "Value not a valid complex type")
    for name in MUST:
        if sent.get(name) is None:
            raise wrong(name, None, "Mandatory field missing.")
    if sent["counter_name"] != scene.call.ids[0]:
        raise wrong("counter_name", sent["counter_name"], f"should be {scene.call.ids[0]}")
    if sent.get("message_id"):
        raise wrong("message_id", sent["message_id"], "The message_id must not be set")
    if sent["counter_type"] not in TYPES:
        raise wrong("counter_type", sent["counter_type"], f"The counter type must be: {', '.join(TYPES)}")
    project = sent.get("project_id")
    if project and project != scene.call.project and not scene.call.token.is_admin:
        raise wrong("project_id", project, "can not post samples to other projects")
    try:
        float(sent["counter_volume"])
    except (TypeError, ValueError):
        raise wrong("counter_volume", sent["counter_volume"], "unable to convert to float") from None


def _kept(scene: Scene, sent: Members) -> Members:
    now, project = scene.now(), sent.get("project_id") or scene.call.project
    members: Members = {new: sent.get(old) for old, new in OLD.items() if old != "message_id"}
    members |= {"project_id": project, "user_id": sent.get("user_id") or scene.call.token.user}
    members |= {"resource_id": sent.get("resource_id"), "source": f"{project}:{sent.get('source') or 'openstack'}"}
    members |= {"timestamp": _written(time_of(str(sent.get("timestamp") or now))), "recorded_at": now}
    members |= {"volume": float(sent.get("counter_volume") or 0), "metadata": dict(flat(members["metadata"]))}
    return scene.add(SAMPLES, members, project=project).members


def _old(sample: Members) -> Members:
    return {old: sample[new] for old, new in OLD.items()} | {name: sample[name] for name in SAME}


# --- what is told -------------------------------------------------------------------------------------------------


def _seen(scene: Scene, terms: list[Term]) -> list[Members]:
    """The samples that a query means, the newest first."""
    shelf = scene.world.shelf(SAMPLES, scene.call.region)
    project = None if scene.call.token.is_admin else scene.call.project
    return [one.members for one in shelf.walk(project, "", newest_first=True) if fits(one.members, terms)]


@HOOKS.answer("meter.samples.list")
def _samples(scene: Scene) -> Answer:
    found = _seen(scene, checked(scene.call, OF_SAMPLES))
    return Answer(200, found[: limit_of(scene.call)])


@HOOKS.answer("meter.samples.show")
def _sample(scene: Scene) -> Answer:
    return Answer(200, item(scene, SAMPLES, scene.call.ids[0]).members)


@HOOKS.answer("meter.meters.list-samples-for-meter")
def _of_meter(scene: Scene) -> Answer:
    terms = [*checked(scene.call, OF_SAMPLES), Term("meter", "eq", scene.call.ids[0])]
    found = _seen(scene, terms)[: limit_of(scene.call)]
    if is_client(scene.call.request) or not found:
        return Answer(200, [_old(one) for one in found], whole=True)
    return Answer(200, found[0])


@HOOKS.answer("meter.meters.list")
def _meters(scene: Scene) -> Answer:
    found: dict[str, Members] = {}
    for sample in reversed(_seen(scene, checked(scene.call, OF_METERS, has_times=False))):
        name = f"{sample['resource_id']}+{sample['meter']}"
        told = {one: sample[one] for one in ("type", "unit", "resource_id", "project_id", "user_id", "source")}
        found[name] = {"name": sample["meter"], "meter_id": str(b64encode(name.encode()), "ascii"), **told}
    return Answer(200, list(islice(found.values(), limit_of(scene.call))))


# --- resources ----------------------------------------------------------------------------------------------------


def _resources_of(scene: Scene, terms: list[Term]) -> dict[str, Members]:
    found: dict[str, Members] = {}
    meters: dict[str, list[str]] = {}
    for sample in reversed(_seen(scene, terms)):
        id_ = sample["resource_id"]
        first = found.get(id_, {}).get("first_sample_timestamp", sample["timestamp"])
        names = meters.setdefault(id_, [])
        names += [sample["meter"]] if sample["meter"] not in names else []
        told = {name: sample[name] for name in ("resource_id", "project_id", "user_id", "source", "metadata")}
        found[id_] = {**told, "first_sample_timestamp": first, "last_sample_timestamp": sample["timestamp"]}
    for id_, one in found.items():
        query = f"?q.field=resource_id&q.value={id_}"
        links = [{"rel": "self", "href": f"{scene.call.base}/resources/{id_}"}]
        one["links"] = links + [{"rel": m, "href": f"{scene.call.base}/meters/{m}{query}"} for m in meters[id_]]
    return found


@HOOKS.answer("meter.resources.list")
def _resources(scene: Scene) -> Answer:
    found = _resources_of(scene, checked(scene.call, OF_METERS))
    return Answer(200, list(islice(found.values(), limit_of(scene.call))))


@HOOKS.answer("meter.resources.show")
def _resource(scene: Scene) -> Answer:
    found = _resources_of(scene, [Term("resource_id", "eq", scene.call.ids[0])])
    if not found:
        raise not_found(scene.kind(RESOURCES), scene.call.ids[0])
    return Answer(200, next(iter(found.values())))


# --- statistics ---------------------------------------------------------------------------------------------------


@HOOKS.answer("meter.meters.statistics.show")
def _statistics(scene: Scene) -> Answer:
    asked = scene.call.asked("period") or "0"
    period = whole(asked)
    if period is None:
        raise wrong("period", asked, "unable to convert to int")
    if period < 0:
        raise Refused(400, "Period must be positive.")
    groups = [value for key, value in scene.call.query if key == "groupby"]
    if unknown := sorted(set(groups) - GROUPS):
        raise Refused(400, f'Unknown argument: "{unknown}": Invalid groupby fields')
    terms = [*checked(scene.call, OF_SAMPLES), Term("meter", "eq", scene.call.ids[0])]
    samples = list(reversed(_seen(scene, terms)))
    found = []
    for start, end, within in _periods(samples, terms, period):
        parts: dict[tuple[str, ...], list[Members]] = {}
        for sample in within:
            parts.setdefault(tuple(str(_value(sample, group)) for group in groups), []).append(sample)
        for key, part in parts.items():
            by = dict(zip(groups, key, strict=True)) if groups else None
            found.append(_computed(part) | {"period": period, "period_start": start, "period_end": end, "groupby": by})
    return Answer(200, found, whole=True)


def _periods(samples: list[Members], terms: list[Term], period: int) -> Iterator[tuple[str, str, list[Members]]]:
    """Each period of so many seconds, and its samples; all of the time where it is none."""
    times = [time_of(str(one["timestamp"])) for one in samples]
    if not times:
        return
    asked = {term.op[0]: time_of(term.value) for term in terms if term.field == "timestamp"}
    start, end = asked.get("g", min(times)), asked.get("l", max(times))
    if not period:
        yield _written(start), _written(end), samples
        return
    length = timedelta(seconds=min(period, LONGEST_PERIOD))
    within: defaultdict[int, list[Members]] = defaultdict(list)
    for one, time in zip(samples, times, strict=True):
        within[(time - start) // length].append(one)
    for number, some in sorted(within.items()):
        at = start + number * length
        if start <= at < end:
            yield _written(at), _written(at + length), some


def _written(time: datetime) -> str:
    return time.astimezone(UTC).replace(tzinfo=None).isoformat()


def _value(sample: Members, group: str) -> Any:
    return sample["metadata"].get(group.partition(".")[2]) if "." in group else sample[group]


def _computed(samples: list[Members]) -> Members:
    volumes, times = [one["volume"] for one in samples], sorted(time_of(str(one["timestamp"])) for one in samples)
    return {
        "unit": samples[0]["unit"],
        "min": min(volumes),
        "max": max(volumes),
        "sum": sum(volumes),
        "avg": sum(volumes) / len(volumes),
        "count": len(volumes),
        "duration": (times[-1] - times[0]).total_seconds(),
        "duration_start": _written(times[0]),
        "duration_end": _written(times[-1]),
    }
