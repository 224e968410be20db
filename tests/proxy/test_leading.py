"""Which recorded answers would lead a client, and its token, to a stranger."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.messages import Headers, Response, Route
from cloudtape.leading import leads_away
from tests.proxy.raw_cloud import RawCloud, document, request, say
from tests.proxy.test_where_requests_go import LOGIN, recorded, taped

JSON = (("Content-Type", "application/json"),)


def away(value: Any, headers: Headers = JSON, status: int = 200) -> bool:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return leads_away(Response(status, "OK", headers, body), lambda authority: authority in ("cloud", "cloud:8774"))


@pytest.mark.parametrize(
    "value",
    [
        {"version": {"links": [{"rel": "self", "href": "http://evil/v3"}]}},
        {"servers": [], "servers_links": [{"href": "http://cloud@evil/", "rel": "next"}]},
        {"next": "//evil/v2/images"},
        {"links": {"next": "http://cloud:8775/x"}},
        {"secret_ref": "HTTPS://evil/v1/secrets/1"},
        b'{"\\u0068ref": "\\u0068ttp://evil"}',
        {"href": "http:\\\\evil/"},
        {"a": [[{"self": "http://cloud.evil/"}]]},
        {"href": "http://cloud:80@evil/", "rel": ["alternate"]},
        b'{"href": "http://evil/", "x": NaN}',
        b'{"href": "http://evil/", "x": "\\ud800"}',
        '{"href": "http://evil/"}'.encode("utf-16"),
        '{"href": "http://evil/"}'.encode("utf-8-sig"),
        b'{"a": ' + b"[" * 300 + b'{"href": "http://evil/"}' + b"]" * 300 + b"}",
    ],
)
def test_links_that_clients_follow_lead_away(value: Any) -> None:
    assert away(value)


@pytest.mark.parametrize(
    "value",
    [
        {"version": {"links": [{"rel": "self", "href": "http://CLOUD:80/v3"}, {"rel": "self", "href": "/v3"}]}},
        {"links": {"next": "https://cloud:443/x", "self": "http://cloud:8774/"}},
        {"links": [{"rel": "describedby", "href": "https://docs.openstack.org/"}]},
        {"image": {"source_url": "http://elsewhere/image", "name": "http://elsewhere/"}, "next": None},
        b"http://evil/ is no document",
        b"",
    ],
)
def test_what_stays_at_home_or_is_only_shown_does_not(value: Any) -> None:
    assert not away(value)


def test_each_name_and_relation_counts() -> None:
    names = (
        "href",
        "next",
        "prev",
        "previous",
        "first",
        "last",
        "self",
        "location",
        "container_ref",
        "next_href",
        "a_link",
    )
    assert [name for name in names if not away({name: "http://evil/"})] == []
    shown = ("alternate", "describedby", "help", "license", "about")
    assert [rel for rel in shown if away({"rel": rel, "href": "http://evil/"})] == []


@pytest.mark.parametrize("name", ["Location", "content-location", "Link", "Refresh", "X-Storage-Url"])
def test_fields_lead_away(name: str) -> None:
    assert away(b"", ((name, "0; <http://evil/x>; rel=next"),), 302)
    assert not away(b"", ((name, "http://cloud:8774/x"),), 302)
    assert not away(b"", ((name, "/x"),), 302)


def test_what_is_compressed_is_looked_into() -> None:
    assert away(gzip.compress(b'{"next": "http://evil/"}'), (*JSON, ("Content-Encoding", "gzip")))


def test_fill_asks_the_cloud_instead(proxy: Callable[..., BackgroundProxy], cloud: RawCloud, tape: Path) -> None:
    base = f"{cloud.url}/compute"
    told = [{"links": [{"rel": "self", "href": f"{url}/v2.1/"}]} for url in (base, "http://127.0.0.1:1")]
    routes = Route("identity", "identity", cloud.url), Route("compute", "compute", base)
    one, other = (json.dumps(value).encode() for value in told)
    taped(tape, recorded(f"{base}/good", "compute", *routes, body=one), recorded(f"{base}/bad", "compute", body=other))
    cloud.answers["/compute/bad"] = document({"version": "the cloud's own"})
    filling = proxy("fill", cloud)
    say(filling.url, LOGIN)
    said = [say(filling.url, request(f"GET /compute/{name}")) for name in ("good", "bad")]
    assert [answer.one("X-Cloudtape-Source") for answer in said] == ["replayed", "recorded"]
    assert json.loads(said[1].body) == {"version": "the cloud's own"}
