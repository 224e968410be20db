"""Which recorded request a live one may stand for, and at what cost: the choice that all later answers hang on.

Two requests of one form are compared leaf by leaf. Whatever would tear what is bound already, would take the cloud's
own word for another, or would ask for something newer than was recorded, is refused, with the reason in words; the rest
costs, and the cheapest is taken. Decides nothing by itself about what is played; knows no cassette.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
from rapidfuzz import fuzz

from cloudtape.matchers.recordings.vocabulary import Vocabulary
from cloudtape.matchers.requests.canonical import Pairs
from cloudtape.matchers.requests.form import Form, Leaf
from cloudtape.matchers.requests.naming import Kind, stem
from cloudtape.matchers.sessions.bindings import Binding, Bindings

# What a difference costs. Names weigh by their likeness, so that `vol-2b` goes with `vol-1a` before `snap-1a`.
COSTS = {Kind.NAME: 0.1, Kind.TEXT: 0.05, Kind.ADDRESS: 0.2, Kind.ID: 0.5, Kind.WHO: 0.3}
ANOTHER_STEM = {Kind.NAME: 1.0, Kind.TEXT: 0.3}
RECORDED_ELSEWHERE = 0.3
ANOTHER_VERSION = 0.2
MEDIA_UNSAID = 0.1
STEP_OF_MICROVERSION = 0.0001
STEPS_OF_MAJOR, MOST_MAJOR = 1000, 9
LEAST_LIKENESS = 60.0
UNBOUND = frozenset({Kind.WHO, Kind.TEXT})
"""What is bound where that tears nothing; else it is left as it was recorded."""

Microversion = tuple[float, float]
OLDEST: Microversion = (0.0, 0.0)
LATEST: Microversion = (float("inf"), 0.0)


class Refused(msgspec.Struct, frozen=True):
    """`reason` in words; `lacks` are the header fields that the request would need."""

    reason: str
    lacks: Pairs = ()


class Fit(msgspec.Struct, frozen=True):
    """What must be bound for one request to stand for the other, and what that costs.

    `alike`: whether the names are. A read of another name makes nothing, so it may stand for one of an unlike name only
    where it was answered that there is nothing, and binds nothing then. `swaps`: words of the recording, what is asked
    for and what would fit (`swaps`).
    """

    cost: float
    bindings: tuple[Binding, ...]
    alike: bool = True
    swaps: tuple[tuple[str, str], ...] = ()


def never(_: str) -> bool:
    return False


class Comparison(msgspec.Struct, frozen=True):
    """What two requests are compared in the light of.

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

    def add(self, old: Leaf, new: Leaf) -> None:
        self.of.setdefault(old.value, Binding(old.value, new.value, old.field))
        self._recorded_of[new.value] = old.value


def compare(recorded: Form, asked: Form, light: Comparison) -> Fit | Refused:
    """Whether a recorded request can stand for the one asked, both of one form (`Form.fixed`)."""
    if recorded.fixed != asked.fixed:
        return Refused("it has another form")
    cost = 0.0 if recorded.version == asked.version else ANOTHER_VERSION
    cost += _header_cost(recorded.headers, asked.headers)
    if cost == float("inf"):
        return _refused_for_headers(recorded.headers, asked.headers)
    pairs, alike, swaps = _Pairs(), True, dict[str, str]()
    for old, new in zip(_leaves(recorded, asked), _leaves(asked, recorded), strict=True):
        if old.value == new.value:
            continue
        reason = _refusal(old, new, light)
        if reason and _may_swap(old, new, light) and swaps.setdefault(new.value, old.value) == old.value:
            continue
        if not reason and not pairs.fits(old.value, new.value):
            reason = "" if old.kind in UNBOUND else "one name would have to be two"
        if reason:
            return Refused(f"{new.place}: recorded {old.value!r}, asked {new.value!r}; {reason}")
        # One name for a user and a project: it needs not be bound. A text never is: what was said of one thing is
        # given back with this thing alone (`echoes`).
        is_whole = pairs.fits(old.value, new.value) and light.bindings.fits(old.value, new.value)
        if old.kind is not Kind.TEXT and (old.kind not in UNBOUND or is_whole):
            pairs.add(old, new)
        cost += _leaf_cost(old, new, light)
        alike = alike and _are_alike(old, new)
    return Fit(cost, tuple(pairs.of.values()), alike or light.makes, tuple(swaps.items()))


def _leaves(form: Form, other: Form) -> Iterator[Leaf]:
    """The project in the path goes first, where both have one."""
    if form.project and other.project:
        yield Leaf("the project in the path", "project_id", Kind.ID, form.project)
    yield from form.leaves


def _may_swap(old: Leaf, new: Leaf, light: Comparison) -> bool:
    return light.may_swap is not None and old.kind is new.kind and light.may_swap(new.value, old.value)


def _refusal(old: Leaf, new: Leaf, light: Comparison) -> str:
    """Why one leaf cannot stand for the other; empty where it can."""
    if old.kind is not new.kind:
        return f"one is a {old.kind}, the other a {new.kind}"
    if old.kind is Kind.WHO:
        return "another one was recorded, too" if light.vocabulary.is_clouds(new.value) else ""
    if old.kind is Kind.TEXT:
        return ""
    if light.bindings.is_taken(new.value) or not _fits(old.value, new.value, light):
        return "one of them stands for something else already"
    if light.vocabulary.is_clouds(new.value):
        return "both are known to the recorded cloud"
    if light.vocabulary.is_clouds(old.value):
        return "the recorded one is the cloud's own"
    return ""


def _fits(old: str, new: str, light: Comparison) -> bool:
    """What was only asked about so far, and nothing made of it, may still stand for something else."""
    if light.bindings.fits(old, new):
        return True
    return light.makes and light.is_loose(old) and not light.bindings.is_bound(new)


def are_alike(old: str, new: str) -> bool:
    """Whether two names may be what two runs of a test made up for one thing."""
    return stem(old) == stem(new) or fuzz.ratio(old, new) >= LEAST_LIKENESS


def _are_alike(old: Leaf, new: Leaf) -> bool:
    return old.kind is not Kind.NAME or are_alike(old.value, new.value)


def _leaf_cost(old: Leaf, new: Leaf, light: Comparison) -> float:
    cost = COSTS[old.kind]
    if old.kind in (Kind.NAME, Kind.TEXT) and stem(old.value) != stem(new.value):
        cost += ANOTHER_STEM[old.kind] * (1 - fuzz.ratio(old.value, new.value) / 100)
    if old.kind is not Kind.TEXT and light.vocabulary.is_recorded(new.value):
        cost += RECORDED_ELSEWHERE
    return cost


def _header_cost(recorded: Pairs, asked: Pairs) -> float:
    if recorded == asked:
        return 0.0
    before, after = dict(recorded), dict(asked)
    media, wanted = before.pop("accept", ""), after.pop("accept", "")
    if media and wanted and media != wanted:
        return float("inf")
    return (MEDIA_UNSAID if media != wanted else 0.0) + _version_cost(before.values(), after.values())


def _refused_for_headers(recorded: Pairs, asked: Pairs) -> Refused:
    lacks = tuple(field for field in recorded if field not in asked)
    differing = [field for field in asked if field not in recorded]
    return Refused(f"it was recorded with {_told(lacks)}, asked with {_told(differing) or 'none'}", lacks)


def _told(fields: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in fields)


def _version_cost(recorded: Iterable[str], asked: Iterable[str]) -> float:
    """The nearest lower microversion answers; one that is higher does not. Nothing said is the oldest there is."""
    old, new = max(map(microversion, recorded), default=OLDEST), max(map(microversion, asked), default=OLDEST)
    if old > new:
        return float("inf")
    steps = (min(new[0], MOST_MAJOR) - old[0]) * STEPS_OF_MAJOR + new[1] - old[1]
    return STEP_OF_MICROVERSION * steps


def microversion(value: str) -> Microversion:
    """`compute 2.79`, `2.79` or `latest` as a number pair; what is none of these counts as the oldest."""
    text = value.rpartition(" ")[2]
    if text == "latest":
        return LATEST
    major, _, minor = text.partition(".")
    try:
        return float(int(major)), float(int(minor or 0))
    except ValueError:
        return OLDEST
