"""What is known of an API call: plain frozen data, made by `parse` and kept in the catalog's data."""

from __future__ import annotations

from typing import Any

import msgspec

REQUEST, RESPONSE = "request", "response"

# Repairs that change words, and leave the structure of an example as it is printed.
WRAPPED = "wrapped lines joined"
LETTER = "misread letter restored"
ELSEWHERE = "misread id restored from elsewhere"
WORDING = frozenset({WRAPPED, LETTER, ELSEWHERE})


class Parameter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A variable of the path, a name of the query, a header field, or a member of a body.

    `type` is the document's word in lower case (`string`, `uuid`, `integer`, `boolean`, `datetime`, …), empty where it
    says none.
    """

    name: str
    type: str = ""
    required: bool = False


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error code and what the service calls that error (`itemNotFound`), empty where the document does not say."""

    code: int
    name: str = ""


class Operation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One documented API call. `path` is its URI template (RFC 6570, simple expansion), without the query.

    `service` is the official service type, `version` that of its API. `action` is the key in the body that decides
    where operations share method and template. `confirmed`: a second copy in the document has the same template.
    """

    section: str
    id: str
    title: str
    service: str
    version: str
    method: str
    path: str
    path_params: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    statuses: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()
    action: str = ""
    request_headers: tuple[Parameter, ...] = ()
    response_headers: tuple[Parameter, ...] = ()
    request_body: tuple[Parameter, ...] = ()
    response_body: tuple[Parameter, ...] = ()
    confirmed: bool = True

    @property
    def chapter(self) -> int:
        """Number of its chapter in the document."""
        return int(self.section.partition(".")[0])

    @property
    def template(self) -> str:
        """The whole URI template: `/v2/{tenant_id}/volumes{?limit,marker}`."""
        names = ",".join(parameter.name for parameter in self.query)
        return self.path + ("{?" + names + "}" if names else "")


class Example(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An example request or response of the operation in `section`.

    `format` is json, xml or text. `body` is the JSON text, or the text as printed; None for a JSON example that was
    given up. `start` is the start line of HTTP where the example has one, with its `headers`. `repairs` names what was
    done to the body, nothing where it is clean.
    """

    section: str
    side: str
    name: str
    format: str
    start: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    repairs: tuple[str, ...] = ()
    body: str | None = None

    @property
    def given_up(self) -> bool:
        """Whether its JSON could not be repaired."""
        return self.format == "json" and self.body is None

    @property
    def provenance(self) -> str:
        """`clean`, `repaired: …` or `given-up`."""
        if self.given_up:
            return "given-up"
        return f"repaired: {', '.join(self.repairs)}" if self.repairs else "clean"

    @property
    def value(self) -> Any:
        """The parsed body of a JSON example, else its text; None for one given up or without a body."""
        return msgspec.json.decode(self.body) if self.format == "json" and self.body is not None else self.body
