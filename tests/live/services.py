"""Which processes make the live cloud, in rows: what is started, in which order, and how one sees that it answers."""

from __future__ import annotations

import http.client
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.live.processes import listens
from tests.live.settings import HOST, Settings, clean_environment

# The Debian wrapper would switch to the user rabbitmq; this is the program behind it.
RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"
# No busy waiting: an idle broker should not cost a core. Loopback only, also between nodes.
ERLANG = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {{127,0,0,1}}"
GUNICORN = (
    "{bin}/gunicorn --bind {host}:{port} --workers 1 --worker-class gthread --threads 8 --timeout 300 --keep-alive 75"
    " --log-level warning --name live-{name} livecloud_drivers.wsgi:application"
)


@dataclass(frozen=True, slots=True)
class Service:
    """One process. `command` and `environment` hold `{placeholders}`, filled in by `Launch`.

    It is ready when `port` (a name in the settings) is listened on, or, with `path`, when that answers an HTTP request.
    """

    name: str
    command: str
    environment: Mapping[str, str] = field(default_factory=dict)
    port: str = ""
    path: str = ""
    seconds: float = 180


def api(name: str, port: str, module: str, argv: str, **environment: str) -> Service:
    """A WSGI application under gunicorn. One worker: what counts here is memory, not throughput."""
    seen = {"LIVE_MODULE": module, "LIVE_ARGV": argv, **environment}
    return Service(name, GUNICORN.replace("{name}", name).replace("{port}", f"{{port_{port}}}"), seen, port, "/")


def worker(name: str, command: str) -> Service:
    return Service(name, "{bin}/" + command)


def swift(kind: str, port: str) -> Service:
    # -v: to its own output, not to syslog
    return Service(
        f"swift-{kind}", f"{{bin}}/swift-{kind}-server {{etc}}/swift/{kind}-server.conf -v", {}, port, "/healthcheck"
    )


MARIADB = Service("mariadb", "/usr/sbin/mariadbd --defaults-file={etc}/mariadb/my.cnf", port="mariadb")
EPMD = Service(
    # Ours, in the foreground: the broker would start one of its own and leave it behind.
    "epmd",
    "epmd -port {port_epmd} -address {host}",
    port="epmd",
)
BROKER = Service(
    "rabbitmq",
    RABBITMQ,
    {
        "HOME": "{var}/rabbitmq",  # for its cookie
        "ERL_EPMD_PORT": "{port_epmd}",
        "ERL_EPMD_ADDRESS": "{host}",
        "RABBITMQ_NODENAME": "live@localhost",
        "RABBITMQ_CONFIG_FILE": "{etc}/rabbitmq/rabbitmq.conf",
        "RABBITMQ_ENABLED_PLUGINS_FILE": "{etc}/rabbitmq/enabled_plugins",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_MNESIA_BASE": "{var}/rabbitmq/mnesia",
        "RABBITMQ_LOG_BASE": "{log}/rabbitmq",
        "RABBITMQ_NODE_PORT": "{port_rabbitmq}",
        "RABBITMQ_DIST_PORT": "{port_rabbitmq_nodes}",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG,
    },
    port="rabbitmq",
)
KEYSTONE = api("keystone", "keystone", "keystone.wsgi.api", "keystone", OS_KEYSTONE_CONFIG_DIR="{etc}/keystone/")
PLACEMENT = api("placement", "placement", "placement.wsgi.api", "placement", OS_PLACEMENT_CONFIG_DIR="{etc}/placement")
APIS = (
    PLACEMENT,
    api("glance", "glance", "glance.wsgi.api", "glance-api", OS_GLANCE_CONFIG_DIR="{etc}/glance"),
    api(
        "neutron",
        "neutron",
        "neutron.wsgi.api",
        "neutron-api",
        OS_NEUTRON_CONFIG_DIR="{etc}/neutron",
        OS_NEUTRON_CONFIG_FILES="neutron.conf",
    ),
    api("nova-api", "nova", "nova.wsgi.osapi_compute", "nova-api", OS_NOVA_CONFIG_DIR="{etc}/nova"),
    api("cinder-api", "cinder", "cinder.wsgi.api", "cinder-api --config-file {etc}/cinder/cinder.conf"),
    api("heat-api", "heat", "heat.wsgi.api", "heat-api --config-file {etc}/heat/heat.conf"),
    swift("account", "swift_account"),
    swift("container", "swift_container"),
    swift("object", "swift_object"),
    swift("proxy", "swift"),
)
WORKERS = (
    worker("nova-conductor", "nova-conductor --config-file {etc}/nova/nova.conf"),
    worker("nova-scheduler", "nova-scheduler --config-file {etc}/nova/nova.conf"),
    worker("cinder-scheduler", "cinder-scheduler --config-file {etc}/cinder/cinder.conf"),
    worker("cinder-volume", "cinder-volume --config-file {etc}/cinder/cinder.conf"),
    worker("heat-engine", "heat-engine --config-file {etc}/heat/heat.conf"),
)
# Apart, because it asks placement as soon as it runs.
COMPUTE = worker("nova-compute", "nova-compute --config-file {etc}/nova/nova.conf")

INFRASTRUCTURE = (MARIADB, EPMD, BROKER)
ALL = (*INFRASTRUCTURE, KEYSTONE, *APIS, *WORKERS, COMPUTE)


def placeholders(settings: Settings) -> dict[str, str]:
    values = {name: str(settings.folder(name)) for name in ("etc", "var", "log", "run")}
    values |= {f"port_{name}": str(port) for name, port in settings.ports.items()}
    return values | {"host": HOST, "bin": str(settings.folder("services") / "bin")}


def command_line(service: Service, settings: Settings) -> list[str]:
    return shlex.split(service.command.format(**placeholders(settings)))


def environment(service: Service, settings: Settings) -> dict[str, str]:
    values = placeholders(settings)
    return clean_environment() | {name: text.format(**values) for name, text in service.environment.items()}


def answers(service: Service, settings: Settings) -> bool:
    if not service.port:
        return True
    port = settings.ports[service.port]
    return http_answers(port, service.path) if service.path else listens(HOST, port)


def http_answers(port: int, path: str) -> bool:
    """Any status will do: 300 and 401 are answers too."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
