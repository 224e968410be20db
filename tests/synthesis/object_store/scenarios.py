"""What is asked of both stores, one story for each feature. Every story has an account of its own, named after it."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import hmac
import io
import json
import tarfile
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from tests.synthesis.object_store.exchanges import Step

FAR = 4102444800  # 2100-01-01
KEY = "signing-key"
PAST, FUTURE = "Mon, 01 Jan 2001 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"
STORIES: dict[str, Callable[[Story], None]] = {}


class Story:
    """Collects the steps of one scenario."""

    def __init__(self, name: str) -> None:
        self.name, self.steps = name, list[Step]()
        self.base = f"/v1/AUTH_{name}"

    def ask(
        self,
        method: str,
        path: str = "",
        body: bytes | str = b"",
        *,
        by: str = "member",
        settle: bool = False,
        at: str = "",
        differs: str = "",
        **headers: Any,
    ) -> None:
        """`path` is below the account unless `at` names another; headers are written with underscores."""
        data = body.encode() if isinstance(body, str) else body
        token = {"member": f"user/member/{self.name}", "none": ""}.get(by, by)
        fields = tuple((name.replace("_", "-"), str(value)) for name, value in headers.items())
        self.steps.append(Step(method, at or self.base + path, fields, data, token, settle, differs))

    def raw(self, method: str, path: str, fields: Iterable[tuple[str, str]], body: bytes = b"") -> None:
        self.steps.append(Step(method, self.base + path, tuple(fields), body, f"user/member/{self.name}"))

    def put(self, path: str, body: bytes | str = b"", **headers: Any) -> None:
        self.ask("PUT", path, body, **headers)

    def get(self, path: str = "", **headers: Any) -> None:
        self.ask("GET", path, **headers)

    def head(self, path: str = "", **headers: Any) -> None:
        self.ask("HEAD", path, **headers)

    def post(self, path: str = "", body: bytes | str = b"", **headers: Any) -> None:
        self.ask("POST", path, body, **headers)

    def delete(self, path: str = "", **headers: Any) -> None:
        self.ask("DELETE", path, **headers)


def story(tell: Callable[[Story], None]) -> Callable[[Story], None]:
    STORIES[tell.__name__] = tell
    return tell


def all_steps() -> list[tuple[str, int, Step]]:
    found = []
    for name, tell in STORIES.items():
        told = Story(name)
        tell(told)
        found += [(name, index, step) for index, step in enumerate(told.steps)]
    return found


# --- accounts and containers ------------------------------------------------------------------------------------------


@story
def accounts(s: Story) -> None:
    s.get()
    s.head()
    s.get("?format=json")
    s.get("?format=xml")
    s.get("/none")
    s.post(X_Account_Meta_Colour="red", X_Account_Meta_Size="9")
    s.head()
    s.post(X_Account_Meta_Colour="", X_Remove_Account_Meta_Size="x", X_Account_Meta_Book="42")
    s.head()
    for name in ("b", "a", "c%20d", "%C3%A9", "a-1", "a-2"):
        s.put(f"/{name}")
    s.put("/a/object", "12345")
    for query in ("", "?format=json", "?format=xml", "?format=plain", "?format=odd"):
        s.get(query, settle=query == "")
    for accept in (
        "application/json",
        "text/xml",
        "application/xml;q=0.5, text/plain;q=0.1",
        "image/png",
        "*/*",
        "nonsense",
    ):
        s.get(Accept=accept)
    for query in (
        "limit=2", "marker=a", "end_marker=b", "prefix=a", "prefix=a&delimiter=-", "delimiter=-", "reverse=true",
        "limit=0", "limit=x", "limit=10001", "marker=zzz", "reverse=on&marker=b&limit=1", "prefix=%FF",
        "delimiter=-&format=json", "delimiter=-&format=xml",
    ):  # fmt: skip
        s.get(f"?{query}")
    s.head("?format=json")
    s.head(Accept="application/json")
    s.ask("PUT")
    s.ask("PATCH")
    s.ask("OPTIONS")
    s.delete()
    s.delete("?x=1")
    s.post(X_Account_Meta_Quota_Bytes="1")
    s.head(settle=True)


@story
def account_by_reseller(s: Story) -> None:
    admin = "boss/ResellerAdmin/other"
    s.ask("PUT", by=admin)
    s.ask("PUT", by=admin, X_Account_Meta_A="b")
    s.ask("HEAD", by=admin)
    s.ask("POST", by=admin, X_Account_Meta_Quota_Bytes="10")
    s.head()
    s.put("/c")
    s.put(
        "/c/o",
        "123456",
    )
    s.put("/c/p", "123456", settle=True)
    s.ask("PUT", "/c/p", "123456", by=admin)
    s.ask("POST", by=admin, X_Account_Quota_Bytes="many")
    s.ask("POST", by=admin, X_Remove_Account_Quota_Bytes="x", X_Remove_Account_Meta_Quota_Bytes="x")
    s.head(settle=True)
    s.put("/c/p", "123456")
    s.ask("POST", by=admin, X_Account_Quota_Count="2")
    s.put("/c/q", "1", settle=True)
    s.ask("DELETE", by=admin)
    s.get()
    s.head()
    s.put("/c")
    s.ask("PUT", by=admin)
    s.post(X_Account_Meta_A="b")


@story
def containers(s: Story) -> None:
    s.put("/c")
    s.put("/c")
    s.put(
        "/c",
        X_Container_Meta_Colour="blue",
        X_Container_Read=" .r:* , .rlistings,,bob , *:sue",
        X_Container_Write="p:u, q",
    )
    s.head("/c")
    s.get("/c")
    s.get("/c?format=json")
    s.get("/c?format=xml")
    s.post("/c", X_Container_Meta_Colour="green", X_Container_Meta_Other="1")
    s.head("/c")
    s.post("/c", X_Remove_Container_Meta_Colour="x", X_Container_Meta_Other="", X_Remove_Container_Read="x")
    s.head("/c")
    s.post("/c", X_Container_Write=".r:*")
    s.post("/c", X_Container_Read=".q:*")
    s.post("/c", X_Container_Read=".r:")
    s.post("/c", X_Container_Read=".referrer:*.example.com,.ref:-bad.example.com")
    s.head("/c")
    s.post("/none", X_Container_Meta_A="b")
    s.head("/none")
    s.get("/none")
    s.delete("/none")
    s.put("/none/o", "x")
    s.get("/none/o")
    s.head("/none/o")
    s.delete("/none/o")
    s.post("/none/o", X_Object_Meta_A="b")
    s.put("/c/o", "x")
    s.delete("/c")
    s.delete("/c/o")
    s.delete("/c")
    s.head("/c")
    s.delete("/c")
    s.put("/" + "n" * 256)
    s.put("/" + "n" * 257)
    s.put("/" + "%C3%A9" * 129)
    s.put("/policy", X_Storage_Policy="Policy-0")
    s.put("/policy", X_Storage_Policy="policy-0")
    s.put("/policy2", X_Storage_Policy="gold")
    s.put("/c%2Fd")
    s.put("/%FF")
    s.put("/a%00b")
    s.put("/q", X_Container_Meta_Quota_Bytes="many")
    s.put("/q", X_Container_Meta_Quota_Count="many")
    s.ask("COPY", "/policy", Destination="a/b")
    s.ask("PATCH", "/policy")
    s.ask("OPTIONS", "/policy")


@story
def paths(s: Story) -> None:
    for path in (
        "/",
        "/v1",
        "/v1/",
        "/v2/AUTH_paths",
        "/v1.0/AUTH_paths",
        "/v1/AUTH_paths/",
        "/v1//c",
        "/v1/AUTH_paths//o",
        "/healthcheck",
        "/info/",
        "/nothing",
    ):
        s.ask("GET", at=path)
    s.put("/c")
    s.put("/c/")
    s.put("/c/a//b", "1")
    s.put("/c//", "2")
    s.get("/c//")
    s.get("/c")
    s.get("/c/a//b")
    s.get("/c/a/b")
    s.ask("GET", "/c/a//b", at="/v1.0/AUTH_paths/c/a//b")
    s.ask("GET", at="/crossdomain.xml")


@story
def metadata_limits(s: Story) -> None:
    s.put("/c")
    for level, path in (("Container", "/c"), ("Object", "/c/o"), ("Account", "")):
        method = "PUT" if level == "Object" else "POST"
        for fields in (
            {"n" * 128: "v"},
            {"n" * 129: "v"},
            {"n": "v" * 256},
            {"n": "v" * 257},
            {"": "v"},
            {f"n{i}": "v" for i in range(90)},
            {f"n{i}": "v" for i in range(91)},
            {f"n{i}": "v" * 250 for i in range(17)},
            {"caf\xc3\xa9": "\xc3\xa9t\xc3\xa9"},
            {"bad": "\xff"},
            {"under_score": "x"},
        ):
            s.raw(method, path, [(f"X-{level}-Meta-{name}", value) for name, value in fields.items()])
        s.head(path, settle=True)
    s.raw("POST", "/c/o", [(f"X-Object-Meta-{i}", "v") for i in range(91)])
    s.raw("POST", "/c/o", [("X-Object-Meta-A", "v" * 257)])


# --- objects ----------------------------------------------------------------------------------------------------------


@story
def objects(s: Story) -> None:
    s.put("/c")
    s.put("/c/o", "hello world", X_Object_Meta_Colour="red", X_Object_Meta_SIZE="9")
    s.get("/c/o")
    s.head("/c/o")
    s.put("/c/o", "hello", ETag="5d41402abc4b2a76b9719d911017c592")
    s.put("/c/o", "hello", ETag='"5d41402abc4b2a76b9719d911017c592"')
    s.put("/c/o", "hello!", ETag="5d41402abc4b2a76b9719d911017c592")
    s.get("/c/o")
    s.put("/c/t.txt", "text")
    s.put("/c/t.tar.gz", "text")
    s.put("/c/t.html", "text", Content_Type="text/plain; charset=utf-8")
    s.put("/c/t.json", "{}", Content_Type="text/plain", X_Detect_Content_Type="true")
    s.put("/c/t.bad", "{}", Content_Type="text/plain; swift_bytes=1")
    for name in ("t.txt", "t.tar.gz", "t.html", "t.json"):
        s.head(f"/c/{name}")
    s.put(
        "/c/kept",
        "x",
        Content_Disposition="attachment; filename=a",
        Content_Encoding="gzip",
        Cache_Control="no-cache",
        Content_Language="en",
        Expires=FUTURE,
        X_Robots_Tag="none",
        X_Other="no",
        X_Delete_At=FAR,
    )
    s.get("/c/kept")
    s.post("/c/kept", X_Object_Meta_New="1")
    s.head("/c/kept")
    s.post("/c/kept", Content_Type="application/x-new", Content_Disposition="inline")
    s.head("/c/kept")
    s.post("/c/kept", X_Remove_Object_Meta_New="1")
    s.head("/c/kept")
    s.post("/c/none", X_Object_Meta_A="b")
    s.put("/c/o", "x", If_None_Match="*")
    s.put("/c/new", "x", If_None_Match="*")
    s.put("/c/new", "x", If_None_Match="abc")
    s.put("/c/o", "x", X_Object_Manifest="bad")
    s.put("/c/o", "x", X_Static_Large_Object="true")
    s.put("/c/" + "o" * 1024, "x")
    s.put("/c/" + "o" * 1025, "x")
    s.put("/c/empty")
    s.get("/c/empty")
    s.delete("/c/o")
    s.delete("/c/o")
    s.get("/c/o")
    s.head("/c/o")
    s.ask("PATCH", "/c/o")
    s.ask("OPTIONS", "/c/o")
    s.get("/c?format=json")


@story
def lengths(s: Story) -> None:
    s.put("/c")
    s.raw("PUT", "/c/o", [("Content-Length", "none")])
    s.raw("PUT", "/c/o", [("Content-Length", "5368709123")])
    s.raw("PUT", "/c/o", [("Transfer-Encoding", "chunked")], b"abcdef")
    s.get("/c/o")


@story
def expiry(s: Story) -> None:
    s.put("/c")
    s.put("/c/o", "x", X_Delete_At=FAR)
    s.head("/c/o")
    s.put("/c/o", "x", X_Delete_At="1")
    s.put("/c/o", "x", X_Delete_At="soon")
    s.put("/c/o", "x", X_Delete_After="soon")
    s.put("/c/o", "x", X_Delete_After="0")
    s.put("/c/o", "x", X_Delete_After="-5")
    s.put("/c/o", "x", X_Delete_After="99999999999999")
    s.head("/c/o")
    s.post("/c/o", X_Delete_At=FAR + 1)
    s.head("/c/o")
    s.post("/c/o", X_Delete_At="1")
    s.post("/c/o", X_Delete_At="soon")
    s.post("/c/o")
    s.head("/c/o")


@story
def names(s: Story) -> None:
    s.put("/%E2%82%AC%20%26%20co")
    told = (
        "a b",
        "a+b",
        "a%b",
        "\u00e9",
        "e\u0301",
        "\U0001f600",
        "~",
        "z/y/x",
        "q?r",
        "s#t",
        '"',
        "<&>",
        "trailing/",
        "\u00e9/\u00e8",
    )
    for name in told:
        s.put("/%E2%82%AC%20%26%20co/" + quote(name), name)
    s.get("/%E2%82%AC%20%26%20co")
    s.get("/%E2%82%AC%20%26%20co?format=json")
    s.get("/%E2%82%AC%20%26%20co?format=xml")
    s.get("/%E2%82%AC%20%26%20co?delimiter=/&format=json")
    s.get("/%E2%82%AC%20%26%20co?delimiter=%C3%A9&format=xml")
    s.get("?format=xml", settle=True)
    for name in told:
        s.get("/%E2%82%AC%20%26%20co/" + quote(name))
    s.put("/%E2%82%AC%20%26%20co/%FF", "x")
    s.put("/%E2%82%AC%20%26%20co/a%00", "x")
    s.put("/%E2%82%AC%20%26%20co/meta", "x", X_Object_Meta_Name="\xe2\x82\xac")
    s.head("/%E2%82%AC%20%26%20co/meta")


@story
def ranges(s: Story) -> None:
    s.put("/c")
    s.put("/c/o", "0123456789" * 10, Content_Type="text/x-digits", X_Object_Meta_A="b")
    s.put("/c/empty")
    many = ",".join(f"{i}-{i}" for i in range(51))
    for asked in (
        "bytes=0-4", "bytes=95-", "bytes=-3", "bytes=0-0", "bytes=0-999", "bytes=99-99", "bytes=100-", "bytes=-0", "bytes=-200",
        "bytes=5-2", "bytes=a-b", "bytes=", "bytes=-", "chars=0-4", "bytes=0-4,10-14", "bytes=0-4,-5", "bytes=0-4,200-300",
        "bytes=200-,300-", "bytes = 0 - 4", "bytes=0-10,5-15,8-20,9-30", "bytes=0-4,x-y", "bytes=0-4,0-4", "Bytes=1-2",
        "bytes=" + many, "bytes=9-9,8-8,7-7,6-6,5-5,4-4,3-3,2-2", "bytes=9-9,8-8",
    ):  # fmt: skip
        s.get("/c/o", Range=asked)
    s.head("/c/o", Range="bytes=0-4")
    for asked in ("bytes=0-4", "bytes=-5", "bytes=0-0,-1"):
        s.get("/c/empty", Range=asked)
    s.get("/c/o", Range="bytes=0-4", If_None_Match="x")
    s.get("/c/o", Range="bytes=0-4", If_Match="x")
    s.get("/c", Range="bytes=0-1")


@story
def conditions(s: Story) -> None:
    s.put("/c")
    s.put("/c/o", "hello")
    etag = "5d41402abc4b2a76b9719d911017c592"
    for method in ("GET", "HEAD"):
        for header, values in {
            "If-Match": (etag, f'"{etag}"', "x", f"x, {etag}", "*", f"W/{etag}"),
            "If-None-Match": (etag, f'"{etag}"', "x", f'"x", "{etag}"', "*"),
            "If-Modified-Since": (PAST, FUTURE, "nonsense"),
            "If-Unmodified-Since": (PAST, FUTURE, "nonsense"),
        }.items():
            for value in values:
                s.ask(method, "/c/o", **{header: value})
    for header in ("If-Match", "If-None-Match"):
        s.get("/c/none", **{header: "*"})
        s.get("/c/none", **{header: "x"})
        s.head("/c/none", **{header: "*"})
    s.get("/c/o", If_None_Match="x", If_Modified_Since=FUTURE)
    s.put("/c/o", "new", If_Match="x")
    s.get("/c", If_None_Match="*")
    s.get("/none/o", If_Match="*")


@story
def listings(s: Story) -> None:
    s.put("/c")
    for name in (
        "a",
        "a/",
        "a/1",
        "a/2",
        "a/b/1",
        "a/b/2",
        "a/b/c/d",
        "ab",
        "b/x",
        "c",
        "c-1",
        "c--2",
        "d//e",
        "d/e",
        "z",
    ):
        s.put(f"/c/{name}", name)
    for query in (
        "", "limit=3", "limit=0", "limit=-1", "limit=10001", "limit=x", "marker=a/b/1", "marker=a/b/zz", "end_marker=b", "marker=b&end_marker=d",
        "prefix=a", "prefix=a/", "prefix=zz", "delimiter=/", "prefix=a/&delimiter=/", "prefix=a&delimiter=/", "prefix=a/b&delimiter=/",
        "prefix=a/b/&delimiter=/", "delimiter=/&limit=2", "delimiter=/&marker=a/", "delimiter=/&marker=a/b/1", "delimiter=/&marker=b/",
        "delimiter=-", "delimiter=--", "delimiter=b", "prefix=c&delimiter=-", "path=", "path=a", "path=a/", "path=a/b", "path=d", "path=/",
        "path=zz", "path=a&limit=2", "path=a&marker=a/1", "reverse=true", "reverse=true&limit=2", "reverse=true&marker=c",
        "reverse=true&marker=c&end_marker=a/2", "reverse=true&delimiter=/", "reverse=true&prefix=a/&delimiter=/",
        "reverse=true&delimiter=/&marker=c", "reverse=true&delimiter=/&marker=b/", "reverse=true&delimiter=/&end_marker=a/",
        "reverse=true&path=a", "reverse=no", "delimiter=/&end_marker=b/", "delimiter=/&end_marker=c", "prefix=%FF", "marker=%FF",
    ):  # fmt: skip
        s.get(f"/c?{query}")
    for query in (
        "format=json",
        "format=xml",
        "format=json&delimiter=/",
        "format=xml&delimiter=/",
        "format=JSON",
        "format=plain",
        "format=",
    ):
        s.get(f"/c?{query}&limit=3")
    for accept in (
        "application/json",
        "application/xml",
        "text/xml",
        "text/*",
        "text/html",
        "application/json;q=0, text/plain",
    ):
        s.get("/c?limit=2", Accept=accept)
    s.head("/c?format=xml")
    s.head("/c", Accept="application/json")


# --- copies -----------------------------------------------------------------------------------------------------------


@story
def copies(s: Story) -> None:
    s.put("/c")
    s.put("/d")
    s.put(
        "/c/o",
        "0123456789",
        Content_Type="text/x-o",
        X_Object_Meta_A="1",
        X_Object_Meta_B="2",
        Content_Disposition="inline",
        Content_Encoding="x",
        X_Delete_At=FAR,
    )
    s.ask("COPY", "/c/o", Destination="d/copy")
    s.head("/d/copy")
    s.ask("COPY", "/c/o", Destination="/d/copy2", X_Object_Meta_A="new", Content_Type="text/x-new")
    s.head("/d/copy2")
    s.ask("COPY", "/c/o", Destination="/d/fresh", X_Fresh_Metadata="true", X_Object_Meta_C="3")
    s.head("/d/fresh")
    s.put("/d/from", X_Copy_From="/c/o")
    s.get("/d/from")
    s.put("/d/from2", X_Copy_From="c/o", X_Object_Meta_A="over", Content_Type="text/x-over")
    s.head("/d/from2")
    s.put("/d/part", X_Copy_From="c/o", Range="bytes=2-4")
    s.get("/d/part")
    s.put("/d/bad", X_Copy_From="c/o", Range="bytes=20-")
    s.put("/d/bad", X_Copy_From="c/none")
    s.put("/d/bad", X_Copy_From="none/o")
    s.put("/d/bad", X_Copy_From="c")
    s.put("/d/bad", X_Copy_From="/")
    s.put("/d/bad", "body", X_Copy_From="c/o")
    s.put("/none/o", X_Copy_From="c/o")
    s.ask("COPY", "/c/o")
    s.ask("COPY", "/c/o", Destination="c")
    s.ask("COPY", "/c/none", Destination="c/x")
    s.ask("COPY", "/c/o", Destination="none/x")
    s.ask("COPY", "/c/o", Destination="c/o", X_Object_Meta_Self="yes")
    s.head("/c/o")
    s.ask("COPY", "/c/o", Destination="c/x", If_Match="wrong")
    s.ask("COPY", "/c/o", Destination="c/x", If_None_Match="781e5e245d69b566979b86e28d23f2c7")
    s.ask("COPY", "/c/o", Destination="c/with%20space")
    s.get("/c/with%20space")
    s.ask("COPY", "/c/o", Destination="c/x", Destination_Account="AUTH_elsewhere")
    s.ask("COPY", "/c/o", Destination="c/x", Destination_Account="a/b")
    s.put("/c/o2", X_Copy_From="c/o", X_Copy_From_Account="AUTH_elsewhere")
    s.put("/c/o2", X_Copy_From="c/o", X_Copy_From_Account="AUTH_copies")
    s.put("/c/o2", X_Copy_From="c/o", ETag="781e5e245d69b566979b86e28d23f2c7")
    s.put("/c/o2", X_Copy_From="c/o", ETag="00000000000000000000000000000000")
    s.put("/d/late", X_Copy_From="c/o", X_Delete_At="1")
    s.put("/d/late", X_Copy_From="c/o", X_Delete_At=FAR + 5)
    s.head("/d/late")


# --- large objects ----------------------------------------------------------------------------------------------------


def manifest(*rows: dict[str, Any]) -> str:
    return json.dumps(rows)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@story
def static_large_objects(s: Story) -> None:
    s.put("/c")
    s.put("/seg")
    for number, text in enumerate(("aaaaa", "bbbb", "ccc"), 1):
        s.put(f"/seg/{number}", text)
    s.put("/seg/empty")
    whole = manifest(
        {"path": "/seg/1", "etag": md5("aaaaa"), "size_bytes": 5},
        {"path": "seg/2"},
        {"path": "/seg/3", "size_bytes": 3, "etag": None},
    )
    s.put("/c/big?multipart-manifest=put", whole, X_Object_Meta_A="b", Content_Type="text/x-big")
    s.get("/c/big")
    s.head("/c/big")
    s.get("/c/big?multipart-manifest=get")
    s.head("/c/big?multipart-manifest=get")
    s.get("/c/big?multipart-manifest=get&format=raw")
    s.get("/c/big?multipart-manifest=get", Range="bytes=0-9")
    for asked in ("bytes=0-4", "bytes=3-6", "bytes=9-", "bytes=-2", "bytes=0-1,10-11", "bytes=12-", "bytes=5-5"):
        s.get("/c/big", Range=asked)
    etag = md5(md5("aaaaa") + md5("bbbb") + md5("ccc"))
    for header in ("If-Match", "If-None-Match"):
        for value in (etag, f'"{etag}"', "x"):
            s.get("/c/big", **{header: value})
            s.head("/c/big", **{header: value})
    s.get("/c/big", If_Modified_Since=FUTURE)
    s.get("/c?format=json")
    s.get("/c?format=xml")
    s.head("/c")
    s.put("/c/big?multipart-manifest=put", whole, ETag=etag)
    s.put("/c/big?multipart-manifest=put", whole, ETag="00000000000000000000000000000000")
    s.put("/c/big.txt?multipart-manifest=put", whole)
    s.head("/c/big.txt")
    for number in ("1", "2", "3", "4", "0", "x"):
        s.get(f"/c/big?part-number={number}")
        s.head(f"/c/big?part-number={number}")
    s.get("/c/big?part-number=1", Range="bytes=0-1")
    s.get("/seg/1?part-number=1")
    s.put(
        "/c/some?multipart-manifest=put",
        manifest(
            {"path": "/seg/1", "range": "1-3"},
            {"path": "/seg/2", "range": "-2"},
            {"path": "/seg/3", "range": "0-9"},
            {"data": "ZGF0YQ=="},
        ),
    )
    s.get("/c/some")
    s.get("/c/some?multipart-manifest=get")
    s.get("/c/some?multipart-manifest=get&format=raw")
    s.get("/c/some", Range="bytes=2-8")
    s.put(
        "/c/nested?multipart-manifest=put",
        manifest({"path": "/c/big"}, {"path": "/seg/1"}, {"path": "/c/big", "range": "4-6"}),
    )
    s.get("/c/nested")
    s.get("/c/nested", Range="bytes=10-18")
    s.get("/c/nested?multipart-manifest=get")
    s.head("/c/nested")
    s.put("/c/last?multipart-manifest=put", manifest({"path": "/seg/1"}, {"path": "/seg/empty"}))
    s.get("/c/last")
    s.put("/c/none?multipart-manifest=put", "[]")
    s.get("/c/none")
    s.post("/c/big", X_Object_Meta_New="x")
    s.head("/c/big")
    s.get("/c/big")
    s.ask("COPY", "/c/big", Destination="c/flat")
    s.head("/c/flat")
    s.ask("COPY", "/c/big?multipart-manifest=get", Destination="c/copy")
    s.head("/c/copy")
    s.get("/c/copy?multipart-manifest=get")
    s.put("/c/slice", X_Copy_From="c/big", Range="bytes=4-6")
    s.get("/c/slice")
    s.put("/seg/2", "changed")
    s.get("/c/big", Range="bytes=0-3")
    s.get("/c/big", Range="bytes=5-6")
    s.delete("/seg/1")
    s.get("/c/big")
    s.head("/c/big")


@story
def static_manifest_errors(s: Story) -> None:
    s.put("/c")
    s.put("/c/s", "12345")
    s.put("/c/empty")
    for body in (
        "", "no json", "{}", '"text"',
        manifest({"path": "/c/s", "more": 1, "zeal": 2}), manifest({"path": 5}), manifest({"path": "/c/s", "etag": 5}), manifest({"path": "c"}),
        manifest({"path": "/c/s", "size_bytes": "x"}), manifest({"path": "/c/s", "size_bytes": 0}, {"path": "/c/s"}), manifest({"path": "/c/m"}),
        manifest({"path": "/c/s", "range": "x"}), manifest({"path": "/c/s", "range": "1-2,3-4"}), manifest({"path": "/c/s", "size_bytes": 5, "range": "7-8"}),
        manifest({"path": "/c/s", "range": "7-8"}), manifest({"data": "@@"}), manifest({"data": ""}), manifest({"data": "eA=="}), manifest({"data": 5}),
        manifest({"path": "/c/s", "size_bytes": "5"}), manifest({"path": "/c/s", "etag": "x", "size_bytes": 6}),
        manifest({"path": "/c/empty"}, {"path": "/c/s"}), manifest(*[{"path": "/c/s"}] * 1001), manifest({"path": "/none/none"}),
    ):  # fmt: skip
        s.put("/c/m?multipart-manifest=put", body)
    for body in ("[1]", '[{"x": 1}]'):
        s.put("/c/m?multipart-manifest=put", body, differs="Swift fails with 500")
    for accept in ("application/json", "application/xml", "text/xml", "image/png", "nonsense"):
        s.put("/c/m?multipart-manifest=put", manifest({"path": "/c/none"}), Accept=accept)
    s.put("/c/m?multipart-manifest=put", X_Copy_From="c/s")
    s.raw("PUT", "/c/m?multipart-manifest=put", [("Content-Length", "none")])
    s.put("/none/m?multipart-manifest=put", manifest({"path": "/c/s"}))
    s.put("/c/m?multipart-manifest=put&heartbeat=on", manifest({"path": "/c/s"}))
    s.put("/c/m?multipart-manifest=put", manifest({"path": "/c/s"}), If_None_Match="*")


@story
def static_deletes(s: Story) -> None:
    s.put("/c")
    s.put("/seg")
    for name in ("1", "2", "3"):
        s.put(f"/seg/{name}", name * 3)
    s.put("/c/m?multipart-manifest=put", manifest({"path": "/seg/1"}, {"path": "/seg/2"}, {"data": "eA=="}))
    s.put("/c/n?multipart-manifest=put", manifest({"path": "/c/m"}, {"path": "/seg/3"}))
    s.delete("/c/n?multipart-manifest=delete")
    s.get("/seg")
    s.get("/c")
    s.delete("/c/n?multipart-manifest=delete")
    s.put("/c/plain", "x")
    s.delete("/c/plain?multipart-manifest=delete")
    s.delete("/c/none?multipart-manifest=delete", Accept="application/json")
    s.put("/seg/1", "one")
    s.put("/c/m?multipart-manifest=put", manifest({"path": "/seg/1"}))
    s.delete("/seg/1")
    s.delete("/c/m?multipart-manifest=delete", Accept="application/json")
    s.put("/seg/1", "one")
    s.put("/c/m?multipart-manifest=put", manifest({"path": "/seg/1"}))
    s.delete("/c/m")
    s.get("/seg")
    s.put("/c/m?multipart-manifest=put", manifest({"path": "/seg/1"}))
    s.delete("/c/m?multipart-manifest=delete", Accept="application/xml")


@story
def dynamic_large_objects(s: Story) -> None:
    s.put("/c")
    s.put("/seg")
    s.put("/c/m", X_Object_Manifest="seg/big/", X_Object_Meta_A="b")
    s.get("/c/m")
    for number, text in enumerate(("aaaaa", "bbbb", "ccc"), 1):
        s.put(f"/seg/big/{number}", text)
    s.get("/c/m")
    s.head("/c/m")
    s.get("/c/m?multipart-manifest=get")
    s.head("/c/m?multipart-manifest=get")
    for asked in ("bytes=0-4", "bytes=3-6", "bytes=9-", "bytes=-2", "bytes=0-1,10-11", "bytes=12-", "bytes=5-5"):
        s.get("/c/m", Range=asked)
    etag = md5(md5("aaaaa") + md5("bbbb") + md5("ccc"))
    s.get("/c/m", If_Match=etag, differs="Swift gives the type of a refusal that it has overruled")
    s.get("/c/m", If_Match="x")
    for value in (etag, "x"):
        s.get("/c/m", If_None_Match=value)
    s.ask("COPY", "/c/m", Destination="c/flat")
    s.get("/c/flat")
    s.ask("COPY", "/c/m?multipart-manifest=get", Destination="c/copy")
    s.get("/c/copy")
    s.post("/c/m", X_Object_Meta_New="x")
    s.get("/c/m")
    s.put("/c/q", X_Object_Manifest="seg/b%69g/")
    s.get("/c/q")
    s.put("/c/none", X_Object_Manifest="none/x")
    s.get("/c/none")
    s.head("/c/none")
    for value in ("seg", "seg/", "/seg/x", "seg//x", "seg/x?y", "seg/x&y", ""):
        s.put("/c/bad", X_Object_Manifest=value)
    s.put("/c/with-body", "own bytes", X_Object_Manifest="seg/big")
    s.get("/c/with-body")
    s.get("/c/with-body?multipart-manifest=get")
    s.get("/c?format=json")
    s.delete("/c/m")
    s.get("/seg")


@story
def symlinks(s: Story) -> None:
    s.put("/c")
    s.put("/d")
    s.put("/d/o", "hello", Content_Type="text/x-o", X_Object_Meta_A="1")
    s.put("/c/link", X_Symlink_Target="d/o", X_Object_Meta_Own="2")
    s.get("/c/link")
    s.head("/c/link")
    s.get("/c/link?symlink=get")
    s.head("/c/link?symlink=get")
    s.get("/c/link", Range="bytes=1-2")
    s.get("/c/link", If_None_Match=md5("hello"))
    s.put("/c/two", X_Symlink_Target="c/link")
    s.put("/c/three", X_Symlink_Target="c/two")
    s.get("/c/two")
    s.get("/c/three")
    s.put("/c/dangling", X_Symlink_Target="d/none")
    s.get("/c/dangling")
    s.head("/c/dangling")
    s.put("/c/static", X_Symlink_Target="d/o", X_Symlink_Target_Etag=md5("hello"))
    s.get("/c/static")
    s.head("/c/static?symlink=get")
    s.get("/c?format=json")
    s.get("/c")
    s.put("/c/bad", X_Symlink_Target="d/o", X_Symlink_Target_Etag=md5("other"))
    s.put("/c/bad", X_Symlink_Target="d/none", X_Symlink_Target_Etag=md5("other"))
    s.put("/c/bad", X_Symlink_Target="d/o", X_Symlink_Target_Etag="a;b")
    s.put("/c/bad", X_Symlink_Target="/d/o")
    s.put("/c/bad", X_Symlink_Target="d")
    s.put("/c/bad", X_Symlink_Target="c/bad")
    s.put("/c/bad", "body", X_Symlink_Target="d/o")
    s.put("/c/bad", X_Symlink_Target="d/o", X_Symlink_Target_Account="a/b")
    s.put("/c/afar", X_Symlink_Target="d/o", X_Symlink_Target_Account="AUTH_elsewhere")
    s.get("/c/afar")
    s.post("/c/link", X_Object_Meta_New="3")
    s.post("/c/static", X_Object_Meta_New="3")
    s.post("/c/link", X_Symlink_Target="d/x")
    s.head("/c/link?symlink=get")
    s.ask("COPY", "/c/link", Destination="c/copied")
    s.head("/c/copied?symlink=get")
    s.ask("COPY", "/c/link?symlink=get", Destination="c/copied-link")
    s.head("/c/copied-link?symlink=get")
    s.put("/d/o", "changed")
    s.get("/c/link")
    s.get("/c/static")
    s.head("/c/static")
    s.put("/d/s", "12345")
    s.put("/d/slo?multipart-manifest=put", manifest({"path": "/d/s"}, {"path": "/c/link"}))
    s.put("/c/to-slo", X_Symlink_Target="d/slo")
    s.get("/c/to-slo")
    s.delete("/c/link")
    s.get("/d")


# --- versions ---------------------------------------------------------------------------------------------------------


@story
def versions_stack(s: Story) -> None:
    s.put("/v")
    s.put("/c", X_Versions_Location="v")
    s.head("/c")
    s.put("/c/o", "one", X_Object_Meta_N="1")
    s.put("/c/o", "two", X_Object_Meta_N="2")
    s.put("/c/o", "three", X_Object_Meta_N="3")
    s.post("/c/o", X_Object_Meta_N="4")
    s.get("/v?format=json")
    s.delete("/c/o")
    s.get("/c/o")
    s.get("/v")
    s.delete("/c/o")
    s.get("/c/o")
    s.delete("/c/o")
    s.get("/c/o")
    s.delete("/c/o")
    s.post("/c", X_Remove_Versions_Location="x")
    s.head("/c")
    s.post("/c", X_Versions_Location="none")
    s.put("/c/o", "one")
    s.put("/c/o", "two")
    s.delete("/c/o")
    s.post("/c", X_Versions_Location="a/b")
    s.post("/c", X_Versions_Location="v", X_History_Location="v")
    s.post("/c", X_Versions_Location="")
    s.head("/c")


@story
def versions_history(s: Story) -> None:
    s.put("/v")
    s.put("/c", X_History_Location="v")
    s.head("/c")
    s.put("/c/o", "one")
    s.put("/c/o", "two")
    s.get("/v?format=json")
    s.delete("/c/o")
    s.get("/c/o")
    s.get("/v?format=json")
    s.delete("/c/o")
    s.get("/v?format=json")
    s.post("/c", X_Versions_Location="v")
    s.head("/c")
    s.delete("/c/o")
    s.delete("/c/o")
    s.get("/c/o")
    s.get("/v")
    s.post("/c", X_History_Location="none")
    s.put("/c/p", "x")
    s.delete("/c/p")
    s.post("/c", X_Remove_History_Location="x")
    s.head("/c")


@story
def versioning(s: Story) -> None:
    s.put("/c")
    s.put("/c/old", "before", X_Object_Meta_N="0")
    s.post("/c", X_Versions_Enabled="true")
    s.head("/c")
    s.put("/c/o", "one", X_Object_Meta_N="1")
    s.get("/c/o")
    s.head("/c/o")
    s.put("/c/o", "two!", X_Object_Meta_N="2", Content_Type="text/x-two")
    s.get("/c/o")
    s.get("/c/old")
    s.put("/c/old", "after")
    s.get("/c/old")
    s.get("/c?format=json")
    s.get("/c")
    s.head("/c")
    s.get("/c?versions&format=json")
    s.get("/c?versions&prefix=ol")
    s.get("/c?versions&limit=1")
    s.get("/c?versions&marker=o")
    s.get("/c?versions&reverse=true")
    s.get("/c?versions&version_marker=1")
    s.get("/c?versions&delimiter=1")
    s.get("/c?versions", Accept="text/plain")
    s.post("/c/o", X_Object_Meta_N="3")
    s.head("/c/o")
    s.get("?format=json", settle=True)
    s.head()
    s.delete("/c/o")
    s.get("/c/o")
    s.delete("/c/o")
    s.get("/c?versions")
    s.get("/c?format=json")
    s.get("/c/o?version-id=null")
    s.get("/c/old?version-id=null")
    s.get("/c/o?version-id=1234567890.00000")
    s.get("/c/o?version-id=nonsense")
    s.post("/c/o?version-id=1234567890.00000", X_Object_Meta_A="b")
    s.put("/c/o?version-id=1234567890.00000")
    s.put("/c/o?version-id=1234567890.00000", "body")
    s.put("/c/o?version-id=null")
    s.delete("/c/o?version-id=1234567890.00000")
    s.delete("/c")
    s.post("/c", X_Versions_Enabled="false")
    s.head("/c")
    s.put("/c/o", "three", X_Object_Meta_N="4")
    s.get("/c/o")
    s.get("/c?versions")
    s.get("/c?format=json")
    s.delete("/c/o")
    s.get("/c?versions")
    s.put("/plain")
    s.put("/plain/o", "x")
    s.get("/plain/o?version-id=null")
    s.get("/plain/o?version-id=1234567890.00000")
    s.get("/plain?versions")
    s.put("/legacy", X_Versions_Location="plain")
    s.post("/legacy", X_Versions_Enabled="true")
    s.put("/new", X_Versions_Enabled="true")
    s.head("/new")
    s.ask("COPY", "/c/old", Destination="new/copy")
    s.put("/new/slo?multipart-manifest=put", manifest({"path": "/c/old"}))
    s.get("/new/slo")
    s.get("/new?format=json")
    s.ask("GET", "/c/old", by="none")
    s.ask("PUT", "/c/old", "x", by="none")
    s.ask("DELETE", "/c/old", by="other/member/elsewhere")
    s.put("/off", X_Versions_Enabled="false")
    s.head("/off")
    s.put("/off/o", "x")
    s.get("/off/o")
    s.get("/c?versions", by="none")
    s.put("/d", X_Versions_Enabled="yes")
    for name in ("a", "b/1", "b/2", "c"):
        s.put(f"/d/{name}", "1")
        s.put(f"/d/{name}", "2")
    s.delete("/d/c")
    s.get("/d?versions&delimiter=/")
    s.get("/d?versions&delimiter=/&prefix=b/")
    s.get("/d?versions&marker=a&limit=3")
    s.get("/d?versions&marker=a&version_marker=9999999999.00000")
    s.get("/d?versions&marker=a&version_marker=1.00000")
    s.get("/d?versions&marker=a&version_marker=null")
    s.get("/d?versions&marker=a&version_marker=x")
    s.get("/off?versions&marker=o&version_marker=null")
    s.get("/c?versions&marker=old&version_marker=null")
    s.get("/d?versions&format=xml")
    s.get("/d?versions&limit=0")
    s.head("/d?versions")
    s.head("/d", settle=True)
    s.head()
    s.post("?bulk-delete", "/d/a\n/d/none", Accept="application/json")
    s.get("/d?versions&prefix=a")
    s.put("/empty", X_Versions_Enabled="true")
    s.delete("/empty")


# --- many at once -----------------------------------------------------------------------------------------------------


@story
def bulk_deletes(s: Story) -> None:
    for container in ("a", "b"):
        s.put(f"/{container}")
        for name in ("1", "2", "%C3%A9%20x"):
            s.put(f"/{container}/{name}", "x")
    s.post("?bulk-delete", "/a/1\na/2\n/a/none\n", Content_Type="text/plain", Accept="application/json")
    s.ask("DELETE", "?bulk-delete", "a\nb\n/a/%C3%A9%20x\n\n", Content_Type="text/plain", Accept="application/json")
    s.post("?bulk-delete", "/b/1", Content_Type="text/plain")
    s.post("?bulk-delete", "/b/2\n/none/none", Accept="application/xml")
    s.post("?bulk-delete", "", Content_Type="text/plain")
    s.post("?bulk-delete", "/b/x", Content_Type="application/json")
    s.post("?bulk-delete", "/b/x", Accept="image/png")
    s.post("?bulk-delete", "/b\n/b/%FF\n/b/a%00b", Accept="text/xml")
    s.post("?bulk-delete", "/b/" + "x" * 4000, Accept="application/json")
    s.post("?bulk-delete", "\n".join(f"/b/{i}" for i in range(10001)), Accept="application/json")
    s.ask("POST", "?bulk-delete", "/b/%C3%A9%20x", by="other/member/elsewhere", Accept="application/json")
    s.ask("POST", "?bulk-delete", "/b/%C3%A9%20x", by="none", Accept="application/json")
    s.post("/b?bulk-delete", "/b/%C3%A9%20x", Accept="application/json")
    s.get("/b")


def tar(files: dict[str, bytes], mode: str = "w", pax: dict[str, str] | None = None) -> bytes:
    target = io.BytesIO()
    with tarfile.open(mode=mode, fileobj=target, format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.pax_headers = len(data), pax or {}
            if name.endswith("/"):
                member.type = tarfile.DIRTYPE
            archive.addfile(member, io.BytesIO(data))
    return target.getvalue()


@story
def archives(s: Story) -> None:
    files = {"one/": b"", "one/a": b"aaa", "./two/b/c": b"bbbb", "top": b"t", "/three/\u00e9": b"c"}
    s.put("?extract-archive=tar", tar(files), Accept="application/json")
    s.get("/one")
    s.get("/two?format=json")
    s.put("/mine?extract-archive=tar", tar(files), X_Object_Meta_From="tar")
    s.get("/mine")
    s.head("/mine/one/a")
    s.put("/mine/sub?extract-archive=tar", tar({"x": b"y"}), Accept="application/xml")
    s.get("/mine?prefix=sub")
    s.put(
        "/pax?extract-archive=tar",
        tar({"f": b"x"}, pax={"SCHILY.xattr.user.mime_type": "text/x-pax", "SCHILY.xattr.user.meta.colour": "red"}),
    )
    s.head("/pax/f")
    s.put("?extract-archive=tar", tar({"top": b"x"}), Accept="application/json")
    s.put("?extract-archive=tar", tar({}), Accept="application/json")
    s.put("?extract-archive=zip", b"x")
    s.put("?extract-archive=tar", tar({"c/" + "o" * 1025: b"x", "c/fine": b"y"}), Accept="application/json")
    s.put("?extract-archive=tar", tar(files), Accept="image/png")
    s.ask("PUT", "?extract-archive=tar", tar({"c/x": b"x"}), by="none", Accept="application/json")
    s.ask("PUT", "?extract-archive=tar", tar({"c/x": b"x"}), by="other/member/elsewhere", Accept="application/json")


# --- who may ----------------------------------------------------------------------------------------------------------


@story
def access(s: Story) -> None:
    other, reader, role = "friend/member/elsewhere", "user/reader/access", "user/helper/access"
    s.put("/c")
    s.put("/c/o", "x")

    def all_try() -> None:
        for who in ("none", other, reader, role):
            for method, path in (
                ("GET", "/c"),
                ("GET", "/c/o"),
                ("HEAD", "/c"),
                ("HEAD", "/c/o"),
                ("PUT", "/c/p"),
                ("POST", "/c/o"),
                ("DELETE", "/c/p"),
                ("POST", "/c"),
            ):
                s.ask(method, path, by=who)

    all_try()
    s.ask("GET", by=other)
    s.ask("GET", by="none")
    s.ask("HEAD", by="none")
    s.ask("PUT", "/new", by="none")
    s.ask("PUT", "/new", by=other)
    s.ask("DELETE", "/c", by=other)
    s.ask("GET", "/none", by="none")
    s.ask("GET", "/c/none", by="none")
    s.post("/c", X_Container_Read=".r:*,.rlistings", X_Container_Meta_Temp_URL_Key="secret")
    all_try()
    s.ask("GET", "/c/none", by="none")
    s.post("/c", X_Container_Read=".r:*")
    all_try()
    s.post("/c", X_Container_Read="elsewhere:friend,helper", X_Container_Write="*:friend")
    all_try()
    s.post("/c", X_Container_Read="elsewhere:*", X_Container_Write="helper")
    all_try()
    s.post("/c", X_Container_Read=".r:.example.com,.r:-bad.example.com", X_Remove_Container_Write="x")
    for referer in ("http://www.example.com/page", "http://bad.example.com/", "http://example.com/", "nonsense"):
        s.ask("GET", "/c/o", by="none", Referer=referer)
    s.ask("OPTIONS", "/c/o", by="none")
    s.head("/c")


def signature(method: str, path: str, expires: int = FAR, key: str = KEY, digest: str = "sha256", ip: str = "") -> str:
    start = f"ip={ip}\n" if ip else ""
    return hmac.new(key.encode(), f"{start}{method}\n{expires}\n{path}".encode(), digest).hexdigest()


@story
def temporary_urls(s: Story) -> None:
    s.put("/c")
    s.put("/d")
    s.put("/c/o", "hello", X_Object_Meta_Private="1", X_Object_Meta_Public_A="2")
    s.put("/c/named", "x", Content_Disposition="attachment; filename=kept.txt")
    s.put("/c/dir/%C3%A9%20x.txt", "y")
    path = "/v1/AUTH_temporary_urls/c/o"

    def signed(method: str, where: str, query: str, **headers: Any) -> None:
        s.ask(method, f"{where}?{query}", by="none", **headers)

    query = f"temp_url_sig={signature('GET', path)}&temp_url_expires={FAR}"
    signed("GET", "/c/o", query)
    s.post(X_Account_Meta_Temp_URL_Key=KEY)
    signed("GET", "/c/o", query)
    signed("HEAD", "/c/o", query)
    signed("GET", "/c/named", query)
    signed("PUT", "/c/o", query)
    signed("GET", "/c/o", query, Range="bytes=1-2")
    signed("GET", "/c/o", query, If_None_Match="5d41402abc4b2a76b9719d911017c592")
    signed("GET", "/c/o", f"{query}&filename=a%20b%C3%A9.txt")
    signed("GET", "/c/o", f"{query}&inline")
    signed("GET", "/c/o", f"{query}&inline&filename=a.txt")
    named = "/v1/AUTH_temporary_urls/c/named"
    signed("GET", "/c/named", f"temp_url_sig={signature('GET', named)}&temp_url_expires={FAR}")
    odd = "/v1/AUTH_temporary_urls/c/dir/\u00e9 x.txt"
    signed("GET", "/c/dir/%C3%A9%20x.txt", f"temp_url_sig={signature('GET', odd)}&temp_url_expires={FAR}")
    for digest in ("sha1", "sha512", "md5"):
        signed("GET", "/c/o", f"temp_url_sig={signature('GET', path, digest=digest)}&temp_url_expires={FAR}")
    signed("GET", "/c/o", f"temp_url_sig={signature('GET', path)}&temp_url_expires=2100-01-01T00:00:00Z")
    signed("GET", "/c/o", f"temp_url_sig={signature('GET', path, 1000)}&temp_url_expires=1000")
    signed("GET", "/c/o", f"temp_url_sig={signature('GET', path)}")
    signed("GET", "/c/o", f"temp_url_expires={FAR}")
    signed("GET", "/c/o", f"temp_url_sig=nonsense&temp_url_expires={FAR}")
    signed("GET", "/c/o", f"temp_url_sig={signature('GET', path)}&temp_url_expires=later")
    signed("GET", "/c", query)
    encoded = "sha256:" + __import__("base64").urlsafe_b64encode(bytes.fromhex(signature("GET", path))).decode()
    signed("GET", "/c/o", f"temp_url_sig={quote(encoded)}&temp_url_expires={FAR}")
    new = "/v1/AUTH_temporary_urls/c/new"
    put = f"temp_url_sig={signature('PUT', new)}&temp_url_expires={FAR}"
    signed("PUT", "/c/new", put, X_Object_Manifest="d/x")
    signed("PUT", "/c/new", put, X_Copy_From="c/o")
    signed("PUT", "/c/new", put)
    signed("HEAD", "/c/new", put)
    signed("GET", "/c/new", put)
    signed("DELETE", "/c/new", f"temp_url_sig={signature('DELETE', new)}&temp_url_expires={FAR}")
    signed("POST", "/c/o", f"temp_url_sig={signature('POST', path)}&temp_url_expires={FAR}", X_Object_Meta_A="b")
    prefix = "prefix:/v1/AUTH_temporary_urls/c/di"
    signed(
        "GET",
        "/c/dir/%C3%A9%20x.txt",
        f"temp_url_sig={signature('GET', prefix)}&temp_url_expires={FAR}&temp_url_prefix=di",
    )
    signed("GET", "/c/o", f"temp_url_sig={signature('GET', prefix)}&temp_url_expires={FAR}&temp_url_prefix=di")
    local = signature("GET", path, ip="127.0.0.1")
    signed("GET", "/c/o", f"temp_url_sig={local}&temp_url_expires={FAR}&temp_url_ip_range=127.0.0.1")
    far = signature("GET", path, ip="10.0.0.0/8")
    signed("GET", "/c/o", f"temp_url_sig={far}&temp_url_expires={FAR}&temp_url_ip_range=10.0.0.0/8")
    s.post(X_Account_Meta_Temp_URL_Key="", X_Account_Meta_Temp_URL_Key_2="second")
    signed("GET", "/c/o", query)
    signed("GET", "/c/o", f"temp_url_sig={signature('GET', path, key='second')}&temp_url_expires={FAR}")
    s.post("/c", X_Container_Meta_Temp_URL_Key="container-key")
    signed("GET", "/c/o", f"temp_url_sig={signature('GET', path, key='container-key')}&temp_url_expires={FAR}")
    s.put("/c/m", X_Object_Manifest="d/x")
    s.put("/d/x1", "elsewhere")
    dlo = "/v1/AUTH_temporary_urls/c/m"
    signed("GET", "/c/m", f"temp_url_sig={signature('GET', dlo, key='container-key')}&temp_url_expires={FAR}")
    signed("GET", "/c/m", f"temp_url_sig={signature('GET', dlo, key='second')}&temp_url_expires={FAR}")
    none = "/v1/AUTH_temporary_urls/c/none"
    signed("GET", "/c/none", f"temp_url_sig={signature('GET', none, key='second')}&temp_url_expires={FAR}")
    s.head("/c")
    s.head(settle=True)


def form(fields: dict[str, str], files: list[tuple[str, str, str]], boundary: str = "XX") -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    for number, (name, kind, text) in enumerate(files, 1):
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file{number}"; filename="{name}"\r\n'
        parts.append(head + (f"Content-Type: {kind}\r\n" if kind else "") + f"\r\n{text}\r\n")
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()


@story
def forms(s: Story) -> None:
    s.put("/c")
    path = "/v1/AUTH_forms/c/up/"
    fields = {"redirect": "", "max_file_size": "10", "max_file_count": "2", "expires": str(FAR)}

    def sign(values: dict[str, str], key: str = KEY, where: str = path) -> dict[str, str]:
        order = ("redirect", "max_file_size", "max_file_count", "expires")
        text = "\n".join([where, *(values.get(name, "") for name in order)])
        return values | {"signature": hmac.new(key.encode(), text.encode(), "sha256").hexdigest()}

    def send(body: bytes, where: str = "/c/up/", kind: str = "multipart/form-data; boundary=XX") -> None:
        s.ask("POST", where, body, by="none", Content_Type=kind)

    one, two = ("a.txt", "text/plain", "hello"), ("b", "", "world")
    send(form(sign(fields), [one]))
    s.post(X_Account_Meta_Temp_URL_Key=KEY)
    send(form(sign(fields), [one, two]))
    s.get("/c/up/a.txt")
    s.get("/c/up/b")
    send(form(sign(fields), [one, two, one]))
    send(form(sign(fields), [("big", "", "x" * 11)]))
    s.get("/c/up/big")
    send(form(sign(fields), []))
    send(form(fields, [one]))
    send(form(sign(fields, key="wrong"), [one]))
    send(form(sign(fields | {"expires": "1000"}), [one]))
    send(form(sign(fields | {"max_file_count": "x"}), [one]))
    send(form(sign(fields | {"max_file_size": "x"}), [one]))
    send(form(sign(fields | {"expires": "x"}), [one]))
    send(form(sign(fields | {"redirect": "http://back.example/page"}), [one]))
    send(form(sign(fields | {"redirect": "http://back.example/page?x=1"}), [one, two, one]))
    send(form(sign(fields) | {"x_delete_at": str(FAR)}, [one]))
    s.head("/c/up/a.txt")
    send(form(sign(fields) | {"x_delete_at": "soon"}, [one]))
    send(form(sign(fields) | {"content-type": "text/x-form", "content-encoding": "gzip"}, [one]))
    s.head("/c/up/a.txt")
    send(form(sign(fields, where="/v1/AUTH_forms/c"), [("in-root", "", "x")]), "/c")
    s.get("/c")
    send(form(sign(fields, where="/v1/AUTH_forms/none"), [one]), "/none")
    send(b"nothing like a form")
    s.post("/c", X_Container_Meta_Temp_URL_Key="mine")
    send(form(sign(fields, key="mine"), [two]))


@story
def compressed_archives(s: Story) -> None:
    plain = tar({"one/a": b"aaa", "one/b": b"bb"})
    s.put("?extract-archive=tar.gz", gzip.compress(plain, mtime=0), Accept="application/json")
    s.put("?extract-archive=tar.bz2", bz2.compress(plain), Accept="application/json")
    s.put("?extract-archive=.TAR.GZ", gzip.compress(plain, mtime=0), Accept="application/json")
    s.get("/one")
    s.put("/up?extract-archive=tar", plain, X_Delete_At=FAR, X_Object_Meta_A="1", Content_Type="application/x-tar")
    s.head("/up/one/a")
    s.put("/up?extract-archive=tar", plain, X_Delete_At="1", Accept="application/json")
    s.raw("PUT", "/up?extract-archive=tar", [("Transfer-Encoding", "chunked"), ("Accept", "application/json")], plain)
    s.post("/up?extract-archive=tar", plain)
    s.get("/up?extract-archive=tar")


@story
def across_accounts(s: Story) -> None:
    friend = "friend/member/across_friend"
    s.put("/c")
    s.put("/c/o", "hello")
    s.ask("PUT", at="/v1/AUTH_across_friend/d", by=friend)
    s.ask("COPY", "/c/o", by=friend, Destination="d/o", Destination_Account="AUTH_across_friend")
    s.post("/c", X_Container_Read="across_friend:friend")
    s.ask("COPY", "/c/o", by=friend, Destination="d/o", Destination_Account="AUTH_across_friend")
    s.ask("GET", at="/v1/AUTH_across_friend/d/o", by=friend)
    s.ask(
        "PUT", at="/v1/AUTH_across_friend/d/p", by=friend, X_Copy_From="c/o", X_Copy_From_Account="AUTH_across_accounts"
    )
    s.ask("PUT", "/c/p", by=friend, X_Copy_From="d/o", X_Copy_From_Account="AUTH_across_friend")
    s.post("/c", X_Container_Write="across_friend:*")
    s.ask("PUT", "/c/p", by=friend, X_Copy_From="d/o", X_Copy_From_Account="AUTH_across_friend")
    s.ask("PUT", "/c/m", by=friend, X_Object_Manifest="c/o")
    s.ask("GET", "/c/m", by=friend)
    s.ask("PUT", "/c/slo?multipart-manifest=put", manifest({"path": "/c/o"}), by=friend)
    s.ask("GET", "/c/slo", by=friend)
    s.put("/private")
    s.put("/private/x", "secret")
    s.put("/c/mixed", X_Object_Manifest="private/x")
    s.ask("GET", "/c/mixed", by=friend)
    s.ask("HEAD", "/c/mixed", by=friend)
    s.put("/c/slo2?multipart-manifest=put", manifest({"path": "/private/x"}))
    s.ask("GET", "/c/slo2", by=friend)
    s.ask("PUT", "/c/slo3?multipart-manifest=put", manifest({"path": "/private/x"}), by=friend)
    s.put("/c/link", X_Symlink_Target="private/x")
    s.ask("GET", "/c/link", by=friend)
    s.ask("DELETE", "/c/slo2?multipart-manifest=delete", by=friend, Accept="application/json")
    s.ask("POST", "?bulk-delete", "/c/o\n/private/x\n", by=friend, Accept="application/json")
    s.ask("GET", "/c", by="boss/ResellerAdmin/anywhere")
    s.ask("HEAD", "/c", by="boss/admin/anywhere")
    s.ask("HEAD", "/c", by="boss/admin/across_accounts")
    s.head("/c")


@story
def versions_and_the_rest(s: Story) -> None:
    s.put("/v")
    s.put("/c", X_Versions_Location="v")
    s.put("/seg")
    s.put("/seg/1", "12345")
    s.put("/c/o?multipart-manifest=put", manifest({"path": "/seg/1"}))
    s.put("/c/o", "plain", Content_Type="text/x-plain", X_Object_Meta_A="b", Content_Disposition="inline")
    s.get("/v?format=json")
    s.ask("COPY", "/c/o", Destination="c/o", X_Object_Meta_B="c")
    s.head("/c/o")
    s.put("/c/o", X_Object_Manifest="seg/")
    s.delete("/c/o")
    s.head("/c/o")
    s.delete("/c/o")
    s.head("/c/o")
    s.delete("/c/o")
    s.get("/c/o")
    s.get("/c/o?multipart-manifest=get&format=raw")
    s.put("/c/%C3%A9%20x", "one")
    s.put("/c/%C3%A9%20x", "two")
    s.get("/v")
    s.put("/c/" + "n" * 1020, "one")
    s.put("/c/" + "n" * 1020, "two")
    s.put("/c/gone", "x")
    s.post("?bulk-delete", "/c/gone", Accept="application/json")
    s.get("/v")
    s.head("/c", X_Newest="true")
    s.ask("PUT", "/c/by-other", "x", by="other/member/elsewhere")
    s.ask("DELETE", "/c/o", by="other/member/elsewhere")
    s.delete("/v")


@story
def corners(s: Story) -> None:
    s.put("/c", X_Container_Sync_Key="k", X_Versions_Location="")
    s.head("/c", X_Newest="true")
    s.put("/c/o", "0123456789", X_Trans_Id_Extra="mine")
    s.get("/c/o?unknown=1&x")
    s.delete("/c/o?multipart-manifest=get")
    s.put("/c/o", "0123456789", Content_Type="")
    s.head("/c/o")
    s.put("/c/o", "0123456789", Content_Type="text/plain;charset=x; a=b")
    s.get("/c/o")
    s.get("/c?format=json")
    s.put("/c/d/", Content_Type="application/directory")
    s.put("/c/d", Content_Type="application/directory")
    s.get("/c?path=&format=json")
    s.head("/c/d/")
    s.put("/c/delete-me", "x", X_Delete_At=FAR)
    s.delete("/c/delete-me", X_If_Delete_At="1")
    s.delete("/c/delete-me", X_If_Delete_At="soon")
    s.delete("/c/delete-me", X_If_Delete_At=FAR)
    s.delete("/c/never", X_If_Delete_At=FAR)
    s.put("/c/etag", "x", ETag="short")
    s.put("/c/etag", "x", ETag="")
    s.put("/c/spaces", "x", X_Object_Meta_Empty="", X_Object_Meta_Blank="  a  ")
    s.head("/c/spaces")
    s.post("/c/spaces", X_Object_Meta_Empty="")
    s.head("/c/spaces")
    s.post("/c", "a body", X_Container_Meta_A="b")
    s.put("/c", "a body")
    s.delete("/c/spaces", X_Object_Meta_A="b")
    s.get("/c/o", Accept="application/json")
    s.get("/c/o", Accept="nonsense")
    s.get("/c", Accept="nonsense", by="none")
    s.get("/c?limit=99999", by="none")
    s.ask("GET", "/c/%2Fslash")
    s.put("/c/%2Fslash", "x")
    s.get("/c/%2Fslash")
    s.get("/c")
    s.put("/c/" + "%E2%82%AC" * 400, "x")
    s.put("/.hidden")
    s.put("/c/.hidden", "x")
    s.get("/c/o", If_Match=md5("0123456789") + ',"x"', If_None_Match="y", Range="bytes=3-")
    s.ask("POST", "/c/o", Content_Type="multipart/form-data; boundary=x")
    s.ask("POST", "/c/o", Content_Type="multipart/form-data")
    s.post("/c/o", X_Object_Manifest="c/d")
    s.head("/c/o")


# --- the rest ---------------------------------------------------------------------------------------------------------


@story
def quotas(s: Story) -> None:
    s.put("/c", X_Container_Meta_Quota_Bytes="10", X_Container_Meta_Quota_Count="2")
    s.put("/c/a", "12345678")
    s.put("/c/b", "123")
    s.put("/c/b", "12")
    s.put("/c/d", "")
    s.put("/c/a", "1")
    s.ask("PUT", "/c/z", "12345678901", by="none")
    s.ask("PUT", "/c/z", "12345678901", by="other/member/elsewhere")
    s.post("/c", X_Container_Meta_Quota_Count="", X_Container_Meta_Quota_Bytes="12")
    s.put("/c/copy", X_Copy_From="c/a")
    s.put("/c/copy2", X_Copy_From="c/a")
    s.head("/c")


@story
def cross_origin(s: Story) -> None:
    origin = "http://page.example"
    s.put("/c")
    s.put("/c/o", "x", X_Object_Meta_A="b")
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    s.ask("OPTIONS", "/c/o", by="none", **asked)
    s.get("/c/o", Origin=origin)
    s.post(
        "/c",
        X_Container_Meta_Access_Control_Allow_Origin="*",
        X_Container_Meta_Access_Control_Max_Age="5",
        X_Container_Meta_Access_Control_Expose_Headers="X-One x-two",
    )
    s.ask("OPTIONS", "/c/o", by="none", **asked)
    s.ask("OPTIONS", "/c", by="none", **asked)
    s.ask("OPTIONS", "", by="none", **asked)
    s.ask("OPTIONS", "/c/o", by="none", **asked, Access_Control_Request_Headers="x-a, X-B")
    s.ask("OPTIONS", "/c/o", by="none", Origin=origin, Access_Control_Request_Method="PATCH")
    s.get("/c/o", Origin=origin)
    s.head("/c/o", Origin=origin)
    s.get("/c", Origin=origin)
    s.get("/c/none", Origin=origin)
    s.put("/c/p", "x", Origin=origin)
    s.post("/c", X_Container_Meta_Access_Control_Allow_Origin=f"http://other.example {origin}")
    s.ask("OPTIONS", "/c/o", by="none", **asked)
    s.get("/c/o", Origin=origin)
    s.get("/c/o", Origin="http://stranger.example")
    s.ask("GET", at="/info", Origin=origin)


@story
def about(s: Story) -> None:
    s.ask("GET", at="/info", by="none")
    s.ask("HEAD", at="/info", by="none")
    s.ask("OPTIONS", at="/info", by="none")
    s.ask("POST", at="/info", by="none")
    s.ask("GET", at="/info?swiftinfo_sig=x&swiftinfo_expires=1", by="none")
    s.ask("GET", at="/v1/endpoints", by="none")
