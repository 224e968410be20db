"""Whether an answer leads its client to another host than a cloud's own.

A client follows what it is told: the links of version documents, the next page of a list, a redirect. It sends its
token along. What the cloud itself says of that is the cloud's to answer for; what a cassette says to a client that has
a live token, is not (`fill`). Source: keystoneauth1 `discover` and `session`, openstacksdk `resource` (pages),
barbicanclient (references).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from cloudtape.cassettes.content import ContentError, decoded
from cloudtape.cassettes.json_text import JsonError, check_depth
from cloudtape.cassettes.messages import Response, StoredBody
from cloudtape.http.upstream import DOCUMENT_LIMIT
from cloudtape.rewrite import URL_FIELDS

AUTHORITY = re.compile(r"(?:https?:)?[/\\]{2}(?P<authority>[^/\\?#\s\"'<>]*)", re.IGNORECASE)
# Members whose addresses clients follow, and relations of links that they only show.
FOLLOWED = re.compile(r"href|next|prev(ious)?|first|last|self|location|.+_(href|ref|link)")
SHOWN = frozenset({"alternate", "describedby", "help", "license", "about"})
# Blanks, and the marks of encodings.
BEFORE = b" \t\r\n\0\xef\xbb\xbf\xfe\xff"
# A redirect to either goes to the same machine.
USUAL_PORT = re.compile(r":(80|443)$")


def authority_of(url: str) -> str:
    """Host and port as they are compared here: in lower case, a usual port left out; empty for what is no address."""
    found = AUTHORITY.match(url)
    return USUAL_PORT.sub("", found["authority"].lower()) if found else ""


def leads_away(response: Response, is_home: Callable[[str], bool]) -> bool:
    """`is_home` knows an authority, as `authority_of` spells it."""
    told = (value for name, value in response.headers if name.lower() in URL_FIELDS)
    if any(not is_home(authority_of(found[0])) for value in told for found in AUTHORITY.finditer(value)):
        return True
    try:
        document = _document(response)
    except JsonError:  # of its depth: there may be readers who go further than we do
        return True
    return any((authority := authority_of(url)) and not is_home(authority) for url in _links(document))


def _document(response: Response) -> Any:
    """The JSON value of a body; None where there is none that a client would read as one. Raises JsonError.

    Read as clients read it, who take NaN, half a surrogate pair and UTF-16 for JSON.
    """
    try:
        body = decoded(response).body
    except ContentError:
        return None
    if isinstance(body, StoredBody) and body.size <= DOCUMENT_LIMIT:
        body = body.path.read_bytes()
    if not isinstance(body, bytes) or body.lstrip(BEFORE)[:1] not in (b"{", b"["):
        return None
    check_depth(body)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _links(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            followed = one.get("rel") not in SHOWN if isinstance(one.get("rel"), str) else True
            for name, member in one.items():
                if isinstance(member, str):
                    if followed and FOLLOWED.fullmatch(name):
                        yield member
                else:
                    waiting.append(member)
