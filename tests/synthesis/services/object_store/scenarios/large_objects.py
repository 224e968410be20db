"""Large objects, static and dynamic."""

from __future__ import annotations

from tests.synthesis.services.object_store.scenarios.telling import FUTURE, Story, manifest, md5, story


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
    for part in ("1", "2", "3", "4", "0", "x"):
        s.get(f"/c/big?part-number={part}")
        s.head(f"/c/big?part-number={part}")
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
