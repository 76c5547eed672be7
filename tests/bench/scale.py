"""Speed and memory as a base grows: the same questions on bases of several sizes, in one run.

    python tests/bench/scale.py ../shared/data/retrieval/alqac.vi-mixed --sizes 2249 100000 > scale.json

Passages are real ones varied (a fifth of their words exchanged for others of the same language) with vectors near the
real ones, spread over audiences and periods, in documents of PASSAGES each, stored through the same code as any
document. Questions are the set's, read by the real model. For each size: build time, disk, memory, search times with
and without other audiences and a day, the recall of approximate search against exact, and what one more document costs.
Prints one JSON value.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ingest.corpus import index_corpus
from kb.base import KnowledgeBase
from kb.evaluate import EvaluationSet, read_set
from kb.lexical import CURRENT
from kb.library import passage_content
from kb.models import Role, SentenceTransformerEmbedder, Vectors, make_embedder, unit
from kb.records import Audience, Clause, Metadata, ParsedDocument, Passage
from kb.search import Scope
from kb.settings import Settings, load_settings
from kb.vectors import collection_name

PASSAGES = 250
"""Of each document."""
EXCHANGED = 0.2
NOISE = 0.5
AUDIENCES = (*[Audience.PUBLIC] * 7, *[Audience.COMMUNITY] * 2, Audience.REGULATORS)
SUPERSEDED = 0.1
"""The share of documents with an earlier version."""
QUESTIONS = 200
ADDED = 5
"""Documents added to a finished base, to see what one costs."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A real passage and its vector."""

    text: str
    language: str
    vector: Vectors


class Prepared:
    """The real model for questions; passages have the vectors made for them."""

    def __init__(self, model: SentenceTransformerEmbedder) -> None:
        self.model = model
        self.made: dict[str, Vectors] = {}
        self.name = "prepared"
        self.max_tokens = model.max_tokens

    def count_tokens(self, text: str) -> int:
        """See Embedder."""
        return self.model.count_tokens(text)

    def embed(self, texts: Sequence[str], *, role: Role, language: str, towards: str | None = None) -> Vectors:
        """See Embedder."""
        if role == "query":
            return self.model.embed(texts, role=role, language=language, towards=towards)
        return np.stack([self.made[text] for text in texts])


def samples(
    chosen: EvaluationSet, model: SentenceTransformerEmbedder, settings: Settings, folder: Path
) -> list[Sample]:
    """Return the passages of a set's corpus with their vectors."""
    home = settings.model_copy(update={"home": folder / "samples", "cache": settings.cache or settings.home})
    with KnowledgeBase(home, embedder=model) as base:
        index_corpus(base, chosen.corpus, lambda done, total: None)
        found = []
        for language in ("vi", "en"):
            ids = sorted(base.vectors.ids(collection_name(Audience.PUBLIC, language, CURRENT)))
            vectors = base.vectors.get(collection_name(Audience.PUBLIC, language, CURRENT), ids)
            stored = base.library.passages(ids)
            found += [Sample(stored[key].text, language, vectors[key]) for key in ids]
        return found


def documents(size: int, real: Sequence[Sample], prepared: Prepared, seed: int) -> Iterator[ParsedDocument]:
    """Yield documents of varied passages until there are `size`, their vectors left with `prepared`."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    by_language = {language: [item for item in real if item.language == language] for language in ("vi", "en")}
    vocabulary = {
        language: [word for item in items for word in item.text.split()] for language, items in by_language.items()
    }
    made = 0
    while made < size:
        language = chance.choice(("vi", "en"))
        title = f"Document {seed}.{made}"
        passages, parts, at = [], [], 0
        for position in range(min(PASSAGES, size - made)):
            item = chance.choice(by_language[language])
            spoken = [
                chance.choice(vocabulary[language]) if chance.random() < EXCHANGED else word
                for word in item.text.split()
            ]
            text = " ".join(spoken)
            near = item.vector + NOISE * noise.standard_normal(len(item.vector)) / np.sqrt(len(item.vector))
            prepared.made[passage_content(title, text)] = unit(near[np.newaxis].astype(np.float32))[0]
            passages.append(Passage(position=position, clause=0, start=at, end=at + len(text), context=title))
            parts.append(text)
            at += len(text) + 1
        made += len(passages)
        content = "\n".join(parts)
        yield ParsedDocument(
            text=content,
            format="text",
            metadata=Metadata(
                title=title, language=language, audience=chance.choice(AUDIENCES), effective=date(2020, 1, 1)
            ),
            clauses=(
                Clause(position=0, address="Text", kind="document", label="", heading="", start=0, end=len(content)),
            ),
            passages=tuple(passages),
        )


def measure(
    size: int, real: Sequence[Sample], prepared: Prepared, chosen: EvaluationSet, folder: Path
) -> dict[str, Any]:
    """Return the figures of a base of `size` passages."""
    settings = Settings(home=folder / f"base-{size}", cache=folder / f"cache-{size}")
    chance = random.Random(size)
    with KnowledgeBase(settings, embedder=prepared) as base:
        begun = time.perf_counter()
        for number, parsed in enumerate(documents(size, real, prepared, seed=size)):
            base.add(parsed, source=f"scale:{number}", file_hash=str(number), publish=True)
            if chance.random() < SUPERSEDED:
                base.add(parsed, source=f"scale:{number}", file_hash=f"{number}b", publish=True)
        built = time.perf_counter() - begun
        base.warm()
        everyone = tuple(Audience)
        as_of = date(2024, 1, 1)
        figures: dict[str, Any] = {
            "passages": size,
            "build_s": round(built, 1),
            "disk_mb": round(sum(file.stat().st_size for file in settings.home.rglob("*") if file.is_file()) / 1e6),
            "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "public": _search_times(base, chosen, Scope()),
            "all_audiences": _search_times(base, chosen, Scope(audiences=everyone)),
            "as_of": _search_times(base, chosen, Scope(audiences=everyone, as_of=as_of)),
            "approximate_recall@10": _approximate_recall(base, chosen),
        }
        costs = []
        for number, parsed in enumerate(documents(ADDED * PASSAGES, real, prepared, seed=size + 1)):
            begun = time.perf_counter()
            base.add(parsed, source=f"more:{number}", file_hash=f"more{number}", publish=True)
            costs.append(time.perf_counter() - begun)
        return figures | {"add_document_s": round(statistics.median(costs), 3)}


def _search_times(base: KnowledgeBase, chosen: EvaluationSet, scope: Scope) -> dict[str, float]:
    times = []
    for query in chosen.queries[:QUESTIONS]:
        base.forget_questions()
        begun = time.perf_counter()
        base.retrieve(query.text, limit=10, scope=scope)
        times.append(1000 * (time.perf_counter() - begun))
    return {f"p{at}_ms": round(float(np.percentile(times, at)), 1) for at in (50, 95)}


def _approximate_recall(base: KnowledgeBase, chosen: EvaluationSet) -> float:
    """The share of the ten exactly nearest passages that Chroma's approximate search finds."""
    shares = []
    for language in ("vi", "en"):
        name = collection_name(Audience.PUBLIC, language, CURRENT)
        ids = sorted(base.vectors.ids(name))
        stored = base.vectors.get(name, ids)
        vectors = np.stack([stored[key] for key in ids])
        for query in chosen.queries[:QUESTIONS]:
            asked = base.embed_question(query.text, query.language)[language]
            exact = {ids[place] for place in np.argpartition(-(vectors @ asked), 10)[:10]}
            found = {key for key, _ in base.vectors.search(name, asked, 60)[:10]}
            shares.append(len(exact & found) / 10)
    return round(float(np.mean(shares)), 4)


def main() -> None:
    """Measure each size, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2249, 100_000])
    options = parser.parse_args()
    settings = load_settings()
    model = make_embedder(settings)
    model.load()
    chosen = read_set(options.set)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        real = samples(chosen, model, settings, Path(name))
        for size in options.sizes:
            rows.append(measure(size, real, Prepared(model), chosen, Path(name)))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    print(json.dumps({"sizes": rows}))


if __name__ == "__main__":
    main()
