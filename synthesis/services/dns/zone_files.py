"""Designate: zones as zone files (RFC 1035), out and in.

Source: designate's `central/service.py` (`export_zone`, `_import_zone`), `dnsutils.py` and
`resources/templates/export-zone.jinja2`. dnspython reads the files.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cloudtape.cassettes.messages import header
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.inner import ask
from cloudtape.synthesis.engine.quotas import limits_of
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.engine.showing import shown
from cloudtape.synthesis.engine.views import item_path
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.dns.kinds import (
    EXPORTS,
    IMPORTS,
    SERVICE,
    ZONES,
    bad_request,
    own_zone,
)
from cloudtape.synthesis.services.dns.serials import records_of, start
from cloudtape.synthesis.worlds.lifecycle import Transition
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

ZONE_FILE = "text/dns"
FAILED = Transition(via="ERROR")
LONGEST_MESSAGE = 160
DIRECTIVES = ("$ORIGIN", "$TTL")
"""Neither files of this machine, nor records without end ($GENERATE)."""

# --- out ----------------------------------------------------------------------------------------------------------


@HOOKS.answer("dns.zones.export")
def _asked(scene: Scene) -> Answer:
    zone, kind = own_zone(scene), scene.kind(EXPORTS)
    most = limits_of(scene, SERVICE, zone.project)["api_export_size"]
    if 0 <= most < len(records_of(scene, zone)):
        raise Refused(413, "Zone Export exceeds api_export_size.", "OverQuota")
    one = scene.add(EXPORTS, {"zone_id": zone.id}, project=zone.project)
    one.set(location=f"designate://v2/zones/tasks/exports/{one.id}/export")
    start(scene, one, "create")
    told = shown(scene, one)
    return Answer(told.status, told.body, (("Location", scene.call.base + item_path(kind, one)),))


@HOOKS.answer("dns.zones.tasks.exports.export.show")
def _file(scene: Scene) -> Answer:
    one = item(scene, EXPORTS, scene.call.ids[0])
    zone = item(scene, ZONES, one.members["zone_id"])
    return Answer(200, "\n".join(_lines(scene, zone)).encode(), (("Content-Type", ZONE_FILE),))


def _lines(scene: Scene, zone: Resource) -> Iterator[str]:
    yield f"$ORIGIN {zone.members['name']}"
    yield f"$TTL {zone.members['ttl']}"
    yield ""
    for one in records_of(scene, zone):
        name, ttl, kind = (one.members[name] for name in ("name", "ttl", "type"))
        for record in one.members["records"]:
            yield f"{name} {ttl or ''} IN {kind} {record}"
    yield ""


# --- in -----------------------------------------------------------------------------------------------------------


@HOOKS.on(IMPORTS, "CREATE")
def _read(scene: Scene, one: Resource, _: Members) -> Outcome | None:
    """Make a zone of a file. What is wrong with it is told by the import, which is made all the same."""
    text = _text(scene)
    try:
        zone = _make(scene, text)
    except Refused as refused:
        one.set(message=refused.message[:LONGEST_MESSAGE])
        return Outcome(goes=FAILED)
    one.set(zone_id=zone["id"], message=f"{zone['name']} imported")
    return None


def _text(scene: Scene) -> str:
    """The zone file in a request. Raises Refused."""
    request = scene.call.request
    kind = (header(request.headers, "content-type") or "").partition(";")[0].strip()
    if kind == ZONE_FILE:
        return request.body.decode(errors="replace") if isinstance(request.body, bytes) else ""
    if kind != "application/json":
        raise Refused(415, "Content-type must be text/dns or application/json", "UnsupportedContentType")
    text = scene.call.sent.get("zonefile")
    if not isinstance(text, str):
        raise bad_request('The "zonefile" field is required when using application/json content type')
    return text


def _make(scene: Scene, text: str) -> Members:
    """The zone that a file describes. Raises Refused."""
    found = read_zone(text)
    made: Members = ask(scene, "dns.zones.create", body=found.zone).body
    try:
        for record in found.records:
            ask(scene, "dns.zones.recordsets.create", (made["id"],), record)
    except Refused:
        ask(scene, "dns.zones.delete", (made["id"],))
        raise
    return made


class Found(msgspec.Struct, frozen=True):
    """What a file says: a zone, and its recordsets but those that designate makes."""

    zone: Members
    records: list[Members]


def read_zone(text: str) -> Found:
    """Raises Refused for a file that is none."""
    from dns.exception import DNSException  # hardly anybody needs it, and each start would pay for it
    from dns.zone import UnknownOrigin, from_text

    try:
        zone = from_text(text, relativize=False, check_origin=False, allow_directives=DIRECTIVES)
    except UnknownOrigin:
        why = "The $ORIGIN statement is required and must be the first statement in the zonefile."
        raise Refused(400, why) from None
    except (DNSException, ValueError, KeyError):
        raise Refused(400, "Malformed zonefile.") from None
    assert zone.origin is not None
    name, start_of_all = zone.origin.to_text(), zone.get_rdataset(zone.origin, "SOA")
    if start_of_all is None:
        raise Refused(400, "An SOA record is required.")
    email = _email(start_of_all[0].rname.to_text(omit_final_dot=True))
    records: list[Members] = []
    for node, rows in zone.iterate_rdatasets():
        kind, texts = rows.rdtype.name, [row.to_text() for row in rows]
        if kind != "SOA" and not (kind == "NS" and node == zone.origin):
            records.append({"name": node.to_text(), "type": kind, "ttl": rows.ttl or None, "records": texts})
    return Found({"name": name, "type": "PRIMARY", "email": email, "ttl": start_of_all.ttl}, records)


def _email(name: str) -> str:
    """The address that a SOA record writes as a name: its first dot that is not escaped stands for the at sign."""
    kept = name.replace("\\.", "\0")
    return kept.replace(".", "@", 1).replace("\0", ".")
