"""A filter for Swift's pipeline in the place of keystonemiddleware: the token itself says who asks.

`USER/ROLE/PROJECT` is user `USER` with that role in that project. Swift's own keystoneauth, behind it, decides what they
may do. Runs in Swift's environment and imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def filter_factory(_global_conf: object, **_local_conf: object) -> Callable[[App], App]:
    return lambda app: lambda environ, start_response: app(identified(environ), start_response)


def identified(environ: dict[str, Any]) -> dict[str, Any]:
    user, _, rest = environ.get("HTTP_X_AUTH_TOKEN", "").partition("/")
    role, _, project = rest.partition("/")
    if project:
        environ["HTTP_X_IDENTITY_STATUS"] = "Confirmed"
        environ["HTTP_X_USER_ID"] = environ["HTTP_X_USER_NAME"] = user
        environ["HTTP_X_PROJECT_ID"] = environ["HTTP_X_PROJECT_NAME"] = project
        environ["HTTP_X_USER_DOMAIN_ID"] = environ["HTTP_X_PROJECT_DOMAIN_ID"] = "default"
        environ["HTTP_X_ROLES"] = role
        environ["keystone.token_info"] = {"token": {}}
    return environ
