"""`make demo`: a recorded cloud answers the real openstack client, and there is no cloud.

Every command is printed before it is run, so that it can be typed again.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

CASSETTE = Path(__file__).parent / "cassettes" / "cli.yaml"
BIN = Path(sys.executable).parent
COMMANDS = (
    "openstack token issue -f value -c project_id",
    "openstack image list",
    "openstack server create --wait --flavor m1.nano --image tiny --network walk-net --key-name walk-key"
    " --security-group walk-group walk-server -c id -c name -c status -c flavor",
    "openstack server list",
    "openstack server delete --wait walk-server",
    "openstack server list",
)
NEXT = """
That was a cloud which is not there: {cassette}
holds what a real one once said (`{bin}cloudtape show {cassette}`).

Go on:
  record your own     {bin}cloudtape record --os-cloud NAME --cassette mine.yaml
  replay it           {bin}cloudtape run --cassette mine.yaml -- {bin}openstack server list
  in your tests       README.md, "pytest"
"""


def main() -> int:
    cassette = os.path.relpath(CASSETTE)
    script = " && ".join(f"echo {shlex.quote('$ ' + command)} && {command}" for command in COMMANDS)
    words = [str(BIN / "cloudtape"), "run", "--cassette", cassette, "--strict", "--", "sh", "-c", script]
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    done = subprocess.run(words, env={**os.environ, "PATH": path, "PYTHONWARNINGS": "ignore"}, check=False)
    if done.returncode == 0:
        print(next_steps(cassette))
    return done.returncode


def next_steps(cassette: str) -> str:
    """What to type next, as it can be typed here: the virtual environment need not be on the PATH."""
    on_path = shutil.which("cloudtape") == str(BIN / "cloudtape")
    return NEXT.format(cassette=cassette, bin="" if on_path else f"{os.path.relpath(BIN)}/")


if __name__ == "__main__":
    sys.exit(main())
