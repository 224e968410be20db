"""Users, projects, roles, groups, domains and credentials, with openstacksdk."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from openstack.connection import Connection

from tests.clouds import identity
from tests.scenarios.checks import fields, listed, same
from tests.scenarios.scenario import Run, Scenario
from tests.scenarios.sdk.client import into, login, member, names, refused

SCENARIOS: list[Scenario] = []
scenario = into(SCENARIOS)


def create_project(run: Run, cloud: Connection, name: str, **members: Any) -> Any:
    project = identity(cloud).create_project(**{"name": name, "domain_id": "default", **members})
    run.undo(identity(cloud).delete_project, project, ignore_missing=False)
    return project


def create_user(run: Run, cloud: Connection, name: str, **members: Any) -> Any:
    user = identity(cloud).create_user(**{"name": name, "domain_id": "default", **members})
    run.undo(identity(cloud).delete_user, user, ignore_missing=False)
    return user


def create_role(run: Run, cloud: Connection, **members: str) -> Any:
    role = identity(cloud).create_role(name=run.name("role"), **members)
    run.undo(identity(cloud).delete_role, role, ignore_missing=False)
    return role


def project_of(connection: Connection) -> str:
    """Logs in, and says to which project the token belongs."""
    return str(connection.current_project_id)


@scenario(changed={"extra": {"email": "who@example.org", "is_enabled": True}}, extra={"email": "who@example.org"})
def user_lives_and_logs_in(run: Run, cloud: Connection, extra: dict[str, Any]) -> None:
    name, password, renamed = run.name("user"), run.make("password"), run.name("user-renamed")
    project = create_project(run, cloud, run.name("project"))
    user = identity(cloud).create_user(name=name, password=password, domain_id="default", **extra)
    delete = run.undo(identity(cloud).delete_user, user, ignore_missing=False)
    fields(user, name=name, email="who@example.org", is_enabled=True)
    same(names(identity(cloud).users(name=name)), [name], "the list")
    refused(409, identity(cloud).create_user, name=name, password=password, domain_id="default")
    identity(cloud).assign_project_role_to_user(
        project, user, identity(cloud).find_role("member", ignore_missing=False)
    )
    known_by_name = {"username": name, "user_domain_id": "default", "project_id": project.id}
    same(project_of(login(run, cloud, password=password, **known_by_name)), project.id, "the project of the token")
    refused(401, project_of, login(run, cloud, password=run.make("hex"), **known_by_name))
    fields(identity(cloud).update_user(user, name=renamed), name=renamed)
    delete()
    refused(404, identity(cloud).get_user, user.id)
    refused(404, identity(cloud).delete_user, user.id, ignore_missing=False)


@scenario(changed={"enabled": False}, enabled=True)
def project_lives_and_goes(run: Run, cloud: Connection, enabled: bool) -> None:
    name, renamed = run.make("tempest Projects"), run.make("tempest Projects-renamed")
    project = identity(cloud).create_project(name=name, domain_id="default", is_enabled=enabled)
    delete = run.undo(identity(cloud).delete_project, project, ignore_missing=False)
    fields(project, name=name, is_enabled=enabled, domain_id="default")
    fields(identity(cloud).get_project(project.id), name=name)
    same(names(identity(cloud).projects(name=name)), [name], "the list")
    refused(409, identity(cloud).create_project, name=name, domain_id="default", is_enabled=enabled)
    fields(identity(cloud).update_project(project, name=renamed, description=f"was {name}"), name=renamed)
    fields(identity(cloud).find_project(renamed), id=project.id, description=f"was {name}")
    delete()
    refused(404, identity(cloud).get_project, project.id)
    same(names(identity(cloud).projects(name=renamed)), [], "the list when it is gone")


@scenario(changed={"described": {"description": "may do much"}}, described={})
def role_is_given_and_taken(run: Run, cloud: Connection, described: dict[str, str]) -> None:
    role, user = create_role(run, cloud, **described), create_user(run, cloud, run.name("user"))
    project = create_project(run, cloud, run.name("project"))
    identity(cloud).assign_project_role_to_user(project.id, user, role)
    check = identity(cloud).validate_user_has_project_role
    same(check(project.id, user, role), True, "that the user has the role")
    found = list(identity(cloud).role_assignments(user_id=user.id, scope_project_id=project.id))
    same([one.role["id"] for one in found], [role.id], "the assignments")
    identity(cloud).unassign_project_role_from_user(project.id, user, role)
    same(check(project.id, user, role), False, "that the user has the role")
    left = list(identity(cloud).role_assignments(user_id=user.id, scope_project_id=project.id))
    same(left, [], "the assignments when they are gone")


@scenario(changed={"described": {}}, described={"description": "people"})
def group_gives_its_role(run: Run, cloud: Connection, described: dict[str, str]) -> None:
    name, password = run.name("group"), run.make("password")
    project = create_project(run, cloud, run.name("project"))
    user = create_user(run, cloud, run.name("user"), password=password)
    group = identity(cloud).create_group(name=name, domain_id="default", **described)
    run.undo(identity(cloud).delete_group, group, ignore_missing=False)
    fields(identity(cloud).find_group(name), id=group.id, name=name)
    identity(cloud).add_user_to_group(user, group)
    same(names(identity(cloud).group_users(group)), [user.name], "the members")
    identity(cloud).assign_project_role_to_group(
        project, group, identity(cloud).find_role("member", ignore_missing=False)
    )
    as_user = {"user_id": user.id, "password": password, "project_id": project.id}
    same(project_of(login(run, cloud, **as_user)), project.id, "the project of the token")
    identity(cloud).remove_user_from_group(user, group)
    same(identity(cloud).check_user_in_group(user, group), False, "that the user is in the group")
    refused(401, project_of, login(run, cloud, **as_user))


@scenario(changed={"described": {}}, described={"description": "a domain"})
def domain_with_a_user(run: Run, cloud: Connection, described: dict[str, str]) -> None:
    name = run.name("domain")
    domain = identity(cloud).create_domain(name=name, **described)
    delete = run.undo(identity(cloud).delete_domain, domain, ignore_missing=False)
    fields(domain, name=name, is_enabled=True)
    user = identity(cloud).create_user(name=run.name("user"), domain_id=domain.id, password=run.make("password"))
    same(names(identity(cloud).users(domain_id=domain.id)), [user.name], "the users of the domain")
    refused(403, identity(cloud).delete_domain, domain, ignore_missing=False)
    fields(identity(cloud).update_domain(domain, is_enabled=False), is_enabled=False)
    delete()
    refused(404, identity(cloud).get_domain, domain.id)
    refused(404, identity(cloud).get_user, user.id)


@scenario(changed={"unrestricted": {"unrestricted": True}}, unrestricted={})
def application_credential_logs_in(run: Run, cloud: Connection, unrestricted: dict[str, bool]) -> None:
    user, project = member(run, cloud)
    name = run.name("appcred")
    credential = identity(user).create_application_credential(
        str(user.current_user_id), name, roles=[{"name": "member"}], **unrestricted
    )
    delete = run.undo(
        identity(user).delete_application_credential, str(user.current_user_id), credential, ignore_missing=False
    )
    fields(credential, name=name, project_id=project.id)
    robot = login(
        run,
        cloud,
        "v3applicationcredential",
        application_credential_id=credential.id,
        application_credential_secret=credential.secret,
    )
    same(project_of(robot), project.id, "the project of the token")
    same([zone.name for zone in robot.compute.availability_zones()], ["nova"], "the availability zones")
    same(names(identity(user).application_credentials(str(user.current_user_id))), [name], "the list")
    delete()
    refused(404, identity(user).get_application_credential, str(user.current_user_id), credential.id)
    late = login(
        run,
        cloud,
        "v3applicationcredential",
        application_credential_id=credential.id,
        application_credential_secret=credential.secret,
    )
    refused(404, project_of, late)


@scenario(changed={"members": {"description": "new"}}, members={})
def password_is_changed(run: Run, cloud: Connection, members: dict[str, str]) -> None:
    old, new = run.make("password"), run.make("password")
    project = create_project(run, cloud, run.make("hex"))
    user = create_user(run, cloud, run.make("tempest Passwords-user"), password=old)
    identity(cloud).assign_project_role_to_user(
        project, user, identity(cloud).find_role("reader", ignore_missing=False)
    )
    as_user = {"user_id": user.id, "project_id": project.id}
    same(project_of(login(run, cloud, password=old, **as_user)), project.id, "the project of the token")
    identity(cloud).update_user(user, password=new, **members)
    same(project_of(login(run, cloud, password=new, **as_user)), project.id, "the project of the new token")


@scenario(changed={"interface": "admin"}, interface="public")
def service_with_an_endpoint(run: Run, cloud: Connection, interface: str) -> None:
    name = run.name("service")
    service = identity(cloud).create_service(name=name, type="scenario")
    delete = run.undo(identity(cloud).delete_service, service, ignore_missing=False)
    url = "http://127.0.0.1:1/scenario"
    endpoint = identity(cloud).create_endpoint(service_id=service.id, interface=interface, url=url)
    fields(endpoint, interface=interface, service_id=service.id)
    # Its host is the proxy's once a service catalog has told of it.
    same(urlsplit(endpoint.url).path, urlsplit(url).path, "the path of its URL")
    same([one.id for one in identity(cloud).endpoints(service_id=service.id)], [endpoint.id], "the endpoints")
    fields(identity(cloud).find_service(name), id=service.id, type="scenario")
    delete()
    refused(404, identity(cloud).get_endpoint, endpoint.id)


@scenario(changed={"parent": True}, parent=False)
def region_lives_and_goes(run: Run, cloud: Connection, parent: bool) -> None:
    name = run.name("region")
    above = {"parent_region_id": "RegionOne"} if parent else {}
    region = identity(cloud).create_region(id=name, description=f"region {name}", **above)
    delete = run.undo(identity(cloud).delete_region, region, ignore_missing=False)
    fields(identity(cloud).get_region(name), id=name, description=f"region {name}", **above)
    refused(409, identity(cloud).create_region, id=name, **above)
    listed(identity(cloud).regions(), "regions", has=[name])
    delete()
    refused(404, identity(cloud).get_region, name)


@scenario(changed={"impersonation": False}, impersonation=True)
def trust_is_given(run: Run, cloud: Connection, impersonation: bool) -> None:
    giver, project = member(run, cloud)
    taker = create_user(run, cloud, run.name("trustee"), password=run.make("password"))
    trust = identity(giver).create_trust(
        trustor_user_id=giver.current_user_id,
        trustee_user_id=taker.id,
        project_id=project.id,
        impersonation=impersonation,
        roles=[{"name": "member"}],
    )
    delete = run.undo(identity(giver).delete_trust, trust, ignore_missing=False)
    fields(identity(giver).get_trust(trust.id), trustee_user_id=taker.id, is_impersonation=impersonation)
    delete()
    refused(404, identity(giver).get_trust, trust.id)


@scenario(changed={"kind": "credentials"}, kind="policies")
def missing_identity_is_not_found(run: Run, cloud: Connection, kind: str) -> None:
    missing = run.make("hex")
    said = refused(404, identity(cloud).get_user, missing)
    same(missing in said, True, f"{missing} in {said}")
    refused(404, identity(cloud).delete_project, missing, ignore_missing=False)
    refused(404, identity(cloud).update_role, missing, name=run.name("role"))
    same(identity(cloud).get(f"/{kind}/{missing}").status_code, 404, "the status")
    same(identity(cloud).find_project(run.name("nobody")), None, "what is found by a name that nobody has")
