"""Quotas, other origins, and what does not fit elsewhere."""

from __future__ import annotations

import bz2
import gzip

from tests.synthesis.services.object_store.scenarios.many_at_once import tar
from tests.synthesis.services.object_store.scenarios.telling import FAR, Story, manifest, md5, story


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
    s.ask("OPTIONS", "/c/o", by="none", headers=asked)
    s.get("/c/o", Origin=origin)
    s.post(
        "/c",
        X_Container_Meta_Access_Control_Allow_Origin="*",
        X_Container_Meta_Access_Control_Max_Age="5",
        X_Container_Meta_Access_Control_Expose_Headers="X-One x-two",
    )
    s.ask("OPTIONS", "/c/o", by="none", headers=asked)
    s.ask("OPTIONS", "/c", by="none", headers=asked)
    s.ask("OPTIONS", "", by="none", headers=asked)
    s.ask("OPTIONS", "/c/o", by="none", headers=asked, Access_Control_Request_Headers="x-a, X-B")
    s.ask("OPTIONS", "/c/o", by="none", Origin=origin, Access_Control_Request_Method="PATCH")
    s.get("/c/o", Origin=origin)
    s.head("/c/o", Origin=origin)
    s.get("/c", Origin=origin)
    s.get("/c/none", Origin=origin)
    s.put("/c/p", "x", Origin=origin)
    s.post("/c", X_Container_Meta_Access_Control_Allow_Origin=f"http://other.example {origin}")
    s.ask("OPTIONS", "/c/o", by="none", headers=asked)
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
