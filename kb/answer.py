"""The answer without a language model: the best clauses word for word, each with its address, and an honest outcome.

In order: is the question for us at all; does it name a clause, which then is the answer, or is not there; else the
best passages, when the best is good enough to stand on. Every quote is cut from the stored text and read again
before it is shown.
"""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from kb import lookup, search
from kb.address import kind_of, shown
from kb.cite import cite
from kb.decline import reason_to_decline
from kb.followup import Following, following
from kb.language import detect, fold, words
from kb.library import DRAFT, SUPERSEDED, WITHDRAWN
from kb.lookup import Resolved
from kb.number import find_numbers, number_key
from kb.records import (
    Answer,
    Authority,
    Citation,
    Clause,
    Concern,
    Document,
    Hit,
    Outcome,
    Statement,
    Verdict,
)
from kb.search import Found, Scope
from kb.verify import check_quote
from kb.wording import sentence

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

MOST_QUOTES = 3
NEAR_THE_BEST = 0.12
"""A further passage is quoted when its score is this near to the best one's."""
NOTE_YIELDS = 0.3
"""A note gives way to the text of its instrument where that scores at most so much less."""
LONGEST_QUOTE = 2400
"""Characters of a clause quoted at once; a longer one is quoted to the last paragraph that fits."""
SAY_NOTHING = ("closing", "preamble", "contents")
"""Clauses that name a document and its signers; they answer only questions that name them."""
LONGEST_TITLE = 90
NAMED_IS_KNOWN = 0.6
LEAST_SCORE = 0.47
"""Cosine and share of the question's words below which a passage in its language does not answer; docs/retrieval.md."""
LEAST_COSINE = 0.315
"""The same for a passage in the other language, which shares no words with the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A span of a document version that answers, and the clause that it stands in."""

    document: Document
    clause: Clause
    start: int
    end: int
    text: str
    page: int | None
    cut: bool = False


def answer(
    base: KnowledgeBase,
    question: str,
    *,
    language: Literal["vi", "en"] | None,
    scope: Scope,
    top: int,
    follows: Answer | None = None,
) -> Answer:
    """Return the answer to `question`, understood from the answer that it `follows` where it needs that.

    Raises ModelError, ModelMismatch where the question cannot be searched.
    """
    begun = time.perf_counter()
    asked_in = language or detect(question).language
    composer = _Composer(base, question, asked_in, scope)
    reason = reason_to_decline(question)
    if reason is not None:
        return composer.close(Outcome.DECLINED, [Statement(text=sentence(reason.value, asked_in))], begun)
    preferred: tuple[str, ...] = ()
    resolved = base.references(question, scope)
    further = _following(base, question, resolved, follows, scope)
    if further is not None:
        question, preferred = further.searched, further.documents
        composer.searched = question
        resolved = base.references(question, scope)
    exact = [pair for item in resolved for pair in item.clauses]
    if exact:
        ambiguous = len(exact) > 1 and not any(item.names_instrument for item in resolved)
        return composer.exact(exact, ambiguous=ambiguous, begun=begun)
    missing = _missing(resolved, base, asked_in)
    if missing is not None:
        return composer.close(Outcome.NOT_IN_BASE, [Statement(text=missing)], begun)

    retrieval = base.retrieve(
        question, limit=max(top, MOST_QUOTES), scope=scope, language=asked_in, preferred=preferred
    )
    found = retrieval.found
    composer.timing |= {"embedding": retrieval.embedding_ms}
    composer.also = search.hits(found, base.library)
    unheld = _not_held(resolved, found)
    if unheld is not None:
        text = sentence("no_document", asked_in, number=unheld)
        return composer.close(Outcome.NOT_IN_BASE, [Statement(text=text)], begun)
    telling = [item for item in found if _may_answer(item) and speaks_to(item, retrieval.form.language)]
    if not telling:
        return composer.close(Outcome.NOT_IN_BASE, [Statement(text=sentence("not_in_base", asked_in))], begun)
    best = _chosen(_yielding([_in_own_language(item, found, asked_in) for item in telling], base, asked_in), asked_in)
    unheld_clause = next((item for item in resolved if item.reference.address and item.names_instrument), None)
    return composer.found(best, begun, unheld=unheld_clause)


def _following(
    base: KnowledgeBase, question: str, resolved: Sequence[Resolved], follows: Answer | None, scope: Scope
) -> Following | None:
    """How the question goes on from the answer before. That answer comes from a browser: nothing in it is trusted."""
    if follows is None:
        return None
    named = {document.id: document for document in base.documents() if document.metadata.audience in scope.audiences}
    before = replace(follows, citations=tuple(item for item in follows.citations if item.document in named))
    cited = named[before.citations[0].document].metadata if before.citations else None
    return following(question, before, [item.reference for item in resolved], cited)


def _may_answer(item: Found) -> bool:
    """Whether a passage says anything by itself; titles and signatures do where the question names their document."""
    return item.named or item.clause_kind not in SAY_NOTHING


def _chosen(telling: Sequence[Found], language: str) -> list[Found]:
    """The passages to quote: the best and those near it, one in the asker's language among them, such ones first.

    Scores across languages are only roughly alike, and whoever asks in Vietnamese looks for Vietnamese law first.
    """
    near = [item for item in telling if telling[0].score - item.score <= NEAR_THE_BEST][:MOST_QUOTES]
    own = next((item for item in telling if item.passage.language == language), None)
    if own is not None and own not in near:
        near = [*near[: MOST_QUOTES - 1], own]
    return sorted(near, key=lambda item: (item.clause_kind in SAY_NOTHING, item.passage.language != language))


def _yielding(telling: Sequence[Found], base: KnowledgeBase, language: str) -> list[Found]:
    """Without the notes on an instrument whose own text speaks to the question about as well.

    Where that text is in the other language, a note in the asker's stays, after it.
    """
    kept: list[Found] = []
    later: list[Found] = []
    for item in telling:
        texts = [] if not _is_note(item) else base.official_texts(item.passage.metadata.about)
        near = (other for other in telling if item.unaided - other.unaided <= NOTE_YIELDS)
        own = [other for other in near if other.passage.document in texts]
        if not own:
            kept.append(item)
        elif item.passage.language == language and all(other.passage.language != language for other in own):
            later.append(item)
    return [*kept, *later]


def _is_note(item: Found) -> bool:
    return item.passage.metadata.authority == Authority.NOTE


def _in_own_language(item: Found, found: Sequence[Found], language: str) -> Found:
    """The passage, or the best one of the same work in the asker's language where that speaks to the question too."""
    pair = item.passage.metadata.pair
    if pair is None or item.passage.language == language:
        return item
    versions = [other for other in found if other.passage.metadata.pair == pair and other.passage.language == language]
    return next((other for other in versions if speaks_to(other, language)), item)


def short_title(document: Document) -> str:
    """Return what a document is called in a sentence: its title, or its number and short title where the title is long.

    "Regulation (EU) 2024/1689 (Artificial Intelligence Act)" for the act whose title runs over lines.
    """
    title, number = document.metadata.title or document.id, document.metadata.number
    if number is None or len(title) <= LONGEST_TITLE:
        return title
    short = re.search(r"\(([^()]{3,60})\)$", title)
    return f"{number} ({short[1]})" if short else number


def speaks_to(item: Found, language: str) -> bool:
    """Whether a passage says enough of what a question in `language` asks to be quoted as its answer.

    Of an instrument that the question names, less will do: that it is asked about is already known.
    """
    enough = NAMED_IS_KNOWN if item.named else 1.0
    if item.passage.language == language:
        return item.cosine + item.lexical >= enough * LEAST_SCORE
    return item.cosine >= enough * LEAST_COSINE


class _Composer:
    """Puts one answer together."""

    def __init__(self, base: KnowledgeBase, question: str, language: str, scope: Scope) -> None:
        self.base = base
        self.question = question
        self.language = language
        self.scope = scope
        self.also: tuple[Hit, ...] = ()
        self.timing: dict[str, float] = {}
        self.searched = ""

    def exact(self, clauses: Sequence[tuple[Document, Clause]], *, ambiguous: bool, begun: float) -> Answer:
        """The clauses that the question names."""
        quotes = [self._whole(document, clause) for document, clause in clauses]
        keys = tuple(range(1, len(quotes) + 1))
        statements = [Statement(text=sentence("several", self.language), citations=keys)] if ambiguous else []
        return self._quoted(quotes, statements, "lead_exact", begun)

    def found(self, passages: Sequence[Found], begun: float, *, unheld: Resolved | None = None) -> Answer:
        """The passages that a search found, those of one clause once; `unheld` is a clause asked for, not held."""
        quotes: list[Quote] = []
        for item in passages:
            quote = self._passage(item)
            if not any(_same_place(quote, other) for other in quotes):
                quotes.append(quote)
        lead = Statement(text=sentence("lead_found", self.language), citations=tuple(range(1, len(quotes) + 1)))
        if unheld is not None:
            text = sentence(
                "lead_unheld",
                self.language,
                number=unheld.reference.number or unheld.reference.name,
                where=shown(unheld.reference.address or ""),
            )
            lead = replace(lead, text=text)
        return self._quoted(quotes, [lead], "lead_source", begun)

    def close(self, outcome: Outcome, statements: Sequence[Statement], begun: float) -> Answer:
        """An answer without citations."""
        return self._answer(outcome, statements, (), begun)

    def _quoted(self, quotes: Sequence[Quote], statements: list[Statement], lead: str, begun: float) -> Answer:
        citations = [self._citation(key, quote) for key, quote in enumerate(quotes, start=1)]
        if any(citation.verdict != Verdict.VERBATIM for citation in citations):
            # A quote that does not stand in the library is never shown: the store is damaged, and the answer says so.
            text = sentence("not_verified", self.language)
            return self.close(Outcome.COULD_NOT_CHECK, [Statement(text=text)], begun)
        for quote, citation in zip(quotes, citations, strict=True):
            # "Điều chưa chắc chắn" is a heading, though it begins like an article.
            key = lead if kind_of(citation.address) and quote.clause.kind != "heading" else "lead_heading"
            title = short_title(quote.document)
            where = sentence(key, self.language, where=citation.address_shown, title=title)
            keys = (citation.key,)
            statements.append(Statement(text=where[:1].upper() + where[1:], citations=keys))
            statements.append(Statement(text=quote.text, citations=keys, quoted=True))
            if quote.cut:
                statements.append(Statement(text=sentence("long_clause", self.language), citations=keys))
        statements += self._cautions(citations)
        return self._answer(Outcome.ANSWERED, statements, tuple(citations), begun)

    def _cautions(self, citations: Sequence[Citation]) -> list[Statement]:
        """What a reader must know of the sources: notes, drafts, not yet in force, another language."""
        cautions = []
        if all(citation.authority == Authority.NOTE for citation in citations):
            keys = tuple(citation.key for citation in citations)
            cautions.append(Statement(text=sentence("only_notes", self.language), citations=keys))
        groups: dict[str, list[Citation]] = {}
        for citation in citations:
            if citation.authority == Authority.DRAFT:
                groups.setdefault("draft", []).append(citation)
            if citation.status == NOT_YET_IN_FORCE:
                effective = self.base.document(citation.document, citation.version).metadata.effective
                groups.setdefault(f"not_yet_in_force {_day(effective, self.language)}", []).append(citation)
            for concern in (Concern.REPEALED, Concern.AMENDED):
                if concern in citation.concerns:
                    document = self.base.document(citation.document, citation.version)
                    by = ", ".join(self.base.currency(document, self.scope.as_of).by) or sentence(
                        "later", self.language
                    )
                    groups.setdefault(f"{concern.value} {by}", []).append(citation)
            if citation.language != self.language:
                groups.setdefault(f"other_language {citation.language}", []).append(citation)
        for group, members in groups.items():
            key, _, value = group.partition(" ")
            text = sentence(
                key,
                self.language,
                keys=", ".join(f"[{member.key}]" for member in members),
                tongue=sentence(value, self.language) if value in ("vi", "en") else value,
                date=value,
                by=value,
            )
            cautions.append(Statement(text=text, citations=tuple(member.key for member in members)))
        return cautions

    def _whole(self, document: Document, clause: Clause) -> Quote:
        """A clause from its first word, as far as LONGEST_QUOTE."""
        text = self.base.library.text(document.id, document.version)[clause.start : clause.end].rstrip()
        cut = len(text) > LONGEST_QUOTE
        if cut:
            end = text.rfind("\n", LONGEST_QUOTE // 2, LONGEST_QUOTE)
            text = text[: end if end > 0 else text.rfind(" ", 0, LONGEST_QUOTE)].rstrip()
        return Quote(
            document=document,
            clause=clause,
            start=clause.start,
            end=clause.start + len(text),
            text=text,
            page=clause.page_from,
            cut=cut,
        )

    def _passage(self, item: Found) -> Quote:
        """The passage found, or the one clause inside it that speaks to the question much more than the rest."""
        passage = item.passage
        document = self.base.document(passage.document, passage.version)
        tree = self.base.library.clauses(passage.document, passage.version)
        start, end, clause = passage.start, passage.end, tree[passage.clause]
        inner = _telling_clause(self.question, passage.text, passage.start, passage.end, clause, tree)
        if inner is not None:
            start, end, clause = inner.start, inner.end, inner
        elif clause.end - clause.start <= LONGEST_QUOTE:
            start, end = clause.start, clause.end  # a list is quoted with its lead-in and all its points
        text = self.base.library.text(passage.document, passage.version)[start:end]
        lead = len(text) - len(text.lstrip())
        text = text.strip()
        return Quote(
            document=document,
            clause=clause,
            start=start + lead,
            end=start + lead + len(text),
            text=text,
            page=clause.page_from if inner else passage.page,
        )

    def _citation(self, key: int, quote: Quote) -> Citation:
        metadata = quote.document.metadata
        # Read again from the library, not from what was just cut: the verdict must not trust the composer.
        view = self.base.clause(quote.document.id, quote.clause.address, quote.document.version)
        return Citation(
            key=key,
            document=quote.document.id,
            version=quote.document.version,
            number=metadata.number,
            title=metadata.title or quote.document.id,
            address=quote.clause.address,
            address_shown=shown(quote.clause.address),
            page=quote.page,
            quote=quote.text,
            start=quote.start,
            end=quote.end,
            language=metadata.language or "en",
            kind=metadata.kind,
            authority=metadata.authority,
            status=validity(quote.document, self.scope.as_of),
            url=metadata.url,
            verdict=check_quote(quote.text, view.text),
            cite_as=cite(metadata, quote.clause.address),
            concerns=self.base.currency(quote.document, self.scope.as_of).concerns,
        )

    def _answer(
        self, outcome: Outcome, statements: Sequence[Statement], citations: tuple[Citation, ...], begun: float
    ) -> Answer:
        total = 1000 * (time.perf_counter() - begun)
        return Answer(
            question=self.question,
            outcome=outcome,
            language=self.language,
            statements=tuple(statements),
            citations=citations,
            also_retrieved=tuple(hit for hit in self.also if not _cited(hit, citations)),
            timing_ms={key: round(value, 1) for key, value in {**self.timing, "total": total}.items()},
            searched=self.searched,
        )


IN_FORCE = "in force"
NOT_YET_IN_FORCE = "not yet in force"
NO_LONGER_IN_FORCE = "no longer in force"
CURRENT_TEXT = "current"


def validity(document: Document, as_of: date | None) -> str:
    """Return where a document stands on a day (None: today): draft, superseded, withdrawn, in force, not yet or no
    longer.

    A document that states no day of effect, such as guidance or a note, is `current` while it is published.
    """
    day = as_of or date.today()
    metadata = document.metadata
    if document.status in (DRAFT, WITHDRAWN):
        return document.status
    if metadata.authority == Authority.DRAFT:
        return "draft"
    if metadata.expires is not None and metadata.expires <= day:
        return NO_LONGER_IN_FORCE
    if document.status == SUPERSEDED:
        return SUPERSEDED
    if metadata.effective is None:
        return CURRENT_TEXT
    return IN_FORCE if metadata.effective <= day else NOT_YET_IN_FORCE


def _telling_clause(
    question: str, passage_text: str, start: int, end: int, clause: Clause, tree: Sequence[Clause]
) -> Clause | None:
    """The clause inside a passage that holds all the passage shares with the question, where it is one; else None."""
    asked = {word for word in words(fold(question)) if len(word) > 1}

    def shared(text: str) -> set[str]:
        return asked & set(words(fold(text)))

    inside = [
        child
        for child in tree
        if child.parent == clause.position and child.start >= start and child.end <= end and child.end > child.start
    ]
    if len(inside) < 2:
        return None
    whole = shared(passage_text)
    scored = [(len(shared(passage_text[child.start - start : child.end - start])), child) for child in inside]
    best, child = max(scored, key=lambda pair: (pair[0], -pair[1].position))
    second = max(score for score, other in scored if other is not child)
    return child if best >= 0.8 * len(whole) and second <= 0.5 * best else None


def _same_place(one: Quote, other: Quote) -> bool:
    """Whether two quotes are one span, or of one work in two languages: the first found is enough."""
    if one.document.id == other.document.id:
        return one.start < other.end and other.start < one.end
    pair = one.document.metadata.pair
    return pair is not None and pair == other.document.metadata.pair


def _cited(hit: Hit, citations: Sequence[Citation]) -> bool:
    return any(
        hit.document == citation.document and hit.start < citation.end and citation.start < hit.end
        for citation in citations
    )


def _missing(resolved: Sequence[Resolved], base: KnowledgeBase, language: str) -> str | None:
    """What to say where the question names a clause that the base cannot show; None where it names none."""
    for item in resolved:
        address = item.reference.address
        if address is None:
            continue
        if not item.names_instrument:
            if lookup.is_plain(item.reference):
                return sentence("no_address", language, where=shown(address))
            continue
        if not item.documents:
            continue
        document = base.document(item.documents[0])
        title = document.metadata.title or document.id
        if document.metadata.authority == Authority.NOTE:
            name = item.reference.number or item.reference.name or title
            url = document.metadata.url or "-"
            return sentence("only_note_of", language, name=name, where=shown(address), url=url)
        key = "no_clause" if item.last else "no_clause_at_all"
        return sentence(key, language, title=title, where=shown(address), last=shown(item.last or ""))
    return None


def _not_held(resolved: Sequence[Resolved], found: Sequence[Found]) -> str | None:
    """An instrument that the question names and that neither a document nor any passage found speaks of."""
    for item in resolved:
        number, name = item.reference.number, item.reference.name
        # A name alone may be any words after "luật"; only a number, or a clause of it, surely means one instrument.
        if item.documents or not (number or (name and item.reference.address)):
            continue
        # "Nghị định 142" is the beginning of a number; only a whole one has a key.
        meant = fold(number or name or "")
        if not any(_speaks_of(meant, _surroundings(entry)) for entry in found):
            return number or name
    return None


def _speaks_of(meant: str, text: str) -> bool:
    """Whether a number, its beginning, or a name (folded) stands in `text` as words of its own."""
    keys = {found.key for found in find_numbers(text)} | {found.loose for found in find_numbers(text)}
    if number_key(meant) in keys:
        return True
    return re.search(rf"(?<![\w/]){re.escape(meant)}(?!\w)", fold(text)) is not None


def _surroundings(found: Found) -> str:
    """All that says what instrument a passage is of or about."""
    metadata = found.passage.metadata
    return " ".join([metadata.title or "", *metadata.about, found.passage.context, found.passage.text])


def _day(day: date | None, language: str) -> str:
    if day is None:
        return "?"
    if language == "vi":  # official style: a zero before days under 10 and before January and February
        return f"{day.day:02}/{day.month:02}/{day.year}" if day.month < 3 else f"{day.day:02}/{day.month}/{day.year}"
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"
