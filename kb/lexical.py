"""The lexical index: BM25 over SQLite FTS5, a table for each language, current apart from historic.

A row holds two columns. `words` are the passage's words as written (lower case). `forms` are what words are compared
by: for Vietnamese its words without marks and every two neighbours joined ("quan_li"), for most Vietnamese words are
two syllables, so that pairs say far more than syllables, and without marks they are as good as with them; for English
the stems. FTS5 keeps the postings and computes BM25 (Robertson's, k1 = 1.2, b = 0.75) a term at a time; how terms make
up a question is ours: a question is a sequence of concepts, each of which may be said in several ways.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from kb.language import ENGLISH, LANGUAGES, VIETNAMESE, common_spelling, fold, stem, words

CURRENT = "current"
HISTORIC = "historic"
PERIODS = (CURRENT, HISTORIC)

K1 = 1.2
LEAST_IDF = 1e-6
"""What FTS5 takes for a term in half of the passages or more."""
MOST_POSTINGS = 5_000
"""Postings read for one question in one table: the rarest terms first, so that a large shelf costs no more."""

MOST_REMEMBERED = 3_000_000
"""Postings of earlier questions kept in memory (16 bytes each)."""

Ids = NDArray[np.int64]
Values = NDArray[np.float64]
Postings = tuple[Ids, Values]
"""The passages that hold a term, and BM25 of each for it."""


class Term(NamedTuple):
    """A term of one of the two columns."""

    column: Literal["words", "forms"]
    term: str


Wording = tuple[Term, ...]
"""One way to say something: terms that belong together."""
LexicalConcept = tuple[Wording, ...]
"""Something that a question speaks of, in every way that it may be said."""


def table(language: str, period: str) -> str:
    """Return the name of the table that holds passages of `language` (others than vi and en share en's)."""
    return f"lexical_{language if language in LANGUAGES else ENGLISH}_{period}"


def create_tables(connection: Connection) -> None:
    """Create the index's tables in place of what is there."""
    for language in LANGUAGES:
        for period in PERIODS:
            name = table(language, period)
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}_terms")  # a view that older bases have
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE {name} USING fts5"
                "(words, forms, tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\")"
            )


def pairs(syllables: Sequence[str]) -> list[str]:
    """Return neighbours joined, two by two.

    >>> pairs(["quan", "li", "rui", "ro"])
    ['quan_li', 'li_rui', 'rui_ro']
    """
    return [f"{first}_{second}" for first, second in pairwise(syllables)]


def spoken_words(content: str, language: str) -> list[str]:
    """Return the words of a text as they are indexed: Vietnamese ones in one of their spellings.

    >>> spoken_words("Quy định kỹ thuật", "vi")
    ['qui', 'định', 'kĩ', 'thuật']
    """
    spoken = words(content)
    return [common_spelling(word) for word in spoken] if language == VIETNAMESE else spoken


def question_terms(question: str, language: str, *, unaccented: bool = False) -> tuple[Term, ...]:
    """Return the terms of a question for passages in its own language, each once.

    Vietnamese with marks: its words and its folded pairs. Without marks: folded words and pairs, since restored marks
    may be wrong and folded pairs cannot be. English: its words and their stems.
    """
    spoken = spoken_words(question, language)
    if language != VIETNAMESE:
        return _unique([Term("words", word) for word in spoken] + [Term("forms", stem(word)) for word in spoken])
    folded = [fold(word) for word in spoken]
    single = [Term("forms", word) for word in folded] if unaccented else [Term("words", word) for word in spoken]
    return _unique(single + [Term("forms", pair) for pair in pairs(folded)])


def phrase_terms(phrase: str, language: str) -> Wording:
    """Return the terms of a phrase that is to be found as it is or nearly: its words and pairs, or its stems."""
    spoken = spoken_words(phrase, language)
    if language != VIETNAMESE:
        return _unique(Term("forms", stem(word)) for word in spoken)
    folded = [fold(word) for word in spoken]
    return _unique([Term("words", word) for word in spoken] + [Term("forms", pair) for pair in pairs(folded)])


def add(connection: Connection, rows: Iterable[tuple[int, str]], *, language: str, period: str) -> None:
    """Index passages given as (id, text with context)."""
    values = [
        {"id": passage, "words": " ".join(spoken), "forms": " ".join(_forms(spoken, language))}
        for passage, content in rows
        for spoken in [spoken_words(content, language)]
    ]
    if values:
        name = table(language, period)
        connection.execute(text(f"INSERT INTO {name}(rowid, words, forms) VALUES (:id, :words, :forms)"), values)


def remove(connection: Connection, passages: Iterable[int], *, language: str, period: str) -> None:
    """Take passages out of the index; those that are not there are passed over."""
    ids = [{"id": passage} for passage in passages]
    if ids:
        connection.execute(text(f"DELETE FROM {table(language, period)} WHERE rowid = :id"), ids)


def clear(connection: Connection) -> None:
    """Empty every table of the index."""
    for language in LANGUAGES:
        for period in PERIODS:
            connection.execute(text(f"DELETE FROM {table(language, period)}"))


def ids(connection: Connection, *, language: str, period: str) -> set[int]:
    """Return the ids of all passages in one table."""
    return set(connection.execute(text(f"SELECT rowid FROM {table(language, period)}")).scalars())


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What is known of a table: `stamp` says in which state."""

    stamp: bytes
    postings: dict[Term, Postings] = field(default_factory=dict)
    frequency: dict[Term, int] = field(default_factory=dict)


class PostingsMemory:
    """Terms asked for last, their frequency and postings: questions to one base share most of their words.

    A table's are forgotten when it changes: FTS5 numbers the blocks that it writes, in its record 10.
    """

    def __init__(self) -> None:
        self._tables: dict[str, _Remembered] = {}
        self._kept = 0

    def of(self, database: sqlite3.Connection, name: str) -> _Remembered:
        """Return what is remembered of a table as it is now; what is put there is remembered."""
        if self._kept > MOST_REMEMBERED:
            self._tables, self._kept = {}, 0
        stamp: bytes = database.execute(f"SELECT block FROM {name}_data WHERE id = 10").fetchone()[0]
        kept = self._tables.get(name)
        if kept is None or kept.stamp != stamp:
            kept = self._tables[name] = _Remembered(stamp)
        return kept

    def count(self, postings: Postings) -> None:
        """Take notice of what was put."""
        self._kept += len(postings[0])


def search(
    connection: Connection,
    concepts: Sequence[LexicalConcept],
    *,
    language: str,
    period: str,
    memory: PostingsMemory | None = None,
) -> dict[int, float]:
    """Return the share of the question that each passage holds, by passage id; passages with none of it are left out.

    A term counts its idf times its saturation by BM25; of the wordings of a concept the one that a passage holds most
    of counts, weighted as the most telling of them. The sum is divided by the highest that the question could reach,
    so it lies in 0..1 and can be added to a cosine. Terms in half of the passages or more tell nothing (FTS5 gives
    them an idf of all but zero) and are left out unless there are no others; so are the commonest of the rest once
    MOST_POSTINGS are read.
    """
    postings = _Reader(connection, table(language, period), memory or PostingsMemory())
    postings.keep_telling({term for concept in concepts for wording in concept for term in wording})
    parts: list[Postings] = []
    ceiling = 0.0
    for concept in concepts:
        # A translation that the shelf does not know is none; a question's own word that it does not know counts.
        wordings = [[term for term in wording if term in postings.idf] for wording in concept]
        if len(concept) > 1:
            wordings = [[term for term in wording if postings.frequency[term]] for wording in wordings]
        weighed = [(sum(postings.idf[term] for term in wording), wording) for wording in wordings if wording]
        if not weighed:
            continue
        weight = max(weight for weight, _ in weighed)
        said = [_summed([postings.weighed(term, weight / own) for term in wording]) for own, wording in weighed]
        parts.append(_highest(said))
        ceiling += weight * (K1 + 1)
    if not parts or ceiling <= 0:
        return {}
    found, scores = _summed(parts)
    return dict(zip(found.tolist(), (scores / ceiling).tolist(), strict=True))


class _Reader:
    """The terms of one question in one table: idf as FTS5 computes it, and their postings."""

    def __init__(self, connection: Connection, name: str, memory: PostingsMemory) -> None:
        # SQLAlchemy makes an object of every row; a question reads thousands.
        self._database = cast(sqlite3.Connection, connection.connection.driver_connection)
        self._name = name
        self._memory = memory
        self._known = memory.of(self._database, name)
        self._total: int = self._database.execute(f"SELECT count(*) FROM {name}_docsize").fetchone()[0]
        self.frequency: dict[Term, int] = {}
        self.idf: dict[Term, float] = {}

    def keep_telling(self, terms: Iterable[Term]) -> None:
        """Weigh `terms` and keep those worth reading, the rarest first."""
        for term in terms:
            self.frequency[term] = self._frequency(term)
        idf = {term: self._idf(frequency) for term, frequency in self.frequency.items()}
        if any(self.frequency[term] and idf[term] > LEAST_IDF for term in idf):
            idf = {term: value for term, value in idf.items() if value > LEAST_IDF}
        read = 0
        for term in sorted(idf, key=lambda term: (self.frequency[term], term)):
            read += self.frequency[term]
            if read > MOST_POSTINGS and self.idf:
                break
            self.idf[term] = idf[term]

    def weighed(self, term: Term, weight: float) -> Postings:
        """Return the passages that hold `term` and their BM25 for it times `weight`."""
        known = self._known.postings.get(term)
        if known is None:
            known = self._known.postings[term] = self._read(term)
            self._memory.count(known)
        return known[0], weight * known[1]

    def _read(self, term: Term) -> Postings:
        rows = self._database.execute(
            f"SELECT rowid, bm25({self._name}) FROM {self._name} WHERE {self._name} MATCH ? LIMIT {MOST_POSTINGS}",
            (_match(term),),
        ).fetchall()
        found = np.array(rows, np.float64).reshape(-1, 2)
        return found[:, 0].astype(np.int64), -found[:, 1]

    def _frequency(self, term: Term) -> int:
        """In how many passages the term stands; no more than MOST_POSTINGS are counted, which is too common to read."""
        known = self._known.frequency.get(term)
        if known is None:
            counted = f"SELECT 1 FROM {self._name} WHERE {self._name} MATCH ? LIMIT {MOST_POSTINGS}"
            row = self._database.execute(f"SELECT count(*) FROM ({counted})", (_match(term),)).fetchone()
            known = self._known.frequency[term] = int(row[0])
        return known

    def _idf(self, frequency: int) -> float:
        return max(LEAST_IDF, math.log((self._total - frequency + 0.5) / (frequency + 0.5)))


def _match(term: Term) -> str:
    """An FTS5 expression; terms hold only word characters, and quoting keeps OR, AND, NEAR plain words."""
    return f'{term.column} : "{term.term}"'


def _summed(parts: Sequence[Postings]) -> Postings:
    """Sum values by passage."""
    if len(parts) == 1:
        return parts[0]
    found, places = np.unique(np.concatenate([ids for ids, _ in parts]), return_inverse=True)
    sums: Values = np.bincount(places, np.concatenate([values for _, values in parts]), len(found)).astype(np.float64)
    return found, sums


def _highest(parts: Sequence[Postings]) -> Postings:
    """The highest value of each passage."""
    if len(parts) == 1:
        return parts[0]
    found, places = np.unique(np.concatenate([ids for ids, _ in parts]), return_inverse=True)
    values = np.zeros(len(found))
    np.maximum.at(values, places, np.concatenate([values for _, values in parts]))
    return found, values


def _unique(terms: Iterable[Term]) -> tuple[Term, ...]:
    return tuple(dict.fromkeys(terms))


def _forms(spoken: Sequence[str], language: str) -> list[str]:
    if language != VIETNAMESE:
        return [stem(word) for word in spoken]
    folded = [fold(word) for word in spoken]
    return [*folded, *pairs(folded)]
