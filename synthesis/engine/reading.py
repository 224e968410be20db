"""Reads a request: where its path divides, which ids are in it, and the document that it sends."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any
from urllib.parse import unquote

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Request, StoredBody, header
from cloudtape.matchers.requests.operations import VERSION
from cloudtape.synthesis.engine.plans import Plan
from cloudtape.synthesis.engine.xml import XmlError, from_xml
from cloudtape.synthesis.errors import Refused

LONGEST_DOCUMENT = 8 * 1024 * 1024
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
    if isinstance(request.body, StoredBody):
        if request.body.size > LONGEST_DOCUMENT:
            raise Refused(413, "Request is too large.")
        data = request.body.path.read_bytes()
    else:
        assert isinstance(request.body, bytes)
        data = request.body
    try:
        if kind.endswith("xml"):
            return from_xml(data, plan.sent)
        return json_value(data)
    except (JsonError, XmlError):
        raise Refused(400, "Malformed request body: it is no JSON document.", "HTTPBadRequest") from None
