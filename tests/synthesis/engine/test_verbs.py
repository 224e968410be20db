"""The verbs: what a request that is refused leaves behind."""

import msgspec
import pytest

from cloudtape.synthesis.engine.plans import Plan, Verb
from cloudtape.synthesis.services.cloud import default_cloud
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


KINDS = default_cloud().kinds
UNIQUE = sorted(kind for kind in KINDS.planner.collections if KINDS[kind].rule.unique)
# Nothing changes these names: a stack's, a namespace's and a zone's are in the path, the others are written once.
NEVER_RENAMED = {
    *("compute/flavors", "compute/os-keypairs", "identity/regions", "identity/users/application_credentials"),
    *("block-storage/qos-specs", "image/metadefs/namespaces", "load-balancer/lbaas/availabilityzones"),
    "orchestration/stacks",
}


def renaming(kind: str) -> Plan | None:
    """The operation that changes the first of a kind's unique members."""
    of = KINDS[kind]
    name = of.rule.unique[0]
    if name == of.key or name in of.rule.immutable:
        return None
    updates = (one for one in of.plans if one.verb is Verb.UPDATE and isinstance(one.sent, dict))
    return next((one for one in updates if name in one.sent.get(of.wrapper, {})), None)


def test_all_that_is_unique_can_be_renamed_but_what_a_path_names() -> None:
    assert {kind for kind in UNIQUE if renaming(kind) is None} == NEVER_RENAMED


@pytest.mark.parametrize("kind", [kind for kind in UNIQUE if kind not in NEVER_RENAMED])
def test_a_name_that_is_taken_is_refused_to_what_is_renamed(kind: str) -> None:
    asker, plan = Asker(), renaming(kind)
    assert plan is not None
    of = KINDS[kind]
    name = of.rule.unique[0]
    first = asker._thing(kind, ())
    first.set(**{name: "taken"})
    second = asker._thing(kind, (), new=True)
    second.set(**{other: first.members.get(other) for other in of.rule.unique[1:]})

    def renamed(value: str) -> int:
        path = plan.operation.path.replace("{tenant_id}", asker.project)
        path = path.rpartition("/")[0] + f"/{second.id}"
        body = msgspec.json.encode({of.wrapper: {name: value}})
        return asker.ask(plan.operation.method, of.service, path, body).status

    kept = second.members[name]
    assert renamed("taken") == 409
    assert second.members[name] == kept
    assert renamed("free") < 300
    assert second.members[name] == "free"
    assert renamed("free") < 300, "its own name is not taken"


def test_a_rename_that_is_refused_changes_nothing_else() -> None:
    asker = Asker()
    space = "/v2/metadefs/namespaces"
    assert asker.ask("POST", "image", space, b'{"namespace": "N"}').status == 201
    for name in ("A", "B"):
        made = msgspec.json.encode({"name": name, "description": "as it was"})
        assert asker.ask("POST", "image", f"{space}/N/objects", made).status == 201
    body = msgspec.json.encode({"name": "B", "description": "changed"})
    assert asker.ask("PUT", "image", f"{space}/N/objects/A", body).status == 409
    found = asker.ask("GET", "image", f"{space}/N/objects/A")
    assert json_of(found)["description"] == "as it was"
