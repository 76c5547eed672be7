"""The optional reranker: order by a cross-encoder, scores and refusals as before; a real, tiny CrossEncoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.errors import ModelError
from kb.models import HashEmbedder
from kb.records import Outcome
from kb.reranking import CrossEncoderReranker, rerank
from kb.settings import Settings
from tests.conftest import LAW, put


class Longest:
    """Prefers the longest passage: an order that no vector would give."""

    name = "longest"

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """See Reranker."""
        return [float(len(passage)) for passage in passages]


@pytest.fixture
def reranked(tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase(Settings(home=tmp_path / "home"), embedder=HashEmbedder(), reranker=Longest())


def test_the_reranker_decides_the_order_and_leaves_the_scores(reranked: KnowledgeBase, tmp_path: Path) -> None:
    with reranked as base:
        put(base, tmp_path, "law.md", LAW)
        found = base.retrieve("bệnh viện báo cáo sự cố", limit=5).found
        lengths = [len(item.passage.context) + len(item.passage.text) for item in found]
        assert lengths == sorted(lengths, reverse=True)
        assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_what_the_base_does_not_know_is_refused_with_a_reranker_too(reranked: KnowledgeBase, tmp_path: Path) -> None:
    with reranked as base:
        put(base, tmp_path, "law.md", LAW)
        assert base.ask("Đội bóng nào vô địch thế giới?").outcome == Outcome.NOT_IN_BASE


def test_nothing_found_is_nothing_to_rerank() -> None:
    assert rerank("question", [], Longest()) == []


def test_a_model_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="COP_KB_RERANKER"):
        CrossEncoderReranker(str(tmp_path / "empty")).scores("question", ["passage"])


def test_a_real_cross_encoder_reads_question_and_passage(tmp_path: Path) -> None:
    """Tiny and untrained, but loaded and asked as any other: one number a passage, the same each time."""
    folder = tiny_cross_encoder(tmp_path / "model")
    reranker = CrossEncoderReranker(str(folder))
    first = reranker.scores("Who reports?", ["The hospital reports.", "Logs are kept."])
    assert len(first) == 2
    assert first == reranker.scores("Who reports?", ["The hospital reports.", "Logs are kept."])


def tiny_cross_encoder(folder: Path) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "who", "reports", "the", "hospital", "logs", "are", "kept"]
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(words), num_labels=1, **size)
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder
