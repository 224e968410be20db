"""A real Swift on this machine, for as long as its answers are being recorded.

One replica on one folder, four servers on 127.0.0.1, in an environment of their own below `build/`.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[5]
HOME = ROOT / "build" / "real-swift"
BIN = HOME / "venv" / "bin"
ETC = HOME / "etc"
REQUIREMENTS = ("swift==2.38.3", "keystonemiddleware")
PORTS = {"account": 19482, "container": 19481, "object": 19483, "proxy": 19480}
"""In the order in which they start: a proxy that finds a storage server missing does without it for a minute."""
PIPELINE = (
    "catch_errors gatekeeper healthcheck listing_formats bulk tempurl crossdomain formpost login keystoneauth copy "
    "container_quotas account_quotas slo dlo versioned_writes symlink proxy-server"
)
OPTIONS = {
    "login": "paste.filter_factory = table_login:filter_factory",
    "keystoneauth": "use = egg:swift#keystoneauth\noperator_roles = admin, member\nreseller_admin_role = ResellerAdmin",
    "versioned_writes": "use = egg:swift#versioned_writes\nallow_versioned_writes = true\nallow_object_versioning = true",
}
PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {etc}
user = {user}
workers = 0

[pipeline:main]
pipeline = {pipeline}

[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
"""
STORAGE = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {etc}
devices = {home}/devices
mount_check = false
disable_fallocate = true
user = {user}
workers = 0

[pipeline:main]
pipeline = {kind}-server

[app:{kind}-server]
use = egg:swift#{kind}

[{kind}-replicator]

[{kind}-updater]

[{kind}-auditor]
"""
COMMON = """[swift-hash]
swift_hash_path_prefix = recorded
swift_hash_path_suffix = recorded

[storage-policy:0]
name = Policy-0
default = yes
"""


def install() -> None:
    if not (BIN / "swift-proxy-server").exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME / "venv")], check=True)
        subprocess.run([str(BIN / "pip"), "install", "--quiet", *REQUIREMENTS], check=True)


def configure() -> None:
    """Configuration and rings, anew."""
    for folder in (ETC, HOME / "devices" / "d1"):
        folder.mkdir(parents=True, exist_ok=True)
    facts = {"etc": ETC, "home": HOME, "user": subprocess.check_output(["id", "-un"], text=True).strip()}
    (ETC / "swift.conf").write_text(COMMON)
    filters = [name for name in PIPELINE.split() if name != "proxy-server"]
    sections = "".join(f"\n[filter:{name}]\n{OPTIONS.get(name, f'use = egg:swift#{name}')}\n" for name in filters)
    proxy = PROXY.format(**facts, port=PORTS["proxy"], pipeline=PIPELINE)
    (ETC / "proxy-server.conf").write_text(proxy + sections)
    for kind in ("account", "container", "object"):
        (ETC / f"{kind}-server.conf").write_text(STORAGE.format(**facts, kind=kind, port=PORTS[kind]))
        build_ring(kind, PORTS[kind])


def build_ring(name: str, port: int) -> None:
    (ETC / f"{name}.builder").unlink(missing_ok=True)
    for action in (["create", "4", "1", "1"], ["add", f"r1z1-127.0.0.1:{port}/d1", "1"], ["rebalance"]):
        builder = [str(BIN / "swift-ring-builder"), f"{name}.builder", *action]
        subprocess.run(builder, cwd=ETC, check=True, capture_output=True)


def environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parent / "plugin"), "PYTHONWARNINGS": "ignore"}


@contextlib.contextmanager
def running() -> Iterator[int]:
    """Yields the port of the proxy server."""
    install()
    configure()
    with contextlib.ExitStack() as stack:
        for kind in PORTS:
            log = stack.enter_context((HOME / f"{kind}.log").open("wb"))
            command = [str(BIN / f"swift-{kind}-server"), str(ETC / f"{kind}-server.conf"), "-v"]
            server = subprocess.Popen(command, env=environment(), cwd=HOME, stdout=log, stderr=log)
            stack.callback(server.wait)
            stack.callback(server.terminate)
            wait_for(PORTS[kind])
        yield PORTS["proxy"]


def wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.2)
    raise SystemExit(f"swift is not up; see {HOME}/*.log")


SETTLE = """import sys
from swift.common import utils
utils.set_swift_dir(sys.argv[1])
from swift.common.daemon import run_daemon
from swift.container.updater import ContainerUpdater
run_daemon(ContainerUpdater, sys.argv[1] + "/container-server.conf", once=True)
"""


def settle() -> None:
    """Let accounts learn what their containers hold: a cluster does that in the background."""
    updater = [str(BIN / "python"), "-c", SETTLE, str(ETC)]
    subprocess.run(updater, env=environment(), check=True, capture_output=True)
