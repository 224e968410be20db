"""What cloudtape is measured against: a cloud to record from, and bare aiohttp doing nothing but the job itself.

    python bench/servers.py cloud|proxy|handler --port N [--uvloop] [--upstream URL] [--keys N]

`proxy` streams requests to an upstream and keeps nothing: the limit of recording. `handler` looks a path up in a dict:
the limit of replaying. Both are aiohttp's low-level server, without routes or middleware.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web
from yarl import URL

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
    *("te", "trailer", "transfer-encoding", "upgrade", "host"),
}
JSON = "application/json"


def server_document(number: int) -> bytes:
    """What nova says of a server, about 1.1 KB; no two alike."""
    made = str(uuid.UUID(int=number * 7919 << 40))
    link = f"http://127.0.0.1/v2.1/servers/{made}"
    server = {
        "id": made,
        "name": f"server-{number}",
        "status": "ACTIVE",
        "tenant_id": "6f70656e737461636b20342065766572",
        "user_id": "0cc4f8890d4840ddb782530ae920bd10",
        "metadata": {"My Server Name": "Apache1"},
        "hostId": "2091634baaccdc4c5a1d57069c833e402921df696b7f970791b12ec6",
        "image": {"id": "70a599e0-31e7-49b7-b260-868f441e862b", "links": [{"href": link, "rel": "bookmark"}]},
        "flavor": {"id": "1", "links": [{"href": link, "rel": "bookmark"}]},
        "created": "2026-09-03T04:01:32Z",
        "updated": "2026-09-03T04:01:33Z",
        "addresses": {
            "private": [{"addr": "192.168.0.3", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:bb:93:5e", "version": 4}]
        },
        "accessIPv4": "",
        "accessIPv6": "",
        "links": [{"rel": "self", "href": link}],
        "OS-DCF:diskConfig": "AUTO",
        "OS-EXT-AZ:availability_zone": "nova",
        "OS-EXT-STS:power_state": 1,
        "config_drive": "",
        "key_name": None,
        "progress": 0,
        "security_groups": [{"name": "default"}],
    }
    return json.dumps({"server": server}).encode()


def response_headers(number: int) -> dict[str, str]:
    return {
        "Content-Type": JSON,
        "OpenStack-API-Version": "compute 2.1",
        "X-OpenStack-Nova-API-Version": "2.1",
        "Vary": "OpenStack-API-Version, X-OpenStack-Nova-API-Version",
        "x-openstack-request-id": f"req-{uuid.UUID(int=number)}",
    }


def cloud(port: int) -> Handler:
    """An identity service, and a compute service whose servers are all different."""
    base = f"http://127.0.0.1:{port}"
    version = json.dumps({"version": {"id": "v3.14", "status": "stable", "links": []}}).encode()
    catalog = [
        {"type": kind, "endpoints": [{"interface": "public", "region_id": "R", "url": url}]}
        for kind, url in (("identity", f"{base}/identity/v3"), ("compute", f"{base}/compute/v2.1"))
    ]
    token = json.dumps({"token": {"expires_at": "2030-01-01T00:00:00.000000Z", "catalog": catalog}}).encode()
    numbers = iter(range(1, 2**62))

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.body_exists:
            await request.read()
        if request.path == "/identity/v3":
            return web.Response(body=version, headers={"Content-Type": JSON})
        if request.path == "/identity/v3/auth/tokens":
            headers = {"Content-Type": JSON, "X-Subject-Token": "gAAAAAB" + "q" * 150}
            return web.Response(status=201, body=token, headers=headers)
        number = next(numbers)
        return web.Response(body=server_document(number), headers=response_headers(number))

    return handle


def proxy(upstream: str) -> Handler:
    session = ClientSession(auto_decompress=False, cookie_jar=DummyCookieJar(), connector=TCPConnector(limit=0))

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP]
        data = request.content if request.body_exists else None
        url = URL(upstream + request.raw_path, encoded=True)
        async with session.request(request.method, url, headers=headers, data=data, allow_redirects=False) as answer:
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP]
            response = web.StreamResponse(status=answer.status, headers=kept)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response

    return handle


def handler(keys: int) -> Handler:
    numbers = range(keys)
    known = {f"/compute/v2.1/servers/{n}": (server_document(n), response_headers(n)) for n in numbers}

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        body, headers = known[request.raw_path]
        return web.Response(body=body, headers=headers)

    return handle


async def serve(options: argparse.Namespace) -> None:
    match options.what:
        case "cloud":
            handle = cloud(options.port)
        case "proxy":
            handle = proxy(options.upstream)
        case _:
            handle = handler(options.keys)
    await asyncio.get_running_loop().create_server(web.Server(handle), "127.0.0.1", options.port)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["cloud", "proxy", "handler"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--upstream", default="")
    parser.add_argument("--keys", type=int, default=1000)
    options = parser.parse_args()
    if options.uvloop:
        import uvloop

        uvloop.run(serve(options))
    else:
        asyncio.run(serve(options))


if __name__ == "__main__":
    main()
