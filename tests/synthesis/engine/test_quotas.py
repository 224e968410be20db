"""How much a project may have."""

import msgspec
import pytest

from tests.synthesis.requests import Asker, json_of


def test_volumes_of_each_type_have_quotas_of_their_own() -> None:
    asker = Asker()
    asker.ask("POST", "block-storage", f"/v3/{asker.project}/types", b'{"volume_type": {"name": "gold"}}')
    quotas = json_of(asker.ask("GET", "block-storage", f"/v3/{asker.project}/os-quota-sets/{asker.project}"))[
        "quota_set"
    ]
    assert (quotas["volumes_gold"], quotas["gigabytes___DEFAULT__"], quotas["snapshots_gold"]) == (-1, -1, -1)


def test_an_encryption_is_the_only_one_of_its_type_and_is_shown_in_no_wrapper() -> None:
    asker = Asker()
    types = f"/v3/{asker.project}/types"
    made = json_of(asker.ask("POST", "block-storage", types, b'{"volume_type": {"name": "gold"}}'))["volume_type"]
    place, sent = f"{types}/{made['id']}/encryption", b'{"encryption": {"provider": "luks", "key_size": 256}}'
    assert json_of(asker.ask("GET", "block-storage", place)) == {}
    assert asker.ask("POST", "block-storage", place, sent).status == 200
    shown = json_of(asker.ask("GET", "block-storage", place))
    assert (shown["provider"], shown["key_size"], shown["volume_type_id"]) == ("luks", 256, made["id"])
    assert asker.ask("POST", "block-storage", place, sent).status == 400
    assert asker.ask("DELETE", "block-storage", f"{place}/{shown['encryption_id']}").status == 202
    assert json_of(asker.ask("GET", "block-storage", place)) == {}


def test_a_network_too_many_is_refused_in_neutrons_words() -> None:
    asker = Asker()
    quotas = f"/v2.0/quotas/{asker.project}"
    assert asker.ask("PUT", "network", quotas, b'{"quota": {"network": 1}}').status == 200
    refused = asker.ask("POST", "network", "/v2.0/networks", b'{"network": {"name": "one more"}}')
    assert refused.status == 409
    assert json_of(refused)["NeutronError"]["message"].startswith("Quota exceeded for resources: ['network'].")


@pytest.mark.parametrize("limit", ["--5", "\u00b2", "x", "9" * 5_000, "-2", -2, 1.5, True, [1], {}])
def test_a_limit_that_is_none_is_refused_and_not_kept(limit: object) -> None:
    asker = Asker()
    quotas = f"/v2.1/os-quota-sets/{asker.project}"
    before = json_of(asker.ask("GET", "compute", quotas))
    assert asker.ask("PUT", "compute", quotas, msgspec.json.encode({"quota_set": {"cores": limit}})).status == 400
    assert json_of(asker.ask("GET", "compute", quotas)) == before


@pytest.mark.parametrize(("limit", "kept"), [(7, 7), ("7", 7), (-1, -1), ("-1", -1)])
def test_a_limit_may_be_a_number_or_its_text(limit: object, kept: int) -> None:
    asker = Asker()
    quotas = f"/v2.1/os-quota-sets/{asker.project}"
    assert asker.ask("PUT", "compute", quotas, msgspec.json.encode({"quota_set": {"cores": limit}})).status == 200
    assert json_of(asker.ask("GET", "compute", quotas))["quota_set"]["cores"] == kept
