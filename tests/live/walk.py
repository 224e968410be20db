"""The same walk through a cloud with the real clients, as often as one likes: direct, through the proxy, replayed.

    python -m tests.live.walk --clouds clouds.yaml --cloud NAME --out outputs.json [cli] [sdk] [swift]

Each step's exit code and output are kept. Names and file contents are always the same, so that a second run asks the same
questions; `normal` removes from an output what the cloud makes anew each time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
# Made for this walk and used nowhere.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDsdxxXkP7sOxNhmkTtPZZP2vS5EJWMmNTt5sqOiMxVw walk"
FILE_SIZE = 40_000
FILE_TIME = 1_700_000_000
LONGEST_POLL = 60.0


@dataclass(frozen=True)
class Step:
    """A command of a client; with `until` it is asked again until that is what it prints."""

    command: str
    until: str = ""


@dataclass(frozen=True)
class Outcome:
    command: str
    code: int
    output: str


CLI = (
    Step("token issue"),
    Step("catalog list"),
    Step("image create --file {file} --disk-format raw --container-format bare walk-image"),
    Step("image list"),
    Step("image show walk-image"),
    Step("image save --file {copy} walk-image"),
    Step("volume create --size 1 walk-volume"),
    Step("volume show -f value -c status walk-volume", until="available"),
    Step("volume list"),
    Step("network create walk-net"),
    Step("subnet create --network walk-net --subnet-range 10.77.0.0/24 walk-subnet"),
    Step("router create walk-router"),
    Step("router set --external-gateway public walk-router"),
    Step("router add subnet walk-router walk-subnet"),
    Step("port create --network walk-net walk-port"),
    Step("security group create walk-group"),
    Step("security group rule create --protocol tcp --dst-port 22 walk-group"),
    Step("keypair create --public-key {key} walk-key"),
    Step(
        "server create --wait --flavor m1.nano --image tiny --network walk-net --key-name walk-key "
        "--security-group walk-group walk-server"
    ),
    Step("server list"),
    Step("server show walk-server"),
    Step("server stop walk-server"),
    Step("server show -f value -c status walk-server", until="SHUTOFF"),
    Step("server start walk-server"),
    Step("server show -f value -c status walk-server", until="ACTIVE"),
    Step("server delete --wait walk-server"),
    Step("server show walk-server"),
    Step("server list"),
    Step("container create walk-container"),
    Step("object create --name walk-object walk-container {file}"),
    Step("object list walk-container"),
    Step("object save --file {copy} walk-container walk-object"),
    Step("object delete walk-container walk-object"),
    Step("container delete walk-container"),
    Step("stack create --wait -t {template} walk-stack"),
    Step("stack list"),
    Step("stack delete --yes --wait walk-stack"),
    Step("router remove subnet walk-router walk-subnet"),
    Step("router delete walk-router"),
    Step("port delete walk-port"),
    Step("network delete walk-net"),
    Step("security group delete walk-group"),
    Step("keypair delete walk-key"),
    Step("volume delete walk-volume"),
    Step("image delete walk-image"),
)
SWIFT = (
    Step("post walk-swift"),
    Step("upload --segment-threads 1 --segment-size 16000 --object-name segmented walk-swift {file}"),
    Step("upload --object-name whole walk-swift {file}"),
    Step("list walk-swift"),
    Step("stat walk-swift whole"),
    Step("post -m Colour:blue walk-swift whole"),
    Step("copy -d /walk-swift/copied walk-swift whole"),
    Step("download -o {copy} walk-swift segmented"),
    Step("delete walk-swift segmented"),
    Step("delete walk-swift"),
)
SDK = (Step("sdk_walk.py"),)
TEMPLATE = """\
heat_template_version: 2018-08-31
parameters:
  secret_word: {type: string, hidden: true, default: walk-hidden-word}
resources:
  word: {type: OS::Heat::RandomString, properties: {length: 12}}
  net: {type: OS::Neutron::Net}
"""

# What a cloud makes anew each time, and what a proxy changes on purpose.
FRESH = (
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{56}\b"), "<host>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d{4})?"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"), "<time>"),
    (re.compile(r"\b\d{10}\.\d{5,6}\b"), "<time>"),
    (re.compile(r"(adminPass\s*\|\s*)\S+"), r"\1<secret>"),
    (re.compile(r"gAAAA[\w-]+|scrubbed-\w+-\d+"), "<secret>"),
    (re.compile(r"\btx[0-9a-f]{21}-[0-9a-f]{10}\b|\breq-\S+"), "<request>"),
    (re.compile(r"fa:16:3e(?::[0-9a-f]{2}){3}"), "<mac>"),
    (re.compile(r"\b(10\.77\.0|203\.0\.113)\.\d+\b"), "<address>"),
    (
        re.compile(
            r"http://127\.0\.0\.1:\d+(?:/(?:identity|image|network|compute|block-storage|object-store|"
            r"orchestration|placement)(?=[/\s,'\"]))?"
        ),
        "<cloud>",
    ),
    (
        re.compile(r"(OS-EXT-SRV-ATTR:instance_name|OS-EXT-STS:task_state|updated_at|revision_number)\W+\S+"),
        r"\1 <fresh>",
    ),
    (re.compile(r"instance-[0-9a-f]{8}"), "<instance>"),
    (re.compile(r"host-10-77-0-\d+|standard_attr_id='\d+'|\[auth [^]]*\]"), "<fresh>"),
    (re.compile(r"^\S+ \S+ \[walk-stack[^\n]*\n", re.MULTILINE), ""),  # heat's events: how many are seen is chance
    (re.compile(r"^\| rules ", re.MULTILINE), "| "),
    (re.compile(r"^\s*X-Cloudtape-\S+: .*\n", re.MULTILINE), ""),
    (re.compile(r"[ -]{2,}|\+-+"), " "),
)


def normal(output: str) -> str:
    """An output without what differs between two runs; its lines sorted, because the cloud gives some in any order."""
    for pattern, instead in FRESH:
        output = pattern.sub(instead, output)
    return "\n".join(sorted(output.splitlines()))


class Walk:
    """Runs steps as a user would: each a process of its own."""

    def __init__(self, folder: Path, environment: dict[str, str], bin_folder: Path) -> None:
        self._folder, self._bin = folder, bin_folder
        self._environment = environment
        self._files = {name: str(folder / name) for name in ("file", "copy", "key", "template")}
        folder.mkdir(parents=True, exist_ok=True)
        Path(self._files["file"]).write_bytes(random.Random(7).randbytes(FILE_SIZE))
        os.utime(self._files["file"], (FILE_TIME, FILE_TIME))  # swiftclient puts it into the names of segments
        Path(self._files["key"]).write_text(PUBLIC_KEY)
        Path(self._files["template"]).write_text(TEMPLATE)
        self._program = {
            "cli": [str(bin_folder / "openstack")],
            "swift": [str(bin_folder / "swift")],
            "sdk": [sys.executable],
        }

    def run(self, kind: str, steps: Sequence[Step]) -> Iterator[Outcome]:
        for step in steps:
            command = step.command.format(**self._files)
            if kind == "sdk":
                command = str(HERE / command)
            yield self._step(kind, step, command.split())

    def _step(self, kind: str, step: Step, words: list[str]) -> Outcome:
        shown = f"{kind}: {step.command}"
        end = time.monotonic() + LONGEST_POLL
        while True:
            done = subprocess.run(
                self._program[kind] + words,
                env=self._environment,
                cwd=self._folder,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                check=False,
            )
            if not step.until or done.stdout.strip() == step.until or time.monotonic() > end:
                break
            time.sleep(0.3)
        output = done.stdout + done.stderr
        if done.returncode == 0 and "{copy}" in step.command:
            same = Path(self._files["copy"]).read_bytes() == Path(self._files["file"]).read_bytes()
            output += f"\nthe copy is {'the same' if same else 'another'} file"
        if step.until:
            output = done.stdout.strip()
        return Outcome(shown, done.returncode, output.replace(str(self._folder), "<folder>"))


WALKS = {"cli": CLI, "sdk": SDK, "swift": SWIFT}


def walk(kinds: Sequence[str], folder: Path, environment: dict[str, str], bin_folder: Path) -> list[Outcome]:
    """All steps of some walks, in order. `environment` says which cloud (OS_CLOUD, OS_CLIENT_CONFIG_FILE)."""
    walker = Walk(folder, environment, bin_folder)
    return [outcome for kind in kinds for outcome in walker.run(kind, WALKS[kind])]


def cloud_environment(clouds: Path, cloud: str) -> dict[str, str]:
    """What makes every client use a cloud of a clouds.yaml; swiftclient reads only the variables."""
    auth = yaml.safe_load(clouds.read_text())["clouds"][cloud]["auth"]
    named = {f"OS_{name.upper()}": value for name, value in auth.items()}
    return named | {"OS_CLOUD": cloud, "OS_CLIENT_CONFIG_FILE": str(clouds.resolve()), "OS_IDENTITY_API_VERSION": "3"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", default=list(WALKS), help="cli, sdk, swift (default: all)")
    parser.add_argument("--out", type=Path, required=True, help="where the outputs go (JSON)")
    parser.add_argument(
        "--folder", type=Path, default=Path("build/walk"), help="for the files that are up- and downloaded"
    )
    parser.add_argument("--cloud", help="as OS_CLOUD")
    parser.add_argument("--clouds", type=Path, help="as OS_CLIENT_CONFIG_FILE")
    options = parser.parse_args()
    environment = dict(os.environ)
    if options.clouds:
        environment |= cloud_environment(options.clouds, options.cloud)
    environment.setdefault("PYTHONWARNINGS", "ignore")
    outcomes = walk(options.kinds, options.folder.resolve(), environment, Path(sys.executable).parent)
    options.out.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=1) + "\n")
    for outcome in outcomes:
        print(f"{outcome.code} {outcome.command}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
