"""Installs what the live cloud runs on: Debian packages, an environment for the services, one for the clients.

Everything may be asked for again; what is there already is left as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.live.commands import run
from tests.live.errors import LiveCloudError
from tests.live.settings import SOURCES, Settings, clean_environment

# The broker, the database, and qemu-img (volumes made from images).
PACKAGES = ("mariadb-server", "rabbitmq-server", "qemu-utils")
POLICY = Path("/usr/sbin/policy-rc.d")
# nova loads drivers only from below nova.virt.
NOVA_DRIVER = "from livecloud_drivers.compute import LiveDriver\n\n__all__ = ['LiveDriver']\n"


def install(settings: Settings) -> None:
    """Raises CommandFailed, or LiveCloudError if packages are missing and we may not install them."""
    missing = [package for package in PACKAGES if not is_installed(package)]
    if missing:
        print(f"installing {', '.join(missing)}", flush=True)
        install_packages(missing, log_of(settings))
    print("installing the services", flush=True)
    pip_install(settings, "services", ["-r", str(SOURCES / "requirements.txt")])
    pip_install(
        settings, "services", ["--no-deps", "--reinstall-package", "livecloud-drivers", str(copy_drivers(settings))]
    )
    virt = next(settings.folder("services").glob("lib/python3*/site-packages/nova/virt"))
    (virt / "live.py").write_text(NOVA_DRIVER)
    print("installing the clients", flush=True)
    pip_install(settings, "clients", ["-r", str(SOURCES / "requirements-clients.txt")])
    settings.save()


def log_of(settings: Settings) -> Path:
    return settings.folder("log") / "install.log"


def is_installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f=${Status}", package]
    return "ok installed" in subprocess.run(query, capture_output=True, text=True, check=False).stdout


def install_packages(packages: Sequence[str], log: Path) -> None:
    if os.geteuid() != 0:
        raise LiveCloudError(f"missing Debian packages, which only root can install: {' '.join(packages)}")
    environment = clean_environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    # The requests of apt go through the caller's proxy, if there is one.
    environment |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    wait = "-o=DPkg::Lock::Timeout=300"
    with no_daemons():
        run(["apt-get", "-q", wait, "update"], log, environment)
        run(["apt-get", "-q", wait, "install", "-y", "--no-install-recommends", *packages], log, environment)


@contextmanager
def no_daemons() -> Iterator[None]:
    """Debian starts a daemon once it is installed, unless this file says no; ours are started by us alone."""
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink()


def copy_drivers(settings: Settings) -> Path:
    """A copy to build from: a build leaves traces beside its sources."""
    copy = settings.home / "drivers"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(SOURCES / "drivers", copy)
    return copy


def pip_install(settings: Settings, name: str, what: Sequence[str]) -> None:
    """Into one of the two environments, which is made if it is not there."""
    folder = settings.folder(name)
    python = folder / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", str(folder)], log_of(settings))
    run([uv(settings), "pip", "install", "--quiet", "--python", str(python), *what], log_of(settings))


def uv(settings: Settings) -> str:
    """uv: two hundred packages take it seconds. From the path, or else an environment of its own."""
    tools = settings.folder("tools")
    ours = tools / "bin" / "uv"
    if not ours.exists() and (found := shutil.which("uv")):
        return found
    if not ours.exists():
        run([sys.executable, "-m", "venv", str(tools)], log_of(settings))
        run([str(tools / "bin" / "pip"), "install", "--quiet", "uv"], log_of(settings))
    return str(ours)
