"""Restoring the marks of Vietnamese typed without them: "dieu kien" -> "điều kiện".

A syllable-bigram model with Viterbi search (the usual method; see N. V. Hai and others, "Vietnamese diacritics
restoration", for a survey). Counts come from unrelated text whose licence allows it (see docs/models.md) and, where
a base is open, from its own public Vietnamese passages, which know its terms best.
"""

from __future__ import annotations

import gzip
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Protocol

from kb import lexicon
from kb.language import DATA, VIETNAMESE, fold, words

START = "^"
TOTAL = 1e6
"""Roughly the syllables counted; only weighs pairs against single syllables."""

MOST_FORMS = 14

Counts = dict[str, int]
Pair = tuple[str, str]

_SYLLABLE = re.compile(r"\w+")


class SyllableCounts(Protocol):
    """Counts of marked syllables and of pairs of them, asked for a whole question at once by their unmarked forms."""

    def syllables(self, folded: Collection[str]) -> dict[str, Counts]:
        """Return, for each of the unmarked syllables, its marked forms with their counts."""

    def pairs(self, folded: Collection[Pair]) -> dict[Pair, dict[Pair, int]]:
        """Return, for each of the unmarked pairs of neighbours, its marked forms with their counts."""


Source = tuple[SyllableCounts, float]
"""Counts and the weight of one sighting in them."""


class CountTable:
    """Syllable counts held in memory."""

    def __init__(self) -> None:
        self._syllables: dict[str, Counts] = {}
        self._pairs: dict[Pair, dict[Pair, int]] = {}

    def add_syllable(self, syllable: str, count: int) -> None:
        """Add `count` sightings of the marked `syllable`."""
        forms = self._syllables.setdefault(fold(syllable), {})
        forms[syllable] = forms.get(syllable, 0) + count

    def add_pair(self, first: str, second: str, count: int) -> None:
        """Add `count` sightings of the marked syllables `first` and `second` next to each other."""
        forms = self._pairs.setdefault((fold(first), fold(second)), {})
        forms[first, second] = forms.get((first, second), 0) + count

    def syllables(self, folded: Collection[str]) -> dict[str, Counts]:
        """See SyllableCounts."""
        return {syllable: self._syllables[syllable] for syllable in folded if syllable in self._syllables}

    def pairs(self, folded: Collection[Pair]) -> dict[Pair, dict[Pair, int]]:
        """See SyllableCounts."""
        return {pair: self._pairs[pair] for pair in folded if pair in self._pairs}


def count_pairs(texts: Iterable[str]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Return how often each syllable and each pair of neighbours occurs in marked Vietnamese `texts`.

    The first syllable of a line follows START; a line or sentence end breaks the pairs.
    """
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for run in re.split(r"[\n.;:!?()]+", text):
            syllables = [word for word in words(run) if not word.isdigit()]
            single.update(syllables)
            pairs.update(zip([START, *syllables], syllables, strict=False))
    return single, pairs


@cache
def general_counts() -> CountTable:
    """Return the counts that ship with the package."""
    table = CountTable()
    with gzip.open(DATA / "words.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            language, word, count = line.rstrip("\n").split("\t")
            if language == VIETNAMESE:
                table.add_syllable(word, int(count))
    with gzip.open(DATA / "pairs.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            first, second, count = line.rstrip("\n").split("\t")
            table.add_pair(first, second, int(count))
    return table


AS_TYPED = 30.0
"""How much likelier a form that was typed with marks is than another of the same letters."""
RARE = 12
"""A word that some other form of the same letters is so many times as common as lacks marks."""
MOSTLY_LACKING = 0.3


def lacks_marks(word: str) -> bool:
    """Return whether a lower-case Vietnamese word was probably typed without some of its marks.

    >>> [lacks_marks(word) for word in ("dieu", "nhâp", "điều", "quy", "tesla")]
    [True, True, False, False, False]
    """
    folded = fold(word)
    if word != folded and word in _valid_syllables():
        return False
    forms = general_counts().syllables({folded}).get(folded, {})
    return bool(forms) and max(forms.values()) > RARE * forms.get(word, 0)


@cache
def _valid_syllables() -> frozenset[str]:
    """Marked syllables that there are: those of the lexicon, which knows more words than were counted."""
    return frozenset(syllable for term, _ in lexicon.entries() for syllable in words(term))


def half_marked(text: str) -> bool:
    """Return whether much of a Vietnamese text was typed without some marks ("Điêu kiên nhap khau").

    >>> half_marked("Điêu kiên nhap khâu là gì?"), half_marked("Điều kiện nhập khẩu của Apple là gì?")
    (True, False)
    """
    spoken = [word for word in words(text) if not word.isdigit()]
    return sum(lacks_marks(word) for word in spoken) > MOSTLY_LACKING * len(spoken)


def restore_marks(text: str, own: SyllableCounts | None = None, *, own_weight: float = 3.0) -> str:
    """Return `text` with the most probable Vietnamese marks; words that have theirs mostly stay, unknown ones always.

    `own` are counts of the base's own text; one sighting there counts as `own_weight` general ones. Case is kept.

    >>> restore_marks("Thiet bi y te cần giấy phep nhâp khau khong?")
    'Thiết bị y tế cần giấy phép nhập khẩu không?'
    """
    sources: list[Source] = [(general_counts(), 1.0)]
    if own is not None:
        sources.append((own, own_weight))
    matches = list(_SYLLABLE.finditer(text))
    spoken = [match.group(0).lower() for match in matches]
    known = _merged_syllables(spoken, sources)
    following = _merged_pairs([START, *map(fold, spoken)], sources)
    # Each syllable's candidates with the best score of a path that ends in it, and that path's previous candidate.
    previous: dict[str, float] = {START: 0.0}
    before_counts: dict[str, float] = {START: 1e4}
    back: list[dict[str, str]] = []
    for word in spoken:
        candidates = known.get(word, {word: 1.0})
        scores: dict[str, float] = {}
        origin: dict[str, str] = {}
        for before, score in previous.items():
            pairs = following.get((before, fold(word)), {})
            seen = max(before_counts[before], sum(pairs.values()), 1.0)
            for candidate, count in candidates.items():
                # Jelinek-Mercer: a pair never seen falls back on how common the syllable is by itself.
                value = score + math.log(0.9 * pairs.get(candidate, 0.0) / seen + 0.1 * count / TOTAL)
                if value > scores.get(candidate, -math.inf):
                    scores[candidate] = value
                    origin[candidate] = before
        back.append(origin)
        previous, before_counts = scores, candidates
    restored: list[str] = []
    current = max(previous, key=lambda candidate: previous[candidate])
    for origin in reversed(back):
        restored.append(current)
        current = origin[current]
    restored.reverse()
    out: list[str] = []
    at = 0
    for match, syllable in zip(matches, restored, strict=True):
        out += [text[at : match.start()], _like(match.group(0), syllable)]
        at = match.end()
    return "".join([*out, text[at:]])


def _merged_syllables(spoken: Collection[str], sources: Collection[Source]) -> dict[str, dict[str, float]]:
    """The likeliest forms of each word; unknown words and numbers have none but themselves."""
    wanting = {word: fold(word) for word in spoken if not word.isdigit()}
    merged: dict[str, dict[str, float]] = {}
    for source, weight in sources:
        forms_of = source.syllables(set(wanting.values()))
        for word, folded in wanting.items():
            for form, count in forms_of.get(folded, {}).items():
                target = merged.setdefault(word, {})
                trust = AS_TYPED if form == word != folded else 1.0
                target[form] = target.get(form, 0.0) + trust * weight * count
    for word, forms in merged.items():
        if word in _valid_syllables():
            forms.setdefault(word, AS_TYPED)
    return {word: dict(sorted(forms.items(), key=lambda item: -item[1])[:MOST_FORMS]) for word, forms in merged.items()}


def _merged_pairs(folded: Sequence[str], sources: Collection[Source]) -> dict[Pair, dict[str, float]]:
    """Counts of the marked forms that follow a marked syllable, by (that syllable, unmarked follower)."""
    neighbours = set(pairwise(folded))
    merged: dict[Pair, dict[str, float]] = {}
    for source, weight in sources:
        for (_, follower), forms in source.pairs(neighbours).items():
            for (first, second), count in forms.items():
                target = merged.setdefault((first, follower), {})
                target[second] = target.get(second, 0.0) + weight * count
    return merged


def _like(original: str, syllable: str) -> str:
    """Give `syllable` the case of `original`."""
    if original.isupper() and len(original) > 1:
        return syllable.upper()
    return syllable[:1].upper() + syllable[1:] if original[:1].isupper() else syllable
