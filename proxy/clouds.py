"""Credentials for clients of the proxy: from a cloud's configuration or a recording, written as `clouds.yaml`.

clouds.yaml is openstacksdk's format (its "Configuring OpenStack SDK Applications"); openstacksdk itself reads it, so
profiles, secure.yaml and OS_CLIENT_CONFIG_FILE mean what they mean everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cloudtape.cassette_routes import is_recorded_token_request
from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Interaction
from cloudtape.config import Tls
from cloudtape.errors import ConfigError

CLOUD = "cloudtape"
# What belongs to the way to the real cloud, not to the way to the proxy.
TRANSPORT_KEYS = ("cacert", "cert", "key", "verify", "insecure")
# Environment variables that say who logs in; the rest of OS_* (API versions, region, interface) is the user's business.
AUTH_VARIABLES = {
    "OS_AUTH_TYPE": "auth_type",
    "OS_USERNAME": "username",
    "OS_USER_ID": "user_id",
    "OS_PASSWORD": "password",
    "OS_USER_DOMAIN_ID": "user_domain_id",
    "OS_USER_DOMAIN_NAME": "user_domain_name",
    "OS_PROJECT_ID": "project_id",
    "OS_PROJECT_NAME": "project_name",
    "OS_PROJECT_DOMAIN_ID": "project_domain_id",
    "OS_PROJECT_DOMAIN_NAME": "project_domain_name",
    "OS_DOMAIN_ID": "domain_id",
    "OS_DOMAIN_NAME": "domain_name",
    "OS_SYSTEM_SCOPE": "system_scope",
    "OS_TENANT_ID": "tenant_id",
    "OS_TENANT_NAME": "tenant_name",
    "OS_TOKEN": "token",
    "OS_TRUST_ID": "trust_id",
    "OS_APPLICATION_CREDENTIAL_ID": "application_credential_id",
    "OS_APPLICATION_CREDENTIAL_NAME": "application_credential_name",
    "OS_APPLICATION_CREDENTIAL_SECRET": "application_credential_secret",
}
PLACEHOLDER = "scrubbed"
"""The password of a client that talks to a replaying proxy: any would do."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud of clouds.yaml: its auth URL, how to trust it, and all its settings."""

    auth_url: str
    tls: Tls = field(default_factory=Tls)
    settings: Mapping[str, Any] = field(default_factory=dict)


def configured(name: str) -> Cloud:
    """The cloud of this name in the user's clouds.yaml. Raises ConfigError."""
    try:
        from openstack.config import OpenStackConfig
    except ImportError:
        raise ConfigError("reading clouds.yaml needs openstacksdk: pip install 'cloudtape[openstack]'") from None
    try:
        region = OpenStackConfig().get_one(name)
    except Exception as error:  # of every kind, where a value in the file is not what openstacksdk takes it for
        raise ConfigError(f"cloud {name!r} of clouds.yaml: {' '.join(str(error).split())}") from error
    auth_url = region.config.get("auth", {}).get("auth_url")
    if not auth_url:
        raise ConfigError(f"cloud {name!r} has no auth_url in clouds.yaml")
    return Cloud(auth_url, _tls(*region.get_requests_verify_args()), _settings(region.config))


def _tls(verify: bool | str | None, cert: str | tuple[str, str] | None) -> Tls:
    pair = cert if isinstance(cert, tuple) else (cert, None)
    return Tls(
        cacert=Path(verify) if isinstance(verify, str) else None,
        insecure=verify is False,
        cert=Path(pair[0]) if pair[0] else None,
        key=Path(pair[1]) if pair[1] else None,
    )


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    plain = {"auth": dict(config["auth"])}
    for key in ("auth_type", "region_name", "interface", "regions"):
        if config.get(key):
            plain[key] = config[key]
    return plain | {key: value for key, value in config.items() if key.endswith("_api_version") and value}


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """The settings that OS_* variables describe, in the form of clouds.yaml."""
    auth = {key: environment[name] for name, key in AUTH_VARIABLES.items() if environment.get(name)}
    kind = auth.pop("auth_type", None)
    return {"auth": auth} | ({"auth_type": kind} if kind else {})


def recorded(interactions: Iterable[Interaction]) -> dict[str, Any]:
    """The settings with which a recording's first login is repeated; its secret is a placeholder."""
    for interaction in interactions:
        body = interaction.request.body
        if (
            is_recorded_token_request(interaction.request)
            and isinstance(body, bytes)
            and interaction.response.status < 300
        ):
            try:
                settings = _login(json_value(body))
            except JsonError:
                continue
            if settings:
                return settings
    return {}


def _login(document: Any) -> dict[str, Any]:
    match document:
        case {"auth": {"identity": {"password": {"user": dict(user)}}, **rest}}:
            auth = _named("user", user, "username") | {"password": PLACEHOLDER} | _scope(rest.get("scope"))
            return {"auth": auth}
        case {"auth": {"identity": {"application_credential": dict(credential)}}}:
            auth = {f"application_credential_{key}": credential[key] for key in ("id", "name") if key in credential}
            if isinstance(credential.get("user"), dict):
                auth |= _named("user", credential["user"], "username")
            auth["application_credential_secret"] = PLACEHOLDER
            return {"auth_type": "v3applicationcredential", "auth": auth}
        case {"auth": {"passwordCredentials": {"username": name}, **rest}}:
            tenant = {
                key: rest[old] for old, key in (("tenantName", "tenant_name"), ("tenantId", "tenant_id")) if old in rest
            }
            return {"auth_type": "v2password", "auth": {"username": name, "password": PLACEHOLDER} | tenant}
        case _:
            return {}


def _scope(scope: Any) -> dict[str, Any]:
    match scope:
        case {"project": dict(project)}:
            return _named("project", project, "project_name")
        case {"domain": dict(domain)}:
            return {f"domain_{key}": domain[key] for key in ("id", "name") if key in domain}
        case {"system": _}:
            return {"system_scope": "all"}
        case _:
            return {}


def _named(kind: str, owner: Mapping[str, Any], name_key: str) -> dict[str, Any]:
    """A user or project by id or by name, with its domain."""
    found = {f"{kind}_id": owner["id"]} if "id" in owner else {}
    if "name" in owner:
        found[name_key] = owner["name"]
    domain = owner.get("domain")
    if isinstance(domain, dict):
        found |= {f"{kind}_domain_{key}": domain[key] for key in ("id", "name") if key in domain}
    return found


def clouds_yaml(auth_url: str, settings: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]] = {}) -> str:
    """A clouds.yaml whose cloud `cloudtape` is the proxy, and so are others, by name, with settings of their own."""
    clouds = {name: _cloud(auth_url, one) for name, one in {CLOUD: settings, **others}.items()}
    return yaml.safe_dump({"clouds": clouds}, sort_keys=False)


def _cloud(auth_url: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in settings.items() if key not in TRANSPORT_KEYS}
    return kept | {"auth": {**settings.get("auth", {}), "auth_url": auth_url}}


def cloud_names(users: Sequence[tuple[str, str]]) -> list[str]:
    """The names of the clouds of each user and project; the last one is the default."""
    often = Counter(name for name, _ in users)
    others = [f"{CLOUD}-{name}" + (f"-{project}" if often[name] > 1 else "") for name, project in users[:-1]]
    return others + [CLOUD] * bool(users)


def client_environment(auth_url: str, settings: Mapping[str, Any], clouds_file: Path) -> dict[str, str | None]:
    """What to change in a client's environment; None means: remove it."""
    changes: dict[str, str | None] = dict.fromkeys(AUTH_VARIABLES)
    auth = {**settings.get("auth", {}), "auth_type": settings.get("auth_type")}
    for name, key in AUTH_VARIABLES.items():
        if auth.get(key):
            changes[name] = str(auth[key])
    changes |= dict.fromkeys(("OS_CACERT", "OS_CERT", "OS_KEY", "OS_INSECURE", "OS_ENDPOINT", "OS_URL"))
    changes["OS_IDENTITY_API_VERSION"] = "2" if auth_url.endswith("/v2.0") else "3"
    return changes | {"OS_AUTH_URL": auth_url, "OS_CLIENT_CONFIG_FILE": str(clouds_file), "OS_CLOUD": CLOUD}
