"""Whatever stands in a request to designate is taken or refused, and never trips anything up."""

import itertools
from typing import Any

import pytest

from tests.synthesis.requests import Asker
from tests.synthesis.services.dns.test_rules import ask, zone

ODD: tuple[object, ...] = (
    None,
    5,
    -1,
    True,
    "",
    ".",
    "²",
    "x" * 300,
    "a..b.",
    {},
    {"a": {}},
    [],
    [{}],
    [[1]],
    ["", None],
)
MAKES: dict[str, dict[str, Any]] = {
    "/zones": {
        "name": "x.test.",
        "type": "PRIMARY",
        "email": "a@x.test",
        "ttl": 60,
        "description": "x",
        "masters": [],
        "attributes": {},
        "pool_id": None,
    },
    "/zones/{zone}/recordsets": {
        "name": "www.odd.test.",
        "type": "A",
        "records": ["192.0.2.1"],
        "ttl": 60,
        "description": "x",
    },
    "/zones/{zone}/shares": {"target_project_id": "p"},
    "/zones/{zone}/tasks/transfer_requests": {"target_project_id": "p", "description": "x"},
    "/zones/{zone}/tasks/pool_move": {"pool_id": "p"},
    "/zones/tasks/transfer_accepts": {"zone_transfer_request_id": "r", "key": "K"},
    "/zones/tasks/imports": {"zonefile": "x", "attributes": {}},
    "/tlds": {"name": "test", "description": "x"},
    "/blacklists": {"pattern": "^x", "description": "x"},
    "/tsigkeys": {"name": "x", "algorithm": "hmac-md5", "secret": "x", "scope": "POOL", "resource_id": "x"},
}


@pytest.mark.parametrize("path", MAKES)
def test_an_odd_value_is_taken_or_refused(path: str) -> None:
    asker = Asker()
    path = path.replace("{zone}", zone(asker, "odd.test.")["id"])
    whole = MAKES[path if path in MAKES else path.replace(path.split("/")[2], "{zone}")]
    for name, value in itertools.product(whole, ODD):
        assert ask(asker, "POST", path, {**whole, name: value})[0] < 500, (name, value)
        assert ask(asker, "POST", path, {name: value})[0] < 500, (name, value)
    for body in ODD:
        assert ask(asker, "POST", path, body)[0] < 500, body


def test_an_odd_change_is_taken_or_refused() -> None:
    asker = Asker()
    made = zone(asker, "odd.test.")
    path = f"/zones/{made['id']}"
    sent = {"name": "www.odd.test.", "type": "A", "records": ["192.0.2.1"]}
    one = ask(asker, "POST", f"{path}/recordsets", sent)[1]
    changes = {path: ("PATCH", made), f"{path}/recordsets/{one['id']}": ("PUT", one)}
    changes[f"/quotas/{made['project_id']}"] = ("PATCH", {"zones": 1, "zone_records": 1})
    for where, (method, members) in changes.items():
        for name, value in itertools.product(members, ODD):
            assert ask(asker, method, where, {name: value})[0] < 500, (where, name, value)


@pytest.mark.parametrize("name", ["limit", "marker", "sort_key", "sort_dir", "name", "data", "type", "ttl", "status"])
def test_an_odd_query_is_answered_or_refused(name: str) -> None:
    asker = Asker()
    made = zone(asker, "odd.test.")
    for value in ("", "*", "[", "?", "%C2%B2", "-1", "x", "**[a-", "99999999999999999999"):
        for path in ("/zones", "/recordsets", f"/zones/{made['id']}/recordsets"):
            assert ask(asker, "GET", f"{path}?{name}={value}")[0] < 500, (path, value)


def test_a_zone_file_names_no_other_files_and_makes_no_records_without_end() -> None:
    start = "$ORIGIN odd.test.\n@ 60 IN SOA ns.test. a.odd.test. 1 2 3 4 5\n"
    for line in ("$GENERATE 1-100000000 h$ A 192.0.2.1\n", "$INCLUDE /etc/passwd\n", "\0", "www IN A none\n"):
        made = ask(Asker(), "POST", "/zones/tasks/imports", {"zonefile": start + line})[1]
        assert (made["status"], made["zone_id"], made["message"]) == ("ERROR", None, "Malformed zonefile.")
