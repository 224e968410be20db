"""Data sources, binaries, jobs and their executions: sahara's `service/validations/edp`, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.services.data_processing.asker import Sahara
from tests.synthesis.services.teller import NONE

INVALID, REFERENCE, DATA, MISSING = "VALIDATION_ERROR", "INVALID_REFERENCE", "INVALID_DATA", "NOT_FOUND"
SWIFT = {"type": "swift", "url": "swift://box/thing"}


def source(sahara: Sahara, name: str = "in", **members: Any) -> str:
    return str(sahara.make("data-sources", name=name, **{**SWIFT, **members})["id"])


def job(sahara: Sahara, name: str = "j") -> str:
    return str(sahara.make("jobs", name=name, type="Pig", mains=[sahara.binary(f"{name}.pig")])["id"])


def run(sahara: Sahara, of: str, **members: Any) -> Any:
    status, told = sahara.say("POST", f"/jobs/{of}/execute", members)
    assert status == 202, told
    return told["job_execution"]


# --- data sources -------------------------------------------------------------------------------------------------


def test_a_data_source_tells_all_but_its_credentials() -> None:
    sahara = Sahara()
    made = sahara.make("data-sources", name="in", **SWIFT, credentials={"user": "u", "password": "secret"})
    path = f"/data-sources/{made['id']}"
    assert (made["name"], made["type"], made["url"]) == ("in", "swift", "swift://box/thing")
    assert sahara.show(path) == made
    assert "secret" not in str(sahara.show(path))
    status, told = sahara.say("PUT", path, {"description": "d"})
    assert (status, told["data_source"]["description"]) == (202, "d")
    assert sahara.status("DELETE", path) == 204
    assert sahara.refused("DELETE", path)[:2] == (404, MISSING)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "ftp"}, INVALID, "type: 'ftp' is not one of ['swift', 'hdfs', 'maprfs', 'manila', 's3']"),
    ({"url": ""}, DATA, "Swift url must not be empty"),
    ({"url": "hdfs://box/thing"}, DATA, "URL scheme must be 'swift'"),
    ({"url": "swift://box"}, DATA, "URL must be of the form swift://container.sahara/object"),
    ({"type": "hdfs", "url": "swift://box/thing"}, DATA, "URL scheme must be 'hdfs'"),
    ({"type": "hdfs", "url": "hdfs:///thing"}, DATA, "HDFS url is incorrect, cannot determine a hostname"),
    ({"url": "swift://box/%RANDSTR(0)%"}, DATA, "Requested RANDSTR length must be positive."),
    (
        {"url": "swift://box/%RANDSTR(1025)%"},
        DATA,
        "Requested RANDSTR length is too long, please choose a value less than 1024.",
    ),
    ({"name": "a b"}, INVALID, "name: 'a b' is not a 'valid_name'"),
]


@pytest.mark.parametrize(("sent", "name", "why"), WRONG)
def test_a_data_source_is_not_made_of_this(sent: dict[str, Any], name: str, why: str) -> None:
    sahara = Sahara()
    assert sahara.unmade("data-sources", **{"name": "in", **SWIFT, **sent}) == (400, name, why)
    assert sahara.show("/data-sources") == []
    path = f"/data-sources/{source(sahara, 'first')}"
    assert sahara.refused("PUT", path, sent) == (400, name, why)
    assert sahara.show(path)["url"] == SWIFT["url"]


@pytest.mark.parametrize("name", ["name", "type", "url"])
def test_a_data_source_has_a_name_a_type_and_an_address(name: str) -> None:
    sent = {one: value for one, value in {"name": "in", **SWIFT}.items() if one != name}
    assert Sahara().unmade("data-sources", **sent) == (400, INVALID, f"{name!r} is a required property")


# --- binaries -----------------------------------------------------------------------------------------------------


def test_a_binary_has_an_address_of_a_kind_that_sahara_knows() -> None:
    sahara = Sahara()
    path = f"/job-binaries/{sahara.binary()}"
    assert sahara.show(path)["name"] == "script.pig"
    assert sahara.unmade("job-binaries", name="a", url="box") == (400, DATA, "Job binary url must have a scheme")
    assert sahara.unmade("job-binaries", name="a", url="ftp://box") == (400, DATA, "Invalid job binary")
    assert sahara.refused("PUT", path, {"url": "ftp://box"}) == (400, DATA, "Invalid job binary")
    assert sahara.unmade("job-binaries", name="script.pig", url="swift://box/x") == (
        400,
        "DB_DUPLICATE_ENTRY",
        "Duplicate entry for JobBinary: ['name', 'tenant_id']",
    )


def test_a_binary_of_a_job_stays() -> None:
    sahara = Sahara()
    binary = sahara.binary()
    made = sahara.make("jobs", name="j", type="Pig", mains=[binary])
    why = "JobBinary is referenced and cannot be deleted"
    assert sahara.refused("DELETE", f"/job-binaries/{binary}") == (400, "DELETION_FAILED", why)
    assert sahara.status("DELETE", f"/jobs/{made['id']}") == 204
    assert sahara.status("DELETE", f"/job-binaries/{binary}") == 204


# --- jobs ---------------------------------------------------------------------------------------------------------


def test_a_job_is_of_a_type_that_there_is() -> None:
    status, name, why = Sahara().unmade("jobs", name="j", type="Nope")
    assert (status, name, why.startswith("type: 'Nope' is not one of ['Hive', 'Java', ")) == (400, INVALID, True)


JOBS = [
    ("Pig", False, False, "Pig flow requires main script"),
    ("Hive", False, True, "Hive flow requires main script"),
    ("Shell", False, False, "Shell flow requires main script"),
    ("Spark", False, True, "Spark job requires main application jar"),
    ("Storm.Pyleus", False, False, "Storm.Pyleus job requires main application jar"),
    ("Pig", True, True, "'mains' and 'libs' overlap"),
    ("Java", False, False, "Java flow requires libs"),
    ("MapReduce", False, False, "MapReduce flow requires libs"),
    ("MapReduce", True, True, "MapReduce flow does not use mains"),
    ("MapReduce.Streaming", True, False, "MapReduce.Streaming flow does not use mains"),
]


@pytest.mark.parametrize(("kind", "mains", "libs", "why"), JOBS)
def test_a_job_has_the_binaries_that_its_type_needs(kind: str, mains: bool, libs: bool, why: str) -> None:
    sahara = Sahara()
    binary = sahara.binary()
    sent = {"mains": [binary] if mains else [], "libs": [binary] if libs else []}
    assert sahara.unmade("jobs", name="j", type=kind, **sent) == (400, DATA, why)
    assert sahara.show("/jobs") == []


@pytest.mark.parametrize(
    ("kind", "mains", "libs"), [("Pig", 1, 0), ("Spark", 1, 0), ("Java", 0, 1), ("MapReduce.Streaming", 0, 0)]
)
def test_a_job_with_these_binaries_is_made(kind: str, mains: int, libs: int) -> None:
    sahara = Sahara()
    binary = sahara.binary()
    made = sahara.make("jobs", name="j", type=kind, mains=[binary] * mains, libs=[binary] * libs)
    assert (made["type"], made["mains"], made["libs"]) == (kind, [binary] * mains, [binary] * libs)


def test_a_job_is_of_binaries_that_there_are() -> None:
    why = f"Job binary '{NONE}' does not exist"
    assert Sahara().unmade("jobs", name="j", type="Pig", mains=[NONE]) == (400, MISSING, why)


def test_a_job_is_renamed_and_nothing_else() -> None:
    sahara = Sahara()
    path = f"/jobs/{job(sahara)}"
    status, told = sahara.say("PATCH", path, {"name": "new", "description": "d"})
    assert (status, told["job"]["name"], told["job"]["description"]) == (202, "new", "d")
    why = "Additional properties are not allowed ('type' was unexpected)"
    assert sahara.refused("PATCH", path, {"type": "Hive"}) == (400, INVALID, why)
    sahara.make("jobs", name="other", type="MapReduce.Streaming")
    assert sahara.refused("PATCH", path, {"name": "other"})[:2] == (400, "DB_DUPLICATE_ENTRY")


# --- executions ---------------------------------------------------------------------------------------------------


def test_a_job_runs_on_a_cluster_and_succeeds() -> None:
    sahara = Sahara()
    cluster, of = sahara.cluster(), job(sahara)
    first, last = source(sahara), source(sahara, "out", url="swift://box/out")
    sahara.world.pace = Pace(1)
    made = run(sahara, of, cluster_id=cluster, input_id=first, output_id=last, job_configs={"configs": {"a": "1"}})
    assert (made["job_id"], made["cluster_id"], made["info"]) == (of, cluster, {"status": "PENDING"})
    assert made["data_source_urls"] == {first: "swift://box/thing", last: "swift://box/out"}
    path = f"/job-executions/{made['id']}"
    assert [sahara.show(path)["info"]["status"] for _ in range(2)] == ["PENDING", "SUCCEEDED"]
    assert sahara.show(f"{path}/refresh-status")["info"]["status"] == "SUCCEEDED"
    assert [one["id"] for one in sahara.show("/job-executions")] == [made["id"]]
    assert sahara.show(path)["job_configs"]["configs"] == {"a": "1"}


def test_a_job_runs_on_what_there_is() -> None:
    sahara = Sahara()
    of = job(sahara)
    path = f"/jobs/{of}/execute"
    assert sahara.refused("POST", path, {}) == (400, INVALID, "'cluster_id' is a required property")
    why = f"Cluster with id '{NONE}' doesn't exist"
    assert sahara.refused("POST", path, {"cluster_id": NONE}) == (400, REFERENCE, why)
    sent = {"cluster_id": sahara.cluster(), "input_id": NONE}
    assert sahara.refused("POST", path, sent) == (400, REFERENCE, f"DataSource with id '{NONE}' doesn't exist")
    assert sahara.refused("POST", f"/jobs/{NONE}/execute", sent)[:2] == (404, MISSING)
    assert sahara.show("/job-executions") == []


def test_an_execution_is_cancelled_before_it_has_ended() -> None:
    sahara = Sahara()
    cluster, of = sahara.cluster(), job(sahara)
    done = run(sahara, of, cluster_id=cluster)["id"]
    assert sahara.show(f"/job-executions/{done}")["info"]["status"] == "SUCCEEDED"
    assert sahara.show(f"/job-executions/{done}/cancel")["info"]["status"] == "SUCCEEDED"
    sahara.world.pace = Pace(5)
    runs = run(sahara, of, cluster_id=cluster)["id"]
    assert sahara.show(f"/job-executions/{runs}/cancel")["info"]["status"] == "KILLED"
    assert sahara.show(f"/job-executions/{runs}")["info"]["status"] == "KILLED"
    kept = run(sahara, of, cluster_id=cluster, is_protected=True)["id"]
    why = f"Job Execution with id '{kept}' cannot be canceled because it's marked as protected"
    assert sahara.refused("GET", f"/job-executions/{kept}/cancel") == (400, "CANCELING_FAILED", why)


def test_only_its_own_project_cancels_an_execution() -> None:
    sahara = Sahara()
    one = run(sahara, job(sahara), cluster_id=sahara.cluster(), is_public=True)["id"]
    sahara.become("guest")
    why = f"Job execution with id '{one}' cannot be canceled because it wasn't created in this tenant"
    assert sahara.refused("GET", f"/job-executions/{one}/cancel") == (400, "CANCELING_FAILED", why)


def test_what_an_execution_is_of_stays() -> None:
    sahara = Sahara()
    of, first = job(sahara), source(sahara)
    made = run(sahara, of, cluster_id=sahara.cluster(), input_id=first)["id"]
    failed = "DELETION_FAILED"
    why = "Job deletion failed on foreign key constraint"
    assert sahara.refused("DELETE", f"/jobs/{of}") == (400, failed, why)
    why = "Data Source deletion failed on foreign key constraint"
    assert sahara.refused("DELETE", f"/data-sources/{first}") == (400, failed, why)
    assert sahara.status("DELETE", f"/job-executions/{made}") == 204
    assert sahara.status("DELETE", f"/jobs/{of}") == 204
    assert sahara.status("DELETE", f"/data-sources/{first}") == 204


def test_a_source_of_a_job_that_waits_is_not_changed() -> None:
    sahara = Sahara()
    of, first, cluster = job(sahara), source(sahara), sahara.cluster()
    sahara.world.pace = Pace(5)
    run(sahara, of, cluster_id=cluster, input_id=first)
    why = "DataSource is used in a PENDING Job and can not be updated."
    assert sahara.refused("PUT", f"/data-sources/{first}", {"name": "x"}) == (400, "UPDATE_FAILED", why)
