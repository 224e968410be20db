"""An answer as the HTTP response of its service, with the fields that each of them has."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from cloudtape.cassettes.faults import fault
from cloudtape.cassettes.messages import Headers, Response, Stream
from cloudtape.openstack.faults import PHRASES
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.discovery import version_headers
from cloudtape.synthesis.engine.services import DOMAIN, Microversion, Service
from cloudtape.synthesis.errors import Refused

SAFE = "%/:?&=#@!$'()*+,;~[]"
"""What stands in an address as it is; ids that clients choose may hold anything else."""
JSON = ("Content-Type", "application/json")


def response_of(service: Service, made: Answer, micro: Microversion, id_: str) -> Response:
    """`id_` is the request's."""
    body, headers = made.body, made.headers
    if body is None:
        body = b""
    elif not isinstance(body, bytes | Stream):
        body, headers = msgspec.json.encode(body), (JSON, *headers)
    sent = tuple([(name, quote(value, SAFE) if name == "Location" else value) for name, value in headers])
    return Response(made.status, PHRASES[made.status], (*sent, *_told(service, micro, id_)), body)


def refusal(service: Service, refused: Refused, micro: Microversion, id_: str) -> Response:
    """What was refused, in the envelope of the service."""
    kind = service.faults.get(refused.kind, refused.kind)
    made = fault(service.type, refused.status, refused.message, kind=kind, shape=service.envelope, request_id=id_)
    more = (("WWW-Authenticate", f'Keystone uri="http://identity.{DOMAIN}"'),) if refused.status == 401 else ()
    return msgspec.structs.replace(made, headers=(*made.headers, *more, *_told(service, micro, id_)))


def _told(service: Service, micro: Microversion, id_: str) -> Headers:
    more: Headers = ((service.request_id, id_),) if service.request_id else ()
    varies = (("Vary", service.vary),) if service.vary else ()
    return (*version_headers(service, micro), *varies, ("x-openstack-request-id", id_), *more)
