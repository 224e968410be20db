"""Trove: the databases in an instance, its users, and what they may use.

Sources: trove's `extensions/common/service.py`, `extensions/common/models.py`, `common/apischema.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.database.kinds import DATABASES, USERS, check_text, invalid, running_instance
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
RESERVED = {
    "databases": frozenset({"mysql", "information_schema", "performance_schema", "sys"}),
    "users": frozenset({"os_admin", "root"}),
}
"""Names that trove keeps to itself (`ignore_dbs`, `ignore_users`)."""
EVERYWHERE = "%"
"""The host of a user who may come from anywhere."""


# --- what is sent -------------------------------------------------------------------------------------------------


def check_databases(sent: Any, path: str = "databases") -> list[Members]:
    """The databases that a request makes; `path` is where they stand in it. Raises Refused."""
    found = _databases(sent, path)
    if len({one["name"] for one in found}) < len(found):
        raise Refused(400, _twice("databases share the same name", "databases"))
    return found


def _databases(sent: Any, path: str) -> list[Members]:
    return [_database(f"{path}[{at}]", one) for at, one in enumerate(_list(path, sent))]


def check_users(sent: Any, path: str = "users") -> list[Members]:
    """The users that a request makes; `path` is where they stand in it. Raises Refused."""
    found = [_user(f"{path}[{at}]", one) for at, one in enumerate(_list(path, sent))]
    if len({one["_id"] for one in found}) < len(found):
        raise Refused(400, _twice("users share the same name and host", "users"))
    return found


def _twice(what: str, of: str) -> str:
    why = "Please correct the names or remove the duplicate entries."
    return f"Two or more {what} in the initial {of} list. {why}"


def _list(name: str, sent: Any) -> list[Any]:
    if sent is None:
        return []
    if not isinstance(sent, list):
        raise invalid(name, f"{sent!r} is not of type 'array'")
    return sent


def _need(path: str, one: Any, *names: str) -> None:
    """Raises Refused for an item that lacks one of these."""
    if not isinstance(one, dict):
        raise invalid(path, f"{one!r} is not of type 'object'")
    for name in names:
        if name not in one:
            raise invalid(path, f"{name!r} is a required property")
        check_text(f"{path}[{name!r}]", one[name])


def _check_reserved(kind: str, word: str, name: str) -> None:
    if name in RESERVED[kind]:
        raise Refused(400, f'{word} name "{name}" is on the reserved list: {sorted(RESERVED[kind])}.')


def _database(path: str, one: Any) -> Members:
    _need(path, one, "name")
    _check_reserved("databases", "Database", one["name"])
    return {"name": one["name"], "_character_set": one.get("character_set"), "_collate": one.get("collate")}


def _user(path: str, one: Any) -> Members:
    _need(path, one, "name", "password")
    _check_reserved("users", "User", one["name"])
    host = one.get("host") or EVERYWHERE
    names = [each["name"] for each in _databases(one.get("databases"), f"{path}['databases']")]
    databases = [{"name": name} for name in names]
    return {"_id": user_id(one["name"], host), "name": one["name"], "host": host, "databases": databases}


def user_id(name: str, host: str) -> str:
    """How a path names a user."""
    return name if host == EVERYWHERE else f"{name}@{host}"


def _asked_user(text: str) -> str:
    """The same of what a path says (`unquote_user_host`)."""
    name, _, host = unquote(text).rpartition("@")
    return user_id(name, host or EVERYWHERE) if name else host


def add_all(scene: Scene, one: Resource, databases: Iterable[Members], users: Iterable[Members]) -> None:
    for kind, found in ((DATABASES, databases), (USERS, users)):
        for members in found:
            scene.add(kind, dict(members), project="", parents=(one.id,))


# --- databases ----------------------------------------------------------------------------------------------------


@HOOKS.answer("database.instances.databases.create")
def _make_databases(scene: Scene) -> Answer:
    one, found = running_instance(scene), check_databases(_sent(scene, "databases"))
    for database in found:
        if scene.find(DATABASES, database["name"], (one.id,)):
            raise Refused(400, f'A database with the name "{database["name"]}" already exists.')
    add_all(scene, one, found, ())
    return Answer(202)


def _sent(scene: Scene, name: str) -> Any:
    """A member that a body must have. Raises Refused."""
    body = scene.call.body
    if not isinstance(body, dict) or not isinstance(body.get(name), list):
        raise invalid(name, f"{name!r} is a required property")
    return body[name]


@HOOKS.on(DATABASES, "DELETE")
def _drop(scene: Scene, database: Resource, _: Members) -> None:
    running_instance(scene)
    for user in scene.world.shelf(USERS, scene.call.region, database.parents):
        user.set(databases=[one for one in user.members["databases"] if one["name"] != database.id])


# --- users --------------------------------------------------------------------------------------------------------


@HOOKS.answer("database.instances.users.create")
def _make_users(scene: Scene) -> Answer:
    one, found = running_instance(scene), check_users(_sent(scene, "users"))
    for user in found:
        if scene.find(USERS, user["_id"], (one.id,)):
            raise Refused(400, f'A user with the name "{user["name"]}" already exists.')
    add_all(scene, one, (), found)
    return Answer(202)


def _user_in_path(scene: Scene) -> Resource:
    one = running_instance(scene)
    asked = _asked_user(scene.call.ids[1])
    found = scene.find(USERS, asked, (one.id,))
    if found is None:
        raise not_found(scene.kind(USERS), scene.call.ids[1])
    return found


@HOOKS.answer("database.instances.users.show")
def _show_user(scene: Scene) -> Answer:
    return Answer(200, {"user": _told(_user_in_path(scene))})


def _told(user: Resource) -> Members:
    return {name: user.members[name] for name in ("name", "host", "databases")}


@HOOKS.answer("database.instances.users.delete")
def _delete_user(scene: Scene) -> Answer:
    scene.remove(_user_in_path(scene))
    return Answer(202)


@HOOKS.answer("database.instances.users.update")
def _change_user(scene: Scene) -> Answer:
    sent = scene.call.body.get("user") if isinstance(scene.call.body, dict) else None
    if not isinstance(sent, dict) or not sent:
        raise invalid("user", f"{sent!r} does not have enough properties")
    user = _user_in_path(scene)
    name, host = sent.get("name") or user.members["name"], sent.get("host") or user.members["host"]
    check_text("user['name']", name)
    shelf = scene.world.shelf(USERS, scene.call.region, user.parents)
    other = shelf.get(user_id(name, host))
    if other is not None and other is not user:
        raise Refused(400, f'A user with the name "{name}" already exists.')
    shelf.remove(user)
    user.id = user_id(name, host)
    user.set(_id=user.id, name=name, host=host)
    shelf.add(user)
    return Answer(202)


@HOOKS.answer("database.instances.users.change-passwords")
def _change_passwords(scene: Scene) -> Answer:
    one, found = running_instance(scene), check_users(_sent(scene, "users"))
    for user in found:
        if scene.find(USERS, user["_id"], (one.id,)) is None:
            raise not_found(scene.kind(USERS), f"{user['name']}@{user['host']}")
    return Answer(202)


# --- what users may use -------------------------------------------------------------------------------------------


@HOOKS.answer("database.instances.users.databases.list")
def _granted(scene: Scene) -> Answer:
    return Answer(200, {"databases": _user_in_path(scene).members["databases"]})


@HOOKS.answer("database.instances.users.databases.grant")
def _grant(scene: Scene) -> Answer:
    user, sent = _user_in_path(scene), check_databases(_sent(scene, "databases"))
    held = [one["name"] for one in user.members["databases"]]
    more = [one["name"] for one in sent if one["name"] not in held]
    user.set(databases=[{"name": name} for name in (*held, *more)])
    return Answer(202)


@HOOKS.answer("database.instances.users.databases.revoke")
def _revoke(scene: Scene) -> Answer:
    user, name = _user_in_path(scene), scene.call.ids[2]
    held = user.members["databases"]
    if not any(one["name"] == name for one in held):
        raise Refused(404, f"Database {name} cannot be found on the instance.")
    user.set(databases=[one for one in held if one["name"] != name])
    return Answer(202)
