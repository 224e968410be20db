"""Where an object store keeps what: the path `/v1/endpoints`, as a cloud has it whose provider turned that on.

Source: Object Storage API v1, 15.2.1. Nobody needs to be logged in. No client has an account of that name: the names of
accounts begin with `AUTH_`.
"""

from __future__ import annotations

from urllib.parse import urlsplit
from zlib import crc32

import msgspec

from cloudtape.cassettes.messages import Request, Response

PATH = "/v1/endpoints"
NODES = ("http://storage-1:6200/d1", "http://storage-2:6200/d1", "http://storage-3:6200/d1")
PARTITIONS = 1024


def endpoints(request: Request) -> Response | None:
    """The answer to a request for endpoints; None for any other."""
    path = urlsplit(request.uri).path
    if request.method != "GET" or not (path == PATH or path.startswith(PATH + "/")):
        return None
    rest = path.removeprefix(PATH).strip("/")
    place = f"{crc32(rest.encode()) % PARTITIONS}/{rest}".rstrip("/")
    body = msgspec.json.encode({"endpoints": [f"{node}/{place}" for node in NODES], "headers": {}})
    return Response(201, "Created", (("Content-Type", "application/json"), ("Content-Length", str(len(body)))), body)
