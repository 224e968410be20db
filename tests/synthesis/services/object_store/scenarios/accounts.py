"""Accounts and containers."""

from __future__ import annotations

from tests.synthesis.services.object_store.scenarios.telling import Story, story


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
