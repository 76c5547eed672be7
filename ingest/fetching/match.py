"""Whether a text is the one that a catalogue entry means: by its official number, else by its title."""

from __future__ import annotations

import re
from enum import IntEnum

from ingest.dates import parse_date
from ingest.pipeline import Reading
from kb.catalogue import Source, number_keys
from kb.language import fold, words
from kb.number import find_numbers, number_key

ALIKE = 0.75
"""How much of a title's words another must hold to be clearly the same."""

SHOWN = 0.7
"""How much of a title's words must stand at the head of a text that states no number."""

_HEAD = 3000
_CONSOLIDATED = re.compile(r"/VBHN-", re.IGNORECASE)


class Match(IntEnum):
    """How surely a text is the one meant, from surely not to surely."""

    OTHER = 0
    """It states another number: never taken for the one meant."""
    STRANGE = 1
    """It states no number, and the words of the title do not stand at its head."""
    LIKELY = 2
    """It states no number, but the words of the title stand at its head."""
    TITLE = 3
    NUMBER = 4


def match(source: Source, reading: Reading) -> Match:
    """Return how surely `reading` is the text of `source`."""
    stated, wanted = reading.metadata.number, source.number
    likely = Match.LIKELY if _shows_title(source, reading) else Match.STRANGE
    titled = Match.TITLE if _same_title(source, reading) else likely
    if not wanted:
        return titled
    if stated and number_key(stated) in number_keys(source):
        return Match.OTHER if _of_another_year(source, reading) else Match.NUMBER
    if stated and is_consolidation(source, reading):
        return Match.NUMBER
    if not find_numbers(wanted):  # a number of no known series, such as an ISBN: the text itself must show it
        if _letters(wanted) in _letters(reading.source.text):
            return Match.NUMBER
        return titled if not stated else Match.OTHER
    if stated:
        return Match.OTHER
    # Each Vietnamese decree has the title of the one before it.
    return likely if source.jurisdiction == "VN" else titled


def is_consolidation(source: Source, reading: Reading) -> bool:
    """Tell whether a text is an official consolidation (văn bản hợp nhất) of the instrument, named at its head."""
    stated = reading.metadata.number
    if not stated or not source.number or not _CONSOLIDATED.search(stated):
        return False
    named = [number.key for number in find_numbers(reading.source.text[:_HEAD]) if number.key != number_key(stated)]
    return bool(named) and named[0] in number_keys(source)


def articles(reading: Reading) -> int:
    """Return how many articles a text has."""
    return sum(clause.kind == "article" for clause in reading.clauses)


def _of_another_year(source: Source, reading: Reading) -> bool:
    """Tell whether a number without a year ("1671/QĐ-TTg") is that of another year: they begin anew each year."""
    issued, known = reading.metadata.issued, parse_date(source.issued or "")
    has_year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", source.number or "")
    return not has_year and issued is not None and known is not None and issued.year != known.year


def _same_title(source: Source, reading: Reading) -> bool:
    stated = reading.metadata.title or ""
    return any(_alike(title, stated) for title in (source.title_vi, source.title_en))


def _shows_title(source: Source, reading: Reading) -> bool:
    """Tell whether a title's words stand at the head of a text, whatever the reader took for its title."""
    head = {fold(word) for word in words(reading.source.text[:_HEAD])}
    titles = ({fold(word) for word in words(title)} for title in (source.title_vi, source.title_en))
    return any(len(title & head) >= SHOWN * len(title) for title in titles if title)


def _alike(title: str, stated: str) -> bool:
    """Tell whether two titles are clearly the same.

    >>> _alike("Good Machine Learning Practice for Medical Device Development: Guiding Principles",
    ...        "Good machine learning practice for medical device development")
    True
    >>> _alike("Luật Trí tuệ nhân tạo", "Luật Công nghiệp công nghệ số"), _alike("", "Luật")
    (False, False)
    """
    one, other = ({fold(word) for word in words(text)} for text in (title, stated))
    if not one or not other:
        return False
    both = len(one & other)
    return both / min(len(one), len(other)) >= ALIKE and both / max(len(one), len(other)) >= ALIKE / 2 and both >= 3


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))
