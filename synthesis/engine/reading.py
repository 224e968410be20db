"""Reads a request: where its path divides, which ids are in it, and the document that it sends."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any
from urllib.parse import unquote

from cloudtape.cassettes.content import size_of
from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Request, StoredBody, header
from cloudtape.matchers.requests.operations import VERSION
from cloudtape.openstack.operations import Operation
from cloudtape.synthesis.engine.plans import Plan
from cloudtape.synthesis.engine.xml import XmlError, from_xml
from cloudtape.synthesis.errors import Refused

# Bytes of a document: of services behind oslo.middleware's `sizelimit` (`max_request_body_size`), and of the others
# (heat, senlin: `max_json_body_size`).
LONGEST_DOCUMENT, LIMITED = 1024 * 1024, 114_688
BEHIND_SIZELIMIT = frozenset({"block-storage", "compute", "identity", "shared-file-system"})
IN_OWN_WORDS = frozenset({"clustering", "orchestration"})
# Bodies that are bytes, not documents.
DATA_TYPES = ("application/octet-stream",)


def target_of(request: Request) -> tuple[str, str, str]:
    """The origin, the path and the query of a request."""
    scheme, _, host, *rest = request.uri.split("/", 3)
    path, _, query = ("/" + rest[0] if rest else "").partition("?")
    return f"{scheme}//{host}", path, query


@functools.lru_cache(4096)
def split(target: str) -> tuple[str, str, tuple[str, ...]]:
    """Version, the path up to it, and the decoded segments behind it."""
    segments = [one for one in target.split("/") if one]
    for at, segment in enumerate(segments):
        if VERSION.fullmatch(segment):
            rest = tuple(unquote(one, errors="replace") for one in segments[at + 1 :])
            return segment, "/" + "/".join(segments[: at + 1]), rest
    return "", "", tuple(unquote(one, errors="replace") for one in segments)


def project_in(path: tuple[str, ...], plan: Plan) -> str:
    """The project that stands in the path before what the template names."""
    return f"/{path[0]}" if len(path) > len(plan.segments) else ""


def ids_in(path: tuple[str, ...], plan: Plan) -> tuple[str, ...]:
    """The values of the template's variables; of one that stands twice, the last."""
    before = len(path) - len(plan.segments)
    return tuple([path[before + at] for at in plan.named])


def body_of(request: Request, plan: Plan, data_types: Collection[str] = ()) -> Any:
    """The document in a request, None where there is none, or where it is bytes or of one of the `data_types`.

    Raises Refused for one that cannot be read.
    """
    kind = (header(request.headers, "content-type") or "").partition(";")[0].strip().lower()
    if not request.body or kind in DATA_TYPES or kind in data_types:
        return None
    _check_size(size_of(request.body), plan.operation.service)
    data = request.body.path.read_bytes() if isinstance(request.body, StoredBody) else request.body
    assert isinstance(data, bytes)
    try:
        if kind.endswith("xml"):
            return from_xml(data, plan.sent)
        return json_value(data)
    except (JsonError, XmlError):
        raise Refused(400, "Malformed request body: it is no JSON document.", "HTTPBadRequest") from None


def _check_size(size: int, service: str) -> None:
    """Raises Refused, in the words that the services have for it."""
    limit = LIMITED if service in BEHIND_SIZELIMIT else LONGEST_DOCUMENT
    if size <= limit:
        return
    if service in IN_OWN_WORDS:
        why = f"JSON body size ({size} bytes) exceeds maximum allowed size ({limit} bytes)."
        raise Refused(400, f"Request limit exceeded: {why}", "RequestLimitExceeded")
    raise Refused(413, "Request is too large.")


def other_action(found: Operation, body: bytes) -> str:
    """The action that a body asks for, where the one that was found is another: the service knows no such one."""
    if not found.action or not found.path.endswith("/action"):
        return ""
    try:
        document = json_value(body)
    except JsonError:
        return ""
    asked = next(iter(document), "") if isinstance(document, dict) else ""
    return "" if asked == found.action else str(asked)
