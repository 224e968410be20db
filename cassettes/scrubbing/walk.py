"""Finds what the table of secrets names in any text, and puts something else in its place.

    body ─ JSON, XML, form, multipart, or plain text
             └ each leaf: the same again where it holds JSON, base64, gzip; else what has a form of its own

All other bytes stay as they are: nothing is parsed and written anew. What to put in a secret's place is the caller's
(`Replace`), so that scrubbing, masking and scanning walk alike.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from cloudtape.cassettes.scrubbing.base64_runs import BASE64_RUN, PLAIN_ID
from cloudtape.cassettes.scrubbing.hidden import HIDDEN_YAML
from cloudtape.cassettes.scrubbing.json_walk import JsonWalk, is_json
from cloudtape.cassettes.scrubbing.secrets import FORMS, PATHS, PEM, USER_INFO, Rule, Table
from cloudtape.cassettes.scrubbing.xml_walk import XmlWalk

Replace = Callable[[Rule, str, str], str]
"""(rule, secret, place) → what stands there instead; the secret itself for: leave it."""

DEEPEST = 12
"""Texts within texts (JSON in base64 in JSON …): who nests deeper wants to get past us, and the whole is a secret."""
BOM = "\ufeff"
TOO_DEEP = Rule("", "secret")
FORM_OF = {row: Rule("", kind) for row, kind in FORMS}
PATH_OF = {row: Rule("", kind) for row, kind in PATHS}
KEY_RULE, USER_RULE, PASSWORD_RULE, TOKEN_RULE = (Rule("", kind) for kind in ("key", "user", "password", "token"))

FORM_BODY = re.compile(r"[^\s&=<>{}\"]+=[^\s&<>{}\"]*(?:&[^\s&=<>{}\"]*(?:=[^\s&<>{}\"]*)?)*")
BOUNDARY = re.compile(r"\s*--(?P<boundary>[^\r\n]{1,200}?)[ \t]*\r?\n(?=[A-Za-z-]+:)")
PART_NAME = re.compile(r"content-disposition:[^\r\n]*?;\s*name=\"?(?P<name>[^\";\r\n]+)", re.IGNORECASE)
PAIR_NAME = r"""(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,80})(?P<sep>["']?[ \t]*[=:][ \t]*)"""
PAIR = re.compile(PAIR_NAME + r"""(?P<quote>["']?)(?P<value>[^\s"'&;<>{}\[\],$%][^\s"'&;<>,]*)""")
QUOTED_PAIR = re.compile(PAIR_NAME + r"""(?P<quote>["'])(?P<value>[^"'\n]*)(?P=quote)""")
FLAG = re.compile(r"(?P<sep>--)(?P<name>[a-z][a-z-]{0,40})[ =](?P<quote>[\"']?)(?P<value>[^\s\"'-][^\s\"']*)")
WRAPPED_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{60,76}\s+)+[A-Za-z0-9+/]*={0,2}\s*")
YAML_DEFAULT = re.compile(
    r"""^(?P<head>\s*default:[ ]*)(?P<quote>["']?)(?P<value>[^\n"']+?)(?P=quote)[ ]*$""", re.MULTILINE
)
# A leaf without any of these holds nothing that `_plain` would find.
SUSPICIOUS = re.compile(r"[=:@\\\n]|</|-----BEGIN|gAAAA|eyJ|A[KS]IA|[Bb]earer |--[a-z]|[A-Za-z0-9+/_-]{20}")


class Walker:
    """One walk over texts with one table; it keeps no state between calls except what `replace` does."""

    def __init__(self, table: Table, replace: Replace, also: Callable[[str], str] | None = None) -> None:
        self._table, self._replace = table, replace
        self._also = also

    # --- whole texts -------------------------------------------------------------------------------------------------

    def text(self, text: str, place: str, depth: int = 0) -> str:
        """A text of unknown kind, whose form tells what it is."""
        if depth > DEEPEST:
            return self._replace(TOO_DEEP, text, place)
        start = text.removeprefix(BOM).lstrip()[:1]
        if start and start in '{["':
            return self.json(text, place, depth)
        if start == "<" and (walked := XmlWalk(self, place, depth).feed(text)) is not None:
            return self._plain(walked, place, depth)  # it may be something else, so it is looked at as text, too
        if start == "-" and (found := BOUNDARY.match(text)):
            return self.multipart(text, found["boundary"], place, depth)
        if FORM_BODY.fullmatch(text):
            return self.form(text, place, depth)
        return self._plain(text, place, depth)

    def json(self, text: str, place: str, depth: int = 0) -> str:
        """JSON; what only begins like it (an ini file's `[section]`, a torn document) is looked at as text, too."""
        walked, rest = JsonWalk(self, place, depth).feed(text)
        return walked + rest if is_json(text) else self._plain(walked + rest, place, depth)

    def form(self, text: str, place: str, depth: int = 0) -> str:
        """`name=value&name=value`, percent-encoded: a form or a query."""
        return "&".join(self._form_pair(pair, place, depth) for pair in text.split("&"))

    def multipart(self, text: str, boundary: str, place: str, depth: int = 0) -> str:
        """Parts between boundaries; a part that is named like a secret is one."""
        return f"--{boundary}".join(self._part(part, place, depth) for part in text.split(f"--{boundary}"))

    def uri(self, uri: str, place: str) -> str:
        """Secrets in user info, path and query of a URL."""
        address, mark, query = uri.partition("?")
        for pattern, rule in PATH_OF.items():
            address = pattern.sub(partial(self._group, rule, place), address)
        address = self._user_info(address, place)
        if query:
            query = self.form(query, f"{place}.query")
        return self._known(address) + mark + query

    # --- values ------------------------------------------------------------------------------------------------------

    def value(self, name: str, value: str, under: str, place: str, depth: int) -> str:
        """What stands under a name: a secret, or a leaf that may hold one."""
        rule = self._table.rule(name, under)
        return self.secret(rule, value, place, depth) if rule and value else self.leaf(value, place, depth)

    def secret(self, rule: Rule, value: str, place: str, depth: int) -> str:
        """A value that is a secret as a whole; its form is kept where clients look into it."""
        if found := PEM.search(value):
            return value[: found.start()] + self._replace(KEY_RULE, found[0], place) + value[found.end() :]
        if rule.deep and value.lstrip()[:1] in ("{", "["):
            return "".join(JsonWalk(self, place, depth + 1, rule).feed(value))
        if USER_INFO.match(value):
            return self._user_info(value, place)
        return self._replace(rule, value, place)

    def leaf(self, text: str, place: str, depth: int) -> str:
        """A value under a name that says nothing."""
        if not SUSPICIOUS.search(text):
            return self._known(text)
        if depth <= DEEPEST and text.lstrip()[:1] in ("{", "[", "<", '"') and len(text) > 2:
            return self.text(text, place, depth + 1)
        return self._plain(text, place, depth)

    def _known(self, text: str) -> str:
        return self._also(text) if self._also else text

    # --- plain text --------------------------------------------------------------------------------------------------

    def _plain(self, text: str, place: str, depth: int) -> str:
        """Secrets with a form of their own, and `name=value` in prose, scripts, YAML and URLs."""
        if depth > DEEPEST:
            return self._replace(TOO_DEEP, text, place)
        if WRAPPED_BASE64.fullmatch(text):
            return self._base64("".join(text.split()), place, depth) if self._is_hiding(text, place, depth) else text
        text = PEM.sub(lambda found: self._replace(KEY_RULE, found[0], place), text)
        if "://" in text:
            text = self._user_info(text, place)
            for pattern, rule in PATH_OF.items():
                text = pattern.sub(partial(self._group, rule, place), text)
        for pattern, rule in FORM_OF.items():
            text = pattern.sub(partial(self._group, rule, place), text)
        if "\n" in text and "default" in text:
            text = HIDDEN_YAML.sub(lambda found: self._declaration(found, place), text)
        for pattern in (QUOTED_PAIR, PAIR, FLAG):
            text = pattern.sub(lambda found: self._pair(found, place, depth), text)
        text = BASE64_RUN.sub(lambda found: self._base64(found[0], place, depth), text)
        return self._known(text)

    def _group(self, rule: Rule, place: str, found: re.Match[str]) -> str:
        """The match with its group, or the whole of it, replaced."""
        if not found.re.groups:
            return self._replace(rule, found[0], place)
        begin, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found[0][:begin] + self._replace(rule, found[1], place) + found[0][end:]

    def _user_info(self, text: str, place: str) -> str:
        return USER_INFO.sub(lambda found: self._user_info_of(found, place), text) if "@" in text else text

    def _user_info_of(self, found: re.Match[str], place: str) -> str:
        if found["token"]:
            return found["scheme"] + self._replace(TOKEN_RULE, found["token"], place) + "@"
        user = self._replace(USER_RULE, found["user"], place) if found["user"] else ""
        return f"{found['scheme']}{user}:{quote(self._replace(PASSWORD_RULE, unquote(found['password']), place))}@"

    def _pair(self, found: re.Match[str], place: str, depth: int) -> str:
        rule = self._table.rule(found["name"])
        if rule is None or found["value"] in ("true", "false", "null", "None", "|", ">", "|-", ">-"):
            return found[0]
        begin, end = found.start("value") - found.start(), found.end("value") - found.start()
        raw = found["value"]
        value = unquote(raw)
        replaced = self.secret(rule, value, f"{place}.{found['name']}", depth)
        return found[0][:begin] + (raw if replaced == value else replaced) + found[0][end:]

    def _declaration(self, found: re.Match[str], place: str) -> str:
        """The default of a template's parameter that is hidden or named like a secret."""
        rule = self._table.rule(found["name"])
        if rule is None:
            return found[0]
        body = YAML_DEFAULT.sub(
            lambda default: (
                default["head"]
                + default["quote"]
                + self._replace(rule, default["value"], f"{place}.{found['name']}")
                + default["quote"]
            ),
            found["body"],
        )
        return found[0].replace(found["body"], body)

    def _is_hiding(self, text: str, place: str, depth: int) -> bool:
        compact = "".join(text.split())
        return self._base64(compact, place, depth) != compact

    def _base64(self, text: str, place: str, depth: int) -> str:
        """Base64 whose content, text or gzip of a text, holds a secret."""
        if PLAIN_ID.fullmatch(text):
            return text
        url_safe = "-" in text or "_" in text
        try:
            data = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
            inner, packed = _unpacked(data)
        except (binascii.Error, ValueError, EOFError, OSError, zlib.error):
            return text
        replaced = self.text(inner, place, depth + 1)
        if replaced == inner:
            return text
        plain = replaced.encode()
        encoded = base64.b64encode(gzip.compress(plain, mtime=0) if packed else plain).decode()
        return encoded.translate(URL_SAFE) if url_safe else encoded

    # --- parts of the others -----------------------------------------------------------------------------------------

    def _form_pair(self, pair: str, place: str, depth: int) -> str:
        name, equals, raw = pair.partition("=")
        if not raw:
            return pair
        plain = unquote_plus(raw)
        replaced = self.value(unquote_plus(name), plain, "", f"{place}.{name}", depth)
        return pair if replaced == plain else name + equals + quote_plus(replaced)

    def _part(self, part: str, place: str, depth: int) -> str:
        head, gap, content = part.partition("\r\n\r\n") if "\r\n\r\n" in part else part.partition("\n\n")
        if not gap:
            return part
        named = PART_NAME.search(head)
        name = named["name"] if named else "part"
        body = content.rstrip("\r\n")
        rule = self._table.rule(name)
        place = f"{place}.{name}"
        replaced = self.secret(rule, body, place, depth) if rule and body else self.text(body, place, depth + 1)
        return head + gap + replaced + content[len(body) :]


URL_SAFE = str.maketrans("+/", "-_")
UNPACKED_LIMIT = 16 * 1024 * 1024


def _unpacked(data: bytes) -> tuple[str, bool]:
    """The text in some bytes, and whether it was gzipped. Raises ValueError where there is none."""
    if data[:2] == b"\x1f\x8b":
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, UNPACKED_LIMIT).decode(), True
    return data.decode(), False
