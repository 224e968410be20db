"""What nova is told by other services, and what it says of each event."""

from typing import Any

import msgspec
import pytest

from cloudtape.cassettes.messages import Response
from tests.synthesis.requests import Asker, json_of

PATH = "/v2.1/os-server-external-events"


def tell(asker: Asker, *events: dict[str, Any], path: str = PATH, micro: str = "2.1") -> Response:
    body = msgspec.json.encode({"events": list(events)})
    return asker.ask("POST", "compute", path, body, [("OpenStack-API-Version", f"compute {micro}")] if micro else [])


def a_server(asker: Asker) -> str:
    image = next(asker.world.where("image/images")).id
    sent = {"server": {"name": "told", "flavorRef": "1", "imageRef": image, "networks": "none"}}
    headers = [("OpenStack-API-Version", "compute 2.37")]
    made = asker.ask("POST", "compute", "/v2.1/servers", msgspec.json.encode(sent), headers)
    return str(json_of(made)["server"]["id"])


def test_each_event_is_answered_with_what_became_of_it() -> None:
    asker = Asker()
    known = {"name": "network-changed", "server_uuid": a_server(asker)}
    unknown = {**known, "server_uuid": "ff1df7b2-6772-45fd-9326-c0a3b05591c2"}
    assert tell(asker, known).status == 200
    response = tell(asker, known, unknown)
    assert response.status == 207
    assert [(one["status"], one["code"]) for one in json_of(response)["events"]] == [
        ("completed", 200),
        ("failed", 404),
    ]


def test_an_event_that_needs_a_tag_fails_without() -> None:
    asker = Asker()
    event = {"name": "volume-extended", "server_uuid": a_server(asker)}
    assert json_of(tell(asker, event, micro="2.51"))["events"][0]["code"] == 400
    assert json_of(tell(asker, {**event, "tag": "x"}, micro="2.51"))["events"][0]["code"] == 200


@pytest.mark.parametrize(
    ("sent", "micro"),
    [
        ([{"name": "volume-extended", "server_uuid": "x"}], "2.50"),
        ([{"name": "test-event", "server_uuid": "x"}], "2.93"),
        ([{"name": "network-changed"}], "2.1"),
        (["network-changed"], "2.1"),
        ([], "2.1"),
    ],
)
def test_what_is_no_event_of_the_microversion_is_refused(sent: list[Any], micro: str) -> None:
    assert tell(Asker(), *sent, micro=micro).status == 400


def test_the_reference_s_own_event_is_taken_where_it_is_sent_as_printed() -> None:
    asker = Asker()
    event = {"name": "test-event", "server_uuid": a_server(asker), "status": "completed", "tag": "foo"}
    response = tell(asker, event, path=f"/v2.1/{asker.project}/os-server-external-events", micro="")
    assert response.status == 200
    assert json_of(response) == {"events": [{**event, "code": 200}]}
