"""Databases and users in an instance: trove's `extensions/common/service.py`, `extensions/common/models.py`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.database.asker import Trove

EVE = {"name": "eve", "password": "secret"}


@pytest.fixture
def trove() -> Trove:
    return Trove()


@pytest.fixture
def path(trove: Trove) -> str:
    return f"/instances/{trove.instance()}"


def add(trove: Trove, path: str, kind: str, *members: Any) -> int:
    return trove.status("POST", f"{path}/{kind}", {kind: list(members)})


def test_databases_are_made_listed_and_dropped(trove: Trove, path: str) -> None:
    status, told = trove.say("POST", f"{path}/databases", {"databases": [{"name": "a"}, {"name": "b", "collate": "x"}]})
    assert (status, told) == (202, None)
    assert trove.show(f"{path}/databases") == [{"name": "a"}, {"name": "b"}]
    assert trove.status("DELETE", f"{path}/databases/a") == 202
    why = "Database a cannot be found on the instance."
    assert trove.refused("DELETE", f"{path}/databases/a") == (404, why)
    assert trove.names(f"{path}/databases") == ["b"]


def test_a_database_is_there_once(trove: Trove, path: str) -> None:
    add(trove, path, "databases", {"name": "a"})
    sent = {"databases": [{"name": "b"}, {"name": "a"}]}
    why = 'A database with the name "a" already exists.'
    assert trove.refused("POST", f"{path}/databases", sent) == (400, why)
    assert trove.names(f"{path}/databases") == ["a"]
    status, why = trove.refused("POST", f"{path}/databases", {"databases": [{"name": "c"}, {"name": "c"}]})
    assert (status, why.startswith("Two or more databases share the same name")) == (400, True)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"databases": [{}]}, "Validation error: databases[0] 'name' is a required property"),
        ({"databases": [{"name": ""}]}, "Validation error: databases[0]['name'] '' is too short"),
        ({"databases": ["a"]}, "Validation error: databases[0] 'a' is not of type 'object'"),
        ({"databases": [{"name": "mysql"}]}, 'Database name "mysql" is on the reserved list:'),
        ({"users": []}, "Validation error: databases 'databases' is a required property"),
    ],
)
def test_a_database_is_not_made_of_this(trove: Trove, path: str, sent: Any, why: str) -> None:
    status, told = trove.refused("POST", f"{path}/databases", sent)
    assert (status, told[: len(why)]) == (400, why)
    assert trove.show(f"{path}/databases") == []


def test_users_are_made_shown_and_deleted(trove: Trove, path: str) -> None:
    assert add(trove, path, "users", EVE, {**EVE, "host": "192.0.2.1"}) == 202
    assert trove.show(f"{path}/users") == [
        {"name": "eve", "host": "%", "databases": []},
        {"name": "eve", "host": "192.0.2.1", "databases": []},
    ]
    assert trove.show(f"{path}/users/eve%40192.0.2.1")["host"] == "192.0.2.1"
    assert trove.show(f"{path}/users/eve")["host"] == trove.show(f"{path}/users/eve%40%25")["host"] == "%"
    assert trove.status("DELETE", f"{path}/users/eve") == 202
    assert trove.refused("DELETE", f"{path}/users/eve") == (404, "User eve cannot be found on the instance.")
    assert [one["host"] for one in trove.show(f"{path}/users")] == ["192.0.2.1"]


def test_a_user_from_a_host_is_there_once(trove: Trove, path: str) -> None:
    add(trove, path, "users", EVE)
    why = 'A user with the name "eve" already exists.'
    assert trove.refused("POST", f"{path}/users", {"users": [{"name": "bob", "password": "p"}, EVE]}) == (400, why)
    assert trove.names(f"{path}/users") == ["eve"]


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ({"name": "a"}, "Validation error: users[0] 'password' is a required property"),
        ({"password": "p"}, "Validation error: users[0] 'name' is a required property"),
        ({"name": "", "password": "p"}, "Validation error: users[0]['name'] '' is too short"),
        ({"name": "a", "password": ""}, "Validation error: users[0]['password'] '' is too short"),
        ({"name": "os_admin", "password": "p"}, 'User name "os_admin" is on the reserved list:'),
    ],
)
def test_a_user_is_not_made_of_this(trove: Trove, path: str, user: Any, why: str) -> None:
    status, told = trove.refused("POST", f"{path}/users", {"users": [user]})
    assert (status, told[: len(why)]) == (400, why)
    assert trove.show(f"{path}/users") == []


def test_nothing_tells_a_password(trove: Trove, path: str) -> None:
    add(trove, path, "users", EVE)
    assert "secret" not in str(trove.show(f"{path}/users")) + str(trove.show(f"{path}/users/eve"))


def test_a_user_changes_his_name_and_host(trove: Trove, path: str) -> None:
    add(trove, path, "users", EVE, {"name": "bob", "password": "p"})
    assert trove.status("PUT", f"{path}/users/eve", {"user": {"name": "ann", "host": "192.0.2.1"}}) == 202
    assert trove.show(f"{path}/users/ann%40192.0.2.1")["name"] == "ann"
    assert trove.status("GET", f"{path}/users/eve") == 404
    why = 'A user with the name "bob" already exists.'
    assert trove.refused("PUT", f"{path}/users/ann%40192.0.2.1", {"user": {"name": "bob", "host": "%"}}) == (400, why)
    assert trove.refused("PUT", f"{path}/users/bob", {"user": {}})[0] == 400
    assert trove.refused("PUT", f"{path}/users/nobody", {"user": {"name": "x"}})[0] == 404


def test_passwords_of_users_that_there_are_change(trove: Trove, path: str) -> None:
    add(trove, path, "users", EVE)
    assert trove.status("PUT", f"{path}/users", {"users": [{"name": "eve", "password": "new"}]}) == 202
    why = "User bob@% cannot be found on the instance."
    assert trove.refused("PUT", f"{path}/users", {"users": [{"name": "bob", "password": "x"}]}) == (404, why)


def test_databases_are_granted_and_revoked(trove: Trove, path: str) -> None:
    add(trove, path, "databases", {"name": "a"}, {"name": "b"})
    add(trove, path, "users", EVE)
    of_eve = f"{path}/users/eve/databases"
    assert trove.status("PUT", of_eve, {"databases": [{"name": "a"}, {"name": "b"}]}) == 202
    assert trove.names(of_eve) == ["a", "b"]
    assert trove.status("DELETE", f"{of_eve}/a") == 202
    assert trove.names(of_eve) == ["b"]
    assert trove.refused("DELETE", f"{of_eve}/a") == (404, "Database a cannot be found on the instance.")
    assert trove.status("DELETE", f"{path}/databases/b") == 202
    assert trove.names(of_eve) == []
    assert trove.refused("GET", f"{path}/users/bob/databases") == (404, "User bob cannot be found on the instance.")


def test_what_is_in_an_instance_is_in_no_other(trove: Trove, path: str) -> None:
    add(trove, path, "databases", {"name": "a"})
    add(trove, path, "users", EVE)
    other = f"/instances/{trove.instance()}"
    assert (trove.show(f"{other}/databases"), trove.show(f"{other}/users")) == ([], [])
    assert add(trove, other, "databases", {"name": "a"}) == 202
