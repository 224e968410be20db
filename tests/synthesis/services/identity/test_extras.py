"""Keystone's own rules besides logging in: trusts, inferences of roles, domain configurations, filters of endpoints."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cloudtape.synthesis.services.identity.core import token_for
from tests.synthesis.requests import AS_CLIENT, Asker


class Keystone(Asker):
    """`say` asks for something and gives the status and the document; `status` the status alone."""

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = msgspec.json.encode(body) if body is not None else b""
        answer = self.ask(method, "identity", "/v3" + path, sent, AS_CLIENT)
        assert isinstance(answer.body, bytes)
        return answer.status, msgspec.json.decode(answer.body) if answer.body else None

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.say(method, path, body)[0]

    def make(self, kind: str, **members: Any) -> Any:
        status, body = self.say("POST", f"/{kind}s", {kind.rpartition("/")[2]: members})
        assert status == 201, body
        return body[kind.rpartition("/")[2]]

    def log_in(self, user: str, scope: Any) -> Any:
        """The token of a user, whose asker this then is."""
        one = self.world.find("identity/users", user)
        assert one is not None
        self.token = token_for(self.synthesizer.scene_of(self.world), one, ["password"], scope, {})
        return self.token


@pytest.mark.parametrize(
    ("kind", "members", "status"),
    [
        ("domain", {"name": "x" * 65}, 400),
        ("project", {"name": "x" * 65}, 400),
        ("user", {"name": "x", "enabled": "True"}, 400),
        ("user", {"name": "x", "domain_id": "none"}, 404),
        ("endpoint", {"interface": "sideways", "url": "http://x", "service_id": "{service}"}, 400),
        ("endpoint", {"interface": "public", "url": "http://x", "service_id": "none"}, 400),
        ("endpoint", {"interface": "public", "url": "http://x", "service_id": "{service}", "region_id": "none"}, 400),
        ("endpoint", {"interface": "public", "url": "http://x", "service_id": "{service}", "region": "new"}, 201),
    ],
)
def test_what_keystone_takes(kind: str, members: dict[str, Any], status: int) -> None:
    keystone = Keystone()
    service = next(keystone.world.all("identity/services")).id
    sent = {name: service if value == "{service}" else value for name, value in members.items()}
    assert keystone.status("POST", f"/{kind}s", {kind: sent}) == status


def test_a_change_that_is_refused_changes_nothing() -> None:
    keystone = Keystone()
    endpoint = next(keystone.world.all("identity/endpoints"))
    before = dict(endpoint.members)
    sent = {"endpoint": {"url": "http://elsewhere", "region_id": "none"}}
    assert keystone.status("PATCH", f"/endpoints/{endpoint.id}", sent) == 400
    assert endpoint.members == before


def test_roles_imply_others_and_come_with_what_they_imply() -> None:
    keystone = Keystone()
    first, second = (keystone.make("role", name=name)["id"] for name in ("first", "second"))
    assert keystone.status("HEAD", f"/roles/{first}/implies/{second}") == 404
    assert keystone.status("PUT", f"/roles/{first}/implies/{second}") == 201
    [whole] = [
        one for one in keystone.say("GET", "/role_inferences")[1]["role_inferences"] if one["prior_role"]["id"] == first
    ]
    assert [one["name"] for one in whole["implies"]] == ["second"]
    user = keystone.make("user", name="mouse")["id"]
    keystone.say("PUT", f"/projects/{keystone.project}/users/{user}/roles/{first}")
    assignments = keystone.say("GET", f"/role_assignments?effective&user.id={user}")[1]["role_assignments"]
    assert [one["role"]["id"] for one in assignments] == [first, second]


def test_a_role_of_a_domain_stands_only_for_what_it_implies() -> None:
    keystone = Keystone()
    domain = keystone.make("domain", name="acme")["id"]
    mine, plain = keystone.make("role", name="mine", domain_id=domain)["id"], keystone.make("role", name="plain")["id"]
    assert keystone.status("PUT", f"/roles/{plain}/implies/{mine}") == 403
    user = keystone.make("user", name="mouse")["id"]
    keystone.say("PUT", f"/projects/{keystone.project}/users/{user}/roles/{mine}")
    query = f"/role_assignments?effective&user.id={user}"
    assert keystone.say("GET", query)[1]["role_assignments"] == []
    keystone.say("PUT", f"/roles/{mine}/implies/{plain}")
    assert [one["role"]["id"] for one in keystone.say("GET", query)[1]["role_assignments"]] == [plain]


def test_an_inherited_role_is_had_in_the_projects_below() -> None:
    keystone = Keystone()
    user, role = keystone.make("user", name="mouse")["id"], keystone.make("role", name="heir")["id"]
    below = keystone.make("project", name="below", parent_id=keystone.project)["id"]
    grant = f"/OS-INHERIT/projects/{keystone.project}/users/{user}/roles/{role}/inherited_to_projects"
    assert keystone.status("PUT", grant) == 204
    assert keystone.status("HEAD", grant) == 204
    query = f"/role_assignments?effective&user.id={user}"
    assert [one["scope"] for one in keystone.say("GET", query)[1]["role_assignments"]] == [{"project": {"id": below}}]


def test_a_trust_lets_another_act_with_some_of_the_roles() -> None:
    keystone = Keystone()
    user, role = keystone.make("user", name="mouse", password="x")["id"], keystone.make("role", name="cook")["id"]
    keystone.say("PUT", f"/projects/{keystone.project}/users/{keystone.user.id}/roles/{role}")
    asked = {
        "trustee_user_id": user,
        "project_id": keystone.project,
        "impersonation": True,
        "roles": [{"name": "cook"}],
    }
    assert keystone.status("POST", "/OS-TRUST/trusts", {"trust": {**asked, "trustor_user_id": user}}) == 403
    asked |= {"trustor_user_id": keystone.user.id, "remaining_uses": 1}
    assert keystone.status("POST", "/OS-TRUST/trusts", {"trust": {**asked, "expires_at": "soon"}}) == 400
    trust = keystone.make("OS-TRUST/trust", **asked)
    assert keystone.say("GET", f"/OS-TRUST/trusts/{trust['id']}/roles/{role}")[1]["role"]["name"] == "cook"
    identity = {"methods": ["password"], "password": {"user": {"id": user, "password": "x"}}}
    sent = {"auth": {"identity": identity, "scope": {"OS-TRUST:trust": {"id": trust["id"]}}}}
    token = keystone.say("POST", "/auth/tokens", sent)[1]["token"]
    assert (token["user"]["id"], [one["name"] for one in token["roles"]]) == (keystone.user.id, ["cook"])
    assert token["OS-TRUST:trust"]["trustee_user"] == {"id": user}


def test_an_access_rule_stays_while_a_credential_has_it() -> None:
    keystone = Keystone()
    home = f"/users/{keystone.user.id}"
    rule = {"path": "/v2.1/servers", "method": "GET", "service": "compute"}
    asked = {"application_credential": {"name": "robot", "access_rules": [rule]}}
    made = keystone.say("POST", home + "/application_credentials", asked)[1]["application_credential"]
    path = f"{home}/access_rules/{made['access_rules'][0]['id']}"
    assert keystone.status("DELETE", path) == 403
    assert keystone.status("DELETE", f"{home}/application_credentials/{made['id']}") == 204
    assert keystone.say("GET", path)[1]["access_rule"]["path"] == "/v2.1/servers"
    assert keystone.status("DELETE", path) == 204


def test_a_domain_has_a_configuration_of_its_own() -> None:
    keystone = Keystone()
    config = f"/domains/{keystone.make('domain', name='acme')['id']}/config"
    ldap = {"url": "ldap://here", "password": "secret"}
    assert keystone.status("GET", config) == 404
    assert keystone.status("PUT", config, {"config": {"ldap": ldap}}) == 201
    assert keystone.say("GET", config) == (200, {"config": {"ldap": {"url": "ldap://here"}}})  # no password
    assert keystone.say("PATCH", config + "/ldap/url", {"config": {"url": "x"}})[1] == {
        "config": {"ldap": {"url": "x"}}
    }
    assert keystone.status("PATCH", config + "/smtp", {"config": {"smtp": {"url": "x"}}}) == 403
    assert keystone.status("DELETE", config + "/ldap/url") == 204
    assert keystone.status("GET", config + "/ldap/url") == 404
    assert keystone.say("GET", "/domains/config/identity/driver/default") == (200, {"config": {"driver": "sql"}})


def test_a_project_that_was_given_endpoints_sees_no_others() -> None:
    keystone = Keystone()
    endpoint = next(keystone.world.all("identity/endpoints"))
    group = keystone.make(
        "OS-EP-FILTER/endpoint_group", name="g", filters={"service_id": endpoint.members["service_id"]}
    )
    assert keystone.status("PUT", f"/OS-EP-FILTER/endpoint_groups/{group['id']}/projects/{keystone.project}") == 204
    token = keystone.log_in(keystone.user.id, {"project": {"id": keystone.project}})
    assert [one["id"] for one in token.document["catalog"]] == [endpoint.members["service_id"]]


def test_a_project_has_tags() -> None:
    keystone = Keystone()
    tags = f"/projects/{keystone.project}/tags"
    assert keystone.say("PUT", tags, {"tags": ["a", "b"]})[1]["tags"] == ["a", "b"]
    assert keystone.status("PUT", tags + "/c") == 201
    assert keystone.status("DELETE", tags + "/a") == 204
    assert [keystone.status("GET", f"{tags}/{tag}") for tag in "abc"] == [404, 204, 204]


def test_a_project_may_be_a_domain() -> None:
    keystone = Keystone()
    project = keystone.make("project", name="acme", is_domain=True, domain_id=None)
    assert (project["domain_id"], project["parent_id"]) == (None, None)
    assert project["id"] in [one["id"] for one in keystone.say("GET", "/domains")[1]["domains"]]
    assert keystone.status("DELETE", f"/projects/{project['id']}") == 403
    keystone.say("PATCH", f"/projects/{project['id']}", {"project": {"enabled": False}})
    assert keystone.status("DELETE", f"/projects/{project['id']}") == 204
    assert keystone.status("GET", f"/domains/{project['id']}") == 404


def test_a_token_without_a_scope_has_no_catalog() -> None:
    keystone = Keystone()
    sent = {"auth": {"identity": {"methods": ["token"], "token": {"id": keystone.token.id}}, "scope": "unscoped"}}
    token = keystone.say("POST", "/auth/tokens", sent)[1]["token"]
    assert not {"catalog", "project", "roles"} & set(token)
    assert token["expires_at"] == keystone.token.document["expires_at"]
