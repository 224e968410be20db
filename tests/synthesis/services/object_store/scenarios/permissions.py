"""Who may: ACLs, signed URLs, signed forms."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import quote

from tests.synthesis.services.object_store.scenarios.telling import FAR, KEY, Story, story


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
