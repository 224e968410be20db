from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from msgspec.structs import replace

from cloudtape.addressing import Place
from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.messages import Response, Route
from cloudtape.http.cookies import for_client
from cloudtape.http.outward import outward
from cloudtape.rewrite import Rewriter
from tests.proxy.raw_cloud import RawCloud, answer, request, say


@pytest.mark.parametrize(
    ("cookie", "plain", "secure"),
    [
        ("a=1", "a=1", "a=1"),
        ("a=1; Secure; HttpOnly", "a=1; HttpOnly", "a=1; Secure; HttpOnly"),
        ("a=1;secure;DOMAIN=.cloud", "a=1", "a=1;secure"),
        ("a=1; Domain=c; Path=/v3/x; Max-Age=9", "a=1; Path=/identity/v3/x; Max-Age=9", "a=1; Path=/identity/v3/x; Max-Age=9"),
        ("a=1; path=/", "a=1; path=/", "a=1; path=/"),
        ("a=Secure; SameSite=None; Secure", "a=Secure", "a=Secure; SameSite=None; Secure"),
        ("a=1; SameSite=Lax; Partitioned", "a=1; SameSite=Lax", "a=1; SameSite=Lax; Partitioned"),
        ("a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Secure", "a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Secure"),
    ],
)  # fmt: skip
def test_a_cookie_is_the_proxys_own(cookie: str, plain: str, secure: str) -> None:
    def own(path: str) -> str:
        return f"/identity{path}"

    assert (for_client(cookie, False, own), for_client(cookie, True, own)) == (plain, secure)


COOKIES = ["sid=abc; Secure; HttpOnly; Domain=.cloud; Path=/v3", "b=2; Path=/; Secure"]


def cookies_of(url: str, *fields: str) -> list[str]:
    return say(url, request("GET /identity/v3/x", *fields)).all("Set-Cookie")


def test_cookies_of_the_cloud_come_back_through_the_proxy(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/v3/x"] = answer("200 OK", "\n".join(f"Set-Cookie: {one}" for one in COOKIES))
    assert cookies_of(recorder.url) == ["sid=abc; HttpOnly; Path=/identity/v3", "b=2; Path=/"]
    https = "sid=abc; Secure; HttpOnly; Path=/identity/v3"
    assert cookies_of(recorder.url, "X-Forwarded-Proto: https")[0] == https
    say(recorder.url, request("GET /identity/v3/x", "Cookie: sid=abc"))
    assert cloud.received[-1].all("Cookie") == ["sid=abc"]


def test_who_uses_the_clouds_own_addresses_gets_its_cookies(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/v3/x"] = answer("200 OK", "\n".join(f"Set-Cookie: {one}" for one in COOKIES))
    assert say(recorder.url, request(f"GET {cloud.url}/v3/x")).all("Set-Cookie") == COOKIES


def test_a_replayed_cookie_is_the_proxys_own_and_ends_later(
    recorder: BackgroundProxy, cloud: RawCloud, proxy: Callable[..., BackgroundProxy]
) -> None:
    ends = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)  # deleted, a day before the recording
    cloud.answers["/v3/x"] = answer("200 OK", f"Set-Cookie: a=1; Secure; Domain=.cloud; Expires={ends}")
    cookies_of(recorder.url)
    (cookie,) = cookies_of(proxy("replay").url)
    name, moment = cookie.split("; Expires=")
    assert name.startswith("a=")
    assert timedelta(0) <= parsedate_to_datetime(moment) - parsedate_to_datetime(ends) < timedelta(minutes=1)


def test_behind_a_port_of_its_own_a_services_paths_are_the_clouds() -> None:
    route = Route("compute", "compute", "http://c:8774")
    fields = (("Location", "/v2.1/x"), ("Set-Cookie", "a=1; Path=/v2.1"))
    place = Place("http://c:8774/v2.1", route, "", "http://127.0.0.1:9", by_port=True)
    assert outward(Response(201, "", fields), Rewriter([]), place).headers == fields
    mounted = outward(
        Response(201, "", fields), Rewriter([("http://c:8774", "http://p")]), replace(place, by_port=False)
    )
    assert [value for _, value in mounted.headers] == ["/compute/v2.1/x", "a=1; Path=/compute/v2.1"]
