"""Ingest rate against the bare encoder, search time split, and peak memory; one JSON value, ratios in one run.

python tests/bench/figures.py DOCUMENT... [--set EVALUATION_SET]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from ingest.corpus import index_corpus
from ingest.pipeline import Options, expand, ingest_files, parse
from kb.base import KnowledgeBase
from kb.evaluate import read_set
from kb.models import make_embedder
from kb.search import read_question
from kb.settings import load_settings

QUESTIONS = 200


def ingest_rate(folder: Path, paths: list[Path], embedder: Any) -> dict[str, float]:
    """Passages a second from file to searchable, and of the bare encoder on the same texts, in turns."""
    rounds = []
    for turn in range(3):
        settings = load_settings().model_copy(update={"home": folder / f"home{turn}", "cache": None})
        with KnowledgeBase(settings, embedder=embedder) as base:
            base.warm()
            texts = [
                f"{passage.context}\n{parsed.text[passage.start : passage.end]}"
                for path in paths
                for parsed in [parse(base, path, Options())]
                for passage in parsed.passages
            ]
            begun = time.perf_counter()
            embedder.load().encode([f"passage: {text}" for text in texts], batch_size=32, normalize_embeddings=True)
            bare = len(texts) / (time.perf_counter() - begun)
            begun = time.perf_counter()
            for report in ingest_files(base, paths):
                assert report.error is None, report.error
            ours = len(texts) / (time.perf_counter() - begun)
        rounds.append((bare, ours))
    return {
        "passages": len(texts),
        "bare_encoder_per_s": round(statistics.median(bare for bare, _ in rounds), 2),
        "ingest_per_s": round(statistics.median(ours for _, ours in rounds), 2),
        "ratio": round(statistics.median(ours / bare for bare, ours in rounds), 3),
    }


def search_split(folder: Path, chosen: Path, embedder: Any) -> dict[str, float]:
    """Milliseconds of a search over the set's corpus: embedding the question, and everything else."""
    settings = load_settings().model_copy(update={"home": folder / "search"})
    sample = read_set(chosen)
    with KnowledgeBase(settings, embedder=embedder) as base:
        index_corpus(base, sample.corpus, lambda done, total: None)
        embedding, rest = [], []
        for query in sample.queries[:QUESTIONS]:
            begun = time.perf_counter()
            form, searched = read_question(query.text, base.library)
            base.embed_question(searched, form.language)
            middle = time.perf_counter()
            base.search(query.text, top=10)
            embedding.append(1000 * (middle - begun))
            rest.append(1000 * (time.perf_counter() - middle))
    return {
        "documents": len(sample.corpus),
        "embedding_ms_p50": round(statistics.median(embedding), 2),
        "rest_ms_p50": round(statistics.median(rest), 2),
        "rest_share": round(statistics.median(rest) / (statistics.median(rest) + statistics.median(embedding)), 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="+")
    parser.add_argument("--set", type=Path)
    options = parser.parse_args()
    embedder = make_embedder(load_settings())
    with tempfile.TemporaryDirectory() as name:
        figures: dict[str, Any] = {"ingest": ingest_rate(Path(name), expand(options.documents), embedder)}
        if options.set:
            figures["search"] = search_split(Path(name), options.set, embedder)
    figures["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
