"""COPY, and PUT with X-Copy-From: a GET of one object whose answer is the PUT of another.

Source: swift/common/middleware/copy.py.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, unquote

from cloudtape.synthesis.services.object_store.answers import Answer, page, plain, refuse, said
from cloudtape.synthesis.services.object_store.asks import Ask, Inner, Target
from cloudtape.synthesis.services.object_store.conditions import unquoted
from cloudtape.synthesis.services.object_store.metadata import MAX_FILE_SIZE, is_metadata, title

OWN = ("x-copy-from", "x-copy-from-account", "destination", "destination-account", "transfer-encoding")
NOT_COPIED = {"x-static-large-object", "x-object-manifest", "etag", "content-type", "x-timestamp", "content-length"}


async def copying(ask: Ask, inner: Inner) -> Answer:
    if ask.target.level != "object":
        return await inner(ask)
    if ask.method == "PUT" and ask.headers.get("x-copy-from"):
        if ask.length:
            return plain(400, "Copy requests require a zero byte body")
        source = path_in(ask, "x-copy-from", account_in(ask, "x-copy-from-account"))
        return await copy(ask, inner, source, ask.target)
    if ask.method == "COPY":
        if not ask.headers.get("destination"):
            return said(412, "Destination header required")
        account = account_in(ask, "destination-account")
        return await copy(ask, inner, ask.target, path_in(ask, "destination", account))
    return await inner(ask)


def account_in(ask: Ask, header: str) -> str:
    """Raises Refusal."""
    if header not in ask.headers:
        return ask.target.account
    account = decoded(ask.headers[header])
    if not account or "/" in account:
        why = "cannot contain slashes" if account else "cannot be empty"
        raise refuse(412, f"Account name {why}", "text/html; charset=UTF-8")
    return account


def path_in(ask: Ask, header: str, account: str) -> Target:
    """Raises Refusal."""
    container, _, name = decoded(ask.headers[header]).removeprefix("/").partition("/")
    if not container or not name:
        text = f"{title(header)} header must be of the form <container name>/<object name>"
        raise refuse(412, text, "text/html; charset=UTF-8")
    return ask.target.to(container, name, account)


def decoded(value: str) -> str:
    return unquote(value, errors="surrogateescape")


async def copy(ask: Ask, inner: Inner, source: Target, sink: Target) -> Answer:
    is_manifest = ask.params.get("multipart-manifest") == "get"
    params = dict(ask.params) | ({"format": "raw"} if is_manifest else {})
    found = await inner(replace(ask, method="GET", target=source, params=params, body=b""))
    if found.status >= 300:
        return found
    content = found.content
    if content.size > MAX_FILE_SIZE:
        return page(413)
    headers = sink_headers(ask, found, is_manifest)
    put = replace(ask, method="PUT", target=sink, headers=headers, body=content, params=sink_params(ask, found))
    answer = await inner(put)
    version = found.headers.get("X-Object-Version-Id")
    if answer.is_success:
        answer.headers |= {
            "X-Copied-From-Account": quote(source.account),
            "X-Copied-From": quote(f"{source.container}/{source.object}"),
            "X-Copied-From-Last-Modified": found.headers["Last-Modified"],
            **({"X-Copied-From-Version-Id": version} if version else {}),
            **{
                title(name): value
                for name, value in headers.items()
                if is_metadata("object", name) or name == "x-delete-at"
            },
        }
    return answer


def sink_params(ask: Ask, found: Answer) -> dict[str, str]:
    """A manifest is put as one again."""
    params = {name: value for name, value in ask.params.items() if name != "version-id"}
    if params.get("multipart-manifest") == "get":
        del params["multipart-manifest"]
        params |= {"multipart-manifest": "put"} if "X-Static-Large-Object" in found.headers else {}
    return params


def sink_headers(ask: Ask, found: Answer, is_manifest: bool) -> dict[str, str]:
    """The client's own headers, over those of the source unless fresh metadata is asked for."""
    source = {} if ask.flag("x-fresh-metadata") else {name.lower(): value for name, value in found.headers.items()}
    headers = {name: value for name, value in source.items() if name not in NOT_COPIED}
    headers |= {name: value for name, value in ask.headers.items() if name not in (*OWN, "etag")}
    headers["content-length"] = str(found.content.size)
    if not ask.headers.get("content-type"):
        headers["content-type"] = found.headers["Content-Type"]
    is_static, is_dynamic = ("X-Static-Large-Object" in found.headers, "X-Object-Manifest" in found.headers)
    if is_manifest and is_dynamic:
        headers["x-object-manifest"] = found.headers["X-Object-Manifest"]
    if found.status == 200 and not is_static and (is_manifest or not is_dynamic):
        headers["etag"] = unquoted(found.headers["Etag"])
    elif "etag" in ask.headers:
        headers["etag"] = ask.headers["etag"]
    return headers
