"""Keystone: logins that a user lets a consumer make (OAuth 1.0a, extension OS-OAUTH1).

    consumer: POST /request_token → user: PUT /authorize/{id} → consumer: POST /access_token → POST /auth/tokens

Signatures are not proven: they are of the address that the client sees, which is the proxy's, not this cloud's.
Sources: identity API v3 of the reference, 7.3; keystone's `api/os_oauth1.py`, `auth/plugins/oauth1.py`; RFC 5849.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import unquote

from cloudtape.cassettes.messages import header
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import write
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.identity.api import listed
from cloudtape.synthesis.services.identity.core import METHODS, PROJECTS, ROLES, USERS, roles_of, unauthorized
from cloudtape.synthesis.worlds.shelves import Members, Resource
from cloudtape.synthesis.worlds.token_book import KEYSTONE_TIME
from cloudtape.synthesis.worlds.tokens import NOBODY

HOOKS = Hooks()

CONSUMERS, REQUESTS = "identity/OS-OAUTH1/consumers", "identity/OS-OAUTH1/request_tokens"
ACCESS = "identity/OS-OAUTH1/users/access_tokens"
PARAMETER = re.compile(r'([A-Za-z_]+)="([^"]*)"')
REQUEST_LIFE, ACCESS_LIFE = timedelta(hours=8), timedelta(days=1)
FORM = ("Content-Type", "application/x-www-form-urlencoded")
NEEDED = ("oauth_consumer_key", "oauth_signature", "oauth_signature_method")
LETTERS = "0123456789"


def parameters(scene: Scene) -> dict[str, str]:
    """The OAuth parameters of a request, empty where it has none. Raises Refused for some that are not enough."""
    value = header(scene.call.request.headers, "authorization") or ""
    if not value.lower().startswith("oauth "):
        return {}
    found = {name: unquote(text) for name, text in PARAMETER.findall(value)}
    for name in NEEDED:
        if not found.get(name):
            raise Refused(400, f"Expecting to find {name} in request. The server could not comply with the request.")
    if found["oauth_signature_method"] != "HMAC-SHA1":
        raise Refused(401, "Invalid signature")
    return found


def _without(scene: Scene) -> Answer:
    """The answer to a request without OAuth's parameters, as the reference documents it: with none. Raises Refused."""
    if scene.call.token is NOBODY:
        raise Refused(400, "Expecting to find oauth_consumer_key in request.")
    return write(scene)


def _consumer(scene: Scene, sent: Members) -> Resource:
    return scene.need(CONSUMERS, sent["oauth_consumer_key"])


def _form(scene: Scene, key: str, secret: str, ends: datetime) -> Answer:
    text = f"oauth_token={key}&oauth_token_secret={secret}&oauth_expires_at={ends.strftime(KEYSTONE_TIME)}"
    return Answer(scene.call.plan.status, text.encode(), (FORM,))


@HOOKS.answer("identity.oauth1.request-token.show")
def _request_token(scene: Scene) -> Answer:
    if not (sent := parameters(scene)):
        return _without(scene)
    consumer = _consumer(scene, sent)
    project = header(scene.call.request.headers, "requested-project-id")
    if not project:
        raise Refused(400, "Expecting to find Requested-Project-Id in request.")
    scene.need(PROJECTS, project)
    world, ends = scene.world, scene.world.clock.now() + REQUEST_LIFE
    members = {"id": world.new_id("hex"), "consumer_id": consumer.id, "project_id": project, "user_id": None}
    one = world.add(REQUESTS, {**members, "roles": [], "verifier": None})
    one.private |= {"secret": world.new_id("hex"), "expires": ends.timestamp()}
    return _form(scene, one.id, one.private["secret"], ends)


def _asked(scene: Scene, id_: str) -> Resource:
    """A request token that is still good. Raises Refused."""
    one = scene.need(REQUESTS, id_)
    if one.private["expires"] <= scene.world.clock.now().timestamp():
        raise Refused(401, "Request token is expired")
    return one


@HOOKS.answer("identity.os-oauth1.authorize.update")
def _authorize(scene: Scene) -> Answer:
    one, user = _asked(scene, scene.call.id), scene.call.token.user
    body = scene.call.body if isinstance(scene.call.body, dict) else {}
    mine = roles_of(scene.world, user, "projects", one.members["project_id"])
    wanted = [role for role in body.get("roles") or () if isinstance(role, dict)]
    named = {one.get("id") or one.get("name") for one in wanted}
    given = [role for role in mine if role["id"] in named or role["name"] in named]
    if not wanted or len(given) < len(wanted):
        raise Refused(401, "authorizing user does not have role required")
    one.set(user_id=user, roles=given, verifier=scene.world.secret(8, LETTERS))
    return Answer(200, {"token": {"oauth_verifier": one.members["verifier"]}})


@HOOKS.answer("identity.oauth1.access-token.create")
def _access_token(scene: Scene) -> Answer:
    if not (sent := parameters(scene)):
        return _without(scene)
    for name in ("oauth_token", "oauth_verifier"):
        if not sent.get(name):
            raise Refused(400, f"Expecting to find {name} in request.")
    consumer, asked = _consumer(scene, sent), _asked(scene, sent["oauth_token"])
    told = asked.members
    if told["consumer_id"] != consumer.id:
        raise Refused(401, "Provided consumer key does not match stored consumer key.")
    if told["user_id"] is None:
        raise Refused(401, "Request Token does not have an authorizing user id.")
    if told["verifier"] != sent["oauth_verifier"]:
        raise Refused(401, "Provided verifier does not match stored verifier")
    world, user, ends = scene.world, told["user_id"], scene.world.clock.now() + ACCESS_LIFE
    base = f"{scene.call.base}/users/{user}/OS-OAUTH1/access_tokens"
    id_ = world.new_id("hex")
    members = {
        "id": id_,
        "consumer_id": consumer.id,
        "project_id": told["project_id"],
        "authorizing_user_id": user,
        "expires_at": ends.strftime(KEYSTONE_TIME),
        "links": {"self": f"{base}/{id_}", "roles": f"{base}/{id_}/roles"},
    }
    one = world.add(ACCESS, members, parents=(user,))
    one.private |= {"secret": world.new_id("hex"), "roles": told["roles"], "expires": ends.timestamp()}
    scene.remove(asked)
    return _form(scene, one.id, one.private["secret"], ends)


def by_oauth1(scene: Scene, _: Members) -> tuple[Resource, Members]:
    """The user in whose place a consumer logs in. Raises Refused."""
    sent = parameters(scene)
    found = next(scene.where(ACCESS, id=sent.get("oauth_token")), None) if sent else None
    if found is None or found.members["consumer_id"] != sent["oauth_consumer_key"]:
        raise unauthorized()
    if found.private["expires"] <= scene.world.clock.now().timestamp():
        raise Refused(401, "Access token is expired")
    about = {"access_token_id": found.id, "consumer_id": found.members["consumer_id"]}
    more = {"OS-OAUTH1": about, "_project": found.members["project_id"], "_roles": found.private["roles"]}
    return scene.need(USERS, found.parents[0], 401), more


METHODS["oauth1"] = by_oauth1


def _roles_at(scene: Scene) -> list[Members]:
    return list(item(scene, ACCESS, scene.call.ids[1], scene.call.ids[:1]).private["roles"])


@HOOKS.answer(
    "identity.oauth1.users.access-tokens.roles.list", "identity.os-oauth1.users.access-tokens.roles.list-today"
)
def _roles(scene: Scene) -> Answer:
    return listed(scene, "roles", filter(None, (scene.find(ROLES, role["id"]) for role in _roles_at(scene))))


@HOOKS.answer(
    "identity.oauth1.users.access-tokens.roles.show", "identity.os-oauth1.users.access-tokens.roles.show-today"
)
def _role(scene: Scene) -> Answer:
    role = next((role for role in _roles_at(scene) if role["id"] == scene.call.id), None)
    if role is None:
        raise Refused(404, f"Could not find role: {scene.call.id}.")
    return Answer(200, {"role": scene.need(ROLES, role["id"]).members})
