"""The base as a llama-index retriever, so that any of its query engines can stand on our search.

llama-index is touched only here and, for its stock recipe as a baseline, in tests/bench.
"""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from kb.base import KnowledgeBase
from kb.records import Audience


class KnowledgeRetriever(BaseRetriever):
    """Retrieves passages of an open base.

    Each node's id is the passage's id, its text the passage word for word, its metadata what a citation needs;
    nothing of the metadata is put into the text that a model sees.
    """

    def __init__(
        self, base: KnowledgeBase, *, top: int = 10, audiences: Sequence[Audience] = (Audience.PUBLIC,)
    ) -> None:
        super().__init__()
        self._base = base
        self._top = top
        self._audiences = tuple(audiences)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    id_=str(hit.passage),
                    text=hit.text,
                    metadata={
                        "document": hit.document,
                        "version": hit.version,
                        "number": hit.number,
                        "title": hit.title,
                        "address": hit.address,
                        "page": hit.page,
                        "language": hit.language,
                    },
                    excluded_llm_metadata_keys=["document", "version"],
                ),
                score=hit.score,
            )
            for hit in self._base.search(query_bundle.query_str, top=self._top, audiences=self._audiences)
        ]
