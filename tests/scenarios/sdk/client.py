"""What scenarios with openstacksdk have in common: a connection each, and words for what they check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openstack
from keystoneauth1.exceptions import HttpError
from openstack.connection import Connection
from openstack.exceptions import HttpException, NotFoundException

from tests.clouds import identity
from tests.scenarios.checks import same
from tests.scenarios.scenario import Run, Scenario

Play = Callable[..., None]


def into(scenarios: list[Scenario]) -> Callable[..., Callable[[Play], Play]]:
    """A decorator that adds a function to a module's scenarios. It takes the parameters, and those that its variant changes."""

    def scenario(*, changed: dict[str, Any], **parameters: Any) -> Callable[[Play], Play]:
        def add(play: Play) -> Play:
            scenarios.append(Scenario(play.__name__, _connected(play), parameters, changed))
            return play

        return add

    return scenario


def _connected(play: Play) -> Play:
    def connected(run: Run, **parameters: Any) -> None:
        cloud = openstack.connect()
        run.undo(cloud.close)
        play(run, cloud, **parameters)

    return connected


def login(run: Run, cloud: Connection, auth_type: str = "password", **auth: Any) -> Connection:
    """Somebody else's connection to the same cloud."""
    other = openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        auth_type=auth_type,
        auth={"auth_url": cloud.config.auth["auth_url"], **auth},
        region_name=cloud.config.region_name,
        identity_api_version="3",
    )
    run.undo(other.close)
    return other


def member(run: Run, cloud: Connection, role: str = "member") -> tuple[Connection, Any]:
    """A new user in a new project, as tempest makes one for each class: its connection, and the project."""
    password = run.make("password")
    project = identity(cloud).create_project(name=run.make("tempest Scenarios"), domain_id="default")
    run.undo(identity(cloud).delete_project, project)
    user = identity(cloud).create_user(name=run.make("tempest Scenarios-user"), password=password, domain_id="default")
    run.undo(identity(cloud).delete_user, user)
    identity(cloud).assign_project_role_to_user(project, user, identity(cloud).find_role(role, ignore_missing=False))
    return login(run, cloud, user_id=user.id, password=password, project_id=project.id), project


def refused(status: int, function: Callable[..., Any], *arguments: Any, **keywords: Any) -> str:
    """Calls what the cloud must refuse with this status; returns what it says."""
    try:
        answer = function(*arguments, **keywords)
        if hasattr(answer, "__next__"):
            answer = list(answer)
    except HttpException as error:
        same(error.status_code, status, f"the status ({error})")
        return str(error)
    except HttpError as error:  # of a login
        same(error.http_status, status, f"the status ({error})")
        return str(error)
    same(f"allowed ({answer!r:.100})", f"refused with {status}", _called(function))
    return ""


def _called(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", str(function))


def gone(run: Run, read: Callable[..., Any], *arguments: Any) -> None:
    """Asks until the thing is not found any more."""

    def found() -> Any:
        try:
            return read(*arguments)
        except NotFoundException:
            return None

    run.until(found, lambda thing: thing is None, "404")


def names(things: Any) -> list[str]:
    return sorted(thing.name for thing in things)
