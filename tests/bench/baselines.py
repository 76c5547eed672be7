"""The usual recipes beside ours: llama-index over Chroma, alone and fused with BM25 by reciprocal rank (RRF).

    python tests/bench/baselines.py ../shared/data/retrieval/* [--limit 100] > baselines.json

Stock parts with their stock settings and the same model: SentenceSplitter, VectorStoreIndex over ChromaVectorStore, and
QueryFusionRetriever in its reciprocal-rank mode with BM25Retriever. Same questions, same documents, one run. Prints one
JSON value: recall@1 and recall@10 of each recipe on each set.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings as ChromaSettings
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import Document
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from ingest.corpus import index_corpus
from kb import metrics
from kb.base import KnowledgeBase
from kb.evaluate import DEPTH, PASSAGES, EvaluationSet, Query, distinct, evaluate, read_set
from kb.language import ENGLISH
from kb.models import Embedder, VectorCache, make_embedder
from kb.settings import load_settings

CHUNK_TOKENS, OVERLAP = 256, 32
"""As long as our passages; the stock 1024 is more than the model reads."""


class PlainEmbedding(BaseEmbedding):
    """Our model as llama-index calls it: prompts of question and passage, nothing of ours around it."""

    _model: Embedder = PrivateAttr()
    _cache: VectorCache = PrivateAttr()

    def __init__(self, model: Embedder, cache: VectorCache) -> None:
        super().__init__(embed_batch_size=2048)
        self._model = model
        self._cache = cache

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._model.embed([query], role="query", language=ENGLISH)[0].tolist()
        return vector

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._cache.embed(self._model, texts, language=ENGLISH).tolist()
        return vectors

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


@contextmanager
def stock_retrievers(
    chosen: EvaluationSet, embedding: PlainEmbedding, folder: Path
) -> Iterator[dict[str, BaseRetriever]]:
    """Yield the recipes by name over the corpus of a set, indexed in `folder`."""
    documents = [
        Document(
            text=f"{document.title}\n{document.text}" if document.title else document.text,
            metadata={"id": document.id},
            excluded_embed_metadata_keys=["id"],
        )
        for document in chosen.corpus
    ]
    nodes = SentenceSplitter(chunk_size=CHUNK_TOKENS, chunk_overlap=OVERLAP).get_nodes_from_documents(documents)
    client = chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
    try:
        store = ChromaVectorStore(client.create_collection("stock", configuration={"hnsw": {"space": "cosine"}}))
        index = VectorStoreIndex(nodes, StorageContext.from_defaults(vector_store=store), embed_model=embedding)
        vector = index.as_retriever(similarity_top_k=PASSAGES)
        words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(PASSAGES, len(nodes)))
        fusion = QueryFusionRetriever(
            [vector, words],
            llm=MockLLM(),
            mode="reciprocal_rerank",  # type: ignore[arg-type]
            num_queries=1,
            similarity_top_k=PASSAGES,
            use_async=False,
        )
        yield {"llama-index vector": vector, "llama-index fusion (RRF)": fusion}
    finally:
        client.close()


def ranks(retriever: BaseRetriever, queries: Sequence[Query]) -> list[float]:
    """Return the rank of the first relevant document for each question, infinity where the ten best hold none."""
    found = []
    for query in queries:
        nodes = retriever.retrieve(query.text)
        documents = distinct([str(node.node.metadata["id"]) for node in nodes])[:DEPTH]
        found.append(metrics.rank_of(documents, query.relevant))
    return found


def compare(chosen: EvaluationSet, embedder: Any, *, limit: int | None = None) -> dict[str, Any]:
    """Return recall of the stock recipes and of ours on one set; `embedder` offers `plain()`, the same model bare."""
    rows: dict[str, Sequence[float]] = {}
    settings = load_settings()
    with tempfile.TemporaryDirectory() as folder:
        ours = settings.model_copy(update={"home": Path(folder) / "ours", "cache": settings.cache or settings.home})
        with KnowledgeBase(ours, embedder=embedder) as base:
            embedding = PlainEmbedding(embedder.plain(), base.cache)
            with stock_retrievers(chosen, embedding, Path(folder) / "stock") as recipes:
                rows |= {name: ranks(recipe, chosen.queries[:limit]) for name, recipe in recipes.items()}
            ids = index_corpus(base, chosen.corpus, lambda done, total: None)
            rows["ours"] = evaluate(chosen, base, ids, limit=limit, answers=False).ranks
    return {"set": chosen.name, "queries": len(rows["ours"])} | {
        name: {f"recall@{depth}": round(metrics.recall(found, depth), 4) for depth in (1, 10)}
        for name, found in rows.items()
    }


def main() -> None:
    """Compare on the sets named, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, help="questions of each set")
    options = parser.parse_args()
    embedder = make_embedder(load_settings())
    compared = []
    for folder in options.sets:
        compared.append(compare(read_set(folder), embedder, limit=options.limit))
        print(json.dumps(compared[-1]), file=sys.stderr, flush=True)
    print(json.dumps({"sets": compared}))


if __name__ == "__main__":
    main()
