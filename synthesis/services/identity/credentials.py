"""Keystone: whose credentials, protocols and consumers are, and what is told of them once."""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.services.identity.core import (
    EC2,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


@HOOKS.on("identity/credentials", "CREATE")
def _whose_credential(scene: Scene, one: Resource, sent: Members) -> None:
    one.set(user_id=sent.get("user_id") or scene.call.token.user, project_id=sent.get("project_id"))


@HOOKS.on("identity/OS-FEDERATION/identity_providers/protocols", "CREATE")
def _whose_protocol(_: Scene, one: Resource, __: Members) -> None:
    one.set(idp_id=one.parents[0])


@HOOKS.on(EC2, "CREATE")
def _ec2(scene: Scene, one: Resource, sent: Members) -> None:
    access, secret = one.id, scene.world.new_id("hex")
    project = sent.get("tenant_id") or scene.call.project
    one.set(access=access, secret=secret, tenant_id=project, user_id=one.parents[0], trust_id=None)


@HOOKS.on("identity/OS-OAUTH1/consumers", "CREATE")
def _consumer(scene: Scene, _: Resource, __: Members) -> Outcome:
    return Outcome(more={"secret": scene.world.new_id("hex")})
