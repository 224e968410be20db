"""Nova: consoles of servers. They lead nowhere, and each has a token of its own, which tells whose it is.

Sources: nova's `remote_consoles.py`, `console_auth_tokens.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.attachments import server_of
from cloudtape.synthesis.services.compute.parts import SERVERS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

TOKENS = "compute/os-console-auth-tokens"
ACTIONS = ("os-getVNCConsole", "os-getSPICEConsole", "os-getRDPConsole", "os-getSerialConsole")


def _url(scene: Scene, server: Resource, kind: str) -> str:
    """Where a console is. Its token is kept."""
    token = scene.world.new_id()
    about = {"instance_uuid": server.id, "host": "127.0.0.1", "port": 5900, "internal_access_path": None}
    scene.world.documents[(scene.call.region, TOKENS, (token,))] = about
    scheme = "ws" if kind == "serial" else "http"
    return f"{scheme}://console.cloud.invalid:6080/vnc_lite.html?path=%3Ftoken%3D{token}"


@HOOKS.answer("compute.servers.remote-consoles.create")
def _remote_console(scene: Scene) -> Answer:
    server, sent = server_of(scene), scene.call.sent
    kind, protocol = sent.get("type") or "novnc", sent.get("protocol") or "vnc"
    return Answer(200, {"remote_console": {"type": kind, "protocol": protocol, "url": _url(scene, server, kind)}})


@HOOKS.on(SERVERS, *ACTIONS)
def _console(scene: Scene, server: Resource, sent: Members) -> Outcome:
    kind = str(sent.get("type") or "novnc")
    return Outcome({"console": {"type": kind, "url": _url(scene, server, kind)}})


@HOOKS.answer("compute.os-console-auth-tokens.show")
def _console_of_token(scene: Scene) -> Answer:
    about = scene.world.documents.get((scene.call.region, TOKENS, scene.call.ids))
    if about is None:
        raise Refused(404, "Token not found")
    return Answer(200, {"console": about})
