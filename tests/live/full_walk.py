"""Walks through a cloud with the real clients, keeps what they said, and compares two walks (README.md tells the rest)."""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

# Run as a file, Python finds this folder; the modules are imported as seen from the root of the checkout.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.live.fresh import differences
from tests.live.settings import HOME, SOURCES, clean_environment
from tests.live.steps import COPY, DATA, KEY, PUBLIC_KEY, STACK, TABLES, TEMPLATE, Step

KINDS = ("cli", "sdk", "swift")
PROGRAMS = {"cli": "openstack", "swift": "swift"}
DATA_SIZE = 40_000
DATA_TIME = 1_700_000_000
MOST_TRIES = 60
PAUSE = 0.3
EXAMPLE = """example:
  python tests/live/full_walk.py run --cloud live-demo --clouds-yaml build/live-cloud/clouds.yaml --out direct.json
  python tests/live/full_walk.py run --cloud live-demo --clouds-yaml proxy.yaml --out replayed.json --only cli
  python tests/live/full_walk.py compare direct.json replayed.json --only cli"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. `tries` and `seconds` are for the reader; they are never compared."""

    name: str
    command: str
    code: int
    stdout: str
    stderr: str
    passed: bool
    tries: int = 1
    seconds: float = 0.0


@dataclass(slots=True)
class Walk:
    """Runs steps as a user would, in a folder of its own."""

    prefix: str
    folder: Path
    programs: Path
    environment: dict[str, str]
    kept: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / DATA).write_bytes(random.Random(7).randbytes(DATA_SIZE))
        # swiftclient puts the file's time into headers, and into the names of segments.
        os.utime(self.folder / DATA, (DATA_TIME, DATA_TIME))
        (self.folder / KEY).write_text(PUBLIC_KEY)
        (self.folder / TEMPLATE).write_text(STACK)

    def run(self, kind: str) -> Iterator[Outcome]:
        if kind == "sdk":
            yield from self._sdk()
            return
        environment = self.environment | (self._variables() if kind == "swift" else {})
        for step in TABLES[kind]:
            yield self._step(step, PROGRAMS[kind], environment)

    def _step(self, step: Step, program: str, environment: dict[str, str]) -> Outcome:
        command = shlex.split(step.command.format(name=self.prefix, **self.kept))
        began = time.monotonic()
        for tries in range(1, MOST_TRIES + 1 if step.polls else 2):
            time.sleep(0 if tries == 1 else PAUSE)
            (self.folder / COPY).unlink(missing_ok=True)
            done = self._call(program, command, environment)
            if passed := self._passed(step, done):
                break
        if step.keep:
            self.kept[step.keep] = done.stdout.strip()
        shown = f"{program} {step.command}"
        seconds = round(time.monotonic() - began, 2)
        return Outcome(step.name, shown, done.returncode, done.stdout, done.stderr, passed, tries, seconds)

    def _passed(self, step: Step, done: subprocess.CompletedProcess[str]) -> bool:
        if (done.returncode != 0) != step.fails or (step.prints and done.stdout.strip() != step.prints):
            return False
        return not step.downloads or (self.folder / COPY).read_bytes() == (self.folder / DATA).read_bytes()

    def _sdk(self) -> Iterator[Outcome]:
        """Its steps share one process, which ends at the first that fails: that one has what it said at last."""
        done = self._call("python", [str(SOURCES / "sdk_steps.py"), self.prefix], self.environment)
        for line in done.stdout.splitlines():
            step = json.loads(line)
            value = json.dumps(step["value"], indent=1)
            yield Outcome(step["name"], "openstacksdk", 0, value, "", step["value"] is not False)
        passed = done.returncode == 0
        yield Outcome("end", "openstacksdk", done.returncode, "", "" if passed else done.stderr, passed)

    def _variables(self) -> dict[str, str]:
        """The cloud of clouds.yaml as variables: swiftclient reads nothing else."""
        done = self._call("openstack", ["configuration", "show", "--unmask", "-f", "json"], self.environment)
        shown: dict[str, str] = json.loads(done.stdout)
        auth = {name.removeprefix("auth."): value for name, value in shown.items() if name.startswith("auth.")}
        named = {f"OS_{name.upper()}": str(value) for name, value in auth.items()}
        return named | {"OS_IDENTITY_API_VERSION": "3"}

    def _call(self, program: str, words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.programs / program), *words],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def run(options: argparse.Namespace) -> int:
    cloud = {"OS_CLIENT_CONFIG_FILE": str(options.clouds_yaml.resolve()), "OS_CLOUD": options.cloud}
    walk = Walk(options.prefix, options.folder.resolve(), options.programs.resolve(), clean_environment() | cloud)
    walk.prepare()
    outcomes: dict[str, list[Outcome]] = {}
    for kind in options.only or KINDS:
        outcomes[kind] = [show(kind, outcome) for outcome in walk.run(kind)]
    kept = {kind: [asdict(one) for one in some] for kind, some in outcomes.items()}
    options.out.write_text(json.dumps({"prefix": options.prefix, "walks": kept}, indent=1) + "\n")
    everything = [one for some in outcomes.values() for one in some]
    failed = [one for one in everything if not one.passed]
    print(f"{len(everything) - len(failed)} of {len(everything)} steps passed")
    return 1 if failed else 0


def show(kind: str, outcome: Outcome) -> Outcome:
    """A line as soon as the step is done; why, if it went wrong."""
    tries = f" ({outcome.tries} tries)" if outcome.tries > 1 else ""
    print(f"{'ok  ' if outcome.passed else 'FAIL'} {outcome.seconds:6.2f} s  {kind}: {outcome.name}{tries}", flush=True)
    if not outcome.passed:
        print(f"     exit code {outcome.code}: {(outcome.stderr or outcome.stdout).strip()[-500:]}", flush=True)
    return outcome


def compare(options: argparse.Namespace) -> int:
    first, second = (json.loads(file.read_text()) for file in (options.first, options.second))
    prefixes = (first["prefix"], second["prefix"])
    found = 0
    for kind in options.only or sorted({*first["walks"], *second["walks"]}):
        walks = [one["walks"].get(kind, []) for one in (first, second)]
        for text in differences(walks[0], walks[1], prefixes, exact=options.exact):
            print(f"{kind}: {text}")
            found += 1
        print(f"{kind}: {len(walks[0])} and {len(walks[1])} steps compared")
    print(f"{found} differences")
    return 1 if found else 0


def parse() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition(" (")[0], epilog=EXAMPLE, formatter_class=raw
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="walk, and keep what was said", epilog=EXAMPLE, formatter_class=raw)
    one.add_argument("--cloud", default=os.environ.get("OS_CLOUD", "live-demo"), help="default: $OS_CLOUD or live-demo")
    clouds = Path(os.environ.get("OS_CLIENT_CONFIG_FILE", HOME / "clouds.yaml"))
    one.add_argument(
        "--clouds-yaml", type=Path, default=clouds, help="default: $OS_CLIENT_CONFIG_FILE or the live cloud's"
    )
    one.add_argument("--out", type=Path, required=True, help="what was said (JSON)")
    one.add_argument("--prefix", default="walk", help="of the names of everything that is made (default: walk)")
    one.add_argument("--folder", type=Path, default=Path("build/full-walk"), help="for files that go up and down")
    programs = HOME / "clients" / "bin"
    one.add_argument("--programs", type=Path, default=programs, help="the folder of `openstack` and `swift`")
    two = commands.add_parser("compare", help="two walks", epilog=EXAMPLE, formatter_class=raw)
    two.add_argument("first", type=Path)
    two.add_argument("second", type=Path)
    two.add_argument("--exact", action="store_true", help="equal but for the token, its expiry and the cloud's address")
    for each in (one, two):
        each.add_argument("--only", action="append", choices=KINDS, help="this walk alone; may be repeated")
    return parser.parse_args()


def main() -> int:
    options = parse()
    return {"run": run, "compare": compare}[options.command](options)


if __name__ == "__main__":
    sys.exit(main())
