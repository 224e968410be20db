"""Logging in, as the real keystoneauth does it, in every way that there is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import openstack
import pytest
from keystoneauth1 import session
from keystoneauth1.exceptions import Unauthorized
from keystoneauth1.identity import v2, v3

from cloudtape.background import BackgroundProxy
from cloudtape.synthesis.worlds.clock import Clock
from cloudtape.synthesis.worlds.tokens import holder, issue
from tests.clouds import identity
from tests.synthesis.requests import Asker, json_of

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own
SERVICES = {
    "compute": "/compute/v2.1",
    "volumev3": "/block-storage/v3/",
    "block-storage": "/block-storage/v3/",
    "image": "/image",
    "network": "/network",
    "object-store": "/object-store/v1/AUTH_",
    "orchestration": "/orchestration/v1/",
    "shared-file-system": "/shared-file-system/v2",
    "database": "/database/v1.0/",
    "data-processing": "/data-processing/v1.1/",
    "metering": "/meter",
}


def password(demo: BackgroundProxy, **more: Any) -> v3.Password:
    named: dict[str, Any] = {"username": "demo", "password": "secret", "user_domain_id": "default", **more}
    return v3.Password(demo.auth_url, **named)


def project(demo: BackgroundProxy) -> v3.Password:
    return password(demo, project_name="demo", project_domain_id="default")


@pytest.mark.parametrize(("kind", "path"), SERVICES.items())
def test_every_service_of_the_reference_is_in_the_catalog(demo: BackgroundProxy, kind: str, path: str) -> None:
    found = project(demo).get_endpoint(session.Session(), service_type=kind, skip_discovery=True)
    assert found is not None
    assert found.startswith(demo.url + path)


def test_a_login_without_a_scope_has_the_users_own_project(demo: BackgroundProxy) -> None:
    assert password(demo).get_access(session.Session()).project_name == "demo"
    assert password(demo, unscoped=True).get_access(session.Session()).project_id is None


def test_a_wrong_password_is_unauthorized(demo: BackgroundProxy) -> None:
    with pytest.raises(Unauthorized):
        password(demo, password="wrong").get_token(session.Session())


def test_a_token_buys_a_token_for_another_scope(demo: BackgroundProxy) -> None:
    token = password(demo, unscoped=True).get_token(session.Session())
    assert token is not None
    again = v3.Token(demo.auth_url, token, project_name="demo", project_domain_id="default")
    assert again.get_access(session.Session()).project_name == "demo"


def test_an_application_credential_logs_in_to_its_project(demo: BackgroundProxy) -> None:
    cloud = openstack.connection.Connection(session=session.Session(auth=project(demo)))
    made = identity(cloud).create_application_credential(str(cloud.current_user_id), "robot")
    robot = v3.ApplicationCredential(demo.auth_url, made.secret, made.id)
    assert robot.get_access(session.Session()).project_id == cloud.current_project_id


def test_version_2_logs_in_too(demo: BackgroundProxy) -> None:
    auth = v2.Password(demo.auth_url.replace("/v3", "/v2.0"), "demo", "secret", tenant_name="demo")
    access = auth.get_access(session.Session())
    assert access.project_name == "demo"
    assert str(access.service_catalog.url_for(service_type="compute")).startswith(demo.url)


def test_who_was_made_can_log_in(demo: BackgroundProxy) -> None:
    admin = password(demo, username="admin", project_name="admin", project_domain_id="default")
    cloud = openstack.connection.Connection(session=session.Session(auth=admin))
    home = identity(cloud).create_project(name="attic")
    user = identity(cloud).create_user(name="mouse", password="cheese")
    group = identity(cloud).create_group(name="mice")
    identity(cloud).add_user_to_group(user, group)
    identity(cloud).assign_project_role_to_group(home, group, identity(cloud).find_role("member", ignore_missing=False))
    mouse = password(demo, username="mouse", password="cheese", project_id=home.id)
    assert mouse.get_access(session.Session()).role_names == ["member", "reader"]


def test_a_token_ends() -> None:
    asker = Asker()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    asker.world.clock = Clock(lambda: now)
    token = issue(asker.world, {}, user="u", project="p", scope="projects", life=timedelta(minutes=5))
    assert holder(asker.world, token.id) is token
    asker.world.clock = Clock(lambda: now + timedelta(minutes=5))
    assert holder(asker.world, token.id) is None


def test_a_revoked_token_is_good_for_nothing() -> None:
    asker = Asker()
    headers = (("X-Subject-Token", asker.token.id),)
    assert asker.ask("DELETE", "identity", "/v3/auth/tokens", headers=headers).status == 204
    assert asker.ask("GET", "identity", "/v3/users").status == 401


def test_a_role_that_is_implied_is_listed_and_shown_until_it_is_taken_away() -> None:
    asker = Asker()
    roles = {one["name"]: one["id"] for one in json_of(asker.ask("GET", "identity", "/v3/roles"))["roles"]}
    prior = f"/v3/roles/{roles['reader']}/implies"
    rule = f"{prior}/{roles['member']}"
    assert asker.ask("GET", "identity", rule).status == 404
    assert asker.ask("PUT", "identity", rule).status == 201
    assert asker.ask("HEAD", "identity", rule).status == 204
    told = json_of(asker.ask("GET", "identity", prior))["role_inference"]
    assert (told["prior_role"]["name"], [one["name"] for one in told["implies"]]) == ("reader", ["member"])
    every = json_of(asker.ask("GET", "identity", "/v3/role_inferences"))["role_inferences"]
    assert "reader" in [one["prior_role"]["name"] for one in every]
    assert asker.ask("DELETE", "identity", rule).status == 204
    assert json_of(asker.ask("GET", "identity", prior))["role_inference"]["implies"] == []


def test_tags_of_a_project_are_added_replaced_and_taken_away() -> None:
    asker = Asker()
    tags = f"/v3/projects/{asker.project}/tags"
    assert asker.ask("PUT", "identity", f"{tags}/green").status == 201
    assert asker.ask("GET", "identity", f"{tags}/green").status == 204
    assert json_of(asker.ask("PUT", "identity", tags, b'{"tags": ["red", "blue"]}'))["tags"] == ["red", "blue"]
    assert asker.ask("DELETE", "identity", f"{tags}/red").status == 204
    assert asker.ask("DELETE", "identity", f"{tags}/red").status == 404
    assert json_of(asker.ask("GET", "identity", f"/v3/projects/{asker.project}"))["project"]["tags"] == ["blue"]


def test_a_type_of_a_service_may_have_a_name_of_its_own_in_the_catalog() -> None:
    services = json_of(Asker().ask("GET", "identity", "/v3/services"))["services"]
    names = {one["type"]: one["name"] for one in services}
    assert (names["volumev3"], names["block-storage"], names["sharev2"]) == ("cinderv3", "cinder", "manilav2")
