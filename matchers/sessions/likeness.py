"""Which recorded request a live one may stand for, and how unlike the two are: all later answers hang on that.

Two requests of one shape are compared leaf by leaf. Whatever would tear what is bound already, would take the cloud's
own word for another, would cross from one project to another, or would ask for something newer than was recorded, is
refused, with the reason in words; of the rest, the likest is taken. Decides nothing by itself about what is played;
knows no cassette.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from rapidfuzz import fuzz

from cloudtape.matchers.recordings.vocabulary import Vocabulary, changed_number
from cloudtape.matchers.requests.content import Pairs
from cloudtape.matchers.requests.form import Form, Leaf
from cloudtape.matchers.requests.naming import (
    COMPARED,
    NameKind,
    are_of_one_random_form,
    is_distinctive,
    is_random_number,
    loose_stem,
    stem,
)
from cloudtape.matchers.requests.things import ACCOUNT
from cloudtape.matchers.sessions.bindings import Binding, Bindings

LEAST_LIKENESS = 60.0
"""Per cent that two names without a common stem must have in common to be the names of one thing in two runs."""
LONGEST_NAME = 1024
"""Characters of names that are compared letter by letter, which takes the square of their length: services take 255."""
ALIKE, UNLIKE = 1, 2
"""How unlike two leaves are; those of one stem are not."""
TAKEN = "one of them stands for something else already"
UNBOUND = frozenset({NameKind.WHO, NameKind.TEXT})
"""What is bound where that tears nothing; else it is left as it was recorded."""
NOT_BOUND = frozenset({NameKind.BYTES, NameKind.PART})
"""What is given back by other means (`uploads`)."""

Microversion = tuple[float, float]
OLDEST: Microversion = (0.0, 0.0)
LATEST: Microversion = (float("inf"), 0.0)


class Mismatch(msgspec.Struct, frozen=True):
    """`reason` in words; `lacks` are the header fields that the request would need."""

    reason: str
    lacks: Pairs = ()


class Fit(msgspec.Struct, frozen=True):
    """What must be bound for one request to stand for the other, and how unlike they are.

    `version` tells how far the recorded API version, microversion and media type are from those asked for: (0, 0, 0) is
    the same. `unlikeness` adds up the leaves. `alike`: whether the names are. A read of another name makes nothing, so
    it may stand for one of an unlike name only where it was answered that there is nothing, and binds nothing then.
    `swaps`: words of the recording, what is asked for and what would fit (`swaps`). `other_part`: whether another part
    of some data is asked for, which can be given only where that is known.
    """

    version: tuple[int, float, float]
    unlikeness: int
    bindings: tuple[Binding, ...]
    alike: bool = True
    swaps: tuple[tuple[str, str], ...] = ()
    other_part: bool = False

    @property
    def cost(self) -> int:
        """0 where nothing differs but what is random."""
        return self.version[0] + self.unlikeness

    @property
    def is_perfect(self) -> bool:
        """Whether nothing differs but what is random."""
        return self.alike and not self.version[0] and not self.unlikeness


def never(_: str) -> bool:
    return False


class Comparison(msgspec.Struct, frozen=True):
    """The context in which two requests are compared.

    `makes`: whether the recorded one makes or changes something; `may_swap`: whether two words could change places;
    `is_loose`: whether nothing was made yet under a recorded name that is bound.
    """

    bindings: Bindings
    vocabulary: Vocabulary
    makes: bool
    may_swap: Callable[[str, str], bool] | None = None
    is_loose: Callable[[str], bool] = never


class _Pairs:
    """What is to be bound, each word once on either side."""

    def __init__(self) -> None:
        self.of: dict[str, Binding] = {}
        self._recorded_of: dict[str, str] = {}

    def fits(self, old: str, new: str) -> bool:
        """Whether the pair tears no other one."""
        known = self.of.get(old)
        return (known is None or known.live == new) and self._recorded_of.get(new, old) == old

    def exchanged(self, text: str) -> str:
        """A recorded text with the live names in it: `images/vm-8f3a`."""
        names = [old for old in self.of if is_distinctive(old) and old in text]
        for old in sorted(names, key=len, reverse=True):
            text = text.replace(old, self.of[old].live)
        return text

    def add(self, old: Leaf, new: Leaf) -> None:
        self.of.setdefault(old.value, Binding(old.value, new.value, old.field))
        self._recorded_of[new.value] = old.value


def compare(recorded: Form, asked: Form, context: Comparison) -> Fit | Mismatch:
    """Whether a recorded request can stand for the one asked, both of one shape."""
    if recorded.shape != asked.shape:
        return Mismatch("it has another form")
    version = _version(recorded, asked)
    if version is None:
        return _refused_for_headers(recorded.headers, asked.headers)
    pairs, alike, swaps, unlikeness, other_part = _Pairs(), True, dict[str, str](), 0, False
    for old, new in _differing(recorded, asked):
        if old.kind is new.kind and old.kind in NOT_BOUND:
            unlikeness += _unlikeness(old, new)
            other_part = other_part or old.kind is NameKind.PART
            continue
        if old.kind in COMPARED and pairs.exchanged(old.value) == new.value:
            continue
        reason = _refusal(old, new, context)
        if reason and _may_swap(old, new, context) and swaps.setdefault(new.value, old.value) == old.value:
            continue
        if not reason and not pairs.fits(old.value, new.value):
            reason = "" if old.kind in UNBOUND else "one name would have to be two"
        if reason:
            return Mismatch(f"{new.place}: recorded {old.shown}, asked {new.shown}; {reason}")
        # One name for a user and a project: it needs not be bound. A text never is: what was said of one thing is
        # given back with this thing alone (`echoes`).
        is_whole = pairs.fits(old.value, new.value) and context.bindings.fits(old.value, new.value)
        if old.kind is not NameKind.TEXT and (old.kind not in UNBOUND or is_whole):
            pairs.add(old, new)
        unlikeness += _unlikeness(old, new)
        alike = alike and _are_alike(old, new)
    bindings = tuple(pairs.of.values())
    return Fit(version, unlikeness, bindings, alike or context.makes, tuple(swaps.items()), other_part)


def _differing(recorded: Form, asked: Form) -> list[tuple[Leaf, Leaf]]:
    """The leaves in which two requests differ; what the table calls fixed comes last: it may hold one of the names."""
    pairs = (*_projects(recorded, asked), *zip(recorded.leaves, asked.leaves, strict=True))
    differing = [(old, new) for old, new in pairs if old.value != new.value or old.is_number != new.is_number]
    fixed = [pair for pair in differing if pair[0].kind in COMPARED]
    return [pair for pair in differing if pair[0].kind not in COMPARED | {NameKind.VOLATILE}] + fixed


def _projects(recorded: Form, asked: Form) -> Iterable[tuple[Leaf, Leaf]]:
    """The projects in the paths, where both have one."""
    if not recorded.project or not asked.project:
        return ()
    old, new = (
        Leaf("the project in the path", "project_id", NameKind.ID, ACCOUNT.sub("", one.project, 1))
        for one in (recorded, asked)
    )
    return ((old, new),)


def _may_swap(old: Leaf, new: Leaf, context: Comparison) -> bool:
    return context.may_swap is not None and old.kind is new.kind and context.may_swap(new.value, old.value)


def _refusal(old: Leaf, new: Leaf, context: Comparison) -> str:
    """Why one leaf cannot stand for the other; empty where it can."""
    if old.kind is not new.kind:
        return f"one is a {old.kind}, the other a {new.kind}"
    if old.kind is NameKind.WHO:
        return "another one was recorded, too" if context.vocabulary.is_clouds(new.value) else ""
    if old.kind is NameKind.TEXT:
        return ""
    if old.kind is NameKind.ADDRESS and old.value.partition("/")[2] != new.value.partition("/")[2]:
        return "the networks are not of one size"
    if old.kind is NameKind.FIXED or (old.kind is NameKind.OTHER and not may_be_made_up(old, new, context.vocabulary)):
        return "it is compared as it is"
    if context.bindings.is_taken(new.value) or not _fits(old.value, new.value, context):
        return TAKEN
    if context.vocabulary.is_clouds(new.value):
        return "both are known to the recorded cloud"
    if context.vocabulary.is_clouds(old.value):
        return "the recorded one is the cloud's own"
    return ""


def may_be_made_up(old: Leaf, new: Leaf, vocabulary: Vocabulary) -> bool:
    """Whether the client made up both values, under a name that no rule knows: a text of a random form, a number that
    looks random, or one that the client was recorded to have changed.
    """
    if old.is_number is not new.is_number or not (old.value and new.value):
        return False
    if old.value.isdecimal() and new.value.isdecimal():
        looks_random = is_random_number(old.value) and is_random_number(new.value)
        return (looks_random and vocabulary.is_invented(old.value)) or vocabulary.is_invented(changed_number(old))
    return are_of_one_random_form(old.value, new.value) and vocabulary.is_invented(old.value)


def _fits(old: str, new: str, context: Comparison) -> bool:
    """What was only asked about so far, and nothing made of it, may still stand for something else."""
    if context.bindings.fits(old, new):
        return True
    return context.makes and context.is_loose(old) and not context.bindings.is_bound(new)


def are_alike(old: str, new: str) -> bool:
    """Whether two names may be what two runs of a test made up for one thing."""
    if loose_stem(old) == loose_stem(new):
        return True
    return max(len(old), len(new)) <= LONGEST_NAME and fuzz.ratio(old, new) >= LEAST_LIKENESS


def _are_alike(old: Leaf, new: Leaf) -> bool:
    return old.kind is not NameKind.NAME or are_alike(old.value, new.value)


def _unlikeness(old: Leaf, new: Leaf) -> int:
    if old.kind is NameKind.BYTES:  # as many are likelier
        return ALIKE if old.value.rpartition(":")[2] == new.value.rpartition(":")[2] else UNLIKE
    if old.kind in (NameKind.NAME, NameKind.TEXT, NameKind.OTHER) and stem(old.value) == stem(new.value):
        return 0
    return ALIKE if are_alike(old.value, new.value) else UNLIKE


def _version(recorded: Form, asked: Form) -> tuple[int, float, float] | None:
    """How far the recorded versions are from those asked for; None where they would not do.

    The exact microversion, else the nearest lower one; one that is higher does not answer. Nothing said is the oldest
    there is.
    """
    before, after = dict(recorded.headers), dict(asked.headers)
    media, wanted = before.pop("accept", ""), after.pop("accept", "")
    old, new = (
        max(map(microversion, before.values()), default=OLDEST),
        max(map(microversion, after.values()), default=OLDEST),
    )
    if (media and wanted and media != wanted) or old > new:
        return None
    differing = (recorded.version != asked.version) + (media != wanted) + (old != new)
    return differing, -old[0], -old[1]


def _refused_for_headers(recorded: Pairs, asked: Pairs) -> Mismatch:
    lacks = tuple(field for field in recorded if field not in asked)
    differing = [field for field in asked if field not in recorded]
    return Mismatch(f"it was recorded with {_told(lacks)}, asked with {_told(differing) or 'none'}", lacks)


def _told(fields: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in fields)


def microversion(value: str) -> Microversion:
    """`compute 2.79`, `2.79` or `latest` as a number pair; what is none of these counts as the oldest."""
    text = value.rpartition(" ")[2]
    if text == "latest":
        return LATEST
    major, _, minor = text.partition(".")
    try:
        return float(int(major)), float(int(minor or 0))
    except (ValueError, OverflowError):
        return OLDEST
