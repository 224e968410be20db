"""Writes every service's configuration: the templates below config/, filled in from the settings.

A template is the file itself with `${name}` where the cloud's own facts go. Fragments (how to log in, how to reach the
database) are templates too, filled in once for each user or database: `${login_nova}`, `${database_glance}`.
"""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path
from string import Template

from tests.live.settings import HOST, REGION, SOURCES, Settings

CONFIG = SOURCES / "config"
USERS = ("glance", "nova", "placement", "neutron", "cinder", "swift", "heat")
DATABASES = ("keystone", "glance", "nova_api", "nova", "nova_cell0", "placement", "neutron", "cinder", "heat")
STORAGE_SERVERS = ("account", "container", "object")
# What the services' packages bring along and is used as it is.
PACKAGED = (
    "glance/glance-api-paste.ini",
    "nova/api-paste.ini",
    "neutron/api-paste.ini",
    "cinder/api-paste.ini",
    "cinder/resource_filters.json",
    "heat/api-paste.ini",
    "heat/environment.d/default.yaml",
)
STATE = (
    "lock",
    "nova",
    "neutron",
    "glance",
    "rabbitmq",
    "swift/d1",
    "keystone/fernet",
    "keystone/credential",
    "cinder/conversion",
    "cinder/coordination",
)


def write(settings: Settings) -> None:
    """All files below etc/, clouds.yaml, and the empty folders that the services expect."""
    etc = settings.folder("etc")
    values = facts(settings)
    for template in sorted(CONFIG.rglob("*")):
        relative = template.relative_to(CONFIG)
        if template.is_file() and relative.parts[0] not in ("fragments", "clouds.yaml"):
            fill(template, etc / relative, values)
    for kind in STORAGE_SERVERS:
        port = str(settings.ports[f"swift_{kind}"])
        server = values | {"kind": kind, "port": port}
        fill(CONFIG / "fragments" / "storage_server.conf", etc / "swift" / f"{kind}-server.conf", server)
    fill(CONFIG / "clouds.yaml", settings.clouds_yaml, values)
    for name in PACKAGED:
        (etc / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(settings.folder("services") / "etc" / name, etc / name)
    for name in STATE:
        (settings.folder("var") / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("run", "log"):
        settings.folder(name).mkdir(exist_ok=True)


def fill(template: Path, target: Path, values: dict[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Template(template.read_text()).substitute(values))


def facts(settings: Settings) -> dict[str, str]:
    """Everything that a template may ask for."""
    values = {
        "host": HOST,
        "region": REGION,
        "password": settings.password,
        "user": getpass.getuser(),
        "venv": str(settings.folder("services")),
        "rabbit": f"rabbit://guest:guest@{HOST}:{settings.ports['rabbitmq']}/",
        "fixed_key": "0123456789abcdef" * 4,
        "encryption_key": "0123456789abcdef" * 2,
    }
    values |= {name: str(settings.folder(name)) for name in ("etc", "var", "run", "log")}
    values |= {f"port_{name}": str(port) for name, port in settings.ports.items()}
    values |= {f"url_{name}": settings.url(name) for name in settings.ports}
    return values | fragments(values)


def fragments(values: dict[str, str]) -> dict[str, str]:
    texts = {file.stem: Template(file.read_text().strip()) for file in (CONFIG / "fragments").iterdir()}
    filled = {name: texts[name].substitute(values) for name in ("common", "token_check")}
    for user in USERS:
        for name in ("login", "login_without_project"):
            filled[f"{name}_{user}"] = texts[name].substitute(values, name=user)
    for database in DATABASES:
        filled[f"database_{database}"] = texts["database"].substitute(values, name=database)
    return filled
