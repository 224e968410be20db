"""Consoles of servers: each has a token of its own, which tells whose it is."""

import msgspec
import pytest

from tests.synthesis.requests import Asker, json_of

ACTIONS = {"os-getVNCConsole": "novnc", "os-getSPICEConsole": "spice-html5", "os-getSerialConsole": "serial"}


@pytest.mark.parametrize("action", ACTIONS)
def test_the_token_of_a_console_tells_its_server(action: str) -> None:
    asker = Asker()
    server = asker._thing("compute/servers", ())
    sent = msgspec.json.encode({action: {"type": ACTIONS[action]}})
    urls = []
    for _ in range(2):
        console = json_of(asker.ask("POST", "compute", f"/v2.1/servers/{server.id}/action", sent))["console"]
        assert console["type"] == ACTIONS[action]
        urls.append(console["url"])
    token = urls[0].rpartition("%3D")[2]
    told = json_of(asker.ask("GET", "compute", f"/v2.1/os-console-auth-tokens/{token}"))["console"]
    assert (told["instance_uuid"], len(set(urls))) == (server.id, 2)


def test_a_token_of_no_console_is_not_found() -> None:
    assert Asker().ask("GET", "compute", "/v2.1/os-console-auth-tokens/1").status == 404


def test_a_rescued_server_has_the_password_that_was_sent_or_a_new_one() -> None:
    for sent in ({}, {"adminPass": "my own"}):
        asker = Asker()
        server = asker._thing("compute/servers", ())
        body = msgspec.json.encode({"rescue": sent or None})
        told = json_of(asker.ask("POST", "compute", f"/v2.1/servers/{server.id}/action", body))
        assert told["adminPass"] == sent.get("adminPass", told["adminPass"])
        assert len(told["adminPass"]) >= 6
