"""Secrets in plain text: `name=value`, `name: "value"`, `--name value`, `name value`, and sentences that tell one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, unquote

from cloudtape.cassettes.scrubbing.about import is_computed, is_nothing, is_object_name, is_said
from cloudtape.cassettes.scrubbing.commands import LIST_LINE, LISTS, compiled
from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.rows import unconditional
from cloudtape.cassettes.scrubbing.walking import Walking

NAME = r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,80})"
SEPARATOR = r"(?P<sep>\\*[\"']?[ \t]*(?:=>|:=|[=:])[ \t]*)"
QUOTED_PAIR = re.compile(
    NAME + SEPARATOR + r"(?:[ubr]{1,2}(?=[\"']))?"
    r"(?:(?P<quote>[\"'])(?P<value>(?:\\.|(?!(?P=quote))[^\n\\])*)(?P=quote)"
    r"|(?P<escaped>\\+[\"'])(?P<inner>(?:(?!(?P=escaped))[^\n])*)(?P=escaped))"
)
# The value is looked ahead to: it may be pairs itself, as in `http://c/?token=…`. Only a secret's is read to its end.
PAIR = re.compile(NAME + SEPARATOR + r"(?:\"\"|'')?(?=%[0-9A-Fa-f]{2}|[^\s\"'&;<>{}\[\],$%\\(=])")
PAIR_VALUE = re.compile(r"[^\s\"'&;<>,\\]{1,4097}")
# A line that is a pair and nothing else: its value may have blanks.
LINE_PAIR = re.compile(
    r"^[ \t]*(?:#[ \t]*|export[ \t]+|set[ \t]+|-[ \t]+)?(?P<name>[A-Za-z_][\w.-]{0,80})(?P<sep>[ \t]*[=:][ \t]*)"
    r"(?P<value>(?![\"'|>{\[$%&*!])[^\s=\"'][^\n=\"' \t]*+[ \t](?:[^\S\n]*+[^\s=\"']++)++)[ \t]*+\r?$",
    re.MULTILINE,
)
TUPLE = re.compile(
    r"(?P<q>[\"'])(?P<name>[\w./-]{2,80})(?P=q)(?P<sep>[ \t]*,[ \t]*)(?P<quote>[\"'])(?P<value>[^\"'\n]+)(?P=quote)"
)
FLAG = re.compile(
    r"(?<![\w-])(?P<dashes>--?)(?P<name>[A-Za-z][A-Za-z0-9_-]{1,40})(?P<sep>[ =])"
    r"(?:(?P<quote>[\"'])(?P<value>[^\"'\n]+)(?P=quote)|(?P<bare>(?:-(?!-)(?=[^\s\"']{0,400}\d)[^\s\"'=]{16}|[^\s\"'-])[^\s\"']*))"
)
# Letters and digits: what no word of a sentence is.
UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
ANY = r"(?:[^\s\"'<]|<(?!/))"  # up to where an element ends
MADE_UP = rf"(?!{UUID})(?={ANY}*\d)(?={ANY}*[A-Za-z])" rf"(?![/$<{{%(]|https?:)(?:(?![,;]){ANY}){{6,}}"
# What follows is looked ahead to, as it may be the name: `set db_password2 to …`.
SPACED = re.compile(
    NAME + r"(?P<sep>[ \t]+(?:(?:\d|is|to|--plaintext|--iscrypted|string)[ \t]+)?)"
    rf"(?=(?P<quote>[\"'])(?P<value>[^\"'\n]+)(?P=quote)|(?P<bare>{MADE_UP}))"
)
SENTENCE = re.compile(
    r"(?i:\b(?P<name>pass(?:word|wd|phrase|code)?|pwd|secret|token|api[ -]?key|access[ -]?key)s?\b)"
    r"(?:[ \t]+['\"]?[\w.@'-]+['\"]?){0,5}?(?:[ \t]+(?:is|to|as|was)\b|[ \t]*[:=])[ \t]+['\"]?"
    rf"(?P<value>{MADE_UP})"
)
HEADER = re.compile(
    r"(?i:\b(?P<name>(?:proxy-)?authorization|(?:set-)?cookie))\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?"
    r"(?:(?:[A-Za-z][\w-]*)[ \t]+)?(?P<value>[^\"'\\\r\n]{4,})"
)
# Authorization whose fields have names; of Digest, OAuth and AWS: what is as good as a password.
WITH_FIELDS = re.compile(
    r"(?i:authorization\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?(?:digest|oauth|hawk|aws4-[\w-]+|signature))[ \t]+"
    r"(?P<value>[^\r\n]+)"
)
PARAMETER = re.compile(r"(?:response|oauth_token|oauth_signature|signature|mac)=\\*\"?([^\s\",\\]{8,})", re.IGNORECASE)
CHALLENGE = re.compile(r"\b(?P<name>Negotiate|Kerberos)[ ]+(?P<value>[A-Za-z0-9+/]{20,}={0,2})")
HEADER_MARK = re.compile(r"(?i)authorization|cookie|authenticate")
ENCODED = re.compile(r"(?<![\w.~+/-])[\w.~+/-]*+(?:%[0-9A-Fa-f]{2}[\w.~+/-]*+)++")
HEADER_RULE = Rule("", "token")


def prose(walker: Walking, text: str, place: str, depth: int) -> str:
    """The text with these replaced."""

    def pair(found: re.Match[str]) -> str:
        return _pair(walker, found, place, depth)

    text = _commands(walker, text, place)
    if "egotiate" in text or "erberos" in text:
        text = CHALLENGE.sub(
            lambda found: _replaced(found, "value", walker.replace(HEADER_RULE, found["value"], place)), text
        )
    if HEADER_MARK.search(text):
        text = WITH_FIELDS.sub(lambda found: _with_fields(walker, found, place), text)
        text = HEADER.sub(
            lambda found: _replaced(found, "value", walker.replace(HEADER_RULE, found["value"], place)), text
        )
    for pattern in (QUOTED_PAIR, LINE_PAIR):
        text = pattern.sub(pair, text)
    text = _pairs(walker, text, place, depth)
    for pattern in (TUPLE, FLAG):
        text = pattern.sub(pair, text)
    text = _spaced(walker, text, place, depth)
    text = SENTENCE.sub(lambda found: _sentence(walker, found, place), text)
    if "%" in text:
        text = ENCODED.sub(lambda found: _encoded(walker, found[0], place, depth), text)
    return text


def _with_fields(walker: Walking, found: re.Match[str], place: str) -> str:
    def field(one: re.Match[str]) -> str:
        begin, end = one.start(1) - one.start(), one.end(1) - one.start()
        return one[0][:begin] + walker.replace(HEADER_RULE, one[1], place) + one[0][end:]

    return _replaced(found, "value", PARAMETER.sub(field, found["value"]))


def _commands(walker: Walking, text: str, place: str) -> str:
    for word, line, option, kind in walker.patterns.programs:
        if word in text:
            replace = partial(_unquoted, walker, Rule("", kind), place)
            text = compiled(line).sub(partial(_line, compiled(option), replace), text)
    for word, pattern, kind in walker.patterns.lines:
        if word in text:
            text = compiled(pattern, re.MULTILINE).sub(partial(_unquoted, walker, Rule("", kind), place), text)
    if "asswords" in text or "chpasswd" in text:
        text = LISTS.sub(lambda found: _list(walker, found, place), text)
    return text


def _list(walker: Walking, found: re.Match[str], place: str) -> str:
    lines = LIST_LINE.sub(partial(_unquoted, walker, Rule("", "password"), place), found["lines"])
    return _replaced(found, "lines", lines)


def _line(option: re.Pattern[str], replace: Callable[[re.Match[str]], str], found: re.Match[str]) -> str:
    return _replaced(found, "line", option.sub(replace, found["line"]))


def _unquoted(walker: Walking, rule: Rule, place: str, found: re.Match[str]) -> str:
    value = found["value"]
    quotes = value[:1] if value[:1] in "\"'" and value[-1:] == value[:1] and len(value) > 1 else ""
    inner = value[len(quotes) : len(value) - len(quotes)]
    return _replaced(found, "value", f"{quotes}{walker.replace(rule, inner, place)}{quotes}") if inner else found[0]


def _pairs(walker: Walking, text: str, place: str, depth: int) -> str:
    pieces, end = [], 0
    for found in PAIR.finditer(text):
        rule = walker.table.rule(found["name"]) if found.start() >= end else None
        value = PAIR_VALUE.match(text, found.end()) if rule else None
        if rule is None or value is None or is_nothing(value[0]):
            continue
        at = value.start()
        if is_computed(text, at) or (":" in found["sep"] and is_said(text, at)):
            continue
        raw = _trimmed(value[0])
        pieces += [text[end:at], _secret(walker, rule, raw, f"{place}.{found['name']}", depth)]
        end = at + len(raw)
    return "".join([*pieces, text[end:]])


def _spaced(walker: Walking, text: str, place: str, depth: int) -> str:
    pieces, end = [], 0
    for found in SPACED.finditer(text):
        rule = unconditional(walker.table.rule(found["name"])) if found.start() >= end else None
        group = "value" if found["value"] else "bare"
        if rule is None or is_nothing(found[group]):
            continue
        if rule.kind == "secret" and is_object_name(text, found.start()):
            continue
        raw = _trimmed(found[group]) if group == "bare" else found[group]
        pieces += [text[end : found.start(group)], _secret(walker, rule, raw, f"{place}.{found['name']}", depth)]
        end = found.start(group) + len(raw)
    return "".join([*pieces, text[end:]])


def _pair(walker: Walking, found: re.Match[str], place: str, depth: int) -> str:
    rule = walker.table.rule(found["name"])
    groups = found.groupdict()
    group = next((name for name in ("value", "bare", "inner") if groups.get(name)), "")
    if rule is None or not group or is_nothing(found[group]):
        return found[0]
    if found.re is TUPLE and unconditional(rule) is None:
        return found[0]
    raw = found[group]
    if found.re is LINE_PAIR and (is_computed(raw, 0) or is_said(raw, 0)):
        return found[0]
    if found.re is TUPLE and not re.match(MADE_UP, raw):
        return found[0]
    bare = _trimmed(raw) if group == "bare" else raw
    return _replaced(found, group, _secret(walker, rule, bare, f"{place}.{found['name']}", depth) + raw[len(bare) :])


def _trimmed(raw: str) -> str:
    """A value without the brackets that close what it stands in."""
    end = len(raw)
    more = {closing: raw.count(closing) - raw.count(opening) for opening, closing in ("()", "{}", "[]")}
    while end and more.get(raw[end - 1], 0) > 0:
        end -= 1
        more[raw[end]] -= 1
    return raw[:end]


def _secret(walker: Walking, rule: Rule, raw: str, place: str, depth: int) -> str:
    value = unquote(raw)
    replaced = walker.secret(rule, value, place, depth)
    return raw if replaced == value else replaced


def _sentence(walker: Walking, found: re.Match[str], place: str) -> str:
    if is_computed(found.string, found.start("value")):
        return found[0]
    rule = walker.table.rule("_".join(found["name"].split())) or HEADER_RULE
    return _replaced(
        found,
        "value",
        walker.replace(rule, found["value"].rstrip(".)"), place) + found["value"][len(found["value"].rstrip(".)")) :],
    )


def _encoded(walker: Walking, raw: str, place: str, depth: int) -> str:
    """Percent-encoded text with a secret in it."""
    plain = unquote(raw)
    if plain == raw or "\ufffd" in plain:
        return raw
    replaced = walker.text(plain, place, depth + 1)
    return raw if replaced == plain else quote(replaced, safe="/~", errors="surrogateescape")


def _replaced(found: re.Match[str], group: str, instead: str) -> str:
    begin, end = found.start(group) - found.start(), found.end(group) - found.start()
    return found[0][:begin] + instead + found[0][end:]
