"""What stands in each name that a rule of the table speaks of, so that a text without it names no secret.

A stem is the words of a rule, one behind the other. Between two words of a name nothing stands that is a letter or a
digit; so `key` alone, which many harmless names end with, is no stem where `api key` is the rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from cloudtape.cassettes.scrubbing.names import Rule

Stem = tuple[str, ...]
APART = "[^a-z0-9]*"
HEX_DIGITS = re.compile("[0-9a-f]")
TELLING = 2


def stems_of(rules: Sequence[Rule], ends: Sequence[tuple[str, Rule]]) -> tuple[Stem, ...]:
    """All of them, those with more words first: in a text in lower case."""
    stems = dict.fromkeys([(end,) for end, _ in ends] + [tuple(rule.words.split()) for rule in rules if not rule.under])
    return tuple(sorted(stems, key=len, reverse=True))


def needed(stems: Sequence[Stem]) -> tuple[Stem, ...]:
    """Those without which none of the others stands in a text."""
    single = [stem[0] for stem in stems if len(stem) == 1]
    return tuple(stem for stem in stems if not any(word in part for part in stem for word in single if (word,) != stem))


def telling_words(stems: Sequence[Stem]) -> list[str]:
    """A word of each, which tells most: few others have it, and not its hex digits alone make it (`shapes`)."""
    often = Counter(word for stem in stems for word in stem)
    letters = {word: len(word) - len(HEX_DIGITS.findall(word)) for word in often}
    return [min(stem, key=lambda word: (letters[word] < TELLING, often[word], -letters[word])) for stem in stems]


def pattern_of(words: Iterable[str]) -> str:
    return APART.join(map(re.escape, words))


def any_stem(patterns: Iterable[str]) -> str:
    """A pattern for any of some, each of which begins with a letter or digit; of two the one that comes first."""
    by_first: dict[str, list[str]] = {}
    for pattern in patterns:
        by_first.setdefault(pattern[0], []).append(pattern[1:])
    return "|".join(f"{first}(?:{'|'.join(group)})" for first, group in by_first.items())
