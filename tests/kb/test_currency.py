"""Whether a document may still be relied on: review dates, amendments and repeals, and what answers say of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.catalogue import Source, Standing
from kb.errors import UsageError
from kb.records import Concern
from tests.catalogue import catalogue_row
from tests.conftest import GUIDANCE, LAW, put


def source(**fields: object) -> Source:
    """A row of the catalogue about the law of the tests."""
    return catalogue_row(**{"id": "vn-luat-12-2024", "number": "12/2024/QH15", **fields})


def test_a_review_falls_due_half_a_year_after_the_last_check(base: KnowledgeBase, tmp_path: Path) -> None:
    document = put(base, tmp_path, "law.md", LAW)
    assert base.currency(document).concerns == ()
    due = base.currency(document).review_due
    assert timedelta(days=180) < due - date.today() < timedelta(days=186)
    assert base.currency(document, due + timedelta(days=1)).concerns == (Concern.OVERDUE,)
    reviewed = base.review(document.id, checked=date.today() - timedelta(days=400))
    assert base.currency(reviewed).concerns == (Concern.OVERDUE,)
    assert [item.document.id for item in base.currencies() if item.concerns] == [document.id]
    base.review(document.id, checked=date.today(), due=date.today() + timedelta(days=10))
    assert base.document(document.id).review_due == date.today() + timedelta(days=10)


def test_a_stated_review_date_is_kept(base: KnowledgeBase, tmp_path: Path) -> None:
    text = "---\nkind: note\nauthority: note\nlanguage: en\nreview-due: 2031-05-06\n---\n" + GUIDANCE
    document = put(base, tmp_path, "note.md", text)
    assert document.review_due == date(2031, 5, 6)


def test_an_amended_source_is_cited_with_its_amendments(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    base.set_catalogue([source(standing=Standing.AMENDED, amended_by=("5/2025/QH15",))])
    answer = base.ask("Điều 2 Luật Thử nghiệm")
    (citation,) = answer.citations
    assert citation.concerns == (Concern.AMENDED,)
    assert citation.cite_as == "Điều 2 Luật số 12/2024/QH15"
    assert any("5/2025/QH15" in statement.text and not statement.quoted for statement in answer.statements)


@pytest.mark.parametrize(
    "rows",
    [
        [source(standing=Standing.REPEALED, replaced_by=("9/2026/QH16",))],
        # Known only from the row of the law that replaced it.
        [source(id="vn-luat-9-2026", number="9/2026/QH16", replaces=("12/2024/QH15",))],
    ],
)
def test_a_repealed_source_is_cited_with_what_replaced_it(
    base: KnowledgeBase, tmp_path: Path, rows: list[Source]
) -> None:
    put(base, tmp_path, "law.md", LAW)
    base.set_catalogue(rows)
    answer = base.ask("Điều 2 Luật Thử nghiệm")
    assert answer.citations[0].concerns == (Concern.REPEALED,)
    assert any("9/2026/QH16" in statement.text for statement in answer.statements)
    assert base.catalogue() == tuple(rows)


def test_a_note_is_concerned_by_the_repeal_of_its_instrument_only(base: KnowledgeBase, tmp_path: Path) -> None:
    text = "---\nkind: note\nauthority: note\nlanguage: en\nabout: [12/2024/QH15]\n---\n" + GUIDANCE
    note = put(base, tmp_path, "note.md", text)
    base.set_catalogue([source(standing=Standing.AMENDED, amended_by=("5/2025/QH15",))])
    assert base.currency(note).concerns == ()
    base.set_catalogue([source(standing=Standing.REPEALED)])
    assert base.currency(note).concerns == (Concern.REPEALED,)


def test_proposals_for_the_glossary_are_kept_and_bounded(base: KnowledgeBase) -> None:
    base.propose_term("recall", en=" recall ", vi="thu hồi sản phẩm", reason="")
    (proposal,) = base.term_proposals()
    assert (proposal.term, proposal.en, proposal.vi) == ("recall", "recall", "thu hồi sản phẩm")
    for en, vi in (("", "thu hồi"), ("recall", "x" * 201)):
        with pytest.raises(UsageError):
            base.propose_term("recall", en=en, vi=vi, reason="")
    assert len(base.term_proposals()) == 1
