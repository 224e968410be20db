"""Version documents, and the negotiation of microversions.

Sources: API-SIG "Version discovery", keystoneauth `discover.py`, the services' own `versions` modules.
"""

from __future__ import annotations

import re
from typing import Any

from cloudtape.cassettes.messages import Request, header
from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer, Pairs
from cloudtape.synthesis.engine.plans import Plan
from cloudtape.synthesis.engine.services import Micro, Microversion, Service, Version
from cloudtape.synthesis.errors import Refused

NUMBER = re.compile(r"([0-9]+)\.([0-9]+)")


def document_at(service: Service, region: str, path: str) -> Answer | None:
    """The version document at a path behind a service's address; None where there is none."""
    bare = path.rstrip("/")
    if not service.versions:
        return None
    if bare == "":
        return _root(service, region)
    here = [one for one in service.versions if one.path.rstrip("/") == bare]
    return _versioned(service, region, here) if here else None


def _root(service: Service, region: str) -> Answer:
    entries: Any = [_entry(service, region, one) for one in service.versions]
    if service.documents.root == "values":
        entries = {"values": entries}
    return Answer(service.documents.status, {"versions": entries})


def _versioned(service: Service, region: str, here: list[Version]) -> Answer:
    entries = [_entry(service, region, one) for one in here]
    match service.documents.version:
        case "version":
            return Answer(200, {"version": entries[0]})
        case "resources":
            base = service.address(region) + here[0].path
            found = service.documents.resources.items()
            links = {many: [{"rel": "self", "href": base + many}] for _, many in found}
            return Answer(
                200, {"resources": [{"name": one, "collection": many, "links": links[many]} for one, many in found]}
            )
        case _:
            alone = {"version": entries[0]} if here[0].single else {}
            return Answer(service.documents.at_version, {"versions": entries, **alone})


def _entry(service: Service, region: str, one: Version) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": one.id, "status": one.status}
    if one.version is not None:
        entry |= {"version": one.version, "min_version": one.min_version or ""}
    if one.max_version is not None:
        entry["max_version"] = one.max_version
    if one.updated:
        entry["updated"] = one.updated
    entry["links"] = [{"rel": "self", "href": service.address(region) + one.path}]
    if one.media:
        entry["media-types"] = [{"base": "application/json", "type": one.media}]
    return entry


def microversion(service: Service, version: str, request: Request, lenient: bool = False) -> Microversion:
    """The microversion in which a request is answered: the lowest where it asks for none.

    Raises Refused for one that is out of range; `lenient` takes the nearest.
    """
    micro = service.micro
    if micro is None or version not in micro.versions:
        return (0, 0) if micro is None else micro.min
    asked = _asked(micro, request)
    if asked is None:
        return micro.min
    if asked == "latest":
        return micro.max
    found = NUMBER.fullmatch(asked)
    if not found:
        raise Refused(
            400, f"API Version String '{asked}' is of invalid format. It must be of format MajorNum.MinorNum."
        )
    number = (whole(found[1]) or 0, whole(found[2]) or 0)
    if lenient:
        return min(max(number, micro.min), micro.max)
    if not micro.min <= number <= micro.max:
        low, high = _text(micro.min), _text(micro.max)
        why = f"Version {asked} is not supported by the API. Minimum is {low} and maximum is {high}."
        raise Refused(406, why)
    return number


def is_as_printed(service: Service, version: str, plan: Plan, has_project: bool, request: Request) -> bool:
    """Whether a request has the form that the reference of 2015 prints: its own version, the project in the path, no
    microversion. Today's clients ask nova without the project, and cinder in version 3.
    """
    micro = service.micro
    if micro is None or not has_project or version != plan.operation.version:
        return False
    return not plan.operation.section.startswith("0.") and _asked(micro, request) is None


def _asked(micro: Micro, request: Request) -> str | None:
    """The version that a header asks for; the header may name several services."""
    for value in (header(request.headers, "openstack-api-version") or "").split(","):
        name, _, number = value.strip().partition(" ")
        if name == micro.name or (name in micro.also and number):
            return number.strip()
    return header(request.headers, micro.legacy.lower()) if micro.legacy else None


def version_headers(service: Service, number: Microversion) -> Pairs:
    """The fields with which a service says which microversion it answered in."""
    micro = service.micro
    if micro is None or number == (0, 0):
        return ()
    text = _text(number)
    said: Pairs = (("OpenStack-API-Version", f"{micro.name} {text}"), ("Vary", "OpenStack-API-Version"))
    return said + (((micro.legacy, text), ("Vary", micro.legacy)) if micro.legacy else ())


def _text(number: Microversion) -> str:
    return f"{number[0]}.{number[1]}"
