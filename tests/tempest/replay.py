"""`make tempest-replay`: records tempest, OpenStack's own integration tests, at a real cloud, and replays it with that down.

    python -m tests.tempest.replay all                        stand the cloud up, record, end it, replay both ways
    python -m tests.tempest.replay record identity image      only record, at a cloud that is up
    python -m tests.tempest.replay replay                     only replay what is recorded
    python -m tests.tempest.replay replay identity --only 'test_roles|test_users' --synthesize
    python -m tests.tempest.replay report                     the figures of the last runs, against what is demanded
    python -m tests.tempest.replay compare build/before build/after

Ends with 1 where less passes than is demanded (figures.py). Recordings go into RECORDINGS/SERVICE.*, runs into
FOLDER/{recorded,replayed,mixed}/SERVICE/: result.json, failures.txt, logs.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.error import URLError

from tests.live.errors import LiveCloudError
from tests.live.settings import HOME
from tests.tempest import figures
from tests.tempest.runs import MIXED, REPLAYED, Result, Runner, Way
from tests.tempest.suite import ROOT, install

BUILD = ROOT / "build"
# Small ones first: what is wrong with the cloud or the configuration shows soon.
ORDER = ("identity", "image", "object_storage", "network", "volume", "compute")


def cloud(command: str, home: Path) -> None:
    """Raises CalledProcessError; the command has said why."""
    subprocess.run([sys.executable, "tests/live/cloud.py", command, "--home", str(home)], cwd=ROOT, check=True)


def say(result: Result) -> None:
    print(
        f"{result.service}: {result.way}, {len(result.passed)} of {len(result.statuses)} pass, {result.seconds:.1f} s",
        flush=True,
    )


def record(runner: Runner, options: argparse.Namespace) -> int:
    for service in chosen(options):
        say(runner.record(service, options.home))
    return 0


def replay(runner: Runner, options: argparse.Namespace) -> int:
    ways = (MIXED,) if options.synthesize else (REPLAYED,)
    results = replayed(runner, options, ways)
    if not options.only:
        return judge(runner, ways, chosen(options))
    print(figures.grouped(results), f"in full: {runner.folder}/{ways[0].name}-only/SERVICE/failures.txt", sep="\n")
    return int(any(one.failed for one in results))


def replayed(runner: Runner, options: argparse.Namespace, ways: tuple[Way, ...]) -> list[Result]:
    results = []
    for way in ways:
        for service in chosen(options):
            if (runner.recordings / f"{service}.passed.txt").exists():
                results.append(runner.replay(way, service, options.only))
                say(results[-1])
            else:
                print(f"{service}: not recorded")
    return results


def everything(runner: Runner, options: argparse.Namespace) -> int:
    cloud("install", options.home)
    cloud("up", options.home)
    try:
        record(runner, options)
    finally:
        cloud("down", options.home)
    replayed(runner, options, (REPLAYED, MIXED))
    return judge(runner, (REPLAYED, MIXED))


def report(runner: Runner, options: argparse.Namespace) -> int:
    return judge(runner, (REPLAYED, MIXED))


def judge(runner: Runner, ways: tuple[Way, ...], services: Sequence[str] = ORDER) -> int:
    """Of the last runs of these ways: their figures, why tests failed, and 1 if less passed than is demanded."""
    runs = {way.name: figures.of_run(runner.folder, way.name, services) for way in ways}
    print("", figures.table(figures.of_recordings(runner.recordings, services), runs), "", sep="\n")
    for result in (one for results in runs.values() for one in results.values() if one.failed):
        file = runner.folder / result.way / result.service / "failures.txt"
        print(
            f"{result.service}, {result.way}: {len(result.failed)} fail (in full: {file})",
            figures.grouped([result]),
            sep="\n",
        )
    short = figures.shortfalls(runs)
    print("", *(short or ["all that is demanded is reached"]), sep="\n")
    return int(bool(short) or not all(runs.values()))


def compare(_: Runner, options: argparse.Namespace) -> int:
    for way in (REPLAYED, MIXED):
        before, after = (figures.of_run(folder, way.name) for folder in (options.before, options.after))
        print(way.name, *figures.compare(before, after), sep="\n")
    return 0


def chosen(options: argparse.Namespace) -> list[str]:
    return [one for one in ORDER if one in (options.services or ORDER)]


COMMANDS = {"record": record, "replay": replay, "all": everything, "report": report, "compare": compare}


def parse() -> argparse.Namespace:
    # Options count for every command, and stand behind it.
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--recordings", type=Path, default=BUILD / "tempest-replay" / "recordings")
    common.add_argument("--folder", type=Path, default=BUILD / "tempest-replay", help="where runs go")
    common.add_argument("--tempest", type=Path, default=BUILD / "tempest", help="where tempest is, or gets, installed")
    common.add_argument("--tape", type=Path, default=Path(sys.executable).with_name("cloudtape"), help="the program")
    common.add_argument("--home", type=Path, default=HOME, help="the folder of the live cloud")
    common.add_argument("--also", default="", metavar="OPTIONS", help="of `cloudtape run`: --also='--polling collapse'")
    common.add_argument("--concurrency", default="2", help="test classes at once")
    common.add_argument("--only", default="", metavar="REGEX", help="replay only tests that it finds; no judgement")
    parser = argparse.ArgumentParser(
        prog="python -m tests.tempest.replay",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        command = commands.add_parser(name, parents=[common])
        if name in ("record", "replay", "all"):
            command.add_argument("services", nargs="*", metavar="SERVICE", help=f"of {', '.join(ORDER)}; else all")
        if name == "compare":
            command.add_argument("before", type=Path, help="the --folder of one run")
            command.add_argument("after", type=Path, help="and of another")
        if name == "replay":
            command.add_argument("--synthesize", action="store_true", help="make up what was not recorded")
    options = parser.parse_args()
    if unknown := set(getattr(options, "services", [])) - set(ORDER):
        parser.error(f"no such service: {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    options = parse()
    runner = Runner(
        install(options.tempest.resolve()),
        options.tape.resolve(),
        options.recordings.resolve(),
        options.folder.resolve(),
        options.concurrency,
        tuple(shlex.split(options.also)),
    )
    try:
        return COMMANDS[options.command](runner, options)
    except (LiveCloudError, URLError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
