"""Logins beyond password and token, as keystoneauth and keystoneclient make them: passcodes, OAuth, trusts, receipts."""

from __future__ import annotations

import base64
import time
from typing import Any

import openstack
import pytest
from keystoneauth1 import session
from keystoneauth1.exceptions import Forbidden, Unauthorized
from keystoneauth1.exceptions.auth import MissingAuthMethods
from keystoneauth1.extras.oauth1 import V3OAuth1
from keystoneauth1.identity import v3
from keystoneclient.v3.client import Client

from cloudtape.background import BackgroundProxy
from cloudtape.synthesis.services.identity.logins import passcode

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own
SECRET = base64.b32encode(b"12345678901234567890").decode()


def admin(demo: BackgroundProxy, name: str = "admin") -> Client:
    auth = v3.Password(
        demo.auth_url,
        username=name,
        password="secret",
        user_domain_id="default",
        project_name=name,
        project_domain_id="default",
    )
    return Client(session=session.Session(auth=auth), endpoint_override=demo.auth_url)


def new_user(demo: BackgroundProxy, name: str) -> Any:
    """A user with a secret for passcodes, and a role on the demo project."""
    keystone = admin(demo)
    project = keystone.projects.list(name="demo")[0]
    user = keystone.users.create(name, password="secret", default_project=project)
    keystone.roles.grant(keystone.roles.list(name="member")[0], user=user, project=project)
    keystone.credentials.create(user, "totp", SECRET)
    return user


def code() -> str:
    return passcode(SECRET, time.time())


@pytest.mark.parametrize(("seconds", "digits"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_passcodes_are_those_of_rfc_6238(seconds: int, digits: str) -> None:
    assert passcode(SECRET, seconds) == digits


def test_a_passcode_logs_in(demo: BackgroundProxy) -> None:
    new_user(demo, "tia")
    named: dict[str, Any] = {
        "username": "tia",
        "user_domain_id": "default",
        "project_name": "demo",
        "project_domain_id": "default",
    }
    found = v3.TOTP(demo.auth_url, passcode=code(), **named).get_access(session.Session())
    assert (found.username, found.project_name) == ("tia", "demo")
    with pytest.raises(Unauthorized):
        v3.TOTP(demo.auth_url, passcode="000000x", **named).get_access(session.Session())


def test_a_second_step_is_asked_for_and_the_receipt_stands_for_the_first(demo: BackgroundProxy) -> None:
    user = new_user(demo, "mia")
    options = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "totp"]]}
    admin(demo).users.update(user, options=options)
    password = v3.Password(demo.auth_url, username="mia", password="secret", user_domain_id="default")
    with pytest.raises(MissingAuthMethods) as missing:
        password.get_access(session.Session())
    assert missing.value.required_auth_methods == [["password", "totp"]]
    second = v3.TOTP(demo.auth_url, username="mia", passcode=code(), user_domain_id="default")
    second.add_method(v3.ReceiptMethod(receipt=str(missing.value.receipt)))
    assert second.get_access(session.Session()).username == "mia"
    both = v3.MultiFactor(
        demo.auth_url,
        auth_methods=["v3password", "v3totp"],
        username="mia",
        password="secret",
        passcode=code(),
        user_domain_id="default",
    )
    assert both.get_access(session.Session()).username == "mia"


def test_a_consumer_acts_for_the_user_who_let_it(demo: BackgroundProxy) -> None:
    chief, user = admin(demo), admin(demo, "demo")
    project = chief.projects.list(name="demo")[0]
    role = chief.roles.list(name="member")[0]
    consumer = chief.oauth1.consumers.create(description="a robot")
    asked = chief.oauth1.request_tokens.create(consumer.id, consumer.secret, project)
    with pytest.raises(Unauthorized):
        chief.oauth1.access_tokens.create(consumer.id, consumer.secret, asked.key, asked.secret, "00000000")
    verifier = user.oauth1.request_tokens.authorize(asked.key, [role]).oauth_verifier
    given = chief.oauth1.access_tokens.create(consumer.id, consumer.secret, asked.key, asked.secret, verifier)
    auth = V3OAuth1(
        demo.auth_url,
        consumer_key=consumer.id,
        consumer_secret=consumer.secret,
        access_key=given.key,
        access_secret=given.secret,
    )
    found = auth.get_access(session.Session())
    assert (found.username, found.project_name, found.role_names) == ("demo", "demo", ["member"])
    assert (found.oauth_access_token_id, found.oauth_consumer_id) == (given.key, consumer.id)
    connection = openstack.connection.Connection(session=session.Session(auth=auth))
    assert {one.name for one in connection.compute.servers()} >= {"web-1", "db-1"}


@pytest.mark.parametrize(("impersonation", "acts_as"), [(True, "demo"), (False, "admin")])
def test_a_trustee_acts_with_the_trustors_roles(demo: BackgroundProxy, impersonation: bool, acts_as: str) -> None:
    trustor, trustee = admin(demo, "demo"), admin(demo)
    project = trustee.projects.list(name="demo")[0]
    mine, theirs = (one.session.get_user_id() for one in (trustor, trustee))
    trust = trustor.trusts.create(
        trustee_user=theirs,
        trustor_user=mine,
        project=project.id,
        role_names=["member"],
        impersonation=impersonation,
        remaining_uses=1,
    )
    named = {"username": "admin", "password": "secret", "user_domain_id": "default", "trust_id": trust.id}
    found = v3.Password(demo.auth_url, **named).get_access(session.Session())
    assert (found.username, found.project_name, found.role_names) == (acts_as, "demo", ["member"])
    assert (found.trust_id, found.trustee_user_id, found.trustor_user_id) == (trust.id, theirs, mine)
    with pytest.raises(Forbidden):
        v3.Password(demo.auth_url, **named).get_access(session.Session())


def test_nobody_else_may_use_a_trust(demo: BackgroundProxy) -> None:
    trustor = admin(demo, "demo")
    mine = trustor.session.get_user_id()
    theirs = admin(demo).session.get_user_id()
    project = trustor.session.get_project_id()
    trust = trustor.trusts.create(
        trustee_user=theirs, trustor_user=mine, project=project, role_names=["member"], impersonation=False
    )
    named = {"username": "demo", "password": "secret", "user_domain_id": "default", "trust_id": trust.id}
    with pytest.raises(Forbidden):
        v3.Password(demo.auth_url, **named).get_access(session.Session())
