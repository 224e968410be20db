"""Inside `cloudtape run --mode synthesize`: writes tempest.conf for the cloud of the environment, and runs the tests.

    python -m tests.tempest.session FOLDER ENVIRONMENT CONCURRENCY COMPUTE VOLUME REGEX

FOLDER gets the configuration, the log and `results.subunit`; COMPUTE and VOLUME are the lowest microversions that the
tests ask for. Ends with 0 however the tests went.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from string import Template

from tests.tempest.clouds import Cloud
from tests.tempest.suite import Tempest

TEMPLATE = Path(__file__).parent / "tempest.conf"


def configure(folder: Path, auth_url: str, compute: str, volume: str) -> None:
    cloud = Cloud(auth_url, "secret")
    shared = {"name": "shared", "extra_specs": {"multiattach": "<is> True"}}
    cloud.ask("volumev3", "/types", {"volume_type": shared})
    cloud.ask("identity", "/roles", {"role": {"name": "ResellerAdmin"}})  # as who installs object storage does
    names = {
        "folder": str(folder),
        "auth_url": auth_url,
        "image": cloud.id_of("image", "/v2/images", "cirros"),
        "other_image": cloud.id_of("image", "/v2/images", "debian-13"),
        "public_network": cloud.id_of("network", "/v2.0/networks", "public"),
        "extensions": cloud.extensions(),
        "capabilities": cloud.capabilities(),
        "compute_microversion": compute,
        "volume_microversion": volume,
        "newest_compute": cloud.newest("compute", "/flavors", "compute"),
        "newest_volume": cloud.newest("volumev3", "/types", "volume"),
    }
    (folder / "tempest.conf").write_text(Template(TEMPLATE.read_text()).substitute(names))


def main(folder: Path, environment: Path, concurrency: str, compute: str, volume: str, regex: str) -> int:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    configure(folder, os.environ["OS_AUTH_URL"], compute, volume)
    tempest = Tempest(folder, environment)
    tempest.choose(regex)
    tempest.run(concurrency)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
