"""Operations of the same method and template, told apart by what is sent; and one answer where nothing tells."""

import msgspec
import pytest

from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.services.identity.core import token_for
from tests.synthesis.requests import Asker, json_of


@pytest.mark.parametrize(
    ("sent", "status"), [({"name": "x"}, 201), ({"id": "u", "name": "x"}, 200), ({"ip": "x"}, 201)]
)
def test_a_user_of_v2_is_updated_by_the_operation_whose_example_is_like_the_request(sent: object, status: int) -> None:
    asker = Asker()
    path = f"/v2.0/users/{asker.user.id}"
    assert asker.ask("PUT", "identity", path, msgspec.json.encode({"user": sent})).status == status


def test_only_networks_have_a_list_that_an_example_prints_as_one() -> None:
    kinds = default_cloud().kinds
    assert {name: kinds[name].alone for name in kinds.planner.kinds if kinds[name].alone} == {
        "network/networks": "network"
    }


def test_an_administrators_list_of_networks_has_the_first_one_again() -> None:
    asker = Asker()
    body = json_of(asker.ask("GET", "network", "/v2.0/networks"))
    assert body["network"] == body["networks"][0]


def test_the_list_of_anybody_else_does_not() -> None:
    asker = Asker()
    user = next(asker.world.where("identity/users", name="demo"))
    asker.token = token_for(asker.synthesizer.scene_of(asker.world), user, ["password"], None, {})
    assert set(json_of(asker.ask("GET", "network", "/v2.0/networks"))) == {"networks"}
