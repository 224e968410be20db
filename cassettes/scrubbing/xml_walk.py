"""The walk over XML and HTML: elements and attributes by their names, text between tags as leaves. A row may say
its name in one attribute or element, and its value in another (`<th>Password</th><td>…</td>`).

Nothing is parsed and written anew. What is no element (a declaration, a DOCTYPE, a comment, CDATA, a script) has bounds
of its own, and only what is replaced is spelt by us: all else stays byte for byte, well-formed or not. One pass, whose
cost grows with the length of the text whatever is in it.
"""

from __future__ import annotations

import re
from html import escape, unescape

import msgspec

from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.rows import holds_value, is_value_below, named, says_name, unconditional
from cloudtape.cassettes.scrubbing.walking import Walking

# Possessive, so that a tag without an end costs one look.
OPENING = re.compile(
    r"<!--|<!\[CDATA\[|<\?|<![A-Za-z]|<(?P<close>/)?(?P<name>[A-Za-z_][\w:.-]*+)(?P<rest>[^<>]*+)>", re.IGNORECASE
)
ENDS = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
ATTRIBUTE = re.compile(
    r"""(?<![\w:.-])(?P<name>[\w:.-]++)(?P<equals>\s*+=\s*+)(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)')""", re.DOTALL
)
# Their text ends at their end tag, and `a < b` is no tag in it (HTML, 13.1.2).
RAW_TEXT = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}
ENTITY = re.compile(r"(&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?))")
DEEPEST_NAMES = 64
# Elements whose text is the name of what stands in the next one, besides `rows.NAMES`, and those of that.
SAYING = frozenset({"th", "td", "dt", "strong", "b"})
HOLDING = frozenset({"td", "dd", "code", "pre", "span", "integer"})


class _Element(msgspec.Struct):
    """An open element. `row`: its attributes name a secret; `said`: the element before, in this one, has named one."""

    name: str
    row: Rule | None = None
    below: Rule | None = None
    said: Rule | None = None


class XmlWalk:
    """A walk over one text."""

    def __init__(self, walker: Walking, place: str, depth: int) -> None:
        self._walker, self._place, self._depth = walker, place, depth
        self._open = [_Element("")]
        # Ends of markup that do not come any more: nobody looks for them twice.
        self._missing: set[str] = set()

    def feed(self, text: str) -> str | None:
        """The text with its secrets replaced; None where it holds no markup, whatever it begins like."""
        pieces: list[str] = []
        end = at = 0
        while opening := OPENING.search(text, at):
            stop = self._stop(text, opening)
            if stop == -1:
                at = opening.end()
                continue
            pieces += [self._text(text[end : opening.start()]), self._markup(opening, text[opening.start() : stop])]
            end = at = stop
            if raw := RAW_TEXT.get(self._open[-1].name.lower()):
                closing = raw.search(text, end)
                at = closing.start() if closing else len(text)
        return "".join([*pieces, self._text(text[end:])]) if pieces else None

    def _stop(self, text: str, opening: re.Match[str]) -> int:
        """Where a piece of markup ends, -1 where it does not."""
        if opening["name"]:
            return opening.end()
        mark = ENDS.get(opening[0].upper())
        if mark:
            return self._behind(mark, text, opening.end())
        stop = self._behind(">", text, opening.end())  # <!DOCTYPE …>, maybe with an internal subset in brackets
        subset = text.find("[", opening.end(), stop)
        closed = self._behind("]", text, subset) if subset != -1 else -1
        return self._behind(">", text, closed) if closed != -1 else stop

    def _behind(self, mark: str, text: str, at: int) -> int:
        found = -1 if mark in self._missing else text.find(mark, at)
        if found == -1:
            self._missing.add(mark)
            return -1
        return found + len(mark)

    def _markup(self, opening: re.Match[str], whole: str) -> str:
        if opening["name"]:
            return self._tag(opening)
        start = opening[0]
        mark = ENDS.get(start.upper(), ">")
        inner = whole[len(start) : -len(mark)]
        if start.upper() == "<![CDATA[":
            return start + self._value(inner) + mark
        walked = XmlWalk(self._walker, self._place, self._depth).feed(inner)
        return start + (self._walker.leaf(inner, self._place, self._depth) if walked is None else walked) + mark

    def _tag(self, tag: re.Match[str]) -> str:
        name = tag["name"].rpartition(":")[2]
        if tag["close"]:
            self._close(name)
            return tag[0]
        row = self._row(tag["rest"])
        if not tag["rest"].endswith("/"):
            self._enter(name, row)
        if "=" not in tag["rest"]:
            return tag[0]
        begin, end = tag.start("rest") - tag.start(), tag.end("rest") - tag.start()
        attributes = ATTRIBUTE.sub(lambda found: self._attribute(found, tag["name"], row), tag["rest"])
        return tag[0][:begin] + attributes + tag[0][end:]

    def _close(self, name: str) -> None:
        names = [one.name for one in self._open]
        if name in names:  # with all that was opened in it and has no end, as HTML's <br>
            del self._open[len(names) - 1 - names[::-1].index(name) :]
            self._open = self._open or [_Element("")]

    def _enter(self, name: str, row: Rule | None) -> None:
        parent = self._open[-1]
        under = self._open[-2].name if len(self._open) > 1 else ""
        below = unconditional(self._walker.table.rule(parent.name, under)) or parent.below
        self._open = [*self._open[-DEEPEST_NAMES:], _Element(name, row, below)]

    def _row(self, attributes: str) -> Rule | None:
        """The rule for a row that an element's attributes name."""
        if "=" not in attributes:
            return None
        said = [found for found in ATTRIBUTE.finditer(attributes) if says_name(found["name"])]
        values = [found["double"] if found["single"] is None else found["single"] for found in said]
        return next((rule for value in values if (rule := named(self._walker.table, unescape(value)))), None)

    def _attribute(self, found: re.Match[str], tag: str, row: Rule | None) -> str:
        name = found["name"].rpartition(":")[2]
        group = "single" if found["double"] is None else "double"
        raw, place = found[group], f"{self._place}.{tag}.{name}"
        plain = unescape(raw)
        if row and plain and holds_value(name):
            replaced = self._walker.secret(row, plain, place, self._depth)
        else:
            replaced = self._walker.value(name, plain, tag, place, self._depth)
        begin, end = found.start(group) - found.start(), found.end(group) - found.start()
        return found[0][:begin] + _spelt(raw, plain, replaced) + found[0][end:]

    def _text(self, text: str) -> str:
        if not text.strip():
            return text
        plain = unescape(text)
        return _spelt(text, plain, self._value(plain))

    def _value(self, plain: str) -> str:
        """Text as what the element around it makes of it."""
        if not plain.strip():
            return plain
        element, parent = self._open[-1], self._open[-2] if len(self._open) > 1 else _Element("")
        name, place = element.name, f"{self._place}.{element.name}"
        rule = self._rule(element, parent)
        asks = name.lower() in SAYING or says_name(name)
        parent.said = named(self._walker.table, " ".join(plain.strip(" :\n\t").split())) if asks else None
        if rule:
            return self._walker.secret(rule, plain, place, self._depth)
        return self._walker.value(name, plain, parent.name, place, self._depth)

    def _rule(self, element: _Element, parent: _Element) -> Rule | None:
        """The rule for an element's text where its own name says nothing, or not whatever the text is: `<code>`."""
        own = self._walker.table.rule(element.name, parent.name)
        if own and not own.like:
            return None
        holds = holds_value(element.name)
        if element.row and not says_name(element.name):
            return element.row
        if holds and (parent.row or parent.said):
            return parent.row or parent.said
        if parent.said and element.name.lower() in HOLDING:
            return parent.said
        below = element.below
        return below if below and is_value_below(below.kind, element.name) else None


def _spelt(raw: str, plain: str, replaced: str) -> str:
    """What stands for `raw`, whose meaning is `plain`, when `replaced` is meant: the same but for what differs."""
    if replaced == plain:
        return raw
    if plain == raw:  # no entities: none are wanted where it is no XML, in a script say
        return replaced
    same = _shared(plain, replaced)
    rest, other = plain[same:], replaced[same:]
    tail = _shared(rest[::-1], other[::-1])
    begin, meant = _bound(raw, same, behind=False)
    end, meant_end = _bound(raw, len(plain) - tail, behind=True)
    middle = replaced[meant : len(replaced) - (len(plain) - meant_end)]
    return raw[:begin] + escape(middle) + raw[end:]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next(
        (at for at, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its), min(len(one), len(other))
    )


def _bound(raw: str, at: int, behind: bool) -> tuple[int, int]:
    """Where in `raw` stands what its meaning has at a position, and that position; no entity is cut in two."""
    spelt = meant = 0
    for number, piece in enumerate(ENTITY.split(raw)):
        length = len(unescape(piece))
        if at < meant + length or (at == meant + length and behind):
            if number % 2 == 0:
                return spelt + at - meant, at
            return (spelt + len(piece), meant + length) if behind and at > meant else (spelt, meant)
        spelt, meant = spelt + len(piece), meant + length
    return spelt, meant
