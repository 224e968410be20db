"""Keystone: the configuration that a domain has of its own, whole, by group and by option.

Source: keystone's `resource/core.py`, `DomainConfigManager`.
"""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.core import DOMAINS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

CONFIG = "identity/domains/config"
# The options that a domain may have, with what holds where it does not. One that is never told has no default.
DEFAULTS: Members = {
    "identity": {"driver": "sql", "list_limit": None},
    "ldap": {
        "url": "ldap://localhost",
        "user": None,
        "suffix": "cn=example,cn=com",
        "query_scope": "one",
        "page_size": 0,
        "alias_dereferencing": "default",
        "debug_level": None,
        "chase_referrals": None,
        "user_tree_dn": None,
        "user_filter": None,
        "user_objectclass": "inetOrgPerson",
        "user_id_attribute": "cn",
        "user_name_attribute": "sn",
        "user_mail_attribute": "mail",
        "user_description_attribute": "description",
        "user_pass_attribute": "userPassword",
        "user_enabled_attribute": "enabled",
        "user_enabled_invert": False,
        "user_enabled_mask": 0,
        "user_enabled_default": "True",
        "user_attribute_ignore": ["default_project_id"],
        "user_default_project_id_attribute": None,
        "user_enabled_emulation": False,
        "user_enabled_emulation_dn": None,
        "user_enabled_emulation_use_group_config": False,
        "user_additional_attribute_mapping": [],
        "group_tree_dn": None,
        "group_filter": None,
        "group_objectclass": "groupOfNames",
        "group_id_attribute": "cn",
        "group_name_attribute": "ou",
        "group_members_are_ids": False,
        "group_member_attribute": "member",
        "group_desc_attribute": "description",
        "group_attribute_ignore": [],
        "group_additional_attribute_mapping": [],
        "tls_cacertfile": None,
        "tls_cacertdir": None,
        "use_tls": False,
        "tls_req_cert": "demand",
        "use_pool": True,
        "pool_size": 10,
        "pool_retry_max": 3,
        "pool_retry_delay": 0.1,
        "pool_connection_timeout": -1,
        "pool_connection_lifetime": 600,
        "use_auth_pool": True,
        "auth_pool_size": 100,
        "auth_pool_connection_lifetime": 60,
    },
}
UNTOLD = {"ldap": ("password",)}


def _check(group: str, option: str = "") -> None:
    """Raises Refused for what no domain can have of its own."""
    if group not in DEFAULTS:
        raise _invalid(f"Group {group} is not supported for domain specific configurations")
    if option and option not in DEFAULTS[group] and option not in UNTOLD.get(group, ()):
        why = f"Option {option} in group {group} is not supported for domain specific configurations"
        raise _invalid(why)


def _invalid(why: str) -> Refused:
    return Refused(403, f"Invalid domain specific configuration: {why}.")


def _missing(domain: str, what: str) -> Refused:
    return Refused(404, f"Could not find {what} in domain configuration for domain {domain}.")


def _asked(scene: Scene) -> tuple[str, str]:
    """The group and the option that a path names, checked."""
    named = [one for one in scene.call.path[1:] if one not in ("config", "default")][:2]
    if scene.call.path[1] != "config":
        named = list(scene.call.path[3:5])
    group, option = (*named, "", "")[:2]
    if group:
        _check(group, option)
    return group, option


def _kept(scene: Scene) -> Members:
    domain = scene.need(DOMAINS, scene.call.ids[0])
    return scene.world.documents.setdefault(("", CONFIG, (domain.id,)), {})


def _part(config: Members, group: str, option: str, domain: str) -> Members:
    """What of a configuration was asked for. Raises Refused where it is not there."""
    told = {
        name: {key: value for key, value in options.items() if key not in UNTOLD.get(name, ())}
        for name, options in config.items()
    }
    if group and not told.get(group):
        raise _missing(domain, f"group {group}")
    if option and option not in told[group]:
        raise _missing(domain, f"option {option} in group {group}")
    if not told:
        raise _missing(domain, "any options")
    if option:
        return {option: told[group][option]}
    return {group: told[group]} if group else told


def _sent(scene: Scene) -> Members:
    body = scene.call.body
    config: Any = body.get("config") if isinstance(body, dict) else None
    if not isinstance(config, dict) or not config:
        raise _invalid("No options specified")
    return config


def _check_groups(config: Members) -> None:
    for group, options in config.items():
        if not isinstance(options, dict) or not options:
            raise _invalid(f"The value of group {group} specified in the config should be a dictionary of options")
        for option in options:
            _check(group, option)


@HOOKS.answer("identity.domains.config.create")
def _create(scene: Scene) -> Answer:
    kept, config = _kept(scene), _sent(scene)
    _check_groups(config)
    there = bool(kept)
    kept.clear()
    kept.update({group: dict(options) for group, options in config.items()})
    return Answer(200 if there else 201, {"config": _part(kept, "", "", scene.call.ids[0])})


@HOOKS.answer(
    "identity.domains.config.show", "identity.domains.config.group.show", "identity.domains.config.option.show"
)
def _show(scene: Scene) -> Answer:
    return Answer(200, {"config": _part(_kept(scene), *_asked(scene), scene.call.ids[0])})


@HOOKS.answer(
    "identity.domains.config.update", "identity.domains.config.group.update", "identity.domains.config.option.update"
)
def _update(scene: Scene) -> Answer:
    group, option = _asked(scene)
    kept, config = _kept(scene), _sent(scene)
    if option:
        config = {group: config}
    _check_groups(config)
    if group:
        if list(config) != [group] or (option and list(config[group]) != [option]):
            raise _invalid(f"Trying to update {option or group}, so that, and only that, must be specified")
        _part(kept, group, option, scene.call.ids[0])
    for name, options in config.items():
        kept.setdefault(name, {}).update(options)
    return Answer(200, {"config": _part(kept, "", "", scene.call.ids[0])})


@HOOKS.answer(
    "identity.domains.config.delete", "identity.domains.config.group.delete", "identity.domains.config.option.delete"
)
def _delete(scene: Scene) -> Answer:
    group, option = _asked(scene)
    kept = _kept(scene)
    if group:
        _part(kept, group, option, scene.call.ids[0])
    if option:
        del kept[group][option]
    elif group:
        del kept[group]
    else:
        kept.clear()
    return Answer(204)


@HOOKS.answer(
    "identity.domains.config.default.show",
    "identity.domains.config.default.group.show",
    "identity.domains.config.default.option.show",
)
def _show_default(scene: Scene) -> Answer:
    return Answer(200, {"config": _part(DEFAULTS, *_asked(scene), "default")})


@HOOKS.on(DOMAINS, "DELETE")
def _goes_with_its_domain(scene: Scene, domain: Resource, _: Members) -> None:
    scene.world.documents.pop(("", CONFIG, (domain.id,)), None)
