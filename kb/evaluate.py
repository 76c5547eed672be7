"""Measuring retrieval on BEIR-style sets, through the very code that `search` and `ask` use.

A set is a folder with `corpus.jsonl` (`_id`, `title`, `text`, `lang`), `queries.jsonl` (`_id`, `text`, `lang`,
optional `answers`) and `qrels.tsv` (query, document, score). Recall, MRR and nDCG as in Thakur and others, "BEIR"
(2021), with binary relevance.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kb.base import KnowledgeBase
from kb.errors import UsageError
from kb.language import fold
from kb.models import Progress
from kb.search import read_question
from kb.verify import normalised

DEPTH = 10
PASSAGES = 40
"""Passages asked for, so that ten different documents are among them."""


@dataclass(frozen=True, slots=True)
class EvaluationDocument:
    """One document of a set's corpus."""

    id: str
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question of a set, with the ids of the documents that answer it and the answers where they are given."""

    id: str
    text: str
    language: str
    relevant: frozenset[str]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A set read from its folder."""

    name: str
    corpus: tuple[EvaluationDocument, ...]
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one set: shares in 0..1, times in milliseconds."""

    set: str
    queries: int
    recall_1: float
    recall_5: float
    recall_10: float
    mrr_10: float
    ndcg_10: float
    answer_recall: float | None
    search_ms_p50: float
    search_ms_p95: float
    embedding_ms_p50: float
    passages: int
    passages_per_s: float

    def row(self) -> dict[str, Any]:
        """Return the figures under the names of the command's JSON."""
        return {
            "set": self.set,
            "queries": self.queries,
            "recall@1": round(self.recall_1, 4),
            "recall@5": round(self.recall_5, 4),
            "recall@10": round(self.recall_10, 4),
            "mrr@10": round(self.mrr_10, 4),
            "ndcg@10": round(self.ndcg_10, 4),
            "answer_recall": None if self.answer_recall is None else round(self.answer_recall, 4),
            "search_ms_p50": round(self.search_ms_p50, 2),
            "search_ms_p95": round(self.search_ms_p95, 2),
            "embedding_ms_p50": round(self.embedding_ms_p50, 2),
            "passages": self.passages,
            "passages_per_s": round(self.passages_per_s, 2),
        }


def read_set(folder: Path) -> EvaluationSet:
    """Return the set in `folder`. Raises UsageError where a file is missing or not as it should be."""
    try:
        corpus = tuple(
            EvaluationDocument(row["_id"], row.get("title", ""), row["text"], row.get("lang", "en"))
            for row in _lines(folder / "corpus.jsonl")
        )
        relevant: dict[str, set[str]] = {}
        for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            query, document, score = line.split("\t")
            if int(score) > 0:
                relevant.setdefault(query, set()).add(document)
        queries = tuple(
            Query(
                row["_id"],
                row["text"],
                row.get("lang", "en"),
                frozenset(relevant[row["_id"]]),
                tuple(row.get("answers") or ()),
            )
            for row in _lines(folder / "queries.jsonl")
            if row["_id"] in relevant
        )
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            f"{folder} is not an evaluation set ({error}). It needs corpus.jsonl, queries.jsonl and qrels.tsv.",
            f"{folder} không phải bộ đánh giá ({error}). Cần có corpus.jsonl, queries.jsonl và qrels.tsv.",
        ) from error
    if not corpus or not queries:
        raise UsageError(f"The evaluation set {folder} is empty.", f"Bộ đánh giá {folder} trống.")
    return EvaluationSet(folder.name, corpus, queries)


def evaluate(
    chosen: EvaluationSet,
    base: KnowledgeBase,
    index: Callable[[KnowledgeBase, Sequence[EvaluationDocument], Progress], dict[str, str]],
    *,
    limit: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Figures:
    """Index the corpus in `base` (empty, to be thrown away), ask every question (the first `limit`), return the
    figures.

    `index` stores the corpus and returns corpus ids by document id.
    """
    begun = time.perf_counter()
    corpus_ids = index(base, chosen.corpus, progress)
    passages = sum(document.passages for document in base.documents())
    rate = passages / (time.perf_counter() - begun)
    queries = chosen.queries[:limit]
    ranks, gains, answered, times, embedding = [], [], [], [], []
    for done, query in enumerate(queries):
        started = time.perf_counter()
        form, searched = read_question(query.text, base.library)
        base.embed_question(searched, form.language)
        embedding.append(1000 * (time.perf_counter() - started))
        retrieved = base.search(query.text, top=PASSAGES)
        times.append(1000 * (time.perf_counter() - started))
        found = distinct([corpus_ids[hit.document] for hit in retrieved])[:DEPTH]
        ranks.append(next((rank for rank, document in enumerate(found, 1) if document in query.relevant), math.inf))
        gains.append(ndcg(found, query.relevant))
        if query.answers:
            answer = base.ask(query.text)
            quotes = fold(normalised(" ".join(citation.quote for citation in answer.citations)))
            answered.append(any(fold(normalised(gold)) in quotes for gold in query.answers))
        progress(done + 1, len(queries))
    reached = np.array(ranks)
    return Figures(
        set=chosen.name,
        queries=len(queries),
        recall_1=float(np.mean(reached <= 1)),
        recall_5=float(np.mean(reached <= 5)),
        recall_10=float(np.mean(reached <= DEPTH)),
        mrr_10=float(np.mean(np.where(np.isinf(reached), 0.0, 1.0 / reached))),
        ndcg_10=float(np.mean(gains)),
        answer_recall=float(np.mean(answered)) if answered else None,
        search_ms_p50=float(np.percentile(times, 50)),
        search_ms_p95=float(np.percentile(times, 95)),
        embedding_ms_p50=float(np.percentile(embedding, 50)),
        passages=passages,
        passages_per_s=rate,
    )


def distinct(ids: Sequence[str]) -> list[str]:
    """Return `ids` in order, each once.

    >>> distinct(["b", "a", "b"])
    ['b', 'a']
    """
    return list(dict.fromkeys(ids))


def ndcg(found: Sequence[str], relevant: frozenset[str]) -> float:
    """Return nDCG of a ranking with binary relevance.

    >>> ndcg(["x", "a"], frozenset({"a"})) == 1 / math.log2(3)
    True
    """
    gain = sum(1 / math.log2(rank + 1) for rank, document in enumerate(found, 1) if document in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), DEPTH) + 1))
    return gain / ideal if ideal else 0.0


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
