"""The usual recipes run beside ours on the same questions (tests/bench/baselines.py)."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from kb.evaluate import read_set
from kb.models import SentenceTransformerEmbedder


@pytest.mark.slow
def test_stock_recipes_and_ours_answer_the_same_questions(
    shared_data: Path, model: SentenceTransformerEmbedder
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries compared with, not of ours
        from tests.bench.baselines import compare

        row = compare(read_set(shared_data / "retrieval" / "xquad.unaccented-en"), model, limit=25)
    assert row["queries"] == 25
    assert row["ours"]["recall@1"] > row["llama-index vector"]["recall@1"]
    assert row["ours"]["recall@1"] > row["llama-index fusion (RRF)"]["recall@1"]
