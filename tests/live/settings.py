"""Where the live cloud lives and which ports it takes: one frozen value, handed to everything else.

It is kept in the cloud's folder, so that `down` and `status` find what `up` started without being told again.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).resolve().parent
# The caller's choice, or a folder that git ignores.
HOME = Path(os.environ.get("CLOUDTAPE_LIVE_HOME", ROOT / "build" / "live-cloud"))

HOST = "127.0.0.1"
REGION = "RegionOne"
# Well-known ports, moved up by 10,000 so that a cloud already on this machine is left in peace.
PORTS = {
    "keystone": 15000,
    "glance": 19292,
    "nova": 18774,
    "placement": 18778,
    "neutron": 19696,
    "cinder": 18776,
    "swift": 18080,
    "swift_object": 16200,
    "swift_container": 16201,
    "swift_account": 16202,
    "heat": 18004,
    "mariadb": 13306,
    "rabbitmq": 15672,
    "rabbitmq_nodes": 25672,
    "epmd": 14369,
}
# What a caller's environment may hold that must not come between the services.
UNWANTED = ("os_", "http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True, slots=True)
class Settings:
    """One live cloud. `port_offset` is added to every port: two clouds can run side by side."""

    home: Path
    port_offset: int = 0
    password: str = "livesecret"

    @property
    def ports(self) -> dict[str, int]:
        return {name: port + self.port_offset for name, port in PORTS.items()}

    def url(self, service: str) -> str:
        return f"http://{HOST}:{self.ports[service]}"

    def folder(self, name: str) -> Path:
        """One of the folders below home: etc, var, run, log, services, clients, tools."""
        return self.home / name

    def program(self, name: str, environment: str = "services") -> str:
        """A program of one of the two Python environments, `services` and `clients`."""
        return str(self.folder(environment) / "bin" / name)

    @property
    def clouds_yaml(self) -> Path:
        return self.home / "clouds.yaml"

    @property
    def file(self) -> Path:
        return self.home / "settings.json"

    def save(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        facts = asdict(self) | {"home": str(self.home), "ports": self.ports, "host": HOST, "region": REGION}
        self.file.write_text(json.dumps(facts, indent=1) + "\n")


def load(home: Path, port_offset: int | None) -> Settings:
    """The settings of a cloud's folder; what is given now wins over what was kept there."""
    settings = Settings(home.resolve(), port_offset or 0)
    if port_offset is None and settings.file.exists():
        kept = json.loads(settings.file.read_text())
        return Settings(settings.home, kept["port_offset"], kept["password"])
    return settings


def clean_environment() -> dict[str, str]:
    """The caller's environment without what would send a service somewhere else."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().startswith(UNWANTED)}
    return kept | {"PYTHONWARNINGS": "ignore"}
