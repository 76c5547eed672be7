"""The bilingual legal adapter: low-rank changes to the bundled model that read a question for the other language.

Passages keep the vectors of the plain model. Only a question is read twice: plainly, for passages in its own language,
and by the adapted model, which was taught to give it the vector that its translation would have (distillation after
Reimers and Gurevych, 2020; low-rank adaptation after Hu and others, 2021). So nothing changes within a language, and
stored vectors stay valid. docs/models.md is its model card.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedModel


def adapted(model: SentenceTransformer, adapter: Path) -> SentenceTransformer:
    """Return a copy of `model` with the low-rank changes of `adapter` merged into its weights.

    The file holds `<layer>.a` (rank, inputs) and `<layer>.b` (outputs, rank); a layer's weights gain b @ a. The word
    embeddings, most of the model's memory, are shared by the two.
    """
    import torch

    words = _encoder(model).get_input_embeddings()
    twin = copy.deepcopy(model, {id(words): words})
    weights = dict(_encoder(twin).named_parameters())
    with np.load(adapter) as changes, torch.no_grad():
        for layer in sorted(name.removesuffix(".a") for name in changes.files if name.endswith(".a")):
            change = changes[f"{layer}.b"].astype(np.float32) @ changes[f"{layer}.a"].astype(np.float32)
            weights[f"{layer}.weight"].add_(torch.from_numpy(change))
    return twin


def _encoder(model: SentenceTransformer) -> PreTrainedModel:
    """The transformer within, whose parameters have the names of the adapter's layers."""
    encoder: PreTrainedModel = model[0].auto_model  # type: ignore[assignment]
    return encoder
