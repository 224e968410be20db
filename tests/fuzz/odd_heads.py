"""Requests as bytes: with odd header fields, in odd framing, and damaged."""

import gzip
import random
import zlib

from tests.fuzz.damage import damage

# What a service may look at, and what a proxy does.
FIELDS = (
    *("Accept: application/xml", "Accept: */*;q=x, text/plain;q=0", "Accept-Encoding: br;q=9, *;q=0", "Accept-Language: \xff"),
    *("OpenStack-API-Version: compute 9.99", "OpenStack-API-Version: compute latest, volume x", "OpenStack-API-Version: \xe9"),
    *("X-OpenStack-Nova-API-Version: 2.0000000000000000000000001", "OpenStack-API-Version: placement 1." + "9" * 4000),
    *("Range: bytes=-1", "Range: bytes=9-1", "Range: bytes=0-0,1-1," + "2-2," * 300, "Range: bytes=-" + "9" * 400, "Range: x"),
    *("If-Match: *", 'If-None-Match: W/"x", "y', "If-Modified-Since: Thu, 99 Foo 99999 00:00:00 GMT", "If-Unmodified-Since: 0"),
    *("X-Copy-From: /a/b", "X-Copy-From: %ff", "Destination: c/o", "Destination: /", "X-Fresh-Metadata: maybe"),
    *("X-Delete-At: -1", "X-Delete-At: 1e9", "X-Delete-After: " + "9" * 400, "X-Object-Manifest: a", "X-Object-Manifest: %/b"),
    *("X-Symlink-Target: a/b", "X-Symlink-Target: ../../x", "X-Versions-Enabled: 2", "X-Versions-Location: \xff", "X-Newest: x"),
    *("X-Container-Meta-Quota-Bytes: x", "X-Container-Meta-Quota-Count: -5", "X-Container-Read: .r:*,.rlistings,:,a:b:c"),
    *("X-Account-Meta-Temp-URL-Key: \xe4", "X-Container-Meta-Access-Control-Allow-Origin: *", "Origin: null", "Origin: http://[::1"),
    *("X-Container-Meta-" + "a" * 200 + ": b", "X-Object-Meta-\xfc: \xfc", "X-Remove-Container-Meta-x: x", "X-Object-Meta-: "),
    *("X-Image-Meta-Size: x", "X-Image-Meta-Property-\xe4: 1", "X-Auth-User: a:b:c", "X-Auth-Key: ", "X-Service-Token: x"),
    *("X-Subject-Token: x", "X-Subject-Token: gAAAAA\xff", "X-Auth-Token: ", "X-Project-Id: %00", "X-Domain-Id: default"),
    *("X-Forwarded-Host: evil:99999, x", "X-Forwarded-Proto: javascript", "X-Forwarded-For: \x7f", "Forwarded: for=\"[::1"),
    *("X-Cloudtape-Session: %00", "X-Cloudtape-Session: " + "s" * 3000, "Cookie: a=b; \xff; =; c", "Authorization: Basic %%%"),
    *("Authorization: AWS4-HMAC-SHA256 Credential=a", "Authorization: Bearer \xe4", "Connection: keep-alive, x-auth-token"),
    *("Connection: upgrade, close", "Upgrade: h2c", "Upgrade: websocket", "TE: trailers", "Trailer: X-Auth-Token", "Via: 1.1 x"),
    *("Expect: 100-continue", "Expect: the-unexpected", "Content-Encoding: gzip", "Content-Encoding: br, x", "Date: never"),
    *("Content-MD5: x", "ETag: x", "Content-Disposition: \xff", "Content-Range: bytes */x", "Max-Forwards: -1", "Host: evil"),
    *("Transfer-Encoding: gzip", "Content-Language: " + "x" * 9000, "X-Timestamp: nan", "X-Backend-Allow-Reserved-Names: true"),
)  # fmt: skip
TYPES = (
    *("application/json; charset=utf-16", "application/json;charset=\xff", "multipart/form-data; boundary=x", "text/plain"),
    *("multipart/form-data", "application/x-www-form-urlencoded", "application/openstack-images-v2.1-json-patch", "*/*", "/"),
    *("application/octet-stream", "application/xml", "application/x-tar", "application/directory;swift_bytes=x", "x" * 5000),
)  # fmt: skip
PIECES = (
    *(b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b":", b"%", b"%zz", b"\xff", b"\x7f", b"/", b"//", b"..", b"?", b"#"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked, gzip\r\n", b"Content-Length: 5\r\n", b"Host: evil\r\n"),
    *(b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n", b"Content-Length: 5, 5\r\n", b" HTTP/1.0\r\n"),
    *(b" HTTP/9.9\r\n", b" HTTP/2\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"GET http://a:99999/ HTTP/1.1\r\n", b"CONNECT a:1 HTTP/1.1\r\n"),
    *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"0\r\n\r\n", b"5\r\nhello\r\n", b"fffffffffffffffff\r\n"),
    *(b"1;x=y\r\n", b"-1\r\n", b"http://[::1", b"X: " + b"y" * 70_000, b"a: b\r\n" * 1100, b" folded\r\n", b"x: \r\n y\r\n", b"OPTIONS * "),
)  # fmt: skip


def head(method: str, target: str, port: int, fields: list[str]) -> bytes:
    return (
        "\r\n".join([f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", *fields]).encode("latin-1", "replace")
        + b"\r\n"
    )


def some_fields(chance: random.Random) -> list[str]:
    return [chance.choice(FIELDS) for _ in range(chance.choice((0, 0, 1, 1, 2, 3)))]


def framed(body: bytes, chance: random.Random) -> bytes:
    """The rest of a request: its framing, the end of its head, its body."""
    if chance.random() < 0.8:
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    parts, rest = [], body
    while rest:
        size = chance.randint(1, len(rest))
        parts.append(b"%x%b\r\n%b\r\n" % (size, chance.choice((b"", b"", b";a=b")), rest[:size]))
        rest = rest[size:]
    return (
        b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(parts)
        + b"0\r\n"
        + chance.choice((b"", b"X-T: y\r\n"))
        + b"\r\n"
    )


def coded(body: bytes, chance: random.Random) -> tuple[bytes, str]:
    """A body in a coding, or said to be, and that coding."""
    name = chance.choice(("gzip", "deflate", "br", "zstd", "gzip, gzip"))
    packed = gzip.compress(body, 1, mtime=0) if "gzip" in name else zlib.compress(body, 1)
    if chance.random() < 0.3:
        packed = damage(packed, chance, PIECES)
    return packed, name


def spoilt(request: bytes, chance: random.Random) -> bytes:
    """Mostly in its head."""
    end = request.find(b"\r\n\r\n") + 4
    if chance.random() < 0.15:
        return request[:end] + damage(request[end:], chance, PIECES)
    return damage(request[:end], chance, PIECES) + request[end:]
