"""Proof: that a quote stands where its citation says, and that library, lexical index and vectors agree."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kb import lexical
from kb.language import LANGUAGES
from kb.lexical import PERIODS
from kb.library import Library
from kb.records import Verdict
from kb.vectors import VectorStore

_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′", "'"))


def normalised(text: str) -> str:
    """Return `text` as quotes are compared: NFC, white space as one space, quotation marks in one form.

    >>> normalised("“Hệ  thống\\n AI”")
    '"Hệ thống AI"'
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).translate(_QUOTATION_MARKS)).strip()


def check_quote(quote: str, clause_text: str) -> Verdict:
    """Return whether `quote` stands in `clause_text` word for word.

    >>> check_quote("phải  thông báo", "Nhà cung cấp phải thông báo kết quả.").value
    'verbatim'
    >>> check_quote("được thông báo", "Nhà cung cấp phải thông báo kết quả.").value
    'not_found'
    """
    wanted = normalised(quote)
    return Verdict.VERBATIM if wanted and wanted in normalised(clause_text) else Verdict.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far the three stores agree: passages counted, and for each store the ids that it lacks or has too many.

    `owed` counts the changes that wait for the vector store; they are no fault, the next start carries them out.
    """

    passages: int
    lexical_missing: tuple[int, ...]
    lexical_extra: tuple[int, ...]
    vectors_missing: tuple[int, ...]
    vectors_extra: tuple[int, ...]
    damaged_passages: tuple[int, ...]
    owed: int

    @property
    def sound(self) -> bool:
        """Whether everything agrees."""
        return not (
            self.lexical_missing
            or self.lexical_extra
            or self.vectors_missing
            or self.vectors_extra
            or self.damaged_passages
            or self.owed
        )


def compare_stores(library: Library, vectors: VectorStore) -> Report:
    """Return how far the lexical index and the vector store hold what the library says, no more and no less.

    Also re-reads every passage from its version's text and compares its hash.
    """
    from kb.library import text_hash

    lexical_missing: set[int] = set()
    lexical_extra: set[int] = set()
    expected_lexical = library.expected_lexical()
    with library.read() as connection:
        for language in LANGUAGES:
            for period in PERIODS:
                expected = expected_lexical.get((language, period), set())
                actual = lexical.ids(connection, language=language, period=period)
                lexical_missing |= expected - actual
                lexical_extra |= actual - expected
    vectors_missing: set[int] = set()
    vectors_extra: set[int] = set()
    expected_vectors = library.expected_vectors()
    for collection in {*expected_vectors, *vectors.collections()}:
        expected, actual = expected_vectors.get(collection, set()), vectors.ids(collection)
        vectors_missing |= expected - actual
        vectors_extra |= actual - expected
    everything = sorted(set().union(*expected_vectors.values()) if expected_vectors else set())
    damaged: list[int] = []
    for start in range(0, len(everything), 500):
        stored = library.passages(everything[start : start + 500])
        damaged += [passage for passage, found in stored.items() if text_hash(found.text) != found.text_hash]
    return Report(
        passages=len(everything),
        lexical_missing=tuple(sorted(lexical_missing)),
        lexical_extra=tuple(sorted(lexical_extra)),
        vectors_missing=tuple(sorted(vectors_missing)),
        vectors_extra=tuple(sorted(vectors_extra)),
        damaged_passages=tuple(damaged),
        owed=sum(len(ids) for ids in library.owed_changes().values()),
    )
