"""What a lock keeps users from, and what is recorded of actions, as nova's `compute/api.py` says of each."""

from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.services.identity.core import token_for
from tests.synthesis.requests import Asker
from tests.synthesis.services.compute.test_servers import act, ask, boot

LIFE = default_cloud().kinds["compute/servers"].life
# Its methods with `check_instance_lock`, by the actions that call them.
LOCKED = {
    *[
        "os-start",
        "os-stop",
        "reboot",
        "rebuild",
        "resize",
        "migrate",
        "confirmResize",
        "revertResize",
        "pause",
        "unpause",
        "suspend",
        "resume",
    ],
    *["shelve", "shelveOffload", "unshelve", "rescue", "unrescue", "restore", "forceDelete", "os-migrateLive"],
}
# `compute/instance_actions.py`.
LOGGED = {
    **{
        name: name
        for name in ["reboot", "pause", "unpause", "suspend", "resume", "shelve", "shelveOffload", "unshelve", "rescue"]
    },
    **{
        name: name
        for name in ["unrescue", "resize", "migrate", "confirmResize", "revertResize", "rebuild", "evacuate", "restore"]
    },
    **{name: name for name in ["createImage", "createBackup", "lock", "unlock"]},
    "os-start": "start",
    "os-stop": "stop",
    "os-migrateLive": "live-migration",
}


def become_user(asker: Asker) -> None:
    """From here on one asks who is no administrator."""
    _, made = ask(asker, "POST", "identity", "/v3/users", {"user": {"name": "somebody", "password": "secret"}})
    roles = ask(asker, "GET", "identity", "/v3/roles?name=member")[1]["roles"]
    path = f"/v3/projects/{asker.project}/users/{made['user']['id']}/roles/{roles[0]['id']}"
    assert ask(asker, "PUT", "identity", path)[0] == 204
    scene = asker.synthesizer.scene_of(asker.world)
    user = next(asker.world.where("identity/users", name="somebody"))
    asker.token = token_for(scene, user, ["password"], {"project": {"id": asker.project}}, {})
    assert not asker.token.is_admin


def test_a_lock_forbids_what_it_forbids_in_nova() -> None:
    assert LIFE is not None
    assert {name for name, action in LIFE.actions.items() if action.locked} == LOCKED
    assert LIFE.delete.locked


def test_actions_are_recorded_under_novas_names() -> None:
    assert LIFE is not None
    assert {name: action.logged for name, action in LIFE.actions.items() if action.logged} == LOGGED


def test_a_locked_server_is_its_administrators_alone() -> None:
    asker = Asker()
    server = boot(asker)[1]["server"]["id"]
    assert act(asker, server, {"lock": None}) == 202
    assert act(asker, server, {"os-stop": None}) == 202
    become_user(asker)
    path = f"/v2.1/servers/{server}"
    status, refused = ask(asker, "POST", "compute", f"{path}/action", {"os-start": None})
    assert (status, refused["conflictingRequest"]["message"]) == (409, f"Instance {server} is locked")
    assert ask(asker, "DELETE", "compute", path)[0] == 409
    assert act(asker, server, {"unlock": None}) == 202
    assert act(asker, server, {"os-start": None}) == 202
    events = ask(asker, "GET", "compute", f"{path}/os-instance-actions")[1]["instanceActions"]
    assert sorted(one["action"] for one in events) == ["create", "lock", "start", "stop", "unlock"]
    assert ask(asker, "DELETE", "compute", path)[0] == 204
