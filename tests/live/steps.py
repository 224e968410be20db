"""The commands of the full walk, as tables: `openstack` and `swift`, each command a process of its own.

`{name}` stands for the prefix of everything that the walk makes; other placeholders are outputs that an earlier step kept.
All that is sent is fixed: names, file contents and times, a public key (the client would otherwise make a new one, and
send it). So a second walk asks the same questions, and a replaying proxy can answer them.
"""

from __future__ import annotations

from dataclasses import dataclass

# The files of the walk's folder, the commands' working directory: no path of this machine gets into a request.
DATA, COPY, KEY, TEMPLATE = "data.bin", "copy.bin", "key.pub", "stack.yaml"


@dataclass(frozen=True, slots=True)
class Step:
    """A command, what it should do, and what is remembered of it.

    It passes if it ends well (or does not, with `fails`) and prints `prints`, if that is given; with `polls` it is repeated
    until then. `keep`: later steps find what it printed under this name.
    """

    name: str
    command: str
    prints: str = ""
    fails: bool = False
    polls: bool = False
    keep: str = ""

    @property
    def downloads(self) -> bool:
        """Whether it leaves a file that must be the one that was uploaded."""
        return COPY in self.command


def poll(name: str, command: str, prints: str = "", *, fails: bool = False) -> Step:
    return Step(name, command, prints, fails, polls=True)


CLI = (
    Step("token", "token issue"),
    Step("catalog", "catalog list"),
    Step("flavors", "flavor list"),
    # image
    Step("image create", "image create --file data.bin --disk-format raw --container-format bare {name}-image"),
    Step("image list", "image list"),
    Step("image show", "image show {name}-image"),
    Step("image set", "image set --property colour=blue {name}-image"),
    Step("image save", "image save --file copy.bin {name}-image"),
    # volume
    Step("volume create", "volume create --size 1 {name}-volume"),
    poll("volume available", "volume show -f value -c status {name}-volume", "available"),
    Step("volume list", "volume list"),
    # network
    Step("network create", "network create {name}-net"),
    Step("subnet create", "subnet create --network {name}-net --subnet-range 10.77.0.0/24 {name}-subnet"),
    Step("router create", "router create {name}-router"),
    Step("router gateway", "router set --external-gateway public {name}-router"),
    Step("router add", "router add subnet {name}-router {name}-subnet"),
    Step("port create", "port create --network {name}-net {name}-port"),
    Step("port list", "port list --network {name}-net --device-owner network:router_interface"),
    Step("group create", "security group create {name}-group"),
    Step("rule create", "security group rule create --protocol tcp --dst-port 22 {name}-group"),
    Step("address create", "floating ip create -f value -c floating_ip_address public", keep="address"),
    # server
    Step("keypair create", "keypair create --public-key key.pub {name}-key"),
    Step(
        "server create",
        "server create --wait --flavor m1.nano --image tiny --network {name}-net --key-name {name}-key"
        " --security-group {name}-group {name}-server",
    ),
    poll("server active", "server show -f value -c status {name}-server", "ACTIVE"),
    Step("server show", "server show {name}-server"),
    Step("server list", "server list"),
    Step("address add", "server add floating ip {name}-server {address}"),
    Step("console", "console log show --lines 3 {name}-server"),
    Step("server stop", "server stop {name}-server"),
    poll("server stopped", "server show -f value -c status {name}-server", "SHUTOFF"),
    Step("server start", "server start {name}-server"),
    poll("server started", "server show -f value -c status {name}-server", "ACTIVE"),
    Step("volume attach", "server add volume {name}-server {name}-volume"),
    poll("volume in use", "volume show -f value -c status {name}-volume", "in-use"),
    Step("volume detach", "server remove volume {name}-server {name}-volume"),
    poll("volume free", "volume show -f value -c status {name}-volume", "available"),
    Step("server delete", "server delete --wait {name}-server"),
    Step("server gone", "server show {name}-server", fails=True),
    # object storage
    Step("container create", "container create {name}-container"),
    Step("object create", "object create --name {name}-object {name}-container data.bin"),
    Step("object list", "object list --long {name}-container"),
    Step("object show", "object show {name}-container {name}-object"),
    Step("object save", "object save --file copy.bin {name}-container {name}-object"),
    Step("object delete", "object delete {name}-container {name}-object"),
    Step("container delete", "container delete {name}-container"),
    # stack
    Step("stack create", "stack create --wait -t stack.yaml {name}-stack"),
    Step("stack show", "stack show {name}-stack"),
    Step("stack resources", "stack resource list {name}-stack"),
    Step("stack delete", "stack delete --yes --wait {name}-stack"),
    Step("stack gone", "stack show {name}-stack", fails=True),
    # the rest goes again
    Step("address delete", "floating ip delete {address}"),
    Step("router remove", "router remove subnet {name}-router {name}-subnet"),
    Step("router delete", "router delete {name}-router"),
    Step("port delete", "port delete {name}-port"),
    Step("subnet delete", "subnet delete {name}-subnet"),
    Step("network delete", "network delete {name}-net"),
    Step("group delete", "security group delete {name}-group"),
    Step("keypair delete", "keypair delete {name}-key"),
    Step("volume delete", "volume delete {name}-volume"),
    poll("volume gone", "volume show {name}-volume", fails=True),
    Step("image delete", "image delete {name}-image"),
    Step("image gone", "image show {name}-image", fails=True),
)

# One thread each, so that the requests always come in the same order.
UPLOAD = "upload --object-threads 1 --segment-threads 1"
SWIFT = (
    Step("container", "post {name}-swift"),
    Step("account", "stat"),
    Step("upload", UPLOAD + " --object-name whole {name}-swift data.bin"),
    Step("upload segmented", UPLOAD + " --use-slo --segment-size 16000 --object-name static {name}-swift data.bin"),
    Step("upload dynamic", UPLOAD + " --use-dlo --segment-size 16000 --object-name dynamic {name}-swift data.bin"),
    Step("list", "list --lh {name}-swift"),
    Step("list segments", "list {name}-swift_segments"),
    Step("stat", "stat {name}-swift whole"),
    Step("label", "post -m Colour:blue {name}-swift whole"),
    Step("stat labelled", "stat {name}-swift whole"),
    Step("copy", "copy -d /{name}-swift/copied {name}-swift whole"),
    Step("download", "download --no-shuffle -o copy.bin {name}-swift whole"),
    Step("download segmented", "download --no-shuffle -o copy.bin {name}-swift static"),
    Step("download dynamic", "download --no-shuffle -o copy.bin {name}-swift dynamic"),
    Step("delete static", "delete --object-threads 1 {name}-swift static"),
    Step("delete all", "delete --object-threads 1 --container-threads 1 {name}-swift"),
    Step("delete segments", "delete --object-threads 1 --container-threads 1 {name}-swift_segments"),
    Step("gone", "list {name}-swift", fails=True),
)
TABLES = {"cli": CLI, "swift": SWIFT}

# A public key made for this walk; nobody has its private half.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDsdxxXkP7sOxNhmkTtPZZP2vS5EJWMmNTt5sqOiMxVw walk\n"
STACK = """\
heat_template_version: 2018-08-31
parameters:
  hidden_word: {type: string, hidden: true, default: never-to-be-seen}
resources:
  word: {type: OS::Heat::RandomString, properties: {length: 12}}
  net: {type: OS::Neutron::Net}
outputs:
  word: {value: {get_attr: [word, value]}}
"""
