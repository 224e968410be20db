"""The table of runs, and what is found to fall short."""

from __future__ import annotations

from pathlib import Path

from tests.tempest.figures import compare, of_recordings, of_run, shortfalls, table
from tests.tempest.runs import MIXED, REPLAYED, Result, Way


def result(service: str, way: Way, passed: int, failed: int = 0, seconds: float = 10.0) -> Result:
    """Tests are numbered; the last ones fail."""
    statuses = {f"{service}.{number:03}": "success" if number < passed else "fail" for number in range(passed + failed)}
    return Result(service, way.name, seconds, statuses, {})


def test_the_table_has_a_line_for_each_service_and_one_for_all() -> None:
    recorded = {"image": result("image", REPLAYED, 60, 40, seconds=30), "compute": result("compute", REPLAYED, 140)}
    runs = {"replayed": {"image": result("image", REPLAYED, 30, 30), "compute": result("compute", REPLAYED, 140)}}
    assert table(recorded, runs).splitlines()[2:] == [
        "| compute | 140 | 10 | 140 | 100.0 | 10 |",
        "| image | 60 | 30 | 30 | 50.0 | 10 |",
        "| all | 200 | 40 | 170 | 85.0 | 20 |",
    ]


def test_a_service_that_was_not_run_has_no_figures() -> None:
    assert "| image | 60 | 10 | - | - | - |" in table({"image": result("image", REPLAYED, 60)}, {"replayed": {}})


def test_each_service_and_all_together_have_their_own_least_part() -> None:
    runs = {"replayed": {"image": result("image", REPLAYED, 96, 4), "volume": result("volume", REPLAYED, 97, 3)}}
    assert shortfalls(runs) == ["all services: 193 of 200 pass replayed, where 97 % must"]
    runs["replayed"]["volume"] = result("volume", REPLAYED, 94, 6)
    assert "volume: 94 of 100 pass replayed, where 95 % must" in shortfalls(runs)


def test_a_test_that_passes_replayed_must_pass_mixed() -> None:
    replayed, mixed = result("image", REPLAYED, 100), result("image", MIXED, 99, 1)
    assert shortfalls({"replayed": {"image": replayed}, "mixed": {"image": mixed}}) == [
        "passes replayed, and fails mixed: image.099"
    ]


def test_a_replay_of_compute_that_waits_falls_short() -> None:
    slow = result("compute", REPLAYED, 100, seconds=200.0)
    assert shortfalls({"replayed": {"compute": slow}}) == ["compute: replayed in 200 s, where 139 s is the most"]


def test_two_runs_are_compared_in_the_tests_that_both_ran() -> None:
    before, after = result("image", REPLAYED, 2, 1), result("image", REPLAYED, 3, 1)
    assert compare({"image": before}, {"image": after}) == ["image: 2 -> 3 of 3", "  +  image.002"]


def test_results_are_read_where_runs_and_recordings_left_them(tmp_path: Path) -> None:
    kept = result("image", REPLAYED, 3, 1)
    folder = tmp_path / "replayed" / "image"
    folder.mkdir(parents=True)
    kept.write(folder / "result.json")
    kept.write(tmp_path / "image.json")
    assert of_run(tmp_path, "replayed") == of_recordings(tmp_path) == {"image": kept}
