"""Measuring retrieval on BEIR-style sets, through the very code that `search` and `ask` use.

A set is a folder with `corpus.jsonl` (`_id`, `title`, `text`, `lang`), `queries.jsonl` (`_id`, `text`, `lang`,
optional `answers`) and `qrels.tsv` (query, document, score). Recall, MRR and nDCG as in Thakur and others, "BEIR"
(2021), with binary relevance.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kb import metrics
from kb.base import KnowledgeBase
from kb.errors import UsageError
from kb.language import LANGUAGES, fold, has_marks
from kb.lexical import CURRENT
from kb.metrics import DEPTH
from kb.models import Embedder, Progress, Vectors
from kb.records import Audience
from kb.search import read_question
from kb.vectors import collection_name
from kb.verify import normalised

PASSAGES = 40
"""Passages asked for, so that ten different documents are among them."""

GROUPS = ("within", "across", "mixed", "unaccented")
"""Kinds of sets: one language, two, a shelf of both, questions typed without marks (whatever the shelf)."""

Index = Callable[[KnowledgeBase, Sequence["EvaluationDocument"], Progress], dict[str, str]]
"""Stores a corpus in a base and returns corpus ids by document id."""


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

    @property
    def group(self) -> str:
        """Which of GROUPS the set belongs to, told from its questions and documents."""
        asked = {query.language for query in self.queries}
        held = {document.language for document in self.corpus}
        if asked == {"vi"} and not any(has_marks(query.text) for query in self.queries):
            return "unaccented"
        if len(held) > 1:
            return "mixed"
        return "within" if asked == held else "across"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one set, per question.

    The rank of its first relevant document (infinity where none of the ten best is one), nDCG, whether a quote of the
    answer holds a gold answer, times in milliseconds; `dense_ranks` are those of the model alone, empty where it was
    not asked.
    """

    set: str
    group: str
    ranks: tuple[float, ...]
    dense_ranks: tuple[float, ...]
    gains: tuple[float, ...]
    answered: tuple[bool, ...]
    search_ms: tuple[float, ...]
    embedding_ms: tuple[float, ...]
    passages: int
    passages_per_s: float

    def row(self) -> dict[str, Any]:
        """Return the figures under the names of the command's JSON; intervals are of 95%, by bootstrap."""
        found = {
            "set": self.set,
            "group": self.group,
            "queries": len(self.ranks),
            **{f"recall@{depth}": _share(metrics.recall(self.ranks, depth)) for depth in (1, 5, 10)},
            "mrr@10": _share(metrics.reciprocal(self.ranks)),
            "ndcg@10": _share(float(np.mean(self.gains))),
            "answer_recall": _share(float(np.mean(self.answered))) if self.answered else None,
            "interval@1": self._interval(1),
            "interval@10": self._interval(10),
            "search_ms_p50": round(float(np.percentile(self.search_ms, 50)), 2),
            "search_ms_p95": round(float(np.percentile(self.search_ms, 95)), 2),
            "embedding_ms_p50": round(float(np.percentile(self.embedding_ms, 50)), 2),
            "passages": self.passages,
            "passages_per_s": round(self.passages_per_s, 2),
        }
        if self.dense_ranks:
            for depth in (1, 10):
                found[f"dense_recall@{depth}"] = _share(metrics.recall(self.dense_ranks, depth))
                found[f"gain@{depth}"] = self._interval(depth, against=self.dense_ranks)
        return found

    def _interval(self, depth: int, against: Sequence[float] | None = None) -> list[float]:
        """Of recall at `depth`, or of what it gains `against` other ranks of the same questions (paired)."""
        reached = (np.array(self.ranks) <= depth).astype(float)
        if against is not None:
            reached -= np.array(against) <= depth
        return [_share(bound) for bound in metrics.interval(reached)]


def macro_averages(figures: Sequence[Figures]) -> dict[str, dict[str, float]]:
    """Return, for each group that has sets, the plain mean of their recall@1 and recall@10."""
    return {
        group: {
            f"recall@{depth}": _share(float(np.mean([metrics.recall(item.ranks, depth) for item in chosen])))
            for depth in (1, 10)
        }
        for group in GROUPS
        if (chosen := [item for item in figures if item.group == group])
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
    corpus_ids: dict[str, str],
    *,
    limit: int | None = None,
    plain: Embedder | None = None,
    answers: bool = True,
    passages_per_s: float = 0.0,
    progress: Progress = lambda done, total: None,
) -> Figures:
    """Ask every question of `chosen` (the first `limit`) of `base`, which holds its corpus; return the figures.

    `corpus_ids` are corpus ids by document id. With `plain`, the same model without anything of ours around it, the
    questions are also answered by its cosine alone, one vector a passage. `answers` False asks for none, which takes
    half of the time.
    """
    queries = chosen.queries[:limit]
    dense = _Dense(base, plain, corpus_ids) if plain else None
    ranks, dense_ranks, gains, answered, times, embedding = [], [], [], [], [], []
    for done, query in enumerate(queries):
        started = time.perf_counter()
        form, searched = read_question(query.text, base.library)
        base.embed_question(searched, form.language)
        embedding.append(1000 * (time.perf_counter() - started))
        retrieved = base.search(query.text, top=PASSAGES)
        times.append(1000 * (time.perf_counter() - started))
        found = distinct([corpus_ids[hit.document] for hit in retrieved])[:DEPTH]
        ranks.append(metrics.rank_of(found, query.relevant))
        gains.append(metrics.ndcg(found, query.relevant))
        if dense:
            dense_ranks.append(metrics.rank_of(dense.search(query), query.relevant))
        if answers and query.answers:
            answer = base.ask(query.text)
            quotes = fold(normalised(" ".join(citation.quote for citation in answer.citations)))
            answered.append(any(fold(normalised(gold)) in quotes for gold in query.answers))
        progress(done + 1, len(queries))
    return Figures(
        set=chosen.name,
        group=chosen.group,
        ranks=tuple(ranks),
        dense_ranks=tuple(dense_ranks),
        gains=tuple(gains),
        answered=tuple(answered),
        search_ms=tuple(times),
        embedding_ms=tuple(embedding),
        passages=sum(document.passages for document in base.documents()),
        passages_per_s=passages_per_s,
    )


class _Dense:
    """Exact search by the model's own vectors: the usual recipe, to compare with."""

    def __init__(self, base: KnowledgeBase, plain: Embedder, corpus_ids: dict[str, str]) -> None:
        self._plain = plain
        self._documents: list[str] = []
        made = []
        for language in LANGUAGES:
            ids = sorted(base.vectors.ids(collection_name(Audience.PUBLIC, language, CURRENT)))
            stored = base.library.passages(ids)
            self._documents += [corpus_ids[stored[passage].document] for passage in ids]
            texts = [text for _, _, text in base.library.passage_contents(ids)]
            made += [base.cache.embed(plain, texts, language=language)] if texts else []
        self._vectors: Vectors = np.concatenate(made)

    def search(self, query: Query) -> list[str]:
        """Return the ten best documents for a question, best first."""
        vector = self._plain.embed([query.text], role="query", language=query.language)[0]
        best = np.argsort(-(self._vectors @ vector), kind="stable")[: 10 * PASSAGES]
        return distinct([self._documents[place] for place in best])[:DEPTH]


def distinct(ids: Sequence[str]) -> list[str]:
    """Return `ids` in order, each once.

    >>> distinct(["b", "a", "b"])
    ['b', 'a']
    """
    return list(dict.fromkeys(ids))


def _share(value: float) -> float:
    return round(value, 4)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
