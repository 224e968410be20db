"""Where a name and a value stand: queries, forms, markup, settings, scripts, logs, and the spellings of a name."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from random import Random
from urllib.parse import quote, quote_plus

from tests.planter.exchange import Body, Exchange
from tests.planter.kinds import Fragment, Json
from tests.planter.positions.carriers import as_object, base, carry, dump
from tests.planter.positions.spellings import camel, dotted, kebab, pascal, prefixed, snake, upper

FORM = "application/x-www-form-urlencoded"
Shape = Callable[[str, str], Json]


def posted(shape: Shape, media: str = "application/json") -> Callable[[Fragment, Random], list[Exchange]]:
    def build(fragment: Fragment, _: Random) -> list[Exchange]:
        shaped = shape(*fragment.pair())
        return carry(fragment, shaped if isinstance(shaped, str) else dump(shaped), media)

    return build


def spelled(spelling: Callable[[str], str]) -> Callable[[Fragment, Random], list[Exchange]]:
    return posted(lambda name, value: {"config": {"id": "6f70656e", spelling(name): value}})


def query(f: Fragment, _: Random) -> list[Exchange]:
    name, value = f.pair()
    exchange = base(f)
    return [Exchange("GET", exchange.service, f"{exchange.path}?limit=2&{name}={quote(value, safe='')}&sort=id")]


def query_percent(f: Fragment, _: Random) -> list[Exchange]:
    """With characters of the name in percent form too."""
    name, value = f.pair()
    exchange = base(f)
    spelled = f"%{ord(name[0]):02X}{name[1:]}"
    return [
        Exchange(
            "GET", exchange.service, f"{exchange.path}?{spelled}={''.join(f'%{byte:02x}' for byte in value.encode())}"
        )
    ]


def location_query(f: Fragment, _: Random) -> list[Exchange]:
    name, value = f.pair()
    headers = (("Location", f"https://horizon.example.org/done?{name}={quote(value, safe='')}"),)
    return [Exchange("GET", "dashboard", "/start", response=Body(b"", None, headers), status=302)]


def fragment_part(f: Fragment, _: Random) -> list[Exchange]:
    name, value = f.pair()
    return carry(f, dump({"redirect": f"https://horizon.example.org/#{name}={quote(value, safe='')}&x=1"}))


def header(f: Fragment, _: Random) -> list[Exchange]:
    name, value = f.pair()
    return [Exchange("POST", "object-store", "/c/o", Body(b"", None, ((f"X-Object-Meta-{pascal(name)}", value),)))]


def header_answered(f: Fragment, _: Random) -> list[Exchange]:
    name, value = f.pair()
    return [
        Exchange(
            "GET",
            "object-store",
            "/c/o",
            response=Body(b"text", "text/plain", ((f"X-Container-Meta-{kebab(name)}", value),)),
        )
    ]


def cookie(f: Fragment, _: Random) -> list[Exchange]:
    name, value = f.pair()
    return [
        Exchange(
            "GET",
            "dashboard",
            "/project",
            Body(b"", None, (("Cookie", f"theme=dark; {name}={quote(value, safe='')}; lang=en"),)),
        )
    ]


def form(name: str, value: str) -> str:
    return f"region=one&{quote_plus(name)}={quote_plus(value)}&submit=1"


def field(name: str, value: str) -> str:
    return (
        '--XyZ\r\nContent-Disposition: form-data; name="key"\r\n\r\nupload/1\r\n'
        f'--XyZ\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--XyZ--\r\n'
    )


def element(name: str, value: str) -> str:
    return f"<?xml version='1.0'?>\n<server><id>7</id><{name}>{html.escape(value)}</{name}></server>"


def element_spaced(name: str, value: str) -> str:
    return f"<o:server xmlns:o='urn:o'><o:{name} type='string'>\n  {html.escape(value)}\n</o:{name}></o:server>"


def attribute(name: str, value: str) -> str:
    return f'<server id="7" {name}="{html.escape(value)}" state="up"/>'


def property_element(name: str, value: str) -> str:
    return f"<configuration><property><name>{name}</name><value>{html.escape(value)}</value></property></configuration>"


def property_attributes(name: str, value: str) -> str:
    return f'<settings><entry key="{name}" value="{html.escape(value)}"/></settings>'


def html_input(name: str, value: str) -> str:
    return f'<html><form method="post"><input type="text" name="{name}" value="{html.escape(value)}"></form></html>'


def html_table(name: str, value: str) -> str:
    return f"<html><table><tr><th>{name}</th><td>{html.escape(value)}</td></tr></table></html>"


def block_scalar(name: str, value: str) -> str:
    inside = value.replace("\n", "\n    ")
    return f"config:\n  {name}: |-\n    {inside}\n  zone: nova\n"


def folded_scalar(name: str, value: str) -> str:
    return f"config:\n  {name}: >\n    {value}\n  zone: nova\n"


def flow(name: str, value: str) -> str:
    return f"config: {{zone: nova, {name}: {json.dumps(value)}}}\n"


def object_of(text: Callable[[str, str], str], media: str | None) -> Callable[[Fragment, Random], list[Exchange]]:
    return lambda f, _: as_object(f, text(*f.pair()).encode(), media)


def settings(name: str, value: str) -> str:
    return f"[DEFAULT]\ndebug = true\n\n[app]\n{snake(name)} = {value}\nworkers = 4\n"


def environment(name: str, value: str) -> str:
    return f"DEBUG=1\nAPP_{upper(name)}={value}\nWORKERS=4\n"


def environment_quoted(name: str, value: str) -> str:
    return f'DEBUG=1\nAPP_{upper(name)}="{value}"\nWORKERS=4\n'


def script(name: str, value: str) -> str:
    return f"#!/bin/sh\nexport {upper(name)}='{value}'\nexec /opt/app\n"


def here_document(name: str, value: str) -> str:
    return f"#!/bin/bash\ncat > /etc/app.conf <<'EOF'\n{snake(name)}={value}\nEOF\n"


def option(name: str, value: str) -> str:
    return f"#!/bin/sh\n/opt/app --zone nova --{kebab(name)} {value} --verbose\n"


def option_equals(name: str, value: str) -> str:
    return f"#!/bin/sh\n/opt/app --zone=nova --{kebab(name)}={value} --verbose\n"


def log_equals(name: str, value: str) -> str:
    return f"2027-01-01 10:00:00.1 7 DEBUG app [-] called with zone=nova, {name}={value}, retry=3 at host\n"


def log_colon(name: str, value: str) -> str:
    return f"2027-01-01 10:00:00.1 7 DEBUG app [-] {name}: {value}\n"


def log_repr(name: str, value: str) -> str:
    return f"2027-01-01 10:00:00.1 7 DEBUG app [-] kwargs {{'zone': u'nova', u'{name}': {value!r}}}\n"


def log_quoted(name: str, value: str) -> str:
    return f'2027-01-01 DEBUG app [-] set {name} to "{value}" on request\n'


def toml(name: str, value: str) -> str:
    return f"[app]\nzone = 'nova'\n{name} = {json.dumps(value)}\n"


def assignment(name: str, value: str) -> str:
    return f"# settings.py\n{upper(name)} = {json.dumps(value)}\n"


def java_property(name: str, value: str) -> str:
    return f"app.zone=nova\napp.{name}={value}\n"


def javascript(name: str, value: str) -> str:
    return f"var conf = {{zone: 'nova', {camel(name)}: {json.dumps(value)}}};\n"


def rows(a: str, b: str) -> Callable[[Fragment, Random], list[Exchange]]:
    return posted(lambda name, value: {"rows": [{a: "zone", b: "nova"}, {a: name, b: value}]})


def patch(name: str, value: str) -> Json:
    return [{"op": "replace", "path": f"/driver_info/{name}", "value": value}]


def list_pair(name: str, value: str) -> Json:
    return {"options": [["zone", "nova"], [name, value]]}


def nested_value(name: str, value: str) -> Json:
    return {"config": {name: {"value": value}}}


def listed_value(name: str, value: str) -> Json:
    return {"config": {name: [value]}}


# Name, how it is built, whether it has one line, and whether quotes and blanks would end the value.
POSITIONS = (
    ("pair-query", query, False, False),
    ("pair-query-percent", query_percent, False, False),
    ("pair-location", location_query, False, False),
    ("pair-url-fragment", fragment_part, False, False),
    ("pair-header", header, True, True),
    ("pair-header-answered", header_answered, True, True),
    ("pair-cookie", cookie, True, True),
    ("pair-form", posted(form, FORM), False, False),
    ("pair-multipart", posted(field, "multipart/form-data; boundary=XyZ"), False, False),
    ("pair-xml-element", posted(element, "application/xml"), False, False),
    ("pair-xml-namespace", posted(element_spaced, "text/xml"), False, False),
    ("pair-xml-attribute", posted(attribute, "application/xml"), True, False),
    ("pair-xml-property", posted(property_element, "application/xml"), False, False),
    ("pair-xml-entry", posted(property_attributes, "application/xml"), True, False),
    ("pair-html-input", posted(html_input, "text/html"), True, False),
    ("pair-html-table", posted(html_table, "text/html"), True, False),
    ("pair-yaml-block", posted(block_scalar, "application/x-yaml"), False, True),
    ("pair-yaml-folded", posted(folded_scalar, "text/plain"), True, True),
    ("pair-yaml-flow", posted(flow, "text/yaml"), False, False),
    ("pair-yaml-block-in-json", posted(lambda n, v: {"template": block_scalar(n, v)}), False, True),
    ("pair-ini", object_of(settings, "text/plain"), True, True),
    ("pair-ini-octets", object_of(settings, "application/octet-stream"), True, True),
    ("pair-env", object_of(environment, None), True, True),
    ("pair-env-quoted", object_of(environment_quoted, "text/plain"), True, True),
    ("pair-script", object_of(script, "application/x-sh"), True, True),
    ("pair-here-document", posted(lambda n, v: {"config": here_document(n, v)}), True, True),
    ("pair-option", posted(option, "text/plain"), True, True),
    ("pair-option-equals", posted(option_equals, "text/x-shellscript"), True, True),
    ("pair-log-equals", posted(log_equals, "text/plain"), True, True),
    ("pair-log-colon", posted(lambda n, v: {"output": log_colon(n, v)}), True, True),
    ("pair-log-repr", posted(lambda n, v: {"output": log_repr(n, v)}), True, True),
    ("pair-log-to", posted(lambda n, v: {"output": log_quoted(n, v)}), True, True),
    ("pair-toml", object_of(toml, "application/toml"), True, False),
    ("pair-assignment", object_of(assignment, "text/x-python"), True, False),
    ("pair-java-properties", object_of(java_property, "text/plain"), True, True),
    ("pair-javascript", posted(javascript, "application/javascript"), True, False),
    ("pair-row-name-value", rows("name", "value"), False, False),
    ("pair-row-key-value", rows("key", "value"), False, False),
    ("pair-row-parameter-default", rows("parameter", "default"), False, False),
    ("pair-json-patch", posted(patch, "application/json-patch+json"), False, False),
    ("pair-list-of-two", posted(list_pair), False, False),
    ("pair-value-object", posted(nested_value), False, False),
    ("pair-value-list", posted(listed_value), False, False),
    ("name-snake", spelled(snake), False, False),
    ("name-kebab", spelled(kebab), False, False),
    ("name-camel", spelled(camel), False, False),
    ("name-pascal", spelled(pascal), False, False),
    ("name-upper", spelled(upper), False, False),
    ("name-prefixed", spelled(prefixed), False, False),
    ("name-dotted", spelled(dotted), False, False),
)
