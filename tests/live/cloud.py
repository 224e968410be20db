"""A real OpenStack on loopback: `python tests/live/cloud.py install|up|down|wipe|status|env` (README.md tells the rest)."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

# Run as a file, Python finds this folder; the modules are imported as seen from the root of the checkout.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.live import configure, databases, services
from tests.live.commands import run
from tests.live.errors import LiveCloudError, PortTaken, ServiceDied
from tests.live.install import install
from tests.live.processes import Processes, listens
from tests.live.services import Service
from tests.live.settings import HOME, HOST, SOURCES, Settings, clean_environment, load

EXAMPLE = """example:
  python tests/live/cloud.py install      once: Debian packages (as root) and two Python environments
  python tests/live/cloud.py up           start, and wait until everything answers
  eval "$(python tests/live/cloud.py env)"
  openstack server list
  python tests/live/cloud.py down"""


class Cloud:
    """The processes of one live cloud, started and ended as a whole."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.processes = Processes(settings.folder("run"), settings.folder("log"))
        self._began = time.monotonic()

    def up(self) -> None:
        """Raises LiveCloudError; what runs by then goes on running, so that its logs and state can be looked at."""
        settings = self.settings
        if not settings.folder("clients").exists():
            raise LiveCloudError("not installed yet: run `install` first")
        # The service catalog in the database names the ports too.
        if settings.folder("var").exists() and load(settings.home, None) != settings:
            raise LiveCloudError("it was made with another --port-offset: `wipe` first")
        settings.save()
        configure.write(settings)
        databases.prepare_mariadb(settings)
        self._start(services.INFRASTRUCTURE)
        self._wait([services.MARIADB])
        databases.create(settings)
        self._say("databases ready")
        self._start([services.KEYSTONE])
        self._wait([services.KEYSTONE, services.BROKER])
        self._seed_once("accounts")
        self._start([*services.APIS, *services.WORKERS])
        self._wait([services.PLACEMENT])
        self._start([services.COMPUTE])
        self._wait(services.APIS)
        self._say("all APIs answer")
        self._seed_once("resources")
        self._seed("wait")
        self._say(f"up; its clouds are in {settings.clouds_yaml}")

    def down(self) -> None:
        """The services first: they say goodbye to database and broker."""
        infrastructure = [service.name for service in services.INFRASTRUCTURE]
        self.processes.stop([name for name in self.processes.names() if name not in infrastructure], seconds=15)
        self.processes.stop(infrastructure, seconds=20)
        self._say("down")

    def wipe(self) -> None:
        """What install made stays."""
        self.down()
        for name in ("etc", "var", "run", "log"):
            shutil.rmtree(self.settings.folder(name), ignore_errors=True)
        self._say("state deleted")

    def status(self) -> int:
        """0 if all runs, 1 if not."""
        members = {service.name: self.processes.members(service.name) for service in services.ALL}
        print(f"{'service':<18}{'port':>6}  {'pids':<16}{'MiB':>6}")
        for service in services.ALL:
            pids = [one.pid for one in members[service.name]]
            port = str(self.settings.ports[service.port]) if service.port else ""
            shown = ",".join(map(str, pids)) or "not running"
            print(f"{service.name:<18}{port:>6}  {shown:<16}{sum(map(proportional_memory, pids)):>6.0f}")
        everything = [one.pid for found in members.values() for one in found]
        print(f"{len(everything)} processes, {sum(map(proportional_memory, everything)):.0f} MiB")
        return 0 if all(members.values()) else 1

    def env(self) -> None:
        """For a shell's eval."""
        print(f"export OS_CLIENT_CONFIG_FILE='{self.settings.clouds_yaml}'")
        print("export OS_CLOUD=live-demo")
        print(f"export PATH='{self.settings.folder('clients') / 'bin'}':\"$PATH\"")

    def _start(self, chosen: Iterable[Service]) -> None:
        for service in chosen:
            if self.processes.is_running(service.name):
                continue
            if service.port and listens(HOST, self.settings.ports[service.port]):
                raise PortTaken(service.name, self.settings.ports[service.port])
            command = services.command_line(service, self.settings)
            environment = services.environment(service, self.settings)
            self.processes.start(service.name, command, environment, self.settings.home)
            # Of those that report to the database, only reports from now on count.
            (self.settings.folder("run") / "booted").touch()

    def _wait(self, chosen: Iterable[Service]) -> None:
        for service in chosen:
            answers = lambda service=service: services.answers(service, self.settings)  # noqa: E731
            self.processes.wait(service.name, answers, service.seconds)

    def _seed_once(self, part: str) -> None:
        """Once, and again when there is more to seed: what is there already is left as it is."""
        done = self.settings.folder("var") / f"{part}.done"
        if not done.exists() or done.stat().st_mtime < (SOURCES / "seed.py").stat().st_mtime:
            self._seed(part)
            done.touch()
            self._say(f"{part} ready")

    def _seed(self, part: str) -> None:
        """Raises ServiceDied in preference to CommandFailed: it is the better reason."""
        log = self.processes.log_of(f"seed-{part}")
        python = self.settings.program("python", "clients")
        command = [python, str(SOURCES / "seed.py"), str(self.settings.file), part]
        try:
            run(command, log, clean_environment())
        finally:
            for name in self.processes.dead():
                raise ServiceDied(name, self.processes.log_of(name))

    def _say(self, what: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f} s  {what}", flush=True)


def proportional_memory(pid: int) -> float:
    """MiB; what several processes share counts for each by its part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


COMMANDS: dict[str, Callable[[Settings], int | None]] = {
    "install": install,
    "up": lambda settings: Cloud(settings).up(),
    "down": lambda settings: Cloud(settings).down(),
    "wipe": lambda settings: Cloud(settings).wipe(),
    "status": lambda settings: Cloud(settings).status(),
    "env": lambda settings: Cloud(settings).env(),
}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition(":")[0],
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument(
        "--home",
        type=Path,
        default=HOME,
        help="the folder for everything (default: $CLOUDTAPE_LIVE_HOME or build/live-cloud)",
    )
    parser.add_argument(
        "--port-offset", type=int, help="added to every port, to run beside another cloud; is remembered"
    )
    return parser.parse_args()


def main() -> int:
    options = parse()
    settings = load(options.home, options.port_offset)
    try:
        return COMMANDS[options.command](settings) or 0
    except LiveCloudError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
