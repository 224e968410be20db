"""Cross-origin requests, as a container's metadata allows them (swift/proxy/controllers/base.py).

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Sequence

from cloudtape.synthesis.services.object_store.answers import Answer, page
from cloudtape.synthesis.services.object_store.asks import Ask

META = "X-Container-Meta-Access-Control-"
EXPOSED = {
    "cache-control",
    "content-language",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
    "etag",
    "x-timestamp",
    "x-trans-id",
    "x-openstack-request-id",
}


def setting(ask: Ask, name: str) -> str:
    container = ask.container
    return container.headers.get(META + name, "").strip() if container else ""


def is_allowed(ask: Ask, origin: str) -> bool:
    return bool({"*", origin} & set(setting(ask, "Allow-Origin").split()))


def allow_origin(ask: Ask, origin: str) -> dict[str, str]:
    if setting(ask, "Allow-Origin") == "*":
        return {"Access-Control-Allow-Origin": "*"}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def preflight(ask: Ask, methods: Sequence[str]) -> Answer:
    origin, level = ask.headers.get("origin", ""), ask.target.level
    allowed = ", ".join([*methods, "COPY"] if level == "object" else methods)
    if not origin or level == "account":
        return page(200, {"Allow": allowed})
    if not is_allowed(ask, origin) or ask.headers.get("access-control-request-method") not in methods:
        return page(401, {"Allow": ", ".join(methods)})
    headers = {"Allow": allowed, **allow_origin(ask, origin), "Access-Control-Allow-Methods": allowed}
    if age := setting(ask, "Max-Age"):
        headers["Access-Control-Max-Age"] = age
    if asked := ask.headers.get("access-control-request-headers", ""):
        names = dict.fromkeys(one.strip() for one in asked.split(",") if one.strip())
        headers["Access-Control-Allow-Headers"] = ", ".join(names)
        headers["Vary"] = ", ".join([*filter(None, [headers.get("Vary")]), "Access-Control-Request-Headers"])
    return Answer(200, headers)


def exposed(ask: Ask, answer: Answer) -> Answer:
    """The answer with what lets a page of an allowed origin read it."""
    origin = ask.headers.get("origin", "")
    if not origin or ask.target.level == "account" or not is_allowed(ask, origin):
        return answer
    metadata = {name.lower() for name in answer.headers if name.startswith(("X-Container-Meta", "X-Object-Meta"))}
    asked = {name.lower() for name in setting(ask, "Expose-Headers").split()}
    answer.headers["Access-Control-Expose-Headers"] = ", ".join(sorted(EXPOSED | metadata | asked))
    answer.headers |= allow_origin(ask, origin)
    return answer
