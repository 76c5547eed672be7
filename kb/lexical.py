"""The lexical index: BM25 over SQLite FTS5, a table for each language, current apart from historic.

A row holds two columns. `words` are the passage's words as written (lower case). `folded`, for Vietnamese, are its
words without marks and every two neighbours joined ("quan_ly"): most Vietnamese words are two syllables, so pairs
say far more than syllables, and without marks they are as good as with them. FTS5 (Robertson's BM25, k1 = 1.2, b =
0.75) does the scoring; we fold and pair by ourselves because its tokenizer neither folds đ nor pairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from sqlalchemy import Connection, text

from kb.language import ENGLISH, LANGUAGES, VIETNAMESE, fold, words

CURRENT = "current"
HISTORIC = "historic"
PERIODS = (CURRENT, HISTORIC)

K1 = 1.2
LEAST_IDF = 1e-6
"""What FTS5 takes for a term in half of the passages or more."""


def table(language: str, period: str) -> str:
    """Return the name of the table that holds passages of `language` (others than vi and en share en's)."""
    return f"lexical_{language if language in LANGUAGES else ENGLISH}_{period}"


def create_tables(connection: Connection) -> None:
    """Create the index's tables and the views of their vocabulary."""
    for language in LANGUAGES:
        for period in PERIODS:
            name = table(language, period)
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE {name} USING fts5"
                "(words, folded, tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\")"
            )
            connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {name}_terms USING fts5vocab({name}, 'col')")


def pairs(syllables: Sequence[str]) -> list[str]:
    """Return neighbours joined, two by two.

    >>> pairs(["quan", "ly", "rui", "ro"])
    ['quan_ly', 'ly_rui', 'rui_ro']
    """
    return [f"{first}_{second}" for first, second in pairwise(syllables)]


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """The terms of one question: `words` as written (or as restored), `folded` for Vietnamese."""

    words: tuple[str, ...]
    folded: tuple[str, ...] = ()


def query_terms(question: str, language: str, *, unaccented: bool = False) -> LexicalQuery:
    """Return the terms to look for.

    Vietnamese with marks: its words and its folded pairs. Without marks: folded words and pairs, since restored marks
    may be wrong and folded pairs cannot be. English: its words.
    """
    spoken = words(question)
    if language != VIETNAMESE:
        return LexicalQuery(_unique(spoken))
    folded = [fold(word) for word in spoken]
    if unaccented:
        return LexicalQuery((), _unique([*folded, *pairs(folded)]))
    return LexicalQuery(_unique(spoken), _unique(pairs(folded)))


def phrase_terms(phrases: Iterable[str], language: str) -> LexicalQuery:
    """Return the terms to look for where whole phrases are known: their words and, for Vietnamese, their pairs."""
    spoken = [words(phrase) for phrase in phrases]
    joined = [pairs([fold(word) for word in phrase]) for phrase in spoken] if language == VIETNAMESE else []
    return LexicalQuery(_unique(chain.from_iterable(spoken)), _unique(chain.from_iterable(joined)))


def add(connection: Connection, rows: Iterable[tuple[int, str]], *, language: str, period: str) -> None:
    """Index passages given as (id, text with context)."""
    values = [
        {"id": passage, "words": " ".join(spoken), "folded": _folded_column(spoken, language)}
        for passage, content in rows
        for spoken in [words(content)]
    ]
    if values:
        name = table(language, period)
        connection.execute(text(f"INSERT INTO {name}(rowid, words, folded) VALUES (:id, :words, :folded)"), values)


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


def search(connection: Connection, query: LexicalQuery, *, language: str, period: str) -> dict[int, float]:
    """Return the score of every passage that has any of the telling terms, by passage id.

    The score is BM25 divided by the highest that the question could reach (its terms' summed idf times k1 + 1), so it
    lies in 0..1 and can be added to a cosine. Terms in half of the passages or more tell nothing (FTS5 gives them an
    idf of all but zero) and cost the most: they are left out unless there are no others.
    """
    name = table(language, period)
    telling, ceiling = _weigh(connection, name, query)
    if ceiling <= 0:
        return {}
    found = connection.execute(
        text(f"SELECT rowid, -bm25({name}) FROM {name} WHERE {name} MATCH :match"), {"match": _match(telling)}
    )
    return {int(passage): float(score) / ceiling for passage, score in found}


def _unique(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(terms))


def _folded_column(spoken: Sequence[str], language: str) -> str:
    if language != VIETNAMESE:
        return ""
    folded = [fold(word) for word in spoken]
    return " ".join([*folded, *pairs(folded)])


def _match(query: LexicalQuery) -> str:
    """An FTS5 expression; terms hold only word characters, and quoting keeps OR, AND, NEAR plain words."""
    columns = {"words": query.words, "folded": query.folded}
    quoted = {column: " OR ".join(f'"{term}"' for term in terms) for column, terms in columns.items() if terms}
    return " OR ".join(f"{column} : ({terms})" for column, terms in quoted.items())


def _weigh(connection: Connection, name: str, query: LexicalQuery) -> tuple[LexicalQuery, float]:
    """Return the terms worth asking for, and the sum over them of idf times (k1 + 1); idf as FTS5 computes it."""
    total = connection.execute(text(f"SELECT count(*) FROM {name}_docsize")).scalar_one()
    idf: dict[str, dict[str, float]] = {"words": {}, "folded": {}}
    some_tell = False
    for column, terms in (("words", query.words), ("folded", query.folded)):
        for term in terms:
            # SQLite finds the term by its index; asked for the column too, it would read every term.
            rows = connection.execute(text(f"SELECT col, doc FROM {name}_terms WHERE term = :term"), {"term": term})
            documents = next((int(count) for place, count in rows if place == column), 0)
            idf[column][term] = max(LEAST_IDF, math.log((total - documents + 0.5) / (documents + 0.5)))
            some_tell = some_tell or (documents > 0 and idf[column][term] > LEAST_IDF)
    if some_tell:
        idf = {
            column: {term: value for term, value in terms.items() if value > LEAST_IDF} for column, terms in idf.items()
        }
    ceiling = sum(value for column in idf.values() for value in column.values()) * (K1 + 1)
    return LexicalQuery(tuple(idf["words"]), tuple(idf["folded"])), ceiling
