"""Examples lend answers their structure, never their values.

Every operation is asked for in a cloud whose examples print other values (`printed`), as the reference prints it and as
a client of the newest microversion does. None of those values may be answered.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from cloudtape.cassettes.messages import Response
from cloudtape.openstack.operations import Operation
from cloudtape.synthesis.services.cloud import default_cloud
from tests.outside.answers import Listener, operations
from tests.synthesis.printed import leaks, marked_cloud
from tests.synthesis.requests import Asker

SERVICES = sorted({one.service for one in operations()})
ASKERS: tuple[Callable[[], Asker], ...] = (
    lambda: Asker(marked_cloud()),
    lambda: Listener(True, marked_cloud()),
)
# The least part of a service's operations that is answered: some need more than their examples say.
ANSWERED = 0.6


def answers(one: Operation) -> Iterator[Response]:
    """Whatever is answered to an operation, in each way to ask."""
    for new in ASKERS:
        try:
            yield new().operation(one)
        except AssertionError:
            continue  # nothing is there that the request could be about


def document_of(response: Response) -> Any:
    assert isinstance(response.body, bytes)
    try:
        return msgspec.json.decode(response.body)
    except msgspec.DecodeError:
        return str(response.body, errors="replace")


@pytest.mark.parametrize("service", SERVICES)
def test_no_answer_holds_what_an_example_prints_and_no_row_says(service: str) -> None:
    found, answered, all_ = {}, 0, [one for one in operations() if one.service == service]
    for one in all_:
        responses = list(answers(one))
        told = [leak for each in responses for leak in leaks([document_of(each), dict(each.headers)])]
        answered += any(each.status < 400 for each in responses)
        if told:
            found[one.id] = told
    assert not found
    assert answered >= ANSWERED * len(all_)


def test_what_is_looked_for_stands_in_most_examples() -> None:
    """Else nothing could be found in an answer."""
    planner = marked_cloud().kinds.planner
    samples = [sample for one in planner.operations if (sample := planner.plan(one.id).sample)]
    assert sum(any(leaks(one)) for one in samples) > 0.8 * len(samples)


@pytest.mark.parametrize("kind", ["compute/os-migrations", "meter/samples", "orchestration/stacks/snapshots"])
def test_a_collection_of_which_the_world_knows_nothing_is_empty(kind: str) -> None:
    assert not default_cloud().kinds[kind].is_stocked
