"""Puts an answer together: quotes cut from the stored text, read again before they are shown, and cautions."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from kb.address import kind_of, shown
from kb.choice import MOST_QUOTES
from kb.cite import cite
from kb.language import fold, words
from kb.pointers import clauses_named
from kb.records import Answer, Authority, Citation, Clause, Concern, Document, Hit, Outcome, Statement, Verdict
from kb.search import Found, Scope
from kb.validity import NOT_YET_IN_FORCE, validity
from kb.verify import check_quote
from kb.wording import sentence

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

LONGEST_QUOTE = 2400
"""Characters of a clause quoted at once; a longer one is quoted to the last paragraph that fits."""
LISTED = ("point", "subpoint")
"""Kinds of clauses that make a list with their siblings."""
LONGEST_TITLE = 90


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


class Composer:
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

    def found(self, passages: Sequence[Found], begun: float, *, lead: Statement | None = None) -> Answer:
        """The passages that a search found, those of one clause once, after `lead` (None: the usual words)."""
        quotes: list[Quote] = []
        for item in passages:
            for quote in self._quotes(item):
                if not any(_same_place(quote, other) for other in quotes):
                    quotes.append(quote)
        quotes = self._joined(quotes[:MOST_QUOTES])
        lead = lead or Statement(text=sentence("lead_found", self.language))
        lead = replace(lead, citations=tuple(range(1, len(quotes) + 1)))
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
                    by = ", ".join(self.base.currency(document, self.scope.as_of).by)
                    kind = f"{concern.value}_note" if citation.authority == Authority.NOTE else concern.value
                    groups.setdefault(f"{kind} {by or sentence('later', self.language)}", []).append(citation)
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

    def _quotes(self, item: Found) -> list[Quote]:
        """The passage; in place of a note the clauses it names, where their text is here.

        A note in the answer's language stays beside clauses in the other.
        """
        named = clauses_named(self.question, item, self.base, self.scope)
        official = [self._whole(document, clause) for document, clause in named]
        foreign = all(quote.document.metadata.language != self.language for quote in official)
        if official and (not foreign or item.passage.language != self.language):
            return official
        return [*official, self._passage(item)]

    def _joined(self, quotes: Sequence[Quote]) -> list[Quote]:
        """The quotes, those that are points of one list as that list whole, where it is not too long.

        Who is shown two duties of ten takes them for all.
        """
        joined: dict[tuple[str, int], Quote] = {}
        for quote in quotes:
            parent = quote.clause.parent
            alike = [other for other in quotes if _siblings(quote, other)]
            whole = None
            if parent is not None and len(alike) > 1 and quote.clause.kind in LISTED:
                document = quote.document
                whole = self._whole(document, self.base.library.clauses(document.id, document.version)[parent])
            if whole is None or whole.cut:
                joined[quote.document.id, quote.start] = quote
            else:
                joined.setdefault((whole.document.id, whole.start), whole)
        return list(joined.values())

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


def short_title(document: Document) -> str:
    """Return what a document is called in a sentence: its title, or its number and short title where the title is long.

    "Regulation (EU) 2024/1689 (Artificial Intelligence Act)" for the act whose title runs over lines.
    """
    title, number = document.metadata.title or document.id, document.metadata.number
    if number is None or len(title) <= LONGEST_TITLE:
        return title
    short = re.search(r"\(([^()]{3,60})\)$", title)
    return f"{number} ({short[1]})" if short else number


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


def _siblings(one: Quote, other: Quote) -> bool:
    """Whether two quotes are clauses beneath the same one, a point being its own sibling."""
    return one.document.id == other.document.id and one.clause.parent == other.clause.parent is not None


def _cited(hit: Hit, citations: Sequence[Citation]) -> bool:
    return any(
        hit.document == citation.document and hit.start < citation.end and citation.start < hit.end
        for citation in citations
    )


def _day(day: date | None, language: str) -> str:
    if day is None:
        return "?"
    if language == "vi":  # official style: a zero before days under 10 and before January and February
        return f"{day.day:02}/{day.month:02}/{day.year}" if day.month < 3 else f"{day.day:02}/{day.month}/{day.year}"
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"
