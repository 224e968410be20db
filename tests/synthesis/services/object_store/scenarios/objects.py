"""Single objects."""

from __future__ import annotations

from urllib.parse import quote

from tests.synthesis.services.object_store.scenarios.telling import FAR, FUTURE, PAST, Story, story


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
                s.ask(method, "/c/o", headers={header: value})
    for header in ("If-Match", "If-None-Match"):
        s.get("/c/none", **{header: "*"})
        s.get("/c/none", **{header: "x"})
        s.head("/c/none", **{header: "*"})
    s.get("/c/o", If_None_Match="x", If_Modified_Since=FUTURE)
    s.put("/c/o", "new", If_Match="x")
    s.get("/c", If_None_Match="*")
    s.get("/none/o", If_Match="*")
