"""Errors in the shape in which each service reports them.

A service is a row: its envelope, and where the envelope holds a fault's name, the names. Clients read these shapes:
openstacksdk `exceptions.raise_from_response`, keystoneauth `exceptions.http.from_response`, swiftclient (HTML).
Sources: the services' own fault middlewares (nova and cinder `wsgi.Fault`, keystone `exception.Error`, neutron
`api_common`, heat `fault`, designate's `FaultWrapperMiddleware`, the API-SIG's guideline "Errors").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from http import HTTPStatus
from typing import Any

import msgspec

Envelope = Callable[[int, str, str], Any]
"""(status, reason phrase, message) → a JSON value, or a string of HTML."""

FAULT_NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    406: "computeFault",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    501: "notImplemented",
    503: "serviceUnavailable",
}
TROVE_NAMES = {**{key: name for key, name in FAULT_NAMES.items() if key not in (406, 409, 429)}, 500: "instanceFault"}
DESIGNATE_TYPES = {409: "duplicate", 413: "over_quota", 500: "unknown"}
WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a word begins in a name that is written in capitals (`ZoneNotFound`)."""
NEUTRON_TYPES = {400: "HTTPBadRequest", 404: "HTTPNotFound", 409: "HTTPConflict", 501: "HTTPNotImplemented"}


def _named(status: int, _: str, message: str) -> Any:
    return {FAULT_NAMES.get(status, "computeFault"): {"code": status, "message": message}}


def _trove(status: int, reason: str, message: str) -> Any:
    """What has no name of its own is called by the words of its status (trove's `Fault._get_error_name`)."""
    words = reason.title().replace(" ", "")
    name = TROVE_NAMES.get(status) or words[:1].lower() + words[1:]
    return {name: {"code": status, "message": message}}


def _sahara(status: int, reason: str, message: str) -> Any:
    name = "VALIDATION_ERROR" if status == 400 else reason.upper().replace(" ", "_")
    return {"error_code": status, "error_message": message, "error_name": name}


def _sahara_kind(content: Any, kind: str, _: str) -> Any:
    """Its own names are in capitals; the others are those of the engine."""
    return {**content, "error_name": kind} if kind.isupper() else content


def _error(status: int, reason: str, message: str) -> Any:
    return {"error": {"code": status, "title": reason, "message": message}}


def _neutron(status: int, reason: str, message: str) -> Any:
    return _neutron_named(NEUTRON_TYPES.get(status, "HTTP" + reason.replace(" ", "")), message)


def _neutron_named(kind: str, message: str) -> Any:
    return {"NeutronError": {"type": kind, "message": message, "detail": ""}}


def _designate(status: int, reason: str, message: str) -> Any:
    kind = DESIGNATE_TYPES.get(status, reason.lower().replace(" ", "_"))
    return {"code": status, "type": kind, "message": message}


def _designate_kind(content: Any, kind: str, _: str) -> Any:
    return {**content, "type": WORD.sub("_", kind).lower()}


def _heat(status: int, reason: str, message: str) -> Any:
    error = {"message": message, "traceback": None, "type": "HTTP" + reason.replace(" ", "")}
    return {"explanation": message, "code": status, "error": error, "title": reason}


def _wsme(status: int, _: str, message: str) -> Any:
    """`faultcode` says whose fault it is (WSME's `format_exception`)."""
    return {"faultcode": "Client" if status < 500 else "Server", "faultstring": message, "debuginfo": None}


def _ironic(status: int, reason: str, message: str) -> Any:
    return {"error_message": _wsme(status, reason, message)}


def _flat(status: int, reason: str, message: str) -> Any:
    return {"code": status, "type": reason.lower().replace(" ", "_"), "title": reason, "message": message}


def listed(status: int, reason: str, message: str) -> Any:
    return {"errors": [{"status": status, "title": reason, "detail": message}]}


def _page(status: int, reason: str, message: str) -> Any:
    title = f"{status} {reason}"
    return f"<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1>\n{escape(message)}\n</body>\n</html>"


def _paragraph(_: int, reason: str, message: str) -> Any:
    return f"<html><h1>{reason}</h1><p>{escape(message)}</p></html>"


def _unknown(status: int, reason: str, message: str) -> Any:
    """Both shapes that generic clients look for."""
    return _error(status, reason, message) | {"message": message}


SHAPES: dict[str, Envelope] = {
    "designate": _designate,
    "error": _error,
    "flat": _flat,
    "heat": _heat,
    "ironic": _ironic,
    "listed": listed,
    "named": _named,
    "neutron": _neutron,
    "page": _page,
    "paragraph": _paragraph,
    "sahara": _sahara,
    "trove": _trove,
    "wsme": _wsme,
}
SHAPE_OF = {
    "application-catalog": "page",
    "baremetal": "ironic",
    "block-storage": "named",
    "compute": "named",
    "container-infrastructure-management": "listed",
    "data-processing": "flat",
    "database": "trove",
    "dns": "designate",
    "identity": "error",
    "image": "page",
    "key-manager": "flat",
    "load-balancer": "wsme",
    "meter": "ironic",
    "network": "neutron",
    "object-store": "paragraph",
    "orchestration": "heat",
    "placement": "listed",
    "shared-file-system": "named",
}
"""By service, the shape of its errors; `sahara` is only made up, since openstacksdk finds no message in it."""
# Shapes with a place for the service's own name of a fault (`NetworkInUse`): (error without it, name, message) → error.
NAMED: dict[str, Callable[[Any, str, str], Any]] = {
    "designate": _designate_kind,
    "sahara": _sahara_kind,
    "neutron": lambda _, kind, message: _neutron_named(kind, message),
}
# Shapes that say by which id the request is known.
REQUEST_ID = {"designate": "request_id"}
PHRASES = {int(status): status.phrase for status in HTTPStatus}


class Fault(msgspec.Struct, frozen=True):
    """An error as a service words it: `body` of this media type."""

    status: int
    reason: str
    media_type: str
    body: bytes


def fault(
    service: str,
    status: int,
    message: str,
    facts: Mapping[str, Any] | None = None,
    kind: str = "",
    shape: str = "",
    request_id: str = "",
) -> Fault:
    """An error of a service (its official type; any other gets a shape that most clients read).

    `message` is one line for a person. `facts` stand under the key `cloudtape` of a JSON body; an HTML one has no
    place for them. `kind` is the service's own name for it, `shape` one of `SHAPES` where its type does
    not say that. `request_id` is told where the shape has a place for it.
    """
    reason = PHRASES.get(status, "Error")
    message = message.encode("utf-8", "replace").decode()  # bytes of a client's that are no UTF-8 are surrogates here
    shape = shape or SHAPE_OF.get(service, "")
    content = SHAPES.get(shape, _unknown)(status, reason, message)
    if kind and shape in NAMED:
        content = NAMED[shape](content, kind, message)
    if request_id and shape in REQUEST_ID:
        content = {**content, REQUEST_ID[shape]: request_id}
    if isinstance(content, str):
        return Fault(status, reason, "text/html; charset=UTF-8", content.encode())
    if facts:
        content = {**content, "cloudtape": facts}
    return Fault(status, reason, "application/json", msgspec.json.encode(content))
