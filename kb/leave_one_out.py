"""Measuring whether the base knows what it does not know, by leaving out.

Of each question of a set whose passage comes first, the evidence is kept (kb.evidence). Then the documents that answer
it and their near-duplicates are taken from what is found, as if the shelf did not hold them: now the question must be
refused. Questions of another domain are a sanity check: they must be refused at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kb import metrics
from kb.base import KnowledgeBase
from kb.choice import may_answer
from kb.evaluate import EvaluationSet, Query
from kb.evidence import Evidence
from kb.expected import expected
from kb.language import words
from kb.models import Progress
from kb.search import Found

DEPTH = 60
"""Passages looked at: enough behind those left out."""
NEAR_DUPLICATE = 0.7
"""Share of words that two passages have in common (Jaccard) from which one stands for the other."""
FALSE_REFUSALS = 0.05
"""The share of known questions whose refusal is the price of refusing unknown ones."""
CURVE = 21
"""Points of the ROC curve that are printed."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """The evidence for the questions of one set: known ones, the same left out, and those of another domain."""

    set: str
    known: tuple[float, ...]
    left_out: tuple[float, ...]
    far: tuple[float, ...]

    def row(self) -> dict[str, Any]:
        """Return the figures under the names of the command's JSON; rates of refusal in 0..1.

        `in_use` are those of the program's own threshold, `at_5%` those of the threshold that refuses 5% of the known.
        """
        rates = np.linspace(0, 1, CURVE)
        unknown_rate, known_rate = metrics.roc(self.known, self.left_out)
        return {
            "set": self.set,
            "known": len(self.known),
            "auc": round(metrics.area(self.known, self.left_out), 4),
            "in_use": self._refused(1.0),
            "at_5%": self._refused(float(np.percentile(self.known, 100 * FALSE_REFUSALS))),
            "roc": [[round(rate, 2), round(float(np.interp(rate, unknown_rate, known_rate)), 4)] for rate in rates],
        }

    def _refused(self, threshold: float) -> dict[str, float | None]:
        groups = {"known": self.known, "left_out": self.left_out, "far": self.far}
        return {
            name: round(float((np.array(values) < threshold).mean()), 4) if values else None
            for name, values in groups.items()
        }


def leave_one_out(
    chosen: EvaluationSet,
    base: KnowledgeBase,
    corpus_ids: dict[str, str],
    *,
    far: Sequence[Query] = (),
    limit: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Refusals:
    """Ask the questions of `chosen` (the first `limit`) of `base`, which holds its corpus, and those of `far`.

    `corpus_ids` are corpus ids by document id.
    """
    queries = chosen.queries[:limit]
    known, left_out, strangers = [], [], []
    for done, query in enumerate(queries):
        language, found = _found(base, query)
        if found and corpus_ids[found[0].passage.document] in query.relevant:
            known.append(_best(query, language, found))
        left_out.append(_best(query, language, _without(found, query.relevant, corpus_ids)))
        progress(done + 1, len(queries) + len(far))
    for done, query in enumerate(far):
        strangers.append(_best(query, *_found(base, query)))
        progress(len(queries) + done + 1, len(queries) + len(far))
    return Refusals(chosen.name, tuple(known), tuple(left_out), tuple(strangers))


def far_questions(chosen: EvaluationSet, others: Sequence[EvaluationSet], limit: int) -> tuple[Query, ...]:
    """Return up to `limit` questions asked in the same form, of sets of another domain (the name before the dot)."""
    domain, _, kind = chosen.name.partition(".")
    asked = kind.partition("-")[0]
    return tuple(
        query
        for other in others
        if other.name.partition(".")[0] != domain and other.name.partition(".")[2].partition("-")[0] == asked
        for query in other.queries
    )[:limit]


def _found(base: KnowledgeBase, query: Query) -> tuple[str, Sequence[Found]]:
    retrieval = base.retrieve(query.text, limit=DEPTH)
    return retrieval.form.language, retrieval.found


def _best(query: Query, language: str, found: Sequence[Found]) -> float:
    """The evidence of the passage that answers most."""
    evidence = Evidence.of(found, language, expected(query.text))
    return max((evidence.weigh(item) for item in found if may_answer(item)), default=0.0)


def _without(found: Sequence[Found], relevant: frozenset[str], corpus_ids: dict[str, str]) -> list[Found]:
    gold = [set(words(item.passage.text)) for item in found if corpus_ids[item.passage.document] in relevant]
    return [
        item
        for item in found
        if corpus_ids[item.passage.document] not in relevant
        and not any(_alike(set(words(item.passage.text)), other) for other in gold)
    ]


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= NEAR_DUPLICATE * len(one | other)
