"""The answer without a language model: the best clauses word for word, each with its address, and an honest outcome.

In order: is the question for us at all; does it name a clause, which then is the answer, or is not there; else the
best passages, when the best is good enough to stand on. Every quote is cut from the stored text and read again
before it is shown.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from kb import search
from kb.absent import lead_unheld, missing_clause, not_held, notes_on
from kb.choice import CANDIDATES, MOST_QUOTES, choose, in_own_language
from kb.compose import Composer
from kb.decline import reason_to_decline
from kb.evidence import Evidence
from kb.followup import Following, following
from kb.language import detect
from kb.lookup import Resolved
from kb.records import Answer, Outcome, Statement
from kb.search import Scope
from kb.wording import sentence

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


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
    composer = Composer(base, question, asked_in, scope)
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
    missing = missing_clause(resolved, base, asked_in)
    if missing is not None and missing.noted is None:
        return composer.close(Outcome.NOT_IN_BASE, [Statement(text=missing.text)], begun)

    chosen = asked_in if further else language
    limit = max(top, CANDIDATES)
    retrieval = base.retrieve(question, limit=limit, scope=scope, language=chosen, preferred=preferred)
    found = retrieval.found
    composer.timing |= {"embedding": retrieval.embedding_ms}
    composer.also = search.hits(found[:top], base.library)
    if missing is not None:
        of_clause = [item for item in found if notes_on(missing, item)]
        evidence = Evidence.of(found, retrieval.form.language)
        best = in_own_language(of_clause, of_clause, asked_in, evidence)[:MOST_QUOTES]
        lead = Statement(text=missing.text)
        return composer.found(best, begun, lead=lead) if best else composer.close(Outcome.NOT_IN_BASE, [lead], begun)
    unheld = not_held(resolved, found)
    if unheld is not None:
        text = sentence("no_document", asked_in, number=unheld)
        return composer.close(Outcome.NOT_IN_BASE, [Statement(text=text)], begun)
    quoted = choose(question, found, base, language=retrieval.form.language, asked_in=asked_in)
    if not quoted:
        return composer.close(Outcome.NOT_IN_BASE, [Statement(text=sentence("not_in_base", asked_in))], begun)
    return composer.found(quoted, begun, lead=lead_unheld(resolved, asked_in))


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
