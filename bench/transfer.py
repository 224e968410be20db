"""One large body through a server, as fast as it goes; prints the seconds it took.

    python bench/transfer.py PORT upload|download BYTES

Ends with 1 and a reason where a byte is not as it should be.
"""

from __future__ import annotations

import socket
import sys
import time

import traffic

PATH = "/image/v2/images/00000000-0000-4000-8000-000000000000/file"


def head(method: str, port: int, size: int) -> bytes:
    lines = [f"{method} {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"X-Bench-Size: {size}", "X-Auth-Token: gAAAAAB"]
    if method == "PUT":
        lines += ["Content-Type: application/octet-stream", f"Content-Length: {size}"]
    return "\r\n".join([*lines, "", ""]).encode()


def upload(connection: socket.socket, port: int, size: int) -> None:
    connection.sendall(head("PUT", port, size))
    for _ in range(size // len(traffic.BLOCK)):
        connection.sendall(traffic.BLOCK)
    status = connection.recv(4096).split()[1]
    if status != b"204":
        sys.exit(f"the upload ended with {status!r}")


def download(connection: socket.socket, port: int, size: int) -> None:
    connection.sendall(head("GET", port, size))
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    body, start = traffic.Pattern(), received.partition(b"\r\n\r\n")[2]
    if not received.startswith(b"HTTP/1.1 200") or b"chunked" in received.partition(b"\r\n\r\n")[0].lower():
        sys.exit(f"the download began with {received[:200]!r}")
    whole = body.check(start)
    while whole and body.size < size:
        chunk = connection.recv(1 << 18)
        whole = bool(chunk) and body.check(chunk)
    if not whole:
        sys.exit(f"the download went wrong after {body.size} bytes")


if __name__ == "__main__":
    port, size = int(sys.argv[1]), int(sys.argv[3])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        {"upload": upload, "download": download}[sys.argv[2]](connection, port, size)
        print(time.perf_counter() - began)
