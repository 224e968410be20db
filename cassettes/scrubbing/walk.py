"""Finds what the table of secrets names in any text, and puts something else in its place.

    body ─ JSON, XML, form, multipart, or plain text
             └ each leaf: the same again where it holds JSON, base64, gzip; else what has a form of its own

All other bytes stay as they are: nothing is parsed and written anew. What to put in a secret's place is the caller's
(`Replace`), so that scrubbing, masking and scanning walk alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from cloudtape.cassettes.scrubbing import unfolding
from cloudtape.cassettes.scrubbing.about import is_reference
from cloudtape.cassettes.scrubbing.base64_text import base64_in
from cloudtape.cassettes.scrubbing.binary import without_secrets
from cloudtape.cassettes.scrubbing.binary_forms import is_key
from cloudtape.cassettes.scrubbing.commands import COMMAND_MARKS
from cloudtape.cassettes.scrubbing.embedded import embedded
from cloudtape.cassettes.scrubbing.forms import FORM_MARKS, RUN, SHAPED_MARKS, forms_in, may_have_form
from cloudtape.cassettes.scrubbing.hidden import declarations
from cloudtape.cassettes.scrubbing.json_walk import JsonWalk, is_json
from cloudtape.cassettes.scrubbing.patterns import PATTERNS, RULE_OF, Patterns
from cloudtape.cassettes.scrubbing.prose import prose
from cloudtape.cassettes.scrubbing.secrets import BEFORE_AT, PATH_MARKS, PEM, USER_INFO, Rule, Table
from cloudtape.cassettes.scrubbing.xml_walk import XmlWalk
from cloudtape.cassettes.scrubbing.yaml_walk import YamlWalk

Replace = Callable[[Rule, str, str], str]
"""(rule, secret, place) → the replacement; return the secret itself to keep it."""

DEEPEST = 12
"""Texts within texts (JSON in base64 in JSON …): who nests deeper wants to get past us, and the whole is a secret."""
BOM = "\ufeff"
TOO_DEEP = Rule("", "secret")
KEY_RULE, USER_RULE, PASSWORD_RULE, TOKEN_RULE = (Rule("", kind) for kind in ("key", "user", "password", "token"))

FORM_BODY = re.compile(r"[^\s&=<>{}\"?/]+=[^\s&<>{}\"]*(?:&[^\s&=<>{}\"]*(?:=[^\s&<>{}\"]*)?)*")
BOUNDARY = re.compile(
    r"\s*--(?P<boundary>[^\r\n]{1,200}?)[ \t]*\r?\n(?=(?:[\w-]+:[^\n]*\n){0,3}?content-)", re.IGNORECASE
)
PART_NAME = re.compile(r"content-disposition:[^\r\n]*?;\s*name=\"?(?P<name>[^\";\r\n]+)", re.IGNORECASE)
# Markup amid a text.
MARKUP = re.compile(r"</[A-Za-z]|<[A-Za-z][\w:.-]*+\s[^<>=]*+=[^<>]*+>")
# Ids, times, addresses, numbers.
PLAIN = re.compile(r"(?:req-|tx)?(?:[0-9a-fA-F.TZ+-]|:(?!::))*")
MOST_CLEAN, LONGEST_CLEAN = 10_000, 500
# A leaf without any of these, and without a mark of the known forms, holds nothing that `_plain` would find.
SUSPICIOUS = re.compile(
    r"[=:@%\\\n$\"']|</|---- ?BEGIN|--[a-z]|[A-Za-z0-9+/_-]{20}|\s\S*\d|"
    + "|".join([*map(re.escape, (*FORM_MARKS, *COMMAND_MARKS, *PATH_MARKS)), *SHAPED_MARKS])
)


class Walker:
    """One walk over texts with one table; between calls it keeps what holds nothing, and what `replace` keeps."""

    def __init__(
        self,
        table: Table,
        replace: Replace,
        also: Callable[[str], str] | None = None,
        patterns: Patterns = PATTERNS,
        undisguised: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self.table, self.patterns = table, patterns
        self._instead, self._also, self._undisguised = replace, also, undisguised
        # Leaves in which nothing was found by names and forms: clouds say the same again and again.
        self._clean: set[str] = set()
        self._found = 0

    def forget(self) -> None:
        """When the table has changed."""
        self._clean.clear()

    def replace(self, rule: Rule, secret: str, place: str) -> str:
        self._found += 1
        return self._instead(rule, secret, place)

    # --- whole texts -------------------------------------------------------------------------------------------------

    def text(self, text: str, place: str, depth: int = 0) -> str:
        """A text of unknown kind, whose form tells what it is."""
        if depth > DEEPEST:
            return self.replace(TOO_DEEP, text, place)
        start = text.removeprefix(BOM).lstrip()[:1]
        if start and start in '{["':
            return self.json(text, place, depth)
        if start == "<" and (walked := XmlWalk(self, place, depth).feed(text)) is not None:
            return self._plain(walked, place, depth)  # it may be something else, so it is looked at as text, too
        if start == "-" and (found := BOUNDARY.match(text)):
            return self.multipart(text, found["boundary"], place, depth)
        if FORM_BODY.fullmatch(text):
            return self.form(text, place, depth)
        pieces = unfolding.parts(text)
        for at, piece in enumerate(pieces):
            clean = unfolding.event(self, piece, place, depth + 1) if at % 2 else self._plain(piece, place, depth)
            pieces[at] = clean
        return "".join(pieces)

    def json(self, text: str, place: str, depth: int = 0) -> str:
        """JSON; what only begins like it (an ini file's `[section]`, a torn document) is looked at as text, too."""
        walked, rest = JsonWalk(self, place, depth).feed(text)
        return walked + rest if is_json(text) else self._plain(walked + rest, place, depth)

    def form(self, text: str, place: str, depth: int = 0) -> str:
        """`name=value&name=value`, percent-encoded: a form or a query."""
        return "&".join(self._form_pair(pair, place, depth) for pair in text.split("&"))

    def name(self, name: str, place: str) -> str:
        """A member's name, which may be a secret itself."""
        return self.known(self._forms(name, place) if RUN.search(name) else name)

    def data(self, data: bytes, place: str, depth: int = 0) -> bytes:
        """Bytes that are no text as a whole, or not surely."""
        if depth > DEEPEST:
            return self.replace(TOO_DEEP, data.decode("latin-1"), place).encode()
        if is_key(data):
            return self.replace(KEY_RULE, data.decode("latin-1"), place).encode("latin-1")
        try:
            plain = data.decode() if b"\0" not in data else None
        except UnicodeDecodeError:
            plain = None
        if plain is not None:
            return self._undisguised(self.text(plain, place, depth).encode("utf-8", "surrogateescape"))
        clean = without_secrets(
            data,
            place,
            lambda inner, where: self.data(inner, where, depth + 1),
            lambda inner, where: self.text(inner, where, depth + 1),
        )
        return self._undisguised(clean)

    def multipart(self, text: str, boundary: str, place: str, depth: int = 0) -> str:
        """Parts between boundaries; a part that is named like a secret is one."""
        return f"--{boundary}".join(self._part(part, place, depth) for part in text.split(f"--{boundary}"))

    def uri(self, uri: str, place: str) -> str:
        """Secrets in user info, path and query of a URL."""
        address, mark, query = uri.partition("?")
        for pattern, kind in self.patterns.paths:
            address = pattern.sub(partial(self._group, RULE_OF[kind], place), address)
        address = self._user_info(address, place)
        if query:
            query = self.form(query, f"{place}.query")
        return self.known(address) + mark + query

    # --- values ------------------------------------------------------------------------------------------------------

    def value(self, name: str, value: str, under: str, place: str, depth: int) -> str:
        """What stands under a name: a secret, or a leaf that may hold one."""
        rule = self.table.rule(name, under)
        return self.secret(rule, value, place, depth) if rule and value else self.leaf(value, place, depth)

    def secret(self, rule: Rule, value: str, place: str, depth: int) -> str:
        """A value that is a secret as a whole; its form is kept where clients look into it."""
        if rule.like and not re.fullmatch(rule.like, value):
            return self.leaf(value, place, depth)
        if is_reference(value) or len(value) < rule.least:
            return value
        if found := PEM.search(value):
            return value[: found.start()] + self.replace(KEY_RULE, found[0], place) + value[found.end() :]
        if rule.deep and value.lstrip()[:1] in ("{", "["):
            return "".join(JsonWalk(self, place, depth + 1, rule).feed(value))
        if USER_INFO.match(value):
            return self._user_info(value, place)
        return self.replace(rule, value, place)

    def leaf(self, text: str, place: str, depth: int) -> str:
        """A value under a name that says nothing."""
        if self.is_clean(text):
            return self.known(text)
        found = self._found
        if depth <= DEEPEST and text.lstrip()[:1] in ("{", "[", "<", '"') and len(text) > 2:
            clean = self.text(text, place, depth + 1)
        else:
            clean = self._plain(text, place, depth)
        if self._found == found:
            self._remember(text)
        return clean

    def is_clean(self, text: str) -> bool:
        """Whether a leaf holds nothing by names and forms, as far as is known at once."""
        if text in self._clean or PLAIN.fullmatch(text):
            return True
        if SUSPICIOUS.search(text) or any(forms_in(text)):
            return False
        self._remember(text)
        return True

    def _remember(self, clean: str) -> None:
        if len(clean) <= LONGEST_CLEAN:
            if len(self._clean) >= MOST_CLEAN:
                self._clean.clear()
            self._clean.add(clean)

    def known(self, text: str) -> str:
        return self._also(text) if self._also else text

    # --- plain text --------------------------------------------------------------------------------------------------

    def _plain(self, text: str, place: str, depth: int) -> str:
        """Secrets with a form of their own, and `name=value` in prose, scripts, YAML and URLs."""
        if depth > DEEPEST:
            return self.replace(TOO_DEEP, text, place)
        if "<" in text and not text.lstrip().startswith("<") and MARKUP.search(text):
            text = XmlWalk(self, place, depth + 1).feed(text) or text
        if unfolding.DOUBLED in text:
            text = unfolding.fields(self, text, place, depth + 1)
        if "\n" in text:
            text = unfolding.comments(self, text, place, depth + 1)
        text = PEM.sub(lambda found: self._key(found, place), text)
        if "://" in text:
            text = self._user_info(text, place)
            for pattern, kind in self.patterns.paths:
                text = pattern.sub(partial(self._group, RULE_OF[kind], place), text)
        text = self._forms(text, place)
        text = declarations(self, text, place)
        if depth <= DEEPEST and ("{" in text or "[" in text):
            text = embedded(self, text, place, depth + 1)
        text = prose(self, YamlWalk(self, place, depth).feed(text), place, depth)
        return self.known(base64_in(self, text, place, depth))

    def _forms(self, text: str, place: str) -> str:
        for pattern, kind in self.patterns.forms if may_have_form(text) else ():
            text = pattern.sub(partial(self._group, RULE_OF[kind], place), text)
        for pattern in forms_in(text):
            text = pattern.sub(partial(self._group, TOKEN_RULE, place), text)
        return text

    def _key(self, found: re.Match[str], place: str) -> str:
        """A key, as far indented as it was."""
        instead = self.replace(KEY_RULE, found[0], place)
        begin = found.string.rfind("\n", 0, found.start()) + 1
        before = found.string[begin : found.start()]
        return instead.strip().replace("\n", "\n" + before) if before.isspace() and "\n" in found[0] else instead

    def _group(self, rule: Rule, place: str, found: re.Match[str]) -> str:
        """The match with its group, or the whole of it, replaced."""
        if not found.re.groups:
            return self.replace(rule, found[0], place)
        begin, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found[0][:begin] + self.replace(rule, found[1], place) + found[0][end:]

    def _user_info(self, text: str, place: str) -> str:
        if "@" not in text:
            return text
        return BEFORE_AT.sub(lambda run: USER_INFO.sub(lambda one: self._user_info_of(one, place), run[0]), text)

    def _user_info_of(self, found: re.Match[str], place: str) -> str:
        if found["token"]:
            return found["scheme"] + self.replace(TOKEN_RULE, found["token"], place) + "@"
        user = self.replace(USER_RULE, found["user"], place) if found["user"] else ""
        password = self.replace(PASSWORD_RULE, unquote(found["password"]), place)
        return f"{found['scheme']}{user}:{quote(password, errors='surrogateescape')}@"

    # --- parts of the others -----------------------------------------------------------------------------------------

    def _form_pair(self, pair: str, place: str, depth: int) -> str:
        name, equals, raw = pair.partition("=")
        if not raw.strip("="):  # not a pair, but a token or base64
            plain = unquote(pair)
            replaced = self.leaf(plain, place, depth) if plain else plain
            return pair if replaced == plain else quote_plus(replaced, safe="=", errors="surrogateescape")
        plain = unquote_plus(raw)
        said, place = unquote_plus(name), f"{place}.{name}"
        replaced = self.value(said, plain, "", place, depth)
        if replaced == plain and "+" in raw:  # a plus itself, of base64 in what only looks like a form
            plain = unquote(raw)
            replaced = self.value(said, plain, "", place, depth)
            return (
                pair if replaced == plain else name + equals + quote(replaced, safe=UNQUOTED, errors="surrogateescape")
            )
        return pair if replaced == plain else name + equals + quote_plus(replaced, errors="surrogateescape")

    def _part(self, part: str, place: str, depth: int) -> str:
        head, gap, content = part.partition("\r\n\r\n") if "\r\n\r\n" in part else part.partition("\n\n")
        if not gap:
            return part
        named = PART_NAME.search(head)
        name = named["name"] if named else "part"
        body = content.rstrip("\r\n")
        rule = self.table.rule(name)
        place = f"{place}.{name}"
        replaced = self.secret(rule, body, place, depth) if rule and body else self.text(body, place, depth + 1)
        return head + gap + replaced + content[len(body) :]


UNQUOTED = "/:;=+@,$!*'()~"
