"""The glossary as a bridge: words of the other language that a question's terms stand for are looked for there."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.lexical import phrase_terms
from tests.conftest import put

RULE = "# {title}\n\n## 1. Rule\n\n{text}\n"


TEXTS = {
    "one": "The conformity assessment of a product is carried out by a body that the State names.",
    "two": "Whoever finds a fault begins the recall within a month and tells those who bought the product.",
    "three": "Those who keep a list of goods make a risk assessment each year and send it to the head of the office.",
}


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Ai thực hiện đánh giá sự phù hợp?", "one"),
        ("Ai thuc hien danh gia su phu hop?", "one"),
        ("Khi nào phải thu hồi?", "two"),
        ("Bao lâu phải đánh giá rủi ro?", "three"),
    ],
)
def test_a_translated_term_is_found_in_the_other_language(
    base: KnowledgeBase, tmp_path: Path, question: str, document: str
) -> None:
    for name, text in TEXTS.items():
        put(base, tmp_path, f"{name}.md", RULE.format(title=f"Guidance {name}", text=text))
    assert TEXTS[document] in base.search(question)[0].text


def test_pairs_of_a_phrase_do_not_reach_into_the_next() -> None:
    terms = phrase_terms(["thu hồi", "quản lý"], "vi")
    assert terms.words == ("thu", "hồi", "quản", "lý")
    assert terms.folded == ("thu_hoi", "quan_ly")
    assert phrase_terms(["risk class"], "en").folded == ()
