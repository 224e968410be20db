"""Inside `cloudtape run --mode synthesize`: writes tempest.conf for the cloud of the environment, and runs the tests.

    python -m tests.tempest.session FOLDER ENVIRONMENT CONCURRENCY COMPUTE VOLUME REGEX

FOLDER gets the configuration, the log and `results.subunit`; COMPUTE and VOLUME are the lowest microversions that the
tests ask for. Ends with 0 however the tests went.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urljoin
from urllib.request import ProxyHandler, Request, build_opener

TEMPLATE = Path(__file__).parent / "tempest.conf"
LOGIN = {
    "auth": {
        "identity": {
            "methods": ["password"],
            "password": {"user": {"name": "admin", "password": "secret", "domain": {"name": "Default"}}},
        },
        "scope": {"project": {"name": "admin", "domain": {"name": "Default"}}},
    }
}
OPEN = build_opener(ProxyHandler({})).open


class Cloud:
    """What tempest must be told of a cloud: names of what is there."""

    def __init__(self, auth_url: str) -> None:
        sent = Request(f"{auth_url}/auth/tokens", json.dumps(LOGIN).encode(), {"Content-Type": "application/json"})
        with OPEN(sent) as answer:
            self._token = answer.headers["X-Subject-Token"]
            self._catalog = json.load(answer)["token"]["catalog"]

    def ask(self, service: str, path: str, body: Any = None) -> Any:
        """A document of a service, or the answer to one that is sent."""
        base = next(one for one in self._catalog if one["type"] == service)["endpoints"][0]["url"]
        headers = {"X-Auth-Token": self._token, "Content-Type": "application/json"}
        sent = json.dumps(body).encode() if body is not None else None
        where = urljoin(base, path) if path.startswith("..") else base.rstrip("/") + path
        with OPEN(Request(where, sent, headers)) as answer:
            return json.load(answer)

    def newest(self, service: str, path: str, name: str) -> str:
        """The newest microversion that a service speaks (`name` is its in `OpenStack-API-Version`)."""
        base = next(one for one in self._catalog if one["type"] == service)["endpoints"][0]["url"]
        headers = {"X-Auth-Token": self._token, "OpenStack-API-Version": f"{name} latest"}
        with OPEN(Request(base.rstrip("/") + path, headers=headers)) as answer:
            return str(answer.headers["OpenStack-API-Version"]).split()[-1]

    def id_of(self, service: str, path: str, name: str) -> str:
        """The id of the resource of this name; raises LookupError where there is none."""
        listed: list[dict[str, Any]] = self.ask(service, path)[path.rpartition("/")[2]]
        found = [str(one["id"]) for one in listed if one["name"] == name]
        if not found:
            raise LookupError(f"there is no {name} at {path}")
        return found[0]


def configure(folder: Path, auth_url: str, compute: str, volume: str) -> Path:
    cloud = Cloud(auth_url)
    shared = {"name": "shared", "extra_specs": {"multiattach": "<is> True"}}
    cloud.ask("volumev3", "/types", {"volume_type": shared})
    cloud.ask("identity", "/roles", {"role": {"name": "ResellerAdmin"}})  # as who installs object storage does
    names = {
        "folder": str(folder),
        "auth_url": auth_url,
        "image": cloud.id_of("image", "/v2/images", "cirros"),
        "other_image": cloud.id_of("image", "/v2/images", "debian-13"),
        "public_network": cloud.id_of("network", "/v2.0/networks", "public"),
        "extensions": ",".join(one["alias"] for one in cloud.ask("network", "/v2.0/extensions")["extensions"]),
        "capabilities": ",".join(name for name in cloud.ask("object-store", "../info") if name != "swift"),
        "compute_microversion": compute,
        "volume_microversion": volume,
        "newest_compute": cloud.newest("compute", "/flavors", "compute"),
        "newest_volume": cloud.newest("volumev3", "/types", "volume"),
    }
    path = folder / "tempest.conf"
    path.write_text(Template(TEMPLATE.read_text()).substitute(names))
    return path


def main(folder: Path, environment: Path, concurrency: str, compute: str, volume: str, regex: str) -> int:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    configure(folder, os.environ["OS_AUTH_URL"], compute, volume)
    discover = next(environment.glob("lib/python3*/site-packages/tempest/test_discover"))
    (folder / ".stestr.conf").write_text(f"[DEFAULT]\ntest_path={discover}\ngroup_regex=([^\\.]*\\.)*\n")
    told = {"TEMPEST_CONFIG_DIR": str(folder), "TEMPEST_CONFIG": "tempest.conf", "PYTHONWARNINGS": "ignore"}
    path = f"{environment / 'bin'}:{os.environ['PATH']}"
    stestr = [str(environment / "bin" / "stestr"), "--top-dir", str(discover.parents[1])]
    for words, out in (
        (["init"], "init.txt"),
        (["list", regex], "tests.txt"),
        (["run", "--concurrency", concurrency, "--subunit", regex], "results.subunit"),
    ):
        with (folder / out).open("wb") as file:
            subprocess.run(
                [*stestr, *words], cwd=folder, env={**os.environ, **told, "PATH": path}, stdout=file, check=False
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
