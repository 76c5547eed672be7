"""From one language to the other by words: what is looked for, and that it is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.bridge import in_other_language, in_own_language
from kb.language import detect
from kb.lexical import Term, phrase_terms
from tests.conftest import put

RULE = "# {title}\n\n## 1. Rule\n\n{text}\n"

TEXTS = {
    "one": "The conformity assessment of a product is carried out by a body that the State names.",
    "two": "Whoever finds a fault begins the recall within a month and tells those who bought the product.",
    "three": "Those who keep a list of goods make a risk assessment each year and send it to the head of the office.",
    "four": "In 1888 Nikola Tesla showed a motor without a commutator to the engineers of New York.",
}


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Ai thực hiện đánh giá sự phù hợp?", "one"),
        ("Ai thuc hien danh gia su phu hop?", "one"),
        ("Khi nào phải thu hồi?", "two"),
        ("Bao lâu phải đánh giá rủi ro?", "three"),
        ("Nikola Tesla trình bày gì năm 1888?", "four"),
        ("Nikola Tesla trinh bay gi nam 1888?", "four"),
    ],
)
def test_a_translated_term_is_found_in_the_other_language(
    base: KnowledgeBase, tmp_path: Path, question: str, document: str
) -> None:
    for name, text in TEXTS.items():
        put(base, tmp_path, f"{name}.md", RULE.format(title=f"Guidance {name}", text=text))
    assert TEXTS[document] in base.search(question)[0].text


def test_words_of_the_other_language_are_translated_for_the_own(base: KnowledgeBase, tmp_path: Path) -> None:
    texts = [
        "Đánh giá sự phù hợp do tổ chức được chỉ định thực hiện.",
        "Thiết bị có lỗi thì thu hồi.",
        "Học phí.",
        "Giá.",
    ]
    for number, text in enumerate(texts):
        put(base, tmp_path, f"{number}.md", f"# Quy định {number}\n\nĐiều 1. {text}\n")
    assert texts[0] in base.search("quy định gì về conformity assessment")[0].text


@pytest.mark.parametrize(
    ("question", "coverage"),
    [("conformity assessment now please", 0.5), ("đánh giá sự phù hợp", 1.0), ("", 0.0), ("điều 9", 1.0)],
)
def test_coverage_is_the_share_of_words_that_can_be_looked_for(question: str, coverage: float) -> None:
    assert in_other_language(question, detect(question)).coverage == pytest.approx(coverage, abs=0.26)


def test_numbers_and_names_are_looked_for_as_they_are() -> None:
    asked = in_other_language("Marie Curie được giải Nobel năm 1903?", detect("Marie Curie được giải Nobel năm 1903?"))
    terms = {term.term for concept in asked.concepts for wording in concept for term in wording}
    assert {"1903", "nobel", "curi"} <= terms


def test_a_questions_own_words_are_looked_for_in_its_language() -> None:
    asked = in_own_language("Ai báo cáo sự cố?", detect("Ai báo cáo sự cố?"))
    assert ((Term("words", "báo"),),) in asked.concepts
    assert asked.coverage == 1.0


def test_pairs_of_a_phrase_do_not_reach_into_the_next() -> None:
    assert phrase_terms("thu hồi", "vi") == (Term("words", "thu"), Term("words", "hồi"), Term("forms", "thu_hoi"))
    assert phrase_terms("risk classes", "en") == (Term("forms", "risk"), Term("forms", "class"))
