"""Where running text stands: log lines, console output, descriptions, scripts, queries, markup."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from random import Random
from urllib.parse import quote

import yaml

from tests.planter.exchange import Body, Exchange
from tests.planter.kinds import Fragment, Json
from tests.planter.positions.carriers import TEXTUAL, as_object, base, carry, dump

LINK = frozenset({"link"})


def posted(
    shape: Callable[[Fragment], Json], media: str = "application/json"
) -> Callable[[Fragment, Random], list[Exchange]]:
    def build(fragment: Fragment, _: Random) -> list[Exchange]:
        shaped = shape(fragment)
        return carry(fragment, shaped if isinstance(shaped, str) else dump(shaped), media)

    return build


def in_log(f: Fragment) -> str:
    return f"2027-01-01 10:00:00.123 7 INFO app [req-1 - -] step 1 done\n{f.text()}\n2027-01-01 10:00:01.000 7 INFO app [-] step 2 done\n"


def in_line(f: Fragment) -> str:
    return f"Jan  1 10:00:00 web cloud-init[812]: ran {f.text()} (exit 0) in 0.3 s"


def console(f: Fragment) -> Json:
    return {"output": f"[    1.000] boot\r\n{f.text()}\r\n\x1b[0;32mlogin:\x1b[0m "}


def error(f: Fragment) -> Json:
    return {"error": {"code": 409, "title": "Conflict", "message": f"Could not do: {f.text()}"}}


def lines(f: Fragment) -> str:
    return "\n".join(dump({"n": n, "message": text}) for n, text in enumerate(("start", f.text(), "end"))) + "\n"


def events(f: Fragment) -> str:
    return "event: log\n" + "".join(f"data: {line}\n" for line in f.text().splitlines()) + "\n"


def block(f: Fragment) -> str:
    inside = f.text().replace("\n", "\n      ")
    return (
        f"heat_template_version: 2018-08-31\nresources:\n  config:\n    user_data: |\n      {inside}\n    name: web\n"
    )


def block_in_json(f: Fragment) -> Json:
    return {"template": block(f)}


def quoted_yaml(f: Fragment) -> str:
    return str(yaml.safe_dump({"runcmd": [f.text()], "hostname": "web"}, default_style='"', width=1_000_000))


def in_element(f: Fragment) -> str:
    return f"<?xml version='1.0'?><log><line>{html.escape(f.text(), quote=False)}</line></log>"


def in_cdata(f: Fragment) -> str:
    return f"<log><line><![CDATA[{f.text()}]]></line></log>"


def page(f: Fragment) -> str:
    return f"<html><body><pre>{html.escape(f.text())}</pre></body></html>"


def here_document(f: Fragment) -> str:
    return f"#!/bin/bash\ncat > /opt/run.sh <<'EOF'\n{f.text()}\nEOF\nchmod +x /opt/run.sh\n"


def form(f: Fragment) -> str:
    return f"action=run&command={quote(f.text(), safe='')}&wait=1"


def inner(f: Fragment) -> Json:
    return {"body": dump({"stdout": f.text(), "stderr": ""})}


def row(f: Fragment) -> str:
    return f'id,when,what\n1,now,start\n2,now,"{f.text().replace(chr(34), chr(34) * 2)}"\n'


def comment(f: Fragment) -> str:
    return "[DEFAULT]\ndebug = true\n" + "".join(f"# {line}\n" for line in f.text().splitlines())


def escaped(f: Fragment) -> str:
    return (
        '{"output": ' + json.dumps(f.text()).replace("/", "\\/").replace("=", "\\u003d").replace(":", "\\u003a") + "}"
    )


def patch(f: Fragment) -> Json:
    return [{"op": "add", "path": "/extra/notes", "value": f.text()}]


def in_query(f: Fragment, _: Random) -> list[Exchange]:
    exchange = base(f)
    return [Exchange("GET", exchange.service, f"{exchange.path}?marker=1&message={quote(f.text(), safe='')}")]


def in_header(f: Fragment, _: Random) -> list[Exchange]:
    return [Exchange("POST", "object-store", "/c/o", Body(b"", None, (("X-Object-Meta-Notes", f.text()),)))]


def object_text(f: Fragment, _: Random) -> list[Exchange]:
    return as_object(f, f.text().encode(), "text/plain")


def object_script(f: Fragment, _: Random) -> list[Exchange]:
    return as_object(f, f"#!/bin/sh\nset -e\n{f.text()}\n".encode(), "application/x-sh")


def object_octets(f: Fragment, _: Random) -> list[Exchange]:
    return as_object(f, f.text().encode(), "application/octet-stream")


def redirected(f: Fragment, _: Random) -> list[Exchange]:
    exchange = base(f)
    return [
        Exchange(
            exchange.method,
            exchange.service,
            exchange.path,
            response=Body(b"", None, (("Location", f.text()),)),
            status=303,
        )
    ]


def linked(f: Fragment, _: Random) -> list[Exchange]:
    exchange = base(f)
    return [
        Exchange(
            exchange.method,
            exchange.service,
            exchange.path,
            response=Body(b"{}", headers=(("Link", f'<{f.text()}>; rel="next"'),)),
        )
    ]


def referred(f: Fragment, _: Random) -> list[Exchange]:
    return [Exchange("GET", "dashboard", "/project", Body(b"", None, (("Referer", f.text()),)))]


def next_of_query(f: Fragment, _: Random) -> list[Exchange]:
    return [Exchange("GET", "dashboard", f"/auth/login?next={quote(f.text(), safe='')}")]


def anchor(f: Fragment) -> str:
    return f'<html><body><a href="{html.escape(f.text())}">open</a></body></html>'


# Name, how it is built, the shapes that it takes, and whether it is one line.
POSITIONS = (
    ("text-plain", posted(lambda f: f.text(), "text/plain"), TEXTUAL, False),
    ("text-log", posted(in_log, "text/plain"), TEXTUAL, False),
    ("text-line", posted(in_line, "text/plain"), TEXTUAL, True),
    ("text-line-in-json", posted(lambda f: {"description": in_line(f)}), TEXTUAL, True),
    ("text-console", posted(console), TEXTUAL, False),
    ("text-error", posted(error), TEXTUAL, False),
    ("text-lines", posted(lines, "application/x-ndjson"), TEXTUAL, False),
    ("text-events", posted(events, "text/event-stream"), TEXTUAL, False),
    ("text-yaml-block", posted(block, "application/x-yaml"), TEXTUAL, False),
    ("text-yaml-block-in-json", posted(block_in_json), TEXTUAL, False),
    ("text-yaml-quoted", posted(quoted_yaml, "application/x-yaml"), TEXTUAL, False),
    ("text-xml-element", posted(in_element, "application/xml"), TEXTUAL, False),
    ("text-xml-cdata", posted(in_cdata, "text/xml"), TEXTUAL, False),
    ("text-html", posted(page, "text/html"), TEXTUAL, False),
    ("text-here-document", posted(here_document, "text/x-shellscript"), TEXTUAL, False),
    ("text-form", posted(form, "application/x-www-form-urlencoded"), TEXTUAL, False),
    ("text-in-json-string", posted(inner), TEXTUAL, False),
    ("text-csv", posted(row, "text/csv"), TEXTUAL, False),
    ("text-comment", posted(comment, "text/plain"), TEXTUAL, False),
    ("text-escaped-signs", posted(escaped), TEXTUAL, False),
    ("text-json-patch", posted(patch, "application/json-patch+json"), TEXTUAL, False),
    ("text-query", in_query, TEXTUAL, False),
    ("text-header", in_header, TEXTUAL, True),
    ("text-object", object_text, TEXTUAL, False),
    ("text-object-script", object_script, TEXTUAL, False),
    ("text-object-octets", object_octets, TEXTUAL, False),
    ("link-location", redirected, LINK, True),
    ("link-header", linked, LINK, True),
    ("link-referer", referred, LINK, True),
    ("link-next", next_of_query, LINK, True),
    ("link-anchor", posted(anchor, "text/html"), LINK, True),
)
