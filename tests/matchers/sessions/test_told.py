import json
from typing import Any

from cloudtape.cassettes.messages import Response
from cloudtape.matchers.sessions.told import Told
from tests.matchers.player import ID, OTHER, Player, get, post, said

THIRD = "33333333-6d41-478b-8238-8f0f8fc90b9c"
NETWORKS, SUBNETS = "http://neutron/v2.0/networks", "http://neutron/v2.0/subnets"


def thing(its: str, moment: str, **more: Any) -> dict[str, Any]:
    return {"id": its, "created_at": moment, **more}


def mended(told: Told, document: Any) -> Any:
    body = told.mended(Response(200, "", (), json.dumps(document).encode())).body
    assert isinstance(body, bytes)
    return json.loads(body)


A, B, C = (thing(one, f"2026-01-0{day}T00:00:00Z") for day, one in enumerate((ID, OTHER, THIRD), 1))


def test_what_was_told_of_the_one_is_told_of_the_other() -> None:
    told = Told()
    told.exchange([(A, B), (B, A)])
    assert mended(told, {"networks": [A, B]}) == {
        "networks": [{**A, "created_at": B["created_at"]}, {**B, "created_at": A["created_at"]}]
    }


def test_what_becomes_of_it_later_is_told() -> None:
    told = Told()
    told.exchange(
        [
            (
                thing(ID, "2026-01-01", status="BUILD", updated_at="2026-01-01"),
                thing(OTHER, "2026-01-02", status="DOWN", updated_at="2026-01-02"),
            )
        ]
    )
    later = {"network": thing(OTHER, "2026-01-02", status="ACTIVE", updated_at="2026-02-02")}
    assert mended(told, later)["network"] == {**later["network"], "created_at": "2026-01-01"}


def test_a_moment_that_is_told_without_its_fraction_is_the_same() -> None:
    told = Told()
    told.exchange([(thing(ID, "2026-01-01T00:00:01.123456"), thing(OTHER, "2026-01-02T00:00:02.654321"))])
    later = mended(told, thing(OTHER, "2026-01-02T00:00:02.000000"))
    assert later["created_at"] == "2026-01-01T00:00:01.000000"


def test_what_was_told_moves_on_and_back() -> None:
    told = Told()
    told.exchange([(A, B)])
    told.exchange([(B, C)])
    assert mended(told, [C])[0]["created_at"] == A["created_at"]
    assert mended(told, [B]) == [B]
    told.exchange([(C, B)])
    told.exchange([(B, A)])
    assert not told


def test_what_is_no_document_is_left_as_it_is() -> None:
    told = Told()
    told.exchange([(A, B)])
    body = b"{" + OTHER.encode()
    assert told.mended(Response(200, "", (), body)).body == body


def test_a_network_that_another_one_stands_for_was_made_when_the_client_was_told() -> None:
    def network(its: str, moment: str) -> dict[str, Any]:
        return {"network": thing(its, moment, name=f"net-{its[:8]}")}

    def create(name: str) -> Any:
        return post(NETWORKS, {"network": {"name": name}})

    def subnet(its: str) -> Any:
        return post(SUBNETS, {"subnet": {"network_id": its, "cidr": "10.0.0.0/24" if its == ID else "10.1.0.0/25"}})

    player = Player(
        (create(f"net-{ID[:8]}"), network(ID, "2026-01-01T00:00:00Z")),
        (create(f"net-{OTHER[:8]}"), network(OTHER, "2026-01-02T00:00:00Z")),
        (subnet(ID), {"subnet": {"id": THIRD}}),
        (subnet(OTHER), said("no", 409)),
        (get(f"{NETWORKS}/{OTHER}"), network(OTHER, "2026-01-02T00:00:00Z")),
    )
    told = json.loads(player.ask(create("net-99999999")))["network"]
    assert (told["id"], told["created_at"]) == (ID, "2026-01-01T00:00:00Z")
    assert player.ask(post(SUBNETS, {"subnet": {"network_id": ID, "cidr": "10.1.0.0/25"}})) == "no"
    assert json.loads(player.ask(get(f"{NETWORKS}/{ID}")))["network"] == told
