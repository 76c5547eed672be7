"""The bilingual lexicon: what the words of a question are called in the other language, for searching passages there.

Far wider than the glossary (kb.glossary), whose terms come first, and never shown: nobody reads it, so that an entry
may hold whatever texts say for a word ("thu hồi": recall, revoke, withdraw). Written by us for this project
(`data/lexicon.tsv`, a Vietnamese term and its English equivalents a line). Vietnamese is compared word by word with or
without marks, English by the stems of its words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kb import glossary
from kb.language import DATA, ENGLISH, LANGUAGES, VIETNAMESE, compared, is_word, unmarked

MOST_WORDS = 8
"""No term is longer."""
MOST_ALTERNATIVES = 6
"""Translations kept of one term."""

WORD = re.compile(r"[\w\u0300-\u036f]+")
"""A word of a text, NFC or NFD."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concept:
    """A part of a question, `[start:end]` in characters, and what it may be called in the other language."""

    start: int
    end: int
    alternatives: tuple[str, ...]


def entries() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each Vietnamese term of the lexicon with its English equivalents."""
    for line in (DATA / "lexicon.tsv").read_text(encoding="utf-8").splitlines():
        vietnamese, _, english = line.partition("\t")
        yield vietnamese, tuple(part.strip() for part in english.split(";"))


def concepts(text: str, language: str, *, unaccented: bool = False) -> tuple[Concept, ...]:
    """Return the terms of `language` that stand in `text`, in order, none over another; the longer term wins.

    >>> [concept.alternatives[0] for concept in concepts("Thời hạn kiểm định", "vi")]
    ['time limit', 'inspection']
    >>> [concept.alternatives[0] for concept in concepts("thoi han kiem dinh", "vi", unaccented=True)]
    ['time limit', 'inspection']
    >>> [concepts(text, "vi")[0].alternatives[0] for text in ("Anh", "Anh chị em")]
    ['England', 'sibling']
    """
    index = _index(language, unaccented and language == VIETNAMESE)
    spans = [match.span() for match in WORD.finditer(text)]
    spoken = [compared(text[start:end], language, unaccented=unaccented) for start, end in spans]
    candidates = [
        (first, length, alternatives)
        for first in range(len(spoken))
        for length in range(1, min(MOST_WORDS, len(spoken) - first) + 1)
        if (alternatives := index.get(tuple(spoken[first : first + length])))
    ]
    candidates += [
        (first, 1, alternatives)
        for first, (start, end) in enumerate(spans)
        if (alternatives := index.get(_as_written(text[start:end], unaccented)))
    ]
    taken = [False] * len(spoken)
    found = []
    for first, length, alternatives in sorted(candidates, key=lambda item: (-item[1], item[0])):
        if not any(taken[first : first + length]):
            taken[first : first + length] = [True] * length
            found.append(Concept(spans[first][0], spans[first + length - 1][1], alternatives))
    return tuple(sorted(found, key=lambda concept: concept.start))


def switched(text: str, language: str, chance: random.Random) -> str:
    """Return `text` with about half of its terms in the other language, as bilingual people type."""
    parts, at = [], 0
    for concept in concepts(text, language):
        if chance.random() < 0.5:
            parts += [text[at : concept.start], chance.choice(concept.alternatives[:2])]
            at = concept.end
    return "".join([*parts, text[at:]])


@cache
def _index(language: str, unaccented: bool) -> dict[Key, tuple[str, ...]]:
    """Translations by the compared words of a term, those of the glossary first."""
    gathered: dict[Key, dict[str, None]] = {}
    own = LANGUAGES.index(language) if language in LANGUAGES else LANGUAGES.index(ENGLISH)
    for pair in _pairs():
        key = _key(pair[own], language, unaccented)
        if key:
            gathered.setdefault(key, {})[pair[1 - own]] = None
    return {key: tuple(terms)[:MOST_ALTERNATIVES] for key, terms in gathered.items()}


def _key(term: str, language: str, unaccented: bool) -> Key:
    """The words of a term as they are compared.

    A name or abbreviation that is another word without its capitals ("WHO", "Anh", in Vietnamese "AI") keeps them.
    """
    spoken = WORD.findall(term)
    if len(spoken) == 1 and term != term.lower() and is_word(term, language):
        return _as_written(term, unaccented)
    return tuple(compared(word, language, unaccented=unaccented) for word in spoken)


def _as_written(word: str, unaccented: bool) -> Key:
    return ("as written", unmarked(word) if unaccented else word)


def _pairs() -> Iterator[tuple[str, str]]:
    """Every pair of a Vietnamese and an English term."""
    for entry in glossary.load().entries:
        if entry.topic != glossary.NEVER_FOUND:
            for vietnamese in entry.terms(VIETNAMESE):
                for english in entry.terms(ENGLISH):
                    yield vietnamese, english
    for vietnamese, alternatives in entries():
        for english in alternatives:
            yield vietnamese, english
