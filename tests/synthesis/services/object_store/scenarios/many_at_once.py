"""Bulk requests."""

from __future__ import annotations

import io
import tarfile

from tests.synthesis.services.object_store.scenarios.telling import Story, story


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
