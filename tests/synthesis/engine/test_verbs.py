"""The verbs: what a request that is refused leaves behind."""

import msgspec

from tests.synthesis.requests import Asker, json_of

PATH = "/v2.0/lbaas/loadbalancers"


def test_an_update_that_a_state_refuses_changes_nothing() -> None:
    asker = Asker()
    subnet = next(asker.world.all("network/subnets")).id
    body = {"loadbalancer": {"name": "before", "vip_subnet_id": subnet}}
    made = json_of(asker.ask("POST", "network", PATH, msgspec.json.encode(body)))["loadbalancer"]
    one = asker.world.find("network/lbaas/loadbalancers", made["id"])
    assert one is not None
    one.pending = None
    one.set(provisioning_status="PENDING_UPDATE")
    answer = asker.ask("PUT", "network", f"{PATH}/{one.id}", b'{"loadbalancer": {"name": "after"}}')
    assert answer.status == 409
    assert one.members["name"] == "before"
