"""Inside `cloudtape run`: runs the tests of FOLDER/tests.txt at the proxy, by a configuration in which only that is missing.

    python -m tests.tempest.replay_session FOLDER ENVIRONMENT CONF INTERVAL TIMEOUT CONCURRENCY

CONF is what `live.describe` wrote; INTERVAL and TIMEOUT are the seconds between two looks at what takes time, and until it
is given up. Without tests.txt, all tests that FOLDER/regex.txt describes are run. Ends with 0 however the tests went;
seconds.txt says how long they took.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from string import Template

from tests.tempest.suite import Tempest


def main(folder: Path, environment: Path, conf: Path, interval: str, timeout: str, concurrency: str) -> int:
    own = {"folder": str(folder), "auth_url": os.environ["OS_AUTH_URL"], "interval": interval, "timeout": timeout}
    (folder / "tempest.conf").write_text(Template(conf.read_text()).substitute(own))
    tempest = Tempest(folder, environment)
    if not (folder / "tests.txt").exists():
        tempest.choose((folder / "regex.txt").read_text().strip())
    began = time.monotonic()
    tempest.run(concurrency)
    (folder / "seconds.txt").write_text(f"{time.monotonic() - began:.1f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]))
