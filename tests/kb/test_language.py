"""Language and form of questions, folding, and restoring marks."""

from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.language import Form, detect, fold, text_language, words
from kb.marks import restore_marks
from kb.search import read_question


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Điều kiện nhập khẩu thiết bị y tế là gì?", Form("vi")),
        ("dieu kien nhap khau thiet bi y te la gi?", Form("vi", unaccented=True)),
        ("What are the conditions for importing medical devices?", Form("en")),
        ("Nghị định 142 quy dinh gi ve conformity assessment", Form("vi")),
        ("What does Nghị định 98 require of importers?", Form("en")),
        ("Luật AI", Form("vi")),
        ("GDPR", Form("en")),
        ("Annex III", Form("en")),
        ("luat tri tue nhan tao dieu 9", Form("vi", unaccented=True)),
    ],
)
def test_language_and_form(question: str, expected: Form) -> None:
    assert detect(question) == expected


def test_a_choice_settles_the_language() -> None:
    assert detect("GDPR", chosen="vi").language == "vi"
    assert detect("GDPR", chosen="en").language == "en"


def test_a_question_plainly_in_the_other_language_is_searched_as_it_is() -> None:
    assert detect("Nhà cung cấp phải thông báo cho cơ quan nào?", chosen="en") == Form("vi")
    assert detect("Which authority must the provider notify?", chosen="vi") == Form("en")


def test_decomposed_text_is_the_same() -> None:
    question = "Hồ sơ đăng ký lưu hành"
    assert detect(unicodedata.normalize("NFD", question)) == detect(question)
    assert words(unicodedata.normalize("NFD", question)) == words(question)


def test_both_places_of_a_tone_are_one_word() -> None:
    assert words("hoà giải, thuỷ sản, xoá bỏ") == words("hòa giải, thủy sản, xóa bỏ")
    assert fold("Hoà, ĐIỀU, ừ") == "hoa, dieu, u"


@pytest.mark.parametrize("text", ["", "   ", "?!", "12345", "你好世界", "\u0301\u0301", "a" * 5000])
def test_odd_texts_have_some_language(text: str) -> None:
    assert detect(text).language in ("vi", "en")
    restore_marks(text)


def test_restored_marks_keep_everything_else() -> None:
    question = "Theo NGHI DINH 98/2021/ND-CP, thiet bi y te loai C can gi?"
    restored = restore_marks(question)
    assert fold(restored) == fold(question)
    assert "thiết bị y tế" in restored
    assert "98/2021" in restored


def test_text_of_a_document() -> None:
    assert text_language("Luật này quy định về quản lý thiết bị y tế tại Việt Nam.") == "vi"
    assert text_language("This Regulation lays down the rules for the placing on the market of the devices.") == "en"
    assert text_language("12 34 56") is None


def test_development_questions(shared_data: Path) -> None:
    """At least 99.5% of the development questions, in under a millisecond each."""
    sets = {"alqac.vi-vi": Form("vi"), "alqac.en-en": Form("en"), "alqac.unaccented-vi": Form("vi", unaccented=True)}
    sets |= {"xquad.vi-vi": Form("vi"), "xquad.en-en": Form("en"), "xquad.unaccented-vi": Form("vi", unaccented=True)}
    right = asked = 0
    begun = time.perf_counter()
    for name, expected in sets.items():
        for line in (shared_data / "retrieval" / name / "queries.jsonl").read_text(encoding="utf-8").splitlines():
            question = json.loads(line)["text"]
            right += detect(question) == expected
            asked += 1
    seconds = time.perf_counter() - begun
    assert right / asked >= 0.995
    assert seconds / asked < 0.005  # a loaded machine; 0.25 ms alone


@pytest.mark.parametrize(
    "typed",
    [
        "Điêu kiên nhap khau thiet bi y tế là gì?",
        "điều kiện nhap khau thiet bi y te la gi",
        unicodedata.normalize("NFD", "Điều kiện nhap khau thiet bi y te la gi?"),
        "dieu kien nhap khau thiet bi y te la gi?",
    ],
)
def test_a_question_with_half_of_its_marks_is_as_one_without(typed: str, base: KnowledgeBase) -> None:
    form, searched = read_question(typed, base.library)
    assert form == Form("vi", unaccented=True)
    assert searched.lower().rstrip("?") == "điều kiện nhập khẩu thiết bị y tế là gì"


@pytest.mark.parametrize(
    "question",
    [
        "Luật An ninh mạng quy định gì về Google và Apple?",
        "Ai hát quốc ca?",
        "Cơ sở cai nghiện ma túy có trách nhiệm gì?",
        "GMLP la gi theo FDA",
    ],
)
def test_a_question_with_its_marks_stays_as_it_is(question: str, base: KnowledgeBase) -> None:
    form, searched = read_question(question, base.library)
    assert form.unaccented == (question == "GMLP la gi theo FDA")
    assert searched == question or form.unaccented


def test_typing_without_marks_does_not_change_names(base: KnowledgeBase) -> None:
    _, searched = read_question("Nghi dinh 142 quy dinh gi ve conformity assessment cua Google?", base.library)
    assert "conformity assessment" in searched
    assert "Google" in searched
