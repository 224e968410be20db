"""`make live`: the whole proof against a real cloud, from installing it to replaying it when it is gone.

    direct     the walk, straight to the cloud
    recorded   the same through `cloudtape record`: outputs equal but for ids and times
    large      1 GiB up and down while it is recorded: the same bytes, bounded memory
    replayed   the same with the cloud stopped: the recorded outputs again

`--update-examples` puts the recordings where the ordinary tests replay them (examples/cassettes). `--scenarios` records the
scenario suite instead (tests/scenarios), and leaves the cloud up.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live import scenarios
from tests.live.settings import HOME, load
from tests.live.walk import WALKS, cloud_environment, normal

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
EXAMPLES = ROOT / "examples" / "cassettes"
CLOUD = "live-demo"
LARGE = 1024 * 1024 * 1024
MOST_MEMORY = 150 * 1024
"""KiB."""


class Proof:
    """Keeps what was found; `failed` when anything was not as it should be."""

    def __init__(self, folder: Path, clouds: Path) -> None:
        self.folder, self.clouds = folder, clouds
        self.failed = False
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.environment = {**os.environ, "PYTHONWARNINGS": "ignore", "OS_CLIENT_CONFIG_FILE": str(clouds)}

    def say(self, what: str, right: bool = True) -> None:
        self.failed |= not right
        print(f"{'ok  ' if right else 'FAIL'}  {what}", flush=True)

    def walk(self, name: str, kind: str, *before: str) -> None:
        out = self.folder / f"{kind}.{name}.json"
        words = [
            sys.executable,
            "-m",
            "tests.live.walk",
            kind,
            "--folder",
            str(self.folder / "files"),
            "--out",
            str(out),
        ]
        environment = self.environment | (cloud_environment(self.clouds, CLOUD) if name == "direct" else {})
        done = subprocess.run([*before, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        said = [line for line in done.stderr.splitlines() if line.startswith("cloudtape: ")]
        self.say(f"{name} {kind}: {len(self.outputs(name, kind))} steps; {' '.join(said)}", done.returncode == 0)

    def outputs(self, name: str, kind: str) -> list[dict[str, str]]:
        outputs: list[dict[str, str]] = json.loads((self.folder / f"{kind}.{name}.json").read_text())
        return outputs

    def compare(self, one: str, other: str, kind: str) -> None:
        first, second = self.outputs(one, kind), self.outputs(other, kind)
        differing = [
            a["command"]
            for a, b in zip(first, second, strict=True)
            if (a["code"], normal(a["output"])) != (b["code"], normal(b["output"]))
        ]
        what = f"{kind}: {one} and {other} outputs are equal in {len(first) - len(differing)} of {len(first)} steps"
        self.say("; ".join([what, *differing]), not differing)

    def cassette(self, kind: str) -> str:
        return str(self.folder / f"{kind}.yaml")

    def tape(self, *words: str) -> list[str]:
        return [str(BIN / "cloudtape"), *words]

    @contextmanager
    def recorder(self, cassette: str) -> Iterator[tuple[str, int]]:
        """A recording proxy as a process of its own: its auth URL and process id."""
        words = self.tape("record", "--os-cloud", CLOUD, "--cassette", cassette, "--listen", "127.0.0.1:0")
        process = subprocess.Popen(words, env=self.environment, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        url = next(found[1] for line in process.stderr if (found := re.search(r"OS_AUTH_URL=(\S+)", line)))
        yield url, process.pid
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.say(f"the recorder ended with {process.returncode}", process.returncode == 0)

    def large(self) -> None:
        """A disk image of 1 GiB, most of it zeros on disk only: it travels as 1 GiB all the same."""
        source, copy, cassette = self.folder / "large.img", self.folder / "large.copy", self.cassette("large")
        with source.open("wb") as file:
            file.write(os.urandom(1024 * 1024))
            file.truncate(LARGE)
        with self.recorder(cassette) as (url, pid):
            environment = self.environment | cloud_environment(self.clouds, CLOUD) | {"OS_AUTH_URL": url}
            del environment["OS_CLOUD"]
            for command in (
                f"image create --file {source} --disk-format raw --container-format bare walk-large",
                f"image save --file {copy} walk-large",
                "image delete walk-large",
            ):
                done = subprocess.run(
                    [BIN / "openstack", *command.split()], env=environment, capture_output=True, check=False
                )
                self.say(f"openstack {command.split(' --')[0]}", done.returncode == 0)
            peak = int(re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[0])
        self.say(f"1 GiB up and down: the recorder's peak memory was {peak // 1024} MiB", peak < MOST_MEMORY)
        digest = _sha256(source)
        self.say("what came down is what went up", _sha256(copy) == digest)
        kept = [file.name for file in Path(cassette.replace(".yaml", ".bodies")).iterdir()]
        self.say(f"it is kept once, under its SHA-256 ({digest[:12]}…)", digest in kept)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cloud(command: str, home: Path) -> None:
    """Raises CalledProcessError; the command has said why."""
    subprocess.run([sys.executable, "tests/live/cloud.py", command, "--home", str(home)], cwd=ROOT, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, default=HOME, help="the folder of the live cloud")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "live", help="where recordings and outputs go")
    parser.add_argument("--update-examples", action="store_true", help="make the recordings the sample cassettes")
    parser.add_argument("--scenarios", action="store_true", help="record the scenario suite anew, and nothing else")
    options = parser.parse_args()
    cloud("install", options.home)
    cloud("up", options.home)
    clouds = load(options.home, None).clouds_yaml
    if options.scenarios:
        return scenarios.record(options.folder / "scenarios", clouds)
    proof = Proof(options.folder, clouds)
    for kind in WALKS:
        proof.walk("direct", kind)
        proof.walk(
            "recorded",
            kind,
            *proof.tape("run", "--mode", "record", "--os-cloud", CLOUD, "--cassette", proof.cassette(kind), "--"),
        )
        proof.compare("direct", "recorded", kind)
    proof.large()
    cloud("down", options.home)
    for kind in WALKS:
        proof.walk("replayed", kind, *proof.tape("run", "--strict", "--cassette", proof.cassette(kind), "--"))
        proof.compare("recorded", "replayed", kind)
    scanned = subprocess.run(
        proof.tape("scan", *map(proof.cassette, [*WALKS, "large"])), capture_output=True, text=True, check=False
    )
    proof.say(f"scan: {scanned.stderr.strip()}", scanned.returncode == 0)
    if options.update_examples and not proof.failed:
        update_examples(proof)
    return int(proof.failed)


def update_examples(proof: Proof) -> None:
    shutil.rmtree(EXAMPLES, ignore_errors=True)
    EXAMPLES.mkdir(parents=True)
    for kind in WALKS:
        shutil.copy(proof.cassette(kind), EXAMPLES)
        shutil.copytree(proof.cassette(kind).replace(".yaml", ".bodies"), EXAMPLES / f"{kind}.bodies")
        shutil.copy(proof.folder / f"{kind}.recorded.json", EXAMPLES / f"{kind}.outputs.json")


if __name__ == "__main__":
    sys.exit(main())
