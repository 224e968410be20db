"""Single strings of texts, and what each is by itself: innocent, a secret's name, or one that encloses others.

What has been judged is remembered, with its ids left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from cloudtape.cassettes.scrubbing.base64_runs import BASE64_RUN, may_hide
from cloudtape.cassettes.scrubbing.commands import COMMAND_MARKS
from cloudtape.cassettes.scrubbing.forms import ENCODED_MARK, FORM_MARKS, has_form, has_mark
from cloudtape.cassettes.scrubbing.mentions import Runs
from cloudtape.cassettes.scrubbing.secrets import MARKS, PATH_MARKS, Rule, Table
from cloudtape.cassettes.scrubbing.shapes import SEPARATOR

# Ids, times, addresses, numbers: no name and no base64 among them. A known secret may be: the vault is asked.
PLAIN = re.compile(r"(?:req-|tx)?[0-9a-fA-F:.TZ+-]*|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT")
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![0-9A-Za-z+/])[0-9a-f]{32}(?![0-9A-Za-z+/])")
# Too short to be base64 or a token: suspicious for a word in it alone.
SHORT_NAME = re.compile(r"(?:OS-[A-Z-]+:)?[A-Za-z][\w.-]{0,18}")
NAME_END = re.compile(r"[^\w.-]|$")
NAMES = re.compile(r"[\"']?\s*[=:]")
# All but those of forms, which are looked for themselves.
TEXT_MARKS = tuple(mark for mark in (*MARKS, *PATH_MARKS, *COMMAND_MARKS) if mark not in FORM_MARKS)
ANY_ENCODED = re.compile(ENCODED_MARK)
LONGEST_NAME = 80
MOST_REMEMBERED, MOST_GUILTY = 2_000, 200


class JudgedStrings:
    """With one table; `mentions`: the known secrets in a text."""

    def __init__(self, table: Table, mentions: Callable[[str], Collection[str]]) -> None:
        self._table, self._mentions = table, mentions
        self.innocent: set[str] = set()
        self._runs = Runs()
        self.guilty: dict[str, Rule] = {}
        """Names under which a string is a secret, and by which rule."""
        self.enclosing: set[str] = set()
        """Those of both under which a name may be one that it is not elsewhere."""

    def learn(self, secrets: Collection[str]) -> None:
        """Judge again what mentions one of these."""
        if any(map(self._runs.may_mention, secrets)):
            self.innocent = {one for one in self.innocent if not any(secret in one for secret in secrets)}
            self.enclosing &= self.innocent | self.guilty.keys()

    def forget(self) -> None:
        """Judge everything again: the table has changed."""
        self.innocent.clear()
        self._runs.clear()
        self.enclosing.clear()
        self.guilty.clear()

    def is_innocent(self, text: str) -> bool:
        """Whether a string neither holds nor mentions a secret."""
        return text in self.innocent or self._is_innocent(text)

    def _is_innocent(self, part: str) -> bool:
        if PLAIN.fullmatch(part):
            return True
        shape = ID.sub("*", part)
        if shape in self.innocent:
            return True
        # An id may be what has the form; it would stand for all others.
        if has_form(part) or (shape != part and has_mark(shape)):
            return False
        if not self._judge(shape) or self._mentions(shape):
            return False
        self._remember(shape)
        return True

    def doubtful(self, strange: list[str]) -> list[str] | None:
        """Those that may name a secret, or enclose such a name; None where one may be a secret itself."""
        if not strange:
            return strange
        if self._mentions(SEPARATOR.join(strange)):
            return None
        guilty = [text for text in strange if not self._is_innocent(text)]
        if not all(map(SHORT_NAME.fullmatch, guilty)):
            return None
        self._accuse(guilty)
        return guilty + [text for text in strange if self.may_enclose(text)]

    def may_enclose(self, name: str) -> bool:
        lower = name.lower()
        return any(under in lower for under in self._table.unders)

    def _accuse(self, names: Collection[str]) -> None:
        if len(self.guilty) > MOST_GUILTY:
            self.guilty.clear()
            self.enclosing &= self.innocent
        self.guilty.update({name: rule for name in names if (rule := self._table.rule(name))})
        self.enclosing.update([name for name in names if self.may_enclose(name)])

    def _remember(self, innocent: str) -> None:
        if len(self.innocent) > MOST_REMEMBERED:
            self.innocent.clear()
            self._runs.clear()
            self.enclosing &= self.guilty.keys()
        self.innocent.add(innocent)
        self._runs.add(innocent)
        if self.may_enclose(innocent):
            self.enclosing.add(innocent)

    def _judge(self, text: str) -> bool:
        lower = text.lower()
        if len(lower) != len(text):
            return False
        if any(mark in text for mark in TEXT_MARKS) or ANY_ENCODED.search(text):
            return False
        if not self._stems_are_innocent(text, lower):
            return False
        if any(name in text for name in self._table.hidden):
            return False
        return not any(may_hide(part) for run in BASE64_RUN.findall(text) for part in ID.split(run) if len(part) >= 20)

    def _stems_are_innocent(self, text: str, lower: str) -> bool:
        at = 0
        while found := self._table.any_stem.search(lower, at):
            at = found.start() + 1
            name, behind = _name_around(text, found.start())
            # The words of a name with more between them than such a name has, or a name that does not end.
            if behind < found.end() or behind - found.start() >= LONGEST_NAME:
                return False
            if not self._table.innocent(name) and (
                name == text or not self._table.minds_value(name) or NAMES.match(text, behind)
            ):
                return False
        return True


def _name_around(text: str, at: int) -> tuple[str, int]:
    """The name that the character at a position belongs to, and where it ends."""
    begin = at
    while begin > 0 and at - begin < LONGEST_NAME and (text[begin - 1].isalnum() or text[begin - 1] in "_.-"):
        begin -= 1
    longest = min(at + LONGEST_NAME, len(text))
    end = NAME_END.search(text, at, longest)
    stop = end.start() if end else longest
    return text[begin:stop], stop
