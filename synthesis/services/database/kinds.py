"""Trove: what its modules call its kinds, and how it words what several of them refuse."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.engine.seeing import is_seen
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.lifecycle import catch_up
from cloudtape.synthesis.worlds.shelves import Resource

SERVICE = "database"
INSTANCES, CONFIGURATIONS, BACKUPS = f"{SERVICE}/instances", f"{SERVICE}/configurations", f"{SERVICE}/backups"
DATABASES, USERS = f"{INSTANCES}/databases", f"{INSTANCES}/users"
DATASTORES, VERSIONS = f"{SERVICE}/datastores", f"{SERVICE}/datastores/versions"
FLAVORS = "compute/flavors"
RUNNING = frozenset({"ACTIVE", "RESTART_REQUIRED", "BACKUP"})
LONGEST = 255


def invalid(path: str, why: str) -> Refused:
    """As trove words what its schemas refuse (`common/wsgi.py`, `format_validation_msg`)."""
    return Refused(400, f"Validation error: {path} {why}")


def check_text(path: str, value: Any) -> None:
    """Raises Refused for what is no text, too short or too long, or has no letter in it (`non_empty_string`)."""
    if not isinstance(value, str):
        raise invalid(path, f"{value!r} is not of type 'string'")
    if not value:
        raise invalid(path, f"{value!r} is too short")
    if len(value) > LONGEST:
        raise invalid(path, f"{value!r} is too long")
    if not any(letter.isascii() and letter.isalnum() for letter in value):
        raise invalid(path, f"{value!r} does not match '^.*[0-9a-zA-Z]+.*$'")


def id_in(reference: Any) -> str:
    """The id in a reference that may be an address (`get_id_from_href`)."""
    return str(reference).rstrip("/").rpartition("/")[2]


def instance_of(scene: Scene, id_: str) -> Resource:
    """An instance, as it is now. Raises Refused where there is none that may be seen."""
    found = scene.find(INSTANCES, id_)
    if found is None or not is_seen(scene.kind(INSTANCES), found, scene.call):
        raise not_found(scene.kind(INSTANCES), id_)
    catch_up(found, scene.world.clock)
    return found


def running_instance(scene: Scene) -> Resource:
    """The instance in a path, whose database must run. Raises Refused."""
    one = instance_of(scene, scene.call.ids[0])
    if (state := one.members["status"]) not in RUNNING:
        raise Refused(422, f"Instance {one.id} is not ready, status: {state}.")
    return one
