"""How much a project may have of cinder, and what cinder says of more, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.block_storage.asker import Cinder


@pytest.fixture
def cinder() -> Cinder:
    return Cinder()


def allow(cinder: Cinder, **limits: int) -> None:
    status, told = cinder.say("PUT", f"/os-quota-sets/{cinder.project}", {"quota_set": limits})
    assert status == 200, told
    assert limits.items() <= told["quota_set"].items()


def test_more_volumes_than_a_project_may_have_are_refused(cinder: Cinder) -> None:
    allow(cinder, volumes=1)
    cinder.volume()
    why = "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes'."
    assert cinder.refused("POST", "/volumes", {"volume": {"size": 1}}) == (413, why)
    assert len(cinder.show("/volumes")) == 1


def test_more_gigabytes_than_a_project_may_have_are_refused(cinder: Cinder) -> None:
    allow(cinder, gigabytes=10)
    volume = cinder.volume(size=4)
    cinder.snapshot(volume)
    why = "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota."
    assert cinder.refused("POST", "/volumes", {"volume": {"size": 3}}) == (
        413,
        f"{why} Requested 3G, quota is 10G and 8G has been consumed.",
    )
    assert cinder.refused("POST", "/snapshots", {"snapshot": {"volume_id": volume}})[0] == 413
    assert cinder.refusal(f"/volumes/{volume}", "os-extend", {"new_size": 7}) == (
        413,
        f"{why} Requested 3G, quota is 10G and 8G has been consumed.",
    )
    assert cinder.show(f"/volumes/{volume}")["size"] == 4
    assert cinder.act(f"/volumes/{volume}", "os-extend", {"new_size": 6}) == 202


def test_more_snapshots_backups_and_groups_are_refused_in_their_own_words(cinder: Cinder) -> None:
    allow(cinder, snapshots=0, backups=0, groups=0)
    volume = cinder.volume()
    kind = cinder.make("group_types", name="g")["id"]
    wanted: list[tuple[str, Any, str]] = [
        ("snapshots", {"snapshot": {"volume_id": volume}}, "SnapshotLimitExceeded: Maximum number of snapshots"),
        ("backups", {"backup": {"volume_id": volume}}, "BackupLimitExceeded: Maximum number of backups"),
        ("groups", {"group": {"group_type": kind, "volume_types": ["__DEFAULT__"]}}, "GroupLimitExceeded: Maximum"),
    ]
    for path, sent, why in wanted:
        status, told = cinder.refused("POST", f"/{path}", sent)
        assert (status, told.startswith(why), told.endswith("allowed (0) exceeded")) == (413, True, True), told
        assert cinder.show(f"/{path}") == []


def test_backups_have_gigabytes_of_their_own(cinder: Cinder) -> None:
    allow(cinder, gigabytes=5, backup_gigabytes=5)
    volume = cinder.volume(size=3)
    cinder.make("backups", volume_id=volume)
    status, why = cinder.refused("POST", "/backups", {"backup": {"volume_id": volume}})
    assert (status, why) == (
        413,
        "VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota."
        " Requested 3G, quota is 5G and 3G has been consumed.",
    )


def test_no_volume_is_larger_than_any_may_be(cinder: Cinder) -> None:
    allow(cinder, per_volume_gigabytes=5)
    why = "VolumeSizeExceedsLimit: Requested volume size 6G is larger than maximum allowed limit 5G."
    assert cinder.refused("POST", "/volumes", {"volume": {"size": 6}}) == (413, why)
    path = f"/volumes/{cinder.volume(size=5)}"
    assert cinder.refusal(path, "os-extend", {"new_size": 6}) == (413, why)


def test_a_type_has_quotas_of_its_own(cinder: Cinder) -> None:
    cinder.make("types", name="fast")
    allow(cinder, volumes_fast=1, gigabytes_fast=5)
    assert cinder.refused("POST", "/volumes", {"volume": {"size": 6, "volume_type": "fast"}}) == (
        413,
        "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes_fast quota."
        " Requested 6G, quota is 5G and 0G has been consumed.",
    )
    cinder.volume(size=2, volume_type="fast")
    why = "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes_fast'."
    assert cinder.refused("POST", "/volumes", {"volume": {"size": 1, "volume_type": "fast"}}) == (413, why)
    slow = cinder.volume(size=9)
    assert cinder.refusal(f"/volumes/{slow}", "os-retype", {"new_type": "fast"})[0] == 413
    assert cinder.show(f"/volumes/{slow}")["volume_type"] == "__DEFAULT__"
    used = cinder.show(f"/os-quota-sets/{cinder.project}?usage=True")
    assert {name: used[f"{name}_fast"]["in_use"] for name in ("volumes", "gigabytes", "snapshots")} == {
        "volumes": 1,
        "gigabytes": 2,
        "snapshots": 0,
    }


def test_what_is_gone_no_longer_counts(cinder: Cinder) -> None:
    allow(cinder, volumes=1, gigabytes=1)
    for _ in range(2):
        assert cinder.status("DELETE", f"/volumes/{cinder.volume()}") == 202


def test_what_was_refused_does_not_count(cinder: Cinder) -> None:
    allow(cinder, gigabytes=1)
    for _ in range(3):
        assert cinder.status("POST", "/volumes", {"volume": {"size": 2}}) == 413
    assert cinder.show(f"/os-quota-sets/{cinder.project}?usage=True")["volumes"]["in_use"] == 0
    cinder.volume(size=1)


def test_each_project_has_quotas_of_its_own(cinder: Cinder) -> None:
    allow(cinder, volumes=0)
    cinder.become("guest")
    cinder.volume()
    assert cinder.show(f"/os-quota-sets/{cinder.project}")["volumes"] > 0


def test_usage_and_limits_tell_what_there_is(cinder: Cinder) -> None:
    volume = cinder.volume(size=3)
    cinder.snapshot(volume)
    cinder.make("backups", volume_id=volume)
    used = cinder.show(f"/os-quota-sets/{cinder.project}?usage=True")
    assert used["gigabytes"] == {"limit": 1000000, "in_use": 6, "reserved": 0}
    told = {name: used[name]["in_use"] for name in ("volumes", "snapshots", "backups", "backup_gigabytes")}
    assert told == {"volumes": 1, "snapshots": 1, "backups": 1, "backup_gigabytes": 3}
    absolute = cinder.show("/limits")["absolute"]
    assert (absolute["totalVolumesUsed"], absolute["totalGigabytesUsed"], absolute["totalBackupsUsed"]) == (1, 6, 1)
    allow(cinder, volumes=7)
    assert cinder.show("/limits")["absolute"]["maxTotalVolumes"] == 7


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({}, "does not have enough properties"),
        ({"volumes": -2}, "volumes must be >= -1"),
        ({"volumes": 2**31}, "volumes must be <= 2147483647"),
        ({"volumes": "many"}, "volumes must be an integer"),
        ({"volumes": None}, "volumes must be an integer"),
        ({"volumes": 1, "colours": 1}, "Invalid input received: Bad key(s) in quota set: colours"),
    ],
)
def test_a_limit_is_a_number_of_something_that_there_is(cinder: Cinder, sent: dict[str, Any], why: str) -> None:
    status, told = cinder.refused("PUT", f"/os-quota-sets/{cinder.project}", {"quota_set": sent})
    assert (status, why in told) == (400, True), told
    assert cinder.show(f"/os-quota-sets/{cinder.project}")["volumes"] == 10000


def test_a_limit_may_be_text_and_goes_back_to_the_default(cinder: Cinder) -> None:
    path = f"/os-quota-sets/{cinder.project}"
    assert cinder.say("PUT", path, {"quota_set": {"volumes": "5", "tenant_id": "x"}})[1]["quota_set"]["volumes"] == 5
    assert cinder.show(path)["volumes"] == 5
    assert cinder.show(f"{path}/defaults")["volumes"] == 10000
    assert cinder.status("DELETE", path) == 200
    assert cinder.show(path)["volumes"] == 10000


def test_who_is_no_administrator_sets_no_quotas(cinder: Cinder) -> None:
    cinder.become("guest")
    sent = {"quota_set": {"volumes": 99999}}
    assert cinder.refused("PUT", f"/os-quota-sets/{cinder.project}", sent)[0] == 403
    assert cinder.show(f"/os-quota-sets/{cinder.project}")["volumes"] == 10000
