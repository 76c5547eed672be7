"""The bilingual lexicon: its data, and the terms of a question with what the other language calls them."""

from __future__ import annotations

import random
import time
import unicodedata
from itertools import pairwise

import pytest

from kb import lexicon
from kb.language import ENGLISH, LANGUAGES, VIETNAMESE, has_marks


def called(question: str, language: str, *, unaccented: bool = False) -> dict[str, tuple[str, ...]]:
    return {
        question[concept.start : concept.end]: concept.alternatives
        for concept in lexicon.concepts(question, language, unaccented=unaccented)
    }


def test_every_entry_is_a_vietnamese_term_once_with_its_english() -> None:
    rows = list(lexicon.entries())
    assert len(rows) > 6000
    assert len({vietnamese for vietnamese, _ in rows}) == len(rows)
    for vietnamese, english in rows:
        assert vietnamese == unicodedata.normalize("NFC", vietnamese.strip())
        assert all(english), vietnamese
        assert not any(has_marks(term) for term in english), vietnamese


@pytest.mark.parametrize(
    ("question", "language", "unaccented", "expected"),
    [
        ("Thiết bị y tế loại C phải đánh giá sự phù hợp thế nào?", VIETNAMESE, False, "conformity assessment"),
        ("Thiet bi y te loai C phai danh gia su phu hop the nao?", VIETNAMESE, True, "conformity assessment"),
        ("Who notifies serious incidents?", ENGLISH, False, "sự cố nghiêm trọng"),
        ("What does the AI law say of deployers?", ENGLISH, False, "bên triển khai"),
        ("Hoà giải tranh chấp", VIETNAMESE, False, "mediation"),
        ("Người bị tạm giam có quyền gì?", VIETNAMESE, False, "detainee"),
    ],
)
def test_a_question_brings_what_the_other_language_says(
    question: str, language: str, unaccented: bool, expected: str
) -> None:
    alternatives = [term for terms in called(question, language, unaccented=unaccented).values() for term in terms]
    assert expected in alternatives


def test_a_name_is_not_the_word_that_it_looks_like() -> None:
    assert "England" in called("Luật của Anh", VIETNAMESE)["Anh"]
    assert not any("England" in terms for terms in called("anh em họ", VIETNAMESE).values())
    assert not any("artificial intelligence" in terms for terms in called("Ai phải báo cáo?", VIETNAMESE).values())
    assert "trí tuệ nhân tạo" in called("the AI act", ENGLISH)["AI"]


def test_the_longer_term_wins_and_none_stands_over_another() -> None:
    question = "Hệ thống trí tuệ nhân tạo rủi ro cao"
    found = lexicon.concepts(question, VIETNAMESE)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert question[found[0].start : found[0].end] == "Hệ thống trí tuệ nhân tạo"


@pytest.mark.parametrize("text", ["", "?!", "123", "\u0301\u0301", "a" * 5000, "không " * 400])
def test_odd_texts_have_few_or_no_terms(text: str) -> None:
    for language in LANGUAGES:
        lexicon.concepts(text, language)


def test_some_terms_are_said_in_the_other_language() -> None:
    said = {lexicon.switched("Đánh giá sự phù hợp của thiết bị y tế", VIETNAMESE, random.Random(n)) for n in range(20)}
    assert "Đánh giá sự phù hợp của medical device" in said
    assert "Đánh giá sự phù hợp của thiết bị y tế" in said


def test_a_question_is_looked_through_in_a_millisecond() -> None:
    question = "Nhà cung cấp phải lưu nhật ký của hệ thống trí tuệ nhân tạo rủi ro cao trong bao lâu và ở đâu?"
    lexicon.concepts(question, VIETNAMESE)
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        lexicon.concepts(question, VIETNAMESE)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.001
