"""How much a project may have of manila, and what manila says of more, word for word: `exception.py`, `quota_sets.py`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.shared_file_system.asker import Manila

TOO_MUCH = "Requested share exceeds allowed project/user or share type gigabytes quota."


@pytest.fixture
def manila() -> Manila:
    return Manila()


def allow(manila: Manila, **limits: Any) -> Any:
    status, told = manila.say("PUT", f"/quota-sets/{manila.project}", {"quota_set": limits})
    assert status == 200, told
    assert limits.items() <= told["quota_set"].items()
    return told["quota_set"]


def test_more_shares_than_a_project_may_have_are_refused(manila: Manila) -> None:
    allow(manila, shares=1)
    manila.share()
    why = "Maximum number of shares allowed (1) either per project/user or share type quota is exceeded."
    assert manila.unmade("shares", share_proto="NFS", size=1) == (413, f"ShareLimitExceeded: {why}")
    assert len(manila.show("/shares")) == 1


def test_more_gigabytes_than_a_project_may_have_are_refused(manila: Manila) -> None:
    allow(manila, gigabytes=3)
    path = f"/shares/{manila.share(size=2)}"
    assert manila.unmade("shares", share_proto="NFS", size=2) == (413, f"ShareSizeExceedsAvailableQuota: {TOO_MUCH}")
    assert manila.refusal(path, "extend", {"new_size": 4}) == (403, TOO_MUCH)
    assert manila.show(path)["size"] == 2
    assert manila.act(path, "extend", {"new_size": 3}) == 202
    assert manila.act(path, "shrink", {"new_size": 1}) == 202
    manila.share(size=2)


def test_a_share_is_no_larger_than_any_may_be(manila: Manila) -> None:
    allow(manila, per_share_gigabytes=2)
    path = f"/shares/{manila.share(size=1)}"
    why = "ShareSizeExceedsLimit: Requested share size 3 is larger than maximum allowed limit 2."
    assert manila.unmade("shares", share_proto="NFS", size=3) == (413, why)
    assert manila.refusal(path, "extend", {"new_size": 3}) == (413, why)
    assert manila.act(path, "extend", {"new_size": 2}) == 202


def test_more_snapshots_than_a_project_may_have_are_refused(manila: Manila) -> None:
    share = manila.share(size=2)
    allow(manila, snapshots=2, snapshot_gigabytes=3)
    manila.snapshot(share)
    why = "Requested snapshot exceeds allowed project/user or share type gigabytes quota."
    assert manila.unmade("snapshots", share_id=share) == (413, f"SnapshotSizeExceedsAvailableQuota: {why}")
    allow(manila, snapshots=1, snapshot_gigabytes=-1)
    why = "Maximum number of snapshots allowed (1) either per project/user or share type quota is exceeded."
    assert manila.unmade("snapshots", share_id=share) == (413, f"SnapshotLimitExceeded: {why}")


def test_more_networks_than_a_project_may_have_are_refused(manila: Manila) -> None:
    allow(manila, share_networks=1)
    network = manila.make("share-networks")["id"]
    why = "ShareNetworksLimitExceeded: Maximum number of share-networks allowed (1) exceeded."
    assert manila.unmade("share-networks") == (413, why)
    manila.status("DELETE", f"/share-networks/{network}")
    manila.make("share-networks")


def test_quotas_have_two_paths_and_are_the_same(manila: Manila) -> None:
    allow(manila, shares=7)
    for path in ("quota-sets", "os-quota-sets"):
        assert manila.show(f"/{path}/{manila.project}")["shares"] == 7
    status, told = manila.say("PUT", f"/os-quota-sets/{manila.project}", {"quota_set": {"shares": 8}})
    assert (status, told["quota_set"]["shares"]) == (200, 8)
    assert manila.show(f"/quota-sets/{manila.project}")["shares"] == 8


def test_quotas_go_back_to_what_they_were(manila: Manila) -> None:
    path = f"/quota-sets/{manila.project}"
    before = manila.show(path)
    assert before["id"] == manila.project
    allow(manila, shares=7, gigabytes=-1)
    assert manila.show(f"{path}/defaults") == before
    assert manila.status("DELETE", path) == 202
    assert manila.show(path) == before


def test_quotas_in_detail_say_what_is_used(manila: Manila) -> None:
    share = manila.share(size=2)
    manila.snapshot(share)
    told = manila.show(f"/quota-sets/{manila.project}/detail")
    used = {name: value["in_use"] for name, value in told.items() if name != "id" and value["in_use"]}
    assert used == {"shares": 1, "gigabytes": 2, "snapshots": 1, "snapshot_gigabytes": 2}
    assert told["shares"].keys() == {"limit", "in_use", "reserved"}


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({}, "Must supply at least one quota field to update."),
        ({"nope": 1}, "Must supply at least one quota field to update."),
        ({"shares": 1, "nope": 1}, "Bad key(s) nope in quota_set."),
        ({"shares": "x"}, "Quota 'x' for shares should be integer."),
        ({"shares": -2}, "Quota limit must be -1 or greater."),
        ({"gigabytes": 1}, "Quota value 1 for gigabytes is smaller than already used and reserved 2."),
    ],
)
def test_a_limit_is_refused_that_is_none(manila: Manila, sent: dict[str, Any], why: str) -> None:
    manila.share(size=2)
    path = f"/quota-sets/{manila.project}"
    before = manila.show(path)
    assert manila.refused("PUT", path, {"quota_set": sent}) == (400, why)
    assert manila.show(path) == before


def test_a_limit_below_what_is_used_is_forced(manila: Manila) -> None:
    manila.share(size=2)
    status, told = manila.say("PUT", f"/quota-sets/{manila.project}", {"quota_set": {"gigabytes": 1, "force": "True"}})
    assert (status, told["quota_set"]["gigabytes"]) == (200, 1)


@pytest.mark.parametrize(
    ("name", "since"),
    [("share_groups", 40), ("share_replicas", 53), ("replica_gigabytes", 53), ("per_share_gigabytes", 62)],
)
def test_a_quota_is_told_from_its_microversion_on(manila: Manila, name: str, since: int) -> None:
    told = []
    for number in (since - 1, since):
        manila.micro = f"2.{number}"
        told.append(name in manila.show(f"/quota-sets/{manila.project}"))
    assert told == [False, True]


def test_only_an_administrator_sets_quotas_and_sees_those_of_others(manila: Manila) -> None:
    theirs = manila.project
    manila.become("guest")
    assert manila.status("PUT", f"/quota-sets/{manila.project}", {"quota_set": {"shares": 1}}) == 403
    assert manila.status("DELETE", f"/quota-sets/{manila.project}") == 403
    assert manila.status("GET", f"/quota-sets/{theirs}") == 403
    assert manila.status("GET", f"/quota-sets/{manila.project}") == 200


def test_limits_count_what_a_project_has(manila: Manila) -> None:
    allow(manila, shares=7)
    manila.snapshot(manila.share(size=2))
    manila.make("share-networks")
    told = manila.show("/limits")
    assert told["rate"] == []
    wanted = {
        "maxTotalShares": 7,
        "totalSharesUsed": 1,
        "totalShareGigabytesUsed": 2,
        "totalShareSnapshotsUsed": 1,
        "totalSnapshotGigabytesUsed": 2,
        "totalShareNetworksUsed": 1,
    }
    assert wanted.items() <= told["absolute"].items()
