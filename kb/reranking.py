"""An optional second reading of the best passages by a cross-encoder, which reads question and passage together.

Any Sentence-Transformers CrossEncoder, from a folder or the hub; a multilingual one, since most questions meet passages
in two languages. After Nogueira and Cho, "Passage Re-ranking with BERT" (2019).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from kb.errors import ModelError
from kb.library import passage_content
from kb.models import quiet, stay_local
from kb.search import Found

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

DEPTH = 40
"""Passages read again; those behind them keep their places."""


class Reranker(Protocol):
    """Says how well passages answer a question."""

    @property
    def name(self) -> str:
        """Which model it is."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one number a passage, higher for a better answer; only their order is used."""


class CrossEncoderReranker:
    """A Sentence-Transformers CrossEncoder; loaded at first use, once, whichever thread comes first."""

    def __init__(self, model: str) -> None:
        self._place = model
        self._loading = threading.Lock()
        self._model: CrossEncoder | None = None

    @property
    def name(self) -> str:
        """See Reranker."""
        return self._place

    def load(self) -> CrossEncoder:
        """Return the model, loading it when it is not. Raises ModelError when it cannot be loaded."""
        with self._loading:
            if self._model is None:
                stay_local(self._place)
                from sentence_transformers import CrossEncoder

                quiet()
                try:
                    self._model = CrossEncoder(self._place)
                except (OSError, ValueError) as error:
                    raise ModelError(
                        f"The reranker {self._place} cannot be loaded: {error}. Name another with COP_KB_RERANKER.",
                        f"Không nạp được mô hình xếp hạng lại {self._place}: {error}. "
                        "Hãy chọn mô hình khác bằng COP_KB_RERANKER.",
                    ) from error
            return self._model

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """See Reranker."""
        found = self.load().predict([(question, passage) for passage in passages], show_progress_bar=False)
        return [float(score) for score in found]


def rerank(question: str, found: Sequence[Found], reranker: Reranker) -> list[Found]:
    """Return `found` with the first DEPTH in the reranker's order.

    The scores stay where they were, best first: whether the base knows an answer is judged by cosine and words, and the
    reranker decides only which passage comes before which.
    """
    again = found[:DEPTH]
    contents = [passage_content(item.passage.context, item.passage.text) for item in again]
    judged = reranker.scores(question, contents)
    order = sorted(range(len(again)), key=lambda place: -judged[place])
    ranked = [replace(again[place], score=at.score) for place, at in zip(order, again, strict=True)]
    return [*ranked, *found[DEPTH:]]
