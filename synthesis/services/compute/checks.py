"""Nova: what it refuses before it does anything to a server.

Sources: nova's `api/openstack/compute/schemas/servers.py`, `compute/api.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.documents import check_map
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.making import LONGEST_NAME
from cloudtape.synthesis.engine.quotas import check_sums, limits_of
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.parts import MOST_AT_ONCE, SERVERS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

ADDRESSES: dict[str, Callable[[str], object]] = {"accessIPv4": IPv4Address, "accessIPv6": IPv6Address}
CHOICES = {
    "OS-DCF:diskConfig": ("AUTO", "MANUAL"),
    "source_type": ("volume", "image", "snapshot", "blank"),
    "destination_type": ("local", "volume"),
}


def invalid(name: str, value: Any, why: str) -> Refused:
    return Refused(400, f"Invalid input for field/attribute {name}. Value: {value}. {why}")


def check_server(scene: Scene, server: Resource, sent: Members) -> None:
    """Raises Refused for members that nova's schema does not let through."""
    for name, form in ADDRESSES.items():
        if value := sent.get(name):
            server.set(**{name: _address(name, value, form)})
    for one in (sent, *_dicts(sent.get("block_device_mapping_v2"))):
        check_choices(one)
    check_metadata(scene, server, sent.get("metadata") or {})


def _dicts(value: Any) -> list[Members]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _address(name: str, value: Any, form: Callable[[str], object]) -> str:
    try:
        return str(form(str(value)))
    except ValueError:
        raise invalid(name, value, f"{value!r} is not a '{name[-4:].lower()}'") from None


def check_choices(sent: Members) -> None:
    for name, choices in CHOICES.items():
        if sent.get(name) is not None and sent[name] not in choices:
            raise invalid(name, sent[name], f"{sent[name]!r} is not one of {list(choices)}")


@HOOKS.on("compute/servers/metadata", "WRITE")
def check_metadata(scene: Scene, _: Resource, values: Any) -> None:
    """Raises Refused for metadata that is none, or more than the quota allows."""
    check_map("metadata", values)
    most = limits_of(scene, "compute", scene.call.project)["metadata_items"]
    if 0 <= most < len(values):
        raise Refused(403, f"Maximum number of metadata items exceeds {most}")


def check_flavor(scene: Scene, server: Resource, flavor: Resource) -> None:
    """Raises Refused for a flavor with more cores or memory than the quota leaves over."""
    has = server.members
    wanted = {
        "cores": int(flavor.members["vcpus"]) - has.get("_vcpus", 0),
        "ram": int(flavor.members["ram"]) - has.get("_ram", 0),
    }
    check_sums(scene, "compute", server.project, wanted)


def count_of(sent: Members) -> int:
    """How many servers are asked for. Raises Refused."""
    least, most = _count(sent, "min_count"), _count(sent, "max_count")
    if sent.get("max_count") is not None and least > most:
        raise Refused(400, "min_count must be <= max_count")
    return max(least, most)


def _count(sent: Members, name: str) -> int:
    value = sent.get(name, 1)
    count = whole(value)
    if count is None or not 0 < count <= MOST_AT_ONCE:
        raise invalid(name, value, f"{value!r} is no number from 1 to {MOST_AT_ONCE}")
    return count


def check_room(server: Resource, image: Resource) -> None:
    """Raises Refused where the flavor is too small for the image."""
    wanted, has = image.members, server.members
    if (wanted.get("min_ram") or 0) > has["_ram"]:
        raise Refused(400, "Flavor's memory is too small for requested image.")
    if 0 < has["_disk"] < (wanted.get("min_disk") or 0):
        raise Refused(400, "Flavor's disk is too small for requested image.")


@HOOKS.on(SERVERS, "createImage", "createBackup")
def _check_image(scene: Scene, server: Resource, sent: Members) -> None:
    if not 0 < len(str(sent.get("name") or "")) <= LONGEST_NAME:
        raise invalid("name", sent.get("name"), "a name has 1 to 255 letters")
    check_metadata(scene, server, sent.get("metadata") or {})


def check_not_rescued(server: Resource) -> None:
    """Raises Refused for a change of the devices of a server that is being rescued."""
    if server.members["OS-EXT-STS:vm_state"] == "rescued":
        raise Refused(409, f"Cannot change devices of instance {server.id} while it is in vm_state rescued")


@HOOKS.on(SERVERS, "os-resetState")
def _check_state(_: Scene, __: Resource, sent: Members) -> None:
    state = sent.get("state")
    if state not in ("active", "error"):
        raise invalid("state", state, f"{state!r} is not one of ['active', 'error']")
