"""Which of the passages found an answer quotes: those that speak to the question, best first, a note after its text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.evidence import Evidence
from kb.expected import Expected, expected, holds
from kb.records import Authority
from kb.search import Found

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

CANDIDATES = 40
"""Passages among which those to quote are chosen."""
MOST_QUOTES = 3
NEAR_THE_BEST = 0.12
"""A further passage is quoted when its score is this near to the best one's."""
FITS = 0.15
"""What a passage gains that holds the kind of thing asked for."""
NOTE_YIELDS = 0.15
"""A note gives way to the text of its instrument where that scores at most so much less."""
SAY_NOTHING = ("closing", "preamble", "contents")
"""Clauses that name a document and its signers; they answer only questions that name them."""


def choose(
    question: str, found: Sequence[Found], base: KnowledgeBase, *, language: str, asked_in: str
) -> tuple[Found, ...]:
    """Return the passages to quote, none where nothing speaks to the question.

    `language` is the question's own, which its words are compared in; `asked_in` that of the answer.
    """
    kind = expected(question)
    evidence = Evidence.of(found, language, kind)
    telling = _telling(evidence, found, base)
    fitting = _fitting(kind, in_own_language(telling, found, asked_in, replace(evidence, kind=None)))
    yielding = _yielding(fitting, base, asked_in)
    return _nearest(yielding, asked_in) if yielding else ()


def may_answer(item: Found) -> bool:
    """Whether a passage says anything by itself; titles and signatures do where the question names their document."""
    return item.named or item.clause_kind not in SAY_NOTHING


def _nearest(telling: Sequence[Found], language: str) -> tuple[Found, ...]:
    """The passages to quote: the best and those near it, one in the asker's language among them, such ones first.

    Scores across languages are only roughly alike, and whoever asks in Vietnamese looks for Vietnamese law first.
    """
    near = [item for item in telling if telling[0].score - item.score <= NEAR_THE_BEST][:MOST_QUOTES]
    own = next((item for item in telling if item.passage.language == language), None)
    if own is not None and own not in near:
        near = [*near[: MOST_QUOTES - 1], own]
    return tuple(sorted(near, key=lambda item: (item.clause_kind in SAY_NOTHING, item.passage.language != language)))


def _telling(evidence: Evidence, found: Sequence[Found], base: KnowledgeBase) -> list[Found]:
    """The passages that may answer.

    A work that the base holds in the question's language too is judged by that version, which the question can share
    words with: likeness across languages alone is the weaker witness.
    """
    language = evidence.language
    telling = [item for item in found if may_answer(item) and evidence.speaks(item)]
    own = {document.metadata.pair for document in base.documents() if document.metadata.language == language} - {None}
    spoken = {item.passage.metadata.pair for item in telling if item.passage.language == language}
    return [
        item
        for item in telling
        if item.passage.language == language
        or item.passage.metadata.pair not in own
        or item.passage.metadata.pair in spoken
    ]


def _fitting(kind: Expected | None, telling: Sequence[Found]) -> list[Found]:
    """The passages, best first; one that holds what the question asks for, such as a date, gains by it."""
    raised = (
        replace(item, score=item.score + FITS) if kind and holds(kind, item.passage.text) else item for item in telling
    )
    return sorted(raised, key=lambda item: -item.score)


def _yielding(telling: Sequence[Found], base: KnowledgeBase, language: str) -> list[Found]:
    """Without the notes on an instrument whose own text speaks to the question about as well.

    Where that text is in the other language, a note in the asker's stays: it leads to the clauses (kb.pointers).
    """
    kept: list[Found] = []
    for item in telling:
        texts = base.official_texts(item.passage.metadata.about) if _is_note(item) else ()
        near = (other for other in telling if item.unaided - other.unaided <= NOTE_YIELDS)
        own = [other for other in near if other.passage.document in texts]
        foreign = all(other.passage.language != language for other in own)
        if not own or (foreign and item.passage.language == language):
            kept.append(item)
    return kept


def _is_note(item: Found) -> bool:
    return item.passage.metadata.authority == Authority.NOTE


def in_own_language(items: Iterable[Found], found: Sequence[Found], language: str, evidence: Evidence) -> list[Found]:
    """Return each passage, or the best of its work in `language` among `found` where that speaks too; each once."""
    first: dict[int, Found] = {}
    for item in items:
        chosen = _own_version(item, found, language, evidence)
        first.setdefault(chosen.passage.id, chosen)
    return list(first.values())


def _own_version(item: Found, found: Sequence[Found], language: str, evidence: Evidence) -> Found:
    pair = item.passage.metadata.pair
    if pair is None or item.passage.language == language:
        return item
    versions = (other for other in found if other.passage.metadata.pair == pair and other.passage.language == language)
    return next((other for other in versions if evidence.speaks(other)), item)
