"""Lists of objects, and copies."""

from __future__ import annotations

from tests.synthesis.services.object_store.scenarios.telling import FAR, Story, story


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
