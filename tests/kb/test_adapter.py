"""The bilingual adapter on the real bundled model: nothing changes within a language, meaning wins across."""

from __future__ import annotations

import numpy as np
import pytest

from kb.models import SentenceTransformerEmbedder, Vectors

PAIRS = [
    ("Ai chịu trách nhiệm thu hồi thiết bị y tế bị lỗi?", "Who is responsible for recalling a faulty medical device?"),
    ("Thời hạn giải quyết khiếu nại là bao nhiêu ngày?", "How many days may the handling of a complaint take?"),
    ("Người lao động được nghỉ phép năm bao nhiêu ngày?", "How many days of annual leave does an employee have?"),
    (
        "Hồ sơ đăng ký kinh doanh gồm những giấy tờ gì?",
        "Which papers make up an application for business registration?",
    ),
    ("Khi nào hợp đồng bị coi là vô hiệu?", "When is a contract regarded as void?"),
    ("Con dưới mười tám tuổi do ai đại diện?", "Who represents a child under eighteen?"),
    (
        "Nhà cung cấp phải lưu nhật ký của hệ thống trí tuệ nhân tạo bao lâu?",
        "How long must a provider keep an AI system's logs?",
    ),
    (
        "Xả nước thải không có giấy phép bị phạt thế nào?",
        "What is the penalty for discharging waste water without a permit?",
    ),
]
VIETNAMESE, ENGLISH = zip(*PAIRS, strict=True)


def questions(model: SentenceTransformerEmbedder, texts: tuple[str, ...], language: str, towards: str) -> Vectors:
    return model.embed(texts, role="query", language=language, towards=towards)


def test_within_a_language_a_question_is_read_as_by_the_plain_model(model: SentenceTransformerEmbedder) -> None:
    plain = model.embed(VIETNAMESE, role="query", language="vi")
    assert np.array_equal(questions(model, VIETNAMESE, "vi", "vi"), plain)
    assert not np.allclose(questions(model, VIETNAMESE, "vi", "en"), plain)


@pytest.mark.parametrize(
    ("asked", "language", "translated", "other"), [(VIETNAMESE, "vi", ENGLISH, "en"), (ENGLISH, "en", VIETNAMESE, "vi")]
)
def test_across_languages_a_question_comes_nearer_to_its_translation(
    model: SentenceTransformerEmbedder, asked: tuple[str, ...], language: str, translated: tuple[str, ...], other: str
) -> None:
    target = questions(model, translated, other, other)
    before = np.sum(questions(model, asked, language, language) * target, axis=1)
    after = np.sum(questions(model, asked, language, other) * target, axis=1)
    assert after.mean() > before.mean() + 0.03
    assert (after > before).mean() >= 0.75


def test_the_two_readers_share_the_word_embeddings(model: SentenceTransformerEmbedder) -> None:
    """They are four fifths of the model's memory."""
    words = [reader[0].auto_model.get_input_embeddings().weight.data_ptr() for reader in (model.load(), model._across)]
    assert words[0] == words[1]
