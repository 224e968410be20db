"""Sahara: data sources, binaries, jobs and their executions. Source: sahara's `service/validations/edp`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.services.data_processing.kinds import (
    BINARIES,
    CLUSTERS,
    EXECUTIONS,
    JOBS,
    SOURCES,
    check,
    check_changed,
    check_deleted,
    check_name_taken,
    data,
    invalid,
    reference,
    remember_protection,
)
from cloudtape.synthesis.worlds.lifecycle import Life, begin
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
SCHEMES = frozenset({"internal-db", "swift", "manila", "s3"})
OF_MAINS = {
    **dict.fromkeys(("Pig", "Hive", "Shell"), "{type} flow requires main script"),
    **dict.fromkeys(("Spark", "Storm", "Storm.Pyleus"), "{type} job requires main application jar"),
}
"""The types of jobs that are nothing without a main binary, and what is said of that."""
ENDED = frozenset({"DONEWITHERROR", "FAILED", "KILLED", "SUCCEEDED"})
RANDOM = re.compile(r"%RANDSTR\((-?\d+)\)%")
MOST_LETTERS = 1024


def _changed(scene: Scene, one: Resource, sent: Members) -> None:
    """Raises Refused for a change that may not be."""
    check(one.kind, sent, is_change=True)
    check_changed(scene, one, sent)
    if "name" in one.members:
        check_name_taken(scene, one)
    remember_protection(one)


# --- data sources -------------------------------------------------------------------------------------------------


@HOOKS.on(SOURCES, "CREATE")
def _source(scene: Scene, one: Resource, sent: Members) -> None:
    check(SOURCES, sent)
    check_name_taken(scene, one)
    _check_source(one.members)
    remember_protection(one)


def _check_source(members: Members) -> None:
    """Raises Refused for an address that a source of this type cannot have."""
    lengths = [int(text) for text in RANDOM.findall(members["url"])]
    if any(length <= 0 for length in lengths):
        raise data("Requested RANDSTR length must be positive.")
    if sum(lengths) > MOST_LETTERS:
        raise data("Requested RANDSTR length is too long, please choose a value less than 1024.")
    url = urlsplit(members["url"])
    if members["type"] == "swift":
        if url.scheme != "swift":
            raise data("URL scheme must be 'swift'" if members["url"] else "Swift url must not be empty")
        if not url.netloc or url.path in ("", "/"):
            raise data("URL must be of the form swift://container.sahara/object")
    elif members["type"] == "hdfs":
        if url.scheme not in ("", "hdfs"):
            raise data("URL scheme must be 'hdfs'")
        if not members["url"] or (url.scheme and not url.hostname):
            raise data(
                "HDFS url is incorrect, cannot determine a hostname" if url.scheme else "HDFS url must not be empty"
            )


@HOOKS.on(SOURCES, "UPDATE")
def _change_source(scene: Scene, one: Resource, sent: Members) -> None:
    if any(
        one.id in (each.members.get("data_source_urls") or {}) for each in scene.where(EXECUTIONS, _status="PENDING")
    ):
        raise invalid("DataSource is used in a PENDING Job and can not be updated.", "UPDATE_FAILED")
    _changed(scene, one, sent)
    _check_source(one.members)


@HOOKS.on(SOURCES, "DELETE")
def _source_goes(scene: Scene, one: Resource, _: Members) -> None:
    check_deleted(scene, one)
    if any(one.id in (each.members["input_id"], each.members["output_id"]) for each in scene.where(EXECUTIONS)):
        raise invalid("Data Source deletion failed on foreign key constraint", "DELETION_FAILED")


# --- binaries -----------------------------------------------------------------------------------------------------


def _check_binary(members: Members) -> None:
    scheme = urlsplit(members["url"]).scheme
    if not scheme:
        raise data("Job binary url must have a scheme")
    if scheme not in SCHEMES:
        raise data("Invalid job binary")


@HOOKS.on(BINARIES, "CREATE")
def _binary(scene: Scene, one: Resource, sent: Members) -> None:
    check(BINARIES, sent)
    _check_binary(one.members)
    check_name_taken(scene, one)
    remember_protection(one)


@HOOKS.on(BINARIES, "UPDATE")
def _change_binary(scene: Scene, one: Resource, sent: Members) -> None:
    _changed(scene, one, sent)
    _check_binary(one.members)


@HOOKS.on(BINARIES, "DELETE")
def _binary_goes(scene: Scene, one: Resource, _: Members) -> None:
    check_deleted(scene, one)
    if any(one.id in [*(job.members["mains"] or []), *(job.members["libs"] or [])] for job in scene.where(JOBS)):
        raise invalid("JobBinary is referenced and cannot be deleted", "DELETION_FAILED")


# --- jobs ---------------------------------------------------------------------------------------------------------


@HOOKS.on(JOBS, "CREATE")
def _job(scene: Scene, one: Resource, sent: Members) -> None:
    check(JOBS, sent)
    mains, libs, kind = sent.get("mains") or [], sent.get("libs") or [], sent["type"]
    if why := OF_MAINS.get(kind):
        if not mains:
            raise data(why.format(type=kind))
        if set(mains) & set(libs):
            raise data("'mains' and 'libs' overlap")
    else:
        if kind != "MapReduce.Streaming" and not libs:
            raise data(f"{kind} flow requires libs")
        if mains:
            raise data(f"{kind} flow does not use mains")
    for binary in (*mains, *libs):
        if scene.find(BINARIES, binary) is None:
            raise invalid(f"Job binary '{binary}' does not exist", "NOT_FOUND")
    check_name_taken(scene, one)
    one.set(mains=mains, libs=libs)
    remember_protection(one)


@HOOKS.on(JOBS, "UPDATE")
def _change_job(scene: Scene, one: Resource, sent: Members) -> None:
    _changed(scene, one, sent)


@HOOKS.on(JOBS, "DELETE")
def _job_goes(scene: Scene, one: Resource, _: Members) -> None:
    check_deleted(scene, one)
    if any(scene.where(EXECUTIONS, job_id=one.id)):
        raise invalid("Job deletion failed on foreign key constraint", "DELETION_FAILED")


# --- executions ---------------------------------------------------------------------------------------------------


@HOOKS.answer("data-processing.jobs.execute.run")
def _run(scene: Scene) -> Answer:
    job, sent = item(scene, JOBS, scene.call.ids[0]), scene.call.sent
    check(EXECUTIONS, sent)
    if "cluster_id" not in sent:
        raise invalid("'cluster_id' is a required property")
    if scene.find(CLUSTERS, sent["cluster_id"]) is None:
        raise reference(f"Cluster with id '{sent['cluster_id']}' doesn't exist")
    sources = [scene.find(SOURCES, sent[name]) for name in ("input_id", "output_id") if sent.get(name)]
    for found, name in zip(sources, [name for name in ("input_id", "output_id") if sent.get(name)], strict=True):
        if found is None:
            raise reference(f"DataSource with id '{sent[name]}' doesn't exist")
    urls = {one.id: one.members["url"] for one in sources if one}
    members: Members = {name: sent.get(name) for name in ("cluster_id", "input_id", "output_id")}
    members |= {"job_id": job.id, "job_configs": sent.get("job_configs") or {}, "data_source_urls": urls}
    members |= {"is_public": bool(sent.get("is_public")), "is_protected": bool(sent.get("is_protected"))}
    one = scene.add(EXECUTIONS, {**members, "start_time": scene.now(), "end_time": None, "return_code": None})
    remember_protection(one)
    life = scene.kind(EXECUTIONS).life or Life()
    begin(life, life.create, one, scene.world.pace, scene.world.clock)
    return _told(scene, one)


def _told(scene: Scene, one: Resource) -> Answer:
    return Answer(scene.call.plan.status, {"job_execution": {k: v for k, v in one.members.items() if k[0] != "_"}})


@HOOKS.answer("data-processing.job-executions.refresh-status.refresh")
def _refresh(scene: Scene) -> Answer:
    return _told(scene, item(scene, EXECUTIONS, scene.call.ids[0]))


@HOOKS.answer("data-processing.job-executions.cancel.cancel")
def _cancel(scene: Scene) -> Answer:
    one = item(scene, EXECUTIONS, scene.call.ids[0])
    why = "cannot be canceled because"
    if one.project != scene.call.project:
        told = f"Job execution with id '{one.id}' {why} it wasn't created in this tenant"
        raise invalid(told, "CANCELING_FAILED")
    if one.members.get("is_protected"):
        raise invalid(f"Job Execution with id '{one.id}' {why} it's marked as protected", "CANCELING_FAILED")
    if one.members["info"]["status"] not in ENDED:
        one.pending = None
        one.set(_status="KILLED", info={"status": "KILLED"}, end_time=scene.now())
    return _told(scene, one)


@HOOKS.on(EXECUTIONS, "UPDATE")
def _change_execution(scene: Scene, one: Resource, sent: Members) -> None:
    _changed(scene, one, sent)


@HOOKS.on(EXECUTIONS, "DELETE")
def _execution_goes(scene: Scene, one: Resource, _: Members) -> None:
    check_deleted(scene, one)
