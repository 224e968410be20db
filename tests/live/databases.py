"""What is done once, before the services run for the first time: databases and their tables, keys, swift's rings.

Three chains of commands run side by side, because nearly all of the first boot's time goes here.
"""

from __future__ import annotations

import getpass
import grp
import os
import shlex
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.live.commands import run
from tests.live.configure import DATABASES
from tests.live.settings import HOST, REGION, Settings, clean_environment

KEYSTONE = "{bin}/keystone-manage --config-file {etc}/keystone/keystone.conf"
NOVA = "{bin}/nova-manage --config-file {etc}/nova/nova.conf"
GLANCE = "{bin}/glance-manage --config-file {etc}/glance/glance-api.conf"
CHAINS = {
    "identity": (
        KEYSTONE + " fernet_setup --keystone-user {user} --keystone-group {group}",
        KEYSTONE + " credential_setup --keystone-user {user} --keystone-group {group}",
        KEYSTONE + " db_sync",
        KEYSTONE + " bootstrap --bootstrap-password {password} --bootstrap-region-id {region}"
        " --bootstrap-public-url {keystone}/v3 --bootstrap-internal-url {keystone}/v3 --bootstrap-admin-url {keystone}/v3",
        "{bin}/cinder-manage --config-file {etc}/cinder/cinder.conf db sync",
        "{bin}/heat-manage --config-file {etc}/heat/heat.conf db_sync",
    ),
    "compute": (
        # The order matters: the second and fourth write into what the first and third have made.
        NOVA + " api_db sync",
        NOVA + " cell_v2 map_cell0",
        NOVA + " db sync",
        NOVA + " cell_v2 create_cell --name cell1",
        "{bin}/placement-manage --config-file {etc}/placement/placement.conf db sync",
        GLANCE + " db_sync",
        GLANCE + " db_load_metadefs {venv}/etc/glance/metadefs",
    ),
    "network": ("{bin}/neutron-db-manage --config-file {etc}/neutron/neutron.conf upgrade heads",),
}
RING = (
    "{bin}/swift-ring-builder {kind}.builder create 4 1 1",
    "{bin}/swift-ring-builder {kind}.builder add r1z1-{host}:{port}/d1 1",
    "{bin}/swift-ring-builder {kind}.builder rebalance",
)


def prepare_mariadb(settings: Settings) -> None:
    """The folder of an empty server, made once; root needs no password, but comes only through the socket below run/."""
    data = settings.folder("var") / "mariadb"
    if (data / "mysql").is_dir():
        return
    defaults = f"--defaults-file={settings.folder('etc')}/mariadb/my.cnf"
    options = ["--auth-root-authentication-method=normal", "--skip-test-db"]
    run(["mariadb-install-db", defaults, *options], settings.folder("log") / "first-mariadb.log", clean_environment())


def create(settings: Settings) -> None:
    """Everything, once. Raises CommandFailed."""
    done = settings.folder("var") / "databases.done"
    if done.exists():
        return
    _sql(settings, _grants(settings))
    facts = _facts(settings)
    chains = {name: [command.format(**facts) for command in commands] for name, commands in CHAINS.items()}
    chains["rings"] = [
        command.format(**facts, kind=kind, port=settings.ports[f"swift_{kind}"])
        for kind in ("account", "container", "object")
        for command in RING
    ]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda item: _run_all(settings, *item), chains.items()))
    done.touch()


def _facts(settings: Settings) -> dict[str, str]:
    venv = settings.folder("services")
    return {
        "etc": str(settings.folder("etc")),
        "venv": str(venv),
        "bin": str(venv / "bin"),
        "host": HOST,
        "region": REGION,
        "password": settings.password,
        "keystone": settings.url("keystone"),
        "user": getpass.getuser(),
        "group": grp.getgrgid(os.getgid()).gr_name,
    }


def _grants(settings: Settings) -> str:
    databases = [f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb3;" for name in DATABASES]
    user = f"CREATE USER IF NOT EXISTS live@'{HOST}' IDENTIFIED BY '{settings.password}';"
    return "\n".join([*databases, user, f"GRANT ALL ON *.* TO live@'{HOST}';"])


def _sql(settings: Settings, statements: str) -> None:
    socket = f"--socket={settings.folder('run') / 'mariadb.sock'}"
    _run(settings, "grants", ["mariadb", "--no-defaults", socket, "--user=root", "--execute", statements])


def _run_all(settings: Settings, name: str, commands: Iterable[str]) -> None:
    for command in commands:
        _run(settings, name, shlex.split(command))


def _run(settings: Settings, name: str, command: Sequence[str]) -> None:
    where_rings_go = settings.folder("etc") / "swift"
    run(command, settings.folder("log") / f"first-{name}.log", clean_environment(), where_rings_go)
