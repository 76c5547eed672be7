"""Hybrid retrieval: dense and lexical search inside what the person may see and what is in force, fused by language.

The fusion (docs/retrieval.md has the figures): the score of a passage is its cosine with the question, both centred by
language, plus LEXICAL_WEIGHT times its BM25 score as a share of what the question could reach. For passages in the
other language the question's translation by the lexicon is looked for (kb.bridge); for the part of the question that
it does not cover they get what the best of the question's language got from words, so that they are neither buried nor
favoured.
"""

from __future__ import annotations

import heapq
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from kb import bridge, lexical
from kb.language import VIETNAMESE, Form, detect, other_language
from kb.lexical import CURRENT, PERIODS
from kb.library import PUBLISHED, Library, StoredPassage
from kb.marks import half_marked, restore_marks
from kb.models import Vectors
from kb.records import Audience, Hit
from kb.vectors import VectorStore, collection_name

LEXICAL_WEIGHT = 1.0
EXPECTED_OF = 10
"""The other language's share is the mean over so many of the best lexical scores."""
CANDIDATES = 60
"""Passages taken from each collection and from the lexical index before fusion; doubled until enough may be shown."""
LOADED = 2
"""Of the candidates of all collections together, how many times as many as of one are loaded from the library."""
MOST_CANDIDATES = 4000
NAMED_DOCUMENT = 0.25
"""What a passage gains when the question names its document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Who asks, and as of which day: what a search may return.

    `as_of` None means today: only versions in force. `owners` are the organisations whose private documents the
    person may see.
    """

    audiences: tuple[Audience, ...] = (Audience.PUBLIC,)
    owners: tuple[str, ...] = ()
    as_of: date | None = None

    def allows(self, passage: StoredPassage) -> bool:
        """Whether the person may see the passage and it was in force on the day."""
        metadata = passage.metadata
        if passage.owner is not None:
            if passage.owner not in self.owners:
                return False
        elif metadata.audience not in self.audiences:
            return False
        if self.as_of is None:
            return passage.status == PUBLISHED and not (metadata.expires and metadata.expires <= date.today())
        begun = metadata.effective is None or metadata.effective <= self.as_of
        ended = metadata.expires is not None and metadata.expires <= self.as_of
        return begun and not ended

    def periods(self) -> tuple[str, ...]:
        """The parts of the index to search: history only where a day is asked for."""
        return (CURRENT,) if self.as_of is None else PERIODS

    def collections(self, language: str) -> list[str]:
        """The vector collections that hold what the person may see in `language`."""
        return [
            *(collection_name(audience, language, period) for audience in self.audiences for period in self.periods()),
            *(collection_name("", language, period, owner) for owner in self.owners for period in self.periods()),
        ]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage with its fused score and the parts of it: cosine; lexical share, of the part that can be looked for.

    `named` says that the question names its document.
    """

    passage: StoredPassage
    score: float
    cosine: float
    lexical: float
    named: bool = False

    @property
    def unaided(self) -> float:
        """The score without what the question's naming of the document adds."""
        return self.score - (NAMED_DOCUMENT if self.named else 0.0)

    @property
    def clause_kind(self) -> str:
        """The kind of the clause that the passage stands in."""
        return self.passage.clause_kind


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search found, best first, with the question's form and the words really searched."""

    form: Form
    searched: str
    found: tuple[Found, ...]
    embedding_ms: float = 0.0


def question_form(question: str, *, language: str | None = None) -> Form:
    """Return the language and form of a question; one with half of its marks is as one without any."""
    form = detect(question, chosen=language)
    half = form.language == VIETNAMESE and half_marked(question)
    return Form(VIETNAMESE, unaccented=True) if half else form


def read_question(question: str, library: Library, *, language: str | None = None) -> tuple[Form, str]:
    """Return the question's form and its words to search: NFC, marks restored where many are wanting."""
    question = unicodedata.normalize("NFC", question)
    form = question_form(question, language=language)
    return form, restore_marks(question, library) if form.unaccented else question


def retrieve(
    question: str,
    query: Mapping[str, Vectors],
    form: Form,
    *,
    library: Library,
    vectors: VectorStore,
    scope: Scope,
    limit: int,
    named: Iterable[str] = (),
) -> list[Found]:
    """Return up to `limit` passages that the scope allows, best first, equal texts once.

    `query` are the question's vectors by the language of passages, each of shape (dimensions,); `named` are the
    documents that the question names, whose passages are preferred.
    """
    preferred = set(named)
    candidates = max(CANDIDATES, 3 * limit)
    while True:
        scored, exhausted = _candidates(question, query, form, library, vectors, scope, candidates)
        passages = library.passages(list(scored), texts=False)
        found = [
            Found(
                passage,
                score + (NAMED_DOCUMENT if passage.document in preferred else 0.0),
                cosine,
                lexical_share,
                passage.document in preferred,
            )
            for key, (score, cosine, lexical_share) in scored.items()
            if (passage := passages.get(key)) is not None and scope.allows(passage)
        ]
        found = _own_language_first(found, form.language)
        best = _once(
            sorted(found, key=lambda item: (-item.score, item.passage.language != form.language, item.passage.id))
        )
        if len(best) >= limit or exhausted or candidates >= MOST_CANDIDATES:
            return _with_texts(best[:limit], library)
        candidates *= 2


def _with_texts(found: Sequence[Found], library: Library) -> list[Found]:
    """The passages whole; one withdrawn since it was found is left out."""
    passages = library.passages([item.passage.id for item in found])
    return [replace(item, passage=passage) for item in found if (passage := passages.get(item.passage.id)) is not None]


def _candidates(
    question: str,
    query: Mapping[str, Vectors],
    form: Form,
    library: Library,
    vectors: VectorStore,
    scope: Scope,
    limit: int,
) -> tuple[dict[int, tuple[float, float, float]], bool]:
    """Return (score, cosine, lexical share) by passage id, and whether the index holds no more."""
    own, other = form.language, other_language(form.language)
    asked = {own: bridge.in_own_language(question, form), other: bridge.in_other_language(question, form)}
    shares: dict[str, dict[int, float]] = {own: {}, other: {}}
    with library.read() as connection:
        for language, wanted in asked.items():
            for period in scope.periods():
                shares[language] |= lexical.search(
                    connection, wanted.concepts, language=language, period=period, memory=library.postings
                )
    best = {
        language: heapq.nlargest(limit, found, key=lambda passage: found[passage]) for language, found in shares.items()
    }
    exhausted = all(len(found) <= limit for found in shares.values())
    expected = sum(shares[own][passage] for passage in best[own][:EXPECTED_OF]) / EXPECTED_OF
    scored: dict[int, tuple[float, float, float]] = {}
    for language, found in shares.items():
        cosines: dict[int, float] = {}
        for collection in scope.collections(language):
            near = dict(vectors.search(collection, query[language], limit))
            exhausted = exhausted and len(near) < limit
            cosines |= near
            missing = [passage for passage in best[language] if passage not in cosines]
            for passage, vector in vectors.get(collection, missing).items():
                cosines[passage] = float(np.dot(vector, query[language]))
        coverage = asked[language].coverage
        for passage, cosine in cosines.items():
            share = found.get(passage, 0.0)
            likely = coverage * share + (1 - coverage) * expected
            scored[passage] = (cosine + LEXICAL_WEIGHT * likely, cosine, share)
    if len(scored) > LOADED * limit:  # many collections: those that cannot be among the best are not loaded
        kept = heapq.nlargest(LOADED * limit, scored, key=lambda passage: scored[passage])
        return {passage: scored[passage] for passage in kept}, False
    return scored, exhausted


def _own_language_first(found: Sequence[Found], language: str) -> list[Found]:
    """A work found in the question's language does not come before itself in the other: the reader wants the former."""
    best: dict[str, float] = {}
    for item in found:
        pair = item.passage.metadata.pair
        if pair is not None and item.passage.language == language:
            best[pair] = max(item.score, best.get(pair, item.score))
    return [
        item
        if item.passage.language == language
        else replace(item, score=min(item.score, best.get(item.passage.metadata.pair or "", item.score)))
        for item in found
    ]


def _once(found: Sequence[Found]) -> list[Found]:
    """Drop passages whose text an earlier one has: the same law in two files answers once."""
    seen: set[str] = set()
    kept = []
    for item in found:
        if item.passage.text_hash not in seen:
            seen.add(item.passage.text_hash)
            kept.append(item)
    return kept


def hits(found: Sequence[Found], library: Library) -> tuple[Hit, ...]:
    """Return search results as they are shown."""
    addresses = library.clause_addresses({(item.passage.version_id, item.passage.clause) for item in found})
    return tuple(
        Hit(
            rank=rank,
            score=round(item.score, 4),
            passage=item.passage.id,
            document=item.passage.document,
            version=item.passage.version,
            number=item.passage.metadata.number,
            title=item.passage.metadata.title or item.passage.document,
            address=addresses[item.passage.version_id, item.passage.clause],
            language=item.passage.language,
            page=item.passage.page,
            text=item.passage.text,
            context=item.passage.context,
            start=item.passage.start,
            end=item.passage.end,
            kind=item.passage.metadata.kind,
            authority=item.passage.metadata.authority,
        )
        for rank, item in enumerate(found, start=1)
    )
