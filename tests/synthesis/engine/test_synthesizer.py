"""Whose fault it is when answering trips over something: a 400 that says why, or a 500 with a traceback in the log."""

import asyncio
from typing import Any

import msgspec
import pytest

from cloudtape.cassettes.messages import Request, Response
from cloudtape.synthesis.engine.blame import misfit
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.synthesizer import Synthesizer
from cloudtape.synthesis.services.cloud import default_cloud
from tests.synthesis.requests import Asker, json_of, unused

LIST, CREATE = "network.networks.list", "network.networks.create"


def _trips(_: Scene) -> Answer:
    raise KeyError("a member that is always there")


def tripping() -> Asker:
    """Somebody who asks a cloud in which networks cannot be listed or made."""
    asker, cloud = Asker(), default_cloud()
    answers = {**cloud.answers, LIST: _trips, CREATE: _trips}
    asker.synthesizer = Synthesizer(unused, msgspec.structs.replace(cloud, answers=answers))
    return asker


def create(body: Any) -> Response:
    return tripping().ask("POST", "network", "/v2.0/networks", msgspec.json.encode(body))


def test_a_fault_of_ours_is_a_500_in_the_services_own_shape_with_a_traceback_in_the_log(
    faults_of_ours: list[str],
) -> None:
    response = tripping().ask("GET", "network", "/v2.0/networks")
    assert response.status == 500
    assert json_of(response)["NeutronError"]["type"] == "HTTPInternalServerError"
    (said,) = faults_of_ours
    assert "Traceback" in said
    assert "a member that is always there" in said
    faults_of_ours.clear()


def test_it_is_ours_where_the_client_has_sent_what_the_operation_takes(faults_of_ours: list[str]) -> None:
    assert create(default_cloud().kinds.planner.plan(CREATE).sent).status == 500
    faults_of_ours.clear()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ([], "The body is not an object."),
        ({}, "network is a required property."),
        ({"network": {"name": []}}, "network.name is not a text."),
        ({"network": {"name": "x", "admin_state_up": "yes"}}, "network.admin_state_up is not a truth."),
    ],
)
def test_it_is_the_clients_where_the_body_is_not_what_the_operation_takes(body: Any, why: str) -> None:
    response = create(body)
    assert response.status == 400
    assert json_of(response)["NeutronError"]["message"] == f"Invalid input: {why}"


@pytest.mark.parametrize("operation", ["network.networks.create", "compute.servers.create", "identity.users.create"])
def test_an_example_of_the_reference_fits(operation: str) -> None:
    plan = default_cloud().kinds.planner.plan(operation)
    assert misfit(plan, plan.sent) == ""


def test_an_operation_without_a_body_takes_none() -> None:
    plan = default_cloud().kinds.planner.plan(LIST)
    assert (misfit(plan, None), misfit(plan, {})) == ("", "The operation takes no body.")


def test_what_a_request_brings_about_is_asked_of_the_cloud_and_of_nothing_else() -> None:
    """Two clouds beside one another have each its own hooks."""
    other = Asker()
    assert other.ask("GET", "network", "/v2.0/networks").status == 200
    assert LIST not in other.synthesizer.cloud.answers
    asyncio.run(other.synthesizer.answer_in(other.world, Request("GET", "http://network.cloud.invalid/v2.0/networks")))
